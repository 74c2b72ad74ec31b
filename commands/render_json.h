// JSON values that several commands share, as text, since no header of ours names a JSON library.
#pragma once

#include <string>
#include <vector>

#include "projections/admit.h"

namespace cairn {

// {refusal, rule, reasons[], remedy, due}
std::string to_json(const Refused& refused);

// [{gate, result, operator, threshold, policy, value, baseline, evidence_seq, evidence_digest, why}]
std::string to_json(const std::vector<GateOutcome>& gates);

// [{guard, invoked_seq, refusal, rule, reasons[], remedy, due}]
std::string to_json(const std::vector<Lifted>& lifted);

}  // namespace cairn
