// C2SP tlog-policy: what is a policy, what is none and why, and which notes meet one.
#include "ledger/tlog/witness_policy.h"

#include "ledger/base/text.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

const std::string policy_origin = "example.org/log";
using Names = std::vector<std::string>;

PrivateKey key_of_seed(char seed) {
  return PrivateKey::from_ed25519_seed(std::string(32, seed)).value();
}

NoteVerifier policy_log(char seed = 'L') {
  return NoteVerifier::for_log(policy_origin, key_of_seed(seed).public_key()).value();
}

std::string policy_witness_name(char seed) {
  return str("witness.example.org/", seed);
}

std::string witness_vkey(char seed) {
  return NoteVerifier::for_witness(policy_witness_name(seed), key_of_seed(seed).public_key())->vkey();
}

// "witness a <vkey>\n": the name is its seed.
std::string witness_line(char seed, const std::string& url = "") {
  return str("witness ", seed, ' ', witness_vkey(seed), url.empty() ? "" : " ", url, '\n');
}

std::string witness_lines(std::string_view seeds) {
  std::string text;
  for (const char seed : seeds) text += witness_line(seed);
  return text;
}

// The log's checkpoint of size 1 with cosignatures by these.
std::string note_by(std::string_view seeds) {
  const std::string text = format_checkpoint(policy_origin, {1, leaf_hash("entry 0")});
  std::string note = sign_note(text, policy_origin, key_of_seed('L')).value();
  for (const char seed : seeds) note += cosign(text, policy_witness_name(seed), key_of_seed(seed), 1795815000)->line;
  return note;
}

Witnessed witnessed(const std::string& policy, std::string_view seeds) {
  const auto parsed = parse_witness_policy(policy);
  INFO((parsed.ok() ? std::string() : parsed.error().message));
  REQUIRE(parsed.ok());
  return check_witnessed(note_by(seeds), std::vector{policy_log()}, *parsed).value();
}

std::string error_of(const std::string& policy) {
  const auto parsed = parse_witness_policy(policy);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().kind == ErrorKind::fault);
  return parsed.error().message;
}

}  // namespace

TEST_CASE("a policy is read as the specification writes it: comments, blank lines, spaces and tabs, in any order") {
  const std::string text =
      "# whose word counts\n\n \t\n" + str("  log\t", policy_log().vkey(), "  https://log.example \t\n") +
      "\t# and these\n" + witness_line('a', "https://a.example/w") + witness_line('b') +
      "group all any a\ngroup \xC3\xA9t\xC3\xA9 1 all\nquorum \xC3\xA9t\xC3\xA9\n" + witness_line('c');
  const auto policy = parse_witness_policy(text);
  REQUIRE(policy.ok());
  REQUIRE(policy->logs.size() == 1);
  CHECK(policy->logs[0].url == "https://log.example");
  REQUIRE(policy->witnesses.size() == 3);
  CHECK(policy->witnesses[0].url == "https://a.example/w");
  CHECK(policy->witnesses[1].url.empty());
  CHECK(policy->group("all")->needed == 1);
  CHECK(policy->quorum == "\xC3\xA9t\xC3\xA9");
}

TEST_CASE("what is written of a policy has one spelling, and is the same policy when it is read") {
  const std::string text =
      str("log ", policy_log().vkey(), '\n', witness_line('a', "https://a.example"), witness_lines("bcdef"),
          "group two 2 a b c\ngroup some any d e\n", "group top all two some\nquorum top\n");
  const auto policy = parse_witness_policy(text);
  REQUIRE(policy.ok());
  CHECK(format_witness_policy(*policy) == text);
  const auto other = parse_witness_policy("# spelled otherwise\n" + replaced(text, "top all", "top  2"));
  CHECK(format_witness_policy(*other) == text);
  CHECK(format_witness_policy({}) == "quorum none\n");
  CHECK(parse_witness_policy("quorum none\n")->quorum == no_quorum);
}

