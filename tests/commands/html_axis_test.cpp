// The axes of the drawings on a report's page.
#include <algorithm>

#include "commands/html_axis.h"
#include "ledger/base/decimal.h"
#include "ledger/base/time.h"
#include "tests/catch.h"

namespace cairn {

TEST_CASE("html: ticks are few, in order, on the axis, and at round times of UTC") {
  const Millis start = parse_time("2026-11-23T02:33:16.917Z").value();
  for (Millis span = 3 * second; span < 300 * 365 * day; span = span * 3 / 2) {
    const TimeAxis axis{start, start + span, 100, 8000};
    const auto ticks = ticks_of(axis);
    INFO(span);
    REQUIRE_FALSE(ticks.empty());
    REQUIRE(ticks.size() <= 9);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      REQUIRE(ticks[i].at >= 100);
      REQUIRE(ticks[i].at <= 8100);
      REQUIRE((i == 0 || ticks[i].at > ticks[i - 1].at));
    }
  }
  const auto ticks = ticks_of({start, start + 10 * hour, 0, 1000});
  REQUIRE(ticks.front().label == "04:00");
  REQUIRE(ticks.front().below == "2026-11-23");
  REQUIRE(ticks[1].below == "");
  REQUIRE(ticks_of({start, start + 4 * second, 0, 1000}).front().label == "02:33:17");
  REQUIRE(ticks_of({start, start + 6 * day, 0, 1000}).front().label == "2026-11-24");
}

TEST_CASE("html: a value's place and the ticks beside it agree") {
  const auto value = [](const char* text) { return Decimal::parse(text).value(); };
  const ValueAxis axis({value("0.02"), value("0.15"), value("0.209")}, 2000, 1000);
  REQUIRE(axis.at(value("0.209")) < axis.at(value("0.15")));
  REQUIRE(axis.at(value("0.02")) > axis.at(value("0.15")));
  const auto ticks = axis.ticks();
  REQUIRE(ticks.size() >= 3);
  for (const Tick& tick : ticks) REQUIRE(tick.at == axis.at(Decimal::from_lexeme(tick.label).value()));
  const auto zero = ValueAxis({value("0")}, 2000, 1000).ticks();
  REQUIRE(zero.size() >= 3);
  REQUIRE(std::any_of(zero.begin(), zero.end(),
                      [](const Tick& tick) { return tick.label == "0.00" || tick.label == "0.0"; }));
}

}  // namespace cairn
