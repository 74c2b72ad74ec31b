#include <algorithm>
#include <cstdint>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t sum_at = 148;
constexpr std::size_t sum_bytes = 8;

// As generous as Python's tarfile, which allows what its int() does: spaces, a sign, "0o", underscores; or base 256.
std::optional<std::int64_t> parse_sum(std::string_view field) {
  const auto first = static_cast<unsigned char>(field[0]);
  if (first == 0x80 || first == 0xff) {
    std::uint64_t value = first == 0xff ? ~std::uint64_t{0} : 0;
    for (const char c : field.substr(1)) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  constexpr std::string_view spaces = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
  field = field.substr(0, field.find('\0'));
  field.remove_prefix(std::min(field.find_first_not_of(spaces), field.size()));
  field = field.substr(0, field.find_last_not_of(spaces) + 1);
  const bool negative = field.starts_with('-');
  if (negative || field.starts_with('+')) field.remove_prefix(1);
  if (field.starts_with("0o") || field.starts_with("0O")) field.remove_prefix(2);
  std::int64_t value = 0;
  for (const char c : field) {
    if (c == '_') continue;
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + (c - '0');
  }
  return negative ? -value : value;
}

}  // namespace

Result<bool> begins_like_tar(const InputFile& file) {
  std::string block(block_bytes, '\0');
  TRY_LET(got, file.read_at(0, block.data(), block.size()));
  if (got < block_bytes) return false;
  const auto declared = parse_sum(std::string_view(block).substr(sum_at, sum_bytes));
  // The sum counts its own field as spaces; of bytes with or without sign, since tars of both kinds are read.
  block.replace(sum_at, sum_bytes, sum_bytes, ' ');
  std::int64_t plain = 0;
  std::int64_t with_sign = 0;
  for (const char c : block) {
    plain += static_cast<unsigned char>(c);
    with_sign += static_cast<signed char>(c);
  }
  return declared && (*declared == plain || *declared == with_sign);
}

}  // namespace cairn
