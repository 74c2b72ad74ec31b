// Delivery metrics, over scenarios whose figures were worked out by hand.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/delivery_case.h"

namespace cairn {
namespace {

void given_in_lab(Told& s, const std::string& version, int number, std::int64_t from, std::int64_t to,
                  const std::string& replaces = "") {
  const std::string id = str("tree/lab/", number);
  s.at(from).given("ci", {registered(version, "tree"), metrics(version)});
  s.given("ci", {RolloutProposed{id, digest_of(version), "tree", "lab"}});
  s.at(to).given("watch", {drift(version, "lab")});
  std::vector<Event> step = {RolloutAdvanced{id, Stage::full, 100}};
  if (!replaces.empty()) step.push_back(archived(replaces, version, "lab"));
  s.given("ci", step);
}

// Two models in two environments; the period begins at hour 10 and ends at hour 60. Seqs of what is asked about later
// are kept by name.
struct Months : Told {
  std::map<std::string, Seq> of;

  Months() {
    at(1).given_models({"v1"});
    given_full(1, "v1");  // hour 5
    of["v1 full"] = last();
    at(8).given("ida", {LockdownEngaged{{}, "audit"}});
    of["first lockdown"] = last();
    at(11).given("ida", {LockdownEngaged{{"prod", "*"}, "more of it"}});
    at(12).given("ida", {LockdownLiftRequested{{}, "done"}}).given("dana", {LockdownLifted{{}, "done"}});
    of["first lift"] = last();
    at(13).given("ida", {LockdownLiftRequested{{"prod", "*"}, "done"}});
    given("dana", {LockdownLifted{{"prod", "*"}, "done"}});

    // v1, from before the period, has an incident; it is mitigated after half an hour.
    at(15).given("ida", {opened(1)});
    of["INC-1"] = last();
    at(15, 30).given("ida", {IncidentMitigated{"INC-1", "restarted"}});
    of["mitigated"] = last();
    at(16).given("ida", {IncidentResolved{"INC-1", "mended"}});

    // v2 is aborted in canary, half an hour after a record of it failed.
    given_models({"v2"}).given_canary(2, "v2");  // hour 18
    of["v2 canary"] = last();
    at(19).given("watch", {drift("v2", "prod", "0.5")});
    of["v2 fails"] = last();
    at(19, 30).given("ci", {RolloutAborted{rollout_id(2), "it drifts"}});
    of["v2 aborted"] = last();

    // v3 goes to full within 25 hours of its registration, and is rolled back 20 minutes after a record failed.
    at(20).given_models({"v3"});
    of["v3 registered"] = last();
    at(41).given_full(3, "v3", "v1");  // hour 45
    of["v3 full"] = last();
    at(47).given("watch", {drift("v3", "prod", "0.5")});
    of["v3 fails"] = last();
    at(47, 20).given("ida", rollback("v3", "v1", 2));
    of["rolled back"] = last();

    at(48).when("ci", {proposed(4, "v9")}).then_refused(Refusal::unknown_model);
    when("watch", {proposed(4, "v2")}).then_refused(Refusal::role_missing);
    at(49).given("watch", {DueRecorded{DueKind::check, "net/prod", at_hour(47, 35)}});
    of["missed"] = last();
    given_in_lab(*this, "t1", 1, 50, 51);
    at(52).given("ida", {BreakGlassInvoked{"net", "prod", {Guard::soak}, now + hour, "INC-2", "a fix is near"}});
    of["glass"] = last();
    given_in_lab(*this, "t2", 2, 53, 56, "t1");
    at(60).given("ci", {registered("t3", "tree")});
  }

