// ModelLedger: the ledger as it should be, as plainly as can be said. A vector of entries, the root by RFC 6962's
// definition, and one World that every entry is folded into. No store, no batch, no proof, nothing to undo.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/events/entry.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/tree.h"
#include "projections/world.h"

namespace cairn::simulation {

// What is to be said of an envelope that comes now.
struct Expected {
  enum class Kind { recorded, repeated, turned_away };
  Kind kind = Kind::turned_away;
  Seq seq = 0;          // where it lies; of what is recorded: will lie
  Millis recorded = 0;  // likewise
  std::string word;     // the outcome, or why it is turned away
};

// The log's keys that a writer holds, by their vkeys.
using HeldKeys = std::set<std::string>;

class ModelLedger {
 public:
  explicit ModelLedger(NoteVerifier log) : log_(log) { signers_.push_back({std::move(log), 0, {}}); }

  Size size() const { return entries_.size(); }
  const Bytes& entry(Seq seq) const { return entries_[seq]; }
  const std::vector<Bytes>& entries() const { return entries_; }
  const Hash& leaf(Seq seq) const { return leaves_[seq]; }
  const Hash& root(Size size) const { return roots_[size]; }
  const Hash& state(Size size) const { return states_[size]; }  // of the World
  const World& world() const { return *world_; }
  const NoteVerifier& log() const { return log_; }          // that entry 0 names
  std::size_t log_keys() const { return signers_.size(); }  // that there ever were
  std::vector<NoteVerifier> signers(Size size) const;       // of heads of this size
  Head head() const { return {size(), roots_[size()]}; }
  Millis newest_recorded() const { return size() == 0 ? 0 : world_->position->recorded; }
  std::vector<Seq> tagged(const std::string& tag) const;
  std::vector<std::string> tags() const;

  // By a writer whose clock says `now`.
  Expected expect(const Envelope& envelope, Millis now, const HeldKeys& held);

  // The entry that a writer made of this envelope. Breaks a promise unless it is the expected one to the byte.
  void record(const Envelope& envelope, const Expected& expected, const Bytes& entry);

  // A note that the log let out. Breaks a promise unless it is on this history.
  Head see(const std::string& note);

 private:
  using Said = std::pair<std::string, std::string>;  // author and id
  struct Place {
    Seq seq = 0;
    Hash events;
    Millis recorded = 0;
  };

  // Signs heads of more than `from` entries and, where it ended, of at most `until`.
  struct Signer {
    NoteVerifier key;
    Seq from = 0;
    std::optional<Seq> until;
  };

  const Place* place_of(const Statement& statement, Millis recorded) const;
  Expected expect_first(const Envelope& envelope, Millis now);
  Expected judge(const Statement& statement, const Envelope& envelope, Basis basis, Millis recorded,
                 const HeldKeys& held);
  void follow_keys(Seq seq, const std::vector<Event>& events);
  void end_key(const std::string& vkey, Seq seq);
  Basis basis_of(const Head& basis) const;

  NoteVerifier log_;
  std::vector<Signer> signers_;
  std::vector<Bytes> entries_;
  std::vector<Hash> leaves_;
  std::vector<Hash> roots_ = {empty_root()};
  std::vector<Hash> states_ = {Hash{}};
  std::vector<std::vector<std::string>> tags_;  // of each entry
  std::vector<Millis> times_;                   // likewise, as recorded
  Seq ids_from_ = 0;                            // of entries before this one the ids were forgotten
  std::map<Said, Place> said_;                  // the newest
  std::map<Size, std::string> notes_;           // that were seen
  std::unique_ptr<World> world_ = std::make_unique<World>();
};

}  // namespace cairn::simulation
