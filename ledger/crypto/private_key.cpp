#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "ledger/base/text.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/octets.h"
#include "ledger/crypto/pem.h"
#include "ledger/crypto/signature_rules.h"

namespace cairn {
namespace {

constexpr int pbkdf2_rounds = 600'000;
constexpr int salt_bytes = 16;

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(PKCS8_PRIV_KEY_INFO* plain) const { PKCS8_PRIV_KEY_INFO_free(plain); }
  void operator()(X509_SIG* sealed) const { X509_SIG_free(sealed); }
  void operator()(X509_ALGOR* algorithm) const { X509_ALGOR_free(algorithm); }
  void operator()(unsigned char* der) const { OPENSSL_free(der); }
};

using Plain = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free>;
using Sealed = std::unique_ptr<X509_SIG, Free>;

template <class Object>
Bytes der_of(const Object* object, int encode(const Object*, unsigned char**)) {
  unsigned char* der = nullptr;
  const int size = encode(object, &der);
  ASSERT(size > 0);
  const std::unique_ptr<unsigned char, Free> owned(der);
  Bytes bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_cleanse(der, bytes.size());
  return bytes;
}

template <class Object>
std::unique_ptr<Object, Free> whole(BytesView der, Object* decode(Object**, const unsigned char**, long)) {
  const auto* at = data_of(der);
  std::unique_ptr<Object, Free> object(decode(nullptr, &at, static_cast<long>(der.size())));
  if (at != data_of(der) + der.size()) object.reset();
  return object;
}

Result<Sealed> seal(PKCS8_PRIV_KEY_INFO* plain, const std::string& passphrase) {
  if (passphrase.empty()) return usage("an empty passphrase protects nothing; give one, or ask for a key without");
  if (passphrase.size() > longest_secret) return usage("the passphrase is longer than 1024 bytes");
  std::unique_ptr<X509_ALGOR, Free> algorithm(PKCS5_pbe2_set_iv_ex(EVP_aes_256_cbc(), pbkdf2_rounds, nullptr,
                                                                   salt_bytes, nullptr, NID_hmacWithSHA256, nullptr));
  ASSERT(algorithm != nullptr);
  Sealed sealed(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain, algorithm.get()));
  ASSERT(sealed != nullptr);
  static_cast<void>(algorithm.release());
  return sealed;
}

Result<Plain> unseal(BytesView der, const AskSecret& ask) {
  const auto sealed = whole(der, d2i_X509_SIG);
  if (!sealed) return fault("the ENCRYPTED PRIVATE KEY block does not hold an encrypted PKCS#8 key");
  TRY_LET(secret, ask());
  const auto passphrase = secret.view();
  if (passphrase.size() > longest_secret) return usage("the passphrase is longer than 1024 bytes");
  Plain plain(PKCS8_decrypt(sealed.get(), passphrase.data(), static_cast<int>(passphrase.size())));
  if (!plain) return usage("the private key cannot be decrypted: the passphrase is wrong; try again");
  return plain;
}

Result<Plain> read_plain(std::string_view pem, const AskSecret& ask) {
  TRY_LET(block, parse_pem(pem));
  const Wiped wiped(block.der);
  if (block.label == "ENCRYPTED PRIVATE KEY") return unseal(block.der, ask);
  if (block.label != "PRIVATE KEY") {
    return fault(str("a private key is a PEM block PRIVATE KEY or ENCRYPTED PRIVATE KEY (PKCS#8), and this one is ",
                     printable(block.label), "; `openssl pkcs8 -topk8` rewrites older kinds"));
  }
  auto plain = whole(block.der, d2i_PKCS8_PRIV_KEY_INFO);
  if (!plain) return fault("the PRIVATE KEY block does not hold a PKCS#8 key");
  return plain;
}

}  // namespace

Result<PrivateKey> PrivateKey::generate(KeyType type) {
  PrivateKey key;
  key.key_.reset(type == KeyType::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                          : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                 EVP_PKEY_free);
  ASSERT(key.key_);
  TRY_LET(own, PublicKey::from_spki(der_of<EVP_PKEY>(key.key_.get(), i2d_PUBKEY)));
  key.public_ = std::move(own);
  return key;
}

Result<PrivateKey> PrivateKey::from_ed25519_seed(BytesView seed) {
  if (seed.size() != 32) return fault(str("an Ed25519 seed has 32 bytes, not ", seed.size()));
  PrivateKey key;
  key.key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size()), EVP_PKEY_free);
  ASSERT(key.key_);
  TRY_LET(own, PublicKey::from_spki(der_of<EVP_PKEY>(key.key_.get(), i2d_PUBKEY)));
  key.public_ = std::move(own);
  return key;
}

