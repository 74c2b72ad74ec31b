#include "ledger/events/event.h"

#include "ledger/base/text.h"
#include "ledger/events/statement.h"

namespace cairn {
namespace {

using Models = std::vector<NamedModel>;

std::string_view name_in(std::string_view rollout) {
  const auto second = rollout.rfind('/');
  if (second == std::string_view::npos || second == 0) return {};
  const auto first = rollout.rfind('/', second - 1);
  return first == std::string_view::npos ? std::string_view{} : rollout.substr(0, first);
}

struct ModelsOf {
  Models operator()(const ModelRegistered& e) const { return {{e.model, e.name}}; }
  Models operator()(const EvidenceRecorded& e) const { return {{e.model, {}}}; }
  Models operator()(const RetrainingRequested& e) const { return {{e.model, {}}}; }
  Models operator()(const ArtefactChecked& e) const { return {{e.model, {}}}; }
  Models operator()(const ModelArchived& e) const { return {{e.model, {}}, {e.replaced_by, {}}}; }
  Models operator()(const ModelQuarantined& e) const { return {{e.model, {}}}; }
  Models operator()(const ModelReleased& e) const { return {{e.model, {}}}; }
  Models operator()(const ModelRetired& e) const { return {{e.model, {}}}; }
  Models operator()(const RetentionSet& e) const { return {{e.model, {}}}; }
  Models operator()(const HoldPlaced&) const { return {}; }
  Models operator()(const HoldReleased&) const { return {}; }
  Models operator()(const ArtefactDeleted& e) const { return {{e.model, {}}}; }
  Models operator()(const AttachmentErased& e) const { return {{e.model, {}}}; }
  Models operator()(const RolloutProposed& e) const { return {{e.model, e.name}}; }
  Models operator()(const RollbackBegun& e) const { return {{e.from, e.name}, {e.to, e.name}}; }
  Models operator()(const RollbackExecuted& e) const { return {{e.from, e.name}, {e.to, e.name}}; }
  Models operator()(const SlotEmptied& e) const { return {{e.from, e.name}}; }
  Models operator()(const DrillRecorded& e) const { return {{e.from, e.name}, {e.to, e.name}}; }
  Models operator()(const ApprovalGranted& e) const { return {{e.model, name_in(e.rollout)}}; }

  // Named one by one, so that a new event has to say here whether it names a model.
  Models operator()(const LedgerCreated&) const { return {}; }
  Models operator()(const ActorEnrolled&) const { return {}; }
  Models operator()(const RoleGranted&) const { return {}; }
  Models operator()(const RoleRevoked&) const { return {}; }
  Models operator()(const KeyAdded&) const { return {}; }
  Models operator()(const KeyRevoked&) const { return {}; }
  Models operator()(const AdministrationRequested&) const { return {}; }
  Models operator()(const PolicyApproved&) const { return {}; }
  Models operator()(const PolicyProposed&) const { return {}; }
  Models operator()(const PolicyAdopted&) const { return {}; }
  Models operator()(const LogKeyAdded&) const { return {}; }
  Models operator()(const LogKeyRetired&) const { return {}; }
  Models operator()(const LogKeyCompromised&) const { return {}; }
  Models operator()(const ClockCorrected&) const { return {}; }
  Models operator()(const LedgerForked&) const { return {}; }
  Models operator()(const AlertAcknowledged&) const { return {}; }
  Models operator()(const DueRecorded&) const { return {}; }
  Models operator()(const RolloutAdvanced&) const { return {}; }
  Models operator()(const RolloutPaused&) const { return {}; }
  Models operator()(const RolloutResumed&) const { return {}; }
  Models operator()(const RolloutAborted&) const { return {}; }
  Models operator()(const StakeholdersNotified&) const { return {}; }
  Models operator()(const ApprovalDenied&) const { return {}; }
  Models operator()(const ApprovalWithdrawn&) const { return {}; }
  Models operator()(const ApprovalRequested&) const { return {}; }
  Models operator()(const LockdownEngaged&) const { return {}; }
  Models operator()(const LockdownLiftRequested&) const { return {}; }
  Models operator()(const LockdownLifted&) const { return {}; }
  Models operator()(const FreezeDeclared&) const { return {}; }
  Models operator()(const FreezeEnded&) const { return {}; }
  Models operator()(const BreakGlassInvoked&) const { return {}; }
  Models operator()(const BreakGlassReviewed&) const { return {}; }
  Models operator()(const IncidentOpened&) const { return {}; }
  Models operator()(const IncidentAcknowledged&) const { return {}; }
  Models operator()(const IncidentNoted&) const { return {}; }
  Models operator()(const IncidentEscalated&) const { return {}; }
  Models operator()(const IncidentMitigated&) const { return {}; }
  Models operator()(const IncidentResolved&) const { return {}; }
  Models operator()(const PostmortemPublished&) const { return {}; }
  Models operator()(const ActionOpened&) const { return {}; }
  Models operator()(const ActionClosed&) const { return {}; }
  Models operator()(const IncidentClosed&) const { return {}; }
  Models operator()(const ReportRecorded&) const { return {}; }
};

}  // namespace

std::vector<NamedModel> models_of(const Event& event) {
  auto models = std::visit(ModelsOf{}, event);
  std::erase_if(models, [](const NamedModel& model) { return model.digest == Hash{}; });
  return models;
}

std::optional<NamedAttachment> attachment_of(const Event& event) {
  if (const auto* model = std::get_if<ModelRegistered>(&event)) return NamedAttachment{model->model, model->model};
  if (const auto* evidence = std::get_if<EvidenceRecorded>(&event))
    return NamedAttachment{evidence->digest, evidence->model};
  if (const auto* postmortem = std::get_if<PostmortemPublished>(&event)) return NamedAttachment{postmortem->digest, {}};
  return std::nullopt;
}

bool corrects_clock(const Statement& statement) {
  return statement.events.size() == 1 && std::holds_alternative<ClockCorrected>(statement.events.front());
}

std::string possession_text(std::string_view handle, const KeyId& key) {
  return str("cairn key possession v1\n", handle, '\n', key.hex(), '\n');
}

std::string log_possession_text(const Hash& ledger, std::string_view vkey) {
  return str("cairn log key possession v1\n", ledger.hex(), '\n', vkey, '\n');
}

}  // namespace cairn
