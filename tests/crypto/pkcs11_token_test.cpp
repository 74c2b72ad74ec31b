#include "ledger/crypto/pkcs11_token.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/token/tokens.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

// A PIN, and how often it was asked for.
struct Keeper {
  AskSecret asks() {
    return [this] {
      ++asked;
      return Result<Secret>(Secret(pin));
    };
  }
  std::string pin = test::user_pin;
  int asked = 0;
};

std::string fake_uri(const std::string& token, const std::string& more = "") {
  return str("pkcs11:token=", token, more, ";id=%01?module-path=", CAIRN_FAKE_TOKEN);
}

// A key that signs by the token of the fake module with this label, and asks this keeper.
PrivateKey fake_key(const std::string& token, Keeper& keeper) {
  const auto uri = must(parse_pkcs11_uri(fake_uri(token)));
  return signing_as({must(public_key_on_token(must(parse_pkcs11_uri(fake_uri("high-s"))))), uri}, keeper.asks());
}

Error failure(const Result<Bytes>& signature) {
  REQUIRE_FALSE(signature.ok());
  return signature.error();
}

bool speaks_of(const Error& error, std::string_view part) {
  INFO(error.message);
  return error.message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a key on SoftHSM signs as the key itself would: Ed25519 and P-256, and its PIN is asked for once") {
  auto& softhsm = test::SoftHsm::instance();
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    const auto key = must(PrivateKey::generate(type));
    const auto label = std::string(to_text(type));
    softhsm.import(key, label, type == KeyType::ed25519 ? "01" : "02");
    const auto uri = must(parse_pkcs11_uri(softhsm.uri(label, false)));
    CHECK(must(public_key_on_token(uri)).spki() == key.public_key().spki());
    Keeper keeper;
    const auto on_token = signing_as({key.public_key(), uri}, keeper.asks());
    CHECK(keeper.asked == 0);
    for (int i = 0; i < 16; ++i) {
      const auto message = str("message ", i) + std::string(static_cast<std::size_t>(i) * 5000, 'x');
      CHECK(key.public_key().verify(message, must(on_token.sign(message))).ok());
    }
    const PrivateKey copy = on_token;
    CHECK(copy.sign("m").ok());
    CHECK(keeper.asked == 1);

    // A second key of the process on the same token: the module says that somebody is logged in already.
    const auto again = signing_as({key.public_key(), uri}, keeper.asks());
    CHECK(again.sign("m").ok());
  }
}

