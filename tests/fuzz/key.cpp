#include "ledger/crypto/keys.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// The first byte says which of the readers is asked.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = fuzz::view(data + 1, size - 1);
  if (data[0] % 3 == 0) {
    const auto key = PublicKey::from_spki(bytes);
    if (key) {
      ASSERT(key->spki() == bytes && key->id() == sha256(bytes));
      static_cast<void>(key->verify("message", bytes.substr(0, 64)));
    }
  } else if (data[0] % 3 == 1) {
    const auto key = PublicKey::from_pem(bytes);
    if (key) {
      const auto again = PublicKey::from_pem(key->to_pem());
      ASSERT(again.ok() && again->spki() == key->spki());
    }
  } else {
    // Without a passphrase, so that no input can ask for hours of key derivation.
    const auto key = PrivateKey::from_pem(bytes, []() -> Result<Secret> { return usage("no passphrase"); });
    if (key) {
      const auto signature = key->sign("message");
      ASSERT(signature.ok() && key->public_key().verify("message", *signature).ok());
    }
  }
  return 0;
}
