// Keys that are no files: on a token (SoftHSM) and behind a command, from `key refer` to an audit that holds.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "tests/catch.h"
#include "tests/commands/pseudo_terminal.h"
#include "tests/commands/shell.h"
#include "tests/results.h"
#include "tests/token/tokens.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// The files of a home that must not come to be.
bool keeps_nothing_of(const Workplace& place, const std::string& who, const std::string& name) {
  const fs::path keys = place.home(who) / "keys";
  return !fs::exists(keys / (name + ".pem")) && !fs::exists(keys / (name + ".pub.pem"));
}

// A new key that SoftHSM has under this label, and nobody else.
PublicKey put_on_token(const std::string& label, KeyType type) {
  static int number = 0x40;
  const PrivateKey key = must(PrivateKey::generate(type));
  SoftHsm::instance().import(key, label, to_hex(std::string(1, static_cast<char>(++number))));
  return key.public_key();
}

// A key in a file outside of the home, and the flags of the command that signs with it.
Words behind_command(const Workplace& place, const std::string& name, const std::string& then = "") {
  const PrivateKey key = must(PrivateKey::generate(KeyType::ed25519));
  const fs::path file = place.directory() / "elsewhere" / (name + ".key");
  REQUIRE(write_private_key(file, key, std::nullopt).ok());
  const fs::path half = place.directory() / "elsewhere" / (name + ".public");
  put_text(half, key.public_key().to_pem());
  const fs::path script = place.directory() / "elsewhere" / (name + ".sh");
  put_text(script, "#!/bin/sh\n" + then + "\nexec openssl pkeyutl -sign -rawin -in /dev/stdin -inkey \"$1\"\n");
  REQUIRE(::chmod(script.c_str(), 0700) == 0);
  return {"--public-key", half.string(), "--command", script.string(), "--argument=" + file.string()};
}

Words refer(const std::string& name, const Words& how) {
  return with({"key", "refer", name}, how);
}

// dana and the log sign by the token, ben by its P-256 key.
Json init_on_token(const Workplace& place) {
  const SoftHsm& softhsm = SoftHsm::instance();
  static int round = 0;
  const std::string suffix = str("-", ++round);
  for (const std::string name : {"dana", "log"}) {
    put_on_token(name + suffix, KeyType::ed25519);
    place.expect(0, "dana", refer(name, {"--pkcs11", softhsm.uri(name + suffix)}));
  }
  put_on_token("ben" + suffix, KeyType::ecdsa_p256);
  place.expect(0, "ben", refer("ben", {"--pkcs11", softhsm.uri("ben" + suffix)}));
  return place.json(0, "dana",
                    {"init", "--origin", "ledger.example/test", "--log-key", "log", "--actor",
                     "ben=" + place.public_key("ben").string() + ":approver,deployer"});
}

fs::path model_of(const Workplace& place) {
  ModelFiles files;
  const fs::path directory = place.directory() / "models";
  files.write_to(directory);
  return directory;
}

}  // namespace

TEST_CASE("a ledger whose author and log sign on a token is deployed to, audited and exported like any other") {
  const Workplace place;
  const Json made = init_on_token(place);
  const Json shown = place.json(0, "dana", {"key", "show", "dana"});
  CHECK(shown["type"] == "ed25519");
  CHECK(contains(shown["signer"], "pkcs11:token=cairn;object=dana-"));
  CHECK(place.json(0, "ben", {"key", "show", "ben"})["type"] == "ecdsa-p256");
  CHECK(contains(text_of(made["log_key"].get<std::string>()), "pkcs11 pkcs11:token=cairn;object=log-"));

  place.expect(0, "dana", {"deploy", "--model-path", model_of(place).string(), "--environment", "staging"});
  const fs::path file = place.directory() / "note.dsse.json";
  place.expect(0, "ben", {"lockdown", "engage", "--scope", "all", "--reason", "drill", "--sign-only", file.string()});
  place.expect(0, "dana", {"submit", file.string()});  // who checks ben's signature needs no token

  CHECK(place.json(0, "dana", {"verify"})["verified"] == true);
  const fs::path tiles = place.directory() / "tiles";
  place.expect(0, "dana", {"export", tiles.string()});
  const Ran audited = place.cairn_verify({"tiles", tiles.string(), "--key", made["vkey"]});
  INFO(audited.out << audited.err);
  CHECK(audited.code == 0);
}

