#include "ledger/sequencer.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "ledger/base/text.h"
#include "ledger/growth.h"
#include "ledger/signed_batch.h"

namespace cairn {

// The number of a planted bug, which the simulation must find (tests/simulation/canary_test.cpp). No program has one.
#ifdef CAIRN_CANARY
extern int canary;
#else
constexpr int canary = 0;
#endif

namespace {

constexpr int acknowledges_in_doubt = 1;
constexpr int forgets_doubt = 2;
constexpr int keeps_views = 3;

constexpr std::chrono::milliseconds shortest_pause(2);
constexpr std::chrono::milliseconds longest_pause(500);

// Entry 0 enrols the key that it is signed with; no other statement may vouch for itself.
const ActorEnrolled* enrolment_of(const KeyId& key, const Statement& statement) {
  for (const Event& event : statement.events) {
    const auto* enrolled = std::get_if<ActorEnrolled>(&event);
    if (enrolled != nullptr && sha256(enrolled->key) == key) return enrolled;
  }
  return nullptr;
}

std::chrono::milliseconds jitter(std::chrono::milliseconds most) {
  static thread_local std::minstd_rand random(std::random_device{}());
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
}

bool turns_away(std::span<const Answer> answers) {
  return std::any_of(answers.begin(), answers.end(),
                     [](const Answer& answer) { return std::holds_alternative<TurnedAway>(answer); });
}

Result<void> verify_first(const Envelope& envelope, const ActorEnrolled& enrolled) {
  TRY_LET(key, PublicKey::from_spki(enrolled.key));
  return key.verify(pae(envelope.payload), envelope.signatures.front().bytes);
}

// The one place where a store is written.
Result<void> commit_to(Store& store, Size expected, const Batch& batch) {
  return store.commit(expected, batch);
}

}  // namespace

// What one call adds. Nothing of it is in the members until the store has it.
struct Sequencer::Pending {
  Millis now = 0;
  Growth growth;
  std::optional<LogKeys> keys;
  Batch batch;
  Head head;  // after the batch; set by commit
};

Sequencer::Sequencer(Store& store, Rules& rules, const Clock& clock, std::vector<PrivateKey> log_keys,
                     SequencerOptions options)
    : store_(store), rules_(rules), clock_(clock), log_keys_(std::move(log_keys)), options_(std::move(options)) {}

Result<void> Sequencer::check_clock(Millis now) const {
  const Millis newest = rules_.newest_recorded();
  if (tree_.size() == 0 || options_.clock_is_right || now - newest <= max_clock_lead) return {};
  return fault(str("the clock says ", format_time(now), ", ", describe_duration(now - newest),
                   " after the newest entry; check it, and if it is right say so (--clock-is-right)"));
}

Result<std::vector<Answer>> Sequencer::append(std::span<const Envelope> envelopes) {
  std::vector<Submission> submissions;
  submissions.reserve(envelopes.size());
  for (const Envelope& envelope : envelopes) submissions.push_back({envelope, std::nullopt});
  return append(submissions);
}

// Everything is asked anew after a conflict: the signatures alone stay what they were.
Result<std::vector<Answer>> Sequencer::append(std::span<Submission> submissions) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.patience);
  for (auto pause = shortest_pause;; pause = std::min(2 * pause, longest_pause)) {
    Result<std::vector<Answer>> answers = try_append(submissions);
    const bool passes = !answers.ok() &&
                        (answers.error().kind == ErrorKind::conflict || answers.error().kind == ErrorKind::unavailable);
    if (!passes || std::chrono::steady_clock::now() + pause > end) return answers;
    // Writers that met once should not meet at the same moment again.
    std::this_thread::sleep_for(pause / 2 + jitter(pause / 2));
  }
}

// A crash before commit() has returned from the store leaves the ledger as it was: until then everything is in memory.
// A crash after it leaves the batch whole, and whoever repeats an unanswered statement gets the receipt of its first
// place.
Result<std::vector<Answer>> Sequencer::try_append(std::span<Submission> submissions) {
  const bool reads_tip = unsure_;
  TRY(catch_up());
  const Millis now = clock_.now();
  if (const Result<void> checked = check_clock(now); !checked.ok()) {
    TRY_LET(overtaken, reads_tip ? Result<bool>(false) : was_overtaken());
    if (overtaken) return try_append(submissions);
    return checked.error();
  }
  Pending pending{now, Growth(tree_), signing_, {}, {tree_.size(), tree_.root()}};

  Result<std::vector<Answer>> answers = receive_all(submissions, pending);
  if (!answers.ok()) {
    rules_.undo();
    return answers;
  }
  // What is turned away alone meets no conflict.
  if (!reads_tip && pending.batch.entries.empty() && turns_away(*answers)) {
    TRY_LET(overtaken, was_overtaken());
    if (overtaken) return try_append(submissions);
  }
  if (!pending.batch.entries.empty()) TRY(commit(pending));

  // A failure from here on loses receipts, never entries: the caller repeats, and is answered as repeated.
  TRY(complete(*answers, pending));
  return answers;
}

