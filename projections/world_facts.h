// World facts: how everything in a World that people ask about stands at one moment, a line for each thing, so that two
// Worlds can be held beside each other. Pure.
//
// What runs in the slots has its own rows in world_diff.h, and evidence has none: it changes with every entry.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/base/types.h"
#include "projections/timeline.h"
#include "projections/world.h"

namespace cairn {

// In the order in which they are shown.
enum class FactKind : std::uint8_t {
  rollout,
  approval,
  lockdown,
  freeze,
  break_glass,
  hold,
  incident,
  action,
  model,
  attachment,
  actor,
  role,
  key,
  request,   // of an admin, to another one
  proposal,  // of a policy
  log_key,
};
std::string_view to_text(FactKind kind);  // "break-glass"

struct FactKey {
  FactKind kind = FactKind::rollout;
  std::string subject;
  auto operator<=>(const FactKey&) const = default;
};

struct WorldFact {
  std::string text;        // how it stands: "v2 in canary, 10 %"
  std::optional<Seq> seq;  // the entry that this rests on, where the World keeps one
  std::string note;        // what it is about: a reason, a title; no part of how it stands
  bool operator==(const WorldFact& other) const { return text == other.text; }
};

using Facts = std::map<FactKey, WorldFact>;

// Those within this scope; what belongs to no model and no environment only where all are asked for.
Facts facts_of(const World& world, const Scope& wanted, Millis moment);

// "shadow", "canary, 10 %", "full"
std::string step_of(Stage stage, std::uint64_t percent);

// ---- one spelling for each subject

FactKey rollout_fact(const std::string& id);
FactKey approval_fact(const std::string& rollout, Stage stage, const std::string& person);
FactKey lockdown_fact(const Scope& scope);
FactKey freeze_fact(const Scope& scope);
FactKey glass_fact(const SlotKey& slot);
FactKey hold_fact(const std::string& case_id, const std::string& model);
FactKey incident_fact(const std::string& id);
FactKey action_fact(const std::string& incident, std::uint64_t number);
FactKey model_fact(const ModelNames& names, const Hash& model);
FactKey attachment_fact(const Hash& digest);
FactKey actor_fact(const std::string& handle);
FactKey role_fact(const std::string& handle, const Grant& grant);
FactKey key_fact(const std::string& handle, const KeyId& key);
FactKey request_fact(const Hash& events);
FactKey proposal_fact(const Hash& policy);
FactKey log_key_fact(const std::string& vkey);

}  // namespace cairn