TEST_CASE("a key goes from a file to a token and on to a command by rotation, and each signs in its time") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  put_on_token("rotated", KeyType::ed25519);
  place.expect(0, "dana", refer("dana-token", {"--pkcs11", SoftHsm::instance().uri("rotated")}));
  place.expect(0, "dana", refer("dana-kms", behind_command(place, "kms")));
  const auto id_of = [&](const std::string& name) {
    return place.json(0, "dana", {"key", "show", name})["key_id"].get<std::string>();
  };
  CHECK(place.cairn("dana", {"key", "rotate", "--to", "nobody"}).code == 1);
  CHECK(place.cairn("dana", {"key", "rotate", "--to", "dana"}).code == 2);  // a file
  CHECK(place.cairn("dana", {"key", "rotate", "--to", "dana-token", "--type", "ed25519"}).code == 2);
  place.expect(0, "dana", {"key", "rotate", "--to", "dana-token"});
  CHECK(id_of("dana") == id_of("dana-token"));
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  place.expect(0, "dana", {"key", "rotate", "--to", "dana-kms"});
  CHECK(id_of("dana") == id_of("dana-kms"));
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "monitor"});
  place.expect(0, "dana", {"key", "rotate"});
  CHECK(!place.json(0, "dana", {"key", "show", "dana"}).contains("signer"));
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor"});
  CHECK(place.json(0, "dana", {"verify"})["verified"] == true);
}

