// Table, Cell and Journal: state that can be taken back.
//
// The writer judges a statement event by event on the one World there is, and a batch statement by statement; what
// turns out not to happen is undone from the journal, never by copying the World. While nobody has set a mark nothing
// is remembered, so a plain fold pays nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "ledger/base/assert.h"
#include "ledger/base/types.h"

namespace cairn {

class Journal {
 public:
  // Steps since the first mark; undo_to(mark) takes back everything after it, newest first.
  std::size_t mark() {
    recording_ = true;
    return undo_.size();
  }
  void undo_to(std::size_t mark) {
    ASSERT(recording_ && mark <= undo_.size());
    while (undo_.size() > mark) {
      undo_.back()();
      undo_.pop_back();
    }
  }
  // Nothing before now will be taken back.
  void keep() {
    undo_.clear();
    recording_ = false;
  }

  bool recording() const { return recording_; }
  void remember(std::function<void()> undo) { undo_.push_back(std::move(undo)); }

  // Which rows change is noted, by the entry that changes them, once a size is named since which it is known: then
  // since each size that is named, ascending, and since any from the last one on.
  void note_since(Size size) { noted_since_.push_back(size); }
  bool noting() const { return !noted_since_.empty(); }
  const std::vector<Size>& noted_since() const { return noted_since_; }
  void forget_before(Size size) {
    while (!noted_since_.empty() && noted_since_.front() < size) noted_since_.erase(noted_since_.begin());
    if (noted_since_.empty()) noted_since_.push_back(size);
  }
  void at_entry(Seq entry) { entry_ = entry; }
  Seq entry() const { return entry_; }

 private:
  std::vector<std::function<void()>> undo_;
  bool recording_ = false;
  std::vector<Size> noted_since_;
  Seq entry_ = 0;
};

// Rows that were stored, by ascending keys, each read by its place when somebody asks for it. One without a row says
// that the key's row is gone.
template <class Key, class Row>
struct StoredRows {
  std::size_t count = 0;
  std::function<Key(std::size_t)> key;
  std::function<std::pair<Key, std::optional<Row>>(std::size_t)> row;
};

// Rows by key, in key order, so that two worlds with the same rows have the same bytes. Of rows that were stored only
// those are read that somebody asks for: a command about one subject pays for one subject; who asks for as many as
// there are has them all read. Even a question changes what has been read, so one thread at a time may ask. Who asks
// for one row mostly asks for it again, so the last answer is at hand.
template <class Key, class Row>
class Table {
 public:
  explicit Table(Journal& journal) : journal_(&journal) {}
  Table(const Table&) = delete;  // the journal's steps point here
  Table& operator=(const Table&) = delete;

  // Over what was stored before, and before anything else is done with the table.
  void store(StoredRows<Key, Row> rows) {
    ASSERT(rows_.empty() && unstored_.empty());
    unasked_ += rows.count;
    stored_.push_back(std::move(rows));
  }
  // In the place of everything.
  void replace(StoredRows<Key, Row> rows) {
    asked_.reset();
    rows_.clear();
    unstored_.clear();
    stored_.clear();
    unasked_ = 0;
    store(std::move(rows));
  }

  // All rows, which reads all that are not read yet.
  const std::map<Key, Row>& rows() const {
    for (auto layer = stored_.rbegin(); layer != stored_.rend(); ++layer) {
      for (std::size_t place = 0; place < layer->count; ++place) {
        const Key key = layer->key(place);
        if (rows_.contains(key) || unstored_.contains(key)) continue;
        auto row = layer->row(place).second;
        if (row) {
          rows_.emplace(key, std::move(*row));
        } else {
          unstored_.insert(key);
        }
      }
    }
    stored_.clear();  // and the bytes that they were read from
    unstored_.clear();
    unasked_ = 0;
    return rows_;
  }

