// Same row: whether two rows are equal, member by member and without a text of either, by the members that fields()
// names (row_fields.h).
//
// Of thousands of rows an entry changes a few: what finds them has to be cheap. Pure; no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/base/assert.h"
#include "ledger/base/types.h"

namespace cairn {

// Where the members of a row lie.
class RowMembers {
 public:
  template <class T>
  void operator()(std::string_view, const T& value) {
    ASSERT(count_ < places_.size());
    places_[count_++] = &value;
  }
  void span(std::string_view name, const Millis& value) { (*this)(name, value); }
  void bytes(std::string_view name, const Bytes& value) { (*this)(name, value); }

  const void* place(std::size_t member) const { return places_[member]; }

 private:
  std::array<const void*, 16> places_{};
  std::size_t count_ = 0;
};

class SameRow {
 public:
  explicit SameRow(const RowMembers& other) : other_(other) {}

  template <class T>
  void operator()(std::string_view, const T& value) {
    same_ = same_ && same(*static_cast<const T*>(other_.place(next_)), value);
    ++next_;
  }
  void span(std::string_view name, const Millis& value) { (*this)(name, value); }
  void bytes(std::string_view name, const Bytes& value) { (*this)(name, value); }

  template <class T>
  static bool same(const T& a, const T& b) {
    if constexpr (requires(RowMembers & members) { fields(members, a); }) {
      RowMembers members;
      fields(members, a);
      SameRow io(members);
      fields(io, b);
      return io.same_;
    } else {
      return a == b;
    }
  }
  template <class T>
  static bool same(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  }
  template <class T>
  static bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
  }
  template <class Key, class T>
  static bool same(const std::map<Key, T>& a, const std::map<Key, T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
  }

 private:
  const RowMembers& other_;
  std::size_t next_ = 0;
  bool same_ = true;
};

}  // namespace cairn
