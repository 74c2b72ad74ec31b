#include "ledger/crypto/keys.h"

#include <atomic>
#include <thread>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/crypto/pem.h"
#include "ledger/crypto/signature_rules.h"
#include "tests/catch.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

AskSecret answer(std::string passphrase) {
  return [passphrase] { return Result<Secret>(Secret(passphrase)); };
}

Result<Secret> never_asked() {
  FAIL("a passphrase was asked for a key without one");
  return usage("not reached");
}

// RFC 8032 section 7.1, test 1.
const Bytes rfc8032_seed = bytes_of_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const Bytes rfc8032_public = bytes_of_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const Bytes ed25519_head = bytes_of_hex("302a300506032b6570032100");
const Bytes p256_head = bytes_of_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
// A P-256 key, written by `openssl pkcs8`: head, private half, middle, public half.
const Bytes ec_head = bytes_of_hex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");
const Bytes ec_private = bytes_of_hex("dcd1fe699cd93d9e54519b4eef6326c8052e3e2817a3db54fc3579fbfdbe3ccc");
const Bytes ec_middle = bytes_of_hex("a14403420004");
const Bytes ec_public = bytes_of_hex(
    "d1343bcc14c5e322588e5f1cedf6d7cbb1dfd386199d69684f06a4655c4066b0"
    "fc89763fa5149813a7c64a5056edff2540e801d87dda11bc70eed54cd1f3274f");
const Bytes other_ec_public = bytes_of_hex(
    "34ec48e44505a802d6f3b58725d7e8f8fb86c8aa1ba40d741a0c3e842670d0d4"
    "56029f493f99f05ae76472b7df04ce0e5bab4d891fa741c0950b88a6e95a4184");

}  // namespace

TEST_CASE("An Ed25519 key from a seed signs as RFC 8032 does") {
  const auto key = PrivateKey::from_ed25519_seed(rfc8032_seed).value();
  CHECK(key.public_key().ed25519_raw() == rfc8032_public);
  CHECK(to_hex(key.sign("").value()) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "2465514"
        "1438e7a100b");
  CHECK_FALSE(PrivateKey::from_ed25519_seed(rfc8032_seed.substr(1)));
}

TEST_CASE("What a new key signs, its public half verifies, and nothing else") {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    const auto key = PrivateKey::generate(type).value();
    const auto other = PrivateKey::generate(type).value();
    CHECK(key.public_key().type() == type);
    CHECK(key.public_key().id() != other.public_key().id());
    // Enough times that half of the ECDSA signatures would have a high s.
    for (int i = 0; i < 20; ++i) {
      const auto message = std::to_string(i);
      const auto signature = key.sign(message).value();
      CHECK(key.public_key().verify(message, signature).ok());
      CHECK_FALSE(key.public_key().verify(message + ' ', signature).ok());
      CHECK_FALSE(other.public_key().verify(message, signature).ok());
    }
  }
}

TEST_CASE("A public key reads back from SPKI, PEM and its raw bytes, and its id is the hash of the SPKI") {
  const auto key = PublicKey::from_ed25519(rfc8032_public).value();
  CHECK(key.spki() == ed25519_head + rfc8032_public);
  CHECK(key.id() == sha256(ed25519_head + rfc8032_public));
  CHECK(key.to_pem() ==
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC "
        "KEY-----\n");
  for (const auto& public_key : {key, PublicKey::from_spki(p256_head + ec_public).value()}) {
    CHECK(PublicKey::from_spki(public_key.spki())->id() == public_key.id());
    CHECK(PublicKey::from_pem(public_key.to_pem())->id() == public_key.id());
  }
}

