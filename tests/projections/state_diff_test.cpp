// What one entry changed in the World, and nothing else.
#include "projections/state_diff.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

using Lines = std::vector<std::string>;

std::string line_of(const StateChange& change) {
  const std::string what = change.field.empty() ? change.row : change.row + ", " + change.field;
  return what + ": " + (change.before.empty() ? "-" : change.before) + " -> " +
         (change.after.empty() ? "-" : change.after);
}

std::unique_ptr<World> folded(const std::vector<Recorded>& entries, std::size_t size) {
  auto world = std::make_unique<World>();
  for (std::size_t i = 0; i < size; ++i) world->apply(entries[i]);
  return world;
}

std::vector<StateChange> newest_changes(const Scenario& s) {
  return state_diff(*folded(s.entries, s.entries.size() - 1), *folded(s.entries, s.entries.size()));
}

// Every entry makes the ledger one longer and leaves an id; the time is that of the newest.
bool of_every_entry(const StateChange& change) {
  const bool own = change.field == "entries" || change.field == "newest entry at";
  return change.row == "ids" || (change.row == "ledger" && own);
}

// Times are those of the scenario's clock, and say nothing more.
Lines changed(const Scenario& s) {
  Lines lines;
  for (const StateChange& change : newest_changes(s)) {
    const bool time = change.after.size() == 24 && change.after.back() == 'Z';
    if (!of_every_entry(change) && !time) lines.push_back(line_of(change));
  }
  return lines;
}

bool has(const Lines& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

// One edit, and which rows it changed.
template <class Edit>
Lines edited(const Edit& edit) {
  World before;
  World after;
  edit(after);
  Lines lines;
  for (const StateChange& change : state_diff(before, after)) lines.push_back(change.row + ", " + change.field);
  return lines;
}

}  // namespace

TEST_CASE("The diff of a step names the rollout's stage, percent and soak, and nothing of other rollouts") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given("ci", {proposed(2, "v2")}).given_watched("v2", 2);
  s.given("ci", {advanced(2, Stage::canary, 10)});
  const std::string entries = str(s.entries.size() - 4, " -> ", s.entries.size() - 1);
  CHECK(changed(s) == Lines{"rollout net/prod/2, stage: shadow -> canary", "rollout net/prod/2, percent: 0 -> 10",
                            "rollout net/prod/2, stage began at entry: " + entries,
                            "rollout net/prod/2, soak total: 2h -> 0s", "newest entry about model:net: " + entries,
                            "newest entry about rollout:net/prod/2: " + entries});
}

TEST_CASE("The diff of a first rollout shows a row that was not there, field by field") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  const Lines lines = changed(s);
  CHECK(has(lines, "slot net in prod, rollout under way: - -> net/prod/1"));
  CHECK(has(lines, "slot net in prod, rollouts: - -> 1"));
  CHECK(has(lines, "rollout net/prod/1, stage: - -> shadow"));
  CHECK(has(lines, "rollout net/prod/1, percent: - -> 0"));
  CHECK(has(lines, "rollout net/prod/1, model: - -> net v1"));
  CHECK(has(lines, "rollout net/prod/1, proposer: - -> ci"));
  for (const std::string& line : lines) {
    INFO(line);
    CHECK((line.starts_with("slot net in prod") || line.starts_with("rollout net/prod/1") ||
           line.starts_with("newest entry about ")));
  }
}

TEST_CASE("The diff of evidence shows old and new values, and what the soak made of them") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  s.later(hour).given("watch", {drift("v1", "prod", "0.01")}).later(hour).given("watch", {drift("v1", "prod", "0.02")});
  const Lines lines = changed(s);
  CHECK(has(lines, "evidence monitoring of net v1 in prod, value drift_score: 0.01 -> 0.02"));
  CHECK(has(lines, "rollout net/prod/1, soak total: 1h -> 2h"));
  CHECK(has(lines, "shadow of net v1 in prod, soaked: - -> 2h"));
}

TEST_CASE("The diff of a registration leaves what was known of the digest before as it was") {
  Scenario s;
  s.given_a_lie("ci", {metrics("v1")});
  s.given("ci", {registered("v1")});
  for (const std::string& line : changed(s)) {
    INFO(line);
    CHECK((line.starts_with("model net v1, ") || line == "version v1 of net: - -> net v1" ||
           line.starts_with("spelling of ") || line.starts_with("newest entry about ")));
  }
}

