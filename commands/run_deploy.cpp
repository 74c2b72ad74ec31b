// register, deploy, promote, approve, notify, monitor record, rollback.
#include <algorithm>
#include <ostream>
#include <set>

#include "commands/model_input.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

// The rows of a drift report that speak of registered models, by the stems that the field's scripts write.
std::optional<Hash> model_of_stem(const World& world, const std::string& stem) {
  for (const auto& [name_version, digest] : world.versions.rows()) {
    const auto& [name, version] = name_version;
    if (stem == name + "_model_" + version || stem == name + "_" + version) return digest;
  }
  return std::nullopt;
}

// What runs or is on its way under this name in the environment.
std::optional<Hash> live_model(const World& world, const SlotKey& slot) {
  const Slot* row = world.slots.find(slot);
  if (row != nullptr && row->active) {
    if (const Rollout* rollout = world.rollouts.find(*row->active)) return rollout->model;
  }
  const Tenure* full = world.at_full(slot);
  return full == nullptr ? std::nullopt : std::optional<Hash>(full->model);
}

std::string stem_of(const World& world, const Hash& digest, const std::vector<std::string>& stems) {
  for (const std::string& stem : stems) {
    if (model_of_stem(world, stem) == digest) return stem;
  }
  return world.models.find(digest)->name;  // a file that names models plainly; else no row, and that goes on record
}

Result<Wanted> monitoring_of(const World& world, const MonitorFlags& flags, const Bytes& content,
                             const std::vector<std::string>& stems) {
  std::vector<Hash> models;
  if (flags.model) {
    const auto live = live_model(world, {*flags.model, flags.environment});
    if (!live) return usage("nothing of " + printable(*flags.model) + " runs or is on its way in " + flags.environment);
    models.push_back(*live);
  } else {
    for (const std::string& stem : stems) {
      const auto model = model_of_stem(world, stem);
      if (model) {
        models.push_back(*model);
      } else {
        warn("cairn: " + printable(stem) + " is not registered; its row is left out\n");
      }
    }
    if (models.empty()) {
      return usage(flags.file.string() +
                   " speaks of no registered model; --model NAME puts on record that it was not monitored");
    }
  }
  RecordMonitoring command;
  for (const Hash& model : models) {
    TRY_LET(evidence, read_drift_metrics(flags.file.filename().string(), content, stem_of(world, model, stems)));
    evidence.event.model = model;
    evidence.event.environment = flags.environment;
    command.evidence.push_back(std::move(evidence.event));
  }
  return Wanted{std::move(command), {content}};
}

bool is_under_way(const World& world, const Hash& model, const SlotKey& key) {
  const Slot* slot = world.slots.find(key);
  const Rollout* rollout = slot == nullptr || !slot->active ? nullptr : world.rollouts.find(*slot->active);
  return rollout != nullptr && rollout->model == model;
}

// What one report means for the soak of its stage (DESIGN 6), which its receipt alone would not tell.
std::string meaning_of(const World& world, const EvidenceRecorded& evidence, Millis recorded) {
  const SlotKey slot{world.models.find(evidence.model)->name, evidence.environment};
  const EvidenceRow* before = world.evidence.find({evidence.model, evidence.environment, evidence.kind});
  if (before != nullptr && before->digest == evidence.digest) {
    return toned("no news", Tone::warn) + str(", the same file as in entry ", before->seq, ": it counts for nothing");
  }
  const GateResult result = judge_monitoring(world.policy(), evidence.values, recorded);
  const Tone tone = result == GateResult::pass ? Tone::good : result == GateResult::fail ? Tone::bad : Tone::warn;
  const std::string judged = toned(to_text(result), tone);
  if (!is_under_way(world, evidence.model, slot)) return judged + "; no rollout of it is under way there";
  if (result == GateResult::pass) return judged + ", which counts towards its soak";
  if (result == GateResult::fail) return judged + ", which starts its soak over and voids grants";
  return judged + ", a value is missing or it was measured at another time: it interrupts the soak";
}

