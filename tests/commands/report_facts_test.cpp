// What reports and diff say where it is easy to say too much: on ledgers made for one question each.
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/other_rules.h"
#include "tests/commands/read_case.h"
#include "tests/commands/report_json.h"
#include "tests/texts.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

constexpr Millis days = 24 * 3600 * 1000;

Json report_on(const ReadCase& place, ReportFlags flags) {
  flags.format = "json";
  return run_json([&] { return run_report(place.globals(), {}, flags); });
}

Json report_on(const ReadCase& place, ReportKind kind, const std::string& subject) {
  ReportFlags flags;
  flags.kind = kind;
  flags.subject = subject;
  return report_on(place, flags);
}

Json report_on_period(const ReadCase& place, const std::string& since, std::optional<std::string> until = {}) {
  ReportFlags flags;
  flags.kind = ReportKind::period;
  flags.since = since;
  flags.until = std::move(until);
  return report_on(place, flags);
}

// Whether one of the remarks says this.
bool one_says(const Json& remarks, const std::string& words) {
  return says(remarks.dump(), words);
}

std::string recorded_at(const ReadCase& place, Seq seq) {
  std::string text;
  place.with_session([&](Session& session) { text = format_time(session.ledger().entry(seq)->entry.recorded); });
  return text;
}

// Two versions at full one after the other, 40 days before an incident.
struct LongAgo : ReadCase {
  LongAgo() {
    for (const char* version : {"v1", "v2"}) {
      register_model("logistic", version, "0.9");
      roll_out("logistic", version);
    }
  }

  Json report(const std::string& incident) {
    for (const Millis later : {10 * days, 20 * days}) {
      ahead = later;
      grow(1);
    }
    ahead = 40 * days;
    append({{IncidentOpened{incident, Severity::high, "it drifts", "logistic", "production"}}});
    return report_on(*this, ReportKind::incident, incident);
  }
};

std::vector<Seq> shares_in(const Json& report) {
  std::vector<Seq> seqs;
  for (const Json& one : report["impact"]) {
    if (one["name"] == "Traffic that it had") seqs.push_back(one["seqs"][0]);
  }
  return seqs;
}

TEST_CASE("a version that came long before a post-mortem begins is told with all the traffic that it had") {
  LongAgo place;
  const Json report = place.report("INC-1");
  const Json exposure = fact(report["durations"], "Exposure: first traffic to opened");
  CHECK(exposure["value"] == "40 d");
  CHECK(exposure["seqs"] == Json({10, 17}));
  CHECK(shares_in(report) == std::vector<Seq>{10, 11, 14});
  CHECK(one_says(report["impact"], "100 % of logistic in production for 40 d, from "));
  for (const Json& span : report["strips"][0]["spans"]) {
    INFO(span.dump(2));
    CHECK((span["until"].is_null() || span["from"] <= span["until"]));
  }
}

TEST_CASE("what lay between a rollout and the rollback that brought its version back is told too") {
  LongAgo place;
  place.roll_back("it answers nonsense", Trigger::regression);
  const Json report = place.report("INC-2");
  CHECK(shares_in(report) == std::vector<Seq>{3, 4, 7, 10, 11, 15});  // 10 and 11: beside the other's canary
  CHECK(one_says(report["impact"], "100 % of logistic in production for 40 d, from "));
  CHECK(fact(report["durations"], "Exposure: first traffic to opened")["seqs"] == Json({3, 18}));
}

TEST_CASE("an incident that no rollout brought names its post-mortem and its end") {
  ReadCase place;
  const Hash digest = sha256("what we learned");
  place.append({{IncidentOpened{"INC-1", Severity::low, "the feed is late", "logistic", "production"}},
                {PostmortemPublished{"INC-1", "learned.md", digest, 15}},
                {IncidentResolved{"INC-1", "the feed is back"}},
                {IncidentClosed{"INC-1"}}},
               lenient);
  const Json report = report_on(place, ReportKind::incident, "INC-1");
  CHECK(fact(report["header"], "Brought by")["value"].is_null());
  CHECK(fact(report["header"], "Post-mortem")["seqs"] == Json({2}));
  CHECK(fact(report["header"], "Closed")["seqs"] == Json({4}));
}

