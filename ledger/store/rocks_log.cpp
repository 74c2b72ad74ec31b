#include "ledger/store/rocks_log.h"

#include <rocksdb/file_checksum.h>

#include <algorithm>
#include <memory>

#include "ledger/base/big_endian.h"

namespace cairn {
namespace {

constexpr std::uint64_t block_bytes = 32 << 10;
constexpr std::uint64_t header_bytes = 7;
constexpr std::uint64_t batch_header_bytes = 12;
// The smallest piece that a disk writes or does not. File systems lose whole pages, which are made of these.
constexpr std::uint64_t sector_bytes = 512;

// The types that a writer without recycled or compressed logs writes.
enum Type : unsigned char { full = 1, first = 2, middle = 3, last = 4 };

std::uint64_t little_endian(BytesView bytes) {
  Bytes turned(bytes.rbegin(), bytes.rend());
  return from_big_endian(turned);
}

std::uint64_t block_end(std::uint64_t at) {
  return (at / block_bytes + 1) * block_bytes;
}

// RocksDB's own, which uses the processor's instruction: a log is read in the time that the disk takes.
std::uint32_t crc32c(BytesView bytes) {
  static const std::shared_ptr<rocksdb::FileChecksumGenFactory> factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  const auto generator = factory->CreateFileChecksumGenerator({});
  generator->Update(bytes.data(), bytes.size());
  generator->Finalize();
  return static_cast<std::uint32_t>(from_big_endian(generator->GetChecksum()));
}

// A record's header and where the record ends by it, whether it holds or not.
struct Record {
  std::uint64_t at = 0;
  std::uint64_t end = 0;
  unsigned char type = 0;

  bool begins_commit() const { return type == full || type == first; }
  bool ends_commit() const { return type == full || type == last; }
  BytesView payload(BytesView log) const { return log.substr(at + header_bytes, end - at - header_bytes); }
};

// Nothing if not even a header is there.
std::optional<Record> record_at(BytesView log, std::uint64_t at) {
  if (at + header_bytes > std::min<std::uint64_t>(log.size(), block_end(at))) return std::nullopt;
  const std::uint64_t length = little_endian(log.substr(at + 4, 2));
  return Record{at, at + header_bytes + length, static_cast<unsigned char>(log[at + 6])};
}

// Whether a writer can have written this header there.
bool plausible(const Record& record) {
  if (record.type < full || record.type > last || record.end > block_end(record.at)) return false;
  return record.ends_commit() || record.end == block_end(record.at);
}

bool checksum_holds(BytesView log, const Record& record, std::uint64_t end) {
  const auto masked = static_cast<std::uint32_t>(little_endian(log.substr(record.at, 4)));
  const std::uint32_t rotated = masked - 0xa282ead8U;
  const BytesView covered = log.substr(record.at + 6, end - record.at - 6);
  return crc32c(covered) == (rotated >> 17 | rotated << 15);
}

bool whole(BytesView log, const Record& record) {
  return plausible(record) && record.end <= log.size() && checksum_holds(log, record, record.end);
}

// Whether all of a sector's part in [begin, end) is zero.
bool holds_unwritten_sector(BytesView log, std::uint64_t begin, std::uint64_t end) {
  while (begin < end) {
    const std::uint64_t next = std::min(end, (begin / sector_bytes + 1) * sector_bytes);
    const BytesView part = log.substr(begin, next - begin);
    if (std::all_of(part.begin(), part.end(), [](char byte) { return byte == '\0'; })) return true;
    begin = next;
  }
  return false;
}

// Whether what stands at `at`, where no whole record of the right type does, is what a kill or a power cut leaves.
bool is_torn(BytesView log, std::uint64_t at, bool in_commit) {
  const std::optional<Record> record = record_at(log, at);
  if (!record) return true;
  const bool possible = plausible(*record) && record->begins_commit() != in_commit;
  const std::uint64_t end = possible ? record->end : block_end(at);
  if (holds_unwritten_sector(log, at, std::min<std::uint64_t>(end, log.size()))) return true;
  if (!possible || end <= log.size()) return false;
  // The length is not under the checksum: if the record ends with the file, then all of it is there and its length has
  // changed.
  return !checksum_holds(log, *record, log.size());
}

// Records of the same commit may be whole behind a hole in it, for a power cut keeps what it likes. One that begins a
// commit may not: none is written before the one in front of it is durable.
bool commit_begins_behind(BytesView log, std::uint64_t at) {
  while (at < log.size()) {
    const std::optional<Record> record = record_at(log, at);
    const bool there = record && whole(log, *record);
    if (there && record->begins_commit()) return true;
    at = there ? record->end : at + 1;
  }
  return false;
}

}  // namespace

LogReading read_log(BytesView log) {
  LogReading found;
  std::uint64_t at = 0;
  bool in_commit = false;
  Bytes batch_header;  // may lie in two records
  for (;;) {
    // Too short for a header: what is left of a block is skipped by readers, whatever it holds.
    if (at + header_bytes > block_end(at)) at = std::min<std::uint64_t>(block_end(at), log.size());
    if (at == log.size() && !in_commit) return found;
    const std::optional<Record> record = record_at(log, at);
    if (!record || !whole(log, *record) || record->begins_commit() == in_commit) break;
    if (!in_commit) batch_header.clear();
    batch_header += record->payload(log).substr(0, batch_header_bytes - batch_header.size());
    at = record->end;
    in_commit = !record->ends_commit();
    if (in_commit) continue;
    if (batch_header.size() < batch_header_bytes) break;
    const std::uint64_t sequence = little_endian(BytesView(batch_header).substr(0, 8));
    if (!found.first_sequence) found.first_sequence = sequence;
    found.next_sequence = sequence + little_endian(BytesView(batch_header).substr(8));
    found.whole_until = at;
  }
  found.commit_behind = commit_begins_behind(log, at);
  found.end = !found.commit_behind && is_torn(log, at, in_commit) ? LogReading::End::torn : LogReading::End::damaged;
  return found;
}

}  // namespace cairn