TEST_CASE("A public key in any other spelling is refused") {
  const auto compressed =
      bytes_of_hex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + '\x03' + ec_public.substr(0, 32);
  const auto hybrid = p256_head.substr(0, p256_head.size() - 1) + '\x07' + ec_public;
  auto off_curve = ec_public;
  off_curve[63] = static_cast<char>(off_curve[63] ^ 1);
  const std::pair<const char*, Bytes> spellings[] = {
      {"nothing", ""},
      {"compressed", compressed},
      {"hybrid", hybrid},
      {"off the curve", p256_head + off_curve},
      {"x above p", p256_head + Bytes(64, '\xff')},
      {"cut", p256_head + ec_public.substr(1)},
      {"trailing byte", p256_head + ec_public + '\0'},
      {"trailing byte", ed25519_head + rfc8032_public + '\0'},
      {"cut", ed25519_head + rfc8032_public.substr(1)},
      {"X25519", bytes_of_hex("302a300506032b656e032100") + rfc8032_public},
      {"NULL parameters", bytes_of_hex("302c300706032b65700500032100") + rfc8032_public},
      {"long length", bytes_of_hex("30812a300506032b6570032100") + rfc8032_public},
      {"small order", ed25519_head + Bytes(32, '\0')},
      {"not canonical", ed25519_head + Bytes(31, '\xff') + '\x7f'},
  };
  for (const auto& [why, der] : spellings) {
    INFO(why);
    CHECK_FALSE(PublicKey::from_spki(der));
  }
  CHECK_FALSE(PublicKey::from_ed25519(rfc8032_public + '\0'));
}

TEST_CASE("PEM: the first block counts, with any line ends and nothing but base64 inside") {
  const auto key = PublicKey::from_ed25519(rfc8032_public).value();
  const auto other = PublicKey::from_spki(p256_head + ec_public).value();
  const auto pem = key.to_pem();
  CHECK(PublicKey::from_pem("# a note\n\n" + pem + other.to_pem() + "the end")->id() == key.id());
  std::string returns;
  for (const char c : pem) returns += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(PublicKey::from_pem(returns)->id() == key.id());

  const auto body = to_base64(key.spki());
  for (const auto& text :
       {std::string(), std::string("-----BEGIN PUBLIC KEY-----"), pem.substr(0, pem.size() - 2), body,
        format_pem("PUBLIC KEY", ""), format_pem("RSA PUBLIC KEY", key.spki()), format_pem("PRIVATE KEY", key.spki()),
        "x" + pem, "-----BEGIN PUBLIC KEY-----\nA: b\n\n" + body + "\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n " + body + "\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n",
        format_pem("CERTIFICATE", "x") + pem}) {
    INFO(text);
    CHECK_FALSE(PublicKey::from_pem(text));
  }
}

TEST_CASE("A private key reads back from its PEM, plain or with its passphrase") {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    const auto key = PrivateKey::generate(type).value();
    const auto plain = key.to_pem(std::nullopt).value();
    CHECK(PrivateKey::from_pem(plain, never_asked)->public_key().id() == key.public_key().id());

    const auto sealed = key.to_pem("open sesame").value();
    const auto back = PrivateKey::from_pem(sealed, answer("open sesame")).value();
    CHECK(key.public_key().verify("m", back.sign("m").value()).ok());
    const auto wrong = PrivateKey::from_pem(sealed, answer("open sesam"));
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().message.find("passphrase is wrong") != std::string::npos);
    const auto unasked = PrivateKey::from_pem(sealed, [] { return Result<Secret>(usage("no terminal")); });
    CHECK(unasked.error().message == "no terminal");
  }
  CHECK_FALSE(PrivateKey::generate(KeyType::ed25519)->to_pem(""));
}

