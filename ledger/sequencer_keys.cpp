// By whose keys a sequencer signs.
#include "ledger/base/text.h"
#include "ledger/sequencer.h"

namespace cairn {

// Null: it is not here.
Result<const PrivateKey*> Sequencer::log_key(const NoteVerifier& wanted) {
  if (const PrivateKey* held = held_key(log_keys_, wanted); held != nullptr || !options_.find_key) return held;
  TRY_LET(found, options_.find_key(wanted));
  if (found) log_keys_.push_back(std::move(*found));
  return held_key(log_keys_, wanted);
}

// Once it is recorded no head can be signed without that key.
Result<std::optional<TurnedAway>> Sequencer::missing_log_key(const Statement& statement) {
  for (const Event& event : statement.events) {
    const auto* added = std::get_if<LogKeyAdded>(&event);
    const auto* forked = std::get_if<LedgerForked>(&event);
    if (added == nullptr && forked == nullptr) continue;
    const std::string& vkey = added != nullptr ? added->log_key : forked->log_key;
    const Result<NoteVerifier> wanted = NoteVerifier::from_log_vkey(vkey);
    TRY_LET(held, wanted.ok() ? log_key(*wanted) : Result<const PrivateKey*>(nullptr));
    if (held == nullptr) {
      return std::optional(
          turned_away("log_key_not_here", str("it has the log sign with ", printable(vkey),
                                              ", and who sequences does not hold that key; bring its file there")));
    }
  }
  return std::optional<TurnedAway>();
}

// Of the keys held here, those that sign heads of this size; all of them have to be.
Result<std::vector<PrivateKey>> Sequencer::signers_of(const LogKeys& keys, Size size) {
  std::vector<PrivateKey> signers;
  for (const NoteVerifier& wanted : keys.at(size)) {
    TRY_LET(held, log_key(wanted));
    if (held == nullptr) {
      return fault(str(keys.origin(), " is signed with ", wanted.vkey(),
                       ", and that log key is not among those given; ", "give every key that signs for this ledger"));
    }
    signers.push_back(*held);
  }
  ASSERT(!signers.empty());  // the rules keep one
  return signers;
}

}  // namespace cairn
