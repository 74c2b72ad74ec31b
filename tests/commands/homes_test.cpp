// Three people with a home each, of whom only one holds the log's key; and keys that are made, rotated, revoked and
// recovered.
#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "ledger/events/statement.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"
#include "tests/results.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A ledger in whose production slot a version of "logistic" is one approval and one step away from full.
struct Waiting : Workplace {
  Waiting() {
    made = init(Policy::easy);
    const std::string models = ModelFiles().write_to(directory() / "models").string();
    expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
    expect(0, "dana", {"promote", rollout});
    expect(0, "dana", {"promote", rollout});
    expect(0, "dana", {"notify", rollout, "--to", "all"});
  }
  std::string file(const std::string& name) const { return (directory() / name).string(); }
  Json made;
  const std::string rollout = "logistic/production/1";
};

// A statement with times of our choice, signed with a key of one of the homes: the program itself has no words for it.
struct Signing {
  std::string author;
  Millis at = SystemClock().now();
  Millis expires = at + default_validity;
  std::vector<Event> events = {RoleGranted{"ben", Grant{Role::deployer, Scope{}}}};
};

fs::path sign_by_hand(const Waiting& place, const Signing& signing, const PrivateKey& key) {
  const Json head = place.json(0, "dana", {"status"});
  Statement statement;
  statement.ledger = must(Hash::from_hex(place.made["ledger"].get<std::string>()));
  statement.id = to_hex(random_bytes(16));
  statement.author = signing.author;
  statement.at = signing.at;
  statement.expires = signing.expires;
  const auto log = must(NoteVerifier::from_vkey(place.made["vkey"].get<std::string>()));
  statement.basis = must(open_checkpoint(head["checkpoint"].get<std::string>(), log)).head;
  statement.events = signing.events;
  const Envelope envelope = must(sign_statement(must(encode_statement(statement, "ledger.example/test")), key));
  const fs::path file = place.directory() / "by-hand.json";
  put_text(file, format_dsse(envelope));
  return file;
}

