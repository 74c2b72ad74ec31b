// Questions: what the rules of several events ask of who speaks, and of what is spoken of. Each that is answered with
// no says so with the values that it saw. What is asked of which event stands in admit.cpp. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projections/admit.h"

namespace cairn {

using Reasons = std::vector<std::string>;

Refused refused(Refusal refusal, Reasons reasons, std::optional<Millis> due = std::nullopt);

// A quorum that could not be met by those who have the role now.
struct ShortQuorum {
  enum class For : std::uint8_t { policy, lift, stage };
  For what = For::policy;
  std::string environment;  // of a stage
  Stage stage = Stage::full;
  std::string model;  // "*": all
  Quorum asked;
  Quorum able;
  bool operator==(const ShortQuorum&) const = default;
};
Reasons describe(const std::vector<ShortQuorum>& missing);

class Questions {
 public:
  Questions(World& world, const Statement& statement, const KeyId& key, Millis recorded)
      : world_(world), statement_(statement), key_(key), recorded_(recorded), genesis_(world.empty()) {}

  std::vector<Refused> take_noes() { return std::exchange(noes_, {}); }
  std::vector<GateOutcome> take_gates() { return std::move(gates_); }
  std::vector<Lifted> take_lifted() { return std::move(lifted_); }

 protected:
  // Once for the same reasons: what several files, or several rules, are asked is answered once.
  void no(Refusal refusal, Reasons reasons = {}, std::optional<Millis> due = std::nullopt) {
    const bool said = std::any_of(noes_.begin(), noes_.end(), [&](const Refused& before) {
      return before.refusal == refusal && before.reasons == reasons;
    });
    if (!said) noes_.push_back(refused(refusal, std::move(reasons), due));
  }

  Seq seq() const { return world_.position->size; }

  template <class Wanted, class Predicate>
  bool any_event(const Predicate& predicate) const {
    return std::any_of(statement_.events.begin(), statement_.events.end(), [&](const Event& event) {
      const Wanted* wanted = std::get_if<Wanted>(&event);
      return wanted != nullptr && predicate(*wanted);
    });
  }

  static bool is_administration(const Event& event);  // changes who may do what, or what is allowed
  bool mixes_administration() const;  // with what is done with the rights, or by the rules, that it changes

  // ---- who

  void needs_one_of(const std::set<Role>& roles, const std::string& environment, const std::string& model);
  void needs(Role role, const std::string& environment, const std::string& model) {
    needs_one_of({role}, environment, model);
  }
  void administers();  // without the role only in the rules' own statements: entry 0, and the recovery key's one act
  // Where the policy asks for a second admin, another one has asked for exactly this statement.
  template <class E>
  void with_second_admin(const E& event) {
    if (TouchesASay{statement_.author, world_.policy()}(event)) asked_by_another_admin();
  }
  void asked_by_another_admin();
  void by_person();
  bool same_hand(const Spoken& said) const;  // one person said both: themselves, or by keys that they put under handles
  void fits_kind(const std::string& handle, ActorKind kind, const Grant& grant);
  void holds_key(const std::string& handle, const Bytes& spki, const Bytes& possession);

  void said_alone();  // in a statement of its own

  // ---- who signs for the log

  void brings_log_key(const std::string& vkey, const Bytes& possession);
  const LogKeySpan* ends_log_key(const std::string& vkey);  // null: it is none. Ended before or not

  // ---- of what: null or false, and said, if it is not there

  const Actor* enrolled(const std::string& handle);
  const Model* registered(const Hash& digest);
  const Rollout* under_way(const std::string& id);
  const Incident* incident(const std::string& id);  // and one that is not closed
  bool governed(const std::string& environment);
  void spelled_as_before(const std::string& kind, const std::string& name);

  // ---- whether it may be

  std::vector<ShortQuorum> quorums_missing(const Policy& policy) const;
  // Of one stage, for this model or for all ("*"); none: it could be met.
  std::optional<ShortQuorum> short_of(const std::string& environment, const StageRules& stage,
                                      const std::string& model) const;

  // Says no, unless the glass is broken for this guard here: then the verdict says what was lifted.
  void guarded(Guard guard, const SlotKey& slot, Refusal refusal, Reasons reasons,
               std::optional<Millis> due = std::nullopt);

  // Nothing holds the slot, or the model, where it is (DESIGN 6, precedence).
  void may_move(const SlotKey& slot, const Hash& model);
  void not_locked_down(const Model& model);  // in any environment

  // What is out of reach already is no reason against a change that leaves it as it is.
  void no_quorum_is_lost(const std::vector<ShortQuorum>& before, std::vector<ShortQuorum> after);
  void gates_pass(WhichGates which, const GateQuestion& question);
  bool step_in_order(const Rollout& rollout, const RolloutAdvanced& event);
  void predecessor_archived(const SlotKey& key, const Hash& model);
  bool rollback_in_order(const SlotKey& key, const Hash& from, const std::string& incident);
  void target_in_order(const SlotKey& key, const Hash& from, const Hash& to, Trigger trigger);
  void locked_down_for(Trigger trigger, const SlotKey& key);

  // The rollout under way that takes this version back where it was; null: none.
  const Rollout* way_back(const SlotKey& key, const Hash& to) const;
  bool watched_and_found_good(const Rollout& rollout) const;  // by its newest record, made in this stage

  // By this statement: files that differ from their manifest are nowhere to go back to (DESIGN 6, rollback).
  bool found_mismatched(const Hash& model) const;

  // What the gates look at and the approver could have seen, they say they have seen; and nothing that is not there.
  void saw_the_evidence(const Rollout& rollout, const std::vector<Seq>& seen);

  // The rules of a stage that asks for approvals of this rollout's model.
  const StageRules* asks_approval(const Rollout& rollout, Stage stage);

  // The same, if the author may speak about it. A canary's every further step asks
  // again, so what a rollout is in may still be approved; only shadow is entered by proposing.
  const StageRules* approvable(const Rollout& rollout, Stage stage);

  World& world_;
  const Statement& statement_;
  const KeyId& key_;
  const Millis recorded_;
  const bool genesis_;

 private:
  std::vector<Refused> noes_;
  std::vector<GateOutcome> gates_;
  std::vector<Lifted> lifted_;
};

}  // namespace cairn