TEST_CASE("a report that was put on record is no step of its rollout, which ends where it ended") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.roll_out("logistic", "v1");
  const Json before = report_on(place, ReportKind::rollout, "logistic/production/1");
  place.ahead = 2 * days;
  place.append({{ReportRecorded{ReportKind::rollout, "logistic/production/1", ReportFormat::md, sha256("r"), 1, 8}}});
  const Json after = report_on(place, ReportKind::rollout, "logistic/production/1");
  CHECK(after["until"] == before["until"]);
  CHECK(after["durations"] == before["durations"]);
}

TEST_CASE("a report says where the log's outcome is not that of the rules") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.5");
  place.append({{RolloutProposed{"logistic/production/1", place.digest("logistic", "v1"), "logistic", "production"}},
                {RolloutAdvanced{"logistic/production/1", Stage::canary, 10}}},
               lenient);
  const Json report = report_on(place, ReportKind::rollout, "logistic/production/1");
  const std::string lie =
      "the log recorded as admitted what the rules of that moment take as refused (gates_not_passed)";
  CHECK(one_says(report["deviations"], lie));
  const Json period = report_on_period(place, "2020-01-01");
  CHECK(one_says(period["separation"],
                 "the log recorded logistic/production/1's step to canary as admitted, and the rules of that moment "
                 "refuse it: gates_not_passed"));
  CHECK(occurrences(report["deviations"].dump(), "the log recorded") == 2);
}

TEST_CASE("who approves a rollout and takes its step themselves is named, and so is what one admin did alone") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.append({{RoleGranted{"lena", {Role::deployer, {}}}}});
  place.propose("logistic", "v1");
  const std::string rollout = "logistic/production/1";
  place.say(Promote{rollout, std::nullopt});
  place.say(Promote{rollout, std::nullopt});
  place.say(Notify{rollout, "the on-call list"});
  place.say(Approve{rollout, Stage::full, ApprovalVerdict::grant, "looks well"}, "lena");
  place.say(Promote{rollout, std::nullopt}, "lena");
  const std::vector<Event> wanted = {RoleGranted{"lena", {Role::admin, {}}}};
  place.append({{AdministrationRequested{*encode_events(wanted)}}, wanted});
  const Json separation = report_on_period(place, "2020-01-01")["separation"];
  INFO(separation.dump(2));
  CHECK(one_says(separation, "lena approved " + rollout + " and took it to full"));
  CHECK(one_says(separation, "lena may both deploy and approve, though not what they proposed"));
  CHECK(one_says(separation, "dana alone granted admin to lena"));
}

TEST_CASE("a period holds what was recorded at its last moment, and shows the entries beside it") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.ahead = days;
  place.grow(1);
  place.ahead = 2 * days;
  place.grow(1);
  const Json report = report_on_period(place, recorded_at(place, 1), recorded_at(place, 2));
  CHECK(says(report["population_proof"].get<std::string>(), "entries 1 to 2"));
  std::vector<Seq> shown;
  for (const Json& entry : report["annex"]) {
    if (entry["bytes"].is_string()) shown.push_back(entry["seq"]);
  }
  CHECK(shown == std::vector<Seq>{0, 1, 3});
  const Json nothing = report_on_period(place, "2020-01-01", "2020-02-01");
  CHECK(nothing["population_proof"] == "No entry of this log of 4 was recorded in this period: entry 0 after it.");
}

TEST_CASE("a period in which nothing was recorded tells what ran and what was locked in it") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.roll_out("logistic", "v1");
  place.append({{LockdownEngaged{{"production", "logistic"}, "harm"}}});
  place.ahead = 10 * days;
  place.grow(1);
  const std::string engaged = recorded_at(place, 8);
  Millis next_day = 0;
  place.with_session([&](Session& session) { next_day = session.ledger().entry(8)->entry.recorded + days; });
  const Json report = report_on_period(place, format_time(next_day), format_time(next_day + days));
  CHECK(report["population"].empty());
  CHECK(report["models"] == Json({"logistic"}));
  REQUIRE(report["strips"].size() == 1);
  CHECK(report["strips"][0]["spans"][0]["percent"] == 100);
  CHECK(report["strips"][0]["spans"][0]["seq"] == 7);
  CHECK(report["strips"][0]["holds"][0]["kind"] == "lockdown");
}

