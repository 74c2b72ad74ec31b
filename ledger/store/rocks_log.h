// One write-ahead log file of RocksDB, read without RocksDB: how far it is whole, and what the rest is.
//
// RocksDB's recovery cannot be asked that. Behind a record whose checksum does not hold it throws away the rest of the
// 32 KiB block unseen, whole records and all; a record whose type says "recycled" or "zero" it takes for the end of the
// log, without an error even in its strictest mode. Pure: the bytes are given; time and memory are linear in them.
//
// The format: blocks of 32 KiB; in them records of a masked crc32c (4 bytes) of what follows the length, a length (2),
// a type (1) and the payload, all little-endian. A commit is one record (full), or a first, middles and a last that
// fill up their blocks. Its payload begins with the sequence number of its first row (8) and the number of its rows
// (4).
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/base/types.h"

namespace cairn {

struct LogReading {
  enum class End {
    whole,    // the last commit ends where the file does
    torn,     // a last commit that the disk never had whole: the file ends in it, or a sector of it was not written
    damaged,  // bytes that were written and have changed since
  };
  End end = End::whole;
  std::uint64_t whole_until = 0;  // commits in front of this byte are whole
  bool commit_behind = false;     // behind whole_until another commit begins
  // Of the whole commits: the sequence number that the first one has, if there is one, and that the next one will have.
  std::optional<std::uint64_t> first_sequence;
  std::uint64_t next_sequence = 0;
};

// A flipped bit is told from a torn end by this: a kill leaves a beginning of what was written, and a power cut leaves
// zeros where a sector of 512 bytes was not written; neither changes a byte. Not told from a torn end: the file cut off
// inside the last commit or a sector of it lost to zeros, though it was acknowledged. Not seen at all: the file cut off
// between two commits.
LogReading read_log(BytesView log);

}  // namespace cairn
