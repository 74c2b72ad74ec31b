// StateWriter and StateReader: the values that a state is made of as bytes, and back (FORMAT.md, "Snapshot").
//
// Numbers are LEB128 and as short as they can be. Texts and hashes are spelled once, before the rows, and named by
// their place there, since most come often: a version's digest stands in six tables, and evidence has the same few
// names of values. So each row can be read by itself, and behind its length passed over. A reader takes any bytes, and
// what it hands out lies in them. Pure.
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
  // Of the value; one that has none yet gets the next.
  std::uint64_t place_of(BytesView value) {
    if (2 * values_.size() >= cells_.size()) grow();
    const std::size_t hash = scatter(value);
    for (std::size_t at = hash & (cells_.size() - 1);; at = (at + 1) & (cells_.size() - 1)) {
      Cell& cell = cells_[at];
      if (cell.number == 0) {
        values_.push_back(value);
        cell = {hash, values_.size()};
      }
      if (cell.hash == hash && values_[cell.number - 1] == value) return cell.number - 1;
    }
  }
  const std::vector<BytesView>& values() const { return values_; }

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
  void text(BytesView value) { number(texts_.place_of(value)); }
  void hash(const Hash& value) { number(hashes_.place_of(value.view())); }
  void plain(BytesView value) {
    number(value.size());
    raw(value);
  }
  void raw(BytesView value) {
    value.copy(room_for(value.size()), value.size());
    used_ += value.size();
  }
  // Behind its length, which is known once it is written.
  template <class Write>
  void row(const Write& write) {
    const std::size_t begin = used_;
    write();
    const std::size_t size = used_ - begin;
    number(size);  // behind it, and from there to its front
    std::rotate(bytes_.data() + begin, bytes_.data() + begin + size, bytes_.data() + used_);
  }
  BytesView written() const { return {bytes_.data(), used_}; }
  // What was written, behind `head` and the texts and hashes that it names.
  Bytes take(BytesView head) {
    StateWriter whole;
    whole.raw(head);
    whole.number(hashes_.values().size());
    for (const BytesView hash : hashes_.values()) whole.raw(hash);
    whole.number(texts_.values().size());
    for (const BytesView text : texts_.values()) whole.plain(text);
    whole.raw(written());
    whole.bytes_.resize(whole.used_);
    return std::move(whole.bytes_);
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

// What rows name by its place.
struct StateWords {
  BytesView hashes;  // one behind the other
  std::vector<BytesView> texts;
};

// After the first thing that does not fit, everything reads as empty and failed() is true.
class StateReader {
 public:
  explicit StateReader(BytesView bytes) : rest_(bytes) {}
  StateReader(BytesView bytes, const StateWords& words) : rest_(bytes), words_(&words) {}

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
    const std::uint64_t place = number();
    if (words_ == nullptr || place >= words_->texts.size()) failed_ = true;
    return failed_ ? BytesView() : words_->texts[place];
  }
  Hash hash() {
    const std::uint64_t place = number();
    if (words_ == nullptr || place >= words_->hashes.size() / Hash{}.bytes.size()) failed_ = true;
    if (failed_) return {};
    Hash value;
    std::memcpy(value.bytes.data(), words_->hashes.data() + place * value.bytes.size(), value.bytes.size());
    return value;
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
  StateWords words() {
    StateWords words;
    const std::uint64_t hashes = count();
    words.hashes = raw(hashes * Hash{}.bytes.size());
    for (std::uint64_t left = count(); left > 0 && !failed_; --left) words.texts.push_back(plain());
    return words;
  }
  BytesView rest() const { return rest_; }
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  BytesView rest_;
  const StateWords* words_ = nullptr;
  bool failed_ = false;
};

}  // namespace cairn