TEST_CASE("The diff of an approval, of its withdrawal and of a notice names just these") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
  s.given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
  const std::string mention = "newest entry about rollout:net/prod/1: ";
  const auto mentioned = [&](std::size_t before) { return mention + str(before, " -> ", s.entries.size() - 1); };
  const std::size_t notified = s.entries.size() - 1;
  CHECK(has(changed(s), str("rollout net/prod/1, notified at entry: - -> ", notified)));
  CHECK(changed(s).size() == 3);  // and the newest mentions of model and rollout
  s.given("lee", {s.approval(1)});
  const std::size_t approved = s.entries.size() - 1;
  CHECK(has(changed(s), "rollout net/prod/1, approval 1 state: - -> granted"));
  CHECK(has(changed(s), "rollout net/prod/1, approval 1 by: - -> lee"));
  CHECK(has(changed(s), "rollout net/prod/1, approval 1 reason: - -> looks good"));
  CHECK(has(changed(s), mentioned(notified)));
  s.given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, "on second thoughts"}});
  CHECK(has(changed(s), mentioned(approved)));
  CHECK(has(changed(s), "rollout net/prod/1, approval 1 state: granted -> withdrawn"));
}

TEST_CASE("The diff of a rollback names slot, abort and incident") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1").given("ida", rollback("v2", "v1", 1));
  const Lines lines = changed(s);
  CHECK(has(lines, "slot net in prod, at full, version 3 model: - -> net v1"));
  CHECK(has(lines, "slot net in prod, rolled back from: - -> net v2"));
  CHECK(has(lines, "incident INC-1, state: - -> open"));
  CHECK(has(lines, "incident INC-1, severity: - -> high"));
}

TEST_CASE("The diff of what holds slots still names the hold, and its end takes the same away") {
  Scenario s;
  s.given_models({"v1"});
  s.given("ida", {LockdownEngaged{{"prod", "*"}, "unsafe"}});
  const Lines engaged = changed(s);
  CHECK(has(engaged, "lockdown environment=prod, reason: - -> unsafe"));
  CHECK(has(engaged, "lockdown environment=prod, by: - -> ida"));
  CHECK(engaged.size() == 3);
  s.given("dana", {FreezeDeclared{{}, 0, "holidays"}});
  CHECK(has(changed(s), "freeze all, reason: - -> holidays"));
  s.given("dana", {FreezeEnded{{}, "back"}});
  CHECK(has(changed(s), "freeze all, reason: holidays -> -"));
  s.given("dana", {HoldPlaced{"C-1", "", "at law"}});
  CHECK(has(changed(s), "hold of case C-1 on every model, reason: - -> at law"));
  s.given("dana", {HoldReleased{"C-1", "", "over"}});
  CHECK(has(changed(s), "hold of case C-1 on every model, reason: at law -> -"));
}

TEST_CASE("The diff of administration names actors, roles, keys and the policy") {
  Scenario s;
  s.given("dana", {person("mia", {{Role::approver, {}}})});
  CHECK(has(changed(s), "actor mia, roles: - -> approver"));
  s.given("dana", {RoleGranted{"mia", {Role::monitor, {}}}});
  CHECK(changed(s) == Lines{"actor mia, roles: approver -> approver, monitor"});
  s.given("dana", {key_revoked("mia", "mia")});
  CHECK(changed(s).size() == 1);
  CHECK(changed(s).front().ends_with(str(", revoked at entry: - -> ", s.entries.size() - 1)));
  const std::string other = replaced(small_policy(), "small", "other");
  s.given("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), s.world.policy().digest}});
  const Lines adopted = changed(s);
  CHECK(adopted.size() == 2);
  CHECK(has(adopted, str("policy in force, since entry: 0 -> ", s.entries.size() - 1)));
}

TEST_CASE("A refused entry changes its author's count of refusals, the ids and the ledger's size, and nothing else") {
  Scenario s;
  s.when("watch", {registered("v9")}).then_refused(Refusal::role_missing);
  CHECK(changed(s) == Lines{"refusals within the hour of watch: - -> 1"});
  s.when("watch", {registered("v9")}).then_refused(Refusal::role_missing);
  CHECK(changed(s) == Lines{"refusals within the hour of watch: 1 -> 2"});
  s.when(s.said("ci", {registered("v1")}), key_of("ci").public_key().id(), Basis::not_on_history);
  CHECK(changed(s) == Lines{"statements within the hour on another history by ci: - -> 1"});
  CHECK(newest_changes(s).size() == 4);
}

TEST_CASE("An event that changes nothing shows as such") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1");
  s.given("ida",
          {DrillRecorded{"net", "prod", digest_of("v1"), Hash{}, Trigger::system, ArtefactMatch::match, "practice"}});
  for (const std::string& line : changed(s)) {
    INFO(line);
    CHECK(line.starts_with("newest entry about "));
  }
}

