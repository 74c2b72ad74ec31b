#include "ledger/crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "ledger/base/assert.h"
#include "ledger/crypto/octets.h"

namespace cairn {
namespace {

bool sodium_is_ready() {
  static const bool ready = sodium_init() >= 0;
  return ready;
}

}  // namespace

// libsodium takes seed and point as one secret key. With a point of another key the two signatures of one message would
// give the seed away, so whoever calls derives the point from the seed.
Bytes sign_ed25519(BytesView seed, BytesView point, BytesView message) {
  ASSERT(sodium_is_ready() && seed.size() == crypto_sign_ed25519_SEEDBYTES &&
         point.size() == crypto_sign_ed25519_PUBLICKEYBYTES);
  std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> secret{};
  std::copy(point.begin(), point.end(), std::copy(seed.begin(), seed.end(), secret.begin()));
  Bytes signature(crypto_sign_ed25519_BYTES, '\0');
  const int failed = crypto_sign_ed25519_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                                                  data_of(message), message.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  ASSERT(failed == 0);
  return signature;
}

bool holds_ed25519(BytesView point, BytesView message, BytesView signature) {
  ASSERT(sodium_is_ready() && point.size() == crypto_sign_ed25519_PUBLICKEYBYTES &&
         signature.size() == crypto_sign_ed25519_BYTES);
  return crypto_sign_ed25519_verify_detached(data_of(signature), data_of(message), message.size(), data_of(point)) == 0;
}

}  // namespace cairn
