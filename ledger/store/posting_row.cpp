#include "ledger/store/posting_row.h"

#include <limits>

#include "ledger/base/text.h"

namespace cairn {

Bytes encode_posting(std::span<const Seq> seqs) {
  ASSERT(!seqs.empty());
  Bytes row;
  for (std::size_t i = 1; i < seqs.size(); ++i) {
    ASSERT(seqs[i] > seqs[i - 1]);
    std::uint64_t difference = seqs[i] - seqs[i - 1];
    for (; difference >= 0x80; difference >>= 7) row.push_back(static_cast<char>(difference | 0x80));
    row.push_back(static_cast<char>(difference));
  }
  return row;
}

Result<std::vector<Seq>> decode_posting(Seq first, BytesView row) {
  const Error bad = fault(str("the posting row from seq ", first, " does not parse"));
  std::vector<Seq> seqs{first};
  std::uint64_t difference = 0;
  unsigned shift = 0;
  for (const char byte : row) {
    const auto bits = static_cast<std::uint64_t>(static_cast<unsigned char>(byte) & 0x7f);
    if (shift > 63 || (shift == 63 && bits > 1)) return bad;
    difference |= bits << shift;
    shift += 7;
    if ((static_cast<unsigned char>(byte) & 0x80) != 0) continue;
    if (bits == 0 || difference > std::numeric_limits<Seq>::max() - seqs.back()) return bad;
    seqs.push_back(seqs.back() + difference);
    difference = 0;
    shift = 0;
  }
  if (shift != 0) return bad;
  return seqs;
}

}  // namespace cairn
