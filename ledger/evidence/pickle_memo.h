// What a walk through a pickle remembers: the texts and imports that later opcodes may name or call. Bounded: what does
// not fit counts as unknown, and an import by an unknown name is a finding. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cairn {

inline constexpr std::uint64_t max_memo = 1 << 26;
inline constexpr std::size_t max_kept_values = 1'000'000;
inline constexpr std::uint32_t unknown_text = 0;

// As much of a value as decides what a pickle imports and calls.
struct PickleValue {
  enum class Kind : std::uint8_t { other, mark, text, import };
  Kind kind = Kind::other;
  std::uint32_t text = unknown_text;  // of Kind::text: one past its place in texts_
};

// Texts that could be the name of a module or of something in it, each kept once.
class Texts {
 public:
  static constexpr std::size_t max_bytes = 256;  // longer text names no module

  std::uint32_t keep(const std::string& text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
    if (!plain || text.size() > max_bytes) return unknown_text;
    const auto found = places_.find(text);
    if (found != places_.end()) return found->second;
    if (texts_.size() == max_kept_values) return unknown_text;
    texts_.push_back(text);
    const auto place = static_cast<std::uint32_t>(texts_.size());
    places_.emplace(text, place);
    return place;
  }
  const std::string& operator[](std::uint32_t place) const { return texts_[place - 1]; }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> places_;
};

// Python's memo; of values that are neither text nor import it is only remembered that they are there.
class Memo {
 public:
  bool put(std::uint64_t index, PickleValue value) {
    if (index >= max_memo) return false;
    if (index >= present_.size())
      present_.resize(static_cast<std::size_t>(std::max<std::uint64_t>(index + 1, present_.size() * 2)));
    if (!present_[static_cast<std::size_t>(index)]) ++count_;
    present_[static_cast<std::size_t>(index)] = true;
    const bool kept = value.kind == PickleValue::Kind::text || value.kind == PickleValue::Kind::import;
    if (kept && values_.size() < max_kept_values) {
      values_[index] = value;
    } else {
      values_.erase(index);
    }
    return true;
  }
  std::optional<PickleValue> get(std::uint64_t index) const {
    if (index >= present_.size() || !present_[static_cast<std::size_t>(index)]) return std::nullopt;
    const auto found = values_.find(index);
    return found == values_.end() ? PickleValue{} : found->second;
  }
  std::uint64_t count() const { return count_; }

 private:
  std::vector<bool> present_;
  std::unordered_map<std::uint64_t, PickleValue> values_;
  std::uint64_t count_ = 0;
};

}  // namespace cairn
