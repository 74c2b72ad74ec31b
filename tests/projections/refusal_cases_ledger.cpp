// Who signs for the log, what time it is, and what an older copy goes on as.
#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {
namespace {

using R = Refusal;

const std::string first_log_key = "a vkey that no rule reads";

std::string log_vkey(const std::string& holder, const std::string& origin) {
  return NoteVerifier::for_log(origin, key_of(holder).public_key())->vkey();
}

Bytes log_possession(const Scenario& s, const std::string& holder, const std::string& vkey) {
  return key_of(holder).sign(log_possession_text(s.world.genesis->ledger, vkey)).value();
}

LogKeyAdded log_key_added(const Scenario& s, const std::string& holder) {
  const std::string vkey = log_vkey(holder, s.world.genesis->origin);
  return {vkey, log_possession(s, holder, vkey)};
}

LedgerForked ledger_forked(const Scenario& s, const std::string& origin) {
  const std::string vkey = log_vkey("the fork's", origin);
  return {s.world.genesis->origin, s.entries.size(), sha256("root"), "", vkey, log_possession(s, "the fork's", vkey),
          "the newest backup"};
}

std::string two_admins(const std::string& policy) {
  return replaced(policy, "\"monitoring\": {", R"("administration": {"second_admin": true}, "monitoring": {)");
}

}  // namespace

