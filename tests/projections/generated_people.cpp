// The moves around people, keys, policies, protection and incidents, and which move is next.
#include "tests/projections/generated_moves.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

const std::string why = "it was time";

std::size_t keys_of(const World& world, const std::string& handle) {
  std::size_t count = 0;
  for (const auto& [id, key] : world.keys.rows()) count += key.handle == handle && !key.revoked ? 1 : 0;
  return count;
}

Scope any_scope(const SlotKey& slot, Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      return {};
    case 1:
      return {slot.second, "*"};
    case 2:
      return {"*", slot.first};
    default:
      return {slot.second, slot.first};
  }
}

}  // namespace

std::vector<std::string> Moves::policies() {
  const std::string two = R"("administration": {"second_admin": true, "policy_approvals": 1}, "monitoring": {)";
  return {small_policy(), watched_regression_policy(),
          replaced(watched_regression_policy(), "\"soak\": \"2h\"", "\"soak\": \"90m\""),
          replaced(small_policy(), "\"persons\": 1", "\"persons\": 2"),
          replaced(watched_regression_policy(), "\"monitoring\": {", two)};
}

std::string Moves::any_person() {
  const auto* row = dice_.row_of(world_.actors.rows());
  return row == nullptr ? "lee" : row->first;
}

std::string Moves::any_incident() {
  std::vector<std::string> open;
  for (const auto& [id, incident] : world_.incidents.rows()) {
    if (!incident.closed) open.push_back(id);
  }
  if (open.empty()) return "";
  return dice_.one_of(open);
}

Move Moves::opens_incident() {
  const SlotKey slot = any_slot();
  const auto severity = static_cast<Severity>(dice_.below(4));
  const std::string id = dice_.chance(3) ? "INC-999" : world_.next_incident();
  return {"ida", {IncidentOpened{id, severity, "Something is wrong", slot.first, slot.second}}};
}

Move Moves::goes_on_with_incident() {
  const std::string id = any_incident();
  const Incident* incident = world_.incidents.find(id);
  if (incident == nullptr) return {};
  switch (dice_.below(9)) {
    case 0:
      return {"ida", {IncidentAcknowledged{id, why}}};
    case 1:
      return {"ida", {IncidentNoted{id, why, {dice_.below(world_.position->size)}}}};
    case 2:
      return {"ida", {IncidentEscalated{id, static_cast<Severity>(dice_.below(2)), "lee", why}}};
    case 3:
      return {"ida", {IncidentMitigated{id, why}}};
    case 4:
      return {"ida", {IncidentResolved{id, why}}};
    case 5:
      return {
          "ida",
          {PostmortemPublished{id, "postmortem.md", file(), 900},
           ReportRecorded{ReportKind::incident, id, ReportFormat::md, sha256("a report"), 900, world_.position->size}}};
    case 6:
      return {"ida", {ActionOpened{id, incident->actions.size() + 1, any_person(), now_ + day, "add a test"}}};
    case 7:
      if (incident->actions.empty()) return {};
      return {"ida", {ActionClosed{id, 1 + dice_.below(incident->actions.size()), why}}};
    default:
      return {"ida", {IncidentClosed{id}}};
  }
}

Move Moves::locks_down() {
  const auto* held = dice_.row_of(world_.lockdowns.rows());
  if (held == nullptr && !dice_.chance(20)) return {};
  if (held == nullptr || dice_.chance(5)) return {"ida", {LockdownEngaged{any_scope(any_slot(), dice_), why}}};
  const std::string author = dice_.chance(60) ? "ida" : "dana";
  if (!held->second.lift || dice_.chance(10)) return {author, {LockdownLiftRequested{held->first, why}}};
  const std::string other = held->second.lift->by == "ida" ? "dana" : "ida";
  return {dice_.chance(90) ? other : author, {LockdownLifted{held->first, why}}};
}

Move Moves::freezes() {
  const auto* held = dice_.row_of(world_.freezes.rows());
  if (held == nullptr && !dice_.chance(30)) return {};
  if (held != nullptr && dice_.chance(85)) return {"ida", {FreezeEnded{held->first, why}}};
  const Millis until = dice_.chance(70) ? now_ + hour * static_cast<Millis>(1 + dice_.below(48)) : 0;
  return {"ida", {FreezeDeclared{any_scope(any_slot(), dice_), until, why}}};
}

Move Moves::breaks_glass() {
  const auto* broken = dice_.row_of(world_.glass.rows());
  if (broken != nullptr && dice_.chance(70)) {
    return {dice_.chance(80) ? "lee" : "ida", {BreakGlassReviewed{broken->first.first, broken->first.second, "fine"}}};
  }
  const std::string id = any_incident();
  const Incident* incident = world_.incidents.find(id);
  if (incident == nullptr) return {};
  std::vector<Guard> lifts;
  for (const Guard guard : {Guard::soak, Guard::freeze, Guard::approvals, Guard::gates}) {
    if (dice_.chance(60)) lifts.push_back(guard);
  }
  if (lifts.empty()) lifts.push_back(Guard::soak);
  const Millis until = now_ + hour * static_cast<Millis>(1 + dice_.below(5));
  return {"ida",
          {BreakGlassInvoked{incident->name, incident->environment, lifts, until,
                             dice_.chance(90) ? id : any_incident(), why}}};
}