  const Row* find(const Key& key) const {
    const auto found = look_up(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  bool has(const Key& key) const { return find(key) != nullptr; }

  // The rows from `first` on, for as long as `each`(key, row) says true.
  template <class Each>
  void each_from(const Key& first, const Each& each) const {
    ask_stored();
    for (std::optional<Key> next = first_key(first, true); next; next = first_key(*next, false)) {
      ask_stored();
      const auto row = look_up(*next);
      if (row != rows_.end() && !each(row->first, row->second)) return;
    }
  }

  // The row to change; made if it is not there. It counts as changed whatever becomes of it, also in the bytes of
  // changes.
  Row& edit(const Key& key) {
    const bool known = look_up(key) != rows_.end();
    const auto at = known ? *asked_ : rows_.try_emplace(key).first;
    asked_ = at;
    note(key);
    if (journal_->recording()) {
      if (!known) {
        journal_->remember([this, key] {
          asked_.reset();
          rows_.erase(key);
          take_note_back();
        });
      } else {
        journal_->remember([this, key, old = at->second] {
          rows_[key] = old;
          take_note_back();
        });
      }
    }
    return at->second;
  }

  void erase(const Key& key) {
    const auto found = look_up(key);
    if (found == rows_.end()) return;
    note(key);
    if (journal_->recording()) {
      journal_->remember([this, key, old = found->second] {
        rows_[key] = old;
        take_note_back();
      });
    }
    if (!stored_.empty()) unstored_.insert(key);
    asked_.reset();
    rows_.erase(found);
  }

  // The keys whose rows were changed, made or erased by this entry or a later one, ascending, as far as that was noted.
  // They lie here until the next change, or until they are forgotten.
  std::vector<const Key*> changed_since(Seq entry) const {
    std::vector<const Key*> keys;
    for (auto note = notes_.rbegin(); note != notes_.rend() && note->first >= entry; ++note) {
      keys.push_back(&note->second);
    }
    std::sort(keys.begin(), keys.end(), [](const Key* a, const Key* b) { return *a < *b; });
    keys.erase(std::unique(keys.begin(), keys.end(), [](const Key* a, const Key* b) { return *a == *b; }), keys.end());
    return keys;
  }
  void note_as_of(Seq entry, const Key& key) { notes_.emplace_back(entry, key); }
  void forget_notes_before(Seq entry) {
    while (!notes_.empty() && notes_.front().first < entry) notes_.pop_front();
  }

 private:
  using Place = typename std::map<Key, Row>::iterator;
  using Layer = StoredRows<Key, Row>;

  void note(const Key& key) {
    if (journal_->noting()) notes_.emplace_back(journal_->entry(), key);
  }
  void take_note_back() {
    if (journal_->noting()) notes_.pop_back();
  }

  // Before each question to the stored rows: who has asked as often as there are gets all of them read.
  void ask_stored() const {
    if (stored_.empty()) return;
    if (unasked_ == 0) {
      rows();
    } else {
      --unasked_;
    }
  }

  // Of the first row of the layer that is not below `key`.
  static std::size_t place_in(const Layer& layer, const Key& key) {
    std::size_t low = 0;
    for (std::size_t high = layer.count; low < high;) {
      const std::size_t middle = low + (high - low) / 2;
      if (layer.key(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Place look_up(const Key& key) const {
    if (asked_ && (*asked_)->first == key) return *asked_;
    const auto found = find_in_any(key);
    if (found != rows_.end()) asked_ = found;
    return found;
  }

  Place find_in_any(const Key& key) const {
    const auto found = rows_.find(key);
    if (found != rows_.end() || stored_.empty() || unstored_.contains(key)) return found;
    ask_stored();
    if (stored_.empty()) return rows_.find(key);
    for (auto layer = stored_.rbegin(); layer != stored_.rend(); ++layer) {
      const std::size_t place = place_in(*layer, key);
      if (place == layer->count || layer->key(place) != key) continue;
      auto row = layer->row(place).second;
      if (row) return rows_.emplace(key, std::move(*row)).first;
      break;
    }
    unstored_.insert(key);
    return rows_.end();
  }

  // Of all keys, those of rows that are gone among them, the first that is not below `key`, or is above it.
  std::optional<Key> first_key(const Key& key, bool itself) const {
    const auto at = itself ? rows_.lower_bound(key) : rows_.upper_bound(key);
    std::optional<Key> first;
    if (at != rows_.end()) first = at->first;
    for (const Layer& layer : stored_) {
      std::size_t place = place_in(layer, key);
      if (!itself && place < layer.count && layer.key(place) == key) ++place;
      if (place == layer.count) continue;
      Key candidate = layer.key(place);
      const bool follows = itself ? !(candidate < key) : key < candidate;
      if (follows && (!first || candidate < *first)) first = std::move(candidate);
    }
    return first;
  }

  Journal* journal_;
  mutable std::map<Key, Row> rows_;
  mutable std::optional<Place> asked_;  // the last row that was found or made, as long as it is there
  mutable std::vector<Layer> stored_;   // the newest last; where one has a key, older ones are not asked
  mutable std::set<Key> unstored_;      // not stored, or erased: what was stored of them does not count
  mutable std::size_t unasked_ = 0;     // questions that stored rows answer before all are read
  std::deque<std::pair<Seq, Key>> notes_;
};

// One value.
template <class Value>
class Cell {
 public:
  explicit Cell(Journal& journal) : journal_(&journal) {}
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  const Value& operator*() const { return value_; }
  const Value* operator->() const { return &value_; }
  Value& edit() {
    if (journal_->recording()) journal_->remember([this, old = value_] { value_ = old; });
    return value_;
  }

 private:
  Journal* journal_;
  Value value_{};
};

}  // namespace cairn
