#include "ledger/base/time.h"

#include "tests/catch.h"

using namespace cairn;

TEST_CASE("A time is written as RFC 3339 in UTC with milliseconds") {
  CHECK(format_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  CHECK(format_time(1'795'401'196'917) == "2026-11-23T02:33:16.917Z");
  CHECK(format_time(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("A time that no calendar of ours reaches is shown as a number and not read back") {
  for (const Millis time : {Millis{-1}, Millis{253'402'300'800'000}, Millis{INT64_MAX}, Millis{INT64_MIN}}) {
    CHECK(format_time(time) == std::to_string(time) + "ms");
    CHECK_FALSE(parse_time(format_time(time)));
    CHECK(short_time(time) == format_time(time));
    CHECK(time_to_the_second(time) == format_time(time));
    CHECK(time_to_the_millisecond(time) == format_time(time));
  }
}

TEST_CASE("For people a time is cut to the minute, the second or the millisecond, with a space in its middle") {
  CHECK(short_time(1'795'401'196'917) == "2026-11-23 02:33");
  CHECK(time_to_the_second(1'795'401'196'917) == "2026-11-23 02:33:16");
  CHECK(time_to_the_millisecond(1'795'401'196'917) == "2026-11-23 02:33:16.917");
  CHECK(time_to_the_millisecond(253'402'300'799'999) == "9999-12-31 23:59:59.999");
}

TEST_CASE("Every written time reads back") {
  // A step that is no multiple of anything in the calendar.
  for (Millis time = 0; time < 253'402'300'800'000; time += 123'456'789'017) {
    REQUIRE(parse_time(format_time(time)).value() == time);
  }
}

TEST_CASE("A time is read with any offset, any number of decimals, a space, or as a date alone") {
  const Millis time = 1'795'401'196'917;
  for (const auto* text : {"2026-11-23T02:33:16.917Z", "2026-11-23t02:33:16.917z", "2026-11-23 02:33:16.917",
                           "2026-11-23T02:33:16.917999999+00:00", "2026-11-23T08:03:16.917+05:30",
                           "2026-11-22T21:33:16.917-05:00", "2026-11-23T02:33:16.9170-00:00"}) {
    INFO(text);
    CHECK(parse_time(text).value() == time);
  }
  CHECK(parse_time("2026-11-23T02:33:16.9Z").value() == time - 17);
  CHECK(parse_time("2026-11-23T02:33:16").value() == time - 917);
  CHECK(parse_time("2024-02-29").value() == 1'709'164'800'000);
  CHECK(parse_time(short_time(time)).value() == time - 16'917);
  CHECK(parse_time(time_to_the_second(time)).value() == time - 917);
  CHECK(parse_time(time_to_the_millisecond(time)).value() == time);
  CHECK(parse_time("2026-11-23T02:33Z").value() == time - 16'917);
  CHECK(parse_time("1970-01-01T01:00:00+01:00").value() == 0);
}

TEST_CASE("A text that is no time is refused") {
  for (const auto* text : {"",
                           "2026",
                           "2026-11",
                           "2026-11-23T",
                           "2026-11-23T02",
                           "2026-11-23T02:",
                           "2026-11-23T02:33:",
                           "2026-11-23T02:33:16.",
                           "2026-11-23T02:33:16.Z",
                           "2026-11-23T02:33:16ZZ",
                           "2026-11-23T02:33:16+0530",
                           "2026-11-23T02:33:16+05",
                           "2026-11-23T02:33:16 Z",
                           "2026-11-23Z",
                           "2026-02-29",
                           "2100-02-29",
                           "2026-00-01",
                           "2026-13-01",
                           "2026-04-31",
                           "2026-01-00",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T23:60:00Z",
                           "2026-11-23T23:59:60Z",
                           "2026-11-23T02:33:16+24:00",
                           "2026-11-23T02:33:16+00:60",
                           "26-11-23",
                           "2026-1-23",
                           "+2026-11-23",
                           "2026/11/23",
                           " 2026-11-23",
                           "2026-11-23 ",
                           "1969-12-31T23:59:59.999Z",
                           "1970-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "2026-11-23T0a:33:16Z",
                           "2026-11-23T02:33:16.9x"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("A duration is a whole number and one unit") {
  CHECK(parse_duration("24h").value() == day);
  CHECK(parse_duration("30d").value() == 30 * day);
  CHECK(parse_duration("90s").value() == 90 * second);
  CHECK(parse_duration("15m").value() == 15 * minute);
  CHECK(parse_duration("250ms").value() == 250);
  CHECK(parse_duration("0s").value() == 0);
  CHECK(parse_duration("36525d").value() == 36'525 * day);
  for (const auto* text : {"", "h", "24", "24 h", "1.5h", "-1h", "+1h", "01h", "1H", "1h30m", "1w", "36526d",
                           "3155760000001ms", "18446744073709551616s", "9999999999999999999d", "1hh"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("A duration is written in the largest unit that divides it, and reads back") {
  CHECK(format_duration(0) == "0s");
  CHECK(format_duration(day) == "1d");
  CHECK(format_duration(90 * minute) == "90m");
  CHECK(format_duration(25 * hour) == "25h");
  CHECK(format_duration(61 * second) == "61s");
  CHECK(format_duration(1500) == "1500ms");
  CHECK(format_duration(-90 * minute) == "-90m");
  for (Millis span = 0; span < 40 * day; span += 1'234'500) {
    REQUIRE(parse_duration(format_duration(span)).value() == span);
  }
}

TEST_CASE("A duration is described for people in its two largest units") {
  CHECK(describe_duration(2 * day + 3 * hour + 59 * minute) == "2 d 3 h");
  CHECK(describe_duration(2 * day) == "2 d");
  CHECK(describe_duration(5 * hour + 7 * minute) == "5 h 7 min");
  CHECK(describe_duration(14 * minute) == "14 min");
  CHECK(describe_duration(90 * second) == "1 min 30 s");
  CHECK(describe_duration(3250) == "3.2 s");
  CHECK(describe_duration(3000) == "3 s");
  CHECK(describe_duration(999) == "999 ms");
  CHECK(describe_duration(0) == "0 s");
  CHECK(describe_duration(-14 * minute) == "-14 min");
  CHECK(describe_duration(INT64_MIN).substr(0, 1) == "-");
}

TEST_CASE("The system's clock tells milliseconds of this century") {
  const auto now = SystemClock().now();
  CHECK(now > parse_time("2024-01-01").value());
  CHECK(now < parse_time("2100-01-01").value());
}
