// What is due at a moment, what the decision tree says, and who may serve: all derived, nothing stored.
#include "projections/due.h"

#include <algorithm>

#include "projections/advice.h"
#include "projections/deadlines.h"
#include "projections/serving.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

std::vector<Due> of_kind(const Scenario& s, DueKind kind) {
  std::vector<Due> due = due_at(s.world, s.now);
  std::erase_if(due, [&](const Due& one) { return one.kind != kind; });
  return due;
}

EvidenceRecorded seen(const std::string& version, Values values) {
  values.emplace("drift_score", "0.01");
  return evidence(EvidenceKind::monitoring, version, "prod", values);
}

EvidenceRecorded system_seen(const std::string& version, const std::string& error_rate) {
  return evidence(EvidenceKind::system, version, "prod", {{"error_rate", error_rate}});
}

}  // namespace

TEST_CASE("After a deployment the looks are due every 15 min, then 2 h, then 6 h (E2)") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1");
  const Millis since = s.now;
  REQUIRE(of_kind(s, DueKind::check).size() == 1);
  CHECK(of_kind(s, DueKind::check)[0].due == since + 15 * minute);
  CHECK(of_kind(s, DueKind::check)[0].subject == "net/prod");
  s.later(59 * minute).given("watch", {drift("v1", "prod")});
  CHECK(of_kind(s, DueKind::check)[0].due == s.now + 15 * minute);
  s.later(minute).given("watch", {drift("v1", "prod")});
  CHECK(of_kind(s, DueKind::check)[0].due == s.now + 2 * hour);
  s.later(day).given("watch", {drift("v1", "prod")});
  CHECK(of_kind(s, DueKind::check)[0].due == s.now + 6 * hour);
  CHECK_FALSE(of_kind(s, DueKind::check)[0].overdue(s.now + 6 * hour));
  CHECK(of_kind(s, DueKind::check)[0].overdue(s.now + 6 * hour + 1));
}

TEST_CASE("A canary beside a full version is looked at by itself") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const auto checks = of_kind(s, DueKind::check);
  REQUIRE(checks.size() == 2);
  CHECK(std::count_if(checks.begin(), checks.end(), [](const Due& one) { return one.what == "look at net v2"; }) == 1);
}

TEST_CASE("An alert waits 30 min for somebody, and then for an escalation (E3, E8)") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1").given("watch", {drift("v1", "prod", "0.9")});
  const Seq seq = s.entries.size() - 1;
  REQUIRE(of_kind(s, DueKind::alert).size() == 1);
  CHECK(of_kind(s, DueKind::alert)[0].due == s.now + 30 * minute);
  CHECK(of_kind(s, DueKind::alert)[0].subject == std::to_string(seq));
  s.later(31 * minute);
  CHECK(of_kind(s, DueKind::alert)[0].what.find("escalate") != std::string::npos);
  s.given("ida", {AlertAcknowledged{seq, ""}});
  CHECK(of_kind(s, DueKind::alert).empty());
}

TEST_CASE("A request for approval is due after its tier's time, and overdue once that has passed (C2, E9)") {
  const std::string untimed =
      replaced(small_policy(), "\"monitoring\": {", R"("tiers": {"high": {"models": ["net"]}}, "monitoring": {)");
  const std::string timed = replaced(untimed, R"(["net"])", R"(["net"], "answer_within": "24h")");
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  s.given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {"lee"}, "tonight"}});
  const Millis asked = s.now;
  CHECK(of_kind(s, DueKind::approval).empty());
  s.given("dana", {PolicyProposed{untimed}, PolicyAdopted{sha256(untimed), s.world.policy().digest}});
  CHECK(of_kind(s, DueKind::approval).empty());
  s.given("dana", {PolicyProposed{timed}, PolicyAdopted{sha256(timed), s.world.policy().digest}});
  REQUIRE(of_kind(s, DueKind::approval).size() == 1);
  const Due due = of_kind(s, DueKind::approval)[0];
  CHECK(due.subject == rollout_id(1));
  CHECK(due.due == asked + 24 * hour);
  CHECK(due.what == "ci asked for approval of full of lee");
  CHECK_FALSE(due.overdue(asked + 24 * hour));
  const DueRecorded recorded{DueKind::approval, due.subject, due.due};
  s.later(24 * hour).when("watch", {recorded}).then_refused(Refusal::not_due);
  s.later(1).when("watch", {recorded}).then_admitted();
  s.given("lee", {s.approval(1)});
  CHECK(of_kind(s, DueKind::approval).empty());
}

