// What an entry stands on. That every cause lies before its entry is asked of whatever any scenario records.
#include "projections/causes.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

using K = CauseKind;

std::string listed(const std::vector<Cause>& causes) {
  std::string text;
  for (const Cause& cause : causes) text += str(to_text(cause.kind), ' ', cause.seq, ": ", cause.note, '\n');
  return text;
}

// One of this kind, and of this entry, whose note holds this.
bool stands_on(const Scenario& s, K kind, Seq seq, const std::string& note = "") {
  UNSCOPED_INFO(listed(s.causes));
  return std::any_of(s.causes.begin(), s.causes.end(), [&](const Cause& cause) {
    return cause.kind == kind && cause.seq == seq && cause.note.find(note) != std::string::npos;
  });
}

bool stands_on_any(const Scenario& s, K kind) {
  return std::any_of(s.causes.begin(), s.causes.end(), [&](const Cause& cause) { return cause.kind == kind; });
}

// Of the newest entry that says such a thing.
template <class E>
Seq seq_of(const Scenario& s) {
  for (Seq seq = s.entries.size(); seq-- > 0;) {
    for (const Event& event : s.entries[seq].statement.events) {
      if (std::holds_alternative<E>(event)) return seq;
    }
  }
  FAIL("no entry says this");
  return 0;
}

TEST_CASE("A step to full stands on its proposal, the canary, what the gates saw, the notice and the grant") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1");
  CHECK(stands_on(s, K::proposal, seq_of<RolloutProposed>(s), "net/prod/1 by ci"));
  CHECK(stands_on(s, K::evidence, seq_of<ModelRegistered>(s), "accuracy 0.9 >= 0.85"));
  CHECK(stands_on(s, K::evidence, seq_of<EvidenceRecorded>(s), "drift 0.01 < 0.15"));
  CHECK(stands_on(s, K::evidence, seq_of<EvidenceRecorded>(s), "canary soaked 2 h of 2 h"));
  CHECK(stands_on(s, K::notice, seq_of<StakeholdersNotified>(s)));
  CHECK(stands_on(s, K::approval, seq_of<ApprovalGranted>(s), "granted by lee: looks good"));
  CHECK(stands_on(s, K::policy, 0));
  CHECK(stands_on(s, K::authority, 0, "ci, who had deployer"));
  const auto canary = std::find_if(s.causes.begin(), s.causes.end(), [](const Cause& c) { return c.kind == K::step; });
  REQUIRE(canary != s.causes.end());
  CHECK(std::holds_alternative<RolloutAdvanced>(s.entries[canary->seq].statement.events.front()));
}

TEST_CASE("Causes come by kind, then seq, and no entry twice for one kind") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  CHECK(std::adjacent_find(s.causes.begin(), s.causes.end(), [](const Cause& a, const Cause& b) {
          return std::pair(a.kind, a.seq) >= std::pair(b.kind, b.seq);
        }) == s.causes.end());
  CHECK(stands_on(s, K::step, 11, "v1 at full until then"));
  CHECK(stands_on(s, K::evidence, 1, "the baseline of regression"));
}

TEST_CASE("A shadow that counts from elsewhere is named as what the canary stands on") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1", "lab2")}).given_watched("v1", 2, "lab2");
  const Seq completed = s.newest();
  s.given("ci", {proposed(1, "v1")}).given("ci", {advanced(1, Stage::canary, 10)});
  CHECK(stands_on(s, K::evidence, completed, "the shadow in lab2 counts"));
}

TEST_CASE("An approval stands on its request and on what was seen, which its own entry says with the head") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  s.given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {"lee"}, "please"}});
  const Seq request = s.newest();
  s.given("lee", {s.approval(1)});
  CHECK(stands_on(s, K::approval, request, "asked for by ci"));
  CHECK(stands_on(s, K::evidence, 1, "seen; accuracy 0.9 >= 0.85"));
  CHECK(stands_on(s, K::policy, 0));
  const std::string seen = seen_by_approver(s.entries.back());
  CHECK(seen == str("had verified the head of size ", s.newest(), " and seen entries 1, 4"));
  CHECK(seen_by_approver(s.entries.front()).empty());
}

