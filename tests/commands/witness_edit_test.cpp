// cairn witness add, remove and policy --set: what becomes of a policy.
#include "commands/witness_edit.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/witness_place.h"

namespace cairn::test {
namespace {

PolicyWitness of_seed(char seed) {
  const PrivateKey key = PrivateKey::from_ed25519_seed(std::string(32, seed)).value();
  return {std::string(1, seed), NoteVerifier::for_witness("w.example", key.public_key()).value(), "https://w.example"};
}

WitnessPolicy added(WitnessPolicy policy, char seed, bool required) {
  auto after = add_witness(std::move(policy), of_seed(seed), required);
  INFO((after.ok() ? std::string() : after.error().message));
  REQUIRE(after.ok());
  return *after;
}

WitnessPolicy removed(WitnessPolicy policy, char seed) {
  return remove_witness(std::move(policy), std::string(1, seed)).value();
}

// The policy without its lines of witnesses, and readable by the parser.
std::string rest_of(const WitnessPolicy& policy) {
  const std::string text = format_witness_policy(policy);
  const auto parsed = parse_witness_policy(text);
  INFO(text << (parsed.ok() ? std::string() : parsed.error().message));
  REQUIRE(parsed.ok());
  const std::size_t group = text.find("group ");
  return text.substr(group == std::string::npos ? text.find("quorum ") : group);
}

WitnessPolicy parsed_with(const std::string& seeds, const std::string& rest) {
  std::string text;
  for (const char seed : seeds) text += str("witness ", seed, ' ', of_seed(seed).key.vkey(), " https://w.example\n");
  return parse_witness_policy(text + rest).value();
}

TEST_CASE("required witnesses are added to what the quorum was, optional ones leave it alone") {
  WitnessPolicy policy = added({}, 'a', false);
  CHECK(rest_of(policy) == "quorum none\n");
  policy = added(policy, 'b', true);
  CHECK(rest_of(policy) == "quorum b\n");
  policy = added(policy, 'c', true);
  CHECK(rest_of(policy) == "group required all b c\nquorum required\n");
  policy = added(policy, 'd', true);
  CHECK(rest_of(policy) == "group required all b c d\nquorum required\n");
  CHECK(role_of(policy, "a") == WitnessRole::optional);
  CHECK(role_of(policy, "d") == WitnessRole::required);
  const WitnessPolicy own = added(parsed_with("abc", "group g 2 a b c\nquorum g\n"), 'd', true);
  CHECK(rest_of(own) == "group g 2 a b c\ngroup required all g d\nquorum required\n");
}

TEST_CASE("a name or key twice is refused, and so is a quorum that cannot become a member") {
  const WitnessPolicy policy = parsed_with("ab", "group g any a\nquorum a\n");
  for (const PolicyWitness& witness :
       {of_seed('a'), PolicyWitness{"g", of_seed('c').key, ""}, PolicyWitness{"other", of_seed('a').key, ""}}) {
    const auto after = add_witness(policy, witness, false);
    REQUIRE_FALSE(after.ok());
    CHECK(after.error().kind == ErrorKind::usage);
  }
  // a is a member of g already, and required is another's name.
  CHECK_FALSE(add_witness(policy, of_seed('c'), true).ok());
  CHECK_FALSE(add_witness(parsed_with("ab", "group required any a b\nquorum required\n"), of_seed('c'), true).ok());
}

TEST_CASE("what is removed leaves its groups: all of the rest, as many as before, or no group at all") {
  CHECK(rest_of(removed(parsed_with("abc", "group g all a b c\nquorum g\n"), 'b')) == "group g all a c\nquorum g\n");
  CHECK(rest_of(removed(parsed_with("abc", "group g 2 a b c\nquorum g\n"), 'b')) == "group g all a c\nquorum g\n");
  CHECK(removed(parsed_with("abcd", "group g 2 a b c d\nquorum g\n"), 'b').group("g")->needed == 2);
  CHECK(rest_of(removed(parsed_with("a", "quorum a\n"), 'a')) == "quorum none\n");
  CHECK(rest_of(removed(parsed_with("a", "group g all a\ngroup h all g\nquorum h\n"), 'a')) == "quorum none\n");
  CHECK(rest_of(removed(parsed_with("ab", "group g all a\ngroup h all g b\nquorum h\n"), 'a')) ==
        "group h all b\nquorum h\n");
  CHECK(remove_witness({}, "a").error().kind == ErrorKind::usage);
}

TEST_CASE("a policy that is given as a file is taken if it is of this log and every witness can be asked") {
  const WitnessPlace place;
  const std::string witness = "witness a " + of_seed('a').key.vkey();
  const auto set = [&place](const std::string& text) {
    return place.cairn("dana", {"witness", "policy", "--set", place.file("given", text)});
  };
  CHECK(set(witness + " https://w.example\nquorum a\n").code == 0);
  const std::string kept = place.expect(0, "dana", {"witness", "policy"});
  CHECK(kept == "log " + place.log_key() + "\n" + witness + " https://w.example\nquorum a\n");
  const std::string other = "log example.com/models+c467f66a+AW1E+Tn4KdQ1mLze3akN4B22n6pQyqM+jGwyikuQDU2s\n";
  for (const auto& [text, why] : std::map<std::string, std::string>{{witness + "\nquorum a\n", "no URL for a"},
                                                                    {witness + " ftp://w\nquorum a\n", "ftp://w"},
                                                                    {other + "quorum none\n", "other logs"},
                                                                    {witness + "\nquorum b\n", "line 2"}}) {
    const Ran ran = set(text);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, why));
  }
  CHECK(place.expect(0, "dana", {"witness", "policy"}) == kept);
}

TEST_CASE("the policy that is shown is for the keys that the log signs with now") {
  const WitnessPlace place;
  const std::string before = place.log_key();
  place.expect(0, "dana", {"witness", "add", "a", of_seed('a').key.vkey(), "http://127.0.0.1:9"});
  CHECK(contains(place.expect(0, "dana", {"witness", "policy"}), "log " + before));
  place.expect(0, "dana", {"log-key", "replace", "--reason", "yearly"});
  const std::string shown = place.expect(0, "dana", {"witness", "policy"});
  CHECK(contains(shown, "log " + place.log_key()));
  CHECK_FALSE(contains(shown, before));
}

TEST_CASE("what is typed of a witness and cannot be meant is a usage error that names it") {
  const WitnessPlace place;
  const std::string key = of_seed('a').key.vkey();
  const auto add = [&place](const std::string& name, const std::string& vkey, const std::string& url) {
    const Ran ran = place.cairn("dana", {"witness", "add", name, vkey, url});
    INFO(ran.err);
    CHECK(ran.code == 2);
    return ran.err;
  };
  CHECK(contains(add("a", place.log_key(), "https://w.example"), "a log's, and no witness's"));
  CHECK(contains(add("a", "no-key", "https://w.example"), "VKEY"));
  CHECK(contains(add("a", key, "w.example"), "neither https:// nor http://"));
  CHECK(contains(add("a b", key, "https://w.example"), "line"));
  CHECK(contains(add("none", key, "https://w.example"), "'none'"));
  CHECK(place.cairn("dana", {"witness", "list"}).code == 2);
  CHECK(place.cairn("dana", {"witness", "cosign", "--timeout", "0s"}).code == 2);
  CHECK(place.cairn("dana", {"witness", "cosign", "--timeout", "2h"}).code == 2);
}

}  // namespace
}  // namespace cairn::test
