// policy show, check, propose, approve, adopt.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/freeze_windows.h"
#include "commands/json_text.h"
#include "commands/moments.h"
#include "commands/policy_difference.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// "1 by approver, 2 by admin"
std::string places_text(const StageRules* rules) {
  std::string text;
  if (rules != nullptr) {
    for (const auto& [role, persons] : rules->approvals)
      text += str(text.empty() ? "" : ", ", persons, " by ", to_text(role));
  }
  return text.empty() ? "none" : text;
}

// What a policy asks of each rollout under way, before and after: adopt lists it first (DESIGN 6, change of rules).
std::string effects_on_rollouts(const World& world, const Policy& next) {
  std::string text;
  for (const auto& [id, rollout] : world.rollouts.rows()) {
    if (rollout.state != RolloutState::active) continue;
    const StageRules* before = world.rules_of(rollout, rollout.stage);
    const StageRules* after = next.stage(rollout.environment, rollout.stage, rollout.name);
    text += "  " + id + ", at " + std::string(to_text(rollout.stage)) + ": ";
    if (after == nullptr) {
      text += "its stage leaves the ladder\n";
      continue;
    }
    const Millis soak_before = before == nullptr ? 0 : before->soak;
    text += "soak " + format_duration(soak_before) + " -> " + format_duration(after->soak);
    for (const Stage stage : {Stage::canary, Stage::full}) {
      const std::string asked = places_text(world.rules_of(rollout, stage));
      const std::string asks = places_text(next.stage(rollout.environment, stage, rollout.name));
      if (asked != asks) text += str("; approvals of ", to_text(stage), " ", asked, " -> ", asks);
    }
    std::size_t void_grants = 0;
    for (const Approval& approval : rollout.approvals) {
      const StageRules* rules = next.stage(rollout.environment, approval.stage, rollout.name);
      const bool holds = rules != nullptr && rules->hash == approval.rules;
      if (approval.state == ApprovalState::granted && !holds) ++void_grants;
    }
    text += str("; ", void_grants, " approval", void_grants == 1 ? "" : "s", " become", void_grants == 1 ? "s" : "",
                " void\n");
  }
  return text.empty() ? "  No rollout is under way.\n" : text;
}

// Windows that overlap where both reach: allowed, since each holds by itself, and more often a slip than meant.
std::string overlaps_of(const Policy& policy) {
  const auto meet = [](const std::string& a, const std::string& b) { return a == "*" || b == "*" || a == b; };
  std::string text;
  for (std::size_t i = 0; i < policy.freezes.size(); ++i) {
    for (std::size_t k = i + 1; k < policy.freezes.size(); ++k) {
      const FreezeWindow& a = policy.freezes[i];
      const FreezeWindow& b = policy.freezes[k];
      const bool in_time = a.from < b.until && b.from < a.until;
      const bool in_place = meet(a.scope.environment, b.scope.environment) && meet(a.scope.model, b.scope.model);
      if (!in_time || !in_place) continue;
      text += "  freezes " + a.name + " and " + b.name + " overlap from " + format_time(std::max(a.from, b.from)) +
              " to " + format_time(std::min(a.until, b.until)) + "\n";
    }
  }
  return text;
}

// Says it, and shows first what the document changes of the policy in force, and of rollouts under way.
Result<Exit> write_about(const Globals& globals, const WriteFlags& write_flags, const PolicyFile& file,
                         const Command& command) {
  TRY_LET(home, Home::from_environment());
  bool listed = globals.json;
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) {
            if (!std::exchange(listed, true)) {
              print("What it changes:\n" + difference_text(differing_values(world.force->document, file.document), 2) +
                    "What it does to rollouts under way:\n" + effects_on_rollouts(world, file.policy));
            }
            return Wanted{command, {}};
          }));
  return show_written(globals, written);
}

}  // namespace

Result<PolicyFile> read_policy(const Path& file) {
  TRY_LET(document, read_file(file, max_policy_bytes));
  auto policy = parse_policy(document);
  if (!policy) return usage(file.string() + ": " + policy.error().message);
  return PolicyFile{std::move(document), std::move(policy).value()};
}

Result<Exit> run_policy_show(const Globals& globals, const std::optional<std::string>& at) {
  TRY_LET(session, Session::open(globals));
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
    print(json_text({{"policy", sha256(document).hex()}, {"document", document}}));
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
    print(json_text(json));
    return policy ? Exit::done : Exit::usage;
  }
  if (!policy) return usage(file.string() + ": " + policy.error().message);
  print(toned("The policy reads well.", Tone::good) + "\n");
  print(table({{"  name", policy->name},
               {"  rules", str(policy->rules)},
               {"  gates", str(policy->gates.size())},
               {"  environments", str(policy->environments.size())},
               {"  tiers", str(policy->tiers.size())},
               {"  freeze windows", str(policy->freezes.size())},
               {"  digest", policy->digest.hex()}}));
  print(overlaps_of(*policy));
  return Exit::done;
}

Result<Exit> run_policy_propose(const Globals& globals, const WriteFlags& write, const Path& file) {
  TRY_LET(policy, read_policy(file));
  return write_about(globals, write, policy, ProposePolicy{policy.document});
}

Result<Exit> run_policy_approve(const Globals& globals, const WriteFlags& write, const Path& file) {
  TRY_LET(policy, read_policy(file));
  return write_about(globals, write, policy, ApprovePolicy{policy.policy.digest});
}

Result<Exit> run_policy_adopt(const Globals& globals, const WriteFlags& write, const Path& file) {
  TRY_LET(policy, read_policy(file));
  return write_about(globals, write, policy, AdoptPolicy{policy.document});
}

// One window a line, to be put into a policy as they stand.
Result<Exit> run_policy_windows(const Globals& globals, const WindowFlags& flags) {
  TRY_LET(scope, given("--scope", parse_scope(flags.scope)));
  TRY_LET(horizon, given("--for", parse_duration(flags.horizon)));
  if (horizon > longest_horizon) return usage("--for " + flags.horizon + " is more than 730d");
  if (!is_name(flags.name)) return usage("--name " + printable(flags.name) + " is no name");
  const Millis now = SystemClock().now();
  TRY_LET(windows, freeze_windows({flags.name, scope, flags.zone, flags.from, flags.until}, now, now + horizon));
  Json rows = Json::array();
  std::string text;
  for (const FreezeWindow& window : windows) {
    rows.push_back({{"name", window.name},
                    {"scope", to_text(window.scope)},
                    {"from", format_time(window.from)},
                    {"until", format_time(window.until)},
                    {"rule", window.rule}});
    text += (text.empty() ? "\n  " : ",\n  ") + rows.back().dump();
  }
  if (globals.json) {
    print(json_text({{"freezes", std::move(rows)}}));
  } else {
    print("\"freezes\": [" + text + "\n]\n");
  }
  return Exit::done;
}

}  // namespace cairn