TEST_CASE("A rollback stands on what brought both versions to full, and on the alert before it") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1");
  const Seq first = s.newest();
  s.given_full(2, "v2", "v1");
  const Seq second = s.newest();
  s.later(hour).given("watch", {drift("v2", "prod", "0.4")});
  const Seq alert = s.newest();
  s.given("ida", rollback("v2", "v1", 1));
  CHECK(stands_on(s, K::step, first, "net v1 was at full there"));
  CHECK(stands_on(s, K::step, second, "net v2 at full in prod"));
  CHECK(stands_on(s, K::alert, alert, "drift 0.4, not < 0.15"));
  CHECK(stands_on(s, K::evidence, alert, "FAIL"));
  CHECK_FALSE(stands_on_any(s, K::incident));  // its own statement opens it
  const Seq opened_in = s.newest();
  s.given("ida", {IncidentAcknowledged{"INC-1", "on it"}});
  CHECK(stands_on(s, K::incident, opened_in, "INC-1, high"));
  s.given("ida", {IncidentMitigated{"INC-1", "rolled back"}});
  CHECK(stands_on(s, K::earlier, s.newest() - 1, "acknowledged it"));
}

TEST_CASE("A rollback out of a canary names the rollout that it ends") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const Seq canary = s.newest();
  s.given("ida", rollback("v2", "v1", 1, 2));
  CHECK(stands_on(s, K::step, canary, "began canary, 10 %"));
  CHECK(stands_on(s, K::proposal, seq_of<RolloutProposed>(s), "net/prod/2"));
}

TEST_CASE("A lift stands on the lockdown and on who asked for it, a release on its quarantine") {
  Scenario s;
  s.given("ida", {LockdownEngaged{{"prod", "*"}, "unsafe"}}).given("ida", {LockdownLiftRequested{{"prod", "*"}, "ok"}});
  s.given("dana", {LockdownLifted{{"prod", "*"}, "ok"}});
  CHECK(stands_on(s, K::hold, 1, "by ida: unsafe"));
  CHECK(stands_on(s, K::approval, 2, "asked for by ida"));
  s.given_models({"v1"}).given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
  const Seq quarantined = s.newest();
  s.given("ida", {ModelReleased{digest_of("v1"), "fine"}});
  CHECK(stands_on(s, K::hold, quarantined, "net v1 is in quarantine"));
}

TEST_CASE("A refusal stands on what held it back: lockdown, freeze, quarantine, pause") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_canary(1, "v1");
  const auto refused_for = [&](Refusal refusal, std::vector<Event> events, Seq seq, const std::string& note) {
    s.when("ci", std::move(events)).then_refused(refusal);
    CHECK(stands_on(s, K::hold, seq, std::string(wire_name(refusal)) + note));
  };
  s.given("ci", {RolloutPaused{rollout_id(1), "wait"}});
  refused_for(Refusal::rollout_paused, {advanced(1, Stage::canary, 25)}, s.newest(), "");
  s.given("ida", {FreezeDeclared{{"prod", "*"}, 0, "holidays"}});
  refused_for(Refusal::frozen, {advanced(1, Stage::canary, 25)}, s.newest(), ": by ida: holidays");
  s.given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
  refused_for(Refusal::model_quarantined, {advanced(1, Stage::canary, 25)}, s.newest(), ": net v1 is in quarantine");
  s.given("ida", {LockdownEngaged{{"prod", "*"}, "unsafe"}});
  refused_for(Refusal::locked_down, {advanced(1, Stage::canary, 25)}, s.newest(), ": by ida: unsafe");
}

