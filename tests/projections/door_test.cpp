// What is turned away and leaves no trace (DESIGN, idea 5; C5).
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

KeyId key_id(const std::string& holder) {
  return key_of(holder).public_key().id();
}

// Judged at another moment than it was said.
Scenario& judged_at(Scenario& s, const Statement& statement, Millis recorded) {
  s.now = recorded;
  return s.when(statement);
}

}  // namespace

TEST_CASE("A statement for another ledger is turned away") {
  Scenario s;
  Statement statement = s.said("ci", {registered("v1")});
  statement.ledger = sha256("another");
  s.when(Scenario::coded(statement)).then_turned_away("other_ledger");
  CHECK(s.entries.size() == 1);
}

TEST_CASE("Only an unrevoked key of the author speaks for them (C9)") {
  Scenario s;
  s.when(s.said("ci", {registered("v1")}), key_id("nobody")).then_turned_away("unknown_key");
  s.when(s.said("ci", {registered("v1")}), key_id("dana")).then_turned_away("unknown_key");
  s.when(s.said("recovery", {person("rita", {{Role::admin, {}}})}), key_id("dana")).then_turned_away("unknown_key");
  s.when(s.said("dana", {registered("v1")}), key_id("recovery")).then_turned_away("unknown_key");
  s.given("dana", {key_revoked("ci", "ci")});
  s.when(s.said("ci", {registered("v1")}), key_id("ci")).then_turned_away("unknown_key");
}

TEST_CASE("A statement that is said again is answered with its first entry, whatever the clock says") {
  Scenario s;
  const Statement first = s.said("ci", {registered("v1")});
  s.when(first).then_admitted();
  s.when(first).then_turned_away("repeated");
  CHECK(s.decision.door->kind == Door::Kind::repeated);
  CHECK(s.decision.door->first == 1);
  Statement newer = first;
  newer.at += hour;
  newer.expires += hour;
  newer.basis.size = 2;
  s.later(6 * day).when(Scenario::coded(newer)).then_turned_away("repeated");
  CHECK(s.entries.size() == 2);
}

TEST_CASE("What was recorded before the clock ran ahead is not recorded again once it is corrected") {
  Scenario s;
  Statement first = s.said("ci", {registered("v1")});
  first.expires = first.at + 7 * day;
  first = Scenario::coded(first);
  s.when(first).then_admitted();
  const Millis right = s.now + hour;
  s.now += 20 * day;  // its id is forgotten then
  s.given("ci", {registered("v2")});
  const Millis wrong = s.now;
  s.now = right;
  s.given("dana", {ClockCorrected{wrong, "ahead"}});
  judged_at(s, first, right + minute).then_turned_away("late");
  s.when("ci", {registered("v3")}).then_admitted();
}

TEST_CASE("What was said while the clock ran ahead, on a head of then, is not recorded again either") {
  Scenario s;
  s.now += 10 * day;
  Statement first = s.said("ci", {registered("v1")});
  first.expires = first.at + 7 * day;
  first = Scenario::coded(first);
  s.when(first).then_admitted();
  s.now += 8 * day;
  s.given("ci", {registered("v2")});
  const Millis wrong = s.now;
  s.now -= 10 * day;
  s.given("dana", {ClockCorrected{wrong, "ahead"}});
  judged_at(s, first, first.at + minute).then_turned_away("late");
}

TEST_CASE("A refused statement is answered with its first entry as well") {
  Scenario s;
  const Statement refused = s.said("watch", {registered("v1")});
  s.when(refused).then_refused(Refusal::role_missing);
  s.when(refused).then_turned_away("repeated");
  CHECK(s.decision.door->first == 1);
}

TEST_CASE("An id that said something else is a conflict, and ids are each author's own") {
  Scenario s;
  Statement first = s.said("ci", {registered("v1")});
  s.when(first).then_admitted();
  Statement other = s.said("ci", {registered("v2")});
  other.id = first.id;
  s.when(Scenario::coded(other)).then_turned_away("id_used");
  CHECK(s.decision.door->kind == Door::Kind::conflict);
  other.author = "dana";
  s.when(Scenario::coded(other)).then_admitted();
}

TEST_CASE("An id is forgotten once nothing signed with it could be new") {
  Scenario s;
  const Statement first = s.said("ci", {metrics("v1")});
  s.given("ci", {registered("v1")}).when(first).then_admitted();
  s.later(id_memory - hour).given("ci", {metrics("v1", "0.8")});
  s.later(hour).when(first).then_turned_away("repeated");
  s.later(1).when(first).then_turned_away("late");
  Statement again = s.said("ci", {metrics("v1")});
  again.id = first.id;
  s.when(Scenario::coded(again)).then_admitted();
}

TEST_CASE("No statement is admitted twice, though its author's clock was ahead and it was valid for a week") {
  Scenario s;
  s.given("ci", {registered("v1")});
  Statement ahead = s.said("ci", {metrics("v1")});
  ahead.at = s.now + clock_skew;
  ahead.expires = ahead.at + max_validity;
  ahead = Scenario::coded(ahead);
  s.when(ahead).then_admitted();
  const Millis recorded = s.now;
  judged_at(s, ahead, recorded + max_validity + minute).then_turned_away("repeated");
  judged_at(s, ahead, ahead.expires).then_turned_away("repeated");
  judged_at(s, ahead, ahead.expires + 1).then_turned_away("late");
}

