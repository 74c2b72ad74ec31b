#include "projections/serving.h"

#include "ledger/base/text.h"

namespace cairn {

Serving may_serve(const World& world, const SlotKey& slot, const Hash& model, Stage stage) {
  Serving serving;
  const Model* known = world.models.find(model);
  if (known == nullptr) {
    serving.noes.emplace_back("no such version is registered");
    return serving;
  }
  if (known->retired) serving.noes.push_back(str("entry ", known->retired->seq, " retired it"));
  if (known->deleted) serving.noes.push_back(str("entry ", *known->deleted, " deleted its files"));
  if (known->quarantined && stage != Stage::shadow) {
    serving.noes.push_back(str("entry ", *known->quarantined, " put it in quarantine: shadow only"));
  }
  const Rollout* active = world.under_way(slot);
  std::optional<Stage> reached;
  if (active != nullptr && active->model == model) {
    reached = active->stage;
    serving.seq = active->stage_entry;
  }
  if (const Tenure* full = world.at_full(slot); full != nullptr && full->model == model) {
    reached = Stage::full;
    serving.seq = full->seq;
  }
  if (!reached) {
    serving.noes.push_back("it is neither at full nor under way in " + slot.second);
  } else if (*reached < stage) {
    serving.noes.push_back(str("it is in ", to_text(*reached), ", not in ", to_text(stage)));
  }
  return serving;
}

}  // namespace cairn