TEST_CASE("any thread may sign by a token, and all of them share its session") {
  auto& softhsm = test::SoftHsm::instance();
  const auto key = must(PrivateKey::generate(KeyType::ed25519));
  softhsm.import(key, "shared", "06");
  Keeper keeper;
  const auto on_token =
      signing_as({key.public_key(), must(parse_pkcs11_uri(softhsm.uri("shared", false)))}, keeper.asks());
  std::vector<int> signatures(4);
  std::vector<std::thread> threads;
  for (int& made : signatures) {
    threads.emplace_back([&made, copy = on_token] {
      for (int i = 0; i < 50; ++i) made += copy.sign(str("message ", i)).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(signatures == std::vector<int>(4, 50));
  CHECK(keeper.asked == 1);
}

TEST_CASE("a token's PIN is read from the file that its URI names, which is for its owner alone") {
  auto& softhsm = test::SoftHsm::instance();
  const auto key = must(PrivateKey::generate(KeyType::ed25519));
  softhsm.import(key, "by-file", "03");
  const auto never = []() -> Result<Secret> { return usage("asked"); };
  const SignerFile file{key.public_key(), must(parse_pkcs11_uri(softhsm.uri("by-file")))};
  CHECK(signing_as(file, never).sign("m").ok());
  REQUIRE(::chmod(softhsm.pin_file().c_str(), 0640) == 0);
  CHECK(speaks_of(failure(signing_as(file, never).sign("m")), "has mode 0640"));
  REQUIRE(::chmod(softhsm.pin_file().c_str(), 0600) == 0);

  for (const auto& [text, fits] : {std::pair<std::string, bool>{"", false},
                                   {"\r\n\n", false},
                                   {std::string(1024, 'p') + "\n", true},
                                   {std::string(1025, 'p'), false}}) {
    const test::TempDirectory folder;
    std::ofstream(folder.path() / "pin") << text;
    REQUIRE(::chmod((folder.path() / "pin").c_str(), 0600) == 0);
    CHECK(read_secret_file(folder.path() / "pin").ok() == fits);
  }
}

TEST_CASE("a wrong PIN is a usage error that does not repeat it, and is tried once") {
  auto& softhsm = test::SoftHsm::instance();
  const auto key = must(PrivateKey::generate(KeyType::ed25519));
  softhsm.import(key, "wrong-pin", "04");
  Keeper keeper;
  keeper.pin = "31415926";
  const SignerFile file{key.public_key(), must(parse_pkcs11_uri(softhsm.uri("wrong-pin", false)))};
  const auto on_softhsm = signing_as(file, keeper.asks());
  for (const auto& error : {failure(on_softhsm.sign("m")), failure(fake_key("high-s", keeper).sign("sample"))}) {
    CHECK(error.kind == ErrorKind::usage);
    CHECK(speaks_of(error, "the PIN is wrong"));
    CHECK_FALSE(speaks_of(error, "3141"));
  }
  CHECK(keeper.asked == 2);
  keeper.pin = test::user_pin;
  CHECK(on_softhsm.sign("m").ok());
}

TEST_CASE("a token that is locked, or wants what we cannot give, says so") {
  Keeper keeper;
  CHECK(speaks_of(failure(fake_key("locked-flag", keeper).sign("sample")), "the PIN is locked"));
  CHECK(keeper.asked == 0);
  CHECK(speaks_of(failure(fake_key("locked", keeper).sign("sample")), "the PIN is locked"));
  CHECK(speaks_of(failure(fake_key("no-pin", keeper).sign("sample")), "no PIN of a user was ever set"));
  CHECK(speaks_of(failure(fake_key("asks-each", keeper).sign("sample")), "wants a PIN for each signature"));
  CHECK(speaks_of(failure(fake_key("gone", keeper).sign("sample")), "the token was taken out"));
  const int before = keeper.asked;
  CHECK(fake_key("keypad", keeper).sign("sample").ok());
  CHECK(keeper.asked == before);
}

TEST_CASE("what a token answers is lowered to low s and verified") {
  Keeper keeper;
  const auto key = fake_key("high-s", keeper);
  const auto signature = must(key.sign("sample"));
  CHECK(key.public_key().verify("sample", signature).ok());
  CHECK(to_hex(signature).ends_with("0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"));
  CHECK(speaks_of(failure(key.sign("samplf")), "no signature by key"));
  CHECK(speaks_of(failure(fake_key("wrong", keeper).sign("sample")), "no signature by key"));
  CHECK(speaks_of(failure(fake_key("short", keeper).sign("sample")), "answered 63 bytes"));
  CHECK(speaks_of(failure(fake_key("huge", keeper).sign("sample")), "answered 1024 bytes"));
}

TEST_CASE("a token is opened again after it was away") {
  Keeper keeper;
  const auto key = fake_key("gone", keeper);
  CHECK_FALSE(key.sign("sample").ok());
  CHECK_FALSE(key.sign("sample").ok());
  CHECK(keeper.asked == 2);
}

TEST_CASE("a token, an object or a module that is not there is named, with what there is") {
  auto& softhsm = test::SoftHsm::instance();
  const auto why = [](const std::string& uri) {
    const auto key = public_key_on_token(must(parse_pkcs11_uri(uri)));
    REQUIRE_FALSE(key.ok());
    return key.error();
  };
  CHECK(speaks_of(why(fake_uri("other")),
                  "no such token is there; of the module's tokens there are: \"locked\" (serial 1000)"));
  CHECK(speaks_of(why(fake_uri("high-s", ";serial=7")), "no such token"));
  CHECK(speaks_of(why(fake_uri("high-s", ";model=other")), "no such token"));
  CHECK(speaks_of(why(fake_uri("high-s", ";manufacturer=other")), "no such token"));
  CHECK(speaks_of(why(fake_uri("twin-label")), "more than one such token"));
  CHECK(public_key_on_token(must(parse_pkcs11_uri(fake_uri("twin-label", ";serial=1011")))).ok());

  CHECK(speaks_of(why(softhsm.uri("nobody")), "no public key with that id and label"));
  const auto key = must(PrivateKey::generate(KeyType::ed25519));
  softhsm.import(key, "twice", "0a");
  softhsm.import(must(PrivateKey::generate(KeyType::ed25519)), "twice", "0b");
  CHECK(speaks_of(why(softhsm.uri("twice")), "more than one public key fits"));
  const auto id = ";id=%0A?";
  auto uri = softhsm.uri("twice");
  CHECK(must(public_key_on_token(must(parse_pkcs11_uri(uri.replace(uri.find('?'), 1, id))))).id() ==
        key.public_key().id());
  const auto unknown = SignerFile{key.public_key(), must(parse_pkcs11_uri(softhsm.uri("nobody")))};
  CHECK(speaks_of(failure(signing_as(unknown, {}).sign("m")), "no private key with that id and label"));

  const std::string begin = "pkcs11:token=t;id=%01?module-path=";
  CHECK(speaks_of(why(begin + "/nonexistent/module.so"), "cannot be loaded"));
  CHECK(speaks_of(why(begin + CAIRN_SOURCE "/README.md"), "cannot be loaded"));
  std::ifstream maps("/proc/self/maps");
  std::string library;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("libcrypto.so") != std::string::npos) library = line.substr(line.find('/'));
  }
  REQUIRE_FALSE(library.empty());
  CHECK(speaks_of(why(begin + library), "is no PKCS#11 module"));
}

TEST_CASE("a key on a token that is not the one of the signer file signs nothing") {
  auto& softhsm = test::SoftHsm::instance();
  const auto key = must(PrivateKey::generate(KeyType::ed25519));
  softhsm.import(key, "exchanged", "05");
  const auto other = must(PrivateKey::generate(KeyType::ed25519));
  const SignerFile file{other.public_key(), must(parse_pkcs11_uri(softhsm.uri("exchanged")))};
  CHECK(speaks_of(failure(signing_as(file, {}).sign("m")), "no signature by key " + other.public_key().id().hex()));
  const auto p256 = must(PrivateKey::generate(KeyType::ecdsa_p256));
  const SignerFile of_another_type{p256.public_key(), must(parse_pkcs11_uri(softhsm.uri("exchanged")))};
  CHECK_FALSE(signing_as(of_another_type, {}).sign("m").ok());
}
