#include "ledger/base/decimal.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ledger/base/text.h"

namespace cairn {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t places = 18;
constexpr Wide one = 1'000'000'000'000'000'000;
constexpr Wide bound = one * one;  // 18 digits before the point
constexpr auto largest_int = static_cast<std::int64_t>(max_count);

Error wrong(std::string_view text, std::string_view why) {
  return fault(str("not a number we can hold: \"", printable(text.substr(0, 60)), "\" ", why));
}

// The digits at the front of `text`, which are taken off it.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// A number's parts, none of them weighed yet: (-) whole . fraction * 10^exponent.
struct Lexeme {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

// RFC 8259 section 6.
Result<Lexeme> parse_json_number(std::string_view text) {
  Lexeme lexeme;
  auto rest = text;
  lexeme.negative = take(rest, '-');
  lexeme.whole = take_digits(rest);
  if (lexeme.whole.empty()) return wrong(text, "has no digit before the point");
  if (lexeme.whole.size() > 1 && lexeme.whole[0] == '0') return wrong(text, "begins with a zero");
  if (take(rest, '.')) {
    lexeme.fraction = take_digits(rest);
    if (lexeme.fraction.empty()) return wrong(text, "has no digit after the point");
  }
  if (take(rest, 'e') || take(rest, 'E')) {
    const bool down = take(rest, '-');
    if (!down) take(rest, '+');
    const auto digits = take_digits(rest);
    if (digits.empty()) return wrong(text, "has an exponent without digits");
    // No text is long enough for its other digits to bring an exponent beyond this one back into range.
    constexpr std::int64_t far_away = 1'000'000'000'000'000;
    for (const char c : digits) {
      if (lexeme.exponent < far_away) lexeme.exponent = lexeme.exponent * 10 + (c - '0');
    }
    if (down) lexeme.exponent = -lexeme.exponent;
  }
  if (!rest.empty()) return wrong(text, "goes on after the number");
  return lexeme;
}

// The value of digits * 10^(point - number of digits) in units of 10^-18, rounded half-even. Needs point <= 18.
Wide round_half_even(std::string_view digits, std::int64_t point) {
  const auto kept = point + places;
  if (kept < 0) return 0;
  Wide value = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    const auto at = static_cast<std::size_t>(i);
    value = value * 10 + (at < digits.size() ? digits[at] - '0' : 0);
  }
  if (static_cast<std::size_t>(kept) >= digits.size()) return value;
  const auto rest = digits.substr(static_cast<std::size_t>(kept));
  const bool beyond_half =
      rest[0] > '5' || (rest[0] == '5' && rest.find_first_not_of('0', 1) != std::string_view::npos);
  const bool half = rest[0] == '5' && !beyond_half;
  return value + ((beyond_half || (half && value % 2 != 0)) ? 1 : 0);
}

constexpr std::array<std::int64_t, places + 1> powers_of_ten = [] {
  std::array<std::int64_t, places + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// Needs at most 18 digits.
std::int64_t number_of(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The value * 10^18 of a finite number in its one spelling; none if it is anything else.
std::optional<Wide> read_canonical(std::string_view text) {
  const bool negative = take(text, '-');
  const auto whole = take_digits(text);
  if (whole.empty() || whole.size() > places || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  std::string_view fraction;
  if (take(text, '.')) {
    fraction = take_digits(text);
    if (fraction.empty() || fraction.size() > places || fraction.back() == '0') return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  const Wide value = number_of(whole) * one + Wide{number_of(fraction)} * powers_of_ten[places - fraction.size()];
  if (negative && value == 0) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
  if (const auto scaled = read_canonical(text)) {
    Decimal decimal;
    decimal.scaled_ = *scaled;
    return decimal;
  }
  TRY_LET(value, from_lexeme(text));
  // One spelling a value: whatever we would not have written so is refused.
  if (value.text() != text) {
    return wrong(text, str("is spelled ", value.text(), " here, with at most 18 digits before and after the point"));
  }
  return value;
}

Result<Decimal> Decimal::from_lexeme(std::string_view text) {
  Decimal decimal;
  if (text == "NaN") decimal.kind_ = Kind::nan;
  if (text == "Infinity") decimal.kind_ = Kind::plus_infinity;
  if (text == "-Infinity") decimal.kind_ = Kind::minus_infinity;
  if (!decimal.is_finite()) return decimal;

  TRY_LET(lexeme, parse_json_number(text));
  std::string digits(lexeme.whole);
  digits += lexeme.fraction;
  const auto zeros = std::min(digits.find_first_not_of('0'), digits.size());
  if (zeros == digits.size()) return decimal;
  digits.erase(0, zeros);
  const auto point =
      static_cast<std::int64_t>(lexeme.whole.size()) - static_cast<std::int64_t>(zeros) + lexeme.exponent;

  constexpr std::string_view too_large = "has more than 18 digits before the point";
  if (point > places) return wrong(text, too_large);
  decimal.scaled_ = round_half_even(digits, point);
  if (decimal.scaled_ >= bound) return wrong(text, too_large);
  if (lexeme.negative) decimal.scaled_ = -decimal.scaled_;
  return decimal;
}

Decimal Decimal::from_int(std::int64_t value) {
  ASSERT(value > -one && value < one);
  Decimal decimal;
  decimal.scaled_ = value * one;
  return decimal;
}

std::string Decimal::text() const {
  switch (kind_) {
    case Kind::nan:
      return "NaN";
    case Kind::plus_infinity:
      return "Infinity";
    case Kind::minus_infinity:
      return "-Infinity";
    case Kind::finite:
      break;
  }
  const Wide size = scaled_ < 0 ? -scaled_ : scaled_;
  const auto whole = static_cast<std::int64_t>(size / one);
  auto fraction = static_cast<std::int64_t>(size - whole * one);
  std::string text = str(scaled_ < 0 ? "-" : "", whole);
  if (fraction == 0) return text;
  std::size_t width = places;
  for (; fraction % 10 == 0; fraction /= 10) --width;
  const std::string digits = str(fraction);
  text += '.';
  text.append(width - digits.size(), '0');
  return text += digits;
}

std::partial_ordering Decimal::operator<=>(const Decimal& other) const {
  if (is_nan() || other.is_nan()) return std::partial_ordering::unordered;
  const auto rank = [](Kind kind) { return kind == Kind::finite ? 0 : kind == Kind::plus_infinity ? 1 : -1; };
  if (!is_finite() || !other.is_finite()) return rank(kind_) <=> rank(other.kind_);
  if (scaled_ == other.scaled_) return std::partial_ordering::equivalent;
  return scaled_ < other.scaled_ ? std::partial_ordering::less : std::partial_ordering::greater;
}

Decimal Decimal::minus(const Decimal& other) const {
  Decimal difference;
  difference.kind_ = Kind::nan;
  if (!is_finite() || !other.is_finite()) return difference;
  const Wide scaled = scaled_ - other.scaled_;
  if (scaled >= bound || scaled <= -bound) return difference;
  difference.kind_ = Kind::finite;
  difference.scaled_ = scaled;
  return difference;
}

Result<std::int64_t> Decimal::to_int() const {
  const bool whole = is_finite() && scaled_ % one == 0;
  const Wide value = scaled_ / one;
  if (!whole || value > largest_int || value < -largest_int) {
    return fault(str(text(), " is not a whole number of at most 2^53-1"));
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace cairn
