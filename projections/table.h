// Table, Cell and Journal: state that can be taken back.
//
// The writer judges a statement event by event on the one World there is, and a batch statement by statement; what
// turns out not to happen is undone from the journal, never by copying the World. While nobody has set a mark nothing
// is remembered, so a plain fold pays nothing.
#pragma once

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

// Rows by key, in key order, so that two worlds with the same rows have the same bytes.
template <class Key, class Row>
class Table {
 public:
  explicit Table(Journal& journal) : journal_(&journal) {}
  Table(const Table&) = delete;  // the journal's steps point here
  Table& operator=(const Table&) = delete;

  const std::map<Key, Row>& rows() const { return rows_; }

  const Row* find(const Key& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  bool has(const Key& key) const { return find(key) != nullptr; }

  // The row to change; made if it is not there.
  Row& edit(const Key& key) {
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

  // The row of a key that is above all others, as rows that were stored in order are read; nothing is remembered.
  Row& append(Key key) {
    ASSERT(!journal_->recording() && (rows_.empty() || rows_.rbegin()->first < key));
    return rows_.try_emplace(rows_.end(), std::move(key))->second;
  }

  void erase(const Key& key) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return;
    if (journal_->recording()) {
      journal_->remember([this, key, old = found->second] { rows_[key] = old; });
    }
    rows_.erase(found);
  }

 private:
  Journal* journal_;
  std::map<Key, Row> rows_;
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
