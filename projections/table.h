// Table, Cell and Journal: state that can be taken back.
//
// The writer judges a statement event by event on the one World there is, and a batch statement by statement; what
// turns out not to happen is undone from the journal, never by copying the World. While nobody has set a mark nothing
// is remembered, so a plain fold pays nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/assert.h"

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

 private:
  std::vector<std::function<void()>> undo_;
  bool recording_ = false;
};

// Rows that were stored, by ascending keys, each read by its place when somebody asks for it.
template <class Key, class Row>
struct StoredRows {
  std::size_t count = 0;
  std::function<Key(std::size_t)> key;
  std::function<std::pair<Key, Row>(std::size_t)> row;
};

// Rows by key, in key order, so that two worlds with the same rows have the same bytes. Of rows that were stored only
// those are read that somebody asks for: a command about one subject pays for one subject. Even a question changes what
// has been read, so one thread at a time may ask.
template <class Key, class Row>
class Table {
 public:
  explicit Table(Journal& journal) : journal_(&journal) {}
  Table(const Table&) = delete;  // the journal's steps point here
  Table& operator=(const Table&) = delete;

  // Into an empty table.
  void store(StoredRows<Key, Row> rows) {
    ASSERT(rows_.empty() && unread_ == 0);
    stored_ = std::move(rows);
    unread_ = stored_.count;
    read_.assign(unread_, false);
  }

  // All rows, which reads all that are not read yet.
  const std::map<Key, Row>& rows() const {
    for (std::size_t place = 0; unread_ > 0; ++place) {
      if (!read_[place]) read(place);
    }
    stored_ = {};  // and the bytes that they were read from
    read_.clear();
    return rows_;
  }
  std::size_t size() const { return rows_.size() + unread_; }

  const Row* find(const Key& key) const {
    const auto found = look_up(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  bool has(const Key& key) const { return find(key) != nullptr; }

  // The rows from `first` on, for as long as `each`(key, row) says true.
  template <class Each>
  void each_from(const Key& first, const Each& each) const {
    auto at = rows_.lower_bound(first);
    for (std::size_t place = place_of(first);; ++at) {
      for (; place < stored_.count; ++place) {
        if (read_[place]) continue;
        if (at != rows_.end() && at->first < stored_.key(place)) break;
        at = read(place);
      }
      if (at == rows_.end() || !each(at->first, at->second)) return;
    }
  }

  // The row to change; made if it is not there.
  Row& edit(const Key& key) {
    if (unread_ > 0) look_up(key);
    const auto [at, made] = rows_.try_emplace(key);
    if (journal_->recording()) {
      if (made) {
        journal_->remember([this, key] { rows_.erase(key); });
      } else {
        journal_->remember([this, key, old = at->second] { rows_[key] = old; });
      }
    }
    return at->second;
  }

  void erase(const Key& key) {
    const auto found = look_up(key);
    if (found == rows_.end()) return;
    if (journal_->recording()) {
      journal_->remember([this, key, old = found->second] { rows_[key] = old; });
    }
    rows_.erase(found);
  }

 private:
  using Place = typename std::map<Key, Row>::iterator;

  // Of the first stored row that is not below `key`.
  std::size_t place_of(const Key& key) const {
    std::size_t low = 0;
    for (std::size_t high = stored_.count; low < high;) {
      const std::size_t middle = low + (high - low) / 2;
      if (stored_.key(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Place look_up(const Key& key) const {
    const auto found = rows_.find(key);
    if (found != rows_.end() || unread_ == 0) return found;
    const std::size_t place = place_of(key);
    if (place == stored_.count || read_[place] || stored_.key(place) != key) return rows_.end();
    return read(place);
  }

  Place read(std::size_t place) const {
    read_[place] = true;
    --unread_;
    return rows_.insert(stored_.row(place)).first;
  }

  Journal* journal_;
  mutable std::map<Key, Row> rows_;
  mutable StoredRows<Key, Row> stored_;
  mutable std::vector<bool> read_;  // by place; what was erased is read
  mutable std::size_t unread_ = 0;
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