std::string meaning_of(const World& world, const RecordMonitoring& command, Millis recorded) {
  std::string text;
  for (const EvidenceRecorded& evidence : command.evidence) {
    text += "  " + world.models.find(evidence.model)->name + " in " + evidence.environment + ": " +
            meaning_of(world, evidence, recorded) + "\n";
  }
  return text;
}

// What a rollback that leaves the slot empty has to say aloud: which versions it passed over, and why; empty where
// there is one to go back to.
std::string emptied_text(const World& world, const Rollback& wanted) {
  const SlotKey slot{wanted.name, wanted.environment};
  const auto from = world.rollback_source(slot);
  const auto proposal = decide(world, wanted);
  const auto empties = [](const Event& event) { return std::holds_alternative<SlotEmptied>(event); };
  if (!from || !proposal || std::none_of(proposal->events.begin(), proposal->events.end(), empties)) return {};
  std::string text = "cairn: NOTHING TO GO BACK TO: this rollback leaves " + wanted.name + " in " + wanted.environment +
                     " empty, and nothing takes its traffic\n";
  const Slot& row = *world.slots.find(slot);
  std::set<Hash> told = {*from};
  bool reachable = false;
  for (auto tenure = row.history.rbegin(); tenure != row.history.rend(); ++tenure) {
    const auto belongs = [&](const FoundModel& found) { return found.model == tenure->model; };
    reachable = reachable || (wanted.found && std::any_of(wanted.found->begin(), wanted.found->end(), belongs));
    if (!told.insert(tenure->model).second) continue;
    std::string why = "the files found for it differ from its manifest";
    if (const auto card = world.violations_recorded(tenure->model); card && wanted.trigger == Trigger::safety)
      why = str("its card, entry ", *card, ", records violations or cannot be read");
    if (row.rolled_back.contains(tenure->model)) why = "it was rolled back from, and not at full since";
    text += "  " + world.models.find(tenure->model)->version + ": " + why + "\n";
  }
  if (told.size() == 1) text += "  no other version was ever at full there\n";
  if (wanted.found && !reachable) text += "  the files under --model-path are of none that was at full there\n";
  return text;
}

Result<Home> home_of() {
  return Home::from_environment();
}

// A word that a flag cannot take is the caller's mistake, with the flag's name.
template <class T>
Result<T> given(std::string_view flag, Result<T> parsed) {
  if (!parsed) return usage(str(flag, ": ", parsed.error().message));
  return parsed;
}

Error no_share(std::string_view flag, std::string_view said) {
  return usage(str(flag, said, ": a share of traffic is a whole number from 1 to 100"));
}

Result<std::uint64_t> parse_share(std::string_view flag, const std::string& text) {
  const auto percent = parse_uint(text);
  if (!percent || *percent == 0 || *percent > 100) return no_share(flag, " " + printable(text));
  return *percent;
}

// What a canary takes. Elsewhere the number would be passed over, and what is at full takes all.
Result<std::uint64_t> share_of(const DeployFlags& flags, Stage mode) {
  constexpr std::string_view flag = "--rollout-percentage";
  TRY_LET(percent, parse_share(flag, flags.percent.text));
  const bool of_full = mode == Stage::full && percent == 100;
  if (!flags.percent.given || mode == Stage::canary || of_full) return percent;
  return usage(str(flag, " ", percent, " is for --deployment-mode canary, and this is ", to_text(mode),
                   "; leave one of them away"));
}

}  // namespace

Result<void> said_something(std::string_view flag, const std::string& text) {
  if (text.find_first_not_of(" \t\n") == std::string::npos)
    return usage(str(flag, " is empty: say it for whoever reads this later"));
  return {};
}

Result<Exit> write_and_show(const Globals& globals, const WriteFlags& write_flags, const MakeCommand& make) {
  TRY_LET(home, home_of());
  TRY_LET(written, write(globals, write_flags, home, make));
  return show_written(globals, written);
}

