// By whose keys a sequencer signs.
#include "ledger/base/text.h"
#include "ledger/sequencer.h"

namespace cairn {

// Once it is recorded no head can be signed without that key.
std::optional<TurnedAway> Sequencer::missing_log_key(const Statement& statement) const {
  for (const Event& event : statement.events) {
    const auto* added = std::get_if<LogKeyAdded>(&event);
    const auto* forked = std::get_if<LedgerForked>(&event);
    if (added == nullptr && forked == nullptr) continue;
    const std::string& vkey = added != nullptr ? added->log_key : forked->log_key;
    const Result<NoteVerifier> wanted = NoteVerifier::from_log_vkey(vkey);
    const bool held = wanted.ok() && held_key(log_keys_, *wanted) != nullptr;
    if (!held) {
      return turned_away("log_key_not_here", str("it has the log sign with ", printable(vkey),
                                                 ", and who sequences does not hold that key; bring its file there"));
    }
  }
  return std::nullopt;
}

// Of the keys held here, those that sign heads of this size; all of them have to be.
Result<std::vector<PrivateKey>> Sequencer::signers_of(const LogKeys& keys, Size size) const {
  std::vector<PrivateKey> signers;
  for (const NoteVerifier& wanted : keys.at(size)) {
    const PrivateKey* held = held_key(log_keys_, wanted);
    if (held == nullptr) {
      return usage(str(keys.origin(), " is signed with ", wanted.vkey(),
                       ", and that log key is not among those given; ", "give every key that signs for this ledger"));
    }
    signers.push_back(*held);
  }
  ASSERT(!signers.empty());  // the rules keep one
  return signers;
}

}  // namespace cairn
