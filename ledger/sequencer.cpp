#include "ledger/sequencer.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/growth.h"

namespace cairn {
namespace {

constexpr std::size_t max_recent_heads = 65536;
constexpr std::size_t max_parsed_keys = 4096;

TurnedAway turned_away(std::string reason, std::string message) {
  return {ErrorKind::turned_away, std::move(reason), std::move(message)};
}

TurnedAway malformed(std::string message) {
  return turned_away("malformed", std::move(message));
}

// What can be said of an envelope before anyone's key is looked up. Empty: nothing against it.
std::string complaint_about(const Envelope& envelope) {
  if (envelope.signatures.size() != 1) {
    return str("the envelope has ", envelope.signatures.size(),
               " signatures, not one; sign it with the author's key only");
  }
  if (envelope.payload.empty() || envelope.payload.size() > max_payload_bytes) {
    return str("the payload has ", envelope.payload.size(), " bytes, not 1 to ", max_payload_bytes,
               "; put long text into an attachment or say it in several statements");
  }
  return {};
}

// Entry 0 enrols the key that it is signed with; no other statement may vouch for itself.
const ActorEnrolled* enrolment_of(const KeyId& key, const Statement& statement) {
  for (const Event& event : statement.events) {
    const auto* enrolled = std::get_if<ActorEnrolled>(&event);
    if (enrolled != nullptr && sha256(enrolled->key) == key) return enrolled;
  }
  return nullptr;
}

Result<void> verify_first(const Envelope& envelope, const ActorEnrolled& enrolled) {
  TRY_LET(key, PublicKey::from_spki(enrolled.key));
  return key.verify(pae(envelope.payload), envelope.signatures.front().bytes);
}

}  // namespace

// What one call adds. Nothing of it is in the members until the store has it.
struct Sequencer::Pending {
  Millis now = 0;
  Growth growth;
  Hash id;
  std::string origin;
  Batch batch;
  Head head;  // after the batch; set by commit
};

Sequencer::Sequencer(Store& store, Rules& rules, const Clock& clock, PrivateKey log_key, SequencerOptions options)
    : store_(store), rules_(rules), clock_(clock), log_key_(std::move(log_key)), options_(options) {}

Result<std::unique_ptr<Sequencer>> Sequencer::open(Store& store, Rules& rules, const Clock& clock, PrivateKey log_key,
                                                   SequencerOptions options) {
  if (log_key.public_key().type() != KeyType::ed25519) {
    return usage("a log signs its checkpoints with an Ed25519 key, and this one is not; give the log's own key");
  }
  std::unique_ptr<Sequencer> sequencer(new Sequencer(store, rules, clock, std::move(log_key), options));
  TRY_LET(tip, store.tip());
  if (tip.size > 0) TRY(sequencer->resume());
  return sequencer;
}

Result<void> Sequencer::resume() {
  TRY_LET(ledger, Ledger::open(store_));
  TRY_LET(ours, NoteVerifier::for_log(ledger.origin(), log_key_.public_key()));
  if (ours.vkey() != ledger.log_key().vkey()) {
    return usage(str("the log key given is ", ours.vkey(), ", but ", ledger.origin(), " is signed with ",
                     ledger.log_key().vkey(), "; give the key of this ledger"));
  }
  const Head head = ledger.checkpoint().head;
  TRY_LET(peaks, store_.nodes(Frontier::peak_ids(head.size)));
  tree_ = Frontier(head.size, std::move(peaks));
  // Writing on from other hashes than the signed ones would be a fork under our own signature.
  if (tree_.root() != head.root) {
    return not_verified(str("the tree in the store has root ", tree_.root().hex(), " at size ", head.size,
                            " where its checkpoint has ", head.root.hex(), "; restore it from a copy"));
  }
  id_ = ledger.id();
  origin_ = ledger.origin();
  checkpoint_ = ledger.checkpoint_note();
  recent_.push_back(head);
  return {};
}

Result<void> Sequencer::check_clock(Millis now) const {
  const Millis newest = rules_.newest_recorded();
  if (tree_.size() == 0 || options_.clock_is_right || now - newest <= max_clock_lead) return {};
  return fault(str("the clock says ", format_time(now), ", ", describe_duration(now - newest),
                   " after the newest entry; check it, and if it is right say so (--clock-is-right)"));
}

// After a failed commit the store may hold the batch or not. Going on blindly could sign a second head of a size that
// it has.
Result<void> Sequencer::check_tip() {
  if (!unsure_) return {};
  TRY_LET(tip, store_.tip());
  if (tip.checkpoint != checkpoint_) {
    return conflict(str("the store is at size ", tip.size, " where this writer stands at ", tree_.size(),
                        ": open the ledger again and look up what became of the last statements"));
  }
  unsure_ = false;
  return {};
}

// A crash before commit() has returned from the store leaves the ledger as it was: until then everything is in memory.
// A crash after it leaves the batch whole, and whoever repeats an unanswered statement gets the receipt of its first
// place.
Result<std::vector<Answer>> Sequencer::append(std::span<const Envelope> envelopes) {
  TRY(check_tip());
  const Millis now = clock_.now();
  TRY(check_clock(now));
  Pending pending{now, Growth(tree_), id_, origin_, {}, {tree_.size(), tree_.root()}};

  Result<std::vector<Answer>> answers = receive_all(envelopes, pending);
  if (!answers.ok()) {
    rules_.undo();
    return answers;
  }
  if (!pending.batch.entries.empty()) TRY(commit(pending));

  // A failure from here on loses receipts, never entries: the caller repeats, and is answered as repeated.
  TRY(complete(*answers, pending));
  return answers;
}

Result<std::vector<Answer>> Sequencer::receive_all(std::span<const Envelope> envelopes, Pending& pending) {
  std::vector<Answer> answers;
  answers.reserve(envelopes.size());
  for (const Envelope& envelope : envelopes) {
    TRY_LET(answer, receive(envelope, pending));
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<Answer> Sequencer::receive(const Envelope& envelope, Pending& pending) {
  if (std::string complaint = complaint_about(envelope); !complaint.empty()) return Answer(malformed(complaint));
  const Seq seq = pending.growth.size();
  TRY_LET(checked, seq == 0 ? Result<Checked>(check_first(envelope)) : check(envelope, pending));
  if (auto* away = std::get_if<TurnedAway>(&checked)) return Answer(std::move(*away));
  auto& statement = std::get<Statement>(checked);

  TRY_LET(basis, check_basis(statement.basis, pending));
  // Order comes from the tree; the time only must not contradict it when the clock goes back.
  const Millis recorded = std::max(pending.now, rules_.newest_recorded());
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
  return place(envelope, std::move(statement), std::move(outcome), recorded, pending);
}

// Bytes are verified before anybody parses them: who has no key here does not reach the decoder.
Result<Sequencer::Checked> Sequencer::check(const Envelope& envelope, const Pending& pending) {
  const Signature& signature = envelope.signatures.front();
  const Result<Bytes> spki = rules_.key_for(signature.key);
  if (!spki.ok()) {
    if (spki.error().kind != ErrorKind::turned_away) return spki.error();
    return Checked(turned_away("unknown_key", spki.error().message));
  }
  auto known = parsed_keys_.find(signature.key);
  if (known == parsed_keys_.end()) {
    Result<PublicKey> parsed = PublicKey::from_spki(*spki);
    if (!parsed.ok()) return Checked(turned_away("unknown_key", parsed.error().message));
    ASSERT(parsed->id() == signature.key);
    if (parsed_keys_.size() == max_parsed_keys) parsed_keys_.clear();
    known = parsed_keys_.emplace(signature.key, std::move(*parsed)).first;
  }
  const Result<void> verified = known->second.verify(pae(envelope.payload), signature.bytes);
  if (!verified.ok()) return Checked(turned_away("bad_signature", verified.error().message));

  Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return Checked(malformed(statement.error().message));
  if (statement->ledger != pending.id) {
    return Checked(turned_away("other_ledger", str("the statement is for ledger ", statement->ledger.hex(),
                                                   ", and this is ", pending.id.hex(), "; sign it for this one")));
  }
  if (!statement->origin.empty() && statement->origin != pending.origin) {
    return Checked(turned_away("other_ledger", str("the statement's subject is ", printable(statement->origin),
                                                   ", and this is ", pending.origin, "; sign it for this one")));
  }
  return Checked(std::move(*statement));
}

// Entry 0 is decoded first, since the key that verifies it stands in it. Who may create a ledger is who holds its log
// key.
Sequencer::Checked Sequencer::check_first(const Envelope& envelope) const {
  Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return malformed(statement.error().message);
  if (statement->ledger != Hash{} || statement->basis != Head{}) {
    return malformed("this ledger is empty: its first statement must name no ledger and no basis");
  }
  const Result<LedgerCreated> created = read_genesis({0, {}, {}, *statement});
  if (!created.ok()) return malformed(created.error().message);
  const Result<NoteVerifier> log = NoteVerifier::for_log(created->origin, log_key_.public_key());
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

Result<Basis> Sequencer::check_basis(const Head& basis, const Pending& pending) const {
  const auto verdict = [&basis](const Hash& root) {
    return root == basis.root ? Basis::on_history : Basis::not_on_history;
  };
  const Size own_seq = pending.growth.size();
  if (own_seq == 0) return Basis::on_history;  // there is none to hold it against
  if (basis.size == 0 || basis.size > own_seq) return Basis::not_on_history;
  if (basis.size >= pending.growth.base_size()) return verdict(pending.growth.root_at(basis.size));

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

Answer Sequencer::place(const Envelope& envelope, Statement statement, std::string outcome, Millis recorded,
                        Pending& pending) {
  const Seq seq = pending.growth.size();
  Recorded entry{seq, {}, {recorded, std::move(outcome), envelope.signatures, envelope.payload}, std::move(statement)};
  Bytes bytes = encode_entry(entry.entry);
  entry.leaf = leaf_hash(bytes);
  if (seq == 0) {
    pending.id = entry.leaf;
    pending.origin = std::get<LedgerCreated>(entry.statement.events.front()).origin;
  }
  for (std::string& tag : tags_of(entry.statement)) pending.batch.postings.push_back({std::move(tag), seq});
  if (!entry.entry.outcome.empty()) pending.batch.postings.push_back({std::string(refused_tag), seq});
  pending.growth.push(entry.leaf);
  pending.batch.entries.push_back(std::move(bytes));
  pending.batch.leaf_hashes.push_back(entry.leaf);
  rules_.apply(entry);

  Receipt receipt;
  receipt.seq = seq;
  receipt.outcome = std::move(entry.entry.outcome);
  receipt.leaf = entry.leaf;
  receipt.recorded = recorded;
  return receipt;
}

// What the log signs for this batch: the head, and what the views come to if it is time for that.
Result<SignedHead> Sequencer::sign(const Pending& pending) {
  SignedHead head;
  if (const Bytes state = rules_.snapshot(pending.head.size); !state.empty()) {
    TRY_LET(sealed, seal_snapshot({pending.head, state}, log_key_));
    head.snapshot = std::move(sealed);
  }
  TRY_LET(note, sign_note(format_checkpoint(pending.origin, pending.head), pending.origin, log_key_));
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
  unsure_ = true;
  if (const Result<void> committed = store_.commit(expected, pending.batch); !committed.ok()) {
    rules_.undo();
    return committed;
  }
  unsure_ = false;
  tree_ = std::move(tree);
  // 4. Members follow the store. A crash from here on leaves a durable batch that nobody was told of; see append.
  rules_.keep();
  id_ = pending.id;
  origin_ = std::move(pending.origin);
  checkpoint_ = std::move(checkpoint);
  recent_.push_back(pending.head);
  if (recent_.size() > max_recent_heads) recent_.pop_front();
  return {};
}

Result<void> Sequencer::complete(std::vector<Answer>& answers, const Pending& pending) const {
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

}  // namespace cairn
