// A key pair on a token, by PKCS#11 (OASIS, v3.0): Ed25519 by CKM_EDDSA, P-256 by CKM_ECDSA over SHA-256. The token's
// module is loaded into this process, as the standard has it, and stays there.
#pragma once

#include <memory>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/pkcs11_uri.h"

namespace cairn {

class Pkcs11Token {
 public:
  // Loads the module and opens a session with the one token that the URI names; asks for no PIN. Faults name the
  // module, and what tokens there are.
  static Result<std::unique_ptr<Pkcs11Token>> open(const Pkcs11Uri& uri);
  ~Pkcs11Token();
  Pkcs11Token(const Pkcs11Token&) = delete;
  Pkcs11Token& operator=(const Pkcs11Token&) = delete;

  // Of the one public object that the URI names, which most tokens show without a PIN.
  Result<PublicKey> public_key();

  // Logs in if the token wants it, and finds the one private object that the URI names. `pin` is called unless the
  // token has a keypad of its own; a wrong PIN is a usage error, and is not tried again: tokens count.
  Result<void> log_in(const AskSecret& pin);

  // After log_in. Ed25519: 64 bytes; P-256: DER, with s low or high. Nobody has verified it.
  Result<Bytes> sign(KeyType type, BytesView message);

 private:
  struct Session;
  explicit Pkcs11Token(std::unique_ptr<Session> session);

  std::unique_ptr<Session> session_;
};

}  // namespace cairn
