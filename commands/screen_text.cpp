#include "commands/screen_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cairn {

namespace {

constexpr std::string_view tone_ends = "\x1b[0m";

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode's wide and full-width blocks, roughly: a terminal that counts otherwise loses a line's end, never its layout,
// since lines do not wrap there.
constexpr std::array<CodeRange, 12> wide = {{{0x1100, 0x115f},
                                             {0x2e80, 0x303e},
                                             {0x3041, 0xa4cf},
                                             {0xa960, 0xa97c},
                                             {0xac00, 0xd7a3},
                                             {0xf900, 0xfaff},
                                             {0xfe30, 0xfe6f},
                                             {0xff00, 0xff60},
                                             {0xffe0, 0xffe6},
                                             {0x1f300, 0x1f64f},
                                             {0x1f680, 0x1faff},
                                             {0x20000, 0x3fffd}}};
constexpr std::array<CodeRange, 10> combining = {{{0x0300, 0x036f},
                                                  {0x0483, 0x0489},
                                                  {0x0591, 0x05bd},
                                                  {0x0610, 0x061a},
                                                  {0x064b, 0x065f},
                                                  {0x1ab0, 0x1aff},
                                                  {0x200b, 0x200d},
                                                  {0x20d0, 0x20ff},
                                                  {0xfe00, 0xfe0f},
                                                  {0xfe20, 0xfe2f}}};

template <std::size_t N>
bool in(const std::array<CodeRange, N>& blocks, std::uint32_t code) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [code](const CodeRange& block) { return block.first <= code && code <= block.last; });
}

std::size_t columns_of_code(std::uint32_t code) {
  if (in(combining, code)) return 0;
  return in(wide, code) ? 2 : 1;
}

// A letter or an escape sequence: what is never taken apart.
struct Piece {
  std::string_view bytes;
  std::size_t columns = 0;
  bool tone = false;
};

Piece piece_at(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text[0] == '\x1b') {
    const auto end = std::min(text.find('m'), text.size() - 1);
    return {text.substr(0, end + 1), 0, true};
  }
  const std::size_t wanted = byte(0) < 0xc0 ? 1U : byte(0) < 0xe0 ? 2U : byte(0) < 0xf0 ? 3U : 4U;
  const std::size_t length = std::min(wanted, text.size());
  std::uint32_t code = length == 1 ? byte(0) : byte(0) & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3fU);
  return {text.substr(0, length), columns_of_code(code), false};
}

template <class Take>
void pieces(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const Piece piece = piece_at(text);
    take(piece);
    text.remove_prefix(piece.bytes.size());
  }
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  pieces(text, [&](const Piece& piece) { columns += piece.columns; });
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string line;
  std::size_t taken = 0;
  bool toned = false;
  bool full = false;
  pieces(text, [&](const Piece& piece) {
    full = full || (!piece.tone && taken + piece.columns > columns - 1);
    if (full) return;
    if (piece.tone) toned = piece.bytes != tone_ends;
    taken += piece.columns;
    line += piece.bytes;
  });
  return line + ">" + (toned ? std::string(tone_ends) : "");
}

std::string end_of(std::string_view text, std::size_t columns) {
  std::size_t left = columns_of(text);
  std::size_t begin = 0;
  pieces(text, [&](const Piece& piece) {
    if (left <= columns) return;
    left -= piece.columns;
    begin += piece.bytes.size();
  });
  return std::string(text.substr(begin));
}

std::vector<std::string> fold_line(std::string_view line, std::size_t columns) {
  std::vector<std::string> lines(1);
  std::size_t taken = 0;
  std::string tone;
  pieces(line, [&](const Piece& piece) {
    if (piece.tone) tone = piece.bytes == tone_ends ? "" : std::string(piece.bytes);
    if (taken + piece.columns > columns) {
      if (!tone.empty()) lines.back() += tone_ends;
      lines.push_back(tone);
      taken = 0;
    }
    // A letter of two columns has no place in one.
    const bool fits = piece.columns <= columns;
    lines.back() += fits ? piece.bytes : std::string_view(">").substr(0, columns);
    taken += std::min(piece.columns, columns);
  });
  return lines;
}

}  // namespace cairn
