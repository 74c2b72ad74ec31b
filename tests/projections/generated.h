// Generated histories: what many people and services say to one ledger, most of it sensible, some of it not, judged by
// the rules and recorded as they say.
//
// Entries are as a log would hold them: signed by their author's key over the exact payload, with a basis that is a
// root of the tree before (or, now and then, is not), and leaf hashes of RFC 6962. The same seed gives the same bytes
// on every machine. About 0.15 ms an entry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/crypto/keys.h"
#include "ledger/events/entry.h"
#include "ledger/events/statement.h"

namespace cairn {

inline const std::string generated_origin = "ledger.example/generated";
PrivateKey generated_log_key();  // entry 0 names it as the log's

// Honest: every outcome is what the rules say. Lying: some are not, and time goes back now and then.
enum class Log { honest, lying };
std::vector<Recorded> generate_history(std::uint64_t seed, std::size_t entries, Log log = Log::honest);

// The keys that sign the head over all of them.
std::vector<PrivateKey> log_keys_of(const std::vector<Recorded>& history);

// 1, 2, ... of them; or the one that CAIRN_TEST_SEED names, to look at a failure again.
std::vector<std::uint64_t> history_seeds(std::size_t count);

// The tree's root at every size from 0 to entries.size().
std::vector<Hash> roots_of(const std::vector<Recorded>& entries);

// Whether this entry's author had seen a head of the history in front of it.
Basis basis_of(const Recorded& entry, const std::vector<Hash>& roots);

}  // namespace cairn
