#include "ledger/store/postgres_values.h"

#include <algorithm>

#include "ledger/base/assert.h"
#include "ledger/base/big_endian.h"

namespace cairn {
namespace {

constexpr unsigned oid_bytea = 17;
constexpr unsigned oid_int8 = 20;
constexpr unsigned oid_bytea_array = 1001;
constexpr unsigned oid_int8_array = 1016;
constexpr unsigned int4 = 4;
constexpr unsigned int8 = 8;
constexpr std::uint64_t largest = (std::uint64_t{1} << 63) - 1;

// One dimension that starts at 1 and holds no NULL.
Bytes array_head(unsigned item_type, std::size_t count, std::size_t item_bytes) {
  Bytes bytes;
  bytes.reserve(20 + item_bytes + count * int4);
  append_big_endian(bytes, count == 0 ? 0 : 1, int4);
  append_big_endian(bytes, 0, int4);
  append_big_endian(bytes, item_type, int4);
  if (count == 0) return bytes;
  append_big_endian(bytes, count, int4);
  append_big_endian(bytes, 1, int4);
  return bytes;
}

template <class Items>
PostgresValue byte_array(const Items& items) {
  std::size_t total = 0;
  for (const auto& item : items) total += item.size();
  ASSERT(total + items.size() * int4 < (std::size_t{1} << 30));  // the server takes a value of 1 GB
  Bytes bytes = array_head(oid_bytea, items.size(), total);
  for (const auto& item : items) {
    append_big_endian(bytes, item.size(), int4);
    bytes.append(item);
  }
  return {oid_bytea_array, std::move(bytes)};
}

}  // namespace

PostgresValue as_number(std::uint64_t number) {
  PostgresValue value{oid_int8, {}};
  append_big_endian(value.bytes, std::min(number, largest), int8);
  return value;
}

PostgresValue as_bytes(BytesView bytes) {
  return {oid_bytea, Bytes(bytes)};
}

PostgresValue as_numbers(std::span<const std::uint64_t> numbers) {
  Bytes bytes = array_head(oid_int8, numbers.size(), numbers.size() * int8);
  for (const std::uint64_t number : numbers) {
    append_big_endian(bytes, int8, int4);
    append_big_endian(bytes, std::min(number, largest), int8);
  }
  return {oid_int8_array, std::move(bytes)};
}

PostgresValue as_byte_strings(std::span<const Bytes> items) {
  return byte_array(items);
}

PostgresValue as_byte_strings(std::span<const BytesView> items) {
  return byte_array(items);
}

}  // namespace cairn
