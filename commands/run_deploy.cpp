// register, deploy, promote, approve, notify, rollback.
#include <algorithm>
#include <ostream>
#include <set>

#include "commands/model_input.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

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
    const Model& model = *world.models.find(tenure->model);
    if (const auto barred = model.out_of_use(); !barred.empty()) why = barred.back();
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

Millis moment_of(const World& world) {
  return std::max(SystemClock().now(), world.position->recorded);
}

Result<Reading> open_reading(const Globals& globals) {
  TRY_LET(home, Home::from_environment());
  Reading reading;
  TRY_LET(session, Session::open(globals, home));
  reading.session = std::move(session);
  TRY_LET(world, reading.session->world());
  reading.world = world;
  reading.moment = moment_of(*world);
  return reading;
}

Result<Exit> write_and_show(const Globals& globals, const WriteFlags& write_flags, const MakeCommand& make) {
  TRY_LET(home, home_of());
  TRY_LET(written, write(globals, write_flags, home, make));
  return show_written(globals, written);
}

Result<Exit> record(const Globals& globals, const WriteFlags& write_flags, const Event& event) {
  return write_and_show(globals, write_flags, [&](const World&) { return Wanted{Record{event}, {}}; });
}

std::ostream& operator<<(std::ostream& out, const ShareText& share) {
  return out << share.text;
}

Result<Exit> run_register(const Globals& globals, const WriteFlags& write_flags, const ModelFlags& model) {
  TRY_LET(reading, read_one_model(model));
  return write_and_show(globals, write_flags, [&](const World& world) -> Result<Wanted> {
    TRY(check_asked_name(world, reading, model));
    return Wanted{register_command(reading), attachments_of(reading)};
  });
}

Result<Exit> run_deploy(const Globals& globals, const WriteFlags& write_flags, const DeployFlags& flags) {
  if (flags.validate_only) return validate_models(globals, flags.model);
  TRY_LET(mode, given("--deployment-mode", parse_stage(flags.mode)));
  TRY_LET(percent, share_of(flags, mode));
  TRY_LET(reading, read_one_model(flags.model));
  return write_and_show(globals, write_flags, [&](const World& world) -> Result<Wanted> {
    TRY(check_asked_name(world, reading, flags.model));
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
  if (int{flags.deny} + int{flags.withdraw} + int{flags.request} > 1)
    return usage("--deny, --withdraw and --request say different things: give one");
  if (flags.request) {
    const std::set<std::string> of(flags.of.begin(), flags.of.end());
    return record(globals, write_flags, ApprovalRequested{flags.rollout, stage, of, flags.reason});
  }
  if (!flags.of.empty()) return usage("--of says whom to ask, with --request");
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
