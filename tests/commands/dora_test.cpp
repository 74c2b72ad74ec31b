// dora over ledgers on disk: what it prints for people and for programs, and what it takes for a mistake. The figures
// themselves are tested in tests/projections/delivery_test.cpp.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

// 1 register v1, 2 propose, 3 and 4 canary, 5 notify, 6 approve, 7 full; 8 register v2, 9 to 14 the same; 15 refused;
// 16 rolled back.
struct Delivered : ReadCase {
  Delivered() {
    register_model("logistic", "v1", "0.9");
    roll_out("logistic", "v1");
    register_model("logistic", "v2", "0.91");
    roll_out("logistic", "v2");
    say(Promote{"logistic/production/2", 100});
    roll_back("it answers nonsense", Trigger::regression);
  }
};

DoraFlags since(const std::string& time) {
  DoraFlags flags;
  flags.since = time;
  return flags;
}

std::string printed_dora(const ReadCase& place, const DoraFlags& flags) {
  const Printed printed = printed_by([&] { return run_dora(place.globals(), flags); });
  INFO(printed.error);
  REQUIRE(printed.exit == Exit::done);
  return printed.out;
}

Json json_of(const ReadCase& place, const DoraFlags& flags) {
  return run_json([&] { return run_dora(place.json(), flags); });
}

std::string mistake(const ReadCase& place, const DoraFlags& flags) {
  const Printed printed = printed_by([&] { return run_dora(place.globals(), flags); });
  REQUIRE(printed.exit == Exit::usage);
  CHECK(printed.out.empty());
  return printed.error;
}

// The first line with this name: the total's. What stands below it as well, up to the next name.
std::string row_of(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find("  " + name + "  ");
  REQUIRE(begin != std::string::npos);
  const std::size_t value = text.find_first_not_of(' ', begin + 2 + name.size());
  std::size_t end = text.find('\n', value);
  while (text.compare(end + 1, 8, "        ") == 0) end = text.find('\n', end + 1);
  return text.substr(value, end - value);
}

bool holds_floats(const Json& json) {
  if (json.is_number_float()) return true;
  return json.is_structured() && std::any_of(json.begin(), json.end(), holds_floats);
}

using Seqs = std::vector<Seq>;

}  // namespace

TEST_CASE("dora prints each metric with its counts, in total and for each slot, within 80 columns") {
  const Delivered& place = shared<Delivered>();
  const std::string text = printed_dora(place, since("2020-01-01"));
  INFO(text);
  CHECK(row_of(text, "deployments") == "2");
  CHECK(row_of(text, "steps to canary") == "4");
  CHECK(row_of(text, "deployment frequency") == "the period is too short for a rate");
  CHECK(row_of(text, "change lead time").starts_with("median "));
  CHECK(row_of(text, "change fail rate") == "50 %: 1 of 2 changes");
  CHECK(row_of(text, "failed deployment recovery") == "1 at once, with no earlier record of the failure");
  CHECK(row_of(text, "deployment rework rate") == "33 %: 1 of 3 that reached full");
  CHECK(row_of(text, "refusal rate") == "7 %: 1 of 14 rollout statements; rollout_over 1");
  CHECK(row_of(text, "break-glass") == "none in the period");
  CHECK(row_of(text, "time in lockdown") == "none in the period");
  CHECK(row_of(text, "missed checks") == "none in the period");
  CHECK(text.find("\nIn total\n") != std::string::npos);
  CHECK(text.find("\nlogistic in production\n") != std::string::npos);
  CHECK(text.find("\nRollout statements: proposals, steps, ") != std::string::npos);
  for (const std::string_view line : split(text, '\n')) CHECK(line.size() <= 80);
}

TEST_CASE("dora's refusals add up: the most frequent by name, and how many others there were") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.propose("logistic", "v1");
  const std::string rollout = "logistic/production/1";
  place.say(Promote{rollout, 100});                            // out of order
  place.say(Record{RolloutPaused{rollout, "later"}}, "lena");  // not hers to pause
  place.say(Promote{rollout, std::nullopt});
  place.say(Promote{rollout, 100});  // nobody was notified
  place.say(Record{RolloutPaused{rollout, "later"}});
  place.say(Promote{rollout, std::nullopt});  // paused
  REQUIRE(json_of(place, since("2020-01-01"))["total"]["refusal_rate"]["each"].size() == 4);
  const std::string row = row_of(printed_dora(place, since("2020-01-01")), "refusal rate");
  INFO(row);
  CHECK(row.starts_with("57 %: 4 of 7 rollout statements; "));
  CHECK(row.ends_with(" 1, 1 other"));
}

TEST_CASE("dora --seqs names the entries below each number") {
  const Delivered& place = shared<Delivered>();
  DoraFlags flags = since("2020-01-01");
  flags.seqs = true;
  const std::string text = printed_dora(place, flags);
  INFO(text);
  const auto entries = [&](const std::string& name) {
    const std::string row = row_of(text, name);
    return row.substr(row.rfind("entries "));
  };
  CHECK(entries("deployments") == "entries 2, 7, 9, 14");
  CHECK(entries("steps to canary") == "entries 3, 4, 10, 11");
  CHECK(entries("change lead time") == "entries 1, 7, 8, 14");
  CHECK(entries("change fail rate") == "entries 14, 16");
  CHECK(entries("refusal rate") == "entries 15");
  CHECK(row_of(printed_dora(place, since("2020-01-01")), "deployments").find("entries") == std::string::npos);
}

