// What if: the same history under another policy.
#include "projections/what_if.h"

#include <algorithm>
#include <set>

#include "tests/catch.h"
#include "tests/projections/histories.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {
namespace {

Basis basis_of(const Recorded& entry) {
  return entry.entry.outcome == wire_name(Refusal::basis_not_on_history) ? Basis::not_on_history : Basis::on_history;
}

// Everything that was put on record in every scenario of a refusal.
std::vector<std::vector<Recorded>> refusal_histories() {
  std::vector<std::vector<Recorded>> histories;
  Scenario::kept = &histories;
  for (const auto* cases :
       {&actor_cases, &rollout_cases, &protection_cases, &incident_cases, &retention_cases, &ledger_cases}) {
    for (const RefusalCase& one : *cases) one.play();
  }
  Scenario::kept = nullptr;
  return histories;
}

// "4 refused soak_missing", one a line: every entry that comes out otherwise.
std::string changes(const std::vector<Recorded>& entries, const std::string& other, WhatIfMode mode) {
  WhatIf what_if(policy_of(other), mode);
  std::string text;
  for (const Recorded& entry : entries) {
    const auto row = what_if.apply(entry);
    if (row) text += str(row->entry.seq, ' ', to_text(row->change), ' ', outcome_of(row->other), '\n');
  }
  const bool as_a_plain_fold = what_if.recorded().encode() == fold(entries);
  CHECK(as_a_plain_fold);
  return text;
}

std::string alone(const Scenario& s, const std::string& other) {
  return changes(s.entries, other, WhatIfMode::alone);
}

std::string longer_shadow() {
  return replaced(small_policy(), R"("stage": "shadow", "soak": "2h")", R"("stage": "shadow", "soak": "3h")");
}

}  // namespace

TEST_CASE("Under the policy that was in force the rules say of every entry what they said") {
  std::size_t judged = 0;
  for (const auto& history : refusal_histories()) {
    World world;
    for (const Recorded& entry : history) {
      const Verdict plain =
          explain(world, entry.statement, entry.entry.signatures.front().key, basis_of(entry), entry.entry.recorded);
      const Bytes before = world.encode();
      const std::string in_force = world.empty() ? small_policy() : world.force->document;
      const Verdict verdict = verdict_under(world, policy_of(in_force), entry, basis_of(entry));
      const bool untouched = world.encode() == before && !world.journal.recording();
      REQUIRE(untouched);
      INFO("entry " << entry.seq << " by " << entry.statement.author);
      REQUIRE(outcome_of(verdict) == outcome_of(plain));
      REQUIRE(verdict.also.size() == plain.also.size());
      REQUIRE(verdict.gates.size() == plain.gates.size());
      world.apply(entry);
      ++judged;
    }
  }
  CHECK(judged > 1000);
}

TEST_CASE("A grant that was bound to the rules of the time is bound to the other policy's, and counts for no more") {
  Scenario s;
  s.given_models({"v1"}).given_ready_for_full(1, "v1");
  s.given("ci", {advanced(1, Stage::full, 100)});
  const std::string two = replaced(small_policy(), R"("persons": 1)", R"("persons": 2)");
  World world;
  for (const Recorded& entry : s.entries) {
    const Verdict verdict = verdict_under(world, policy_of(two), entry, Basis::on_history);
    INFO("entry " << entry.seq);
    const bool last = entry.seq + 1 == s.entries.size();
    CHECK(outcome_of(verdict) == (last ? "approval_missing" : ""));
    if (last) CHECK(verdict.refused->reasons.front().find("1 of 2") != std::string::npos);
    world.apply(entry);
  }
}

TEST_CASE("Alone: a longer soak refuses the step that was taken too early for it, and nothing after it") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  const Seq canary = s.entries.size() - 1;
  s.given_watched("v1", 2).given("ci", {advanced(1, Stage::canary, 25)});
  CHECK(alone(s, longer_shadow()) == str(canary, " refused soak_missing\n"));
}

TEST_CASE("Alone: a stricter gate refuses what it does not pass, and the row says what the gates saw and said then") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  WhatIf what_if(policy_of(replaced(small_policy(), R"("threshold": "0.85")", R"("threshold": "0.95")")),
                 WhatIfMode::alone);
  std::optional<WhatIfRow> row;
  for (const Recorded& entry : s.entries) {
    REQUIRE_FALSE(row);
    row = what_if.apply(entry);
  }
  REQUIRE(row);
  CHECK(row->change == Divergence::refused);
  CHECK(row->entry.author == "ci");
  CHECK(row->entry.said == std::vector<std::string>{"proposed net/prod/1, with net v1 in shadow"});
  CHECK(row->other.refused->refusal == Refusal::gates_not_passed);
  REQUIRE(row->other.gates.size() == 1);
  CHECK(row->other.gates[0].result == GateResult::fail);
  CHECK(row->then.gates.at(0).result == GateResult::pass);
  CHECK(row->record_holds());
  CHECK(what_if.totals().admitted == 3);
  CHECK(what_if.totals().other_refused == 1);
}

TEST_CASE("Alone: a laxer policy admits what was refused, and what it refuses for another reason is said to be so") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  s.when("ci", {advanced(1, Stage::canary, 40)}).then_refused(Refusal::soak_missing);
  const Seq first = s.entries.size() - 2;
  std::string other =
      replaced(small_policy(), R"("stage": "shadow", "soak": "2h")", R"("stage": "shadow", "soak": "1h")");
  other = replaced(other, R"("percent": [5, 50], "steps": [10, 25, 50])", R"("percent": [5, 30], "steps": [10])");
  CHECK(alone(s, other) == str(first, " admitted \n", first + 1, " refused_otherwise percent_order\n"));
}

