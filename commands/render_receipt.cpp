#include "commands/render_receipt.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/render_json.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

Tone tone_of(GateResult result) {
  switch (result) {
    case GateResult::pass:
      return Tone::good;
    case GateResult::fail:
      return Tone::bad;
    case GateResult::unknown:
      return Tone::warn;
    case GateResult::not_applicable:
      return Tone::quiet;
  }
  return Tone::plain;
}

Json json_of(const std::vector<GateOutcome>& gates) {
  return Json::parse(to_json(gates));
}

// What the statement made, by the names that later commands take.
void add_made(Json& json, const std::vector<Event>& events) {
  Json names = Json::array();
  for (const Event& event : events) names.push_back(wire_name(event));
  json["events"] = std::move(names);
  for (const Event& event : events) {
    if (const auto* rollout = std::get_if<RolloutProposed>(&event)) json["rollout"] = rollout->rollout;
    if (const auto* rollout = std::get_if<RolloutAdvanced>(&event)) json["rollout"] = rollout->rollout;
    if (const auto* rollout = std::get_if<RollbackBegun>(&event)) json["rollout"] = rollout->rollout;
    if (const auto* incident = std::get_if<IncidentOpened>(&event)) json["incident"] = incident->incident;
    if (const auto* rollback = std::get_if<RollbackExecuted>(&event)) json["incident"] = rollback->incident;
    if (const auto* action = std::get_if<ActionOpened>(&event)) json["action"] = action->action;
    if (const auto* model = std::get_if<ModelRegistered>(&event)) json["model"] = model->model.hex();
    if (const auto* policy = std::get_if<PolicyAdopted>(&event)) json["policy"] = policy->policy.hex();
  }
}

Json json_of(const Receipt& receipt, const std::string& id) {
  Json json = {{"outcome", receipt.outcome.empty() ? "admitted" : "refused"}};
  if (!receipt.outcome.empty()) json["refusal"] = receipt.outcome;
  json["seq"] = receipt.seq;
  json["id"] = id;
  json["recorded"] = receipt.recorded;
  json["leaf_hash"] = receipt.leaf.hex();
  json["tree_size"] = receipt.head.size;
  json["root"] = receipt.head.root.hex();
  json["checkpoint"] = receipt.checkpoint;
  Json proof = Json::array();
  for (const Hash& hash : receipt.proof) proof.push_back(to_base64(hash.view()));
  json["proof"] = std::move(proof);
  json["repeated"] = receipt.repeated;
  return json;
}

void add_refusal(Json& json, const Verdict& verdict) {
  if (!verdict.refused) return;
  json.update(Json::parse(to_json(*verdict.refused)));
  Json also = Json::array();
  for (const Refused& other : verdict.also) also.push_back(Json::parse(to_json(other)));
  json["also"] = std::move(also);
}

void add_lifted(Json& json, const std::vector<Lifted>& lifted) {
  if (!lifted.empty()) json["lifted"] = Json::parse(to_json(lifted));
}

std::string said_text(const std::vector<std::string>& said, const std::string& before = {}) {
  std::string text;
  for (const std::string& sentence : said) text += wrapped(before + printable(sentence), 2);
  return text;
}

// What was admitted has no gate that fails but under a broken glass, so a count is enough.
std::string gates_line(const std::vector<GateOutcome>& gates, Seq seq) {
  if (gates.empty()) return {};
  if (!all_pass(gates)) return gate_table(gates);
  const auto passed = std::count_if(gates.begin(), gates.end(),
                                    [](const GateOutcome& gate) { return gate.result == GateResult::pass; });
  const auto rest = static_cast<std::ptrdiff_t>(gates.size()) - passed;
  const std::string others = rest == 0 ? "" : str(", ", rest, " not applicable");
  return str("  ", passed, " gates passed", others, ": cairn show ", seq, " lists them\n");
}

Exit show_appended(const Globals& globals, const Appended& appended) {
  const bool refused = !appended.receipt.outcome.empty();
  if (globals.json) {
    Json json = json_of(appended.receipt, appended.id);
    add_refusal(json, appended.verdict);
    json["gates"] = json_of(appended.verdict.gates);
    add_lifted(json, appended.verdict.lifted);
    if (!refused) add_made(json, appended.events);
    print(json_text(json));
  } else if (refused) {
    print(toned("Refused", Tone::bad) + ", and recorded: " + toned(appended.receipt.outcome, Tone::strong) + "\n");
    print(said_text(appended.said, "tried: "));
    if (appended.verdict.refused) print(refusal_text(*appended.verdict.refused));
    for (const Refused& other : appended.verdict.also) print(refusal_text(other));
    print(receipt_text(appended.receipt));
  } else {
    print(toned("Admitted", Tone::good) + "\n" + said_text(appended.said));
    print(gates_line(appended.verdict.gates, appended.receipt.seq));
    print(lifted_text(appended.verdict.lifted));
    print(receipt_text(appended.receipt));
  }
  return refused ? Exit::refused : Exit::done;
}

