// Decimal: an exact measured value or threshold, as statements hold it (DESIGN 4, "Values in statements").
//
// At most 18 digits before and 18 after the point, or NaN, Infinity, -Infinity. One spelling a value: no plus sign, no
// exponent, no leading zero but in "0.x", no trailing zero after the point, no "-0". Rules compare and subtract these
// and never doubles, so that every machine decides the same.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace cairn {

class Decimal {
 public:
  Decimal() = default;  // zero

  // The canonical spelling and nothing else.
  static Result<Decimal> parse(std::string_view text);

  // A number as files of the field spell it (JSON numbers with exponent, Python's NaN and Infinity), rounded half-even
  // to 18 places. An error if more than 18 digits stand before the point.
  static Result<Decimal> from_lexeme(std::string_view text);

  static Decimal from_int(std::int64_t value);

  std::string text() const;

  bool is_nan() const { return kind_ == Kind::nan; }
  bool is_finite() const { return kind_ == Kind::finite; }

  // NaN is unordered with everything, itself included.
  std::partial_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == std::partial_ordering::equivalent; }

  // Exact; NaN if either is not finite, or if the result has more than 18 digits before the point.
  Decimal minus(const Decimal& other) const;

  // Whole milliseconds or counts: the value if it is an integer within 2^53-1, else an error.
  Result<std::int64_t> to_int() const;

 private:
  enum class Kind : unsigned char { finite, nan, plus_infinity, minus_infinity };
  __extension__ using Wide = __int128;  // value * 10^18; |value| < 10^18, so below 2^120

  Wide scaled_ = 0;
  Kind kind_ = Kind::finite;
};

}  // namespace cairn
