#include "bench/team.h"

#include "bench/measure.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* origin = "bench.example/models";
constexpr Millis round_gap = hour;
constexpr std::size_t rounds_a_look = 6;  // a model is looked at every so many rounds
constexpr std::size_t rounds_a_version = 30 * 24;

Decimal number(const std::string& text) {
  return need(Decimal::parse(text));
}

EvidenceRecorded evidence_of(EvidenceKind kind, const Hash& model, const std::string& source, std::uint64_t i) {
  EvidenceRecorded evidence;
  evidence.kind = kind;
  evidence.model = model;
  evidence.source = source;
  evidence.digest = sha256(str(source, i));
  evidence.bytes = 512;
  return evidence;
}

}  // namespace

Team::Team(const fs::path& directory, std::size_t models, Millis start) : home_(directory / "home") {
  globals_.where = (directory / "ledger").string();
  globals_.actor = "bench";
  create(start);
  session_ = need(Session::open_for_writing(globals_, home_));
  need(session_->world());
  auto log_keys = need(home_.log_keys(session_->ledger().log_keys(), session_->ledger().size()));
  rules_ = std::make_unique<LiveRules>(session_->take_world());
  clock_.time = rules_->world().position->recorded;
  sequencer_ = need(Sequencer::open(session_->store(), *rules_, clock_, std::move(log_keys)));
  head_ = session_->ledger().checkpoint().head;
  for (std::size_t i = 0; i < models; ++i) lines_.push_back({str("model-", i), 0, 1 + i % (5 * 24)});
}

void Team::round() {
  clock_.time += round_gap - minute;
  std::vector<Envelope> looks;
  std::vector<Envelope> acts;
  for (std::size_t i = round_ % rounds_a_look; i < lines_.size(); i += rounds_a_look) look(lines_[i], looks);
  append(looks);
  clock_.time += minute;
  for (std::size_t i = round_ % rounds_a_look; i < lines_.size(); i += rounds_a_look) act(lines_[i], acts);
  govern(acts);
  append(acts);
  ++round_;
}

// What create_ledger does, by the clock of this team.
void Team::create(Millis start) {
  clock_.time = start;
  CreateLedger wanted;
  wanted.policy = read_text(CAIRN_POLICY);
  wanted.actors = {actor("bench", {Role::admin, Role::deployer, Role::approver, Role::monitor, Role::incident_commander,
                                   Role::auditor}),
                   actor("lena", {Role::approver, Role::incident_commander})};
  PrivateKey log_key = need(PrivateKey::generate(KeyType::ed25519));
  const PublicKey log_public = log_key.public_key();
  const PrivateKey recovery = need(PrivateKey::generate(KeyType::ed25519));
  wanted.ledger = {origin, need(NoteVerifier::for_log(origin, log_public)).vkey(),
                   need(Hash::from_bytes(random_bytes(32))), recovery.public_key().spki()};
  Statement statement;
  statement.id = to_hex(random_bytes(16));
  statement.author = "bench";
  statement.at = start;
  statement.expires = start + hour;
  statement.events = need(decide(World(), wanted)).events;
  const Envelope first = need(sign_statement(need(encode_statement(statement, origin)), keys_.at("bench")));

  need(home_.keep_new_log_key(log_key));
  const auto store = need(open_rocks_store(globals_.where, StoreMode::create, {}));
  LiveRules rules({std::make_unique<World>(), {}});
  const auto sequencer = need(Sequencer::open(*store, rules, clock_, std::move(log_key)));
  const Answer answer = need(sequencer->append({&first, 1})).front();
  if (!std::holds_alternative<Receipt>(answer)) stop(std::get<TurnedAway>(answer).message);
  need(home_.name_log_key(log_public, std::get<Receipt>(answer).leaf));
}

