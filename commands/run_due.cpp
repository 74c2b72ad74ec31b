// due, advise, allowed; alert ack, retrain.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/render_due.h"
#include "commands/run.h"
#include "commands/run_questions.h"
#include "commands/status.h"
#include "ledger/base/text.h"
#include "projections/serving.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Result<Exit> run_due(const Globals& globals) {
  TRY_LET(reading, open_reading(globals));
  const std::vector<Due> due = due_at(*reading.world, reading.moment);
  print(globals.json ? due_json(due, reading.moment) : due_text(due, reading.moment));
  return Exit::done;
}

Result<Exit> run_due_record(const Globals& globals, const WriteFlags& write) {
  return write_and_show(globals, write, [](const World& world) { return Wanted{RecordDue{moment_of(world)}, {}}; });
}

Result<Exit> run_advise(const Globals& globals, const std::string& model, const std::string& environment) {
  TRY_LET(reading, open_reading(globals));
  TRY(check_filter(*reading.world, StatusFilter{environment, model}));
  const SlotKey slot{model, environment};
  const Advice advice = advise(*reading.world, slot, reading.moment);
  print(globals.json ? advice_json(*reading.world, slot, advice) : advice_text(*reading.world, slot, advice));
  return Exit::done;
}

Result<Exit> run_allowed(const Globals& globals, const AllowedFlags& flags) {
  TRY_LET(stage, given("--stage", parse_stage(flags.stage)));
  TRY_LET(reading, open_reading(globals));
  TRY_LET(model, version_named(*reading.world, flags.subject));
  const std::string name = reading.world->models.find(model)->name;
  const Serving serving = may_serve(*reading.world, {name, flags.environment}, model, stage);
  const bool allowed = serving.noes.empty();
  if (globals.json) {
    const Json json = {{"allowed", allowed},
                       {"model", flags.subject},
                       {"digest", model.hex()},
                       {"environment", flags.environment},
                       {"stage", to_text(stage)},
                       {"reasons", serving.noes},
                       {"seq", serving.seq ? Json(*serving.seq) : Json()}};
    print(json_text(json));
  } else {
    print(printable(flags.subject) + (allowed ? " may" : " may not") + " serve in " + printable(flags.environment) +
          " at " + std::string(to_text(stage)) + (allowed && serving.seq ? str(", by entry ", *serving.seq) : "") +
          "\n");
    for (const std::string& reason : serving.noes) print("  - " + printable(reason) + "\n");
  }
  return allowed ? Exit::done : Exit::refused;
}

Result<Exit> run_alert_ack(const Globals& globals, const WriteFlags& write, Seq alert, const std::string& note) {
  return record(globals, write, AlertAcknowledged{alert, note});
}

Result<Exit> run_retrain(const Globals& globals, const WriteFlags& write, const ReasonedFlags& flags,
                         const std::string& ticket) {
  TRY(said_something("--reason", flags.reason));
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(model, version_named(world, flags.subject));
    return Wanted{Record{RetrainingRequested{model, flags.reason, ticket}}, {}};
  });
}

}  // namespace cairn
