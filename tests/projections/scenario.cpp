#include "tests/projections/scenario.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "projections/what_if.h"
#include "tests/catch.h"

namespace cairn {
namespace {

const std::string origin = "ledger.example/rules";
const std::string model_name = "net";

const PublicKey& public_key_of(const std::string& holder) {
  static std::map<std::string, PublicKey> keys;
  const auto found = keys.find(holder);
  return found != keys.end() ? found->second : keys.emplace(holder, key_of(holder).public_key()).first->second;
}

Bytes possession_of(const std::string& handle, const std::string& holder) {
  static std::map<std::string, Bytes> proofs;
  Bytes& proof = proofs[handle + " " + holder];
  if (proof.empty()) proof = key_of(holder).sign(possession_text(handle, public_key_of(holder).id())).value();
  return proof;
}

Decimal decimal(const std::string& text) {
  const auto value = Decimal::parse(text);
  REQUIRE(value.ok());
  return *value;
}

}  // namespace

std::string example_policy(const std::string& file) {
  std::ifstream in(CAIRN_SOURCE "/examples/" + file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  REQUIRE(!text.empty());
  return text;
}

std::string guide_policy() {
  return example_policy("policy-default.json");
}

std::string small_policy() {
  return R"({"name": "small", "rules": 1,
  "gates": [
    {"name": "accuracy", "evidence": "metrics", "value": "accuracy", "is": ">=", "threshold": "0.85",
     "class": "artefact", "max_age": "30d"},
    {"name": "drift", "evidence": "monitoring", "value": "drift_score", "is": "<", "threshold": "0.15",
     "class": "stage"},
    {"name": "regression", "evidence": "metrics", "value": "accuracy", "is": "drop<=", "threshold": "0.02",
     "class": "baseline"}
  ],
  "environments": {
    "lab": {"ladder": [{"stage": "full"}]},
    "lab2": {"ladder": [{"stage": "shadow", "soak": "2h"}, {"stage": "full"}]},
    "prod": {"shadow_counts_from": ["lab2", "prod"], "shadow_valid": "30d", "regression": "full",
      "ladder": [
        {"stage": "shadow", "soak": "2h"},
        {"stage": "canary", "percent": [5, 50], "steps": [10, 25, 50], "soak": "2h"},
        {"stage": "full", "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "72h", "notice": true}]}
  },
  "monitoring": {"max_gap": "1h"},
  "retention": {"classes": {"audited": "900d", "records": "for-good"}},
  "refusals": {"per_hour": 60, "max_bytes": 8192}})";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  REQUIRE(text.find(what) != std::string::npos);
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

PrivateKey key_of(const std::string& holder) {
  const auto key = PrivateKey::from_ed25519_seed(sha256("key of " + holder).view());
  REQUIRE(key.ok());
  return *key;
}

KeyId first_key(const std::string& holder) {
  return public_key_of(holder).id();
}

ActorEnrolled person(const std::string& handle, std::vector<Grant> roles) {
  std::sort(roles.begin(), roles.end());
  return {handle, ActorKind::person, "", public_key_of(handle).spki(), possession_of(handle, handle), roles};
}

ActorEnrolled service(const std::string& handle, const std::string& owner, std::vector<Grant> roles) {
  ActorEnrolled actor = person(handle, std::move(roles));
  actor.kind = ActorKind::service;
  actor.owner = owner;
  return actor;
}

KeyAdded key_added(const std::string& handle, const std::string& holder) {
  return {handle, public_key_of(holder).spki(), possession_of(handle, holder)};
}

KeyRevoked key_revoked(const std::string& handle, const std::string& holder, Millis compromised_since) {
  return {handle, public_key_of(holder).id(), compromised_since, "lost"};
}

LedgerCreated ledger_created() {
  return {origin, "a vkey that no rule reads", sha256("nonce"), public_key_of("recovery").spki()};
}

Hash digest_of(const std::string& version) {
  return sha256("files of " + version);
}

ModelRegistered registered(const std::string& version, const std::string& name) {
  return {name, version, digest_of(version), 3, 4096};
}

EvidenceRecorded evidence(EvidenceKind kind, const std::string& version, const std::string& environment,
                          const Values& values) {
  EvidenceRecorded event;
  event.kind = kind;
  event.model = digest_of(version);
  event.environment = environment;
  event.source = "values.json";
  // Every look at a model is a file of its own: the same file again would be no look at all.
  static int looks = 0;
  event.digest = sha256(kind == EvidenceKind::monitoring ? str("report ", ++looks) : std::string("a file"));
  event.bytes = 100;
  for (const auto& [name, text] : values) event.values[name] = decimal(text);
  return event;
}

EvidenceRecorded metrics(const std::string& version, const std::string& accuracy) {
  return evidence(EvidenceKind::metrics, version, "", {{"accuracy", accuracy}});
}

EvidenceRecorded drift(const std::string& version, const std::string& environment, const std::string& score) {
  return evidence(EvidenceKind::monitoring, version, environment, {{"drift_score", score}});
}

std::string rollout_id(int number, const std::string& environment) {
  return str(model_name, "/", environment, "/", number);
}

RolloutProposed proposed(int number, const std::string& version, const std::string& environment) {
  return {rollout_id(number, environment), digest_of(version), model_name, environment};
}

RolloutAdvanced advanced(int number, Stage stage, std::uint64_t percent, const std::string& environment) {
  return {rollout_id(number, environment), stage, percent};
}

ModelArchived archived(const std::string& version, const std::string& by, const std::string& environment) {
  return {digest_of(version), environment, digest_of(by)};
}

IncidentOpened opened(int number, const std::string& environment) {
  return {str("INC-", number), Severity::high, "Rollback", model_name, environment};
}

std::vector<Event> rollback(const std::string& from, const std::string& to, int incident, int abort,
                            const std::string& environment) {
  std::vector<Event> events;
  if (abort > 0) events.push_back(RolloutAborted{rollout_id(abort, environment), "rolled back"});
  events.push_back(ArtefactChecked{digest_of(to), ArtefactMatch::match});
  events.push_back(RollbackExecuted{model_name, environment, digest_of(from), digest_of(to), Trigger::regression,
                                    "worse", str("INC-", incident)});
  events.push_back(opened(incident, environment));
  return events;
}

std::vector<Event> emptied(const std::string& from, int incident, int abort, const std::string& environment) {
  std::vector<Event> events;
  if (abort > 0) events.push_back(RolloutAborted{rollout_id(abort, environment), "rolled back"});
  events.push_back(
      SlotEmptied{model_name, environment, digest_of(from), Trigger::system, "it crashes", str("INC-", incident)});
  events.push_back(opened(incident, environment));
  return events;
}

RollbackBegun begun(int number, const std::string& from, const std::string& to, int incident) {
  return {rollout_id(number), model_name, "prod", digest_of(from), digest_of(to), "worse", str("INC-", incident)};
}

std::string watched_regression_policy() {
  return replaced(small_policy(), R"("regression": "full")", R"("regression": "shadow")");
}

PolicyInForce policy_of(const std::string& document) {
  auto read = policy_in_force(document);
  if (!read.ok()) FAIL(read.error().message);
  return std::move(*read);
}

std::vector<Event> genesis_events(const std::string& policy) {
  return {ledger_created(),
          person("dana", {{Role::admin, {}}, {Role::deployer, {}}}),
          person("lee", {{Role::approver, {}}}),
          person("ida", {{Role::incident_commander, {}}}),
          service("ci", "dana", {{Role::deployer, {}}}),
          service("watch", "dana", {{Role::monitor, {}}}),
          PolicyProposed{policy},
          PolicyAdopted{sha256(policy), Hash{}}};
}

Scenario::Scenario(const std::string& policy, Begun begun) {
  if (begun == Begun::yes) given("dana", genesis_events(policy));
}

std::vector<std::vector<Recorded>>* Scenario::kept = nullptr;

Scenario::~Scenario() {
  if (kept != nullptr) kept->push_back(std::move(entries));
}

Statement Scenario::said(const std::string& author, std::vector<Event> events) const {
  Statement statement;
  statement.ledger = world.genesis->ledger;
  statement.id = str("id-", entries.size(), "-", ids_);
  statement.author = author;
  statement.at = now;
  statement.expires = now + default_validity;
  statement.basis = {entries.size(), world.empty() ? Hash{} : sha256("root")};
  statement.events = std::move(events);
  return coded(statement);
}

Statement Scenario::coded(const Statement& statement) {
  const auto payload = encode_statement(statement, origin);
  if (!payload.ok()) FAIL(payload.error().message);
  const auto decoded = decode_statement(*payload);
  if (!decoded.ok()) FAIL(decoded.error().message);
  return *decoded;
}

Scenario& Scenario::when(const std::string& author, std::vector<Event> events) {
  ++ids_;
  return when(said(author, std::move(events)));
}

Scenario& Scenario::when(const Statement& statement, const KeyId& key, Basis basis) {
  const Bytes before = world.encode();
  const std::size_t payload_bytes = encode_statement(statement, origin).value().size();
  decision = admit(world, statement, key, payload_bytes, basis, now);
  const bool untouched = world.encode() == before && !world.journal.recording();
  REQUIRE(untouched);
  if (decision.door) return *this;
  Recorded entry = next_entry(statement, key, outcome_of(decision.verdict));
  causes = causes_of(world, entry, decision.verdict);
  const bool all_before =
      std::all_of(causes.begin(), causes.end(), [&](const Cause& cause) { return cause.seq < entry.seq; });
  REQUIRE(all_before);
  REQUIRE((entry.seq == 0 || !causes.empty()));
  REQUIRE(world.encode() == before);
  record(std::move(entry));
  return *this;
}

Scenario& Scenario::given(const std::string& author, std::vector<Event> events) {
  return when(author, std::move(events)).then_admitted();
}

Scenario& Scenario::given_a_lie(const std::string& author, std::vector<Event> events) {
  ++ids_;
  record(next_entry(said(author, std::move(events)), key_of(author).public_key().id(), ""));
  return *this;
}

Recorded Scenario::next_entry(const Statement& statement, const KeyId& key, const std::string& outcome) const {
  Recorded entry;
  entry.seq = entries.size();
  entry.entry = {now, outcome, {{key, "not looked at here"}}, encode_statement(statement, origin).value()};
  entry.leaf = sha256(encode_entry(entry.entry));
  entry.statement = statement;
  return entry;
}

void Scenario::record(Recorded entry) {
  world.apply(entry);
  entries.push_back(std::move(entry));
}

Scenario& Scenario::then_admitted() {
  if (decision.door) FAIL("turned away: " << decision.door->reason << ": " << decision.door->message);
  if (decision.verdict.refused) {
    const Refused& no = *decision.verdict.refused;
    FAIL(wire_name(no.refusal) << ": " << (no.reasons.empty() ? no.rule : no.reasons.front()));
  }
  CHECK(outcome_of(decision.verdict).empty());
  return *this;
}

Scenario& Scenario::then_refused(Refusal refusal) {
  INFO("expected " << wire_name(refusal));
  if (decision.door) FAIL("turned away: " << decision.door->reason << ": " << decision.door->message);
  REQUIRE(decision.verdict.refused.has_value());
  REQUIRE(outcome_of(decision.verdict) == wire_name(refusal));
  CHECK_FALSE(decision.verdict.refused->rule.empty());
  CHECK_FALSE(decision.verdict.refused->remedy.empty());
  return *this;
}

Scenario& Scenario::then_turned_away(const std::string& reason) {
  REQUIRE(decision.door.has_value());
  REQUIRE(decision.door->reason == reason);
  return *this;
}

const Rollout& Scenario::rollout(int number, const std::string& environment) const {
  const Rollout* found = world.rollouts.find(rollout_id(number, environment));
  REQUIRE(found != nullptr);
  return *found;
}

bool Scenario::says(const std::string& text) const {
  REQUIRE(decision.verdict.refused.has_value());
  const auto& reasons = decision.verdict.refused->reasons;
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const std::string& reason) { return reason.find(text) != std::string::npos; });
}

Scenario& Scenario::given_models(std::vector<std::string> versions) {
  for (const std::string& version : versions) given("ci", {registered(version), metrics(version)});
  return *this;
}

Scenario& Scenario::given_watched(const std::string& version, int hours, const std::string& environment) {
  for (int passed = 0; passed < hours; ++passed) later(hour).given("watch", {drift(version, environment)});
  return *this;
}

Scenario& Scenario::given_canary(int number, const std::string& version) {
  given("ci", {proposed(number, version)});
  given_watched(version, 2);
  return given("ci", {advanced(number, Stage::canary, 10)});
}

Scenario& Scenario::given_ready_for_full(int number, const std::string& version) {
  given_canary(number, version).given_watched(version, 2);
  given("ci", {StakeholdersNotified{rollout_id(number), "all"}});
  return given("lee", {approval(number)});
}

Scenario& Scenario::given_full(int number, const std::string& version, const std::string& replaces) {
  given_ready_for_full(number, version);
  std::vector<Event> events{advanced(number, Stage::full, 100)};
  if (!replaces.empty()) events.push_back(archived(replaces, version));
  return given("ci", std::move(events));
}

ApprovalGranted Scenario::approval(int number, const std::string& environment, Stage stage) const {
  const Rollout& of = rollout(number, environment);
  const StageRules* rules = world.policy().stage(environment, stage, of.name);
  REQUIRE(rules != nullptr);
  return {rollout_id(number, environment), of.model,    environment, stage, rules->hash,
          evidence_about(world, of),       "looks good"};
}

std::unique_ptr<World> reopened(const World& world) {
  const Bytes bytes = world.encode();
  auto decoded = World::decode(bytes);
  if (!decoded.ok()) FAIL(decoded.error().message);
  REQUIRE((*decoded)->encode() == bytes);
  return std::move(*decoded);
}

std::size_t valid_grants_of(const Scenario& scenario) {
  return valid_grants(scenario.world, scenario.rollout(1), Stage::full, scenario.now).size();
}

Bytes fold(const std::vector<Recorded>& entries) {
  World world;
  for (const Recorded& entry : entries) world.apply(entry);
  return world.encode();
}

}  // namespace cairn
