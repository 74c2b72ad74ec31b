#include "ledger/base/text.h"
#include "ledger/base/decimal.h"
#include "ledger/base/time.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  if (const auto bytes = from_hex(text)) ASSERT(to_hex(*bytes) == text);
  if (const auto bytes = from_base64(text)) ASSERT(to_base64(*bytes) == text);
  if (const auto number = parse_uint(text)) ASSERT(std::to_string(*number) == text);
  if (const auto decimal = Decimal::parse(text)) ASSERT(decimal->text() == text);
  if (const auto decimal = Decimal::from_lexeme(text)) ASSERT(Decimal::parse(decimal->text()).ok());
  if (const auto time = parse_time(text)) {
    const auto again = parse_time(format_time(*time));
    ASSERT(again.ok() && *again == *time);
  }
  if (const auto span = parse_duration(text)) {
    const auto again = parse_duration(format_duration(*span));
    ASSERT(again.ok() && *again == *span);
  }
  const std::string shown = printable(text);
  ASSERT(is_utf8(shown) && printable(shown).size() >= shown.size());
  if (is_name(text)) ASSERT(shown == text);
  return 0;
}