ActorEnrolled Team::actor(const std::string& handle, const std::vector<Role>& roles) {
  need(home_.make_key(handle, KeyType::ed25519));
  keys_.emplace(handle, need(home_.read_key(handle)));
  const auto file = need(parse_public_key_file(read_text(home_.public_key_path(handle).c_str())));
  ActorEnrolled actor;
  actor.handle = handle;
  actor.key = file.key.spki();
  actor.possession = file.possession;
  for (const Role role : roles) actor.roles.push_back({role, Scope{}});
  return actor;
}

Envelope Team::sign(const std::string& author, std::vector<Event> events) const {
  Statement statement;
  statement.ledger = session_->ledger().id();
  statement.id = to_hex(random_bytes(16));
  statement.author = author;
  statement.at = clock_.time;
  statement.expires = statement.at + hour;
  statement.basis = head_;
  statement.events = std::move(events);
  return need(sign_statement(need(encode_statement(statement, session_->ledger().origin())), keys_.at(author)));
}

void Team::say(std::vector<Envelope>& acts, const std::string& author, const Command& command) {
  acts.push_back(sign(author, need(decide(world(), command)).events));
}

void Team::append(const std::vector<Envelope>& envelopes) {
  if (envelopes.empty()) return;
  for (const Answer& answer : need(sequencer_->append(envelopes))) {
    const auto* receipt = std::get_if<Receipt>(&answer);
    if (receipt == nullptr) stop(std::get<TurnedAway>(answer).message);
    const bool meant = receipt->outcome.empty() || receipt->outcome == "soak_missing";
    if (!meant) stop(str("entry ", receipt->seq, " was refused: ", receipt->outcome));
    if (!receipt->outcome.empty()) ++refused_;
    head_ = receipt->head;
  }
}

void Team::look(const Line& line, std::vector<Envelope>& looks) {
  const SlotKey slot{line.name, "production"};
  if (const Tenure* full = world().at_full(slot)) looks.push_back(sign("bench", {monitoring(full->model)}));
  if (const Rollout* active = world().under_way(slot)) looks.push_back(sign("bench", {monitoring(active->model)}));
}

EvidenceRecorded Team::monitoring(const Hash& model) {
  EvidenceRecorded evidence = evidence_of(EvidenceKind::monitoring, model, "drift_metrics.json", ++looks_);
  evidence.environment = "production";
  const bool drifts = looks_ % 499 == 0;
  evidence.values = {{"accuracy_drop", number("0.01")},
                     {"current_accuracy", number("0.9412")},
                     {"drift_detected", number("0")},
                     {"drift_score", number(drifts ? "0.21" : "0.0794")},
                     {"models_monitored", number("1")},
                     {"positive_rate", number("0.5506")},
                     {"measured_at", Decimal::from_int(clock_.time - minute)}};
  return evidence;
}

void Team::act(Line& line, std::vector<Envelope>& acts) {
  const SlotKey slot{line.name, "production"};
  const Rollout* active = world().under_way(slot);
  if (active == nullptr) {
    if (round_ >= line.next_version) return propose(line, acts);
    if (++idle_ % 9973 == 0 && world().at_full(slot) != nullptr && line.versions > 1) roll_back(line, acts);
    return;
  }
  const std::string id = *world().slots.find(slot)->active;
  if (soak_missing(world(), *active, clock_.time) > 0) {
    if (++early_ % 37 == 0) say(acts, "bench", Promote{id, std::nullopt});
    return;
  }
  const bool to_full = next_step(world(), *active).value_or(NextStep{}).stage == Stage::full;
  const bool ready = active->notified && !valid_grants(world(), *active, Stage::full, clock_.time).empty();
  if (to_full && !ready) {
    say(acts, "bench", Notify{id, "the on-call list"});
    say(acts, "lena", Approve{id, Stage::full, ApprovalVerdict::grant, "looks well"});
    return;
  }
  // A look that failed keeps the gates shut until the next one.
  if (would_be_refused(id)) return;
  say(acts, "bench", Promote{id, std::nullopt});
}

