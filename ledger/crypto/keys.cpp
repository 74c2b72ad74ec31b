#include "ledger/crypto/keys.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <climits>

#include "ledger/base/text.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/octets.h"
#include "ledger/crypto/pem.h"
#include "ledger/crypto/signature_rules.h"

namespace cairn {
namespace {

using namespace std::string_view_literals;

// All of an SPKI but the point itself (RFC 8410; RFC 5480 with the named curve, uncompressed), so one spelling is a
// comparison and not a parser.
constexpr auto ed25519_head = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr auto p256_head =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"sv;

bool has_shape(BytesView der, BytesView head, std::size_t point_size) {
  return der.size() == head.size() + point_size && der.substr(0, head.size()) == head;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

bool holds_ecdsa(EVP_PKEY* key, BytesView message, BytesView signature) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  ASSERT(context != nullptr);
  ASSERT(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key, nullptr) == 1);
  const int valid =
      EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size());
  ERR_clear_error();
  return valid == 1;
}

}  // namespace

std::string_view to_text(KeyType type) {
  return type == KeyType::ed25519 ? "ed25519" : "ecdsa-p256";
}

Result<KeyType> parse_key_type(std::string_view text) {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    if (text == to_text(type)) return type;
  }
  return usage(str("no key type \"", printable(text.substr(0, 40)), "\"; there are ed25519 and ecdsa-p256"));
}

Result<PublicKey> PublicKey::from_spki(BytesView der) {
  PublicKey key;
  if (has_shape(der, ed25519_head, 32)) {
    key.type_ = KeyType::ed25519;
    const auto point = check_ed25519_point(der.substr(ed25519_head.size()));
    if (!point) return fault("not a public key that we take: " + point.error().message);
  } else if (has_shape(der, p256_head, 64)) {
    key.type_ = KeyType::ecdsa_p256;
  } else {
    return fault(
        "not a public key that we take: only Ed25519, or ECDSA P-256 as named curve with an uncompressed point");
  }

  const auto* at = data_of(der);
  key.key_.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  ERR_clear_error();
  if (!key.key_ || at != data_of(der) + der.size()) return fault("not a public key: its point is not on the curve");
  key.spki_ = der;
  key.id_ = sha256(der);
  return key;
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  TRY_LET(block, parse_pem(pem));
  if (block.label != "PUBLIC KEY") {
    return fault(str("a public key is a PEM block PUBLIC KEY, and this one is ", printable(block.label)));
  }
  return from_spki(block.der);
}

Result<PublicKey> PublicKey::from_ed25519(BytesView raw) {
  if (raw.size() != 32) return fault(str("an Ed25519 public key has 32 bytes, not ", raw.size()));
  return from_spki(Bytes(ed25519_head).append(raw));
}

Result<PublicKey> PublicKey::from_p256(BytesView point) {
  if (point.size() != 65) return fault(str("an uncompressed point of P-256 has 65 bytes, not ", point.size()));
  return from_spki(Bytes(p256_head.substr(0, p256_head.size() - 1)).append(point));
}

Bytes PublicKey::ed25519_raw() const {
  ASSERT(type_ == KeyType::ed25519 && key_);
  return spki_.substr(ed25519_head.size());
}

std::string PublicKey::to_pem() const {
  return format_pem("PUBLIC KEY", spki_);
}

Result<void> PublicKey::verify(BytesView message, BytesView signature) const {
  ASSERT(key_);
  const bool ed25519 = type_ == KeyType::ed25519;
  if (ed25519) {
    TRY(check_ed25519_signature(signature));
  } else {
    const auto pair = decode_ecdsa(signature);
    if (!pair) return not_verified("the ECDSA signature is not in DER");
    if (!is_low_s(*pair)) return not_verified("the ECDSA signature is malleated: s is above half the group's order");
  }

  const bool holds = ed25519 ? holds_ed25519(BytesView(spki_).substr(ed25519_head.size()), message, signature)
                             : holds_ecdsa(key_.get(), message, signature);
  if (!holds) {
    return not_verified(
        str("the signature does not hold for key ", id_.hex(), ": other bytes or another key were signed"));
  }
  return {};
}

Bytes random_bytes(std::size_t count) {
  ASSERT(count <= INT_MAX);
  Bytes bytes(count, '\0');
  ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

}  // namespace cairn
