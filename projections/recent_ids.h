// RecentIds: the idempotency keys of the last seven days and two minutes of recorded time (DESIGN 4), in the order they
// came.
//
// Readers of a snapshot never ask for an id, so the index is built at the first question and not when the rows are
// read. 48 bytes a statement: keys and events are held as the first 16 bytes of a SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"
#include "projections/table.h"

namespace cairn {

class RecentIds {
 public:
  using Short = std::array<std::uint8_t, 16>;
  struct Row {
    Short key{};     // of (author, id)
    Short events{};  // of the statement's events
    Seq seq = 0;
    Millis recorded = 0;
  };

  explicit RecentIds(Journal& journal) : journal_(&journal) {}
  RecentIds(const RecentIds&) = delete;
  RecentIds& operator=(const RecentIds&) = delete;

  static Short key_of(std::string_view author, std::string_view id);
  static Short shorten(const Hash& hash);

  // The newest row of the key with recorded >= oldest; null if there is none.
  const Row* find(const Short& key, Millis oldest) const;

  // Rows come with ascending seq.
  void push(const Row& row);

  // Drops rows recorded before `oldest`, unless something could still be undone. Behind rows of a clock that ran ahead
  // they may stay for a while, as many again as there are at most. Amortised O(1).
  void forget(Millis oldest);

  // The same at once, and for good even if something could still be undone: of a clock that is set back, behind which
  // nothing comes into the window again, whether this process had dropped it or not. O(rows).
  void forget_before_correction(Millis oldest);

  const std::deque<Row>& rows() const { return rows_; }

 private:
  static constexpr std::size_t least_sweep = 1024;

  struct ShortHash {
    std::size_t operator()(const Short& value) const noexcept;
  };

  void drop_from_index(const Row& row);
  void sweep(Millis oldest);

  Journal* journal_;
  std::deque<Row> rows_;
  std::size_t sweep_at_ = least_sweep;                       // how many rows there have to be before all are looked at
  mutable std::unordered_map<Short, Seq, ShortHash> index_;  // key -> seq of its newest row
  mutable bool indexed_ = false;
};

}  // namespace cairn