const std::vector<RefusalCase> ledger_cases = {
    {R::role_missing, "who signs for the log, its clock and its forks are an admin's to say",
     [] {
       Scenario s;
       s.when("lee", {log_key_added(s, "next")}).then_refused(R::role_missing);
       s.when("lee", {LogKeyRetired{first_log_key, "old"}}).then_refused(R::role_missing);
       s.when("lee", {LogKeyCompromised{first_log_key, 1, "taken"}}).then_refused(R::role_missing);
       s.when("lee", {ClockCorrected{s.now, "wrong"}}).then_refused(R::role_missing);
       s.when("lee", {ledger_forked(s, "elsewhere")}).then_refused(R::role_missing);
     }},
    {R::log_key_invalid, "the log signs with a key of its own name, once in its life",
     [] {
       Scenario s;
       s.when("dana", {LogKeyAdded{"no vkey", "p"}}).then_refused(R::log_key_invalid);
       const std::string other = log_vkey("next", "another.example");
       s.when("dana", {LogKeyAdded{other, log_possession(s, "next", other)}}).then_refused(R::log_key_invalid);
       s.given("dana", {log_key_added(s, "next")});
       s.when("dana", {log_key_added(s, "next")}).then_refused(R::log_key_invalid);
       s.given("dana", {LogKeyRetired{log_key_added(s, "next").log_key, "old"}});
       s.when("dana", {log_key_added(s, "next")}).then_refused(R::log_key_invalid);
     }},
    {R::log_key_invalid, "a key of the log ends once, and only one that is its own; news of a theft may come later",
     [] {
       Scenario s;
       const std::string next = log_key_added(s, "next").log_key;
       s.when("dana", {LogKeyRetired{next, "old"}}).then_refused(R::log_key_invalid);
       s.given("dana", {log_key_added(s, "next")}).given("dana", {LogKeyRetired{first_log_key, "old"}});
       s.when("dana", {LogKeyRetired{first_log_key, "old"}}).then_refused(R::log_key_invalid);
       s.given("dana", {LogKeyCompromised{first_log_key, 2, "taken"}});
       s.when("dana", {LogKeyCompromised{first_log_key, 2, "taken"}}).then_refused(R::log_key_invalid);
       s.given("dana", {LogKeyCompromised{first_log_key, 1, "before that, even"}});
       CHECK(s.world.genesis->log_keys.at(first_log_key).compromised == Size{1});
     }},
    {R::possession_not_proved, "nobody has the log sign with a key that another holds, or held for another ledger",
     [] {
       Scenario s;
       LogKeyAdded added = log_key_added(s, "next");
       added.possession = key_of("thief").sign(log_possession_text(s.world.genesis->ledger, added.log_key)).value();
       s.when("dana", {added}).then_refused(R::possession_not_proved);
       added.possession = key_of("next").sign(log_possession_text(sha256("another ledger"), added.log_key)).value();
       s.when("dana", {added}).then_refused(R::possession_not_proved);
     }},
    {R::last_log_key, "some key signs for the log at all times",
     [] {
       Scenario s;
       s.when("dana", {LogKeyRetired{first_log_key, "old"}}).then_refused(R::last_log_key);
       s.when("dana", {LogKeyCompromised{first_log_key, 1, "taken"}}).then_refused(R::last_log_key);
       s.when("dana", {log_key_added(s, "next"), LogKeyCompromised{first_log_key, 1, "taken"}}).then_admitted();
       s.when("dana", {LogKeyRetired{log_key_added(s, "next").log_key, "old"}}).then_refused(R::last_log_key);
     }},
    {R::unknown_entry, "a key was not taken before the log had a head, nor after its newest one",
     [] {
       Scenario s;
       s.given("dana", {log_key_added(s, "next")});
       s.when("dana", {LogKeyCompromised{first_log_key, 0, "taken"}}).then_refused(R::unknown_entry);
       s.when("dana", {LogKeyCompromised{first_log_key, 4, "taken"}}).then_refused(R::unknown_entry);
       CHECK(s.says("1 to 3"));
     }},
    {R::second_admin_missing, "where there are two admins, a key of the log and its clock take both; to end a key, one",
     [] {
       Scenario s(two_admins(small_policy()));
       s.given("dana", {person("mia", {admin})});
       s.when("dana", {log_key_added(s, "next")}).then_refused(R::second_admin_missing);
       const std::vector<Event> wanted = {log_key_added(s, "next")};
       s.given("mia", {AdministrationRequested{encode_events(wanted).value()}}).given("dana", wanted);
       s.given("dana", {LogKeyRetired{first_log_key, "old"}});
       const Millis wrong = s.now;
       s.now -= hour;
       s.when("dana", {ClockCorrected{wrong, "ahead"}}).then_refused(R::second_admin_missing);
     }},
    {R::clock_unchanged, "the clock goes back from the newest entry's time, and only from it",
     [] {
       Scenario s;
       s.later(hour);
       s.given_models({"v1"});
       const Millis wrong = s.now;
       s.when("dana", {ClockCorrected{wrong, "ahead"}}).then_refused(R::clock_unchanged);
       s.now = wrong - minute;
       s.when("dana", {ClockCorrected{wrong - 1, "ahead"}}).then_refused(R::clock_unchanged);
       s.now = start_of_scenario;
       s.when("dana", {ClockCorrected{s.world.position->recorded, "ahead"}}).then_admitted();
       CHECK(s.world.position->recorded == start_of_scenario);
       CHECK(s.world.position->corrected == s.newest());
     }},
    {R::frozen, "a glass that was broken by a clock that ran ahead is broken for no longer than it was to be",
     [] {
       Scenario s;
       s.given_models({"v1"});
       const Millis right = s.now + minute;
       s.now += 300 * day;
       s.given("ida", {opened(1)});
       s.given("ida", {BreakGlassInvoked{"net", "prod", {Guard::freeze}, s.now + 4 * hour, "INC-1", "a fix"}});
       s.given("ida", {FreezeDeclared{{}, 0, "books"}});
       const Millis wrong = s.now;
       s.now = right;
       s.given("dana", {ClockCorrected{wrong, "ahead"}});
       CHECK(s.world.glass_broken(net_in_prod, Guard::freeze, right + hour) != nullptr);
       CHECK(s.world.glass_broken(net_in_prod, Guard::freeze, right + 5 * hour) == nullptr);
       s.later(5 * hour);
       s.when("ci", {proposed(1, "v1")}).then_refused(R::frozen);
     }},
    {R::administration_not_alone, "a clock is corrected and a ledger forked by statements of their own",
     [] {
       Scenario s;
       s.later(hour);
       s.given_models({"v1"});
       const Millis wrong = s.now;
       s.now -= minute;
       s.when("dana", {ClockCorrected{wrong, "ahead"}, RoleGranted{"ida", approver}})
           .then_refused(R::administration_not_alone);
       s.when("dana", {ledger_forked(s, "elsewhere"), RoleGranted{"ida", approver}})
           .then_refused(R::administration_not_alone);
     }},
    {R::fork_misplaced, "a fork names what lies above it, and goes by another name",
     [] {
       Scenario s;
       LedgerForked forked = ledger_forked(s, "elsewhere");
       forked.origin = "another";
       s.when("dana", {forked}).then_refused(R::fork_misplaced);
       forked = ledger_forked(s, "elsewhere");
       forked.size -= 1;
       s.when("dana", {forked}).then_refused(R::fork_misplaced);
       forked = ledger_forked(s, "elsewhere");
       forked.root = sha256("another root");
       s.when("dana", {forked}).then_refused(R::fork_misplaced);
       s.given("dana", {log_key_added(s, "next")});
       s.when("dana", {ledger_forked(s, s.world.genesis->origin)}).then_refused(R::fork_misplaced);
       const Hash before = s.world.genesis->ledger;
       s.when("dana", {ledger_forked(s, "elsewhere")}).then_admitted();
       CHECK(s.world.genesis->origin == "elsewhere");
       CHECK(s.world.genesis->ledger == s.entries.back().leaf);
       CHECK(s.world.genesis->ledger != before);
       for (const auto& [vkey, key] : s.world.genesis->log_keys)
         CHECK(key.ended.has_value() != vkey.starts_with("else"));
     }},
};

}  // namespace cairn
