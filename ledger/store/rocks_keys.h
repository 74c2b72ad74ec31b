// The rows of a RocksDB ledger: one key space, the first byte says what a row is (DESIGN 7, FORMAT.md). Pure.
//
// clang-format off
//   m                    "cairn store 1"
//   e seq                an entry
//   c size               the checkpoint of that size, a signed note
//   t index              8192 bytes: the leaf hashes of entries [256 index, 256 index + 256), once all are there
//   h level index        32 bytes: the root of the complete subtree of 256^level leaves, level >= 1
//   p tag NUL first-seq  the seqs of one tag in one batch: LEB128 differences, the first is in the key
//   v size part          a snapshot of that size, in parts of 16 KiB, the last one shorter
// clang-format on
//
// Numbers in keys are 8 bytes big-endian, so that byte order is number order; a level is one byte, a part
// four.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

Bytes version_key();
Bytes entry_key(Seq seq);
Bytes checkpoint_key(Size size);
Bytes leaves_key(std::uint64_t index);
Bytes subtree_key(std::uint8_t level, std::uint64_t index);
Bytes posting_key(std::string_view tag, Seq first);
Bytes snapshot_key(Size size, std::uint32_t part);

// The first key behind all postings of a tag. A tag holds no NUL, so byte 1 sorts behind its rows and before longer
// tags.
Bytes behind_tag(std::string_view tag);

inline constexpr std::string_view posting_begin = "p";
inline constexpr std::string_view posting_end = "q";

// The number that a key of this kind and length ends in; nothing if it is another key.
struct PostingKey {
  std::string_view tag;
  Seq first = 0;
};
Result<std::uint64_t> number_of_key(BytesView key, char kind);
struct SnapshotKey {
  Size size = 0;
  std::uint32_t part = 0;
};
Result<SnapshotKey> parse_snapshot_key(BytesView key);
Result<PostingKey> parse_posting_key(BytesView key);

}  // namespace cairn
