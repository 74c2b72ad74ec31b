// Signing keys: Ed25519 (RFC 8032) and ECDSA P-256 with SHA-256, in PKCS#8 and SPKI PEM files (DESIGN 4, Keys).
//
// One rule says which signatures are valid, everywhere: Ed25519 cofactorless with s < L, canonical A and R, no small
// order; ECDSA in DER with low s. Key id = SHA-256 of the SPKI DER.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/secret.h"
#include "ledger/crypto/sha256.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY, kept out of this header

namespace cairn {

using KeyId = Hash;

enum class KeyType : std::uint8_t { ed25519, ecdsa_p256 };

std::string_view to_text(KeyType type);  // "ed25519", "ecdsa-p256"
Result<KeyType> parse_key_type(std::string_view text);

class PublicKey {
 public:
  // One spelling: Ed25519, or P-256 as named curve with an uncompressed point. Small-order Ed25519 points are refused.
  static Result<PublicKey> from_spki(BytesView der);
  static Result<PublicKey> from_pem(std::string_view pem);  // the first block of the text
  static Result<PublicKey> from_ed25519(BytesView raw);     // 32 bytes, as in a vkey
  static Result<PublicKey> from_p256(BytesView point);      // 65 bytes, uncompressed

  KeyType type() const { return type_; }
  const Bytes& spki() const { return spki_; }
  const KeyId& id() const { return id_; }
  Bytes ed25519_raw() const;  // the 32 bytes; only for Ed25519
  std::string to_pem() const;

  // An error of kind not_verified says why it does not hold.
  Result<void> verify(BytesView message, BytesView signature) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_ = KeyType::ed25519;
  Bytes spki_;
  KeyId id_;
};

// Signs with a key that this process does not hold.
struct Elsewhere {
  std::string signer;  // who it is, in messages
  std::string file;    // what stands for the key in a key file: no secret
  // Ed25519: 64 bytes. P-256: DER, with s low or high.
  std::function<Result<Bytes>(BytesView message)> sign;
};

class PrivateKey {
 public:
  static Result<PrivateKey> generate(KeyType type);
  static Result<PrivateKey> from_ed25519_seed(BytesView seed);  // 32 bytes; for vectors and tests
  static PrivateKey elsewhere(PublicKey key, Elsewhere elsewhere);

  const PublicKey& public_key() const { return public_; }
  // Who signs, if the key lies elsewhere; else nothing.
  std::optional<std::string> signer() const;

  // What it returns holds for public_key(): of a key elsewhere, too, however wrong the signer's answer was. A fault
  // names the signer.
  Result<Bytes> sign(BytesView message) const;

  // PKCS#8; with a passphrase PBES2 (PBKDF2-HMAC-SHA-256, 600,000 rounds, AES-256-CBC). Of a key elsewhere, its signer
  // file, which takes no passphrase.
  Result<std::string> to_pem(const std::optional<std::string>& passphrase) const;
  // `passphrase` is called only if the text is encrypted. No signer files: read_private_key reads those.
  static Result<PrivateKey> from_pem(std::string_view pem, const AskSecret& passphrase);

 private:
  Result<Bytes> sign_elsewhere(BytesView message) const;

  std::shared_ptr<evp_pkey_st> key_;  // or
  std::shared_ptr<const Elsewhere> elsewhere_;
  PublicKey public_;
};

// From the operating system; for ids, nonces and keys.
Bytes random_bytes(std::size_t count);

}  // namespace cairn