TEST_CASE("An encrypted key is PBES2: 600,000 rounds of PBKDF2-HMAC-SHA-256 and AES-256-CBC, with a salt of its own") {
  const auto key = PrivateKey::from_ed25519_seed(rfc8032_seed).value();
  const auto der = parse_pem(key.to_pem("secret").value())->der;
  CHECK(parse_pem(key.to_pem("secret").value())->label == "ENCRYPTED PRIVATE KEY");
  const auto has = [&](std::string_view hex) { return der.find(bytes_of_hex(hex)) != Bytes::npos; };
  CHECK(has("06092a864886f70d01050d"));  // PBES2
  CHECK(has("06092a864886f70d01050c"));  // PBKDF2
  CHECK(
      has("0203"
          "0927c0"));                    // 600,000
  CHECK(has("06082a864886f70d0209"));    // hmacWithSHA256
  CHECK(has("060960864801650304012a"));  // aes-256-cbc
  CHECK_FALSE(der.find(rfc8032_seed) != Bytes::npos);
  CHECK(der != parse_pem(key.to_pem("secret").value())->der);
}

TEST_CASE("Keys that the openssl command wrote are read") {
  const auto plain = format_pem("PRIVATE KEY", ec_head + ec_private + ec_middle + ec_public);
  CHECK(PrivateKey::from_pem(plain, never_asked)->public_key().spki() == p256_head + ec_public);

  const auto sealed = from_base64(
      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjnY49A5yp3kwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFt4J4gWGMhi"
      "32PN"
      "5RLPxrwEQBclwXQ4nbURUwcngiCww5Gi5u6++lFULAb5A7lcPE/6rG0dfq7WfGEDbl9uYnMthm5KJg/X9EM4okWVe6hAIII=");
  const auto key = PrivateKey::from_pem(format_pem("ENCRYPTED PRIVATE KEY", *sealed), answer("cairn"));
  CHECK(to_base64(key->public_key().spki()) == "MCowBQYDK2VwAyEAmPKEkAE98v5yTvZb/os5UHKx2vcztleo19OxKGYjVvw=");
}

TEST_CASE("A private key that is damaged, of another kind or put together from two is refused") {
  const auto whole = ec_head + ec_private + ec_middle + ec_public;
  const auto x25519 = bytes_of_hex("302e020100300506032b656e04220420") + rfc8032_seed;
  const std::pair<const char*, std::string> texts[] = {
      {"two halves", format_pem("PRIVATE KEY", ec_head + ec_private + ec_middle + other_ec_public)},
      {"trailing byte", format_pem("PRIVATE KEY", whole + '\0')},
      {"cut", format_pem("PRIVATE KEY", whole.substr(0, whole.size() - 1))},
      {"X25519", format_pem("PRIVATE KEY", x25519)},
      {"traditional label", format_pem("EC PRIVATE KEY", whole)},
      {"not sealed", format_pem("ENCRYPTED PRIVATE KEY", whole)},
      {"public", format_pem("PUBLIC KEY", p256_head + ec_public)},
      {"nothing", ""},
  };
  for (const auto& [why, text] : texts) {
    INFO(why);
    CHECK_FALSE(PrivateKey::from_pem(text, answer("cairn")).ok());
  }
}

TEST_CASE("One public key verifies for several threads at once") {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    const auto key = PrivateKey::generate(type).value();
    const auto signature = key.sign("shared").value();
    std::atomic<int> held{0}, refused{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          held += key.public_key().verify("shared", signature).ok() ? 1 : 0;
          refused += key.public_key().verify("Shared", signature).ok() ? 0 : 1;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(held == 200);
    CHECK(refused == 200);
  }
}

TEST_CASE("Key types read back by name") {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) CHECK(parse_key_type(to_text(type)).value() == type);
  CHECK(to_text(KeyType::ed25519) == "ed25519");
  CHECK(to_text(KeyType::ecdsa_p256) == "ecdsa-p256");
  for (const auto* text : {"", "Ed25519", "ecdsa_p256", "rsa", "ed25519 "}) CHECK_FALSE(parse_key_type(text));
}

TEST_CASE("Random bytes have the length asked for and do not repeat") {
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(33).size() == 33);
  CHECK(random_bytes(16) != random_bytes(16));
}
