#include "verify/witness_check.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

bool has_line_by(const NoteParts& parts, const NoteVerifier& key) {
  return std::any_of(parts.lines.begin(), parts.lines.end(),
                     [&key](const SignatureLine& line) { return line.names(key); });
}

// `newest`, and for each witness without a line below it the one that a kept note of the same text has.
std::string with_lines_beside(const WitnessPolicy& policy, const std::string& newest,
                              std::span<const std::string> kept) {
  const Result<NoteParts> head = split_note(newest);
  if (!head.ok()) return newest;
  std::string note = newest;
  for (const PolicyWitness& witness : policy.witnesses) {
    if (has_line_by(*head, witness.key)) continue;
    for (const std::string& other : kept) {
      const Result<NoteParts> parts = split_note(other);
      if (!parts.ok() || parts->text != head->text || !has_line_by(*parts, witness.key)) continue;
      for (const SignatureLine& line : parts->lines) {
        if (line.names(witness.key)) note += format_signature_line(line);
      }
      break;
    }
  }
  return note;
}

// The largest size of a kept note that has what the policy asks for.
std::optional<Size> newest_with_enough(const WitnessPolicy& policy, std::span<const NoteVerifier> log,
                                       std::span<const std::string> kept) {
  std::optional<Size> newest;
  for (const std::string& note : kept) {
    const Result<Witnessed> witnessed = check_witnessed(note, log, policy);
    if (!witnessed.ok() || !witnessed->lacks.empty()) continue;
    newest = std::max(newest.value_or(0), witnessed->checkpoint.head.size);
  }
  return newest;
}

}  // namespace

Result<std::vector<std::string>> check_witnesses(const WitnessPolicy& policy, std::span<const NoteVerifier> log,
                                                 const std::string& newest, std::span<const std::string> kept,
                                                 Findings& findings) {
  const Result<Witnessed> witnessed = check_witnessed(with_lines_beside(policy, newest, kept), log, policy);
  const auto find = [&findings](std::string what) {
    findings.push_back({FindingKind::not_witnessed, std::nullopt, std::move(what)});
    return std::vector<std::string>();
  };
  if (!witnessed.ok()) {
    if (witnessed.error().kind == ErrorKind::usage) return witnessed.error();
    return find("whether the newest checkpoint is witnessed cannot be said: " + witnessed.error().message);
  }
  if (witnessed->lacks.empty()) return witnessed->by;
  const std::optional<Size> enough = newest_with_enough(policy, log, kept);
  find(str("the newest checkpoint, of size ", witnessed->checkpoint.head.size, ", lacks cosignatures that the policy ",
           "asks for: of ", joined(witnessed->missing, ", "), "; the quorum needs ", witnessed->lacks,
           enough ? str("; the newest head that has enough is of size ", *enough) : std::string()));
  return witnessed->by;
}

}  // namespace cairn
