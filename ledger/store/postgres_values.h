// What a statement is given, in PostgreSQL's binary format. Pure.
//
// A number is a bigint, so it ends at 2^63-1, which is more entries than there will be; a larger one, which only ever
// asks "up to any size", is given as that.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ledger/base/types.h"

namespace cairn {

struct PostgresValue {
  unsigned type = 0;  // the oid of pg_type, the same in every release
  Bytes bytes;
};

PostgresValue as_number(std::uint64_t number);
PostgresValue as_bytes(BytesView bytes);
PostgresValue as_numbers(std::span<const std::uint64_t> numbers);

// An array of byte strings, of which the items may be owned or borrowed.
PostgresValue as_byte_strings(std::span<const Bytes> items);
PostgresValue as_byte_strings(std::span<const BytesView> items);

}  // namespace cairn
