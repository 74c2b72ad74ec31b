// Who had which share of a slot, and what held it: seen after every entry, or only after those that changed it.
#include "projections/traffic.h"

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// The scenario's entries, folded anew, with a look in front of the first that is told and after each.
Traffic looked_at(const Scenario& scenario, Seq first, const SlotKey& where = net_in_prod) {
  World world;
  Traffic traffic(where);
  for (const Recorded& entry : scenario.entries) {
    if (entry.seq == first) traffic.look(world, {0, entry.entry.recorded});
    world.apply(entry);
    if (entry.seq >= first) traffic.look(world, {entry.seq, entry.entry.recorded});
  }
  return traffic;
}

std::vector<std::string> told(const Traffic& traffic) {
  std::vector<std::string> lines;
  for (const Share& share : traffic.shares()) {
    const std::string version = share.model == digest_of("v1") ? "v1" : share.model == digest_of("v2") ? "v2" : "?";
    lines.push_back(str(version, ' ', to_text(share.stage), ' ', share.percent, share.until ? "" : " on"));
  }
  return lines;
}

// Shares of one stage follow one another, and whoever is at full has what the canary leaves.
void check_order(const Traffic& traffic) {
  std::map<Stage, Millis> ended;
  for (const Share& share : traffic.shares()) {
    CHECK(share.from >= ended[share.stage]);
    CHECK(share.until.value_or(share.from) >= share.from);
    ended[share.stage] = share.until.value_or(share.from);
  }
}

}  // namespace

TEST_CASE("a rollout's way is told step by step, with what it leaves to the version at full") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_ready_for_full(2, "v2");
  s.given("dana", {advanced(2, Stage::full, 100), archived("v1", "v2")});
  const Traffic traffic = looked_at(s, 0);
  check_order(traffic);
  CHECK(told(traffic) == std::vector<std::string>{"v1 shadow 0", "v1 canary 10", "v1 full 100", "v2 shadow 0",
                                                  "v1 full 90", "v2 canary 10", "v2 full 100 on"});
  CHECK(traffic.shares().back().seq == s.entries.back().seq);
  CHECK(traffic.shares().back().from == s.now);
}

TEST_CASE("a rollback ends the share of what it leaves, and an aborted canary gives its share back") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const Seq canary = s.entries.size();
  s.later(hour).given("dana", {RolloutAborted{rollout_id(2), "too slow"}});
  const Traffic traffic = looked_at(s, canary);
  CHECK(told(traffic) == std::vector<std::string>{"v1 full 90", "v2 canary 10", "v1 full 100 on"});
  CHECK(traffic.shares()[0].seq == s.rollout(2).stage_entry);  // what began it lies before the first look
  CHECK(traffic.shares()[0].from == s.rollout(2).stage_since);
  CHECK(traffic.shares()[1].from == s.rollout(2).stage_since);
  CHECK(traffic.shares()[0].until == s.now);
  CHECK(traffic.shares()[1].until == s.now);
}

TEST_CASE("a slot that is emptied has no share, and one of another model or environment none of its own") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1").given("ida", emptied("v1", 1));
  const Traffic traffic = looked_at(s, 0);
  CHECK(told(traffic).back() == "v1 full 100");
  CHECK(looked_at(s, 0, {"net", "lab"}).shares().empty());
  CHECK(looked_at(s, 0, {"other", "prod"}).shares().empty());
}

TEST_CASE("a refused step changes no share") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1");
  const auto before = told(looked_at(s, 0));
  s.given("dana", {proposed(2, "v2")}).when("dana", {advanced(2, Stage::canary, 10)});
  CHECK(told(looked_at(s, 0)).size() == before.size() + 1);
}

TEST_CASE("a lockdown holds until it is lifted, a freeze until its end or until it is ended, whichever is first") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1");
  const Scope prod{"prod", "*"};
  s.later(minute).given("ida", {LockdownEngaged{prod, "harm"}});
  const Millis engaged = s.now;
  s.later(hour).given("ida", {LockdownLiftRequested{prod, "mended"}}).given("dana", {LockdownLifted{prod, ""}});
  const Millis lifted = s.now;
  const Millis until = s.now + 10 * hour;
  s.later(minute).given("ida", {FreezeDeclared{prod, until, "the fair"}});
  CHECK(looked_at(s, 0).holds().back().until == until);
  s.later(hour).given("ida", {FreezeEnded{prod, "over"}});
  const Millis ended = s.now;
  s.later(minute).given("ida", {LockdownEngaged{{"lab", "*"}, "elsewhere"}});
  const auto holds = looked_at(s, 0).holds();
  REQUIRE(holds.size() == 2);
  CHECK(holds[0].kind == "lockdown");
  CHECK(holds[0].from == engaged);
  CHECK(holds[0].until == lifted);
  CHECK(holds[1].kind == "freeze");
  CHECK(holds[1].until == ended);
}

TEST_CASE("a freeze by the calendar is told from its beginning, and not at all if the policy drops it before") {
  const auto policy = [](Millis from, Millis until) {
    return replaced(small_policy(), "\"monitoring\": {",
                    "\"freezes\": [{\"name\": \"fair\", \"scope\": \"environment=prod\", \"from\": \"" +
                        format_time(from) + "\", \"until\": \"" + format_time(until) + "\"}], \"monitoring\": {");
  };
  const Millis from = start_of_scenario + day;
  Scenario s(policy(from, from + hour));
  s.given_models({"v1"}).later(2 * day).given_models({"v2"});
  const auto holds = looked_at(s, 0).holds();
  REQUIRE(holds.size() == 1);
  CHECK(holds[0].from == from);
  CHECK(holds[0].until == from + hour);
  CHECK(holds[0].by_calendar);
  Scenario dropped(policy(from, from + hour));
  dropped.given("dana", {PolicyProposed{small_policy()}});
  dropped.given("dana", {PolicyAdopted{sha256(small_policy()), sha256(policy(from, from + hour))}});
  CHECK(looked_at(dropped, 0).holds().empty());
}

}  // namespace cairn