TEST_CASE("A rollback ends the alerts of what it left") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  s.given("watch", {drift("v2", "prod", "0.9")}).given("ida", rollback("v2", "v1", 1));
  CHECK(s.world.alerts.rows().empty());
}

TEST_CASE("Deadlines of an incident run from its opening, by its severity, and know whether they were met (E4, E6)") {
  Scenario s;
  IncidentOpened critical = opened(1);
  critical.severity = Severity::critical;
  s.given_models({"v1"}).given("ida", {critical});
  const Millis since = s.now;
  const auto due = of_kind(s, DueKind::incident);
  std::map<std::string, Millis> by_name;
  for (const Due& one : due) by_name[one.what.substr(0, one.what.find(':'))] = one.due - since;
  CHECK(by_name == std::map<std::string, Millis>{{"acknowledge", 15 * minute},
                                                 {"mitigate", 30 * minute},
                                                 {"escalate", 30 * minute},
                                                 {"resolve", 4 * hour},
                                                 {"GDPR-33", 72 * hour},
                                                 {"EU-AI-Act-73", 15 * day}});
  s.later(20 * minute).given("ida", {IncidentMitigated{"INC-1", "rolled back"}});
  s.given("ida", {ActionOpened{"INC-1", 1, "lee", s.now + hour, "add a test"}});
  CHECK(of_kind(s, DueKind::incident).size() == 3);  // to be resolved, and the duties
  CHECK(of_kind(s, DueKind::action)[0].subject == "INC-1/1");
}

TEST_CASE("An escalation answers its deadline, and a duty that may have been done is never called missed") {
  Scenario s;
  IncidentOpened critical = opened(1);
  critical.severity = Severity::critical;
  s.given_models({"v1"}).given("ida", {critical}).later(31 * minute);
  s.given("watch", {IncidentEscalated{"INC-1", Severity::critical, "lead", "nobody answers"}}).later(100 * hour);
  for (const Deadline& one : deadlines_of(s.world.policy(), *s.world.incidents.find("INC-1"), s.now)) {
    INFO(one.name);
    CHECK(one.name != "escalate");
    if (one.name == "GDPR-33") CHECK(one.state == DeadlineState::passed);
    if (one.name == "EU-AI-Act-73") CHECK(one.state == DeadlineState::running);
  }
}

TEST_CASE("The alerts of a version that gave way are over, by a rollout or in shadow") {
  Scenario s;
  s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_ready_for_full(2, "v2");
  s.given("watch", {drift("v1", "prod", "0.9")}).given("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")});
  CHECK(s.world.alerts.rows().empty());
  s.given("ci", {proposed(3, "v1")}).given("watch", {drift("v1", "prod", "0.9")}).given("ci", {proposed(4, "v3")});
  CHECK(s.world.alerts.rows().empty());
}

TEST_CASE("A lift that was asked for and a glass that was broken wait for another person") {
  Scenario s;
  s.given_models({"v1"}).given("ida", {opened(1), LockdownEngaged{{"lab", "*"}, "x"}});
  CHECK(of_kind(s, DueKind::lift).empty());
  s.given("ida", {LockdownLiftRequested{{"lab", "*"}, "fine"},
                  BreakGlassInvoked{"net", "prod", {Guard::soak}, s.now + hour, "INC-1", "x"}});
  CHECK(of_kind(s, DueKind::lift)[0].subject == "environment=lab");
  CHECK(of_kind(s, DueKind::review)[0].due == s.now + hour);
}

