#include "ledger/store/postgres_reads.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/store/posting_row.h"

namespace cairn {
namespace {

constexpr std::size_t rows_a_page = 1024;

// A second look at the tip finds a note where a first one would have fallen between two commits: one statement.
constexpr PostgresStatement read_tip = {"tip",
                                        "SELECT c.size, n.note FROM cairn.checkpoint c"
                                        " LEFT JOIN cairn.note n ON n.size = c.size"
                                        " ORDER BY c.size DESC LIMIT 1"};
constexpr PostgresStatement read_size = {"size", "SELECT max(size) FROM cairn.checkpoint"};
// Up to the row with which so many bytes are gathered; lengths are read without the values.
constexpr PostgresStatement read_entries = {
    "entries",
    "SELECT seq, entry FROM (SELECT seq, entry,"
    " sum(octet_length(entry)) OVER (ORDER BY seq) - octet_length(entry) AS before"
    " FROM cairn.entry WHERE seq >= $1 AND seq < $2) AS page"
    " WHERE before < $3 OR seq = $1 ORDER BY seq"};
constexpr PostgresStatement gather_entries = {"gather",
                                              "SELECT seq, entry FROM cairn.entry WHERE seq = ANY($1) ORDER BY seq"};
// From the row on that `from` lies in, which starts at or before it.
constexpr PostgresStatement find_tag = {"find",
                                        "SELECT first, others FROM cairn.posting WHERE tag = $1 AND first >= coalesce("
                                        "(SELECT max(first) FROM cairn.posting WHERE tag = $1 AND first <= $2), 0)"
                                        " ORDER BY first LIMIT $3"};
constexpr PostgresStatement read_tags = {"tags",
                                         "SELECT DISTINCT tag FROM cairn.posting WHERE tag > $1 ORDER BY tag LIMIT $2"};
constexpr PostgresStatement read_checkpoints = {
    "checkpoints",
    "SELECT c.size, n.note FROM cairn.checkpoint c LEFT JOIN cairn.note n ON n.size = c.size"
    " WHERE c.size >= $1 AND c.size > 0 ORDER BY c.size LIMIT $2"};
constexpr PostgresStatement read_snapshot = {
    "snapshot", "SELECT size, snapshot FROM cairn.snapshot WHERE size <= $1 ORDER BY size DESC LIMIT 1"};
constexpr PostgresStatement read_snapshot_sizes = {"snapshot_sizes",
                                                   "SELECT size FROM cairn.snapshot WHERE size <= $1 ORDER BY size"};
constexpr PostgresStatement read_leaves = {"leaves",
                                           "SELECT tile, hashes FROM cairn.leaves WHERE tile = ANY($1) ORDER BY tile"};
constexpr PostgresStatement read_subtrees = {
    "subtrees",
    "SELECT number, hash FROM cairn.subtree WHERE level = $1 AND number >= $2 AND number < $3 ORDER BY number"};

// What no question of a reader meets: rows behind the end, whose size is that of the same moment, and those behind the
// keys, which whoever owns the tables can take off. Text, since what is found is told and not read again.
constexpr PostgresStatement read_wrong_rows = {
    "wrong_rows",
    "WITH tip AS (SELECT max(size) AS size FROM cairn.checkpoint)"
    " SELECT found FROM ("
    "SELECT 'entry ' || e.seq::text AS found FROM cairn.entry e, tip WHERE e.seq < 0 OR e.seq >= tip.size"
    " UNION ALL SELECT 'leaves ' || l.tile::text FROM cairn.leaves l, tip"
    " WHERE l.tile < 0 OR l.tile >= tip.size >> 8"
    " UNION ALL SELECT 'subtree ' || s.level::text || ' ' || s.number::text FROM cairn.subtree s, tip"
    " WHERE CASE WHEN s.level BETWEEN 1 AND 7 THEN s.number < 0 OR s.number >= tip.size >> (8 * s.level)::int"
    " ELSE true END"
    " UNION ALL SELECT 'posting ' || encode(p.tag, 'hex') || ' ' || p.first::text FROM cairn.posting p, tip"
    " WHERE p.first < 0 OR p.first >= tip.size"
    " UNION ALL SELECT 'note ' || n.size::text FROM cairn.note n"
    " WHERE n.size <= 0 OR NOT EXISTS (SELECT 1 FROM cairn.checkpoint c WHERE c.size = n.size)"
    " UNION ALL SELECT 'snapshot ' || s.size::text FROM cairn.snapshot s"
    " WHERE s.size <= 0 OR NOT EXISTS (SELECT 1 FROM cairn.checkpoint c WHERE c.size = s.size)"
    ") AS rest LIMIT $1"};
// Each names the one before it, so that one which is gone leaves a gap in the chain.
constexpr PostgresStatement read_gaps = {
    "gaps",
    "SELECT c.size, coalesce(c.prev, 0) FROM cairn.checkpoint c WHERE c.size > 0 AND c.prev IS DISTINCT FROM"
    " (SELECT max(b.size) FROM cairn.checkpoint b WHERE b.size < c.size) ORDER BY c.size LIMIT $1"};

Bytes owned(BytesView bytes) {
  return Bytes(bytes);
}

}  // namespace

Result<void> PostgresReads::open() {
  const std::lock_guard lock(mutex_);
  return link_.ask([](PostgresConnection&) { return Result<void>(); });
}

void PostgresReads::reconnect() {
  const std::lock_guard lock(mutex_);
  link_.drop();
}

std::uint64_t PostgresReads::generation() const {
  const std::lock_guard lock(mutex_);
  return link_.generation();
}

Result<PostgresRows> PostgresReads::run(const PostgresStatement& statement, std::vector<PostgresValue> values) const {
  const PostgresCall call{statement, std::move(values)};
  const std::lock_guard lock(mutex_);
  return link_.ask([&](PostgresConnection& connection) { return connection.run(call); });
}

Error PostgresReads::missing(Seq seq) const {
  return fault(str("entry ", seq, " of the ledger at ", link_.place(),
                   " is missing: the ledger is damaged, restore it from a copy"));
}

// The one that is made with the table.
Error PostgresReads::no_first_row() const {
  return fault(str("the ledger at ", link_.place(), " has lost its first checkpoint row: restore it from a copy"));
}

Result<Size> PostgresReads::size() const {
  TRY_LET(rows, run(read_size, {}));
  if (rows.count() == 1 && !rows.is_null(0, 0)) return rows.number(0, 0);
  return no_first_row();
}

Result<Tip> PostgresReads::tip() const {
  TRY_LET(rows, run(read_tip, {}));
  if (rows.count() == 0) return no_first_row();
  const Size size = rows.number(0, 0);
  if (size == 0) return Tip{};
  if (!rows.is_null(0, 1)) return Tip{size, owned(rows.bytes(0, 1))};
  return fault(str("the note of the newest checkpoint of the ledger at ", link_.place(), ", at size ", size,
                   ", is missing: restore the ledger from a copy"));
}

Result<std::vector<Bytes>> PostgresReads::entries(Seq from, ReadLimit limit) const {
  std::vector<Bytes> found;
  std::size_t gathered = 0;
  std::optional<Size> end;  // the tip, once it was asked for
  while (found.size() < limit.count && (found.empty() || gathered < limit.bytes)) {
    const Seq next = from + found.size();
    const std::size_t wanted = std::min(limit.count - found.size(), rows_a_page);
    if (next > max_count) break;
    const std::size_t bytes_left = limit.bytes - std::min(gathered, limit.bytes);
    TRY_LET(rows, run(read_entries, {as_number(next), as_number(next + wanted), as_number(bytes_left)}));
    for (std::size_t row = 0; row < rows.count(); ++row) {
      if (rows.number(row, 0) != next + row) return missing(next + row);
      gathered += rows.bytes(row, 1).size();
      found.push_back(owned(rows.bytes(row, 1)));
    }
    if (rows.count() == wanted || gathered >= limit.bytes) continue;
    // Fewer than asked: this is the tip, or others have written meanwhile, or rows are gone.
    if (end && rows.count() == 0) return missing(from + found.size());
    TRY_LET(tip, size());
    if (from + found.size() >= tip) break;
    end = tip;
  }
  return found;
}

Result<std::vector<Bytes>> PostgresReads::gather(std::span<const Seq> seqs) const {
  std::vector<Bytes> found;
  found.reserve(seqs.size());
  while (found.size() < seqs.size()) {
    const auto page = seqs.subspan(found.size(), std::min(seqs.size() - found.size(), rows_a_page));
    TRY_LET(rows, run(gather_entries, {as_numbers(page)}));
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (i >= rows.count() || rows.number(i, 0) != page[i]) return missing(page[i]);
      found.push_back(owned(rows.bytes(i, 1)));
    }
  }
  return found;
}

