// What a walk through a pickle remembers: the texts and imports that later opcodes may name or call. Bounded: a text
// that does not fit counts as unknown, and an import by an unknown name is a finding; that something is an import is
// never forgotten. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {

inline constexpr std::uint64_t max_memo = 1 << 26;
inline constexpr std::size_t max_memo_texts = 1'000'000;
inline constexpr std::uint32_t unknown_text = 0;

// As much of a value as decides what a pickle imports and calls.
struct PickleValue {
  // `import_giving_back`: an import whose result may be what it was called with. `unknown`: may be anything, an import
  // too.
  enum class Kind : std::uint8_t { other, mark, text, import, import_giving_back, unknown };
  Kind kind = Kind::other;
  std::uint32_t text = unknown_text;  // of Kind::text: one past its place in texts_
};

inline bool is_import(PickleValue value) {
  return value.kind == PickleValue::Kind::import || value.kind == PickleValue::Kind::import_giving_back;
}

// Texts that could be the name of a module or of something in it, each kept once; when there are too many, only those
// that may be imported, for an import of any other is a finding anyhow.
class Texts {
 public:
  static constexpr std::size_t max_bytes = 256;          // longer text names no module
  static constexpr std::size_t max_all_bytes = 4 << 20;  // with what it takes to keep them
  static constexpr std::size_t bytes_to_keep_one = 128;

  std::uint32_t keep(const std::string& text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.';
    });
    if (!plain || text.size() > max_bytes) return unknown_text;
    const auto found = places_.find(text);
    if (found != places_.end()) return found->second;
    const auto cost = text.size() + bytes_to_keep_one;
    if (all_bytes_ + cost > max_all_bytes && !names_allowed_import(text)) return unknown_text;
    all_bytes_ += cost;
    const auto place = static_cast<std::uint32_t>(texts_.size() + 1);
    texts_.push_back(&places_.emplace(text, place).first->first);
    return place;
  }
  const std::string& operator[](std::uint32_t place) const { return *texts_[place - 1]; }

 private:
  std::unordered_map<std::string, std::uint32_t> places_;  // its keys stay where they are
  std::vector<const std::string*> texts_;
  std::size_t all_bytes_ = 0;
};

// Python's memo: of each value its kind, and of texts which they are.
class Memo {
 public:
  bool put(std::uint64_t index, PickleValue value) {
    if (index >= max_memo) return false;
    const auto at = static_cast<std::size_t>(index);
    if (at >= kinds_.size()) kinds_.resize(std::max(at + 1, std::min<std::size_t>(kinds_.size() * 2, max_memo)));
    if (kinds_[at] == absent) ++count_;
    kinds_[at] = static_cast<std::uint8_t>(value.kind) + 1;
    texts_.erase(index);
    if (value.text != unknown_text && texts_.size() < max_memo_texts) texts_.emplace(index, value.text);
    return true;
  }
  std::optional<PickleValue> get(std::uint64_t index) const {
    if (index >= kinds_.size() || kinds_[static_cast<std::size_t>(index)] == absent) return std::nullopt;
    const auto kind = static_cast<PickleValue::Kind>(kinds_[static_cast<std::size_t>(index)] - 1);
    const auto text = texts_.find(index);
    return PickleValue{kind, text == texts_.end() ? unknown_text : text->second};
  }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::uint8_t absent = 0;

  std::vector<std::uint8_t> kinds_;  // one more than the kind
  std::unordered_map<std::uint64_t, std::uint32_t> texts_;
  std::uint64_t count_ = 0;
};

}  // namespace cairn
