// Questions: what the rules of several events ask of who speaks, and of what is spoken of. Each that is answered with
// no says so with the values that it saw. What is asked of which event stands in admit.cpp. Pure.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "projections/admit.h"

namespace cairn {

using Reasons = std::vector<std::string>;

Refused refused(Refusal refusal, Reasons reasons, std::optional<Millis> due = std::nullopt);

class Questions {
 public:
  Questions(World& world, const Statement& statement, Millis recorded)
      : world_(world), statement_(statement), recorded_(recorded), genesis_(world.empty()) {}

  std::vector<Refused> take_noes() { return std::exchange(noes_, {}); }
  std::vector<GateOutcome> take_gates() { return std::move(gates_); }

 protected:
  void no(Refusal refusal, Reasons reasons = {}, std::optional<Millis> due = std::nullopt) {
    noes_.push_back(refused(refusal, std::move(reasons), due));
  }

  Seq seq() const { return world_.position->size; }

  template <class Wanted, class Predicate>
  bool any_event(const Predicate& predicate) const {
    return std::any_of(statement_.events.begin(), statement_.events.end(), [&](const Event& event) {
      const Wanted* wanted = std::get_if<Wanted>(&event);
      return wanted != nullptr && predicate(*wanted);
    });
  }

  // ---- who

  void needs_one_of(std::initializer_list<Role> roles, const std::string& environment, const std::string& model);
  void needs(Role role, const std::string& environment, const std::string& model) {
    needs_one_of({role}, environment, model);
  }
  void administers();  // without the role only in the rules' own statements: entry 0, and the recovery key's one act
  void by_person();
  void fits_kind(const std::string& handle, ActorKind kind, const Grant& grant);
  void holds_key(const std::string& handle, const Bytes& spki, const Bytes& possession);
  bool answers_for(const std::string& handle) const;  // the author: for their own acts, and for those of their services

  // ---- of what: null or false, and said, if it is not there

  const Actor* enrolled(const std::string& handle);
  const Model* registered(const Hash& digest);
  const Rollout* under_way(const std::string& id);
  bool governed(const std::string& environment);
  void spelled_as_before(const std::string& kind, const std::string& name);

  // ---- whether it may be

  void quorums_reachable(const Policy& policy);
  void gates_pass(WhichGates which, const GateQuestion& question);

  World& world_;
  const Statement& statement_;
  const Millis recorded_;
  const bool genesis_;

 private:
  std::vector<Refused> noes_;
  std::vector<GateOutcome> gates_;
};

}  // namespace cairn