TEST_CASE("The author's clock brackets the log's") {
  Scenario s;
  const Statement statement = s.said("ci", {registered("v1")});
  const Millis at = statement.at;
  judged_at(s, statement, at - clock_skew - 1).then_turned_away("early");
  judged_at(s, statement, statement.expires + 1).then_turned_away("late");
  SECTION("two minutes behind it") {
    judged_at(s, statement, at - clock_skew).then_admitted();
  }
  SECTION("at the last moment") {
    judged_at(s, statement, statement.expires).then_admitted();
  }
}

TEST_CASE("A statement is valid for seven days at most, and not before it was made") {
  Scenario s;
  Statement statement = s.said("ci", {registered("v1")});
  statement.expires = statement.at + max_validity + 1;
  s.when(Scenario::coded(statement)).then_turned_away("validity");
  statement.expires = statement.at - 1;
  s.when(Scenario::coded(statement)).then_turned_away("validity");
  statement.expires = statement.at + max_validity;
  s.when(Scenario::coded(statement)).then_admitted();
}

TEST_CASE("A command signed for five minutes is taken once, within them, and by no clock far from its author's (C5)") {
  Scenario s;
  Statement command = s.said("ci", {registered("v1")});
  command.expires = command.at + 5 * minute;
  command = Scenario::coded(command);
  judged_at(s, command, command.at - clock_skew - 1).then_turned_away("early");
  judged_at(s, command, command.expires + 1).then_turned_away("late");
  SECTION("half a minute behind its clock") {
    judged_at(s, command, command.at - 30 * second).then_admitted();
  }
  SECTION("in its last moment") {
    judged_at(s, command, command.expires).then_admitted();
  }
  Statement other = s.said("ci", {registered("v2")});
  other.id = command.id;
  s.when(Scenario::coded(other)).then_turned_away("id_used");
  for (const Millis later : {Millis{1}, 5 * minute, hour, day}) {
    judged_at(s, command, command.expires + later).then_turned_away("repeated");
  }
  judged_at(s, command, command.expires + id_memory + day).then_turned_away("late");
  CHECK(s.entries.size() == 2);  // entry 0, and what was said once
}

TEST_CASE("What was expected and is not so any more is a conflict") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  const std::string subject = "rollout:" + rollout_id(1);
  const Seq last = s.entries.size() - 1;
  const auto expecting = [&](const std::string& what, Seq seq) {
    ++s.now;
    Statement statement = s.said("ci", {StakeholdersNotified{rollout_id(1), "all"}});
    statement.expects = {{what, seq}};
    return Scenario::coded(statement);
  };
  s.when(expecting(subject, last - 1)).then_turned_away("expects_unmet");
  CHECK(s.decision.door->kind == Door::Kind::conflict);
  s.when(expecting("incident:INC-1", 0)).then_turned_away("expects_unmet");
  s.when("watch", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::role_missing);  // which changes nothing
  s.when(expecting(subject, last)).then_admitted();
  s.when(expecting(subject, last)).then_turned_away("expects_unmet");
}

TEST_CASE("A refusal that would cost the log too much is turned away, an admission of that size is not") {
  Scenario s;
  EvidenceRecorded large = metrics("v1");
  large.findings.assign(9, std::string(1000, 'x'));
  s.when("ci", {large}).then_turned_away("refused_and_large");
  CHECK(s.decision.verdict.refused->refusal == Refusal::unknown_model);
  CHECK(s.decision.door->message.find("unknown_model: ") !=
        std::string::npos);  // what it is turned away for is not all
  s.given("ci", {registered("v1")}).when("ci", {large}).then_admitted();
}

TEST_CASE("An author may leave as many refusals an hour as the policy says") {
  Scenario s(replaced(small_policy(), R"("per_hour": 60)", R"("per_hour": 3)"));
  for (int i = 0; i < 3; ++i) s.later(minute).when("watch", {registered("v1")}).then_refused(Refusal::role_missing);
  s.when("watch", {registered("v1")}).then_turned_away("too_many_refusals");
  CHECK(s.decision.verdict.refused->refusal == Refusal::role_missing);
  s.when("lee", {registered("v1")}).then_refused(Refusal::role_missing);  // others have their own
  s.given("ci", {registered("v1")}).when("watch", {drift("v1", "prod")}).then_admitted();
  s.later(58 * minute - 1).when("watch", {registered("v1")}).then_turned_away("too_many_refusals");
  s.later(1).when("watch", {registered("v1")}).then_refused(Refusal::role_missing);
}

TEST_CASE("Signed evidence of a fork is recorded at any size, and within a limit of its own") {
  Scenario s(replaced(small_policy(), R"("per_hour": 60)", R"("per_hour": 2)"));
  const auto elsewhere = [&](std::vector<Event> events) -> Scenario& {
    return s.when(s.said("ci", std::move(events)), key_id("ci"), Basis::not_on_history);
  };
  EvidenceRecorded large = metrics("v1");
  large.findings.assign(9, std::string(1000, 'x'));
  for (int i = 0; i < 2; ++i) s.when("ci", {metrics("v1")}).then_refused(Refusal::unknown_model);
  s.when("ci", {metrics("v1")}).then_turned_away("too_many_refusals");
  for (int i = 0; i < 2; ++i) elsewhere({large}).then_refused(Refusal::basis_not_on_history);
  elsewhere({metrics("v1")}).then_turned_away("too_many_refusals");
  s.later(hour);
  elsewhere({large}).then_refused(Refusal::basis_not_on_history);
}

}  // namespace cairn