TEST_CASE("A diff is of both ways, and of two equal worlds there is none") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2").given("ida", rollback("v2", "v1", 1, 2));
  for (std::size_t size = 1; size <= s.entries.size(); ++size) {
    const auto before = folded(s.entries, size - 1);
    const auto after = folded(s.entries, size);
    INFO("entry " << size - 1);
    CHECK(state_diff(*after, *after).empty());
    const auto there = state_diff(*before, *after);
    CHECK(there.size() >= 3);
    // Names of models differ where the other side does not know them yet; what changed does not.
    CHECK(state_diff(*after, *before).size() == there.size());
  }
}

TEST_CASE("Every table of the World is compared") {
  const SlotKey slot = {"net", "prod"};
  const Hash hash = sha256("some");
  CHECK(!edited([&](World& w) { w.position.edit().size = 1; }).empty());
  CHECK(!edited([&](World& w) { w.genesis.edit().origin = "o"; }).empty());
  CHECK(!edited([&](World& w) { w.force.edit().document = "{}"; }).empty());
  CHECK(!edited([&](World& w) { w.proposals.edit(hash).document = "{}"; }).empty());
  CHECK(!edited([&](World& w) { w.requests.edit(hash).events = "[]"; }).empty());
  CHECK(!edited([&](World& w) { w.actors.edit("dana"); }).empty());
  CHECK(!edited([&](World& w) { w.keys.edit(hash); }).empty());
  CHECK(!edited([&](World& w) { w.models.edit(hash); }).empty());
  CHECK(!edited([&](World& w) { w.versions.edit({"net", "v1"}) = hash; }).empty());
  CHECK(!edited([&](World& w) { w.evidence.edit({hash, "", EvidenceKind::card}); }).empty());
  CHECK(!edited([&](World& w) { w.rollouts.edit("net/prod/1"); }).empty());
  CHECK(!edited([&](World& w) { w.slots.edit(slot); }).empty());
  CHECK(!edited([&](World& w) { w.shadows.edit({hash, "prod"}); }).empty());
  CHECK(!edited([&](World& w) { w.alerts.edit({7, hash, "prod"}).recorded = 1; }).empty());
  CHECK(!edited([&](World& w) { w.lockdowns.edit({}); }).empty());
  CHECK(!edited([&](World& w) { w.freezes.edit({}); }).empty());
  CHECK(!edited([&](World& w) { w.glass.edit(slot).emplace_back(); }).empty());
  CHECK(!edited([&](World& w) { w.incidents.edit("INC-1"); }).empty());
  CHECK(!edited([&](World& w) { w.holds.edit({"C-1", ""}); }).empty());
  CHECK(!edited([&](World& w) { w.erased.edit(hash) = 3; }).empty());
  CHECK(!edited([&](World& w) { w.subjects.edit("model:net") = 3; }).empty());
  CHECK(!edited([&](World& w) { w.spellings.edit("actor:dana") = "dana"; }).empty());
  CHECK(!edited([&](World& w) { w.refusals.edit("dana").push_back(1); }).empty());
  CHECK(!edited([&](World& w) { w.forks.edit("dana").push_back(1); }).empty());
  CHECK(!edited([&](World& w) { w.ids.push({{}, {}, 1, 1}); }).empty());
}

TEST_CASE("Every field of the rows that people ask for is compared") {
  const auto rollout = [](const auto& edit) {
    return edited([&](World& w) {
      w.rollouts.edit("r");
      edit(w.rollouts.edit("r"));
    });
  };
  const std::size_t plain = rollout([](Rollout&) {}).size();
  CHECK(rollout([](Rollout& r) { r.model = sha256("m"); }).size() == plain + 1);
  CHECK(rollout([](Rollout& r) { r.notified = 4; }).back() == "rollout r, notified at entry");
  CHECK(rollout([](Rollout& r) { r.paused = 4; }).back() == "rollout r, paused at entry");
  CHECK(rollout([](Rollout& r) { r.rollback_incident = "INC-1"; }).back() == "rollout r, goes back in");
  CHECK(rollout([](Rollout& r) { r.soak.last_pass = 5; }).size() == plain + 1);
  CHECK(rollout([](Rollout& r) { r.request.emplace().by = "ci"; }).size() > plain + 1);
  const auto model = [](const auto& edit) { return edited([&](World& w) { edit(w.models.edit(sha256("m"))); }); };
  const std::size_t known = model([](Model&) {}).size();
  CHECK(model([](Model& m) { m.quarantined = 4; }).size() == known + 1);
  CHECK(model([](Model& m) { m.left = Moment{4, 5}; }).size() == known + 2);
  CHECK(model([](Model& m) { m.retired = Moment{4, 5}; }).size() == known + 2);
  CHECK(model([](Model& m) { m.deleted = 4; }).size() == known + 1);
  CHECK(model([](Model& m) { m.classes = {"audited"}; }).size() == known + 1);
}

}  // namespace cairn
