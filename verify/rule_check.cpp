#include "verify/rule_check.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

std::string name_outcome(const std::string& outcome) {
  return outcome.empty() ? "admitted" : str("refused as ", outcome);
}

std::string first_digits(const Hash& hash) {
  return hash.hex().substr(0, 16) + "...";
}

std::string explain_no(const Verdict& verdict) {
  if (!verdict.refused) return "";
  std::string text = str(": ", verdict.refused->rule);
  for (const std::string& reason : verdict.refused->reasons) text += str("; ", reason);
  return text;
}

// The key that entry 0 enrols and is signed with.
const Bytes* enrolled_spki(const Statement& statement, const KeyId& key) {
  for (const Event& event : statement.events) {
    const auto* actor = std::get_if<ActorEnrolled>(&event);
    if (actor != nullptr && sha256(actor->key) == key) return &actor->key;
  }
  return nullptr;
}

const LedgerCreated* created_by(const Statement& statement) {
  return statement.events.empty() ? nullptr : std::get_if<LedgerCreated>(&statement.events.front());
}

FindingKind kind_of_door(const Door& door) {
  if (door.kind != Door::Kind::turned_away && door.reason != "expects_unmet") return FindingKind::id_repeated;
  if (door.reason == "early" || door.reason == "late") return FindingKind::time_out_of_bracket;
  if (door.reason == "unknown_key") return FindingKind::key_not_enrolled;
  if (door.reason == "other_ledger") return FindingKind::ledger_id_wrong;
  return FindingKind::should_not_be_here;
}

std::string describe(const Door& door) {
  if (door.kind == Door::Kind::repeated) return str("entry ", door.first, " holds the same statement already");
  return str("would have been turned away (", door.reason, "): ", door.message);
}

// Whose word stands for what no rule can derive.
std::optional<std::string> assertion_of(const Event& event, const std::string& author) {
  if (const auto* evidence = std::get_if<EvidenceRecorded>(&event)) {
    return str("values of ", to_text(evidence->kind), ", read by ", author);
  }
  if (std::holds_alternative<ArtefactChecked>(event)) return str("that artefacts were compared, by ", author);
  if (std::holds_alternative<ModelRegistered>(event)) return str("digests of models, computed by ", author);
  const bool moves = std::holds_alternative<RolloutAdvanced>(event) ||
                     std::holds_alternative<RollbackExecuted>(event) || std::holds_alternative<SlotEmptied>(event);
  if (moves) return str("that traffic really moved, by ", author);
  if (std::holds_alternative<StakeholdersNotified>(event)) return str("that stakeholders were told, by ", author);
  if (std::holds_alternative<DrillRecorded>(event)) return str("that a rollback was practised, by ", author);
  const bool over = std::holds_alternative<IncidentMitigated>(event) || std::holds_alternative<IncidentResolved>(event);
  if (over) return str("that incidents were mitigated or resolved, by ", author);
  if (std::holds_alternative<ActionClosed>(event)) return str("that action items were done, by ", author);
  return std::nullopt;
}

}  // namespace

// A policy that asks for later rules can only have been admitted by a later program.
Result<void> check_known(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) return {};
  for (const Event& event : recorded.statement.events) {
    const auto* proposed = std::get_if<PolicyProposed>(&event);
    if (proposed == nullptr) continue;
    const Result<Policy> policy = parse_policy(proposed->document);
    if (!policy.ok() && policy.error().kind == ErrorKind::needs_newer) {
      return needs_newer(str("entry ", recorded.seq, ": ", policy.error().message));
    }
  }
  return {};
}

void RuleCheck::report(FindingKind kind, const Recorded& recorded, std::string what) {
  report_.findings.push_back({kind, recorded.seq, std::move(what)});
}

Result<void> RuleCheck::check(const std::shared_ptr<const Recorded>& entry, TreeCheck& tree) {
  const Recorded& recorded = *entry;
  check_order(recorded);
  if (const Result<void> known = check_known(recorded); deciding_ && !known.ok()) {
    report(FindingKind::needs_newer, recorded, str(known.error().message, "; no rule is asked from here on"));
    deciding_ = false;
  }
  if (recorded.seq == 0) check_genesis(recorded);
  const bool signer_fits = recorded.seq >= report_.since && check_signer(entry);
  if (deciding_) {
    if (signer_fits) TRY(decide(recorded, tree));
    world_.apply(recorded);
    world_.keep();
  }
  count(recorded);
  return {};
}

// Only the neighbour counts: a single time that lies is one finding where it lies, or two where it leapt ahead.
void RuleCheck::check_order(const Recorded& recorded) {
  const Millis time = recorded.entry.recorded;
  const bool corrects = recorded.entry.outcome.empty() && corrects_clock(recorded.statement);
  if (recorded.seq > 0 && time < newest_ && !corrects) {
    report(FindingKind::time_out_of_order, recorded,
           str("recorded at ", format_time(time), ", before the entry above it at ", format_time(newest_)));
  }
  newest_ = time;
}

void RuleCheck::check_genesis(const Recorded& recorded) {
  const LedgerCreated* created = created_by(recorded.statement);
  if (created == nullptr || !recorded.entry.outcome.empty()) {
    report(FindingKind::genesis_wrong, recorded,
           created == nullptr ? "entry 0 does not begin with ledger.created; no rule is asked"
                              : "entry 0 was refused; no rule is asked");
    deciding_ = false;
    return;
  }
  const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(created->log_key);
  if (!log.ok()) {
    report(FindingKind::genesis_wrong, recorded, str("the log key in entry 0 does not parse: ", log.error().message));
  } else if (log->name() != created->origin) {
    report(FindingKind::genesis_wrong, recorded, "the log key in entry 0 has another name than the origin");
  }
}

