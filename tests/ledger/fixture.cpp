#include "tests/ledger/fixture.h"

#include "ledger/base/assert.h"
#include "tests/catch.h"

namespace cairn {

Result<Bytes> FakeRules::key_for(const KeyId& key) const {
  if (keys_fail) return fault("told to have no keys");
  const auto found = present_.keys.find(key);
  if (found == present_.keys.end()) return Error{ErrorKind::turned_away, "nobody enrolled the key " + key.hex()};
  return found->second;
}

Judgement FakeRules::admit(const Statement& statement, const KeyId&, std::size_t, Basis basis, Millis) {
  ++judged;
  const auto used = present_.ids.find({statement.author, statement.id});
  if (used != present_.ids.end()) {
    if (used->second.second == statement.events_hash) return Repeated{used->second.first};
    return TurnedAway{ErrorKind::conflict, "id_used", "the id " + statement.id + " was used for something else"};
  }
  if (refuse_all) return Ruled{"not_today"};
  if (basis == Basis::not_on_history) return Ruled{"basis_not_on_history"};
  for (const Event& event : statement.events) {
    const auto* granted = std::get_if<RoleGranted>(&event);
    if (granted != nullptr && granted->handle == "nobody") return Ruled{"unknown_actor"};
  }
  return Ruled{};
}

void FakeRules::apply(const Recorded& recorded) {
  ASSERT(recorded.seq == present_.applied);
  ++present_.applied;
  present_.newest = recorded.entry.recorded;
  present_.ids[{recorded.statement.author, recorded.statement.id}] = {recorded.seq, recorded.statement.events_hash};
  if (!recorded.entry.outcome.empty()) return;
  for (const Event& event : recorded.statement.events) {
    if (const auto* enrolled = std::get_if<ActorEnrolled>(&event)) present_.keys[sha256(enrolled->key)] = enrolled->key;
    if (const auto* revoked = std::get_if<KeyRevoked>(&event)) present_.keys.erase(revoked->key);
  }
}

Result<void> FakeRules::follow(const Recorded& recorded) {
  ++followed;
  if (newer_rules) return needs_newer("told that it takes later rules");
  apply(recorded);
  return {};
}

void FakeRules::keep() {
  ++keeps;
  kept_ = present_;
}

void FakeRules::undo() {
  ++undos;
  present_ = kept_;
}

Bytes FakeRules::snapshot(Size size) {
  ASSERT(size == present_.applied);
  return takes_snapshots ? "state at " + std::to_string(size) : "";
}

void FakeRules::fold(const Ledger& ledger) {
  const auto each = [this](const Recorded& recorded) -> Result<void> {
    apply(recorded);
    return {};
  };
  REQUIRE(ledger.walk(0, ledger.size(), each).ok());
  keep();
  keeps = 0;
}

Result<void> FailingStore::commit(Size expected, const Batch& batch) {
  ++commits;
  if (before_commit) before_commit();
  switch (std::exchange(next, Failure::none)) {
    case Failure::none:
      return inner_->commit(expected, batch);
    case Failure::conflict:
      return conflict("told to conflict");
    case Failure::unavailable_and_lost:
      return unavailable("told to lose it");
    case Failure::unavailable_but_written:
      ASSERT(inner_->commit(expected, batch).ok());
      return unavailable("told to say that it may be lost");
    case Failure::fault:
      return fault("told to fail");
  }
  return fault("no such failure");
}

Result<Tip> FailingStore::tip() const {
  TRY_LET(tip, inner_->tip());
  return altered_tip ? altered_tip(tip) : tip;
}

Result<std::vector<Bytes>> FailingStore::read(Seq from, ReadLimit limit) const {
  TRY_LET(entries, inner_->read(from, limit));
  largest_read = std::max(largest_read.load(), entries.size());
  if (!altered) return entries;
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i] = altered(from + i, entries[i]);
  return entries;
}

Result<std::vector<Hash>> FailingStore::nodes(std::span<const NodeId> ids) const {
  ++node_calls;
  if (nodes_fail) return fault("told to have no nodes");
  TRY_LET(hashes, inner_->nodes(ids));
  if (!altered_node) return hashes;
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = altered_node(ids[i], hashes[i]);
  return hashes;
}

Result<std::vector<Seq>> FailingStore::find(std::string_view tag, Seq from, std::size_t limit) const {
  return inner_->find(tag, from, limit);
}

