// Delivery metrics where the record is short, odd or at the edge of the period.
#include "tests/catch.h"
#include "tests/projections/delivery_case.h"

namespace cairn {

TEST_CASE("An incident before anything takes traffic is no failure of a change") {
  Told s;
  s.at(1).given("ida", {opened(1)}).given_models({"v1"});
  s.given("ci", {proposed(1, "v1")}).given("ida", {opened(2)});
  s.at(2).given("ida", {IncidentMitigated{"INC-1", "x"}});
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(figures.failed.empty());
  CHECK(figures.changes.empty());
  CHECK(figures.recoveries.empty());
  CHECK(figures.unrecovered.empty());
}

TEST_CASE("An incident beside a canary is held against the canary, and one it recovered from still counts at full") {
  Told s;
  s.at(1).given_models({"v1", "v2"}).given_full(1, "v1").given_ready_for_full(2, "v2");
  s.later(minute).given("ida", {opened(1)});
  const DeliveryFigures open = s.figures(net_prod);
  CHECK(open.failed.empty());  // it has not ended yet
  CHECK(whats(open.unrecovered) == Names{rollout_id(2)});
  s.later(10 * minute).given("ida", {IncidentResolved{"INC-1", "mended"}});
  s.given("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")});
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(whats(figures.changes) == Names{rollout_id(1), rollout_id(2)});
  CHECK(whats(figures.failed) == Names{rollout_id(2)});
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].length() == 10 * minute);
}

TEST_CASE("A canary that is given up without a failure is no change at all") {
  Told s;
  s.at(1).given_models({"v1"}).given_canary(1, "v1");
  s.given("watch", {drift("v1", "prod", "0.5")}).later(minute).given("watch", {drift("v1", "prod")});
  s.given("ci", {RolloutAborted{rollout_id(1), "another came first"}});
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(figures.changes.empty());
  CHECK(figures.failed.empty());
  CHECK(figures.canary_steps.size() == 1);
}

TEST_CASE("A rollback that nobody recorded a reason for before is apart: how long the failure lasted is not known") {
  Told s;
  s.at(1).given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  s.later(hour).given("ida", rollback("v2", "v1", 1));
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(figures.recoveries.empty());
  CHECK(whats(figures.unmeasured) == Names{rollout_id(2)});
  CHECK(whats(figures.failed) == Names{rollout_id(2)});
}

TEST_CASE("A way back through shadow is detected where it begins and has recovered where it ends") {
  Told s(watched_regression_policy());
  s.at(1).given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  s.later(hour).given("ida",
                      {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, begun(3, "v2", "v1", 1), opened(1)});
  const Seq began = s.last();
  s.later(40 * minute).given("watch", {drift("v1", "prod")});
  s.given("ida",
          {RollbackExecuted{"net", "prod", digest_of("v2"), digest_of("v1"), Trigger::regression, "worse", "INC-1"}});
  const DeliveryFigures figures = s.figures(net_prod);
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].from.seq == began);
  CHECK(figures.recoveries[0].length() == 40 * minute);
  CHECK(whats(figures.rework) == Names{"INC-1"});
  CHECK(figures.rework[0].seqs == std::vector<Seq>{began, s.last()});
}

TEST_CASE("A rollback from a canary fails it, and deploys nothing") {
  Told s;
  s.at(1).given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  s.later(5 * minute).given("ida", {opened(1)});
  s.later(5 * minute).given("ida", rollback("v2", "v1", 2, 2));
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(whats(figures.failed) == Names{rollout_id(2)});
  CHECK(whats(figures.arrivals) == Names{rollout_id(1)});
  CHECK(figures.rework.empty());
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].length() == 5 * minute);
  CHECK(figures.unrecovered.empty());
}

TEST_CASE("A slot that is emptied has recovered, and is failed by its version") {
  Told s;
  s.at(1).given_models({"v1"}).given_full(1, "v1");
  s.later(minute).given("ida", {opened(1)}).later(minute).given("ida", emptied("v1", 2));
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(whats(figures.failed) == Names{rollout_id(1)});
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].length() == minute);
  CHECK(figures.arrivals.size() == 1);
}

TEST_CASE("The next version at full ends a failure, and was made because of the incident before its proposal") {
  Told s;
  s.at(1).given_models({"v1", "v2"}).given_full(1, "v1");
  s.later(hour).given("ida", {opened(1)});
  const Seq incident = s.last();
  s.given_full(2, "v2", "v1");
  const DeliveryFigures figures = s.figures(net_prod);
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].from.seq == incident);
  CHECK(figures.recoveries[0].length() == 4 * hour);
  REQUIRE(whats(figures.rework) == Names{rollout_id(2)});
  CHECK(figures.rework[0].seqs.front() == incident);
  CHECK(whats(figures.failed) == Names{rollout_id(1)});
}