// Whether the key that signed could sign as anybody at this seq; who it may speak for is asked of the rules.
bool RuleCheck::check_signer(const std::shared_ptr<const Recorded>& entry) {
  const Recorded& recorded = *entry;
  const std::vector<Signature>& signatures = recorded.entry.signatures;
  if (signatures.size() != 1) {
    report(FindingKind::should_not_be_here, recorded,
           str("carries ", signatures.size(), " signatures, and rules 1 take one"));
    return false;
  }
  const KeyId& key = signatures.front().key;
  if (recorded.seq == 0) {
    const Bytes* spki = enrolled_spki(recorded.statement, key);
    if (spki != nullptr) check_signature(entry, *spki);
    if (spki == nullptr)
      report(FindingKind::key_not_enrolled, recorded, "entry 0 does not enrol the key that signed it");
    return spki != nullptr;
  }
  const Key* row = world_.keys.find(key);
  if (row != nullptr) {
    check_signature(entry, row->spki);
    if (!row->revoked || !deciding_) return true;
    report(FindingKind::key_not_enrolled, recorded,
           str("signed by key ", first_digits(key), " of ", printable(row->handle), ", which entry ", *row->revoked,
               " revoked"));
    return false;
  }
  if (key == world_.genesis->recovery_id) {
    check_signature(entry, world_.genesis->recovery_key);
    return true;
  }
  if (deciding_) {
    report(FindingKind::key_not_enrolled, recorded,
           str("signed by key ", first_digits(key), ", which no entry before enrols"));
  }
  return false;
}

void RuleCheck::check_signature(const std::shared_ptr<const Recorded>& entry, const Bytes& spki) {
  const Signature& signature = entry->entry.signatures.front();
  auto known = parsed_keys_.find(signature.key);
  if (known == parsed_keys_.end()) {
    Result<PublicKey> parsed = PublicKey::from_spki(spki);
    if (!parsed.ok())
      return report(FindingKind::signature_bad, *entry, str("its key is none: ", parsed.error().message));
    known = parsed_keys_.emplace(signature.key, std::move(*parsed)).first;
  }
  ++report_.signatures;
  workers_.add(
      [key = &known->second, entry]() -> std::optional<Finding> {
        const Result<void> verified = key->verify(pae(entry->entry.payload), entry->entry.signatures.front().bytes);
        if (verified.ok()) return std::nullopt;
        return Finding{FindingKind::signature_bad, entry->seq, verified.error().message};
      },
      entry->entry.payload.size());
}

Result<void> RuleCheck::decide(const Recorded& recorded, TreeCheck& tree) {
  const Statement& statement = recorded.statement;
  if (!statement.origin.empty() && recorded.seq > 0 && statement.origin != world_.genesis->origin) {
    report(FindingKind::ledger_id_wrong, recorded, str("its subject is the ledger of ", printable(statement.origin)));
    return {};
  }
  bool on_history = statement.basis == Head{};
  if (recorded.seq > 0) {
    on_history = statement.basis.size > 0 && statement.basis.size <= recorded.seq;
    if (on_history) {
      TRY_LET(root, tree.root_at(statement.basis.size));
      on_history = root == statement.basis.root;
      if (on_history) sound_ = std::max(sound_, statement.basis.size);
    }
  }
  ++report_.decided;
  const std::string lost = std::string(wire_name(Refusal::basis_not_on_history));
  if (on_history == (recorded.entry.outcome == lost)) {
    report(FindingKind::basis_wrong, recorded,
           str("recorded as ", name_outcome(recorded.entry.outcome), ", but its basis of size ", statement.basis.size,
               " is ", on_history ? "on this history" : "not on this history"));
    const bool there_was_one = statement.basis.size > 0 && statement.basis.size <= recorded.seq;
    if (!on_history && there_was_one) report_.findings.back().size = statement.basis.size;
    return {};
  }
  const KeyId& key = recorded.entry.signatures.front().key;
  const Basis basis = on_history ? Basis::on_history : Basis::not_on_history;
  compare(recorded, admit(world_, statement, key, recorded.entry.payload.size(), basis, recorded.entry.recorded));
  return {};
}

void RuleCheck::compare(const Recorded& recorded, const Decision& decision) {
  const std::string outcome = outcome_of(decision.verdict);
  // A refusal that was too large or one too many has a door and a verdict; a false outcome is the graver of the two.
  const bool judged = !decision.door || decision.verdict.refused;
  if (judged && outcome != recorded.entry.outcome) {
    const FindingKind kind = recorded.seq == 0 ? FindingKind::genesis_wrong : FindingKind::outcome_wrong;
    report(kind, recorded,
           str("recorded as ", name_outcome(recorded.entry.outcome), ", the rules say ", name_outcome(outcome),
               explain_no(decision.verdict)));
  } else if (decision.door) {
    report(kind_of_door(*decision.door), recorded, describe(*decision.door));
  }
}

void RuleCheck::count(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) {
    ++report_.refused;
    return;
  }
  ++report_.admitted;
  for (const Event& event : recorded.statement.events) {
    if (auto assertion = assertion_of(event, recorded.statement.author)) ++report_.asserted[std::move(*assertion)];
  }
}

}  // namespace cairn
