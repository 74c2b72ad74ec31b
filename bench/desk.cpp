#include "bench/desk.h"

#include <latch>
#include <thread>

#include "bench/measure.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

// So many measured values make an entry of 1 KB, or an event of 512 bytes.
constexpr std::size_t values_a_single = 3;
constexpr std::size_t values_an_event = 2;

EvidenceRecorded look_at(const Hash& model, std::uint64_t i, std::size_t values) {
  EvidenceRecorded evidence;
  evidence.kind = EvidenceKind::monitoring;
  evidence.model = model;
  evidence.environment = "production";
  evidence.source = "drift_metrics.json";
  evidence.digest = sha256(str("look ", i));
  evidence.bytes = 512;
  for (const char* name : {"accuracy_drop", "drift_score", "current_accuracy"}) {
    if (evidence.values.size() < values) evidence.values[name] = need(Decimal::parse("0.0794"));
  }
  return evidence;
}

void expect_admitted(const Answer& answer) {
  const auto* receipt = std::get_if<Receipt>(&answer);
  if (receipt == nullptr) stop(std::get<TurnedAway>(answer).message);
  if (!receipt->outcome.empty()) stop("refused: " + receipt->outcome);
  if (receipt->checkpoint.empty() || receipt->head.size <= receipt->seq) stop("a receipt without its checkpoint");
}

}  // namespace

Desk::Desk(const std::filesystem::path& directory) {
  Globals globals;
  globals.where = (directory / "ledger").string();
  globals.actor = "bench";
  const Home home(directory / "home");
  session_ = need(Session::open_for_writing(globals, home));
  const World& world = *need(session_->world());
  for (const auto& slot : world.slots.rows()) {
    if (const Tenure* full = world.at_full(slot.first)) models_.push_back(full->model);
  }
  if (models_.empty()) stop("no model of this ledger takes traffic yet");
  auto log_keys = need(home.log_keys(session_->ledger().log_keys(), session_->ledger().size()));
  rules_ = std::make_unique<LiveRules>(session_->take_world());
  key_ = need(home.read_key("bench"));
  SequencerOptions options;
  options.clock_is_right = true;  // a team's ledger ends some time before now
  sequencer_ = need(Sequencer::open(session_->store(), *rules_, clock_, std::move(log_keys), options));
}

Envelope Desk::sign(std::vector<Event> events) const {
  Statement statement;
  statement.ledger = session_->ledger().id();
  statement.id = to_hex(random_bytes(16));
  statement.author = "bench";
  statement.at = clock_.now();
  statement.expires = statement.at + day;
  statement.basis = session_->ledger().checkpoint().head;
  statement.events = std::move(events);
  return need(sign_statement(need(encode_statement(statement, session_->ledger().origin())), key_));
}

std::vector<Envelope> Desk::many(std::size_t count, std::size_t events, std::size_t values) const {
  std::vector<Envelope> envelopes(count);
  std::vector<std::thread> workers;
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += threads) {
        std::vector<Event> said;
        for (std::size_t e = 0; e < events; ++e) {
          said.push_back(look_at(models_[(i * events + e) % models_.size()], i * events + e, values));
        }
        envelopes[i] = sign(std::move(said));
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return envelopes;
}

std::vector<Envelope> Desk::singles(std::size_t count) const {
  return many(count, 1, values_a_single);
}
std::vector<Envelope> Desk::bundles(std::size_t count) const {
  return many(count, events_a_bundle, values_an_event);
}

void Desk::append(std::span<const Envelope> envelopes) {
  for (const Answer& answer : need(sequencer_->append(envelopes))) expect_admitted(answer);
}

Desk::Called Desk::call(std::size_t callers, std::vector<Envelope> envelopes) {
  Called called;
  called.latencies.resize(envelopes.size());
  const auto writer = need(Writer::start(*sequencer_));
  std::latch ready(static_cast<std::ptrdiff_t>(callers + 1));
  std::vector<std::thread> threads;
  for (std::size_t caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      ready.arrive_and_wait();
      for (std::size_t i = caller; i < envelopes.size(); i += callers) {
        called.latencies[i] = seconds_of([&] { expect_admitted(need(writer->append(std::move(envelopes[i])))); });
      }
    });
  }
  ready.arrive_and_wait();
  called.seconds = seconds_of([&] {
    for (std::thread& thread : threads) thread.join();
  });
  return called;
}

std::vector<Bytes> entries_of(std::span<const Envelope> envelopes) {
  std::vector<Bytes> entries;
  for (const Envelope& envelope : envelopes) {
    entries.push_back(encode_entry({SystemClock().now(), {}, envelope.signatures, envelope.payload}));
  }
  return entries;
}

}  // namespace cairn::bench
