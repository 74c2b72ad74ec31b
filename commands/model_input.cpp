#include "commands/model_input.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/default_policy.h"
#include "commands/json_text.h"
#include "commands/render_receipt.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// What the gates before shadow would say if this model were registered now.
std::vector<GateOutcome> gates_of(World& world, const ModelReading& reading, Millis now) {
  const std::size_t mark = world.journal.mark();
  // Whoever would register it is taken for one who may.
  world.apply_event(ActorEnrolled{"", ActorKind::person, "", {}, {}, {{Role::deployer, {}}}}, {}, {}, now);
  // What deploy would say of it: evidence that is on record already, perhaps with more known, stays as it is.
  const auto proposal = decide(world, Deploy{register_command(reading), "", Stage::shadow, 0});
  ASSERT(proposal.ok());
  for (const Event& event : proposal->events) {
    const bool known =
        std::holds_alternative<ModelRegistered>(event) || std::holds_alternative<EvidenceRecorded>(event);
    if (known) world.apply_event(event, {}, {}, now);
  }
  const GateQuestion question{reading.digest, {reading.name, ""}, std::nullopt, "", now};
  auto outcomes = evaluate_all(world, WhichGates::before_shadow, question);
  world.journal.undo_to(mark);
  world.keep();
  for (GateOutcome& outcome : outcomes)
    outcome.evidence_seq.reset();  // nothing is recorded: there is no entry to point at
  return outcomes;
}

std::size_t count_of(const ModelReading& reading, EvidenceKind kind) {
  return static_cast<std::size_t>(std::count_if(reading.evidence.begin(), reading.evidence.end(),
                                                [&](const Evidence& evidence) { return evidence.event.kind == kind; }));
}

bool passes(const std::vector<GateOutcome>& outcomes, EvidenceKind kind) {
  return std::all_of(outcomes.begin(), outcomes.end(), [&](const GateOutcome& outcome) {
    return outcome.gate.evidence != kind || outcome.result == GateResult::pass ||
           outcome.result == GateResult::not_applicable;
  });
}

std::string check_line(bool good, const std::string& text) {
  return "  " + toned(good ? "✓" : "✗", good ? Tone::good : Tone::bad) + " " + text + "\n";
}

std::string findings_of(const ModelReading& reading, std::initializer_list<EvidenceKind> kinds) {
  std::string text;
  for (const Evidence& evidence : reading.evidence) {
    if (std::find(kinds.begin(), kinds.end(), evidence.event.kind) == kinds.end()) continue;
    for (const std::string& finding : evidence.event.findings) text += wrapped("- " + printable(finding), 6);
  }
  return text;
}

std::string check_list(const ModelReading& reading, const std::vector<GateOutcome>& outcomes) {
  const std::size_t metadata = count_of(reading, EvidenceKind::card) + count_of(reading, EvidenceKind::metrics);
  const std::size_t files = reading.files.size();
  std::string text = toned(reading.name + " " + reading.version, Tone::strong) + ", digest " +
                     reading.digest.hex().substr(0, 12) + "\n";
  text += check_line(files > 0, str("Found ", files, " model file", files == 1 ? "" : "s"));
  text += check_line(metadata > 0, str("Found ", metadata, " metadata file", metadata == 1 ? "" : "s"));
  using Kind = EvidenceKind;
  text += check_line(passes(outcomes, Kind::structure), "Model structure checked, nothing of it executed");
  text += findings_of(reading, {Kind::structure});
  text +=
      check_line(passes(outcomes, Kind::metrics), "Performance thresholds met") + findings_of(reading, {Kind::metrics});
  text += check_line(passes(outcomes, Kind::card), "Model card in order");
  return text + findings_of(reading, {Kind::card, Kind::audit_chunk}) + gate_table(outcomes);
}

Json json_of(const ModelReading& reading, const std::vector<GateOutcome>& outcomes) {
  Json gates = Json::array();
  for (const GateOutcome& outcome : outcomes) {
    gates.push_back({{"gate", outcome.gate.name}, {"result", to_text(outcome.result)}, {"why", describe(outcome)}});
  }
  Json findings = Json::array();
  for (const Evidence& evidence : reading.evidence) {
    for (const std::string& finding : evidence.event.findings) findings.push_back(finding);
  }
  return {{"name", reading.name},
          {"version", reading.version},
          {"digest", reading.digest.hex()},
          {"files", reading.files.size()},
          {"overall_status", all_pass(outcomes) ? "passed" : "failed"},
          {"gates", gates},
          {"findings", findings}};
}

}  // namespace