TEST_CASE("A refusal of a step stands on the denial, the void grant, the record that fails, the soak so far") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  CHECK(stands_on(s, K::evidence, s.newest() - 1, "shadow soaked 1 h of 2 h"));
  s.given_watched("v1", 1).given("ci", {advanced(1, Stage::canary, 10)}).given_watched("v1", 2);
  s.given("lee", {ApprovalDenied{rollout_id(1), Stage::full, "not yet"}});
  s.given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
  s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::approval_denied);
  CHECK(stands_on(s, K::approval, seq_of<ApprovalDenied>(s), "denied by lee: not yet"));
  s.given("lee", {s.approval(1)});
  const Seq grant = s.newest();
  s.given("watch", {drift("v1", "prod", "0.4")});
  s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::soak_missing);
  CHECK(stands_on(s, K::approval, grant, "void now: granted by lee"));
  CHECK(stands_on(s, K::evidence, s.newest() - 1, "drift 0.4, not < 0.15"));
}

TEST_CASE("What was passed by under a broken glass stands on the entry that broke it") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1).given("ida", {opened(1)});
  s.given("ida", {BreakGlassInvoked{"net", "prod", {Guard::soak}, s.now + hour, "INC-1", "now"}});
  CHECK(stands_on(s, K::incident, s.newest() - 1, "INC-1"));
  const Seq glass = s.newest();
  s.given("ci", {advanced(1, Stage::canary, 10)});
  CHECK(stands_on(s, K::hold, glass, "lifted soak: shadow has soaked 1 h"));
}

TEST_CASE("A policy stands on its proposal, on the one it replaces, and on whoever approved it") {
  Scenario s;
  const std::string next = replaced(small_policy(), R"("0.85")", R"("0.86")");
  s.given("dana", {ActorEnrolled(person("eve", {{Role::admin, {}}}))});
  s.given("dana", {PolicyProposed{next}});
  s.given("eve", {PolicyApproved{sha256(next), s.world.policy().digest}});
  s.given("dana", {PolicyAdopted{sha256(next), s.world.policy().digest}});
  CHECK(stands_on(s, K::proposal, 2, "proposed by dana"));
  CHECK(stands_on(s, K::approval, 3, "approved by eve"));
  CHECK(stands_on(s, K::policy, 0, "in force until then"));
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  CHECK(stands_on(s, K::policy, 4, "in force"));
  CHECK(stands_on(s, K::evidence, 5, "accuracy 0.9 >= 0.86"));
}

TEST_CASE("What is on record as overdue stands on what it follows from, an acknowledgement on the record that failed") {
  Scenario s;
  s.given_models({"v1"}).given_full(1, "v1").given("watch", {drift("v1", "prod", "0.4")});
  const Seq record = s.newest();
  s.given("dana", {AlertAcknowledged{record, ""}});
  CHECK(stands_on(s, K::alert, record, "net v1 in prod, drift 0.4, not < 0.15"));
  s.given("ida", {opened(1)});
  CHECK(stands_on(s, K::alert, record));
  const Millis due = s.now + hour;
  s.later(2 * hour).given("ida", {DueRecorded{DueKind::incident, "INC-1", due}});
  CHECK(stands_on(s, K::earlier, s.newest() - 1, "acknowledge: Rollback"));
  s.given("ida", {ActionOpened{"INC-1", 1, "ida", s.now + day, "add a test"}});
  s.given("ida", {ActionClosed{"INC-1", 1, "added"}});
  CHECK(stands_on(s, K::earlier, s.newest() - 1, "gave it to ida: add a test"));
}

TEST_CASE("Of every refusal there is a scenario whose entries stand on earlier ones") {
  for (const auto* cases :
       {&actor_cases, &rollout_cases, &protection_cases, &incident_cases, &retention_cases, &ledger_cases}) {
    for (const RefusalCase& refused_case : *cases) {
      INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
      refused_case.play();
    }
  }
}

}  // namespace
}  // namespace cairn
