// What stands otherwise after one entry than after an earlier one, and which entries made it so.
#include "projections/world_diff.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// The scenario's history from this size on, held against its end.
struct Compared {
  Compared(const Scenario& s, Size from, const Scope& wanted = {}) {
    for (Seq seq = 0; seq < from; ++seq) before.apply(s.entries[seq]);
    const Millis then = from == 0 ? 0 : s.entries[from - 1].entry.recorded;
    WorldDiff diff({before, then}, {s.world, s.now}, wanted);
    for (Seq seq = from; seq < s.entries.size(); ++seq) {
      const Recorded& entry = s.entries[seq];
      if (entry.entry.outcome.empty()) {
        diff.apply(entry);
      } else {
        diff.count_refusal(seq, entry.entry.outcome);
      }
    }
    places = diff.places();
    facts = diff.facts();
    refused = diff.refused();
    adoptions = diff.adoptions();
  }

  const FactChange* find(FactKind kind, const std::string& subject) const {
    const auto found = std::find_if(facts.begin(), facts.end(), [&](const FactChange& row) {
      return row.key.kind == kind && row.key.subject == subject;
    });
    return found == facts.end() ? nullptr : &*found;
  }

  // "before -> after", with "-" for what was not there.
  std::string said(FactKind kind, const std::string& subject) const {
    const FactChange* row = find(kind, subject);
    if (row == nullptr) return "no change";
    return (row->before ? row->before->text : "-") + " -> " + (row->after ? row->after->text : "-");
  }

  World before;
  std::vector<PlaceChange> places;
  std::vector<FactChange> facts;
  std::map<std::string, std::vector<Seq>> refused;
  std::vector<HistoryStep> adoptions;
};

std::vector<Seq> seqs_of(const std::vector<HistoryStep>& steps) {
  std::vector<Seq> seqs;
  for (const HistoryStep& step : steps) seqs.push_back(step.at.seq);
  return seqs;
}

const PlaceChange& place_of(const Compared& compared, const std::string& version) {
  const auto found = std::find_if(compared.places.begin(), compared.places.end(),
                                  [&](const PlaceChange& row) { return row.version == version; });
  REQUIRE(found != compared.places.end());
  return *found;
}

}  // namespace

TEST_CASE("Between a point and itself nothing changed") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1").given("ida", {LockdownEngaged{Scope{}, "drill"}});
  const Compared compared(s, s.entries.size());
  CHECK(compared.places.empty());
  CHECK(compared.facts.empty());
  CHECK(compared.refused.empty());
}

TEST_CASE("A version that came takes its share from the one that stayed, and the entries that did it are named") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1");
  const Size from = s.entries.size();
  const Seq full_since = from - 1;
  s.given_canary(2, "v2");
  const Compared compared(s, from);
  REQUIRE(compared.places.size() == 2);
  CHECK(place_of(compared, "v1").before == Place{Stage::full, 100, full_since});
  CHECK(place_of(compared, "v1").after == Place{Stage::full, 90, full_since});
  CHECK_FALSE(place_of(compared, "v2").before.has_value());
  CHECK(place_of(compared, "v2").after == Place{Stage::canary, 10, s.entries.size() - 1});
  CHECK(place_of(compared, "v2").model == digest_of("v2"));
  CHECK(seqs_of(place_of(compared, "v2").steps) == std::vector<Seq>{from, s.entries.size() - 1});
  CHECK(compared.said(FactKind::rollout, rollout_id(2)) == "- -> v2 in canary, 10 %");
  CHECK(compared.find(FactKind::rollout, rollout_id(1)) == nullptr);
}

TEST_CASE("A rollback shows the version that left, the one that came back, its incident, and the rollout that ended") {
  Scenario s;
  s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1").given_canary(3, "v3");
  const Size from = s.entries.size();
  s.given("ida", rollback("v3", "v2", 1, 3));
  const Compared compared(s, from);
  CHECK_FALSE(place_of(compared, "v3").after.has_value());
  CHECK(place_of(compared, "v2").after->percent == 100);
  CHECK(compared.said(FactKind::rollout, rollout_id(3)) == "v3 in canary, 10 % -> v3 aborted");
  CHECK(seqs_of(compared.find(FactKind::rollout, rollout_id(3))->steps) == std::vector<Seq>{from});
  CHECK(compared.said(FactKind::incident, "INC-1") == "- -> high, open");
}

TEST_CASE("What is proposed over a shadow names the entry that superseded it") {
  Scenario s;
  s.given_models({"v1", "v2"}).given("ci", {proposed(1, "v1")});
  const Size from = s.entries.size();
  s.given("ci", {proposed(2, "v2")});
  const Compared compared(s, from);
  CHECK(compared.said(FactKind::rollout, rollout_id(1)) == "v1 in shadow -> v1 superseded");
  CHECK(seqs_of(compared.find(FactKind::rollout, rollout_id(1))->steps) == std::vector<Seq>{from});
}