TEST_CASE("The decision tree is walked in the guide's order, and ends at the first yes") {
  Scenario s;
  CHECK(advise(s.world, net_in_prod, s.now).action == Action::nothing_runs);
  s.given_models({"v1"}).given_full(1, "v1").later(8 * hour);
  SECTION("nobody looked: that is no reason to go on (I8)") {
    const Advice advice = advise(s.world, net_in_prod, s.now);
    CHECK(advice.action == Action::look_first);
    CHECK(advice.walked.size() == 4);
    CHECK(advice.walked[1].answer == Branch::Answer::unknown);
  }
  SECTION("all is well") {
    s.given("watch", {seen("v1", {{"current_accuracy", "0.9"}})});
    CHECK(advise(s.world, net_in_prod, s.now).action == Action::go_on);
  }
  SECTION("minor drift") {
    s.given("watch", {drift("v1", "prod", "0.16")});
    CHECK(advise(s.world, net_in_prod, s.now).action == Action::watch_closely);
  }
  SECTION("errors before drift") {
    s.given("watch", {drift("v1", "prod", "0.16")}).given("watch", {system_seen("v1", "0.06")});
    CHECK(advise(s.world, net_in_prod, s.now).action == Action::check_files_and_roll_back);
    CHECK(advise(s.world, net_in_prod, s.now).walked.size() == 3);
  }
  SECTION("accuracy before errors (D4)") {
    s.given("watch", {seen("v1", {{"current_accuracy", "0.79"}}), system_seen("v1", "0.06")});
    const Advice advice = advise(s.world, net_in_prod, s.now);
    CHECK(advice.action == Action::roll_back_and_investigate);
    CHECK(advice.walked.back().seq == s.entries.size() - 1);
  }
  SECTION("safety before all (D2)") {
    s.given("watch", {seen("v1", {{"current_accuracy", "0.79"}, {"violations", "1"}})});
    CHECK(advise(s.world, net_in_prod, s.now).action == Action::lock_down_and_roll_back);
  }
  SECTION("what nobody can read is no zero violations") {
    s.given("ci", {evidence(EvidenceKind::card, "v1", "", {{"data_violations", "NaN"}})});
    CHECK(advise(s.world, net_in_prod, s.now).action == Action::lock_down_and_roll_back);
  }
  SECTION("of the canary, where one takes traffic") {
    s.given_models({"v2"}).given_canary(2, "v2").given("watch", {seen("v2", {{"current_accuracy", "0.79"}})});
    const Advice advice = advise(s.world, net_in_prod, s.now);
    CHECK(advice.model == digest_of("v2"));
    CHECK(advice.action == Action::roll_back_and_investigate);
  }
}

TEST_CASE("A version may serve where it is on record, at that stage or below, and not out of quarantine (F2)") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const auto may = [&](const std::string& version, Stage stage) {
    return may_serve(s.world, net_in_prod, digest_of(version), stage).noes.empty();
  };
  for (const Stage stage : {Stage::shadow, Stage::canary, Stage::full}) CHECK(may("v1", stage));
  CHECK(may("v2", Stage::shadow));
  CHECK(may("v2", Stage::canary));
  CHECK_FALSE(may("v2", Stage::full));
  CHECK_FALSE(may("v3", Stage::shadow));
  CHECK_FALSE(may_serve(s.world, {"net", "lab"}, digest_of("v1"), Stage::full).noes.empty());
  s.given("ida", {LockdownEngaged{{}, "unsafe"}});
  CHECK(may("v1", Stage::full));
  s.given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
  CHECK_FALSE(may("v1", Stage::full));
  CHECK(may("v1", Stage::shadow));
}

}  // namespace cairn