bool Team::would_be_refused(const std::string& rollout) {
  Statement statement;
  statement.author = "bench";
  statement.at = clock_.time;
  statement.events = need(decide(world(), Promote{rollout, std::nullopt})).events;
  return explain(world(), statement, KeyId{}, Basis::on_history, clock_.time).refused.has_value();
}

void Team::propose(Line& line, std::vector<Envelope>& acts) {
  line.next_version = round_ + rounds_a_version;
  Deploy deploy;
  const std::string version = str("v", ++line.versions);
  deploy.model = {line.name, version, sha256(line.name + version), 3, 1000, {}};
  deploy.environment = "production";
  const Hash& model = deploy.model.model;
  EvidenceRecorded structure = evidence_of(EvidenceKind::structure, model, "structure", line.versions);
  structure.values = {{"findings", number("0")}};
  EvidenceRecorded metrics = evidence_of(EvidenceKind::metrics, model, "metrics.json", line.versions);
  for (const char* name : {"accuracy", "f1", "precision", "recall"}) metrics.values[name] = number("0.9412");
  metrics.values["ece"] = number("0.031");
  EvidenceRecorded card = evidence_of(EvidenceKind::card, model, "card.json", line.versions);
  card.values = {{"data_violations", number("0")},
                 {"prediction_violations", number("0")},
                 {"audit_root_verified", number("1")},
                 {"samples", number("50000")},
                 {"trained_at", Decimal::from_int(clock_.time - day)}};
  deploy.model.evidence = {structure, metrics, card};
  say(acts, "bench", deploy);
}

void Team::roll_back(const Line& line, std::vector<Envelope>& acts) {
  if (!acts.empty() || open_incident_) return;  // an incident's number is the next: one a batch
  Rollback command;
  command.name = line.name;
  command.environment = "production";
  command.reason = "complaints from the field";
  command.trigger = Trigger::system;
  open_incident_ = world().next_incident();
  said_of_incident_ = 0;
  say(acts, "bench", command);
}

void Team::govern(std::vector<Envelope>& acts) {
  const std::size_t in_turn = round_ % (60 * 24);
  const Scope everywhere{"staging", "*"};
  if (round_ > 24 && in_turn == 0) acts.push_back(sign("lena", {LockdownEngaged{everywhere, "audit week"}}));
  if (round_ > 24 && in_turn == 2) say(acts, "lena", LiftLockdown{everywhere, "over", {"lena", clock_.time}});
  if (round_ > 24 && in_turn == 4) say(acts, "bench", LiftLockdown{everywhere, "over", {"bench", clock_.time}});
  if (round_ > 24 && round_ % (200 * 24) == 10) {
    std::string document = read_text(CAIRN_POLICY);
    const std::size_t at = document.find("\"10000\"");
    document.replace(at, 7, str("\"", 10000 + round_ % 30000, "\""));  // of samples; a card has more
    say(acts, "bench", AdoptPolicy{std::move(document)});
  }
  follow_incident(acts);
}

void Team::follow_incident(std::vector<Envelope>& acts) {
  if (!open_incident_ || !world().incidents.has(*open_incident_)) return;
  const std::string id = *open_incident_;
  switch (said_of_incident_++) {
    case 0:
      return acts.push_back(sign("lena", {IncidentAcknowledged{id, "looking"}}));
    case 1:
      return acts.push_back(sign("lena", {IncidentMitigated{id, "rolled back"}}));
    case 2:
      return acts.push_back(sign("lena", {IncidentResolved{id, "cause found"}}));
    case 3:
      return acts.push_back(sign("lena", {PostmortemPublished{id, "postmortem.md", sha256(id), 2000}}));
    case 4:
      open_incident_.reset();
      return acts.push_back(sign("lena", {IncidentClosed{id}}));
  }
}

}  // namespace cairn::bench
