// Two engines for Ed25519 (docs/decisions/0032): libsodium in the product, OpenSSL here. Behind our rules of spelling
// they say the same of every signature, and they make the same ones.
#include <openssl/evp.h>

#include <memory>
#include <random>

#include "ledger/crypto/keys.h"
#include "ledger/crypto/octets.h"
#include "ledger/crypto/signature_rules.h"
#include "tests/catch.h"
#include "tests/crypto/ed25519_vectors.h"

using namespace cairn;

namespace {

constexpr int mutations = 4000;

bool openssl_holds(BytesView point, BytesView message, BytesView signature) {
  if (!check_ed25519_signature(signature)) return false;
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(point), point.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  REQUIRE((key != nullptr && context != nullptr));
  REQUIRE(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
  return EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size()) == 1;
}

Bytes openssl_signature(BytesView seed, BytesView message) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  REQUIRE((key != nullptr && context != nullptr));
  REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
  Bytes signature(64, '\0');
  auto size = signature.size();
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data_of(message),
                         message.size()) == 1);
  REQUIRE(size == signature.size());
  return signature;
}

// One signature as somebody may have spoilt it.
struct Claim {
  Bytes point;
  Bytes message;
  Bytes signature;
};

class Spoiler {
 public:
  void spoil(Claim& claim) {
    switch (below(6)) {
      case 0:
        return flip(claim.signature, 0, 32);  // R
      case 1:
        return flip(claim.signature, 32, 64);  // s
      case 2:
        return flip(claim.message, 0, claim.message.size());
      case 3:
        return flip(claim.point, 0, 32);
      case 4:
        return claim.point.swap(claim.message);  // 32 bytes of each are a point or none
      default:
        return;  // as it was signed
    }
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

 private:
  void flip(Bytes& bytes, std::size_t begin, std::size_t end) {
    const std::size_t at = begin + below(end - begin);
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
  }

  std::mt19937_64 random_{20260727};
};

}  // namespace

TEST_CASE("Both engines say the same of every frozen vector") {
  int asked = 0;
  test::each_ed25519_vector([&](const test::Ed25519Vector& vector) {
    const auto public_key = PublicKey::from_ed25519(vector.key);
    if (!public_key) return;
    ++asked;
    CHECK(public_key->verify(vector.message, vector.signature).ok() ==
          openssl_holds(vector.key, vector.message, vector.signature));
  });
  CHECK(asked == 27);
}

TEST_CASE("Both engines sign every message alike, by any key") {
  for (std::size_t length = 0; length < 300; ++length) {
    const Bytes seed(sha256(str("seed ", length)).view());
    const Bytes message(length, static_cast<char>(length));
    const PrivateKey key = PrivateKey::from_ed25519_seed(seed).value();
    REQUIRE(key.sign(message).value() == openssl_signature(seed, message));
  }
}

TEST_CASE("Both engines say the same of thousands of spoilt signatures") {
  Spoiler spoiler;
  const PrivateKey keys[] = {PrivateKey::from_ed25519_seed(Bytes(32, 'a')).value(),
                             PrivateKey::from_ed25519_seed(Bytes(32, 'b')).value()};
  int valid = 0;
  int invalid = 0;
  for (int i = 0; i < mutations; ++i) {
    const PrivateKey& key = keys[spoiler.below(2)];
    Claim claim{key.public_key().ed25519_raw(), Bytes(32, static_cast<char>('a' + i % 26)), {}};
    claim.signature = key.sign(claim.message).value();
    spoiler.spoil(claim);
    const auto public_key = PublicKey::from_ed25519(claim.point);
    if (!public_key) continue;
    const bool ours = public_key->verify(claim.message, claim.signature).ok();
    CHECK(ours == openssl_holds(claim.point, claim.message, claim.signature));
    ++(ours ? valid : invalid);
  }
  CHECK(valid > mutations / 10);
  CHECK(invalid > mutations / 2);
}