TEST_CASE("dora --json holds the entries behind each number, whole numbers and texts only") {
  const Delivered& place = shared<Delivered>();
  const Json json = json_of(place, since("2020-01-01"));
  INFO(json.dump(2));
  const Json& total = json["total"];
  CHECK(total["deployments"]["count"] == 2);
  CHECK(total["deployments"]["seqs"] == Json(Seqs{2, 7, 9, 14}));
  CHECK(total["change_lead_time"]["each"][1]["from_seq"] == 8);
  CHECK(total["change_lead_time"]["each"][1]["to_seq"] == 14);
  CHECK(total["change_lead_time"]["median_ms"].is_number_integer());
  CHECK(total["change_fail_rate"]["ratio"] == "0.5000");
  CHECK(total["change_fail_rate"]["out_of"]["seqs"] == Json(Seqs{7, 14}));
  CHECK(total["deployment_rework_rate"]["ratio"] == "0.3333");
  CHECK(total["deployment_frequency"]["per_day"].is_null());
  CHECK(total["failed_deployment_recovery_time"]["median_ms"].is_null());
  CHECK(total["failed_deployment_recovery_time"]["unmeasured"]["seqs"] == Json(Seqs{16}));
  CHECK(total["approval_latency"]["count"] == 2);
  CHECK(total["refusal_rate"]["each"][0]["refusal"] == "rollout_over");
  CHECK(total["refusal_rate"]["ratio"] == "0.0714");
  CHECK(total["break_glass"]["count"] == 0);
  REQUIRE(json["slots"].size() == 1);
  CHECK(json["slots"][0]["environment"] == "production");
  CHECK(json["slots"][0]["deployments"] == total["deployments"]);
  CHECK(json["entries"] == 17);
  CHECK_FALSE(holds_floats(json));
}

TEST_CASE("dora's period lasts at most from the first entry to the newest, and until what --until says") {
  Delivered place;
  Millis first = 0;
  Millis full = 0;
  Millis newest = 0;
  place.with_session([&](Session& session) {
    first = session.ledger().entry(0).value().entry.recorded;
    full = session.ledger().entry(7).value().entry.recorded;
    newest = session.ledger().entry(16).value().entry.recorded;
  });
  Json json = json_of(place, since("2020-01-01"));
  CHECK(json["since"] == first);
  const std::string cut = "\nThe ledger begins then, and knows nothing of the time before.\n";
  CHECK(printed_dora(place, since("2020-01-01")).find(cut) != std::string::npos);
  CHECK(printed_dora(place, since(format_time(first))).find(cut) == std::string::npos);
  CHECK(json["until"] == newest);
  DoraFlags flags = since("2020-01-01");
  flags.until = format_time(full);
  json = json_of(place, flags);
  CHECK(json["until"] == full);
  CHECK(json["total"]["deployments"]["seqs"][1] == 7);
  CHECK(json["total"]["change_fail_rate"]["count"] == 0);
  CHECK(json["entries"].get<Size>() >= 8);
  CHECK(json["entries"].get<Size>() < 17);
  flags.until = "2999-01-01";
  CHECK(json_of(place, flags)["until"] == newest);
}

TEST_CASE("dora of a time in which nothing happened says so, and divides by nothing") {
  const ReadCase place;  // nothing but entry 0
  const std::string text = printed_dora(place, since("2020-01-01"));
  INFO(text);
  for (const char* name :
       {"deployments", "deployment frequency", "change lead time", "change fail rate", "failed deployment recovery",
        "deployment rework rate", "approval latency", "refusal rate"}) {
    INFO(name);
    CHECK(row_of(text, name) == "none in the period");
  }
  CHECK(json_of(place, since("2020-01-01"))["total"]["change_fail_rate"]["ratio"].is_null());
}

TEST_CASE(
    "dora takes an unreadable time, one to come, a period that ends before it begins, and an unknown name for "
    "mistakes") {
  const Delivered& place = shared<Delivered>();
  CHECK(mistake(place, since("yesterday")).find("--since") != std::string::npos);
  CHECK(mistake(place, since("2999-01-01")).find("is after the newest entry, of 20") != std::string::npos);
  DoraFlags flags = since("2026-02-01");
  flags.until = "2026-01-01";
  CHECK(mistake(place, flags).find("before --since") != std::string::npos);
  flags = since("2020-01-01");
  flags.model = "logistics";
  CHECK(mistake(place, flags).find("there are logistic") != std::string::npos);
  flags.model.reset();
  flags.environment = "prod";
  CHECK(mistake(place, flags).find("production, staging") != std::string::npos);
  flags.environment = "staging";
  CHECK(json_of(place, flags)["slots"].empty());
}

}  // namespace cairn::test
