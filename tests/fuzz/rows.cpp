#include "ledger/store/posting_row.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/store/rocks_log.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

namespace {

void read_posting(BytesView bytes) {
  constexpr Seq first = 1000;
  const auto seqs = decode_posting(first, bytes);
  if (seqs) ASSERT(encode_posting(*seqs) == bytes);
}

void read_key(BytesView key) {
  for (const char kind : {'e', 'c', 't'}) {
    const auto number = number_of_key(key, kind);
    if (number)
      ASSERT(key == (kind == 'e' ? entry_key(*number) : kind == 'c' ? checkpoint_key(*number) : leaves_key(*number)));
  }
  const auto snapshot = parse_snapshot_key(key);
  if (snapshot) ASSERT(snapshot_key(snapshot->size, snapshot->part) == key);
  const auto posting = parse_posting_key(key);
  if (posting) ASSERT(posting_key(posting->tag, posting->first) == key);
}

void read_whole_log(BytesView log) {
  const auto reading = read_log(log);
  ASSERT(reading.whole_until <= log.size());
  // The commits in front of that byte are whole whatever stands behind them.
  const auto whole = read_log(log.substr(0, reading.whole_until));
  ASSERT(whole.whole_until == reading.whole_until && whole.end == LogReading::End::whole);
  ASSERT(whole.first_sequence == reading.first_sequence && whole.next_sequence == reading.next_sequence);
}

}  // namespace

// The first byte says what the rest is: a posting row, a row's key, or a log of RocksDB.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = fuzz::view(data + 1, size - 1);
  if (data[0] % 3 == 0) read_posting(bytes);
  if (data[0] % 3 == 1) read_key(bytes);
  if (data[0] % 3 == 2) read_whole_log(bytes);
  return 0;
}
