#include "projections/timeline.h"

#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t short_digits = 12;

std::string with_reason(std::string text, const std::string& reason) {
  return reason.empty() ? std::move(text) : std::move(text) + ": " + reason;
}

std::string roles_of(const std::vector<Grant>& grants) {
  std::string text;
  for (const Grant& grant : grants) text += (text.empty() ? "" : ", ") + to_text(grant);
  return text.empty() ? "nothing" : text;
}

// "system" alone would be the system's own.
std::string kind_of(const EvidenceRecorded& evidence) {
  const bool operations = evidence.kind == EvidenceKind::system || evidence.kind == EvidenceKind::business;
  return std::string(to_text(evidence.kind)) + (operations ? " metrics" : "");
}

std::string held(const std::string& name) {
  return name.empty() ? "every model" : name;
}

// One overload an event.
struct Sentence {
  const ModelNames& names;

  std::string operator()(const LedgerCreated& e) const { return "created the ledger " + e.origin; }
  std::string operator()(const ActorEnrolled& e) const {
    const std::string who = e.kind == ActorKind::service ? e.handle + ", a service of " + e.owner + "," : e.handle;
    return "enrolled " + who + " as " + roles_of(e.roles);
  }
  std::string operator()(const RoleGranted& e) const { return "granted " + to_text(e.grant) + " to " + e.handle; }
  std::string operator()(const RoleRevoked& e) const { return "revoked " + to_text(e.grant) + " from " + e.handle; }
  std::string operator()(const KeyAdded& e) const {
    return "added the key " + short_hex(sha256(e.key)) + " of " + e.handle;
  }
  std::string operator()(const KeyRevoked& e) const {
    std::string text = "revoked the key " + short_hex(e.key) + " of " + e.handle;
    if (e.compromised_since > 0) text += ", compromised since " + format_time(e.compromised_since);
    return with_reason(std::move(text), e.reason);
  }
  std::string operator()(const AdministrationRequested& e) const {
    const auto events = decode_events(e.events);
    if (!events) return "asked another admin for what cannot be read";
    std::string what;
    for (const Event& event : *events) what += (what.empty() ? "" : "; ") + describe(event, names);
    return "asked another admin for this: " + what;
  }
  std::string operator()(const PolicyApproved& e) const { return "approved the policy " + short_hex(e.policy); }
  std::string operator()(const PolicyProposed& e) const {
    return "proposed the policy " + short_hex(sha256(e.document));
  }
  std::string operator()(const PolicyAdopted& e) const { return "adopted the policy " + short_hex(e.policy); }

  std::string operator()(const LogKeyAdded& e) const {
    return "had the log sign with " + short_vkey(e.log_key) + " as well";
  }
  std::string operator()(const LogKeyRetired& e) const {
    return with_reason("retired the log's key " + short_vkey(e.log_key), e.reason);
  }
  std::string operator()(const LogKeyCompromised& e) const {
    return with_reason(str("called the log's key ", short_vkey(e.log_key), " compromised from size ", e.from, " on"),
                       e.reason);
  }
  std::string operator()(const ClockCorrected& e) const {
    return with_reason("set the clock back from " + format_time(e.wrong), e.reason);
  }
  std::string operator()(const LedgerForked& e) const {
    return with_reason(
        str("went on from entry ", e.size, " of ", e.origin, " as ", e.log_key.substr(0, e.log_key.find('+'))),
        e.reason);
  }

  std::string operator()(const ModelRegistered& e) const {
    return "registered " + e.name + " " + e.version + ", digest " + short_hex(e.model);
  }
  std::string operator()(const EvidenceRecorded& e) const {
    const std::string place = e.environment.empty() ? "" : " in " + e.environment;
    return "recorded " + kind_of(e) + " of " + names.of(e.model) + place;
  }
  std::string operator()(const AlertAcknowledged& e) const {
    return with_reason(str("acknowledged the alert of entry ", e.alert), e.note);
  }
  std::string operator()(const RetrainingRequested& e) const {
    const std::string ticket = e.ticket.empty() ? "" : " (" + e.ticket + ")";
    return with_reason("asked for retraining of " + names.of(e.model) + ticket, e.reason);
  }
  std::string operator()(const DueRecorded& e) const {
    return str("found overdue since ", format_time(e.due), ": ", to_text(e.kind), " of ", e.subject);
  }
  std::string operator()(const ArtefactChecked& e) const {
    const std::string what = "the files of " + names.of(e.model);
    switch (e.result) {
      case ArtefactMatch::match:
        return "found " + what + " unchanged";
      case ArtefactMatch::mismatch:
        return "found " + what + " changed";
      case ArtefactMatch::not_reachable:
        return "could not reach " + what;
    }
    return what;
  }
  std::string operator()(const ModelArchived& e) const {
    return "archived " + names.of(e.model) + " in " + e.environment + ", replaced by " + names.of(e.replaced_by);
  }

  std::string operator()(const ModelQuarantined& e) const {
    return with_reason("quarantined " + names.of(e.model), e.reason);
  }
  std::string operator()(const ModelReleased& e) const {
    return with_reason("released " + names.of(e.model) + " from quarantine", e.reason);
  }
  std::string operator()(const ModelRetired& e) const {
    return with_reason("retired " + names.of(e.model) + " for good", e.reason);
  }