TEST_CASE("a period tells its approvals beside its changes, counts what was refused apart, and never runs backwards") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.roll_out("logistic", "v1");
  place.say(Promote{"logistic/production/1", 100});  // it is over
  const Json report = report_on_period(place, "2020-01-01");
  CHECK(fact(report["header"], "Changes")["value"] == "6");
  CHECK(fact(report["header"], "Approvals and notices")["value"] == "2");
  CHECK(fact(report["header"], "Refused")["value"] == "1");
  CHECK(one_says(report["population"], "approved full of logistic/production/1"));
  ReportFlags flags;
  flags.kind = ReportKind::period;
  flags.since = "2199-01-01";
  const Printed printed = printed_by([&] { return run_report(place.globals(), {}, flags); });
  CHECK(printed.exit == Exit::usage);
  CHECK(says(printed.error, "--since 2199-01-01T00:00:00.000Z is after the newest entry under this checkpoint"));
  CHECK(report_on_period(place, "2020-01-01", "2199-01-01")["subject"] == report["subject"]);
}

TEST_CASE("a rollout's report says what became of a version that was at full") {
  LongAgo place;
  const auto since_then = [&](const std::string& rollout) {
    return fact(report_on(place, ReportKind::rollout, rollout)["header"], "Since then");
  };
  CHECK(says(since_then("logistic/production/1")["value"].get<std::string>(), "replaced by v2, "));
  CHECK(since_then("logistic/production/2")["value"] == "still at full at the report's moment");
  place.roll_back("it answers nonsense", Trigger::regression);
  CHECK(says(since_then("logistic/production/2")["value"].get<std::string>(), "rolled back: it answers nonsense, "));
  CHECK(since_then("logistic/production/2")["seqs"] == Json({15}));
  const Json report = report_on(place, ReportKind::rollout, "logistic/production/2");
  CHECK(says(report["title"].get<std::string>(), "until it was rolled back: it answers nonsense"));
}

TEST_CASE("an incident that was opened by hand names no version where several had traffic, but all of them") {
  LongAgo place;
  place.register_model("logistic", "v3", "0.9");
  place.propose("logistic", "v3");
  place.say(Promote{"logistic/production/3", std::nullopt});
  place.append({{IncidentOpened{"INC-1", Severity::low, "some answers are late", "logistic", "production"}}});
  const Json report = report_on(place, ReportKind::incident, "INC-1");
  CHECK(fact(report["header"], "Version")["value"].is_null());
  CHECK(fact(report["header"], "Ran when it was opened")["value"] == "v2 at full, 90 %; v3 in canary, 10 %");
  CHECK(fact(report["impact"], "Traffic of v2")["seqs"].is_array());
  CHECK(one_says(report["impact"], "10 % of logistic in production"));
}

TEST_CASE("diff of one model in one environment counts the refusals that name them, and no others") {
  ReadCase place;
  for (const char* name : {"logistic", "ranker"}) {
    place.register_model(name, "v1", "0.9");
    place.propose(name, "v1");
    place.say(Promote{std::string(name) + "/production/1", 100});
  }
  place.append({{RoleGranted{"nobody", {Role::auditor, {}}}}});
  const auto refused = [&](std::optional<std::string> model) {
    std::vector<Seq> seqs;
    const Json diff = run_json([&] { return run_diff(place.json(), {"0", "2099-01-01", "production", model}); });
    for (const Json& row : diff["refused"]) seqs.insert(seqs.end(), row["seqs"].begin(), row["seqs"].end());
    return seqs;
  };
  const std::vector<Seq> about_one = refused("logistic");
  const std::vector<Seq> about_both = refused(std::nullopt);
  CHECK(about_one.size() == 1);
  CHECK(about_both.size() == 2);
  CHECK(std::find(about_both.begin(), about_both.end(), place.created().receipt.seq) == about_both.end());
}

}  // namespace
}  // namespace cairn::test
