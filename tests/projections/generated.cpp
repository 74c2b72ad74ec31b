#include "tests/projections/generated.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "ledger/events/log_keys.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/projections/generated_moves.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// Deriving a key costs as much as signing with it.
const PrivateKey& cached_key(const std::string& holder) {
  static std::map<std::string, PrivateKey> keys;
  const auto found = keys.find(holder);
  return found != keys.end() ? found->second : keys.emplace(holder, key_of(holder)).first->second;
}

class Generator {
 public:
  Generator(std::uint64_t seed, Log log) : dice_(seed), log_(log), moves_(world_, dice_) {
    roots_.push_back(empty_root());
    begin();
  }

  std::vector<Recorded> run(std::size_t entries) {
    std::size_t said = 0;
    while (entries_.size() < entries) {
      // Whoever is turned away leaves nothing: a seed that says nothing else would never end.
      REQUIRE(++said < 100 * entries);
      pass_time();
      step();
    }
    return std::move(entries_);
  }

 private:
  void begin() {
    LedgerCreated created = ledger_created();
    created.origin = generated_origin;
    created.log_key = NoteVerifier::for_log(generated_origin, generated_log_key().public_key()).value().vkey();
    // The other policies ask for more persons than there are yet.
    std::vector<Event> events = genesis_events(Moves::policies()[dice_.below(3)]);
    events.front() = created;
    submit(statement("dana", std::move(events)), cached_key("dana"), Basis::on_history);
    REQUIRE(entries_.size() == 1);
    now_ += minute;
    submit(statement("dana", {person("mia", {{Role::admin, {}}, {Role::approver, {}}})}), cached_key("dana"),
           Basis::on_history);
  }

  // Minutes, mostly; a night or a long weekend now and then.
  void pass_time() {
    const std::uint64_t kind = dice_.below(100);
    const Millis most = kind < 60 ? 10 * minute : kind < 90 ? hour : kind < 99 ? 8 * hour : 4 * day;
    now_ += 1 + static_cast<Millis>(dice_.below(static_cast<std::uint64_t>(most)));
  }

  void step() {
    Move move = moves_.next(now_);
    if (move.events.empty()) return;
    if (dice_.chance(4)) move.author = any_actor();
    Statement said = statement(move.author, std::move(move.events));
    Basis basis = Basis::on_history;
    if (dice_.chance(1)) {
      said.basis.root = sha256("another branch");
      basis = Basis::not_on_history;
    } else if (dice_.chance(15)) {
      said.basis.size = 1 + dice_.below(said.basis.size);
      said.basis.root = roots_[said.basis.size];
    }
    if (dice_.chance(10)) expect_something(said);
    submit(said, key_for(move.author), basis);
  }

  std::string any_actor() { return dice_.row_of(world_.actors.rows())->first; }

  // One of theirs that signs, if there is one; a revoked one is turned away at the door.
  const PrivateKey& key_for(const std::string& handle) {
    std::vector<std::string> holders = {handle};
    for (int i = 2; i < 9; ++i) holders.push_back(str(handle, " ", i));
    std::erase_if(holders, [&](const std::string& holder) {
      const Key* row = world_.signing_key(cached_key(holder).public_key().id());
      return row == nullptr || row->handle != handle;
    });
    return cached_key(holders.empty() ? handle : dice_.one_of(holders));
  }

  void expect_something(Statement& said) {
    const auto* row = dice_.row_of(world_.subjects.rows());
    if (row == nullptr) return;
    said.expects[row->first] = dice_.chance(80) ? row->second : row->second + 1;
  }

  Statement statement(const std::string& author, std::vector<Event> events) {
    Statement said;
    said.ledger = world_.genesis->ledger;
    said.id = str("id-", ++ids_);
    said.author = author;
    const std::uint64_t clock = dice_.below(100);
    said.at = clock < 2 ? now_ + 5 * minute : clock < 4 ? now_ - hour : now_ - static_cast<Millis>(clock) * second;
    said.expires = said.at + (dice_.chance(20) ? max_validity : default_validity);
    if (entries_.empty()) said.at = now_;
    said.basis = {entries_.size(), entries_.empty() ? Hash{} : roots_.back()};
    said.events = std::move(events);
    return said;
  }

  void submit(const Statement& said, const PrivateKey& key, Basis basis) {
    const auto payload = encode_statement(said, generated_origin);
    if (!payload.ok()) FAIL(payload.error().message);
    const Statement read = decode_statement(*payload).value();
    const Decision decision = admit(world_, read, key.public_key().id(), payload->size(), basis, now_);
    world_.keep();
    if (decision.door) return;
    std::string outcome = outcome_of(decision.verdict);
    if (log_ == Log::lying && entries_.size() > 2 && dice_.chance(5)) outcome = outcome.empty() ? "role_missing" : "";
    record(sign_statement(*payload, key).value(), read, outcome);
  }

  void record(Envelope signed_one, const Statement& read, const std::string& outcome) {
    Recorded entry;
    entry.seq = entries_.size();
    entry.entry = {now_, outcome, std::move(signed_one.signatures), std::move(signed_one.payload)};
    if (log_ == Log::lying && entry.seq > 2 && dice_.chance(3)) entry.entry.recorded -= 2 * hour;
    entry.leaf = leaf_hash(encode_entry(entry.entry));
    entry.statement = read;
    world_.apply(entry);
    tree_.push(entry.leaf);
    roots_.push_back(tree_.root());
    entries_.push_back(std::move(entry));
  }

  Dice dice_;
  const Log log_;
  World world_;
  Moves moves_;
  Millis now_ = start_of_scenario;
  std::vector<Recorded> entries_;
  Frontier tree_;
  std::vector<Hash> roots_;
  int ids_ = 0;
};

}  // namespace

PrivateKey generated_log_key() {
  return cached_key("the log");
}

std::vector<PrivateKey> log_keys_of(const std::vector<Recorded>& history) {
  LogKeys keys = LogKeys::of_genesis(history.front()).value();
  for (const Recorded& entry : history) keys.apply(entry);
  std::vector<PrivateKey> candidates = {generated_log_key()};
  for (std::size_t i = 1; i < keys.all().size() + 2; ++i) candidates.push_back(cached_key(str("log ", i)));
  std::vector<PrivateKey> signers;
  for (const NoteVerifier& signer : keys.at(history.size())) {
    if (const PrivateKey* key = held_key(candidates, signer); key != nullptr) signers.push_back(*key);
  }
  return signers;
}

std::vector<Recorded> generate_history(std::uint64_t seed, std::size_t entries, Log log) {
  return Generator(seed, log).run(entries);
}

std::vector<std::uint64_t> history_seeds(std::size_t count) {
  if (const char* given = std::getenv("CAIRN_TEST_SEED"); given != nullptr) return {std::stoull(given)};
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  return seeds;
}

std::vector<Hash> roots_of(const std::vector<Recorded>& entries) {
  Frontier tree;
  std::vector<Hash> roots = {tree.root()};
  for (const Recorded& entry : entries) {
    tree.push(entry.leaf);
    roots.push_back(tree.root());
  }
  return roots;
}

Basis basis_of(const Recorded& entry, const std::vector<Hash>& roots) {
  const Head& basis = entry.statement.basis;
  if (entry.seq == 0) return basis == Head{} ? Basis::on_history : Basis::not_on_history;
  const bool holds = basis.size > 0 && basis.size <= entry.seq && roots[basis.size] == basis.root;
  return holds ? Basis::on_history : Basis::not_on_history;
}

}  // namespace cairn
