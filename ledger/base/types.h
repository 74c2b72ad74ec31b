// The words that every layer shares.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn {

using Bytes = std::string;           // raw bytes, owned
using BytesView = std::string_view;  // raw bytes, borrowed

using Seq = std::uint64_t;    // an entry's place: the first entry has seq 0
using Size = std::uint64_t;   // a number of entries: a tree of size n holds seqs 0 .. n-1
using Millis = std::int64_t;  // milliseconds since 1970-01-01 UTC, or a span of them

inline constexpr std::uint64_t max_count =
    (std::uint64_t{1} << 53) - 1;  // the largest integer that every JSON reader keeps

}  // namespace cairn
