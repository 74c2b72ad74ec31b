// Given, when, then: a World that statements build, and what the rules said to the last one.
//
// Statements pass through the codec, so that they hold what a log would read; nothing but the possession of keys is
// signed. Every question is asked of a World whose bytes must be the same before and after, and whatever is recorded
// stands on earlier entries alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/causes.h"
#include "projections/world.h"

namespace cairn {

inline constexpr Millis start_of_scenario = 1'800'000'000'000;

// The guide's policy, and a small one: gates for accuracy (>= 0.85), its drop against the baseline (<= 0.02) and
// drift_score (< 0.15, stage); "lab" with full only; "prod" with shadow 2h, canary 2h and full by one approver after a
// notice, whose shadow counts from "prod" and "lab2", a shadow of 2h; max_gap 1h; a
// regression goes back at once.
std::string example_policy(const std::string& file);
std::string guide_policy();
std::string small_policy();
std::string watched_regression_policy();  // the small one, where a regression goes back through shadow
std::string replaced(std::string text, const std::string& what, const std::string& with);  // every one; at least one

// ---- what can be said, with what does not matter filled in

PrivateKey key_of(const std::string& holder);  // the same for the same text
KeyId first_key(const std::string& holder);
ActorEnrolled person(const std::string& handle, std::vector<Grant> roles);
ActorEnrolled service(const std::string& handle, const std::string& owner, std::vector<Grant> roles);
KeyAdded key_added(const std::string& handle, const std::string& holder);
KeyRevoked key_revoked(const std::string& handle, const std::string& holder, Millis compromised_since = 0);
LedgerCreated ledger_created();

Hash digest_of(const std::string& version);
ModelRegistered registered(const std::string& version, const std::string& name = "net");
using Values = std::map<std::string, std::string>;
EvidenceRecorded evidence(EvidenceKind kind, const std::string& version, const std::string& environment,
                          const Values& values);
EvidenceRecorded metrics(const std::string& version, const std::string& accuracy = "0.9");
EvidenceRecorded drift(const std::string& version, const std::string& environment, const std::string& score = "0.01");
std::string rollout_id(int number, const std::string& environment = "prod");
RolloutProposed proposed(int number, const std::string& version, const std::string& environment = "prod");
RolloutAdvanced advanced(int number, Stage stage, std::uint64_t percent, const std::string& environment = "prod");
ModelArchived archived(const std::string& version, const std::string& by, const std::string& environment = "prod");
IncidentOpened opened(int number, const std::string& environment = "prod");
// A whole rollback: abort (if a rollout is named), check, rollback and incident.
std::vector<Event> rollback(const std::string& from, const std::string& to, int incident, int abort = 0,
                            const std::string& environment = "prod");
// Into shadow in "prod", on the way back.
RollbackBegun begun(int number, const std::string& from, const std::string& to, int incident);
std::vector<Event> emptied(const std::string& from, int incident, int abort = 0,
                           const std::string& environment = "prod");

// As it would be in force; the document must be one.
PolicyInForce policy_of(const std::string& document);

// dana: admin and deployer; lee: approver; ida: incident commander; ci: a service of dana's, deployer; watch: hers,
// monitor.
std::vector<Event> genesis_events(const std::string& policy);

inline const SlotKey net_in_prod{"net", "prod"};
inline const Grant admin{Role::admin, {}};
inline const Grant approver{Role::approver, {}};
inline const Grant deployer{Role::deployer, {}};

class Scenario {
 public:
  enum class Begun { yes, not_yet };
  explicit Scenario(const std::string& policy = small_policy(), Begun begun = Begun::yes);
  ~Scenario();
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  // Where each scenario leaves its entries when it is over; null: nowhere.
  static std::vector<std::vector<Recorded>>* kept;

  // A statement by this author's first key at this moment, as decoded from its bytes.
  Statement said(const std::string& author, std::vector<Event> events) const;
  static Statement coded(const Statement& statement);  // through the codec once more, after a change

  // Judged, and recorded unless it is turned away.
  Scenario& when(const std::string& author, std::vector<Event> events);
  Scenario& when(const Statement& statement, const KeyId& key, Basis basis = Basis::on_history);
  Scenario& when(const Statement& statement) { return when(statement, key_of(statement.author).public_key().id()); }

  // The same, and it must have been admitted.
  Scenario& given(const std::string& author, std::vector<Event> events);
  Scenario& given(const Statement& statement, const KeyId& key) { return when(statement, key).then_admitted(); }
  Scenario& later(Millis span) {
    now += span;
    return *this;
  }
  // Recorded as admitted whatever the rules say: what a log that lies would hold.
  Scenario& given_a_lie(const std::string& author, std::vector<Event> events);

  Scenario& then_admitted();
  Scenario& then_refused(Refusal refusal);
  Scenario& then_turned_away(const std::string& reason);

  Seq newest() const { return entries.size() - 1; }
  const Rollout& rollout(int number, const std::string& environment = "prod") const;
  bool says(const std::string& text) const;  // one of the last refusal's reasons holds this

  // ---- ways there, in the small policy
  Scenario& given_models(std::vector<std::string> versions);  // registered, with good metrics
  Scenario& given_watched(const std::string& version, int hours, const std::string& environment = "prod");
  Scenario& given_canary(int number, const std::string& version);          // proposed, watched, at 10 %
  Scenario& given_ready_for_full(int number, const std::string& version);  // and watched again, notified and approved
  Scenario& given_full(int number, const std::string& version, const std::string& replaces = "");
  ApprovalGranted approval(int number, const std::string& environment = "prod", Stage stage = Stage::full) const;

  Millis now = start_of_scenario;
  World world;
  Decision decision;
  std::vector<Recorded> entries;
  std::vector<Cause> causes;  // of the newest entry

 private:
  Recorded next_entry(const Statement& statement, const KeyId& key, const std::string& outcome) const;
  void record(Recorded entry);
  int ids_ = 0;
};

Bytes fold(const std::vector<Recorded>& entries);  // the World's bytes after all of them

// Encoded and decoded, to the same bytes.
std::unique_ptr<World> reopened(const World& world);

// How many approvals of its rollout 1 count for full now.
std::size_t valid_grants_of(const Scenario& scenario);

}  // namespace cairn
