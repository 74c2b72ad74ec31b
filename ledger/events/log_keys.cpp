#include "ledger/events/log_keys.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {

namespace {

Error no_ledger(const std::string& why) {
  return not_verified(str("this store does not open as a ledger: ", why, "; compare it with a copy before you use it"));
}

}  // namespace

Result<LedgerCreated> read_genesis(const Recorded& entry_zero) {
  if (entry_zero.seq != 0) return no_ledger(str("entry ", entry_zero.seq, " was taken for entry 0"));
  if (!entry_zero.entry.outcome.empty()) return no_ledger(str("entry 0 was refused: ", entry_zero.entry.outcome));
  const std::vector<Event>& events = entry_zero.statement.events;
  const auto is_created = [](const Event& event) { return std::holds_alternative<LedgerCreated>(event); };
  if (events.empty() || !is_created(events.front()) || std::count_if(events.begin(), events.end(), is_created) != 1) {
    return no_ledger("entry 0 does not begin with the one ledger.created");
  }
  return std::get<LedgerCreated>(events.front());
}

Result<LogKeys> LogKeys::of_genesis(const Recorded& entry_zero) {
  TRY_LET(created, read_genesis(entry_zero));
  const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(created.log_key);
  if (!log.ok()) return no_ledger(str("the log key in entry 0 does not parse: ", log.error().message));
  if (log->name() != created.origin) return no_ledger("the log key in entry 0 is of another name than the origin");
  LogKeys keys(*log);
  keys.keys_.front().ledger = entry_zero.leaf;
  return keys;
}

void LogKeys::apply(const Recorded& entry) {
  if (!entry.entry.outcome.empty()) return;
  for (const Event& event : entry.statement.events) {
    if (const auto* added = std::get_if<LogKeyAdded>(&event)) {
      add(entry.seq, added->log_key);
    } else if (const auto* retired = std::get_if<LogKeyRetired>(&event)) {
      end(entry.seq, retired->log_key, std::nullopt);
    } else if (const auto* compromised = std::get_if<LogKeyCompromised>(&event)) {
      end(entry.seq, compromised->log_key, compromised->from);
    } else if (const auto* forked = std::get_if<LedgerForked>(&event)) {
      fork(entry.seq, forked->log_key, entry.leaf);
    }
  }
}

void LogKeys::add(Seq entry, const std::string& vkey) {
  const Result<NoteVerifier> key = NoteVerifier::from_log_vkey(vkey);
  if (!key.ok() || key->name() != origin() || find(vkey) != nullptr) return;
  keys_.push_back({*key, entry, {}, {}, ledger()});
}

void LogKeys::end(Seq entry, const std::string& vkey, std::optional<Size> compromised) {
  const auto key =
      std::find_if(keys_.begin(), keys_.end(), [&](const LogKey& one) { return one.verifier.vkey() == vkey; });
  if (key == keys_.end()) return;
  if (!key->ended) key->ended = entry;
  if (compromised && (!key->compromised || *compromised < *key->compromised)) key->compromised = compromised;
}

void LogKeys::fork(Seq entry, const std::string& vkey, const Hash& leaf) {
  const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(vkey);
  if (!log.ok() || find(vkey) != nullptr) return;
  for (LogKey& key : keys_) {
    if (!key.ended) key.ended = entry;
  }
  keys_.push_back({*log, entry, {}, {}, leaf});
  forked_at_ = entry;
}

const LogKey* LogKeys::find(std::string_view vkey) const {
  const auto key =
      std::find_if(keys_.begin(), keys_.end(), [&](const LogKey& one) { return one.verifier.vkey() == vkey; });
  return key == keys_.end() ? nullptr : &*key;
}

std::vector<NoteVerifier> LogKeys::of_this_ledger() const {
  std::vector<NoteVerifier> keys;
  for (const LogKey& key : keys_) {
    if (key.ledger == ledger()) keys.push_back(key.verifier);
  }
  return keys;
}

std::vector<NoteVerifier> LogKeys::at(Size size) const {
  std::vector<NoteVerifier> signers;
  for (const LogKey& key : keys_) {
    if (key.signs(size)) signers.push_back(key.verifier);
  }
  return signers;
}

Result<Checkpoint> LogKeys::open(std::string_view note) const {
  TRY_LET(claimed, claimed_size(note));
  Result<Checkpoint> opened = open_by_all(note, at(claimed));
  if (opened.ok()) return opened;
  // By a key of this log that does not sign there: what a fork, or who took the key, leaves behind.
  for (const LogKey& key : keys_) {
    if (key.signs(claimed) || !open_note(note, {&key.verifier, 1}).ok()) continue;
    const std::string last = key.ended ? str(" to ", *key.ended) : std::string(" on");
    return not_verified(str("it is signed with ", key.verifier.vkey(), ", which signs no head of ", claimed,
                            " entries here, only those of ", key.added + 1, last));
  }
  return opened;
}

Result<Snapshot> LogKeys::open_sealed(Size size, BytesView sealed) const {
  for (const LogKey& key : keys_) {
    if (!key.signs(size)) continue;
    if (key.compromised && *key.compromised <= size) {
      return not_verified(str("it is sealed with ", key.verifier.vkey(), ", which is called compromised from size ",
                              *key.compromised, " on"));
    }
    return open_snapshot(sealed, key.verifier.key());
  }
  return not_verified(str("no key of the log signs at size ", size));
}

const PrivateKey* held_key(std::span<const PrivateKey> held, const NoteVerifier& signer) {
  const auto key = std::find_if(held.begin(), held.end(),
                                [&](const PrivateKey& one) { return one.public_key().spki() == signer.key().spki(); });
  return key == held.end() ? nullptr : &*key;
}

Result<Checkpoint> open_by_all(std::string_view note, const std::vector<NoteVerifier>& signers) {
  Result<Checkpoint> opened = not_verified("no key of the log signs heads of its size");
  for (const NoteVerifier& signer : signers) {
    opened = open_checkpoint(note, signer);
    if (opened.ok()) continue;
    if (signers.size() == 1) return opened;
    return not_verified(
        str("every key of the log signs a head, and ", signer.vkey(), " does not: ", opened.error().message));
  }
  return opened;
}

}  // namespace cairn
