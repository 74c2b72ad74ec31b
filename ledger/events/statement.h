// Statement: what one author said, in exactly the bytes that were signed.
//
// The payload is an in-toto Statement v1 as canonical JSON (FORMAT.md: no white space, members in order, one spelling a
// value), at most 61,440 bytes, signed as DSSE's PAE. Whoever receives one verifies the bytes, then decodes those same
// bytes; nothing is ever encoded again to be hashed or verified. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/events/event.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

inline constexpr std::size_t max_payload_bytes = 61440;
inline constexpr std::string_view payload_type = "application/vnd.in-toto+json";
inline constexpr std::string_view predicate_type = "urn:cairn:statement:v1";

inline constexpr Millis clock_skew = 2 * minute;         // how far an author's clock may be ahead of the log's
inline constexpr Millis default_validity = 10 * minute;  // expires - at, unless the command says otherwise
inline constexpr Millis approval_validity = 24 * hour;
inline constexpr Millis max_validity = 7 * day;  // also how long ids are kept

// The author of the one statement that the recovery key may sign; no actor can have this handle.
inline constexpr std::string_view recovery_author = "recovery";

struct Statement {
  Hash ledger;         // the ledger's id; zeros in entry 0
  std::string id;      // with `author` the idempotency key: 1 to 128 printable ASCII bytes
  std::string author;  // a handle
  Millis at = 0;       // the author's clock
  Millis expires = 0;
  Head basis;                          // the head the author had verified; size 0 and zeros in entry 0 only
  std::map<std::string, Seq> expects;  // subject ("rollout:...", "incident:...", "model:...") -> its last admitted seq
  std::vector<Event> events;           // 1 to max_events
  std::string origin;  // set by decode where `subject` is the ledger, as no event names a model; else empty
  Hash events_hash;    // SHA-256 of the bytes of `events`; set by decode: same id and same hash = same thing
};

// Whether its entry, once admitted, may be recorded at an earlier time than the one above it: ledger.clock_corrected,
// said by itself.
bool corrects_clock(const Statement& statement);

// The bytes of an `events` member by themselves, whose SHA-256 is a statement's events_hash, and the way back.
Result<Bytes> encode_events(const std::vector<Event>& events);
Result<std::vector<Event>> decode_events(BytesView bytes);

// The payload to sign. `events_hash` and `origin` of the statement are ignored. A usage error if a value cannot be said
// (too long, not a name, ...).
Result<Bytes> encode_statement(const Statement& statement, std::string_view origin);

// Refuses everything that encode_statement would not have written, naming the byte position. Whether `origin`, where it
// is not empty, is the ledger's is for the caller to see.
Result<Statement> decode_statement(BytesView payload);

// DSSE v1 pre-authentication encoding of our payload type: what is signed and verified.
Bytes pae(BytesView payload);

// Whether the head that a statement's author had verified lies on this history; computed from the tree, since rules see
// no nodes.
enum class Basis { on_history, not_on_history };

struct Signature {
  KeyId key;
  Bytes bytes;  // at most 65,535
};

// A signed statement on its way to the sequencer.
struct Envelope {
  Bytes payload;
  std::vector<Signature> signatures;  // ascending by key, none twice; rules 1 take exactly one
};

Result<Envelope> sign_statement(Bytes payload, const PrivateKey& key);

// DSSE's JSON envelope ({"payload","payloadType","signatures":[{"keyid","sig"}]}), for files and other tools. The
// reader takes any JSON white space and member order, since nothing of the wrapper is signed. At most 128 KiB.
std::string format_dsse(const Envelope& envelope);
Result<Envelope> parse_dsse(std::string_view text);

// The subjects that a statement is about, as tags for the index: "model:NAME", "environment:E", "rollout:ID",
// "incident:ID", "actor:HANDLE" (author and those spoken of), "digest:HEX" (of a model), "type:rollout.advanced". Those
// of rollouts, incidents and models are keys of `expects` too. Ascending, none twice.
std::vector<std::string> tags_of(const Statement& statement);

// Those of rollouts, incidents and models alone.
std::vector<std::string> subjects_of(const Statement& statement);

// That of every admitted entry that says something of the log's keys, but entry 0; see log_keys.h.
inline constexpr std::string_view log_keys_tag = "log:keys";

// Beside them, a refused entry carries this one.
inline constexpr std::string_view refused_tag = "outcome:refused";

// All tags that an entry has in the index: those of its statement; where its outcome is not empty without log_keys_tag,
// and with refused_tag at the end.
std::vector<std::string> index_tags(const Statement& statement, std::string_view outcome);

}  // namespace cairn