Result<std::vector<Answer>> Sequencer::receive_all(std::span<Submission> submissions, Pending& pending) {
  std::vector<Answer> answers;
  answers.reserve(submissions.size());
  for (Submission& submission : submissions) {
    TRY_LET(answer, receive(submission, pending));
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<Answer> Sequencer::receive(Submission& submission, Pending& pending) {
  const Envelope& envelope = submission.envelope;
  if (auto away = check_shape(envelope)) return Answer(std::move(*away));
  const Seq seq = pending.growth.size();
  if (seq == 0) {
    submission.opening = open_first(envelope);
  } else {
    const KeyId& key = envelope.signatures.front().key;
    const Result<Bytes> spki = rules_.key_for(key);
    if (!spki.ok() && spki.error().kind != ErrorKind::turned_away) return spki.error();
    if (!spki.ok()) return Answer(turned_away("unknown_key", spki.error().message));
    if (!submission.opening) submission.opening = open_with(envelope, *spki);
  }
  if (const auto* away = std::get_if<TurnedAway>(&*submission.opening)) return Answer(*away);
  const auto& statement = std::get<Statement>(*submission.opening);
  if (seq > 0) {
    if (auto away = check_ledger(statement, pending)) return Answer(std::move(*away));
  }

  TRY_LET(basis, check_basis(statement.basis, pending));
  // Order comes from the tree; the time only must not contradict it when the clock goes back, unless to set it right.
  const Millis newest = rules_.newest_recorded();
  const Millis recorded = corrects_clock(statement) ? pending.now : std::max(pending.now, newest);
  Judgement judgement =
      rules_.admit(statement, envelope.signatures.front().key, envelope.payload.size(), basis, recorded);
  if (auto* away = std::get_if<TurnedAway>(&judgement)) return Answer(std::move(*away));
  if (const auto* repeated = std::get_if<Repeated>(&judgement)) {
    TRY_LET(receipt, repeat(repeated->first, pending));
    return Answer(std::move(receipt));
  }
  std::string& outcome = std::get<Ruled>(judgement).outcome;
  // A ledger whose first word is a refusal has no rules, no actors and no key: there is nothing to record it in.
  if (seq == 0 && !outcome.empty()) {
    return Answer(turned_away(outcome, str("the rules refuse this first statement: ", outcome)));
  }
  // Nothing is recorded at a time before the newest but a correction that holds.
  if (recorded < newest && !outcome.empty()) {
    return Answer(turned_away(outcome, str("the rules refuse this correction of the clock: ", outcome)));
  }
  if (outcome.empty()) {
    TRY_LET(away, seq > 0 ? missing_log_key(statement) : Result<std::optional<TurnedAway>>(std::nullopt));
    if (away) return Answer(std::move(*away));
  }
  return Answer(place(submission, std::move(outcome), recorded, pending));
}

// With the key that the rules know under this id.
Opening Sequencer::open_with(const Envelope& envelope, BytesView spki) {
  const KeyId& id = envelope.signatures.front().key;
  std::shared_ptr<const PublicKey> key = known_keys_.find(id);
  if (key == nullptr) {
    auto learnt = known_keys_.learn(id, spki);
    if (!learnt.ok()) return turned_away("unknown_key", learnt.error().message);
    key = std::move(*learnt);
  }
  return open_envelope(envelope, *key);
}

std::optional<TurnedAway> Sequencer::check_ledger(const Statement& statement, const Pending& pending) const {
  const Hash& id = pending.keys->ledger();
  if (statement.ledger != id) {
    return turned_away("other_ledger", str("the statement is for ledger ", statement.ledger.hex(), ", and this is ",
                                           id.hex(), "; sign it for this one"));
  }
  const std::string& origin = pending.keys->origin();
  if (!statement.origin.empty() && statement.origin != origin) {
    return turned_away("other_ledger", str("the statement's subject is ", printable(statement.origin), ", and this is ",
                                           origin, "; sign it for this one"));
  }
  return std::nullopt;
}

// Entry 0 is decoded first, since the key that verifies it stands in it. Who may create a ledger is who holds its log
// key.
Opening Sequencer::open_first(const Envelope& envelope) const {
  Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return malformed(statement.error().message);
  if (statement->ledger != Hash{} || statement->basis != Head{}) {
    return malformed("this ledger is empty: its first statement must name no ledger and no basis");
  }
  const Result<LedgerCreated> created = read_genesis({0, {}, {}, *statement});
  if (!created.ok()) return malformed(created.error().message);
  if (log_keys_.size() != 1) return malformed("a ledger begins with one log key; give that one");
  const Result<NoteVerifier> log = NoteVerifier::for_log(created->origin, log_keys_.front().public_key());
  if (!log.ok()) return malformed(log.error().message);
  if (log->vkey() != created->log_key) {
    return malformed(str("ledger.created names the log key ", printable(created->log_key), ", but ", log->vkey(),
                         " is what signs here; put that one in"));
  }
  if (!statement->origin.empty() && statement->origin != created->origin) {
    return malformed(str("the subject is ", printable(statement->origin), ", but ledger.created names ",
                         printable(created->origin), "; let both name the origin"));
  }
  const ActorEnrolled* enrolled = enrolment_of(envelope.signatures.front().key, *statement);
  if (enrolled == nullptr) {
    return turned_away("unknown_key", str("the first statement does not enrol the key ",
                                          envelope.signatures.front().key.hex(), " that signed it"));
  }
  if (const Result<void> verified = verify_first(envelope, *enrolled); !verified.ok()) {
    return turned_away("bad_signature", verified.error().message);
  }
  return std::move(*statement);
}

// Callers mostly stand on one of the newest heads, and many on the same one.
Result<Basis> Sequencer::check_basis(const Head& basis, const Pending& pending) {
  const Size base = pending.growth.base_size();
  const auto verdict = [&](const Hash& root) {
    if (root != basis.root) return Basis::not_on_history;
    if (basis.size <= base) asked_ = basis;  // beyond it lies what may never be committed
    return Basis::on_history;
  };
  const Size own_seq = pending.growth.size();
  if (own_seq == 0) return Basis::on_history;  // there is none to hold it against
  if (basis.size == 0 || basis.size > own_seq) return Basis::not_on_history;
  if (basis == asked_) return Basis::on_history;
  if (basis.size >= base) return verdict(pending.growth.root_at(basis.size));

  const auto recent = std::lower_bound(recent_.begin(), recent_.end(), basis.size,
                                       [](const Head& head, Size size) { return head.size < size; });
  if (recent != recent_.end() && recent->size == basis.size) return verdict(recent->root);
  const Range whole{0, basis.size};
  TRY_LET(roots, hash_ranges({&whole, 1}, [this](std::span<const NodeId> ids) { return store_.nodes(ids); }));
  return verdict(roots.front());
}

// The receipt of what is there already, possibly earlier in this very batch.
Result<Receipt> Sequencer::repeat(Seq first, const Pending& pending) const {
  ASSERT(first < pending.growth.size());
  const Size base = pending.growth.base_size();
  Bytes bytes;
  if (first >= base) {
    bytes = pending.batch.entries[first - base];
  } else {
    TRY_LET(page, store_.read(first, {.count = 1}));
    if (page.size() != 1) return fault(str("the store has no entry ", first, " below its tip; restore it from a copy"));
    bytes = std::move(page.front());
  }
  TRY_LET(entry, decode_entry(bytes));
  Receipt receipt;
  receipt.seq = first;
  receipt.outcome = std::move(entry.outcome);
  receipt.leaf = leaf_hash(bytes);
  receipt.recorded = entry.recorded;
  receipt.repeated = true;
  return receipt;
}

// The entry is folded in where its parts lie, and they go back: if this batch is not committed, they are asked again.
Receipt Sequencer::place(Submission& submission, std::string outcome, Millis recorded, Pending& pending) {
  Envelope& envelope = submission.envelope;
  auto& statement = std::get<Statement>(*submission.opening);
  const Seq seq = pending.growth.size();
  Recorded entry{seq,
                 {},
                 {recorded, std::move(outcome), std::move(envelope.signatures), std::move(envelope.payload)},
                 std::move(statement)};
  Bytes bytes = encode_entry(entry.entry);
  entry.leaf = leaf_hash(bytes);
  if (seq == 0) {
    Result<LogKeys> keys = LogKeys::of_genesis(entry);
    ASSERT(keys.ok());  // open_first has seen to that
    pending.keys = std::move(*keys);
  } else {
    pending.keys->apply(entry);
  }
  Postings& postings = pending.batch.postings;
  for (std::string& tag : index_tags(entry.statement, entry.entry.outcome)) postings[std::move(tag)].push_back(seq);
  pending.growth.push(entry.leaf);
  pending.batch.entries.push_back(std::move(bytes));
  pending.batch.leaf_hashes.push_back(entry.leaf);
  rules_.apply(entry);

  Receipt receipt;
  receipt.seq = seq;
  receipt.outcome = std::move(entry.entry.outcome);
  receipt.leaf = entry.leaf;
  receipt.recorded = recorded;
  envelope = {std::move(entry.entry.payload), std::move(entry.entry.signatures)};
  statement = std::move(entry.statement);
  return receipt;
}

// What the log signs for this batch: the head, and what the views come to if it is time for that.
Result<SignedHead> Sequencer::sign(const Pending& pending) {
  TRY_LET(signers, signers_of(*pending.keys, pending.head.size));
  SignedHead head;
  if (const Bytes state = rules_.snapshot(pending.head.size); !state.empty()) {
    TRY_LET(sealed, seal_snapshot({pending.head, state}, signers.front()));
    head.snapshot = std::move(sealed);
  }
  const std::string& origin = pending.keys->origin();
  TRY_LET(note, sign_note(format_checkpoint(origin, pending.head), origin, signers));
  head.checkpoint = std::move(note);
  return head;
}

// Two heads of one size must never be seen: the store has this one signed only once nobody can take its place. A head
// whose commit failed goes no further than this function, and unsure_ keeps a next one from being signed until the tip
// has shown that the store does not hold it.
Result<void> Sequencer::commit(Pending& pending) {
  const Size expected = tree_.size();
  // 1. Hash. A crash here leaves nothing.
  Frontier tree = pending.growth.frontier();
  ASSERT(tree.size() == expected + pending.batch.entries.size());
  ASSERT(pending.batch.leaf_hashes.size() == pending.batch.entries.size());
  pending.head = {tree.size(), tree.root()};
  // 2. Sign the head. A crash here leaves nothing: the signature is in memory only.
  Bytes checkpoint;
  pending.batch.sign = [&]() -> Result<SignedHead> {
    TRY_LET(head, sign(pending));
    checkpoint = head.checkpoint;
    return head;
  };
  // 3. Entries, nodes, tags, checkpoint and snapshot in one durable write. A crash within leaves all of it or nothing;
  // no caller has been told, so both are right.
  unsure_ = canary != forgets_doubt;
  const Result<void> committed = commit_to(store_, expected, pending.batch);
  const bool taken_for_there = canary == acknowledges_in_doubt && !committed.ok() &&
                               committed.error().kind == ErrorKind::unavailable && !checkpoint.empty();
  if (!committed.ok() && !taken_for_there) {
    if (canary != keeps_views) rules_.undo();
    return committed;
  }
  unsure_ = false;
  tree_ = std::move(tree);
  // 4. Members follow the store. A crash from here on leaves a durable batch that nobody was told of; see append.
  rules_.keep();
  signing_ = std::move(pending.keys);
  checkpoint_ = std::move(checkpoint);
  recent_.push_back(pending.head);
  if (recent_.size() > max_recent_heads) recent_.pop_front();
  return {};
}

Result<void> Sequencer::complete(std::vector<Answer>& answers, Pending& pending) const {
  for (Answer& answer : answers) {
    auto* receipt = std::get_if<Receipt>(&answer);
    if (receipt == nullptr) continue;
    receipt->head = pending.head;
    receipt->checkpoint = checkpoint_;
    if (receipt->seq >= pending.growth.base_size()) {
      receipt->proof = pending.growth.prove_inclusion(receipt->seq);
      continue;
    }
    TRY_LET(proof, hash_ranges(inclusion_ranges(receipt->seq, pending.head.size),
                               [this](std::span<const NodeId> ids) { return store_.nodes(ids); }));
    receipt->proof = std::move(proof);
  }
  return {};
}

Result<void> append_signed(Store& store, Size expected, SignedBatch batch) {
  batch.batch.sign = [&batch]() -> Result<SignedHead> { return SignedHead{batch.checkpoint, batch.snapshot}; };
  return commit_to(store, expected, batch.batch);
}

}  // namespace cairn