TEST_CASE("An approval shows who gave it, and that it was taken back or became void") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_ready_for_full(1, "v1");
  const std::string by_lee = rollout_id(1) + ", full, lee";
  const Size from = s.entries.size();
  s.given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, "second thoughts"}});
  CHECK(Compared(s, from - 1).said(FactKind::approval, by_lee) == "- -> withdrawn");
  CHECK(Compared(s, from).said(FactKind::approval, by_lee) == "granted -> withdrawn");
  CHECK(seqs_of(Compared(s, from).find(FactKind::approval, by_lee)->steps) == std::vector<Seq>{from});
  s.given("lee", {s.approval(1)}).given("watch", {drift("v1", "prod", "0.9")});
  CHECK(Compared(s, from).said(FactKind::approval, by_lee) == "granted -> void");
}

TEST_CASE("A lockdown that was engaged and lifted in between stands as before, and still has its line") {
  Scenario s;
  const Size from = s.entries.size();
  s.given("ida", {LockdownEngaged{Scope{}, "drill"}}).given("ida", {LockdownLiftRequested{Scope{}, "over"}});
  CHECK(Compared(s, from).said(FactKind::lockdown, "all") == "- -> engaged by ida, ida asked for its lift");
  s.given("dana", {LockdownLifted{Scope{}, "over"}});
  const Compared compared(s, from);
  const FactChange* row = compared.find(FactKind::lockdown, "all");
  REQUIRE(row != nullptr);
  CHECK(row->came_back());
  CHECK(seqs_of(row->steps) == std::vector<Seq>{from, from + 1, from + 2});
  CHECK(row->steps.back().at.author == "dana");
  CHECK(Compared(s, from + 1).said(FactKind::lockdown, "all") == "engaged by ida -> -");
}

TEST_CASE("A freeze whose time is over ran out, though nobody ended it") {
  Scenario s;
  s.given("ida", {FreezeDeclared{Scope{}, s.now + hour, "holidays"}});
  const Size from = s.entries.size();
  CHECK(Compared(s, from).facts.empty());
  s.later(hour);
  const Compared compared(s, from);
  const FactChange* row = compared.find(FactKind::freeze, "all");
  REQUIRE(row != nullptr);
  CHECK(row->after->text == "ran out at " + format_time(s.now));
  CHECK(row->steps.empty());
}

TEST_CASE("Models, roles and keys that came, changed and went are told apart by what was said of them") {
  Scenario s;
  s.given_models({"v1"});
  const Size from = s.entries.size();
  s.given_models({"v2"});
  s.given("ida", {ModelQuarantined{digest_of("v1"), "suspicious"}});
  s.given("dana", {RoleGranted{"lee", {Role::auditor, Scope{}}}});
  s.given("dana", {RoleRevoked{"ci", {Role::deployer, Scope{}}}});
  const Compared compared(s, from);
  CHECK(compared.said(FactKind::model, "net v1") == "registered -> registered, quarantined");
  CHECK(compared.said(FactKind::model, "net v2") == "- -> registered");
  CHECK(compared.said(FactKind::role, "lee, auditor") == "- -> held");
  CHECK(compared.said(FactKind::role, "ci, deployer") == "held -> -");
  CHECK(seqs_of(compared.find(FactKind::role, "lee, auditor")->steps) == std::vector<Seq>{from + 2});
}

TEST_CASE("A policy that was adopted is an adoption between, and its proposal came and went") {
  Scenario s;
  const std::string other = replaced(small_policy(), "0.85", "0.86");
  const Size from = s.entries.size();
  s.given("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), s.world.policy().digest}});
  CHECK(seqs_of(Compared(s, from).adoptions) == std::vector<Seq>{from});
  CHECK(Compared(s, from + 1).adoptions.empty());
}

TEST_CASE("Refusals in between are counted by what they were") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  const Size from = s.entries.size();
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  const Compared compared(s, from);
  CHECK(compared.refused == std::map<std::string, std::vector<Seq>>{{"soak_missing", {from, from + 1}}});
  CHECK(compared.facts.empty());
}

TEST_CASE("A scope leaves out what does not reach into it, and keeps what does") {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1")}).given("ci", {registered("w1", "other"), metrics("w1")});
  const Size from = s.entries.size();
  s.given("ci", {proposed(1, "v1")});
  s.given("ci", {RolloutProposed{"other/prod/1", digest_of("w1"), "other", "prod"}});
  s.given("ida", {LockdownEngaged{Scope{}, "drill"}}).given("ida", {LockdownEngaged{Scope{"*", "other"}, "drill"}});
  s.given("dana", {RoleGranted{"lee", {Role::auditor, Scope{}}}});
  const Compared compared(s, from, Scope{"*", "net"});
  REQUIRE(compared.places.size() == 1);
  CHECK(compared.places[0].name == "net");
  CHECK(compared.find(FactKind::rollout, "other/prod/1") == nullptr);
  CHECK(compared.find(FactKind::lockdown, "all") != nullptr);
  CHECK(compared.find(FactKind::lockdown, "model=other") == nullptr);
  CHECK(compared.find(FactKind::role, "lee, auditor") == nullptr);
  CHECK(Compared(s, from, Scope{"lab", "*"}).places.empty());
}

}  // namespace cairn
