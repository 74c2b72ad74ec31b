// Each row is taken apart by a structured binding, so that a field which the World gains does not compile here until it
// has a name.
#include "projections/row_fields.h"

namespace cairn {

std::string_view to_text(ApprovalState state) {
  switch (state) {
    case ApprovalState::granted:
      return "granted";
    case ApprovalState::denied:
      return "denied";
    case ApprovalState::withdrawn:
      return "withdrawn";
    case ApprovalState::voided:
      return "voided";
  }
  return "";
}

std::string digest_text(BytesView bytes) {
  return bytes.empty() ? "" : str(bytes.size(), " bytes, SHA-256 ", short_hex(sha256(bytes)));
}

void fields(RowFields& io, const Moment& row) {
  const auto& [seq, recorded] = row;
  io("at entry", seq);
  io("at", recorded);
}

void fields(RowFields& io, const Spoken& row) {
  const auto& [by, voucher, key, seq, recorded] = row;
  io("by", by);
  io("vouched for by", voucher);
  io("with key", key);
  io("at entry", seq);
  io("at", recorded);
}

void fields(RowFields& io, const Actor& row) {
  const auto& [kind, owner, enrolled_by, roles, enrolled] = row;
  io("kind", kind);
  io("owner", owner);
  io("roles", roles);
  io("enrolled by", enrolled_by);
  io("enrolled at entry", enrolled);
}

void fields(RowFields& io, const Key& row) {
  const auto& [handle, spki, vouched_by, added, revoked, compromised_since] = row;
  io("of", handle);
  io.bytes("public key", spki);
  io("vouched for by", vouched_by);
  io("added at entry", added);
  io("revoked at entry", revoked);
  io("compromised since", compromised_since);
}

void fields(RowFields& io, const Consent& row) {
  const auto& [replaces, said] = row;
  io("replaces", replaces);
  io("said", said);
}

void fields(RowFields& io, const OpenProposal& row) {
  const auto& [said, document, approvals] = row;
  io("said", said);
  io.bytes("document", document);
  io("approval of", approvals);
}

void fields(RowFields& io, const OpenRequest& row) {
  const auto& [said, events] = row;
  io("said", said);
  io.bytes("events", events);
}

void fields(RowFields& io, const Model& row) {
  const auto& [name, version, files, bytes, registered, recorded, quarantined, left, retired, deleted, classes] = row;
  io("name", name);
  io("version", version);
  io("files", files);
  io("bytes", bytes);
  io("registered at entry", registered);
  io("registered at", recorded);
  io("quarantined at entry", quarantined);
  io("left a slot", left);
  io("retired", retired);
  io("deleted at entry", deleted);
  io("retention", classes);
}

void fields(RowFields& io, const EvidenceRow& row) {
  const auto& [seq, recorded, author, digest, values] = row;
  io("value", values);
  io("newest at entry", seq);
  io("at", recorded);
  io("by", author);
  io("file", digest);
}

void fields(RowFields& io, const Soak& row) {
  const auto& [total, last_pass, doubted] = row;
  io.span("total", total);
  io("last passed", last_pass);
  io("doubted", doubted);
}

void fields(RowFields& io, const Approval& row) {
  const auto& [person, stage, rules, state, key, seq, recorded, reason] = row;
  io("by", person);
  io("of stage", stage);
  io("of rules", rules);
  io("state", state);
  io("with key", key);
  io("at entry", seq);
  io("at", recorded);
  io("reason", reason);
}

void fields(RowFields& io, const ApprovalRequest& row) {
  const auto& [stage, by, of, seq, recorded] = row;
  io("of stage", stage);
  io("by", by);
  io("of", of);
  io("at entry", seq);
  io("at", recorded);
}

void fields(RowFields& io, const Rollout& row) {
  const auto& [model, name, environment, proposer, state, stage, percent, proposed, stage_entry, stage_since, soak,
               notified, paused, rollback_incident, approvals, request] = row;
  io("state", state);
  io("stage", stage);
  io("percent", percent);
  io("model", model);
  io("name", name);
  io("environment", environment);
  io("proposer", proposer);
  io("proposed at entry", proposed);
  io("stage began at entry", stage_entry);
  io("stage began at", stage_since);
  io("soak", soak);
  io("notified at entry", notified);
  io("paused at entry", paused);
  io("goes back in", rollback_incident);
  io("approval", approvals);
  io("approval request", request);
}

void fields(RowFields& io, const Tenure& row) {
  const auto& [model, seq, since] = row;
  io("model", model);
  io("at entry", seq);
  io("since", since);
}

void fields(RowFields& io, const Slot& row) {
  const auto& [history, occupied, rolled_back, active, rollouts] = row;
  io("occupied", occupied);
  io("at full, version", history);
  io("rolled back from", rolled_back);
  io("rollout under way", active);
  io("rollouts", rollouts);
}

void fields(RowFields& io, const ShadowDone& row) {
  const auto& [soaked, recorded, entry, stage_entry] = row;
  io.span("soaked", soaked);
  io("completed at", recorded);
  io("completed at entry", entry);
  io("began at entry", stage_entry);
}

void fields(RowFields& io, const ActionItem& row) {
  const auto& [owner, due, task, opened, closed] = row;
  io("task", task);
  io("owner", owner);
  io("due", due);
  io("opened at entry", opened);
  io("closed at entry", closed);
}

void fields(RowFields& io, const Incident& row) {
  const auto& [severity, title, name, environment, opened, recorded, state, acknowledged, escalated, mitigated,
               resolved, postmortem, closed, actions] = row;
  io("state", state);
  io("severity", severity);
  io("title", title);
  io("model", name);
  io("environment", environment);
  io("opened at entry", opened);
  io("opened at", recorded);
  io("acknowledged", acknowledged);
  io("escalated", escalated);
  io("mitigated", mitigated);
  io("resolved", resolved);
  io("post-mortem", postmortem);
  io("closed", closed);
  io("action", actions);
}

void fields(RowFields& io, const Alert& row) {
  const auto& [recorded, acknowledged] = row;
  io("raised at", recorded);
  io("acknowledged at entry", acknowledged);
}

void fields(RowFields& io, const Lockdown& row) {
  const auto& [by, reason, engaged, recorded, lift] = row;
  io("by", by);
  io("reason", reason);
  io("engaged at entry", engaged);
  io("engaged at", recorded);
  io("lift asked for", lift);
}

void fields(RowFields& io, const Freeze& row) {
  const auto& [by, reason, until, declared, recorded] = row;
  io("until", until);
  io("by", by);
  io("reason", reason);
  io("declared at entry", declared);
  io("declared at", recorded);
}

void fields(RowFields& io, const Hold& row) {
  const auto& [by, reason, placed, recorded] = row;
  io("by", by);
  io("reason", reason);
  io("placed at entry", placed);
  io("placed at", recorded);
}

void fields(RowFields& io, const BrokenGlass& row) {
  const auto& [said, incident, lifts, until] = row;
  io("lifts", lifts);
  io("until", until);
  io("for", incident);
  io("said", said);
}

}  // namespace cairn