Result<std::vector<Seq>> PostgresReads::find(std::string_view tag, Seq from, std::size_t limit) const {
  std::vector<Seq> found;
  Seq next = from;
  while (found.size() < limit) {
    // One more than are missing, for the first row may end before `next`.
    const std::size_t wanted = std::min(limit - found.size(), rows_a_page) + 1;
    TRY_LET(rows, run(find_tag, {as_bytes(tag), as_number(next), as_number(wanted)}));
    for (std::size_t row = 0; row < rows.count(); ++row) {
      TRY_LET(seqs, decode_posting(rows.number(row, 0), rows.bytes(row, 1)));
      for (const Seq seq : seqs) {
        if (seq >= next && found.size() < limit) found.push_back(seq);
      }
    }
    if (rows.count() < wanted) break;
    next = found.back() + 1;  // wanted is at least 2, and only the first row may give nothing
  }
  return found;
}

Result<std::vector<std::string>> PostgresReads::tags(std::string_view after, std::size_t limit) const {
  TRY_LET(rows, run(read_tags, {as_bytes(after), as_number(limit)}));
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.count(); ++row) found.emplace_back(rows.bytes(row, 0));
  return found;
}

Result<std::vector<AtSize>> PostgresReads::checkpoints(Size from, std::size_t limit) const {
  TRY_LET(rows, run(read_checkpoints, {as_number(from), as_number(limit)}));
  std::vector<AtSize> found;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    const Size size = rows.number(row, 0);
    if (rows.is_null(row, 1)) {
      return fault(str("the note of the checkpoint at size ", size, " of the ledger at ", link_.place(),
                       " is missing: restore the ledger from a copy"));
    }
    found.push_back({size, owned(rows.bytes(row, 1))});
  }
  return found;
}

