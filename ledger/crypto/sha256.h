// SHA-256 (FIPS 180-4) by OpenSSL. The algorithm is fetched once a process: fetching takes a global lock
// and costs as much as hashing a node (DESIGN 10).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Hash&) const = default;
  BytesView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::string hex() const;

  static Result<Hash> from_bytes(BytesView bytes);      // exactly 32
  static Result<Hash> from_hex(std::string_view text);  // exactly 64 lowercase digits
};

Hash sha256(BytesView data);

// Streaming, for files of any size and for hashing parts without joining them.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& update(BytesView data);
  Hash finish();  // and starts anew

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace cairn

template <>
struct std::hash<cairn::Hash> {
  std::size_t operator()(const cairn::Hash& hashed) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | hashed.bytes[i];
    return value;
  }
};