TEST_CASE("key refer writes nothing of a signer that does not sign") {
  const Workplace place;
  const auto refused = [&](int code, const Words& how, const std::string& why) {
    const Ran ran = place.cairn("dana", refer("ci", how));
    INFO(ran.err);
    CHECK(ran.code == code);
    CHECK(contains(ran.err, why));
    CHECK(keeps_nothing_of(place, "dana", "ci"));
  };
  const Words good = behind_command(place, "ci");
  refused(1, behind_command(place, "fails", "echo 'no service' >&2; exit 7"), "no service\ncairn: the signer command");
  Words with_another_key = good;
  with_another_key[1] = behind_command(place, "other")[1];
  refused(1, with_another_key, "is no signature by key");
  refused(2, {good[2], good[3]}, "--public-key FILE is needed");
  refused(2, {}, "either --command PROGRAM or --pkcs11 URI");
  refused(2, with(good, {"--pkcs11", "pkcs11:token=t;id=%01?module-path=/m.so"}), "either --command");
  refused(2, {good[0], good[1], "--command", "sign"}, "an absolute path");
  refused(2, {"--pkcs11", "pkcs11:token=t;id=%01?module-path=/m.so&pin-value=31415926"}, "can be read by every user");
  refused(1, {"--pkcs11", "pkcs11:token=t;id=%01?module-path=/m.so"}, "cannot be loaded");
  put_on_token("no-pin", KeyType::ed25519);
  refused(2, {"--pkcs11", SoftHsm::instance().uri("no-pin", false)}, "there is no terminal");
  const fs::path wrong = place.directory() / "wrong-pin";
  put_text(wrong, "31415926\n");
  REQUIRE(::chmod(wrong.c_str(), 0600) == 0);
  const std::string uri = SoftHsm::instance().uri("no-pin", false) + "&pin-source=file:" + wrong.string();
  refused(2, {"--pkcs11", uri}, "the PIN is wrong");
  CHECK(!contains(place.cairn("dana", refer("ci", {"--pkcs11", uri})).err, "3141"));

  place.expect(0, "dana", refer("ci", good));
  const std::string before = text_of(place.home("dana") / "keys" / "ci.pem");
  CHECK(place.cairn("dana", refer("ci", behind_command(place, "later"))).code == 2);
  CHECK(text_of(place.home("dana") / "keys" / "ci.pem") == before);
  struct stat status {};
  REQUIRE(::stat((place.home("dana") / "keys" / "ci.pem").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("a log whose signer is away appends nothing, says why, and goes on when it is back") {
  const Workplace place;
  const fs::path away = place.directory() / "away";
  place.expect(0, "ben", {"key", "new", "ben"});
  place.expect(0, "dana", refer("log", behind_command(place, "log", "[ ! -e '" + away.string() + "' ] || exit 9")));
  place.expect(0, "dana",
               {"init", "--origin", "ledger.example/test", "--log-key", "log", "--actor",
                "ben=" + place.public_key("ben").string() + ":approver"});
  const auto grant = [&](const std::string& role) { return Words{"actor", "role", "ben", "--grant", role}; };
  place.expect(0, "dana", grant("deployer"));
  const auto size = place.size();
  put_text(away, "");
  const Ran failed = place.cairn("dana", grant("monitor"));
  INFO(failed.err);
  CHECK(failed.code == 1);
  CHECK(contains(failed.err, "ended with exit code 9"));
  CHECK(place.size() == size);
  fs::remove(away);
  place.expect(0, "dana", grant("monitor"));
  CHECK(place.size() == size + 1);
  CHECK(place.json(0, "dana", {"verify"})["verified"] == true);
}

TEST_CASE("the log's key is Ed25519, and --log-key names one that lies elsewhere") {
  const Workplace place;
  const auto init = [&](const std::string& log_key) {
    return place.cairn("dana", {"init", "--origin", "ledger.example/test", "--log-key", log_key});
  };
  place.expect(0, "dana", {"key", "new", "plain"});
  CHECK(init("plain").code == 2);
  CHECK(init("nobody").code == 1);
  put_on_token("p256-log", KeyType::ecdsa_p256);
  place.expect(0, "dana", refer("p256", {"--pkcs11", SoftHsm::instance().uri("p256-log")}));
  const Ran ran = init("p256");
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "must be Ed25519"));
  CHECK(!fs::exists(place.ledger()));
}

TEST_CASE("a token's PIN is asked for on the terminal, without an echo") {
  const Workplace place;
  put_on_token("typed", KeyType::ed25519);
  Words words = refer("dana", {"--pkcs11", SoftHsm::instance().uri("typed", false)});
  words.insert(words.begin(), CAIRN_PROGRAM);
  PseudoTerminal terminal(words, place.environment("dana"));
  REQUIRE(terminal.see([&] { return contains(terminal.written(), "Passphrase or PIN of the key dana: "); }));
  CHECK((terminal.settings().c_lflag & ECHO) == 0);
  terminal.type(std::string(user_pin) + "\r");
  CHECK(terminal.wait() == 0);
  CHECK(!contains(terminal.written(), user_pin));
  CHECK(terminal.settings_as_before());
  CHECK(!keeps_nothing_of(place, "dana", "dana"));
}

TEST_CASE("cairn leaves no core file, and what it starts sees none of its secrets") {
  const Workplace place;
  const fs::path seen = place.directory() / "seen";
  const Words how = behind_command(place, "ci", "cat /proc/$PPID/limits /proc/$PPID/cmdline >'" + seen.string() + "'");
  place.expect(0, "dana", refer("ci", how));
  const std::string text = text_of(seen);
  const std::size_t at = text.find("Max core file size");
  REQUIRE(at != std::string::npos);
  const std::string line = text.substr(at, text.find('\n', at) - at);
  INFO(line);
  CHECK(contains(line, "0                    0"));
}

}  // namespace cairn::test
