// OpenSSL and libsodium by themselves: the limit of what hashes and verifies. Algorithms are fetched once, contexts
// reused.
#pragma once

#include <span>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"

namespace cairn::bench {

// SHA-256 of a prefix byte and these bytes, as leaves and nodes are hashed; one object a thread.
class RawSha256 {
 public:
  RawSha256();
  ~RawSha256();
  RawSha256(const RawSha256&) = delete;
  RawSha256& operator=(const RawSha256&) = delete;
  Hash operator()(char prefix, BytesView bytes) const;

 private:
  void* context_;
};

struct RawSigned {
  Bytes message;  // what was signed: the pre-authentication encoding
  Bytes signature;
};

enum class RawVerifier { openssl, libsodium };

// Signatures verified a second, by one Ed25519 key on so many threads.
double raw_verify_rate(RawVerifier by, std::span<const RawSigned> all, BytesView public_key, std::size_t threads);

}  // namespace cairn::bench
