#include "commands/render_json.h"

#include <nlohmann/json.hpp>

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const GateOutcome& outcome) {
  Json gate = {{"gate", outcome.gate.name},
               {"result", to_text(outcome.result)},
               {"operator", to_text(outcome.gate.comparison)},
               {"threshold", outcome.gate.threshold.text()},
               {"policy", outcome.policy.hex()}};
  if (outcome.value) gate["value"] = outcome.value->text();
  if (outcome.baseline) gate["baseline"] = outcome.baseline->text();
  if (outcome.evidence_seq) {
    gate["evidence_seq"] = *outcome.evidence_seq;
    gate["evidence_digest"] = outcome.evidence_digest.hex();
  }
  if (!outcome.why.empty()) gate["why"] = outcome.why;
  return gate;
}

}  // namespace

std::string to_json(const Refused& refused) {
  Json json = {{"refusal", wire_name(refused.refusal)},
               {"rule", refused.rule},
               {"reasons", refused.reasons},
               {"remedy", refused.remedy}};
  if (refused.due) json["due"] = *refused.due;
  return json.dump();
}

std::string to_json(const std::vector<Lifted>& lifted) {
  Json list = Json::array();
  for (const Lifted& one : lifted) {
    Json json = {{"guard", to_text(one.guard)}, {"invoked_seq", one.invoked}};
    json.update(Json::parse(to_json(one.refused)));
    list.push_back(std::move(json));
  }
  return list.dump();
}

std::string to_json(const std::vector<GateOutcome>& gates) {
  Json list = Json::array();
  for (const GateOutcome& gate : gates) list.push_back(json_of(gate));
  return list.dump();
}

}  // namespace cairn
