#include "tests/simulation/model_ledger.h"

#include <algorithm>
#include <bit>
#include <set>
#include <span>

#include "ledger/base/text.h"
#include "projections/admit.h"
#include "tests/simulation/promises.h"

namespace cairn::simulation {
namespace {

constexpr Millis ids_are_kept = 7 * day + 2 * minute;

// RFC 6962, section 2.1, over leaf hashes.
Hash root_of(std::span<const Hash> leaves) {
  if (leaves.size() == 1) return leaves.front();
  const std::size_t left = std::bit_floor(leaves.size() - 1);
  return node_hash(root_of(leaves.first(left)), root_of(leaves.subspan(left)));
}

Expected away(std::string why) {
  return {Expected::Kind::turned_away, 0, 0, std::move(why)};
}

}  // namespace

const ModelLedger::Place* ModelLedger::place_of(const Statement& statement, Millis recorded) const {
  const auto found = said_.find({statement.author, statement.id});
  if (found == said_.end() || found->second.seq < ids_from_) return nullptr;
  return found->second.recorded < std::max(recorded, newest_recorded()) - ids_are_kept ? nullptr : &found->second;
}

Basis ModelLedger::basis_of(const Head& basis) const {
  const bool on_history = basis.size > 0 && basis.size <= size() && roots_[basis.size] == basis.root;
  return on_history ? Basis::on_history : Basis::not_on_history;
}

Expected ModelLedger::expect_first(const Envelope& envelope, Millis now) {
  const Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return away("malformed");
  return judge(*statement, envelope, Basis::on_history, now, {});
}

std::vector<NoteVerifier> ModelLedger::signers(Size size) const {
  std::vector<NoteVerifier> keys;
  for (const Signer& signer : signers_) {
    if (size > signer.from && (!signer.until || size <= *signer.until)) keys.push_back(signer.key);
  }
  return keys;
}

void ModelLedger::end_key(const std::string& vkey, Seq seq) {
  for (Signer& signer : signers_) {
    if (signer.key.vkey() == vkey && !signer.until) signer.until = seq;
  }
}

void ModelLedger::follow_keys(Seq seq, const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (const auto* added = std::get_if<LogKeyAdded>(&event)) {
      signers_.push_back({NoteVerifier::from_log_vkey(added->log_key).value(), seq, {}});
    } else if (const auto* retired = std::get_if<LogKeyRetired>(&event)) {
      end_key(retired->log_key, seq);
    } else if (const auto* compromised = std::get_if<LogKeyCompromised>(&event)) {
      end_key(compromised->log_key, seq);
    }
  }
}

Expected ModelLedger::expect(const Envelope& envelope, Millis now, const HeldKeys& held) {
  if (envelope.signatures.size() != 1 || envelope.payload.empty()) return away("malformed");
  if (size() == 0) return expect_first(envelope, now);
  const KeyId& id = envelope.signatures.front().key;
  const Key* row = world_->signing_key(id);
  if (row == nullptr && id != world_->genesis->recovery_id) return away("unknown_key");
  const auto key = PublicKey::from_spki(row == nullptr ? world_->genesis->recovery_key : row->spki);
  if (!key->verify(pae(envelope.payload), envelope.signatures.front().bytes).ok()) return away("bad_signature");
  const Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return away("malformed");
  const bool ours = statement->ledger == leaves_.front() &&
                    (statement->origin.empty() || statement->origin == world_->genesis->origin);
  if (!ours) return away("other_ledger");
  const Millis recorded = corrects_clock(*statement) ? now : std::max(now, newest_recorded());
  return judge(*statement, envelope, basis_of(statement->basis), recorded, held);
}

