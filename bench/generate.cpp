// bench_generate: a ledger as a team's would look after years, by a clock that runs ahead.
//
//   bench_generate --entries N --dir DIR [--models M]
//
// M models (300) take traffic in production and are looked at every six hours; each gets a new version every thirty
// days, which climbs the guide's whole ladder. Now and then somebody promotes too early and is refused, a version is
// rolled back with its incident, a lockdown comes and goes, the policy changes. All of it goes through the rules and
// the sequencer, some sixty statements a commit. DIR keeps the ledger and its home, for bench_past.
#include <filesystem>
#include <map>

#include "bench/measure.h"
#include "commands/command.h"
#include "commands/create.h"
#include "commands/live_rules.h"
#include "ledger/base/text.h"

namespace {

using namespace cairn;
using namespace cairn::bench;
namespace fs = std::filesystem;

constexpr Millis round_gap = hour;
constexpr std::size_t rounds_a_look = 6;  // a model is looked at every so many rounds
constexpr std::size_t rounds_a_version = 30 * 24;

struct SteppedClock final : Clock {
  Millis time = 0;
  Millis now() const override { return time; }
};

// One model name: what it waits for.
struct Line {
  std::string name;
  std::size_t versions = 0;
  std::size_t next_version = 0;  // the round
};

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

class Team {
 public:
  Team(const fs::path& directory, std::size_t models) : home_(directory / "home") {
    globals_.where = (directory / "ledger").string();
    globals_.actor = "bench";
    create();
    session_ = need(Session::open_for_writing(globals_, home_));
    need(session_->world());
    auto log_key = need(home_.log_key(session_->ledger().id(), session_->ledger().log_key()));
    const Size snapshot = session_->world_snapshot();
    rules_ = std::make_unique<LiveRules>(session_->take_world(), snapshot, session_->snapshot_bytes());
    clock_.time = rules_->world().position->recorded;
    sequencer_ = need(Sequencer::open(session_->store(), *rules_, clock_, std::move(log_key)));
    head_ = session_->ledger().checkpoint().head;
    keys_.emplace("bench", need(home_.read_key("bench")));
    keys_.emplace("lena", need(home_.read_key("lena")));
    for (std::size_t i = 0; i < models; ++i) lines_.push_back({str("model-", i), 0, 1 + i % (5 * 24)});
  }

  Size size() const { return head_.size; }
  Size refused() const { return refused_; }

  // One hour: what is looked at, then what people do on it.
  void round() {
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

 private:
  void create() {
    NewLedger wanted;
    wanted.origin = "bench.example/models";
    wanted.policy = read_text(CAIRN_POLICY);
    need(home_.make_key("lena", KeyType::ed25519));
    const auto lena = need(parse_public_key_file(read_text(home_.public_key_path("lena").c_str())));
    ActorEnrolled actor;
    actor.handle = "lena";
    actor.key = lena.key.spki();
    actor.possession = lena.possession;
    actor.roles = {{Role::approver, Scope{}}, {Role::incident_commander, Scope{}}};
    wanted.more_actors.push_back(std::move(actor));
    need(create_ledger(globals_, home_, wanted));
  }

  World& world() { return rules_->world(); }

  Envelope sign(const std::string& author, std::vector<Event> events) {
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
  void say(std::vector<Envelope>& acts, const std::string& author, const Command& command) {
    acts.push_back(sign(author, need(decide(world(), command)).events));
  }

  void append(const std::vector<Envelope>& envelopes) {
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

  void look(const Line& line, std::vector<Envelope>& looks) {
    const SlotKey slot{line.name, "production"};
    if (const Tenure* full = world().at_full(slot)) looks.push_back(sign("bench", {monitoring(full->model)}));
    if (const Rollout* active = world().under_way(slot)) looks.push_back(sign("bench", {monitoring(active->model)}));
  }
  EvidenceRecorded monitoring(const Hash& model) {
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

  void act(Line& line, std::vector<Envelope>& acts) {
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
    const auto refused = explained(id, *active);
    if (refused) return;
    say(acts, "bench", Promote{id, std::nullopt});
  }
  bool explained(const std::string& id, const Rollout&) {
    Statement statement;
    statement.author = "bench";
    statement.at = clock_.time;
    statement.events = need(decide(world(), Promote{id, std::nullopt})).events;
    return explain(world(), statement, KeyId{}, Basis::on_history, clock_.time).refused.has_value();
  }

  void propose(Line& line, std::vector<Envelope>& acts) {
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

  void roll_back(const Line& line, std::vector<Envelope>& acts) {
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

  void govern(std::vector<Envelope>& acts) {
    const std::size_t in_turn = round_ % (60 * 24);
    const Scope everywhere{"staging", "*"};
    if (round_ > 24 && in_turn == 0) acts.push_back(sign("lena", {LockdownEngaged{everywhere, "audit week"}}));
    if (round_ > 24 && in_turn == 2) say(acts, "lena", LiftLockdown{everywhere, "over", {"lena", clock_.time}});
    if (round_ > 24 && in_turn == 4) say(acts, "bench", LiftLockdown{everywhere, "over", {"bench", clock_.time}});
    if (round_ > 24 && round_ % (200 * 24) == 10) {
      std::string document = read_text(CAIRN_POLICY);
      const std::size_t at = document.find("\"10000\"");
      document.replace(at, 7, str("\"", 10000 + round_, "\""));
      say(acts, "bench", AdoptPolicy{std::move(document)});
    }
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

  Globals globals_;
  Home home_;
  SteppedClock clock_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<LiveRules> rules_;
  std::unique_ptr<Sequencer> sequencer_;
  std::map<std::string, PrivateKey> keys_;
  Head head_;
  std::vector<Line> lines_;
  std::size_t round_ = 0;
  std::uint64_t looks_ = 0;
  std::uint64_t early_ = 0;
  std::uint64_t idle_ = 0;
  std::optional<std::string> open_incident_;
  int said_of_incident_ = 0;
  Size refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Size entries = 100000;
  std::size_t models = 300;
  fs::path directory;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--entries") entries = need(parse_uint(argv[i + 1]));
    if (flag == "--models") models = need(parse_uint(argv[i + 1]));
    if (flag == "--dir") directory = argv[i + 1];
  }
  if (directory.empty()) {
    std::fprintf(stderr, "usage: bench_generate --entries N --dir DIRECTORY [--models M]\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  fs::create_directories(directory);
  Team team(directory, models);
  Size said = 0;
  const double spent = seconds_of([&] {
    while (team.size() < entries) {
      team.round();
      if (team.size() / 100000 != said / 100000)
        std::printf("%llu entries\n", static_cast<unsigned long long>(team.size()));
      said = team.size();
    }
  });
  std::printf("%llu entries, %llu of them refused, in %.0f s\n", static_cast<unsigned long long>(team.size()),
              static_cast<unsigned long long>(team.refused()), spent);
  return 0;
}