TEST_CASE("A version proposed before the incident, or more than a day after it was resolved, was planned") {
  Told s;
  s.at(1).given_models({"v1", "v2", "v3", "v4"}).given_full(1, "v1").given_ready_for_full(2, "v2");
  s.given("ida", {opened(1), IncidentResolved{"INC-1", "mended"}});
  s.given("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")});
  CHECK(s.figures(net_prod).rework.empty());
  SECTION("within the day") {
    s.later(rework_window).given_full(3, "v3", "v2");
    CHECK(whats(s.figures(net_prod).rework) == Names{rollout_id(3)});
  }
  SECTION("a millisecond later") {
    s.later(rework_window + 1).given_full(3, "v3", "v2");
    CHECK(s.figures(net_prod).rework.empty());
  }
}

TEST_CASE("A failure lasts until every incident of it is mitigated") {
  Told s;
  s.at(1).given_models({"v1"}).given_full(1, "v1");
  s.later(minute).given("ida", {opened(1)}).later(minute).given("ida", {opened(2)});
  s.later(minute).given("ida", {IncidentMitigated{"INC-1", "x"}});
  CHECK(s.figures(net_prod).unrecovered.size() == 1);
  s.later(minute).given("ida", {IncidentMitigated{"INC-2", "x"}});
  const DeliveryFigures figures = s.figures(net_prod);
  CHECK(figures.unrecovered.empty());
  REQUIRE(figures.recoveries.size() == 1);
  CHECK(figures.recoveries[0].length() == 3 * minute);
  CHECK(figures.failed.size() == 1);
}

TEST_CASE(
    "Approval latency runs from the request, else from the stage before, to the grant that fills the last place") {
  Told s;
  const std::string two = replaced(small_policy(), "\"persons\": 1", "\"persons\": 2");
  s.given("dana", {person("mia", {{Role::approver, {}}})});
  s.given("dana", {PolicyProposed{two}, PolicyAdopted{sha256(two), s.world.policy().digest}});
  s.at(1).given_models({"v1"}).given_canary(1, "v1");
  const Seq canary = s.last();
  SECTION("nobody asked") {
    s.later(hour).given("lee", {s.approval(1)});
    CHECK(s.figures(net_prod).approvals.empty());
    s.later(hour).given("mia", {s.approval(1)});
    const DeliveryFigures figures = s.figures(net_prod);
    REQUIRE(figures.approvals.size() == 1);
    CHECK(figures.approvals[0].from.seq == canary);
    CHECK(figures.approvals[0].to.seq == s.last());
    CHECK(figures.approvals[0].length() == 2 * hour);
  }
  SECTION("somebody asked") {
    s.later(hour).given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {}, "please"}});
    s.later(minute).given("lee", {s.approval(1)}).later(minute).given("mia", {s.approval(1)});
    s.later(hour).given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, "not sure"}});
    const DeliveryFigures figures = s.figures(net_prod);
    REQUIRE(figures.approvals.size() == 1);
    CHECK(figures.approvals[0].length() == 2 * minute);
  }
}

TEST_CASE("A look that was missed counts once, however often it is put on record") {
  Told s;
  s.at(1).given_models({"v1"}).given_full(1, "v1");
  const DueRecorded late{DueKind::check, "net/prod", s.now + 15 * minute};
  s.later(hour).given("watch", {late});
  const Seq first = s.last();
  s.given("ci", {late});
  const DeliveryFigures figures = s.figures(net_prod);
  REQUIRE(figures.missed_checks.size() == 1);
  CHECK(figures.missed_checks[0].seq == first);
}

TEST_CASE("The median of an even number is the mean of the middle two, and p90 the nearest rank") {
  std::vector<Elapsed> spans;
  for (Seq i = 1; i <= 10; ++i) spans.push_back({"", {i, 0}, {i, static_cast<Millis>(i * 10)}});
  CHECK(median_of(spans) == 55);
  CHECK(p90_of(spans) == 90);
  spans.push_back({"", {11, 0}, {11, 1000}});
  CHECK(median_of(spans) == 60);
  CHECK(p90_of(spans) == 100);
  CHECK(Elapsed{"", {1, 50}, {2, 40}}.length() == 0);  // a log whose clock went back
}

}  // namespace cairn