// What the rules say; and that an id is said once is held against a list of our own.
Expected ModelLedger::judge(const Statement& statement, const Envelope& envelope, Basis basis, Millis recorded,
                            const HeldKeys& held) {
  const KeyId& id = envelope.signatures.front().key;
  const Decision decision = admit(*world_, statement, id, envelope.payload.size(), basis, recorded);
  world_->keep();
  const Place* place = place_of(statement, recorded);
  const Key* row = world_->signing_key(id);
  const bool by_author = row != nullptr && row->handle == statement.author;
  const std::string reason = decision.door ? decision.door->reason : "";
  std::string due;
  if (place != nullptr && by_author) due = place->events == statement.events_hash ? "repeated" : "id_used";
  if (due.empty() ? reason == "repeated" || reason == "id_used" : reason != due) {
    broken(Promise::said_once, str("the door says \"", reason, "\" to ", statement.author, "'s ", statement.id,
                                   ", and it should be \"", due, "\""));
  }
  if (!decision.door) {
    const std::string outcome = outcome_of(decision.verdict);
    if (recorded < newest_recorded() && !outcome.empty()) return away(outcome);  // not at a time before the newest
    for (const Event& event : statement.events) {
      const auto* added = std::get_if<LogKeyAdded>(&event);
      if (size() > 0 && outcome.empty() && added != nullptr && !held.contains(added->log_key)) {
        return away("log_key_not_here");
      }
    }
    return {Expected::Kind::recorded, size(), recorded, outcome};
  }
  if (reason != "repeated") return away(reason);
  if (decision.door->first != place->seq) {
    broken(Promise::said_once, str(statement.id, " lies at ", place->seq, ", not ", decision.door->first));
  }
  return {Expected::Kind::repeated, place->seq, place->recorded, ""};
}

void ModelLedger::record(const Envelope& envelope, const Expected& expected, const Bytes& entry) {
  const Seq seq = size();
  if (entry != encode_entry({expected.recorded, expected.word, envelope.signatures, envelope.payload})) {
    const Result<Entry> there = decode_entry(entry);
    if (!there.ok()) broken(Promise::nothing_unsaid, str("entry ", seq, ": ", there.error().message));
    const bool sent = there->payload == envelope.payload;
    broken(sent ? Promise::rules_decide : Promise::nothing_unsaid,
           str("entry ", seq, " was recorded at ", there->recorded, " as \"", there->outcome, "\", expected was ",
               expected.recorded, " and \"", expected.word, "\""));
  }
  const Recorded recorded = decode_recorded(seq, entry).value();
  world_->apply(recorded);
  world_->keep();
  entries_.push_back(entry);
  leaves_.push_back(recorded.leaf);
  roots_.push_back(root_of(leaves_));
  states_.push_back(sha256(world_->encode()));
  tags_.push_back(index_tags(recorded.statement, recorded.entry.outcome));
  times_.push_back(expected.recorded);
  if (expected.word.empty()) follow_keys(seq, recorded.statement.events);
  while (times_[ids_from_] < newest_recorded() - ids_are_kept) ++ids_from_;
  said_[{recorded.statement.author, recorded.statement.id}] = {seq, recorded.statement.events_hash, expected.recorded};
}

Head ModelLedger::see(const std::string& note) {
  const Result<NoteParts> parts = split_note(note);
  if (!parts.ok()) broken(Promise::receipts_verify, "a checkpoint is no note: " + parts.error().message);
  const Result<Checkpoint> claimed = parse_checkpoint(parts->text);
  if (!claimed.ok()) broken(Promise::receipts_verify, "a checkpoint does not parse: " + claimed.error().message);
  const Head head = claimed->head;
  if (head.size == 0 || head.size > size() || roots_[head.size] != head.root) {
    broken(Promise::heads_only_grow, str("a head of size ", head.size, " with root ", head.root.hex(),
                                         " is not on the history of ", size(), " entries"));
  }
  const std::vector<NoteVerifier> signers = this->signers(head.size);
  const bool by_all = std::all_of(signers.begin(), signers.end(), [&](const NoteVerifier& signer) {
    return open_note(note, {&signer, 1}).ok();
  });
  if (!by_all || parts->lines.size() != signers.size()) {
    broken(Promise::signed_by_its_keys, str("the head of size ", head.size, " has ", parts->lines.size(),
                                            " lines, and ", signers.size(), " keys sign there:\n", note));
  }
  const auto [known, is_new] = notes_.emplace(head.size, note);
  if (!is_new && known->second != note) {
    broken(Promise::heads_only_grow, str("two notes of size ", head.size, ":\n", known->second, note));
  }
  return head;
}

std::vector<Seq> ModelLedger::tagged(const std::string& tag) const {
  std::vector<Seq> seqs;
  for (Seq seq = 0; seq < size(); ++seq) {
    if (std::find(tags_[seq].begin(), tags_[seq].end(), tag) != tags_[seq].end()) seqs.push_back(seq);
  }
  return seqs;
}

std::vector<std::string> ModelLedger::tags() const {
  std::set<std::string> all;
  for (const auto& tags : tags_) all.insert(tags.begin(), tags.end());
  return {all.begin(), all.end()};
}

}  // namespace cairn::simulation