Result<std::vector<ModelReading>> read_models(const ModelFlags& flags) {
  ProgressBar bar("hashing " + flags.path.string());
  const auto progress = [&bar](std::uint64_t done, std::uint64_t total) { bar.show(done, total); };
  TRY_LET(readings, read_model_directory(flags.path, progress, flags.name));
  if (!flags.name.empty())
    std::erase_if(readings, [&](const ModelReading& reading) { return reading.name != flags.name; });
  if (readings.empty()) return usage("no model named " + printable(flags.name) + " in " + flags.path.string());
  return readings;
}

Result<Ground> ground_of(const Globals& globals) {
  TRY_LET(place, LedgerPlace::parse(globals.where));
  Ground ground;
  TRY_LET(there, place.is_there());
  if (there) {
    TRY_LET(session, Session::open(globals));
    TRY(session->world());
    ground.world = session->take_world().world;
    ground.session = std::move(session);
    return ground;
  }
  ground.world = std::make_unique<World>();
  const std::string document(default_policy);
  ground.world->apply_event(PolicyProposed{document}, {}, {}, 0);
  ground.world->apply_event(PolicyAdopted{sha256(document), {}}, {}, {}, 0);
  return ground;
}

Result<ModelReading> read_one_model(const ModelFlags& flags) {
  TRY_LET(readings, read_models(flags));
  if (readings.size() > 1 && !flags.version.empty()) {
    std::erase_if(readings, [&](const ModelReading& reading) { return reading.version != flags.version; });
  }
  if (readings.empty()) return usage("no model of version " + printable(flags.version) + " in " + flags.path.string());
  if (readings.size() > 1) {
    std::string message =
        str(flags.path.string(), " holds ", readings.size(), " models; pick one with --name and --version:");
    for (const ModelReading& reading : readings)
      message += "\n  " + printable(reading.name) + " " + printable(reading.version);
    return usage(message);
  }
  ModelReading reading = std::move(readings.front());
  if (!flags.version.empty()) reading.version = flags.version;
  return reading;
}

RegisterModel register_command(const ModelReading& reading) {
  RegisterModel command{reading.name, reading.version, reading.digest, reading.files.size(), reading.bytes, {}};
  for (const Evidence& evidence : reading.evidence) command.evidence.push_back(evidence.event);
  return command;
}

Result<void> check_asked_name(const World& world, const ModelReading& reading, const ModelFlags& asked) {
  const Model* known = world.models.find(reading.digest);
  if (known == nullptr) return {};
  const bool same_name = asked.name.empty() || asked.name == known->name;
  const bool same_version = asked.version.empty() || asked.version == known->version;
  if (same_name && same_version) return {};
  return usage("these files are registered as " + known->name + " " + known->version + ", and stay that: not as " +
               printable(reading.name) + " " + printable(reading.version) + "; leave " +
               (same_version ? "--name" : "--version") + " away, or give --model-path where the other files are");
}

std::vector<Bytes> attachments_of(const ModelReading& reading) {
  std::vector<Bytes> contents = {reading.manifest};
  for (const Evidence& evidence : reading.evidence) {
    if (evidence.event.digest != reading.digest) contents.push_back(*evidence.content);
  }
  return contents;
}

Result<std::optional<std::vector<FoundModel>>> models_at(const Path& path) {
  const auto readings = read_model_directory(path, [](std::uint64_t, std::uint64_t) {});
  if (!readings) {
    warn("cairn: " + readings.error().message + "; the target's files count as not reachable\n");
    return std::optional<std::vector<FoundModel>>();
  }
  std::vector<FoundModel> found;
  for (const ModelReading& reading : *readings) found.push_back({reading.version, reading.digest});
  return std::optional<std::vector<FoundModel>>(std::move(found));
}

Result<Exit> validate_models(const Globals& globals, const ModelFlags& flags) {
  TRY_LET(readings, read_models(flags));
  TRY_LET(ground, ground_of(globals));
  const Millis now = SystemClock().now();
  bool passed = true;
  Json models = Json::array();
  for (const ModelReading& reading : readings) {
    const auto outcomes = gates_of(*ground.world, reading, now);
    passed = passed && all_pass(outcomes);
    if (globals.json) {
      models.push_back(json_of(reading, outcomes));
    } else {
      print(check_list(reading, outcomes));
    }
  }
  const std::string status = passed ? "passed" : "failed";
  const std::string policy =
      ground.world->policy().name + (ground.session ? ", in force here" : ", since there is no ledger");
  if (globals.json) {
    print(json_text({{"overall_status", status}, {"policy", ground.world->policy().digest.hex()}, {"models", models}}));
  } else {
    print("Judged by the policy " + printable(policy) + ". Nothing was recorded.\n");
    print("Overall status: " + toned(status, passed ? Tone::good : Tone::bad) + "\n");
  }
  return passed ? Exit::done : Exit::refused;
}

}  // namespace cairn
