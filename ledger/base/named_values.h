// NamedValues: measured values by ascending name, each name once.
//
// A file of evidence has some ten of them, and they are copied wherever its newest record goes: one array costs a
// quarter of a map's nodes to read, copy and free. A name that comes moves the others: no place outlives it.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/assert.h"
#include "ledger/base/decimal.h"

namespace cairn {

class NamedValues {
 public:
  using Row = std::pair<std::string, Decimal>;
  using key_type = std::string_view;
  using const_iterator = std::vector<Row>::const_iterator;

  NamedValues() = default;
  NamedValues(std::initializer_list<Row> rows) {
    for (const Row& row : rows) (*this)[row.first] = row.second;
  }

  const_iterator begin() const { return rows_.begin(); }
  const_iterator end() const { return rows_.end(); }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }

  const_iterator find(std::string_view name) const {
    const auto at = lower_bound(name);
    return at != end() && at->first == name ? at : end();
  }
  // Of a name that is there.
  const Decimal& at(std::string_view name) const {
    const auto found = find(name);
    ASSERT(found != end());
    return found->second;
  }
  bool contains(std::string_view name) const { return find(name) != end(); }

  // Made, and zero, if it is not there.
  Decimal& operator[](std::string_view name) {
    const auto at = rows_.begin() + (lower_bound(name) - begin());
    if (at != rows_.end() && at->first == name) return at->second;
    return rows_.emplace(at, std::string(name), Decimal())->second;
  }
  void erase(std::string_view name) {
    const auto at = find(name);
    if (at != end()) rows_.erase(at);
  }

  bool operator==(const NamedValues&) const = default;

 private:
  const_iterator lower_bound(std::string_view name) const {
    if (rows_.empty() || rows_.back().first < name) return end();  // names mostly come in their order
    return std::lower_bound(begin(), end(), name,
                            [](const Row& row, std::string_view sought) { return row.first < sought; });
  }

  std::vector<Row> rows_;
};

}  // namespace cairn