PrivateKey PrivateKey::elsewhere(PublicKey key, Elsewhere elsewhere) {
  PrivateKey made;
  made.public_ = std::move(key);
  made.elsewhere_ = std::make_shared<const Elsewhere>(std::move(elsewhere));
  return made;
}

std::optional<std::string> PrivateKey::signer() const {
  if (!elsewhere_) return std::nullopt;
  return elsewhere_->signer;
}

Result<Bytes> PrivateKey::sign_elsewhere(BytesView message) const {
  const auto answer = elsewhere_->sign(message);
  const auto failed = [&](std::string_view why) { return str("the signer ", printable(elsewhere_->signer), " ", why); };
  if (!answer) return Error{answer.error().kind, failed(answer.error().message)};
  Bytes signature = *answer;
  if (public_.type() == KeyType::ecdsa_p256) {
    auto pair = decode_ecdsa(signature);
    // Devices give either of the two valid values of s, and one of them is ours.
    if (pair && lower_s(*pair)) signature = encode_ecdsa(*pair);
  }
  const auto held = public_.verify(message, signature);
  if (held) return signature;
  return fault(failed(str("answered with what is no signature by key ", public_.id().hex(), " of these bytes (",
                          held.error().message, "); see that it has that key and signs its input as it is")));
}

Result<Bytes> PrivateKey::sign(BytesView message) const {
  if (elsewhere_) return sign_elsewhere(message);
  ASSERT(key_);
  if (public_.type() == KeyType::ed25519) {
    Bytes seed(32, '\0');
    const Wiped wiped(seed);
    auto size = seed.size();
    ASSERT(EVP_PKEY_get_raw_private_key(key_.get(), reinterpret_cast<unsigned char*>(seed.data()), &size) == 1 &&
           size == seed.size());
    return sign_ed25519(seed, public_.ed25519_raw(), message);
  }

  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  ASSERT(context != nullptr);
  Bytes signature(128, '\0');
  auto size = signature.size();
  const bool signed_it =
      EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data_of(message),
                     message.size()) == 1;
  ERR_clear_error();
  if (!signed_it) return fault(str("signing with key ", public_.id().hex(), " failed in OpenSSL; check the machine"));
  signature.resize(size);
  auto pair = decode_ecdsa(signature);
  const bool lowered = pair && lower_s(*pair);
  ASSERT(lowered);
  return encode_ecdsa(*pair);
}

Result<std::string> PrivateKey::to_pem(const std::optional<std::string>& passphrase) const {
  if (elsewhere_ && passphrase) return usage("a key that lies elsewhere is not protected by a passphrase here");
  if (elsewhere_) return elsewhere_->file;
  ASSERT(key_);
  const Plain plain(EVP_PKEY2PKCS8(key_.get()));
  ASSERT(plain != nullptr);
  if (passphrase) {
    TRY_LET(sealed, seal(plain.get(), *passphrase));
    return format_pem("ENCRYPTED PRIVATE KEY", der_of<X509_SIG>(sealed.get(), i2d_X509_SIG));
  }
  auto der = der_of<PKCS8_PRIV_KEY_INFO>(plain.get(), i2d_PKCS8_PRIV_KEY_INFO);
  const Wiped wiped(der);
  return format_pem("PRIVATE KEY", der);
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, const AskSecret& passphrase) {
  auto plain = read_plain(pem, passphrase);
  ERR_clear_error();
  if (!plain) return plain.error();

  PrivateKey key;
  key.key_.reset(EVP_PKCS82PKEY(plain->get()), EVP_PKEY_free);
  ERR_clear_error();
  const auto kind = key.key_ ? EVP_PKEY_get_base_id(key.key_.get()) : EVP_PKEY_NONE;
  if (kind != EVP_PKEY_ED25519 && kind != EVP_PKEY_EC) {
    return fault("not a private key that we take: only Ed25519 or ECDSA P-256");
  }
  TRY_LET(own, PublicKey::from_spki(der_of<EVP_PKEY>(key.key_.get(), i2d_PUBKEY)));
  key.public_ = std::move(own);

  // An EC file holds both halves, and nothing above compared them.
  constexpr std::string_view probe = "cairn: do the two halves of this key belong together?";
  TRY_LET(signature, key.sign(probe));
  if (!key.public_.verify(probe, signature)) return fault("the private key's file holds another key's public half");
  return key;
}

}  // namespace cairn
