#include "tests/commands/read_case.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"
#include "tests/catch.h"

namespace cairn::test {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view policy = R"({
  "name": "test", "rules": 1,
  "gates": [
    {"name": "accuracy", "evidence": "metrics", "value": "accuracy", "is": ">=", "threshold": "0.85", "class": "artefact"}
  ],
  "environments": {
    "production": {"ladder": [
      {"stage": "shadow"},
      {"stage": "canary", "percent": [5, 50], "steps": [10, 50]},
      {"stage": "full", "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "72h", "notice": true}]},
    "staging": {"ladder": [{"stage": "shadow", "soak": "24h"}, {"stage": "full"}]}
  },
  "monitoring": {"max_gap": "7h"},
  "refusals": {"per_hour": 1000, "max_bytes": 8192}
})";

// A test that cannot be set up has failed; Catch reports the message.
template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

class ClockAhead final : public Clock {
 public:
  explicit ClockAhead(Millis ahead) : ahead_(ahead) {}
  Millis now() const override { return SystemClock().now() + ahead_; }

 private:
  Millis ahead_;
};

fs::path fresh_directory() {
  return fs::temp_directory_path() / ("cairn-read-" + to_hex(random_bytes(8)));
}

}  // namespace

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

Printed printed_by(const std::function<Result<Exit>()>& command) {
  const fs::path file = fresh_directory();
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  const int into = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  ::dup2(into, STDOUT_FILENO);
  ::close(into);
  const Result<Exit> result = command();
  std::fflush(stdout);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  Printed printed{read_whole(file), result ? *result : exit_of(result.error().kind),
                  result ? "" : result.error().message};
  fs::remove(file);
  return printed;
}

nlohmann::json run_json(const std::function<Result<Exit>()>& command, Exit expected) {
  const Printed printed = printed_by(command);
  INFO(printed.error << printed.out);
  REQUIRE(printed.exit == expected);
  return nlohmann::json::parse(printed.out);
}

ReadCase::ReadCase() : directory_(fresh_directory()) {
  fs::create_directories(directory_);
  take_home();
  NewLedger wanted;
  wanted.origin = "ledger.example/test";
  wanted.policy = std::string(policy);
  or_throw(home().make_key("lena", KeyType::ed25519));
  auto lena = or_throw(parse_public_key_file(read_whole(home().public_key_path("lena"))));
  ActorEnrolled actor;
  actor.handle = "lena";
  actor.key = lena.key.spki();
  actor.possession = lena.possession;
  actor.roles = {{Role::approver, Scope{}}};
  wanted.more_actors.push_back(std::move(actor));
  created_ = or_throw(create_ledger(globals(), home(), wanted));
}

ReadCase::~ReadCase() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

PrivateKey ReadCase::log_key() const {
  std::vector<PrivateKey> keys;
  with_session([&](Session& session) {
    keys = or_throw(home().log_keys(session.ledger().log_keys(), session.ledger().size()));
  });
  return keys.front();
}

void ReadCase::take_home() const {
  ::setenv("CAIRN_HOME", (directory_ / "home").c_str(), 1);
}

Globals ReadCase::globals(const std::string& actor) const {
  Globals globals;
  globals.where = ledger().string();
  globals.actor = actor;
  return globals;
}

Globals ReadCase::json() const {
  Globals globals = this->globals();
  globals.json = true;
  return globals;
}

Receipt ReadCase::say(const Command& command, const std::string& actor, const std::string& id) {
  WriteFlags flags;
  if (!id.empty()) flags.id = id;
  const Written written = or_throw(write(globals(actor), flags, home(), [&](const World&) {
    return Wanted{command, {}};
  }));
  if (const auto* away = std::get_if<TurnedAway>(&written)) throw std::runtime_error(away->message);
  return std::get<Appended>(written).receipt;
}

Hash ReadCase::digest(const std::string& name, const std::string& version) const {
  return sha256("manifest of " + name + " " + version);
}

Receipt ReadCase::register_model(const std::string& name, const std::string& version, const std::string& accuracy) {
  const std::string metrics = "{\"accuracy\": " + accuracy + "}";
  const AttachmentDirectory attachments(ledger() / "attachments");
  or_throw(attachments.put("manifest of " + name + " " + version));
  EvidenceRecorded evidence;
  evidence.model = newest_ = digest(name, version);
  evidence.source = "metrics.json";
  evidence.digest = or_throw(attachments.put(metrics));
  evidence.bytes = metrics.size();
  evidence.values["accuracy"] = or_throw(Decimal::parse(accuracy));
  return say(RegisterModel{name, version, newest_, 1, 20, {evidence}});
}

Receipt ReadCase::propose(const std::string& name, const std::string& version) {
  Deploy deploy;
  deploy.model = {name, version, digest(name, version), 1, 20, {}};
  deploy.environment = "production";
  return say(deploy);
}

void ReadCase::roll_out(const std::string& name, const std::string& version) {
  propose(name, version);
  std::string rollout;
  with_session([&](Session& session) {
    rollout = *or_throw(session.world())->slots.find({name, "production"})->active;
  });
  say(Promote{rollout, std::nullopt});
  say(Promote{rollout, std::nullopt});
  say(Notify{rollout, "the on-call list"});
  say(Approve{rollout, Stage::full, ApprovalVerdict::grant, "looks well"}, "lena");
  say(Promote{rollout, std::nullopt});
}

Receipt ReadCase::roll_back(const std::string& reason, Trigger trigger) {
  Rollback command;
  command.name = "logistic";
  command.environment = "production";
  command.reason = reason;
  command.trigger = trigger;
  return say(command);
}

std::vector<Answer> ReadCase::append(const std::vector<std::vector<Event>>& statements, const WrapRules& wrap) {
  auto session = or_throw(Session::open_for_writing(globals(), home()));
  const Ledger& ledger = session->ledger();
  const PrivateKey key = or_throw(home().read_key("dana"));
  const ClockAhead clock(ahead);
  std::vector<Envelope> envelopes;
  for (const std::vector<Event>& events : statements) {
    Statement statement;
    statement.ledger = ledger.id();
    statement.id = to_hex(random_bytes(16));
    statement.author = "dana";
    statement.at = clock.now();
    statement.expires = statement.at + default_validity;
    statement.basis = ledger.checkpoint().head;
    statement.events = events;
    envelopes.push_back(or_throw(sign_statement(or_throw(encode_statement(statement, ledger.origin())), key)));
  }
  or_throw(session->world());
  LiveRules live(session->take_world());
  const std::unique_ptr<Rules> wrapped_rules = wrap ? wrap(live) : nullptr;
  Rules& rules = wrapped_rules ? *wrapped_rules : live;
  auto sequencer = or_throw(
      Sequencer::open(session->store(), rules, clock, or_throw(home().log_keys(ledger.log_keys(), ledger.size()))));
  return or_throw(sequencer->append(envelopes));
}

void ReadCase::grow(std::size_t count) {
  std::vector<std::vector<Event>> statements;
  for (std::size_t i = 0; i < count; ++i) {
    EvidenceRecorded evidence;
    evidence.kind = EvidenceKind::card;
    evidence.model = newest_;
    evidence.source = "card.json";
    evidence.digest = sha256(str("card ", grown_++));
    statements.push_back({evidence});
  }
  append(statements);
}

}  // namespace cairn::test