  std::string operator()(const RetentionSet& e) const {
    return "set the retention of " + names.of(e.model) + " to " +
           (e.classes.empty() ? "no class" : joined(e.classes, ", "));
  }
  std::string operator()(const HoldPlaced& e) const {
    return with_reason("put " + held(e.name) + " on hold for case " + e.case_id, e.reason);
  }
  std::string operator()(const HoldReleased& e) const {
    return with_reason("released " + held(e.name) + " from the hold of case " + e.case_id, e.reason);
  }
  std::string operator()(const ArtefactDeleted& e) const {
    return with_reason("deleted the files of " + names.of(e.model) + ", " + std::string(to_text(e.ground)), e.reason);
  }
  std::string operator()(const AttachmentErased& e) const {
    return with_reason("erased attachment " + short_hex(e.digest) + str(" of entry ", e.entry, ", ", to_text(e.ground)),
                       e.reason);
  }

  std::string operator()(const RolloutProposed& e) const {
    return "proposed " + e.rollout + ", with " + names.of(e.model) + " in shadow";
  }
  std::string operator()(const RolloutAdvanced& e) const {
    return "took " + e.rollout + str(" to ", to_text(e.stage), ", ", e.percent, " %");
  }
  std::string operator()(const RolloutPaused& e) const { return with_reason("paused " + e.rollout, e.reason); }
  std::string operator()(const RolloutResumed& e) const { return with_reason("resumed " + e.rollout, e.reason); }
  std::string operator()(const RolloutAborted& e) const { return with_reason("aborted " + e.rollout, e.reason); }
  std::string operator()(const StakeholdersNotified& e) const { return "notified of " + e.rollout + ": " + e.to; }
  std::string operator()(const RollbackBegun& e) const {
    return with_reason("began to roll " + e.name + " in " + e.environment + " back from " + names.version_of(e.from) +
                           " to " + names.version_of(e.to) + ", in shadow as " + e.rollout,
                       e.reason);
  }
  std::string operator()(const RollbackExecuted& e) const {
    return with_reason("rolled " + e.name + " in " + e.environment + " back from " + names.version_of(e.from) + " to " +
                           names.version_of(e.to) + ", " + std::string(to_text(e.trigger)),
                       e.reason);
  }
  std::string operator()(const SlotEmptied& e) const {
    return with_reason("took " + names.version_of(e.from) + " out of " + e.name + " in " + e.environment +
                           ", which is empty now, " + std::string(to_text(e.trigger)),
                       e.reason);
  }

  std::string operator()(const DrillRecorded& e) const {
    const std::string target = e.to == Hash{} ? "nothing, for there is none" : names.version_of(e.to);
    return with_reason("practised a rollback of " + e.name + " in " + e.environment + " from " +
                           names.version_of(e.from) + " to " + target + ", " + std::string(to_text(e.trigger)),
                       e.reason);
  }

  std::string operator()(const ApprovalGranted& e) const {
    return with_reason("approved " + std::string(to_text(e.stage)) + " of " + e.rollout, e.reason);
  }
  std::string operator()(const ApprovalDenied& e) const {
    return with_reason("denied " + std::string(to_text(e.stage)) + " of " + e.rollout, e.reason);
  }
  std::string operator()(const ApprovalWithdrawn& e) const {
    return with_reason("took their answer to " + std::string(to_text(e.stage)) + " of " + e.rollout + " back",
                       e.reason);
  }
  std::string operator()(const ApprovalRequested& e) const {
    const std::string whom = e.of.empty() ? "" : " of " + joined(e.of, ", ");
    return with_reason("asked for approval of " + std::string(to_text(e.stage)) + " of " + e.rollout + whom, e.reason);
  }

  std::string operator()(const LockdownEngaged& e) const {
    return with_reason("locked down " + to_text(e.scope), e.reason);
  }
  std::string operator()(const LockdownLiftRequested& e) const {
    return with_reason("asked to lift the lockdown of " + to_text(e.scope), e.reason);
  }
  std::string operator()(const LockdownLifted& e) const {
    return with_reason("lifted the lockdown of " + to_text(e.scope), e.reason);
  }
  std::string operator()(const FreezeDeclared& e) const {
    const std::string until = e.until == 0 ? "" : " until " + format_time(e.until);
    return with_reason("froze " + to_text(e.scope) + until, e.reason);
  }
  std::string operator()(const FreezeEnded& e) const {
    return with_reason("ended the freeze of " + to_text(e.scope), e.reason);
  }
  std::string operator()(const BreakGlassInvoked& e) const {
    std::string lifts;
    for (const Guard guard : e.lifts) lifts += (lifts.empty() ? "" : ", ") + std::string(to_text(guard));
    return with_reason("broke the glass for " + e.name + " in " + e.environment + " until " + format_time(e.until) +
                           ", lifting " + lifts + ", for " + e.incident,
                       e.reason);
  }
  std::string operator()(const BreakGlassReviewed& e) const {
    return with_reason("reviewed the broken glass of " + e.name + " in " + e.environment, e.finding);
  }

