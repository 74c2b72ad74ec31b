// cairn init: the keys, then entry 0, then the names by which the keys are found.
//
// What a crash, or a standard output that nobody reads, leaves behind:
//   before the commit   no ledger, and keys in this home that nothing names; the same init again makes others, but
//   keeps
//                       the first actor's
//   after it            a whole ledger. The log's key is found under its own id until it is named, and the recovery key
//                       lies in recovery/ with its passphrase beside it: neither is only ever shown.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/session.h"
#include "ledger/events/event.h"
#include "ledger/sequencer.h"

namespace cairn {

struct NewLedger {
  std::string origin;
  std::string policy;                      // the document
  std::vector<ActorEnrolled> more_actors;  // beside the first
  std::string grant_to;                    // the role of a database that may write from then on
  std::optional<PrivateKey> log_key;       // Ed25519, one that lies elsewhere; else a new one is made
};

struct Created {
  Receipt receipt;
  std::string statement;  // its id
  Hash id;
  std::string vkey;
  std::filesystem::path actor_key;
  std::filesystem::path log_key;
  Home::RecoveryFiles recovery;
  std::string recovery_passphrase;
  std::vector<std::string> warnings;  // what this home could not take note of once the ledger was there
};

// usage: there is a ledger already, or a word is wrong; then this home is as it was.
Result<Created> create_ledger(const Globals& globals, const Home& home, const NewLedger& wanted);

}  // namespace cairn
