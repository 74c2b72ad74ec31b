// Freeze windows of a time zone's rule, across its changes of the clock.
#include "commands/freeze_windows.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ledger/base/time.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

Millis at(const std::string& time) {
  const auto parsed = parse_time(time);
  REQUIRE(parsed.ok());
  return *parsed;
}

WindowRule weekend() {
  return {"weekend", {"production", "*"}, "Europe/Berlin", "Fri 18:00", "Mon 07:00"};
}

std::vector<FreezeWindow> windows(const WindowRule& rule, const std::string& begin, const std::string& end) {
  const auto found = freeze_windows(rule, at(begin), at(end));
  if (!found.ok()) FAIL(found.error().message);
  return *found;
}

std::string complaint(const WindowRule& rule) {
  const auto found = freeze_windows(rule, at("2027-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z"));
  return found.ok() ? "" : found.error().message;
}

}  // namespace

TEST_CASE("every week's window keeps the local time when the clocks change") {
  const auto found = windows(weekend(), "2027-03-20T12:00:00Z", "2027-04-05T00:00:00Z");
  REQUIRE(found.size() == 3);  // the first is under way at the beginning
  CHECK(found[0].name == "weekend-2027-03-19");
  CHECK(found[1].from == at("2027-03-26T17:00:00Z"));   // winter time
  CHECK(found[1].until == at("2027-03-29T05:00:00Z"));  // summer time
  CHECK(found[2].from == at("2027-04-02T16:00:00Z"));
  CHECK(found[2].rule == "Fri 18:00 to Mon 07:00, Europe/Berlin");
  CHECK(found[2].scope == Scope{"production", "*"});
}

TEST_CASE("a window of one day, and of a whole week") {
  WindowRule rule = weekend();
  rule.until = "Fri 20:00";
  CHECK(windows(rule, "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z").at(0).until == at("2027-01-08T19:00:00Z"));
  rule.until = "Fri 18:00";
  const auto whole = windows(rule, "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z");
  REQUIRE(whole.size() == 2);
  CHECK(whole[0].until == whole[1].from);
}

TEST_CASE("a window between two dates is one, and says its zone") {
  WindowRule rule{"year-end", {}, "America/New_York", "2026-12-20 00:00", "2027-01-04 00:00"};
  const auto found = windows(rule, "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z");
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "year-end");
  CHECK(found[0].from == at("2026-12-20T05:00:00Z"));
  CHECK(found[0].until == at("2027-01-04T05:00:00Z"));
}

TEST_CASE("an hour that comes twice is frozen both times, and one that the clocks skip is refused") {
  WindowRule rule{"night", {}, "Europe/Berlin", "2026-10-25 02:30", "2026-10-25 02:45"};
  const auto twice = windows(rule, "2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
  CHECK(twice.at(0).from == at("2026-10-25T00:30:00Z"));
  CHECK(twice.at(0).until == at("2026-10-25T01:45:00Z"));
  rule.from = "2027-03-28 02:30";
  rule.until = "2027-03-28 04:00";
  CHECK(contains(complaint(rule), "2027-03-28 02:30 does not exist in Europe/Berlin"));
}

TEST_CASE("what is no zone and no time is said, and the process's own zone stays") {
  const char* before = std::getenv("TZ");
  for (const std::string zone : {"Europe/Berlyn", "../etc/passwd", "", "Europe"}) {
    WindowRule rule = weekend();
    rule.zone = zone;
    CHECK(contains(complaint(rule), "--zone"));
  }
  for (const std::string time : {"Fri", "Fry 18:00", "Fri 24:00", "Fri 1:00", "2027-02-30 00:00", "Fri 18:00 "}) {
    WindowRule rule = weekend();
    rule.from = time;
    CHECK(contains(complaint(rule), "is neither like"));
  }
  WindowRule mixed = weekend();
  mixed.until = "2027-01-04 00:00";
  CHECK(contains(complaint(mixed), "both on a day of the week"));
  WindowRule backwards{"x", {}, "Europe/Berlin", "2027-01-04 00:00", "2027-01-03 00:00"};
  CHECK(contains(complaint(backwards), "not after"));
  CHECK(std::getenv("TZ") == before);
}

TEST_CASE("policy windows prints what a policy takes as it stands") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const Words rule = {"policy",  "windows",
                      "--name",  "weekend",
                      "--scope", "environment=production",
                      "--zone",  "Europe/Berlin",
                      "--from",  "Fri 18:00",
                      "--until", "Mon 07:00",
                      "--for",   "60d"};
  const std::string text = place.expect(0, "dana", rule);
  Json policy = Json::parse(place.expect(0, "dana", {"policy", "show"}));
  policy["freezes"] = Json::parse("{" + text + "}")["freezes"];
  CHECK(policy["freezes"].size() >= 8);
  CHECK(policy["freezes"] == place.json(0, "dana", rule)["freezes"]);
  const auto file = place.directory() / "policy.json";
  put_text(file, policy.dump(2));
  place.expect(0, "dana", {"policy", "check", file.string()});
  Words far = rule;
  far.back() = "731d";
  CHECK(place.cairn("dana", far).code == 2);
}

}  // namespace cairn::test
