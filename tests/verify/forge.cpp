#include "tests/verify/forge.h"

#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "projections/admit.h"
#include "tests/catch.h"

namespace cairn {
namespace {

constexpr std::string_view policy_document = R"({
  "name": "forge",
  "rules": 1,
  "gates": [
    {"name": "accuracy", "evidence": "metrics", "value": "accuracy", "is": ">=", "threshold": "0.85", "class": "artefact", "max_age": "30d"},
    {"name": "drift", "evidence": "monitoring", "value": "drift", "is": "<", "threshold": "0.15", "class": "stage"}
  ],
  "environments": {
    "production": {
      "ladder": [
        {"stage": "shadow", "soak": "1h"},
        {"stage": "canary", "percent": [5, 50], "steps": [10], "soak": "1h"},
        {"stage": "full", "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "72h", "notice": true}
      ]
    }
  },
  "monitoring": {"max_gap": "1h"},
  "refusals": {"per_hour": 60, "max_bytes": 8192}
})";

constexpr Millis instant = second;

PrivateKey key_from(char seed) {
  auto key = PrivateKey::from_ed25519_seed(std::string(32, seed));
  REQUIRE(key.ok());
  return *key;
}

Decimal number(std::string_view text) {
  const auto value = Decimal::parse(text);
  REQUIRE(value.ok());
  return *value;
}

}  // namespace

Forge::Forge(std::string_view origin, char log_seed) : log(key_from(log_seed)), origin_(origin) {
  add_key("dana", 'd');
  add_key("erin", 'e');
  add_key("gus", 'g');
  world_.note_changes();
  write_genesis();
}

void Forge::write_genesis() {
  const Hash policy = sha256(policy_document);
  Statement first;
  first.id = "genesis";
  first.author = "dana";
  first.at = now;
  first.expires = now + default_validity;
  first.events = {LedgerCreated{origin_, vkey(), sha256(origin_), key_from('R').public_key().spki()},
                  enrolment("dana", {{Role::admin, {}}, {Role::deployer, {}}, {Role::approver, {}}}),
                  enrolment("erin", {{Role::approver, {}}}),
                  enrolment("gus", {{Role::auditor, {}}}),
                  PolicyProposed{std::string(policy_document)},
                  PolicyAdopted{policy, {}}};
  write("dana", first);
}

void Forge::add_key(const std::string& handle, char seed) {
  keys_.insert_or_assign(handle, key_from(seed));
}

ActorEnrolled Forge::enrolment(const std::string& handle, std::vector<Grant> roles) const {
  const PublicKey& key = key_of(handle).public_key();
  const auto possession = key_of(handle).sign(possession_text(handle, key.id()));
  REQUIRE(possession.ok());
  return {handle, ActorKind::person, "", key.spki(), *possession, std::move(roles)};
}

std::string Forge::vkey() const {
  const auto verifier = NoteVerifier::for_log(origin_, log.public_key());
  REQUIRE(verifier.ok());
  return verifier->vkey();
}

std::string Forge::note(const Head& head) const {
  const auto signed_note = sign_note(format_checkpoint(origin_, head), origin_, log);
  REQUIRE(signed_note.ok());
  return *signed_note;
}

Statement Forge::statement(const std::string& author, std::vector<Event> events) {
  now += instant;
  Statement statement;
  statement.ledger = id();
  statement.id = str("id-", next_id_++);
  statement.author = author;
  statement.at = now;
  statement.expires = now + default_validity;
  statement.basis = head();
  statement.events = std::move(events);
  return statement;
}

Seq Forge::write(const std::string& signer, const Statement& statement, const std::string& outcome,
                 std::optional<Millis> recorded) {
  const auto payload = encode_statement(statement, origin_);
  if (!payload.ok()) FAIL(payload.error().message);
  const auto envelope = sign_statement(*payload, key_of(signer));
  REQUIRE(envelope.ok());
  return append(encode_entry({recorded.value_or(now), outcome, envelope->signatures, envelope->payload}));
}