Exit show_turned_away(const Globals& globals, const TurnedAway& away) {
  if (globals.json) {
    print(json_text({{"outcome", "turned_away"}, {"refusal", away.reason}, {"reasons", Json::array({away.message})}}));
  } else {
    print(toned("Turned away", Tone::bad) + ", and not recorded: " + toned(away.reason, Tone::strong) + "\n");
    print(wrapped(printable(away.message), 2));
  }
  return exit_of(away.kind);
}

Exit show_tried(const Globals& globals, const Tried& tried) {
  const Decision& decision = tried.decision;
  if (decision.door && decision.door->kind != Door::Kind::repeated) {
    const bool conflict = decision.door->kind == Door::Kind::conflict;
    return show_turned_away(globals, {conflict ? ErrorKind::conflict : ErrorKind::turned_away, decision.door->reason,
                                      decision.door->message});
  }
  const bool refused = decision.verdict.refused.has_value();
  if (globals.json) {
    Json json = {{"outcome", refused ? "would_be_refused" : "would_be_admitted"}};
    add_refusal(json, decision.verdict);
    json["gates"] = json_of(decision.verdict.gates);
    add_lifted(json, decision.verdict.lifted);
    print(json_text(json));
  } else if (refused) {
    print(toned("Would be refused: ", Tone::bad) + std::string(wire_name(decision.verdict.refused->refusal)) + "\n");
    print(refusal_text(*decision.verdict.refused));
    for (const Refused& other : decision.verdict.also) print(refusal_text(other));
  } else {
    print(toned("Would be admitted", Tone::good) + "; nothing was signed or written\n" + said_text(tried.said));
    if (!decision.verdict.gates.empty()) print(gate_table(decision.verdict.gates));
    print(lifted_text(decision.verdict.lifted));
  }
  return refused ? Exit::refused : Exit::done;
}

Exit show_signed(const Globals& globals, const Signed& signed_file) {
  if (globals.json) {
    print(json_text({{"outcome", "signed"}, {"file", signed_file.file.string()}, {"expires", signed_file.expires}}));
  } else {
    const std::string file = printable(signed_file.file.string());
    print("Signed, not recorded yet: " + file + "\n" + said_text(signed_file.said) + "  Have it recorded until " +
          format_time(signed_file.expires) + " by whoever holds the log's key: cairn submit " + file + "\n");
  }
  return Exit::done;
}

Exit show_unchanged(const Globals& globals, const Unchanged& unchanged) {
  if (globals.json) {
    Json json = {{"outcome", "unchanged"}, {"reasons", Json::array({unchanged.why})}};
    add_made(json, unchanged.stands);
    print(json_text(json));
  } else {
    print(wrapped("Nothing to do: " + printable(unchanged.why) + ".", 0));
  }
  return Exit::done;
}

}  // namespace

std::string receipt_json(const Receipt& receipt, const std::string& id) {
  return json_of(receipt, id).dump();
}

std::string receipt_text(const Receipt& receipt) {
  std::string text = table({{"  entry", str(receipt.seq, ", recorded ", format_time(receipt.recorded))},
                            {"  leaf", receipt.leaf.hex()},
                            {"  tree", str(receipt.head.size, " entries")},
                            {"  root", receipt.head.root.hex()}});
  if (receipt.repeated) text += "  This was recorded before, as this entry; tree and root are the present ones.\n";
  return text;
}

std::string gate_table(const std::vector<GateOutcome>& gates) {
  std::vector<std::vector<std::string>> rows;
  for (const GateOutcome& gate : gates) {
    const std::string result(to_text(gate.result));
    rows.push_back({"  " + toned(result, tone_of(gate.result)), describe(gate)});
  }
  return table(rows);
}

std::string lifted_text(const std::vector<Lifted>& lifted) {
  std::string text;
  for (const Lifted& one : lifted) {
    text += wrapped(toned("lifted", Tone::warn) +
                        str(" by the glass broken in entry ", one.invoked, ": ", wire_name(one.refused.refusal)),
                    2);
    for (const std::string& reason : one.refused.reasons) text += wrapped("- " + printable(reason), 4);
  }
  return text;
}

std::string refusal_text(const Refused& refused) {
  std::string text = wrapped(refused.rule, 2);
  for (const std::string& reason : refused.reasons) text += wrapped("- " + printable(reason), 4);
  if (refused.due) text += "    not before " + format_time(*refused.due) + "\n";
  return text + wrapped("To clear it: " + refused.remedy, 2);
}

Exit show_written(const Globals& globals, const Written& written) {
  if (const auto* appended = std::get_if<Appended>(&written)) return show_appended(globals, *appended);
  if (const auto* tried = std::get_if<Tried>(&written)) return show_tried(globals, *tried);
  if (const auto* file = std::get_if<Signed>(&written)) return show_signed(globals, *file);
  if (const auto* unchanged = std::get_if<Unchanged>(&written)) return show_unchanged(globals, *unchanged);
  return show_turned_away(globals, std::get<TurnedAway>(written));
}

}  // namespace cairn
