// policy show, check, adopt.
#include <nlohmann/json.hpp>

#include "commands/moments.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

void print_json(const Json& json) {
  print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

// What a policy asks of each rollout under way, before and after: adopt lists it first (DESIGN 6, change of rules).
std::string effects_on_rollouts(const World& world, const Policy& next) {
  std::string text;
  for (const auto& [id, rollout] : world.rollouts.rows()) {
    if (rollout.state != RolloutState::active) continue;
    const StageRules* before = world.policy().stage(rollout.environment, rollout.stage);
    const StageRules* after = next.stage(rollout.environment, rollout.stage);
    text += "  " + id + ", at " + std::string(to_text(rollout.stage)) + ": ";
    if (after == nullptr) {
      text += "its stage leaves the ladder\n";
      continue;
    }
    const Millis soak_before = before == nullptr ? 0 : before->soak;
    text += "soak " + format_duration(soak_before) + " -> " + format_duration(after->soak);
    std::size_t void_grants = 0;
    for (const Approval& approval : rollout.approvals) {
      const StageRules* rules = next.stage(rollout.environment, approval.stage);
      const bool holds = rules != nullptr && rules->hash == approval.rules;
      if (approval.state == ApprovalState::granted && !holds) ++void_grants;
    }
    text += str("; ", void_grants, " approval", void_grants == 1 ? "" : "s", " become", void_grants == 1 ? "s" : "",
                " void\n");
  }
  return text.empty() ? "  No rollout is under way.\n" : text;
}

}  // namespace

Result<Exit> run_policy_show(const Globals& globals, const std::optional<std::string>& at) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(session, Session::open(globals, home));
  std::string document;
  if (at) {
    TRY_LET(size, size_at(session->ledger(), *at));
    TRY_LET(then, load_world(session->ledger(), size));
    document = then.world->force->document;
  } else {
    TRY_LET(world, session->world());
    document = world->force->document;
  }
  if (globals.json) {
    print_json({{"policy", sha256(document).hex()}, {"document", document}});
    return Exit::done;
  }
  // Into a file exactly the bytes that were adopted, so that they can be edited and adopted again.
  print_document(document);
  return Exit::done;
}

Result<Exit> run_policy_check(const Globals& globals, const Path& file) {
  TRY_LET(document, read_file(file, max_policy_bytes));
  const auto policy = parse_policy(document);
  if (globals.json) {
    Json json = {{"valid", policy.ok()}, {"digest", sha256(document).hex()}};
    if (!policy) json["error"] = policy.error().message;
    print_json(json);
    return policy ? Exit::done : Exit::usage;
  }
  if (!policy) return usage(file.string() + ": " + policy.error().message);
  print(toned("The policy reads well.", Tone::good) + "\n");
  print(table({{"  name", policy->name},
               {"  rules", str(policy->rules)},
               {"  gates", str(policy->gates.size())},
               {"  environments", str(policy->environments.size())},
               {"  digest", policy->digest.hex()}}));
  return Exit::done;
}

Result<Exit> run_policy_adopt(const Globals& globals, const WriteFlags& write_flags, const Path& file) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(document, read_file(file, max_policy_bytes));
  const auto policy = parse_policy(document);
  if (!policy) return usage(file.string() + ": " + policy.error().message);
  std::string effects;
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) {
            effects = effects_on_rollouts(world, *policy);
            return Wanted{AdoptPolicy{document}, {}};
          }));
  if (!globals.json) print("What it does to rollouts under way:\n" + effects);
  return show_written(globals, written);
}

}  // namespace cairn