void check_turned_away(const Workplace& place, const std::string& envelope, const std::string& refusal) {
  const std::uint64_t size = place.size();
  const Ran ran = place.cairn("dana", {"submit", envelope, "--json"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 3);
  CHECK(contains(ran.out, "\"turned_away\""));
  CHECK(contains(ran.out, "\"" + refusal + "\""));
  CHECK(!contains(ran.out, "\"seq\""));
  CHECK(place.size() == size);
}

TEST_CASE("who has only a key of their own signs, and the holder of the log's key submits", "[long]") {
  const Waiting place;
  const std::string yes = place.file("yes.json");
  place.expect(0, "ben", {"approve", place.rollout, "--reason", "canary looks good", "--sign-only", yes});
  CHECK(!fs::exists(place.home("ben") / "logs"));
  CHECK(place.size() == 5);
  const std::string first = place.expect(0, "dana", {"submit", yes});
  CHECK(place.size() == 6);
  place.expect(0, "dana", {"promote", place.rollout});
  const std::string again = place.expect(0, "dana", {"submit", yes});
  CHECK(contains(again, "recorded before"));
  CHECK(place.size() == 7);
  const Json full = place.json(0, "eve", {"status"})["slots"][0];
  CHECK(full["stage"] == "full");
  CHECK(full["approvals"][0]["person"] == "ben");
  CHECK(full["approvals"][0]["seq"] == 5);
  place.expect(0, "ben", {"verify"});
}

TEST_CASE("files that a signed statement names travel beside it", "[long]") {
  const Waiting place;
  ModelFiles model;
  model.time = "20261121_101500";
  const std::string models = model.write_to(place.directory() / "next").string();
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  const std::string envelope = place.file("register.json");
  place.expect(0, "ben", {"register", "--model-path", models, "--sign-only", envelope});
  REQUIRE(fs::exists(envelope + ".attachments"));
  place.expect(0, "dana", {"submit", envelope});
  const Json report = place.json(0, "dana", {"verify"});
  CHECK(report["verified"] == true);
  CHECK(report["attachments"]["missing"].empty());
}

TEST_CASE("an envelope that came too late, too early or for another ledger is turned away", "[long]") {
  const Waiting place;
  const PrivateKey key = must(Home(place.home("dana")).read_key("dana"));
  const Millis now = SystemClock().now();
  Signing signing{"dana"};
  SECTION("expired") {
    signing.at = now - hour;
    signing.expires = now - 1;
    check_turned_away(place, sign_by_hand(place, signing, key).string(), "late");
  }
  SECTION("signed in the future") {
    signing.at = now + hour;
    signing.expires = now + 2 * hour;
    check_turned_away(place, sign_by_hand(place, signing, key).string(), "early");
  }
  SECTION("valid for ever") {
    signing.expires = now + 30 * day;
    check_turned_away(place, sign_by_hand(place, signing, key).string(), "validity");
  }
  SECTION("of another ledger") {
    const std::string other = place.file("other");
    const std::string envelope = place.file("other.json");
    place.expect(0, "dana",
                 {"--ledger", other, "init", "--origin", "ledger.example/test", "--actor",
                  "ben=" + place.public_key("ben").string() + ":approver"});
    place.expect(0, "dana",
                 {"--ledger", other, "actor", "role", "dana", "--revoke", "auditor", "--sign-only", envelope});
    check_turned_away(place, envelope, "other_ledger");
  }
  SECTION("changed after it was signed") {
    const fs::path file = sign_by_hand(place, signing, key);
    Envelope envelope = must(parse_dsse(text_of(file)));
    envelope.payload.replace(envelope.payload.find("deployer"), 8, "approver");
    put_text(file, format_dsse(envelope));
    const Ran ran = place.cairn("dana", {"submit", file.string()});
    INFO(ran.out << ran.err);
    CHECK(ran.code == 3);
    CHECK(place.size() == 5);
  }
  SECTION("in time") {
    place.expect(0, "dana", {"submit", sign_by_hand(place, signing, key).string()});
    CHECK(place.size() == 6);
  }
}

TEST_CASE("the recovery key enrols an admin, and can do nothing else", "[long]") {
  const Waiting place;
  const std::string recovery = place.made["recovery_key"];
  const std::string passphrase = place.file("passphrase");
  put_text(passphrase, place.made["recovery_passphrase"].get<std::string>() + "\n");
  place.expect(0, "eve", {"key", "new", "eve"});
  const auto add = [&](const std::string& role, const std::string& words) {
    return Words{"actor",
                 "add",
                 "eve",
                 "--key",
                 place.public_key("eve").string(),
                 "--role",
                 role,
                 "--recovery-key",
                 recovery,
                 "--passphrase-file",
                 words,
                 "--json"};
  };
  const std::string wrong = place.file("wrong");
  put_text(wrong, "0000-0000\n");
  const Ran locked = place.cairn("dana", add("admin", wrong));
  CHECK(locked.code == 2);
  CHECK(contains(locked.err + locked.out, recovery));
  CHECK(place.size() == 5);
  // Without a terminal nobody can be asked.
  CHECK(place
            .cairn("dana", {"actor", "add", "eve", "--key", place.public_key("eve").string(), "--role", "admin",
                            "--recovery-key", recovery})
            .code == 2);

  place.expect(3, "dana", add("deployer", passphrase));
  CHECK(place.size() == 6);
  const PrivateKey key = must(read_private_key(
      recovery, [&]() -> Result<Secret> { return Secret(place.made["recovery_passphrase"].get<std::string>()); }));
  Signing grant{std::string(recovery_author)};
  const Json refused =
      Json::parse(place.cairn("dana", {"submit", sign_by_hand(place, grant, key).string(), "--json"}).out);
  CHECK(contains(refused.dump(), "\"refused\""));
  // Nor can it speak as somebody else.
  Signing as_dana{"dana"};
  check_turned_away(place, sign_by_hand(place, as_dana, key).string(), "unknown_key");
  CHECK(place.cairn("dana", {"notify", place.rollout, "--to", "all", "--recovery-key", recovery}).code == 2);

  place.expect(0, "dana", add("admin", passphrase));
  const std::string envelope = place.file("by-eve.json");
  place.expect(0, "eve", {"actor", "role", "ben", "--grant", "deployer", "--sign-only", envelope});
  place.expect(0, "dana", {"submit", envelope});
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("a rotated key signs at once, and the old one never again", "[long]") {
  const Waiting place;
  const fs::path key_file = place.home("dana") / "keys" / "dana.pem";
  const PrivateKey old_key = must(Home(place.home("dana")).read_key("dana"));
  const std::string before = place.json(0, "dana", {"key", "show", "dana"})["key_id"];
  place.expect(0, "dana", {"key", "rotate", "--type", "ecdsa-p256"});
  const Json after = place.json(0, "dana", {"key", "show", "dana"});
  CHECK(after["key_id"] != before);
  CHECK(after["type"] == "ecdsa-p256");
  CHECK((fs::status(key_file).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  check_turned_away(place, sign_by_hand(place, Signing{"dana"}, old_key).string(), "unknown_key");
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("a revoked key is turned away, though its statement was signed before", "[long]") {
  const Waiting place;
  const std::string before = place.file("before.json");
  const std::string after = place.file("after.json");
  place.expect(0, "ben", {"approve", place.rollout, "--sign-only", before});
  const std::string key = place.json(0, "ben", {"key", "show", "ben"})["key_id"];
  place.expect(0, "dana", {"key", "revoke", key.substr(0, 12), "--reason", "laptop stolen"});
  check_turned_away(place, before, "unknown_key");
  place.expect(0, "ben", {"approve", place.rollout, "--sign-only", after});
  check_turned_away(place, after, "unknown_key");
}

TEST_CASE("a ledger whose log key lies elsewhere is read, and not written", "[long]") {
  const Waiting place;
  fs::remove_all(place.home("dana") / "logs");
  place.expect(0, "dana", {"status"});
  const Ran ran = place.cairn("dana", {"notify", place.rollout, "--to", "all"});
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "--sign-only"));
}

}  // namespace
}  // namespace cairn::test
