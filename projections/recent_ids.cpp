#include "projections/recent_ids.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace cairn {

RecentIds::Short RecentIds::shorten(const Hash& hash) {
  Short value;
  std::copy_n(hash.bytes.begin(), value.size(), value.begin());
  return value;
}

RecentIds::Short RecentIds::key_of(std::string_view author, std::string_view id) {
  // No handle holds a newline, so two different pairs never join to the same text.
  std::string joined(author);
  joined += '\n';
  joined += id;
  return shorten(sha256(joined));
}

std::size_t RecentIds::ShortHash::operator()(const Short& value) const noexcept {
  std::size_t word = 0;
  std::memcpy(&word, value.data(), sizeof word);
  return word;
}

const RecentIds::Row* RecentIds::find(const Short& key, Millis oldest) const {
  if (!indexed_) {
    index_.reserve(rows_.size());
    for (const Row& row : rows_) index_[row.key] = row.seq;
    indexed_ = true;
  }
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  const auto row = std::lower_bound(rows_.begin(), rows_.end(), found->second,
                                    [](const Row& candidate, Seq seq) { return candidate.seq < seq; });
  if (row == rows_.end() || row->seq != found->second || row->recorded < oldest) return nullptr;
  return &*row;
}

void RecentIds::push(const Row& row) {
  if (journal_->recording()) {
    journal_->remember([this] {
      // An older row of the same key can only be one past its seven days, which is not looked for.
      if (indexed_) index_.erase(rows_.back().key);
      rows_.pop_back();
    });
  }
  rows_.push_back(row);
  if (indexed_) index_[row.key] = row.seq;
}

void RecentIds::forget(Millis oldest) {
  if (journal_->recording()) return;
  while (!rows_.empty() && rows_.front().recorded < oldest) {
    drop_from_index(rows_.front());
    rows_.pop_front();
  }
  sweep(oldest);
}

void RecentIds::forget_before_correction(Millis oldest) {
  const auto is_old = [oldest](const Row& row) { return row.recorded < oldest; };
  if (std::none_of(rows_.begin(), rows_.end(), is_old)) return;
  const auto unindex = [this] {
    index_.clear();
    indexed_ = false;
  };
  if (journal_->recording()) {
    journal_->remember([this, unindex, before = rows_] {
      rows_ = before;
      unindex();
    });
  }
  std::erase_if(rows_, is_old);
  unindex();
}

void RecentIds::drop_from_index(const Row& row) {
  const auto found = index_.find(row.key);
  if (found != index_.end() && found->second == row.seq) index_.erase(found);
}

// What a clock recorded that ran ahead stays until its time comes, and would keep all that came after the correction.
void RecentIds::sweep(Millis oldest) {
  if (rows_.size() < sweep_at_) return;
  if (rows_.front().recorded > rows_.back().recorded) {
    const auto is_old = [oldest](const Row& row) { return row.recorded < oldest; };
    for (const Row& row : rows_) {
      if (is_old(row)) drop_from_index(row);
    }
    std::erase_if(rows_, is_old);
  }
  sweep_at_ = std::max(least_sweep, 2 * rows_.size());
}

}  // namespace cairn