TEST_CASE("each thing that is wrong with a policy is named, with its line") {
  const std::string a = witness_line('a');
  const std::string vkey = witness_vkey('b');
  const std::string log = str("log ", policy_log().vkey(), '\n');
  const auto wrong = [](const std::string& text, const std::string& where, const std::string& why) {
    const std::string error = error_of(text);
    INFO(error);
    CHECK(says(error, where));
    CHECK(says(error, why));
  };
  wrong("", "", "no quorum line");
  wrong(a, "", "no quorum line");
  wrong("quorum none", "", "no newline");
  wrong("quorum none\nquorum none\n", "line 2", "a quorum line above");
  wrong("quorum\n", "line 1", "quorum <name>|none");
  wrong("quorum none none\n", "line 1", "quorum <name>|none");
  wrong("quorum a\n" + a, "line 1", "no witness or group a stands above");
  wrong(a + "Quorum a\n", "line 2", "'Quorum' is none of");
  wrong("quorum none\r\n", "line 1", "control character");
  wrong("# \x7F\nquorum none\n", "line 1", "control character");
  wrong(std::string("quorum none\0\n", 13), "line 1", "control character");
  wrong("log\nquorum none\n", "line 1", "log <vkey> [<url>]");
  wrong(replaced(log, "\n", " u v\n") + "quorum none\n", "line 1", "log <vkey> [<url>]");
  wrong("log " + vkey + "\nquorum none\n", "line 1", "a witness's, and no log's");
  wrong(log + log + "quorum none\n", "line 2", "stands above already");
  wrong("witness a\nquorum none\n", "line 1", "witness <name> <vkey> [<url>]");
  wrong(replaced(a, "\n", " u v\n") + "quorum none\n", "line 1", "witness <name> <vkey> [<url>]");
  wrong("witness a " + policy_log().vkey() + "\nquorum none\n", "line 1", "a log's, and no witness's");
  wrong("witness a " + replaced(vkey, "+", "+0") + "\nquorum none\n", "line 1", "8 lowercase hexadecimal");
  wrong("witness none " + vkey + "\nquorum none\n", "line 1", "'none' names no witness");
  wrong(a + "witness a " + vkey + "\nquorum none\n", "line 2", "the name a is given already");
  wrong(a + replaced(a, "witness a", "witness other") + "quorum none\n", "line 2", "counts once");
  wrong(a + "group g all\nquorum none\n", "line 2", "group <name> all|any|<k>");
  wrong(a + "group a all a\nquorum none\n", "line 2", "the name a is given already");
  wrong(a + "group none all a\nquorum none\n", "line 2", "'none' names no witness");
  wrong(a + "group g all g\nquorum none\n", "line 2", "no witness or group g stands above");
  wrong(a + "group g all none\nquorum none\n", "line 2", "no witness or group none stands above");
  wrong(a + "group g all a a\nquorum none\n", "line 2", "a is a member of a group already");
  wrong(a + "group g all a\ngroup h all a\nquorum none\n", "line 3", "a is a member of a group already");
  for (const std::string k : {"0", "2", "18446744073709551615"}) {
    wrong(a + "group g " + k + " a\nquorum g\n", "line 2", k + " of 1 members");
  }
  for (const std::string k : {"01", "+1", "-1", "1.0", "ALL", "18446744073709551616"}) {
    wrong(a + "group g " + k + " a\nquorum g\n", "line 2", "neither all, any nor a number");
  }
}

TEST_CASE("a witness whose key another name wraps is the same witness") {
  const std::string other = NoteVerifier::for_witness("another.example/name", key_of_seed('a').public_key())->vkey();
  CHECK(says(error_of(witness_line('a') + "witness b " + other + "\nquorum none\n"), "counts once"));
}

TEST_CASE("a key that cosigns with ML-DSA-44 cannot be counted here, and is an error rather than never seen to sign") {
  // Its length and id are right for the type, which is all that is looked at before.
  const std::string typed = "\x06" + std::string(1312, 'k');
  const std::string id = to_hex(sha256("w.example\n" + typed).view().substr(0, 4));
  const std::string error = error_of("witness w w.example+" + id + "+" + to_base64(typed) + "\nquorum w\n");
  CHECK(says(error, "line 1"));
  CHECK(says(error, "key type 6 is not supported"));
}

TEST_CASE("as many witnesses, logs and groups are read as the limits say, and not one more") {
  std::string witnesses;
  std::string logs;
  for (std::size_t i = 0; i < max_policy_logs; ++i) {
    const PublicKey key = key_of_seed(static_cast<char>(i + 1)).public_key();
    if (i < max_policy_witnesses)
      witnesses += str("witness w", i, ' ', NoteVerifier::for_witness("w", key)->vkey(), '\n');
    logs += str("log ", NoteVerifier::for_log(policy_origin, key)->vkey(), '\n');
  }
  std::string groups;
  for (std::size_t i = 0; i < max_policy_groups; ++i) {
    groups += i == 0 ? "group g0 all w0\n" : str("group g", i, " all g", i - 1, '\n');
  }
  const std::string all = logs + witnesses + groups + str("quorum g", max_policy_groups - 1, '\n');
  const auto policy = parse_witness_policy(all);
  REQUIRE(policy.ok());
  CHECK(role_of(*policy, "w0") == WitnessRole::required);
  CHECK(says(error_of(logs + "log " + policy_log().vkey() + "\nquorum none\n"), "more than 64 logs"));
  CHECK(says(error_of(witnesses + witness_line('z') + "quorum none\n"), "more than 56 witnesses"));
  CHECK(says(error_of(witnesses + groups + "group more all w1\nquorum none\n"), "more than 64 groups"));
  const std::string room(max_witness_policy_bytes - 13, '#');
  CHECK(parse_witness_policy("quorum none\n" + room + "\n").ok());
  CHECK(says(error_of("quorum none\n#" + room + "\n"), "bytes"));
}