std::ostream& operator<<(std::ostream& out, const ShareText& share) {
  return out << share.text;
}

Result<Exit> run_register(const Globals& globals, const WriteFlags& write_flags, const ModelFlags& model) {
  TRY_LET(reading, read_one_model(model));
  return write_and_show(globals, write_flags, [&](const World&) {
    return Wanted{register_command(reading), attachments_of(reading)};
  });
}

Result<Exit> run_deploy(const Globals& globals, const WriteFlags& write_flags, const DeployFlags& flags) {
  if (flags.validate_only) return validate_models(globals, flags.model);
  TRY_LET(mode, given("--deployment-mode", parse_stage(flags.mode)));
  TRY_LET(percent, share_of(flags, mode));
  TRY_LET(reading, read_one_model(flags.model));
  return write_and_show(globals, write_flags, [&](const World&) {
    return Wanted{Deploy{register_command(reading), flags.environment, mode, percent}, attachments_of(reading)};
  });
}

Result<Exit> run_promote(const Globals& globals, const WriteFlags& write_flags, const std::string& rollout,
                         std::optional<std::uint64_t> percent) {
  if (percent && (*percent == 0 || *percent > 100)) return no_share("--percent", "");
  return write_and_show(globals, write_flags, [&](const World&) { return Wanted{Promote{rollout, percent}, {}}; });
}

Result<Exit> run_approve(const Globals& globals, const WriteFlags& write_flags, const ApproveFlags& flags) {
  TRY_LET(stage, given("--stage", parse_stage(flags.stage)));
  if (flags.deny && flags.withdraw) return usage("--deny and --withdraw say different things: give one");
  Approve command{flags.rollout, stage, ApprovalVerdict::grant, flags.reason};
  if (flags.deny) command.verdict = ApprovalVerdict::deny;
  if (flags.withdraw) command.verdict = ApprovalVerdict::withdraw;
  return write_and_show(globals, write_flags, [&](const World&) { return Wanted{command, {}}; });
}

Result<Exit> run_notify(const Globals& globals, const WriteFlags& write_flags, const std::string& rollout,
                        const std::string& to) {
  TRY(said_something("--to", to));
  return write_and_show(globals, write_flags, [&](const World&) { return Wanted{Notify{rollout, to}, {}}; });
}

Result<Exit> run_monitor_record(const Globals& globals, const WriteFlags& write_flags, const MonitorFlags& flags) {
  TRY_LET(home, home_of());
  TRY_LET(content, read_file(flags.file, max_evidence_bytes));
  const auto stems = models_in_drift_metrics(content);
  if (!stems) return fault(flags.file.string() + ": " + stems.error().message);
  std::string meaning;
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) -> Result<Wanted> {
            TRY_LET(wanted, monitoring_of(world, flags, content, *stems));
            meaning = meaning_of(world, std::get<RecordMonitoring>(wanted.command), SystemClock().now());
            return wanted;
          }));
  const Exit ended = show_written(globals, written);
  if (!globals.json && ended == Exit::done) print(meaning);
  return ended;
}

Result<Exit> run_rollback(const Globals& globals, const WriteFlags& write_flags, const RollbackFlags& flags) {
  TRY_LET(home, home_of());
  TRY_LET(trigger, given("--trigger", parse_trigger(flags.trigger)));
  TRY(said_something("--reason", flags.reason));
  Rollback command{flags.model, flags.environment, flags.reason, trigger, flags.to, std::nullopt, InEarnest::yes};
  if (flags.drill) command.in_earnest = InEarnest::drill;
  if (flags.model_path) {
    TRY_LET(found, models_at(*flags.model_path));
    command.found = std::move(found);
  }
  std::string emptied;
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) {
            emptied = emptied_text(world, command);
            return Wanted{command, {}};
          }));
  const Exit ended = show_written(globals, written);
  if (ended == Exit::done) warn(emptied);
  return ended;
}

}  // namespace cairn
