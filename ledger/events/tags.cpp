#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/events/forms.h"
#include "ledger/events/statement.h"

namespace cairn {
namespace {

// Collects the tags of one statement; each event says what it is about.
class Tags {
 public:
  // Of subjects alone: what `expects` can name.
  explicit Tags(bool subjects_only = false) : subjects_only_(subjects_only) {}

  void add(std::string_view kind, std::string_view subject) {
    if (subject.empty()) return;
    if (subjects_only_ && kind != "rollout" && kind != "incident" && kind != "model") return;
    tags_.push_back(str(kind, ':', subject));
  }

  void slot(std::string_view name, std::string_view environment) {
    add("model", name);
    add("environment", environment);
  }

  // Everything and everywhere are no subjects of their own.
  void scope(const Scope& scope) {
    slot(scope.model == "*" ? "" : scope.model, scope.environment == "*" ? "" : scope.environment);
  }

  // A rollout stands for its slot as well.
  void rollout(std::string_view id) {
    add("rollout", id);
    if (const auto parts = parse_rollout_id(id); parts.ok()) slot(parts->name, parts->environment);
  }

  void operator()(const LedgerCreated&) {}
  void operator()(const ActorEnrolled& e) {
    add("actor", e.handle);
    add("actor", e.owner);
  }
  void operator()(const RoleGranted& e) { add("actor", e.handle); }
  void operator()(const RoleRevoked& e) { add("actor", e.handle); }
  void operator()(const KeyAdded& e) { add("actor", e.handle); }
  void operator()(const KeyRevoked& e) { add("actor", e.handle); }
  void operator()(const AdministrationRequested&) {}
  void operator()(const PolicyApproved&) {}
  void operator()(const PolicyProposed&) {}
  void operator()(const PolicyAdopted&) {}
  void operator()(const LogKeyAdded&) { add("log", "keys"); }
  void operator()(const LogKeyRetired&) { add("log", "keys"); }
  void operator()(const LogKeyCompromised&) { add("log", "keys"); }
  void operator()(const ClockCorrected&) {}
  void operator()(const LedgerForked&) { add("log", "keys"); }
  void operator()(const ModelRegistered& e) { add("model", e.name); }
  void operator()(const EvidenceRecorded& e) { add("environment", e.environment); }
  void operator()(const AlertAcknowledged&) {}
  void operator()(const RetrainingRequested&) {}
  // What is due of an incident or a rollout is about it.
  void operator()(const DueRecorded& e) {
    const std::string_view incident = std::string_view(e.subject).substr(0, e.subject.find('/'));
    const bool of_incident = e.kind == DueKind::incident || e.kind == DueKind::action;
    // A subject that is none is refused, and on record with whatever it says: no tag is as long as that.
    if (of_incident && form::incident_id.fits(incident)) add("incident", incident);
    if (e.kind == DueKind::approval && parse_rollout_id(e.subject).ok()) rollout(e.subject);
  }
  void operator()(const ArtefactChecked&) {}
  void operator()(const ModelArchived& e) { add("environment", e.environment); }
  void operator()(const ModelQuarantined&) {}
  void operator()(const ModelReleased&) {}
  void operator()(const ModelRetired&) {}
  void operator()(const RetentionSet&) {}
  void operator()(const HoldPlaced& e) { add("model", e.name); }
  void operator()(const HoldReleased& e) { add("model", e.name); }
  void operator()(const ArtefactDeleted&) {}
  void operator()(const AttachmentErased&) {}
  void operator()(const RolloutProposed& e) {
    rollout(e.rollout);
    slot(e.name, e.environment);
  }
  void operator()(const RolloutAdvanced& e) { rollout(e.rollout); }
  void operator()(const RolloutPaused& e) { rollout(e.rollout); }
  void operator()(const RolloutResumed& e) { rollout(e.rollout); }
  void operator()(const RolloutAborted& e) { rollout(e.rollout); }
  void operator()(const StakeholdersNotified& e) { rollout(e.rollout); }
  void operator()(const RollbackBegun& e) {
    rollout(e.rollout);
    slot(e.name, e.environment);
    add("incident", e.incident);
  }
  void operator()(const RollbackExecuted& e) {
    slot(e.name, e.environment);
    add("incident", e.incident);
  }
  void operator()(const SlotEmptied& e) {
    slot(e.name, e.environment);
    add("incident", e.incident);
  }
  void operator()(const DrillRecorded& e) { slot(e.name, e.environment); }
  void operator()(const ApprovalGranted& e) {
    rollout(e.rollout);
    add("environment", e.environment);
  }
  void operator()(const ApprovalDenied& e) { rollout(e.rollout); }
  void operator()(const ApprovalWithdrawn& e) { rollout(e.rollout); }
  void operator()(const ApprovalRequested& e) {
    rollout(e.rollout);
    for (const std::string& handle : e.of) add("actor", handle);
  }
  void operator()(const LockdownEngaged& e) { scope(e.scope); }
  void operator()(const LockdownLiftRequested& e) { scope(e.scope); }
  void operator()(const LockdownLifted& e) { scope(e.scope); }
  void operator()(const FreezeDeclared& e) { scope(e.scope); }
  void operator()(const FreezeEnded& e) { scope(e.scope); }
  void operator()(const BreakGlassInvoked& e) {
    slot(e.name, e.environment);
    add("incident", e.incident);
  }
  void operator()(const BreakGlassReviewed& e) { slot(e.name, e.environment); }
  void operator()(const IncidentOpened& e) {
    slot(e.name, e.environment);
    add("incident", e.incident);
  }
  void operator()(const IncidentAcknowledged& e) { add("incident", e.incident); }
  void operator()(const IncidentNoted& e) { add("incident", e.incident); }
  void operator()(const IncidentEscalated& e) { add("incident", e.incident); }
  void operator()(const IncidentMitigated& e) { add("incident", e.incident); }
  void operator()(const IncidentResolved& e) { add("incident", e.incident); }
  void operator()(const PostmortemPublished& e) { add("incident", e.incident); }
  void operator()(const ActionOpened& e) {
    add("incident", e.incident);
    add("actor", e.owner);
  }
  void operator()(const ActionClosed& e) { add("incident", e.incident); }
  void operator()(const IncidentClosed& e) { add("incident", e.incident); }
  // As of what is due: a subject that is none is no tag. To report on something does not change it: who acts on what
  // they saw before is not in conflict with a report.
  void operator()(const ReportRecorded& e) {
    if (subjects_only_) return;
    if (e.kind == ReportKind::incident && form::incident_id.fits(e.subject)) add("incident", e.subject);
    if (e.kind == ReportKind::rollout && parse_rollout_id(e.subject).ok()) rollout(e.subject);
  }

  std::vector<std::string> take() {
    std::sort(tags_.begin(), tags_.end());
    tags_.erase(std::unique(tags_.begin(), tags_.end()), tags_.end());
    return std::move(tags_);
  }

 private:
  bool subjects_only_;
  std::vector<std::string> tags_;
};

}  // namespace

std::vector<std::string> subjects_of(const Statement& statement) {
  Tags tags(true);
  for (const auto& event : statement.events) std::visit(tags, event);
  return tags.take();
}

std::vector<std::string> tags_of(const Statement& statement) {
  Tags tags;
  tags.add("actor", statement.author);
  for (const auto& event : statement.events) {
    const auto type = wire_name(event);
    tags.add("type", type.substr(0, type.rfind('/')));
    for (const auto& model : models_of(event)) tags.add("digest", model.digest.hex());
    std::visit(tags, event);
  }
  return tags.take();
}

std::vector<std::string> index_tags(const Statement& statement, std::string_view outcome) {
  std::vector<std::string> tags = tags_of(statement);
  if (outcome.empty()) return tags;
  std::erase(tags, log_keys_tag);  // it changed none
  tags.emplace_back(refused_tag);
  return tags;
}

}  // namespace cairn