Result<std::optional<AtSize>> PostgresReads::snapshot(Size at_most) const {
  TRY_LET(rows, run(read_snapshot, {as_number(at_most)}));
  if (rows.count() == 0) return std::optional<AtSize>{};
  return std::optional<AtSize>{{rows.number(0, 0), owned(rows.bytes(0, 1))}};
}

Result<std::vector<Size>> PostgresReads::snapshot_sizes(Size at_most) const {
  TRY_LET(rows, run(read_snapshot_sizes, {as_number(at_most)}));
  std::vector<Size> sizes;
  for (std::size_t row = 0; row < rows.count(); ++row) sizes.push_back(rows.number(row, 0));
  return sizes;
}

Result<std::vector<std::string>> PostgresReads::wrong_rows(std::size_t limit) const {
  std::vector<std::string> found;
  TRY_LET(rows, run(read_wrong_rows, {as_number(limit)}));
  for (std::size_t row = 0; row < rows.count(); ++row) {
    found.push_back(str("the row ", rows.bytes(row, 0), " belongs to nothing in the ledger"));
  }
  TRY_LET(gaps, run(read_gaps, {as_number(limit - found.size())}));
  for (std::size_t row = 0; row < gaps.count(); ++row) {
    found.push_back(str("the checkpoint of size ", gaps.number(row, 0), " is said to follow one of size ",
                        gaps.number(row, 1), ", which is not the one before it"));
  }
  return found;
}

Result<std::vector<std::optional<Bytes>>> PostgresReads::leaf_rows(std::span<const std::uint64_t> tiles) const {
  std::vector<std::optional<Bytes>> found(tiles.size());
  for (std::size_t begin = 0; begin < tiles.size(); begin += rows_a_page) {
    const auto page = tiles.subspan(begin, std::min(tiles.size() - begin, rows_a_page));
    TRY_LET(rows, run(read_leaves, {as_numbers(page)}));
    for (std::size_t row = 0; row < rows.count(); ++row) {
      const auto at = std::find(page.begin(), page.end(), rows.number(row, 0));
      ASSERT(at != page.end());
      found[begin + static_cast<std::size_t>(at - page.begin())] = owned(rows.bytes(row, 1));
    }
  }
  return found;
}

Result<std::vector<Hash>> PostgresReads::subtree_roots(unsigned level, std::uint64_t first, std::size_t count) const {
  std::vector<Hash> hashes;
  if (count == 0) return hashes;
  TRY_LET(rows, run(read_subtrees, {as_number(level), as_number(first), as_number(first + count)}));
  for (std::size_t row = 0; row < rows.count() && rows.number(row, 0) == first + row; ++row) {
    TRY_LET(hash, Hash::from_bytes(rows.bytes(row, 1)));
    hashes.push_back(hash);
  }
  return hashes;
}

Result<std::vector<Hash>> PostgresReads::entry_hashes(Seq first, Seq end) const {
  std::vector<Hash> hashes;
  while (hashes.size() < end - first) {
    const Seq next = first + hashes.size();
    TRY_LET(page, entries(next, {.count = static_cast<std::size_t>(end - next)}));
    if (page.empty()) return missing(next);
    for (const Bytes& entry : page) hashes.push_back(leaf_hash(entry));
  }
  return hashes;
}

}  // namespace cairn
