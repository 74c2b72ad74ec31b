#include "commands/terminal_keys.h"

#include <optional>

#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t longest_sequence = 32;

// A key and how many bytes it took; none: more of them are needed.
struct Taken {
  KeyPress key;
  std::size_t bytes = 0;
};

KeyPress::Kind cursor_key(char final) {
  switch (final) {
    case 'A':
      return KeyPress::Kind::up;
    case 'B':
      return KeyPress::Kind::down;
    case 'C':
      return KeyPress::Kind::right;
    case 'D':
      return KeyPress::Kind::left;
    case 'H':
      return KeyPress::Kind::home;
    case 'F':
      return KeyPress::Kind::end;
    default:
      return KeyPress::Kind::other;
  }
}

KeyPress::Kind numbered_key(std::string_view number) {
  if (number == "1" || number == "7") return KeyPress::Kind::home;
  if (number == "4" || number == "8") return KeyPress::Kind::end;
  if (number == "5") return KeyPress::Kind::page_up;
  if (number == "6") return KeyPress::Kind::page_down;
  return KeyPress::Kind::other;
}

// ESC [ parameters final, and ESC O final.
std::optional<Taken> take_sequence(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  if (bytes[1] == '\x1b') return Taken{{KeyPress::Kind::escape, ""}, 1};
  if (bytes[1] != '[' && bytes[1] != 'O') return Taken{{KeyPress::Kind::other, ""}, 2};
  for (std::size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] < 0x20 || bytes[i] > 0x7e) return Taken{{KeyPress::Kind::other, ""}, i};
    if (bytes[i] < 0x40) continue;
    const bool numbered = bytes[i] == '~';
    return Taken{{numbered ? numbered_key(bytes.substr(2, i - 2)) : cursor_key(bytes[i]), ""}, i + 1};
  }
  if (bytes.size() >= longest_sequence) return Taken{{KeyPress::Kind::other, ""}, bytes.size()};
  return std::nullopt;
}

std::optional<Taken> take_letter(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const std::size_t length = first < 0xc2 ? 1U : first < 0xe0 ? 2U : first < 0xf0 ? 3U : first < 0xf5 ? 4U : 1U;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return std::nullopt;
    if ((static_cast<unsigned char>(bytes[i]) & 0xc0U) != 0x80) return Taken{{KeyPress::Kind::other, ""}, i};
  }
  const std::string letter(bytes.substr(0, length));
  return Taken{is_utf8(letter) ? KeyPress{KeyPress::Kind::text, letter} : KeyPress{}, length};
}

std::optional<Taken> take(std::string_view bytes) {
  const char first = bytes[0];
  if (first == '\x1b') return take_sequence(bytes);
  if (first == '\r' || first == '\n') return Taken{{KeyPress::Kind::enter, ""}, 1};
  if (first == '\x7f' || first == '\b') return Taken{{KeyPress::Kind::backspace, ""}, 1};
  if (first >= 1 && first <= 26)
    return Taken{{KeyPress::Kind::control, std::string(1, static_cast<char>(first + 'a' - 1))}, 1};
  if (first >= 0 && first < ' ') return Taken{{KeyPress::Kind::other, ""}, 1};
  return take_letter(bytes);
}

}  // namespace

std::vector<KeyPress> KeyDecoder::feed(std::string_view bytes) {
  rest_ += bytes;
  std::vector<KeyPress> keys;
  std::string_view left = rest_;
  while (!left.empty()) {
    const auto taken = take(left);
    if (!taken) break;
    keys.push_back(taken->key);
    left.remove_prefix(taken->bytes);
  }
  rest_ = std::string(left);
  return keys;
}

std::vector<KeyPress> KeyDecoder::give_up() {
  if (rest_.empty()) return {};
  const KeyPress key{rest_ == "\x1b" ? KeyPress::Kind::escape : KeyPress::Kind::other, ""};
  rest_.clear();
  return {key};
}

}  // namespace cairn
