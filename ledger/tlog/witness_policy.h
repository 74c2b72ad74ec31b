// C2SP tlog-policy: whose cosignatures a checkpoint has to carry. Pure.
//
// A policy is lines of text: `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> all|any|<k>
// <member>...` and one `quorum <name>|none`, with comments and white space as the specification allows. Witness keys
// are of type 0x04 (Ed25519); one of another type is an error, for nobody here could count what it signs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"

namespace cairn {

inline constexpr std::size_t max_witness_policy_bytes = 256 << 10;
inline constexpr std::size_t max_policy_witnesses = max_note_signatures - 8;  // a note with all of them and the log's
inline constexpr std::size_t max_policy_logs = 64;
inline constexpr std::size_t max_policy_groups = 64;

// Names and URLs are octets without white space; the one may be none, the other is checked by whoever asks there.
struct PolicyLog {
  NoteVerifier key;
  std::string url;  // empty: none
};

struct PolicyWitness {
  std::string name;
  NoteVerifier key;
  std::string url;  // empty: none
};

struct WitnessGroup {
  std::string name;
  std::size_t needed = 1;            // so many of its members, 1 to all of them
  std::vector<std::string> members;  // witnesses, or groups that stand before this one
};

inline constexpr std::string_view no_quorum = "none";

struct WitnessPolicy {
  std::vector<PolicyLog> logs;  // empty: whoever asks knows the log
  std::vector<PolicyWitness> witnesses;
  std::vector<WitnessGroup> groups;
  std::string quorum = std::string(no_quorum);  // a witness or a group

  const PolicyWitness* witness(std::string_view name) const;  // null: there is none
  const WitnessGroup* group(std::string_view name) const;
};

// An error names the line, counted from 1, and what is wrong with it.
Result<WitnessPolicy> parse_witness_policy(std::string_view text);

// In one spelling: logs, witnesses, groups, quorum; no comments. Parsed again it is the same policy.
std::string format_witness_policy(const WitnessPolicy& policy);

// What a witness is to the quorum: not met without it, one of several that may make it up, or none of its business.
enum class WitnessRole { required, counted, optional };
WitnessRole role_of(const WitnessPolicy& policy, std::string_view witness);

// What a note shows of a policy's witnesses.
struct Witnessed {
  Checkpoint checkpoint;
  std::vector<std::string> by;       // names of witnesses whose cosignatures it carries, in the policy's order
  std::vector<std::string> missing;  // of a quorum that is not met: the witnesses that it could still count
  std::string lacks;                 // what it needs of them, "1 of w2, w3"; empty: the quorum is met
};

// Opens the note by the log's keys, of which one at least has to have signed it, and by those of all witnesses of the
// policy; as in every note, a line by a known key that does not hold makes the whole of it bad. usage: the policy names
// logs, and this is none of them.
Result<Witnessed> check_witnessed(std::string_view note, std::span<const NoteVerifier> log,
                                  const WitnessPolicy& policy);

}  // namespace cairn