TEST_CASE("Alone: a grant that was void on record stays void, and one that was bound wrongly stays unbound") {
  Scenario s;
  s.given_models({"v1"}).given_ready_for_full(1, "v1");
  const std::string noticed = replaced(small_policy(), R"("approval_valid": "72h")", R"("approval_valid": "71h")");
  s.given("dana", {PolicyProposed{noticed}, PolicyAdopted{sha256(noticed), s.world.policy().digest}});
  s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::approval_missing);
  ApprovalGranted grant = s.approval(1);
  grant.rules = sha256("other rules");
  s.when("lee", {grant}).then_refused(Refusal::approval_not_bound);
  CHECK(alone(s, small_policy()).empty());
}

TEST_CASE("Who changes the policy is judged by the other one, as changing that one") {
  Scenario s;
  const std::string next = replaced(small_policy(), "small", "next");
  s.given("dana", {person("max", {{Role::admin, {}}})});
  s.given("dana", {PolicyProposed{next}, PolicyAdopted{sha256(next), s.world.policy().digest}});
  const std::string asks =
      replaced(small_policy(), R"("monitoring":)", R"("administration": {"policy_approvals": 1}, "monitoring":)");
  CHECK(alone(s, asks) == "2 refused policy_approval_missing\n");
  CHECK(alone(s, replaced(small_policy(), "small", "third")).empty());
}

TEST_CASE("A row whose record is not what the rules of the time say is marked: it is no matter of the policy") {
  Scenario s;
  s.given_models({"v1"});
  s.given_a_lie("watch", {proposed(1, "v1")});
  WhatIf what_if(policy_of(small_policy()), WhatIfMode::alone);
  std::optional<WhatIfRow> row;
  for (const Recorded& entry : s.entries) row = what_if.apply(entry);
  REQUIRE(row);
  CHECK_FALSE(row->record_holds());
}

TEST_CASE("The policy that was in force throughout changes nothing, alone or as a cascade, whatever was tried") {
  std::size_t compared = 0;
  for (const auto& history : refusal_histories()) {
    World world;
    std::set<Hash> in_force;
    std::string document;
    bool holds = true;  // no lies among it
    for (const Recorded& entry : history) {
      const KeyId key = entry.entry.signatures.front().key;
      holds = holds && outcome_of(explain(world, entry.statement, key, basis_of(entry), entry.entry.recorded)) ==
                           entry.entry.outcome;
      world.apply(entry);
      in_force.insert(world.policy().digest);
      document = world.force->document;
    }
    if (!holds || in_force.size() != 1) continue;
    CHECK(changes(history, document, WhatIfMode::alone).empty());
    CHECK(changes(history, document, WhatIfMode::cascade).empty());
    ++compared;
  }
  CHECK(compared > 50);
}

TEST_CASE("Random histories: under the policies that were in force every entry comes out as it was recorded") {
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    Scenario s;
    live_at_random(s, seed, 150, Adopts::at_times);
    World world;
    for (const Recorded& entry : s.entries) {
      const std::string in_force = world.empty() ? small_policy() : world.force->document;
      const Verdict verdict = verdict_under(world, policy_of(in_force), entry, basis_of(entry));
      INFO("entry " << entry.seq << " by " << entry.statement.author);
      REQUIRE(outcome_of(verdict) == entry.entry.outcome);
      ++outcomes[entry.entry.outcome];
      world.apply(entry);
    }
    CHECK(world.encode() == s.world.encode());
  }
  // And the histories are not idle ones.
  CHECK(outcomes.size() > 20);
  CHECK(outcomes[""] > 400);
  CHECK(outcomes["approval_missing"] > 0);
}

TEST_CASE("Random histories: a cascade under the policy that was in force is the world as it was recorded") {
  std::size_t at_full = 0;
  for (std::uint64_t seed = 100; seed <= 108; ++seed) {
    INFO("seed " << seed);
    Scenario s;
    live_at_random(s, seed, 150, Adopts::never);
    WhatIf what_if(policy_of(small_policy()), WhatIfMode::cascade);
    for (const Recorded& entry : s.entries) {
      INFO("entry " << entry.seq);
      REQUIRE_FALSE(what_if.apply(entry));
    }
    const bool same = what_if.other()->encode() == s.world.encode();
    CHECK(same);
    for (const auto& [key, slot] : s.world.slots.rows()) at_full += slot.history.size();
  }
  CHECK(at_full > 10);
}

TEST_CASE("Random histories: under any other policy the record is untouched, and the answer the same each time") {
  std::size_t rows = 0;
  for (std::uint64_t seed = 200; seed <= 204; ++seed) {
    INFO("seed " << seed);
    Scenario s;
    live_at_random(s, seed, 150, Adopts::at_times);
    for (const WhatIfMode mode : {WhatIfMode::alone, WhatIfMode::cascade}) {
      const std::string stricter = replaced(longer_shadow(), R"("threshold": "0.15")", R"("threshold": "0.1")");
      const std::string once = changes(s.entries, stricter, mode);
      CHECK(changes(s.entries, stricter, mode) == once);
      rows += static_cast<std::size_t>(std::count(once.begin(), once.end(), '\n'));
    }
  }
  CHECK(rows > 50);
}

}  // namespace cairn
