// StateWriter and StateReader: the values that a state is made of as bytes, and back (FORMAT.md, "Snapshot").
//
// Numbers are LEB128 and as short as they can be. A text or a hash that was spelled before is named by its place, since
// most of them are: a version's digest stands in six tables, and evidence has the same few names of values. A reader
// takes any bytes, and what it hands out lies in them. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

inline constexpr unsigned leb128_bits = 7;
inline constexpr std::uint64_t leb128_more = 0x80;

// Eight bytes at a time, of few operations: it only says where Places looks first.
inline std::size_t scatter(BytesView value) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  std::uint64_t mixed = value.size() * odd;
  const auto mix = [&mixed](const char* at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, count);
    mixed = (mixed ^ word) * odd;
    mixed ^= mixed >> 32;
  };
  std::size_t done = 0;
  for (; value.size() - done >= sizeof mixed; done += sizeof mixed) mix(value.data() + done, sizeof mixed);
  if (done < value.size()) mix(value.data() + done, value.size() - done);
  return mixed;
}

// Values by the order in which they first came. They have to stay where they are. One array that is looked into at the
// value's hash and onwards: each row of a World asks several times, and a node for each value would be half of
// encode().
class Places {
 public:
  // Of an equal one that came before; none: it comes now.
  std::optional<std::uint64_t> find_or_add(BytesView value) {
    if (2 * values_.size() >= cells_.size()) grow();
    const std::size_t hash = scatter(value);
    for (std::size_t at = hash & (cells_.size() - 1);; at = (at + 1) & (cells_.size() - 1)) {
      Cell& cell = cells_[at];
      if (cell.number == 0) {
        values_.push_back(value);
        cell = {hash, values_.size()};
        return std::nullopt;
      }
      if (cell.hash == hash && values_[cell.number - 1] == value) return cell.number - 1;
    }
  }

 private:
  struct Cell {
    std::size_t hash = 0;
    std::size_t number = 0;  // of the value, from 1; 0: none
  };

  void grow() {
    std::vector<Cell> before(std::max(least_cells, 2 * cells_.size()));
    before.swap(cells_);
    for (const Cell& cell : before) {
      if (cell.number == 0) continue;
      std::size_t at = cell.hash & (cells_.size() - 1);
      while (cells_[at].number != 0) at = (at + 1) & (cells_.size() - 1);
      cells_[at] = cell;
    }
  }

  static constexpr std::size_t least_cells = 1024;  // a power of two, as each doubled one is
  std::vector<Cell> cells_;
  std::vector<BytesView> values_;
};

// Texts and hashes have to stay where they are until the end.
class StateWriter {
 public:
  void number(std::uint64_t value) {
    char* at = room_for(most_groups);
    for (; value >= leb128_more; value >>= leb128_bits) *at++ = to_char(value % leb128_more + leb128_more);
    *at++ = to_char(value);
    used_ = static_cast<std::size_t>(at - bytes_.data());
  }
  void text(BytesView value) {
    if (const auto place = texts_.find_or_add(value)) return number(2 * *place + 1);
    number(2 * value.size());
    raw(value);
  }
  void hash(const Hash& value) {
    if (const auto place = hashes_.find_or_add(value.view())) return number(*place + 1);
    number(0);
    raw(value.view());
  }
  void plain(BytesView value) {
    number(value.size());
    raw(value);
  }
  void raw(BytesView value) {
    value.copy(room_for(value.size()), value.size());
    used_ += value.size();
  }
  Bytes take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  static constexpr std::size_t most_groups = 10;  // of seven bits, in a number of 64
  static constexpr std::size_t least_bytes = 1 << 16;

  static char to_char(std::uint64_t value) { return static_cast<char>(static_cast<unsigned char>(value)); }

  char* room_for(std::size_t count) {
    if (bytes_.size() - used_ < count) bytes_.resize(std::max(least_bytes, 2 * bytes_.size() + count));
    return bytes_.data() + used_;
  }

  Bytes bytes_;  // of which these many are written
  std::size_t used_ = 0;
  Places texts_;
  Places hashes_;
};

// After the first thing that does not fit, everything reads as empty and failed() is true.
class StateReader {
 public:
  explicit StateReader(BytesView bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += leb128_bits) {
      if (rest_.empty()) break;
      const auto group = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= (group % leb128_more) << shift;
      const bool longer_than_need_be = group == 0 && shift > 0;
      if (longer_than_need_be) break;
      if (group < leb128_more) return failed_ ? 0 : value;
    }
    fail();
    return 0;
  }
  BytesView text() {
    const std::uint64_t begin = number();
    if (begin % 2 == 1) return known(texts_, begin / 2);
    const BytesView value = raw(begin / 2);
    if (!failed_) texts_.push_back(value);
    return value;
  }
  Hash hash() {
    const std::uint64_t place = number();
    if (place > 0) return known(hashes_, place - 1);
    const auto value = Hash::from_bytes(raw(Hash{}.bytes.size()));
    if (!value) return {};
    hashes_.push_back(*value);
    return *value;
  }
  BytesView plain() { return raw(number()); }
  BytesView raw(std::uint64_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const BytesView bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  // A count of rows that could still follow; each takes at least one byte.
  std::uint64_t count() {
    const std::uint64_t value = number();
    if (value > rest_.size()) failed_ = true;
    return failed_ ? 0 : value;
  }
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  template <class Value>
  Value known(const std::vector<Value>& values, std::uint64_t place) {
    if (place >= values.size()) failed_ = true;
    return failed_ ? Value{} : values[place];
  }

  BytesView rest_;
  std::vector<BytesView> texts_;
  std::vector<Hash> hashes_;
  bool failed_ = false;
};

}  // namespace cairn