Move Moves::enrols() {
  const std::string handle = str("p", world_.actors.rows().size());
  const Role role = dice_.chance(60) ? Role::approver : static_cast<Role>(dice_.below(6));
  Scope scope;
  if (dice_.chance(30)) scope.environment = "prod";
  std::vector<Event> events;
  if (dice_.chance(80)) {
    events.emplace_back(person(handle, {{role, scope}}));
  } else {
    events.emplace_back(service(handle, any_person(), {{Role::monitor, {}}}));
  }
  if (world_.takes_second_admin()) events = {AdministrationRequested{*encode_events(events)}};
  return {"dana", std::move(events)};
}

// Asks of another admin, or confirms what one asked for; roles of those who came later only, so that somebody is left.
Move Moves::changes_say() {
  if (const auto* request = dice_.row_of(world_.requests.rows()); request != nullptr && dice_.chance(70)) {
    return {any_person(), *decode_events(request->second.events)};
  }
  const std::string handle = any_person();
  const Actor* actor = world_.actors.find(handle);
  if (actor == nullptr || !handle.starts_with("p")) return {};
  const Grant grant{static_cast<Role>(dice_.below(6)), {}};
  std::vector<Event> events;
  if (!actor->roles.empty() && dice_.chance(40)) {
    events.emplace_back(RoleRevoked{handle, *actor->roles.begin()});
  } else {
    events.emplace_back(RoleGranted{handle, grant});
  }
  if (world_.takes_second_admin() && dice_.chance(80)) events = {AdministrationRequested{*encode_events(events)}};
  return {"dana", std::move(events)};
}

Move Moves::changes_keys() {
  const std::string handle = any_person();
  std::vector<Event> events;
  if (keys_of(world_, handle) > 1) {
    for (const auto& [id, key] : world_.keys.rows()) {
      if (key.handle != handle || key.revoked) continue;
      const Millis since = dice_.chance(30) ? now_ - hour : 0;
      return {dice_.chance(50) ? handle : "dana", {KeyRevoked{handle, id, since, why}}};
    }
  }
  std::size_t all = 0;
  for (const auto& [id, key] : world_.keys.rows()) all += key.handle == handle ? 1 : 0;
  return {dice_.chance(70) ? handle : "dana", {key_added(handle, str(handle, " ", all + 1))}};
}

Move Moves::changes_log_keys() {
  const auto& keys = world_.genesis->log_keys;
  std::vector<std::string> signing;
  for (const auto& [vkey, key] : keys) {
    if (!key.ended) signing.push_back(vkey);
  }
  if (signing.empty()) return {};
  const std::string& ending = dice_.one_of(signing);
  std::vector<Event> events;
  if (signing.size() == 1 || dice_.chance(30)) {
    const PrivateKey key = key_of(str("log ", keys.size() + dice_.below(2)));
    const std::string vkey = NoteVerifier::for_log(world_.genesis->origin, key.public_key())->vkey();
    events.emplace_back(LogKeyAdded{vkey, key.sign(log_possession_text(world_.genesis->ledger, vkey)).value()});
  }
  // What a log that lies makes of it leaves somebody who signs.
  const bool may_end = signing.size() > 1;
  if (may_end && dice_.chance(35)) events.emplace_back(LogKeyRetired{ending, why});
  if (may_end && events.size() < 2 && dice_.chance(50)) {
    events.emplace_back(LogKeyCompromised{ending, 1 + dice_.below(world_.position->size), why});
  }
  if (events.empty()) events.emplace_back(LogKeyRetired{ending, why});
  if (world_.takes_second_admin() && dice_.chance(50)) events = {AdministrationRequested{*encode_events(events)}};
  return {dice_.chance(80) ? "dana" : any_person(), std::move(events)};
}

Move Moves::changes_policy() {
  static const std::vector<std::string> known = policies();
  const auto* open = dice_.row_of(world_.proposals.rows());
  const Hash in_force = world_.policy().digest;
  if (open != nullptr && dice_.chance(40)) return {any_person(), {PolicyApproved{open->first, in_force}}};
  if (open != nullptr && dice_.chance(60)) return {"dana", {PolicyAdopted{open->first, in_force}}};
  const std::string& document = dice_.one_of(known);
  if (dice_.chance(50)) return {"dana", {PolicyProposed{document}}};
  return {"dana", {PolicyProposed{document}, PolicyAdopted{sha256(document), in_force}}};
}

Move Moves::next(Millis now) {
  now_ = now;
  struct Weighted {
    std::uint64_t weight;
    Move (Moves::*move)();
  };
  static const std::vector<Weighted> table = {{3, &Moves::registers},
                                              {10, &Moves::proposes},
                                              {28, &Moves::looks},
                                              {26, &Moves::advances},
                                              {14, &Moves::answers_approval},
                                              {9, &Moves::rolls_back},
                                              {2, &Moves::holds_rollout},
                                              {2, &Moves::opens_incident},
                                              {7, &Moves::goes_on_with_incident},
                                              {8, &Moves::locks_down},
                                              {2, &Moves::freezes},
                                              {4, &Moves::breaks_glass},
                                              {2, &Moves::takes_out_of_use},
                                              {2, &Moves::keeps_or_deletes},
                                              {1, &Moves::enrols},
                                              {2, &Moves::changes_say},
                                              {1, &Moves::changes_keys},
                                              {1, &Moves::changes_policy},
                                              {2, &Moves::changes_log_keys},
                                              {4, &Moves::remarks}};
  std::uint64_t all = 0;
  for (const Weighted& row : table) all += row.weight;
  std::uint64_t chosen = dice_.below(all);
  for (const Weighted& row : table) {
    if (chosen < row.weight) return (this->*row.move)();
    chosen -= row.weight;
  }
  return {};
}

}  // namespace cairn