  std::string operator()(const IncidentOpened& e) const {
    return with_reason("opened " + e.incident + ", " + std::string(to_text(e.severity)), e.title);
  }
  std::string operator()(const IncidentAcknowledged& e) const {
    return with_reason("acknowledged " + e.incident, e.note);
  }
  std::string operator()(const IncidentNoted& e) const { return with_reason("noted on " + e.incident, e.note); }
  std::string operator()(const IncidentEscalated& e) const {
    return with_reason("escalated " + e.incident + " to " + e.to + " as " + std::string(to_text(e.severity)), e.reason);
  }
  std::string operator()(const IncidentMitigated& e) const { return with_reason("mitigated " + e.incident, e.how); }
  std::string operator()(const IncidentResolved& e) const { return with_reason("resolved " + e.incident, e.how); }
  std::string operator()(const PostmortemPublished& e) const {
    return "published the post-mortem of " + e.incident + ", " + e.source + ", digest " + short_hex(e.digest);
  }
  std::string operator()(const ActionOpened& e) const {
    return with_reason(str("gave ", e.owner, " action ", e.action, " of ", e.incident, ", due ", format_time(e.due)),
                       e.task);
  }
  std::string operator()(const ActionClosed& e) const {
    return with_reason(str("closed action ", e.action, " of ", e.incident), e.how);
  }
  std::string operator()(const IncidentClosed& e) const { return "closed " + e.incident; }

  std::string operator()(const ReportRecorded& e) const {
    return "recorded the report on " + e.subject +
           str(" as ", to_text(e.format), ", made of ", e.size, " entries, digest ") + short_hex(e.digest);
  }
};

// Pieces of evidence about one thing, said one after the other, are one sentence.
bool continues(const EvidenceRecorded* before, const EvidenceRecorded* now) {
  return before != nullptr && now != nullptr && before->model == now->model && before->environment == now->environment;
}

}  // namespace

std::string short_vkey(std::string_view vkey) {
  const std::size_t name = vkey.find('+');
  return std::string(vkey.substr(0, name == std::string_view::npos ? name : vkey.find('+', name + 1)));
}

std::string short_hex(const Hash& hash) {
  return hash.hex().substr(0, short_digits);
}

ModelNames ModelNames::over(const ModelNames& beneath) {
  ModelNames names;
  names.beneath_ = &beneath;
  return names;
}

ModelNames ModelNames::over(const World& beneath) {
  ModelNames names;
  names.world_ = &beneath;
  return names;
}

void ModelNames::learn(const World& world) {
  for (const auto& [digest, model] : world.models.rows())
    names_.insert_or_assign(digest, Name{model.name, model.version});
}

void ModelNames::learn(const Recorded& entry) {
  if (entry.entry.outcome.empty()) learn(entry.statement.events);
}

void ModelNames::learn(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (const auto* e = std::get_if<ModelRegistered>(&event))
      names_.insert_or_assign(e->model, Name{e->name, e->version});
  }
}

std::optional<ModelNames::Name> ModelNames::find(const Hash& digest) const {
  if (const auto found = names_.find(digest); found != names_.end()) return found->second;
  if (beneath_ != nullptr) return beneath_->find(digest);
  const Model* model = world_ == nullptr ? nullptr : world_->models.find(digest);
  return model == nullptr ? std::nullopt : std::optional<Name>({model->name, model->version});
}

std::string ModelNames::of(const Hash& digest) const {
  const auto found = find(digest);
  return found ? found->name + " " + found->version : short_hex(digest);
}

std::string ModelNames::version_of(const Hash& digest) const {
  const auto found = find(digest);
  return found ? found->version : short_hex(digest);
}

std::string describe(const Event& event, const ModelNames& names) {
  return std::visit(Sentence{names}, event);
}

std::vector<std::string> sentences(const std::vector<Event>& events, const ModelNames& names) {
  std::vector<std::string> said;
  std::string kinds;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* evidence = std::get_if<EvidenceRecorded>(&events[i]);
    const auto* next = i + 1 < events.size() ? std::get_if<EvidenceRecorded>(&events[i + 1]) : nullptr;
    if (continues(evidence, next)) {
      kinds += kind_of(*evidence) + ", ";
      continue;
    }
    std::string text = describe(events[i], names);
    if (!kinds.empty()) text.insert(std::string("recorded ").size(), std::exchange(kinds, {}));
    said.push_back(std::move(text));
  }
  return said;
}

TimelineRow row_of(const Recorded& entry, const ModelNames& names) {
  TimelineRow row;
  row.seq = entry.seq;
  row.leaf = entry.leaf;
  row.recorded = entry.entry.recorded;
  row.author = entry.statement.author;
  row.id = entry.statement.id;
  row.outcome = entry.entry.outcome;
  for (const Event& event : entry.statement.events) row.types.emplace_back(wire_name(event));
  row.said = sentences(entry.statement.events, names);
  return row;
}

void Timeline::apply(const Recorded& entry) {
  names_.learn(entry);
  rows_.push_back(row_of(entry, names_));
}

}  // namespace cairn