TEST_CASE("a quorum of one witness is met by its cosignature and by no other") {
  const std::string policy = witness_lines("ab") + "quorum a\n";
  CHECK(witnessed(policy, "a").lacks.empty());
  CHECK(witnessed(policy, "a").by == Names{"a"});
  CHECK(witnessed(policy, "ba").by == Names{"a", "b"});
  const Witnessed other = witnessed(policy, "b");
  CHECK(other.lacks == "a");
  CHECK(other.missing == Names{"a"});
  CHECK(other.by == Names{"b"});
  CHECK(other.checkpoint.head.size == 1);
}

TEST_CASE("quorum none is met by the log's own signature") {
  CHECK(witnessed(witness_lines("a") + "quorum none\n", "").lacks.empty());
  CHECK(witnessed("quorum none\n", "a").by.empty());
}

TEST_CASE("groups of groups count as the specification's example does, for each of 64 choices of witnesses") {
  const std::string policy =
      witness_lines("abcdef") + "group X 2 a b c\ngroup Y any d e f\ngroup X-and-Y all X Y\nquorum X-and-Y\n";
  for (unsigned choice = 0; choice < 64; ++choice) {
    std::string seeds;
    for (unsigned i = 0; i < 6; ++i) {
      if ((choice >> i & 1U) != 0) seeds += static_cast<char>('a' + i);
    }
    const auto of = [&seeds](std::string_view group) {
      return std::count_if(group.begin(), group.end(), [&](char c) { return seeds.find(c) != std::string::npos; });
    };
    INFO(seeds);
    const Witnessed result = witnessed(policy, seeds);
    CHECK(result.lacks.empty() == (of("abc") >= 2 && of("def") >= 1));
    CHECK(result.by.size() == seeds.size());
    CHECK(result.missing.empty() == result.lacks.empty());
  }
  CHECK(witnessed(policy, "a").lacks == "2 of (1 of b, c), (1 of d, e, f)");
  CHECK(witnessed(policy, "a").missing == Names{"b", "c", "d", "e", "f"});
  CHECK(witnessed(policy, "ad").lacks == "1 of (1 of b, c)");
}

TEST_CASE("a witness is required, counted or optional by what the quorum could do without it") {
  const auto policy =
      parse_witness_policy(witness_lines("abcd") + "group bc any b c\ngroup top all a bc\nquorum top\n");
  REQUIRE(policy.ok());
  CHECK(role_of(*policy, "a") == WitnessRole::required);
  CHECK(role_of(*policy, "b") == WitnessRole::counted);
  CHECK(role_of(*policy, "d") == WitnessRole::optional);
  CHECK(role_of(*parse_witness_policy(witness_lines("a") + "quorum none\n"), "a") == WitnessRole::optional);
}

TEST_CASE("a note is no witness of anything if the log did not sign it, if a known line is forged, or of another log") {
  const auto policy = parse_witness_policy(witness_lines("ab") + "quorum a\n");
  REQUIRE(policy.ok());
  const auto kind_of = [&policy](const std::string& note, const NoteVerifier& log) {
    const auto checked = check_witnessed(note, std::vector{log}, *policy);
    REQUIRE_FALSE(checked.ok());
    return checked.error().kind;
  };
  CHECK(kind_of(note_by("a"), policy_log('O')) == ErrorKind::not_verified);
  // b's line over another head, beside a's that holds.
  const std::string other_head = format_checkpoint(policy_origin, {1, leaf_hash("another entry")});
  const std::string forged = cosign(other_head, policy_witness_name('b'), key_of_seed('b'), 1795815000)->line;
  CHECK(kind_of(note_by("a") + forged, policy_log()) == ErrorKind::not_verified);
  // Nobody's line is nobody's business, and a line twice counts once.
  CHECK(check_witnessed(note_by("azza"), std::vector{policy_log()}, *policy)->by == Names{"a"});
  const auto elsewhere =
      parse_witness_policy(str("log ", policy_log('O').vkey(), '\n') + witness_lines("a") + "quorum a\n");
  const auto checked = check_witnessed(note_by("a"), std::vector{policy_log()}, *elsewhere);
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().kind == ErrorKind::usage);
  CHECK(says(checked.error().message, "other logs"));
}