Seq Forge::append(Bytes entry) {
  const Seq seq = tree_.size();
  const Hash leaf = leaf_hash(entry);
  tree_.push(leaf);
  evidence_.nodes[{0, seq}] = leaf;
  std::uint8_t level = 0;
  for (std::uint64_t index = seq; (index & 1) != 0; index >>= 1, ++level) {
    evidence_.nodes[{static_cast<std::uint8_t>(level + 1), index >> 1}] =
        node_hash(evidence_.nodes[{level, index - 1}], evidence_.nodes[{level, index}]);
  }
  if (const auto recorded = decode_recorded(seq, entry); recorded.ok()) {
    if (world_.position->size == seq) world_.apply(*recorded);
    for (const std::string& tag : index_tags(recorded->statement, recorded->entry.outcome))
      evidence_.index[tag].push_back(seq);
  }
  evidence_.leaves.push_back(std::move(entry));
  evidence_.newest = note(head());
  evidence_.notes[tree_.size()] = evidence_.newest;
  return seq;
}

void Forge::seal_snapshot_here() {
  const auto sealed = seal_snapshot({head(), world_.encode()}, log);
  REQUIRE(sealed.ok());
  evidence_.snapshots[tree_.size()] = *sealed;
}

void Forge::seal_changes_here(Size since) {
  const auto sealed = seal_snapshot({head(), world_.encode_changes(since)}, log);
  REQUIRE(sealed.ok());
  evidence_.snapshots[tree_.size()] = *sealed;
}

Hash Forge::digest_of(const std::string& name) const {
  return sha256("manifest of " + name);
}

ModelRegistered Forge::registration(const std::string& name) {
  evidence_.attachments[digest_of(name)] = "manifest of " + name;
  return {name, "1", digest_of(name), 1, 100};
}

EvidenceRecorded Forge::evidence(const std::string& name, EvidenceKind kind, std::string_view value,
                                 std::string_view text) {
  const std::string file = str(name, ' ', value, ' ', text, ' ', next_id_);
  evidence_.attachments[sha256(file)] = file;
  EvidenceRecorded event;
  event.kind = kind;
  event.model = digest_of(name);
  event.environment = kind == EvidenceKind::monitoring ? "production" : "";
  event.source = "file.json";
  event.digest = sha256(file);
  event.bytes = file.size();
  event.values[std::string(value)] = number(text);
  return event;
}

Hash Forge::register_model(const std::string& name, std::string_view accuracy) {
  admit("dana", {registration(name), evidence(name, EvidenceKind::metrics, "accuracy", accuracy)});
  return digest_of(name);
}

void Forge::propose(const std::string& name) {
  admit("dana", {RolloutProposed{name + "/production/1", digest_of(name), name, "production"}});
}

void Forge::monitor(const std::string& name) {
  admit("dana", {evidence(name, EvidenceKind::monitoring, "drift", "0.1")});
}

void Forge::soak(const std::string& name) {
  wait(hour);
  monitor(name);
}

Event Forge::advance(const std::string& name, Stage stage, std::uint64_t percent) const {
  return RolloutAdvanced{name + "/production/1", stage, percent};
}

Event Forge::grant(const std::string& name) const {
  const StageRules* rules = world_.policy().stage("production", Stage::full, name);
  REQUIRE(rules != nullptr);
  const Rollout* rollout = world_.rollouts.find(name + "/production/1");
  std::vector<Seq> seen;
  if (rollout != nullptr) seen = evidence_about(world_, *rollout);
  return ApprovalGranted{name + "/production/1", digest_of(name), "production", Stage::full, rules->hash,
                         std::move(seen),        "looked"};
}

void Forge::deploy(const std::string& name) {
  register_model(name);
  propose(name);
  soak(name);
  admit("dana", {advance(name, Stage::canary, 10)});
  soak(name);
  admit("dana", {StakeholdersNotified{name + "/production/1", "everybody"}});
  admit("erin", {grant(name)});
  admit("dana", {advance(name, Stage::full, 100)});
}

std::vector<std::string> places(const Report& report) {
  std::vector<std::string> found;
  for (const Finding& finding : report.findings) {
    found.push_back(str(finding.seq ? std::to_string(*finding.seq) : "-", ' ', wire_name(finding.kind)));
  }
  return found;
}

bool names(const Report& report, const std::string& place) {
  const auto found = places(report);
  return std::find(found.begin(), found.end(), place) != found.end();
}

Report audit_with_key(const EvidenceSource& source, const Forge& forge) {
  AuditOptions options;
  options.vkey = forge.vkey();
  auto report = audit(source, options);
  if (!report.ok()) FAIL(report.error().message);
  for (const Finding& finding : report->findings) {
    UNSCOPED_INFO(wire_name(finding.kind) << ": " << finding.what);
  }
  return *report;
}

}  // namespace cairn