  std::unique_ptr<Delivery> asked() const { return delivery(at_hour(10), at_hour(60)); }
};

}  // namespace

TEST_CASE("A deployment is a version that a rollout brought to full; going back to one is none") {
  const Months s;
  const auto delivery = s.asked();
  CHECK(whats(delivery->of(net_prod).deployments) == Names{rollout_id(3)});
  CHECK(whats(delivery->of(tree_lab).deployments) == Names{"tree/lab/1", "tree/lab/2"});
  const DeliveryFigures total = delivery->total({});
  CHECK(total.deployments.size() == 3);
  CHECK(whats(total.canary_steps) == Names{rollout_id(2), rollout_id(3)});
  CHECK(total.deployments.front().seqs.back() == s.of.at("v3 full"));
}

TEST_CASE("Change lead time runs from registration to full, and beside it from the proposal") {
  const Months s;
  const DeliveryFigures total = s.asked()->total({});
  REQUIRE(total.lead_times.size() == 3);
  CHECK(total.lead_times[0].from.seq == s.of.at("v3 registered"));
  CHECK(total.lead_times[0].to.seq == s.of.at("v3 full"));
  CHECK(total.lead_times[0].length() == 25 * hour);
  CHECK(median_of(total.lead_times) == 3 * hour);  // 1 h, 3 h, 25 h
  CHECK(p90_of(total.lead_times) == 25 * hour);
  CHECK(median_of(total.from_proposal) == 3 * hour);  // 1 h, 3 h, 4 h
  CHECK(p90_of(total.from_proposal) == 4 * hour);
}

TEST_CASE("A change fails by a rollback at full or an abort in canary after a failing record; older ones are apart") {
  const Months s;
  const DeliveryFigures prod = s.asked()->of(net_prod);
  CHECK(whats(prod.changes) == Names{rollout_id(2), rollout_id(3)});
  CHECK(whats(prod.failed) == Names{rollout_id(2), rollout_id(3)});
  CHECK(prod.failed[0].seqs == std::vector<Seq>{s.of.at("v2 canary"), s.of.at("v2 aborted")});
  CHECK(prod.failed[1].seqs == std::vector<Seq>{s.of.at("v3 full"), s.of.at("rolled back")});
  REQUIRE(whats(prod.failed_older) == Names{rollout_id(1)});
  CHECK(prod.failed_older[0].seqs == std::vector<Seq>{s.of.at("v1 full"), s.of.at("INC-1")});
  CHECK(s.asked()->total({}).changes.size() == 4);
  CHECK(s.asked()->of(tree_lab).failed.empty());
}

TEST_CASE("Recovery runs from the first failing record or incident to what ended the harm") {
  const Months s;
  const DeliveryFigures prod = s.asked()->of(net_prod);
  REQUIRE(prod.recoveries.size() == 3);
  CHECK(prod.recoveries[0].from.seq == s.of.at("INC-1"));
  CHECK(prod.recoveries[0].to.seq == s.of.at("mitigated"));
  CHECK(prod.recoveries[0].length() == 30 * minute);
  CHECK(prod.recoveries[1].from.seq == s.of.at("v2 fails"));
  CHECK(prod.recoveries[1].to.seq == s.of.at("v2 aborted"));
  CHECK(prod.recoveries[1].length() == 30 * minute);
  CHECK(prod.recoveries[2].from.seq == s.of.at("v3 fails"));
  CHECK(prod.recoveries[2].to.seq == s.of.at("rolled back"));
  CHECK(prod.recoveries[2].length() == 20 * minute);
  CHECK(median_of(prod.recoveries) == 30 * minute);
  CHECK(prod.unmeasured.empty());
  CHECK(prod.unrecovered.empty());
}

TEST_CASE("Rework is what was gone back to, out of all that reached full") {
  const Months s;
  const DeliveryFigures total = s.asked()->total({});
  CHECK(whats(total.arrivals) == Names{rollout_id(3), "INC-2", "tree/lab/1", "tree/lab/2"});
  CHECK(whats(total.rework) == Names{"INC-2"});
  CHECK(total.rework[0].seqs.back() == s.of.at("rolled back"));
}

TEST_CASE("Refusals are counted out of the statements about rollouts, each once") {
  const Months s;
  const DeliveryFigures total = s.asked()->total({});
  // v2: proposed, canary, aborted; v3: proposed, canary, notified, approved, full; rollback; two refused; tree: 2 + 2
  CHECK(total.statements.size() == 15);
  REQUIRE(total.refused.size() == 2);
  CHECK(total.refused.at("unknown_model").size() == 1);
  CHECK(total.refused.at("role_missing").size() == 1);
  CHECK(s.asked()->of(tree_lab).statements.size() == 4);
}

TEST_CASE("Time in lockdown is the union of what covers a slot, cut at the period's edges") {
  const Months s;
  const auto delivery = s.asked();
  CHECK(delivery->of(net_prod).locked_down == 3 * hour);  // 10 to 12 of everything, 11 to 13 of prod
  CHECK(delivery->of(net_prod).lockdowns.size() == 2);
  const DeliveryFigures lab = delivery->of(tree_lab);
  CHECK(lab.locked_down == 2 * hour);
  REQUIRE(lab.lockdowns.size() == 1);
  CHECK(lab.lockdowns[0].engaged.seq == s.of.at("first lockdown"));
  CHECK(lab.lockdowns[0].lifted->seq == s.of.at("first lift"));
  CHECK(delivery->total({}).locked_down == 3 * hour);
  CHECK(delivery->total({"", "lab"}).locked_down == 2 * hour);
  CHECK(delivery->of({"net", "lab"}).locked_down == 2 * hour);  // also where nothing ever ran
  CHECK(s.delivery(at_hour(11, 30), at_hour(11, 45))->of(net_prod).locked_down == 15 * minute);
  CHECK(s.delivery(at_hour(14), at_hour(60))->total({}).lockdowns.empty());
}

TEST_CASE("Broken glass is counted, and what waits for its review when the period ends") {
  const Months s;
  const DeliveryFigures prod = s.asked()->of(net_prod);
  REQUIRE(whats(prod.broken_glass) == Names{"INC-2"});
  CHECK(prod.broken_glass[0].seqs == std::vector<Seq>{s.of.at("glass")});
  CHECK(prod.unreviewed.size() == 1);
  CHECK(s.delivery(at_hour(10), at_hour(50))->of(net_prod).broken_glass.empty());
}

TEST_CASE("A missed check is on record or overdue at the period's end, and never both") {
  const Months s;
  const DeliveryFigures prod = s.asked()->of(net_prod);
  REQUIRE(prod.missed_checks.size() == 1);
  CHECK(prod.missed_checks[0].recorded);
  CHECK(prod.missed_checks[0].due == at_hour(47, 35));
  CHECK(prod.missed_checks[0].seq == s.of.at("missed"));
  const DeliveryFigures lab = s.asked()->of(tree_lab);
  REQUIRE(lab.missed_checks.size() == 1);
  CHECK_FALSE(lab.missed_checks[0].recorded);
  CHECK(lab.missed_checks[0].due == at_hour(56, 15));
}

TEST_CASE("A filter leaves the other models and environments out of the total") {
  const Months s;
  const auto delivery = s.asked();
  CHECK(delivery->slots({}) == std::vector<SlotKey>{net_prod, tree_lab});
  CHECK(delivery->slots({"tree", ""}) == std::vector<SlotKey>{tree_lab});
  CHECK(delivery->total({"tree", ""}).deployments.size() == 2);
  CHECK(delivery->total({"", "prod"}).deployments.size() == 1);
  CHECK(delivery->total({"tree", "prod"}).statements.empty());
}

TEST_CASE("A period in which nothing happened has no figures, and nothing to take a median of") {
  const Months s;
  const auto delivery = s.delivery(at_hour(57), at_hour(58));
  const DeliveryFigures total = delivery->total({});
  CHECK(total.deployments.empty());
  CHECK(total.changes.empty());
  CHECK(total.arrivals.empty());
  CHECK(total.recoveries.empty());
  CHECK(total.statements.empty());
  CHECK_FALSE(median_of(total.lead_times).has_value());
  CHECK_FALSE(p90_of(total.lead_times).has_value());
  CHECK(total.locked_down == 0);
}

TEST_CASE("What is appended after a period changes nothing in it") {
  Months s;
  const DeliveryFigures before = s.delivery(at_hour(10), at_hour(46))->total({});
  CHECK(whats(before.failed) == Names{rollout_id(2)});  // v3 failed later
  CHECK(before.changes.size() == 2);
  CHECK(whats(s.delivery(at_hour(46), at_hour(60))->total({}).failed_older) == Names{rollout_id(3)});
}

}  // namespace cairn