Result<std::vector<std::string>> FailingStore::tags(std::string_view after, std::size_t limit) const {
  return inner_->tags(after, limit);
}

Result<std::vector<AtSize>> FailingStore::checkpoints(Size from, std::size_t limit) const {
  return inner_->checkpoints(from, limit);
}

Result<std::optional<AtSize>> FailingStore::snapshot(Size at_most) const {
  return inner_->snapshot(at_most);
}

Author author(const std::string& handle, char seed) {
  return {handle, PrivateKey::from_ed25519_seed(Bytes(32, seed)).value()};
}

PrivateKey log_key(char seed) {
  return PrivateKey::from_ed25519_seed(Bytes(32, seed)).value();
}

LedgerCreated ledger_created(const PrivateKey& log, std::string_view origin) {
  LedgerCreated created;
  created.origin = origin;
  created.log_key = NoteVerifier::for_log(origin, log.public_key()).value().vkey();
  created.nonce = sha256("nonce");
  created.recovery_key = author("recovery", 'r').key.public_key().spki();
  return created;
}

ActorEnrolled enrolment(const Author& author) {
  ActorEnrolled enrolled;
  enrolled.handle = author.handle;
  enrolled.key = author.key.public_key().spki();
  enrolled.possession = author.key.sign(possession_text(author.handle, author.key.public_key().id())).value();
  return enrolled;
}

RoleGranted grant_to(const std::string& handle) {
  return {handle, {Role::deployer, {}}};
}

Statement first_statement(const Author& author, const PrivateKey& log) {
  Statement statement;
  statement.id = "first";
  statement.author = author.handle;
  statement.at = start_of_test;
  statement.expires = start_of_test + default_validity;
  statement.events = {ledger_created(log), enrolment(author)};
  return statement;
}

Envelope sign(const Statement& statement, const Author& author, std::string_view origin) {
  const Result<Bytes> payload = encode_statement(statement, origin);
  if (!payload.ok()) FAIL(payload.error().message);
  return sign_statement(*payload, author.key).value();
}

const Receipt& receipt(const Answer& answer) {
  if (const auto* away = std::get_if<TurnedAway>(&answer)) FAIL(away->reason << ": " << away->message);
  return std::get<Receipt>(answer);
}

const TurnedAway& turned_away(const Answer& answer) {
  REQUIRE(std::holds_alternative<TurnedAway>(answer));
  return std::get<TurnedAway>(answer);
}

std::string reason(const Answer& answer) {
  const auto* away = std::get_if<TurnedAway>(&answer);
  return away == nullptr ? "" : away->reason;
}

Result<void> verify_receipt(const Receipt& receipt, const PrivateKey& log) {
  TRY_LET(verifier, NoteVerifier::for_log(test_origin, log.public_key()));
  TRY_LET(checkpoint, open_checkpoint(receipt.checkpoint, verifier));
  if (checkpoint.head != receipt.head) return not_verified("the receipt's head is not its note's");
  return check_inclusion(receipt.leaf, receipt.seq, checkpoint.head.size, receipt.proof, checkpoint.head.root);
}

Fixture::Fixture() {
  sequencer = Sequencer::open(store, rules, clock, log_key()).value();
  genesis = receipt(append_one(sign(first_statement(dana), dana)));
}

Statement Fixture::statement(const std::string& id, std::vector<Event> events) const {
  Statement statement;
  statement.ledger = genesis.leaf;
  statement.id = id;
  statement.author = dana.handle;
  statement.at = clock.time;
  statement.expires = clock.time + default_validity;
  statement.basis = newest;
  statement.events = std::move(events);
  if (statement.events.empty()) statement.events = {grant_to("dana")};
  return statement;
}

Envelope Fixture::envelope(const std::string& id, std::vector<Event> events) const {
  return sign(statement(id, std::move(events)), dana);
}

Result<std::vector<Answer>> Fixture::append(const std::vector<Envelope>& envelopes) {
  TRY_LET(answers, sequencer->append(envelopes));
  REQUIRE(answers.size() == envelopes.size());
  for (const Answer& answer : answers) {
    if (const auto* given = std::get_if<Receipt>(&answer)) newest = given->head;
  }
  return answers;
}

Answer Fixture::append_one(const Envelope& envelope) {
  const Result<std::vector<Answer>> answers = append({envelope});
  if (!answers.ok()) FAIL(answers.error().message);
  return answers->front();
}

}  // namespace cairn
