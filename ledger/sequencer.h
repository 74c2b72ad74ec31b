// Sequencer: the only writer, and the only caller of Store::commit.
//
// It takes signed statements, has their signatures verified and the rules asked, puts each in its place in the tree,
// signs the new head, and makes all of it durable in one commit. What a crash leaves at each step is said in
// sequencer.cpp. One thread at a time (writer.h takes many).
//
// A store may have other writers than this one, on other machines. Whoever comes second learns it by a conflict, folds
// in what the first appended, and asks the rules again; so no answer rests on a world that was overtaken.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/events/entry.h"
#include "ledger/events/log_keys.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"
#include "ledger/store/store.h"
#include "ledger/tlog/snapshot.h"
#include "ledger/tlog/tree.h"

namespace cairn {

// Same author and id, same events: the entry that is already there.
struct Repeated {
  Seq first = 0;
};

// To be appended; the empty outcome is admitted.
struct Ruled {
  std::string outcome;
};

using Judgement = std::variant<Ruled, Repeated, TurnedAway>;

// What the sequencer asks of the rules. The views behind it live above this layer; tests put their own here.
class Rules {
 public:
  virtual ~Rules() = default;

  // The SPKI of the key with this id, if it may sign now; else a turned_away error. Not asked for entry 0, which names
  // its own.
  virtual Result<Bytes> key_for(const KeyId& key) const = 0;

  virtual Judgement admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                          Millis recorded) = 0;

  // How many entries are folded in.
  virtual Size size() const = 0;

  // Folds an entry in; kept or undone with the whole batch.
  virtual void apply(const Recorded& recorded) = 0;

  // The same for an entry that another writer appended. needs_newer: it takes later rules than these to understand, so
  // nothing may be appended after it by this program.
  virtual Result<void> follow(const Recorded& recorded) = 0;
  virtual void keep() = 0;
  virtual void undo() = 0;

  // The newest recorded time, below which no entry may lie.
  virtual Millis newest_recorded() const = 0;

  // Canonical bytes of the views, to be signed and stored, or empty if it is too early for another one.
  virtual Bytes snapshot(Size size) = 0;
};

struct Receipt {
  Seq seq = 0;
  std::string outcome;  // empty: admitted
  Hash leaf;
  Millis recorded = 0;
  Head head;                // of `checkpoint`
  std::string checkpoint;   // the note, in which this entry is
  std::vector<Hash> proof;  // inclusion of `leaf` at `seq` in `head`
  bool repeated = false;    // this very statement was recorded before; this is its first place
};

using Answer = std::variant<Receipt, TurnedAway>;

// A clock further ahead of the newest entry than this is more likely wrong than the ledger is idle.
inline constexpr Millis max_clock_lead = 30 * day;

struct SequencerOptions {
  bool clock_is_right = false;  // somebody looked: append although the clock is more than max_clock_lead ahead
  bool brings_keys = false;     // the log is to sign with others than now, by what is said first: a fork, a lost key
  Millis patience = 0;          // how long to try again while others are first or the store is away

  // Asked for a log key that is not among those given, once something that is to be signed with it is there. None: it
  // is not here.
  std::function<Result<std::optional<PrivateKey>>(const NoteVerifier& wanted)> find_key = {};
};

// What is handed in, and, where somebody has opened it already, what they found.
struct Submission {
  Envelope envelope;
  std::optional<Opening> opening;  // by open_envelope, with the key that the signature names
};

class Sequencer {
 public:
  // `store` was opened for writing; `rules` stand at one of its heads, and what came after that is folded in. Of
  // `log_keys` those that sign for the ledger now sign its heads; refuses if one of these is not among them, or if a
  // checkpoint does not verify. For an empty store there is one, and the first statement must be entry 0 and brings its
  // vkey.
  static Result<std::unique_ptr<Sequencer>> open(Store& store, Rules& rules, const Clock& clock,
                                                 std::vector<PrivateKey> log_keys, SequencerOptions options = {});
  static Result<std::unique_ptr<Sequencer>> open(Store& store, Rules& rules, const Clock& clock, PrivateKey log_key,
                                                 SequencerOptions options = {});

  // One answer for each submission, in order; returns once everything that it acknowledges is durable. An error means
  // that nothing of this call was acknowledged: mostly nothing was written either, else the same statements will be
  // answered as repeated. Two submissions of one call see each other in order, and all its receipts are against the one
  // head that it signs.
  Result<std::vector<Answer>> append(std::span<Submission> submissions);
  Result<std::vector<Answer>> append(std::span<const Envelope> envelopes);

  // The keys met so far, for whoever opens envelopes beside this thread.
  const KnownKeys& known_keys() const { return known_keys_; }

 private:
  struct Pending;

  static constexpr std::size_t max_recent_heads = 65536;

  Sequencer(Store& store, Rules& rules, const Clock& clock, std::vector<PrivateKey> log_keys, SequencerOptions options);

  Result<void> resume();
  Result<void> catch_up();
  Result<void> follow_some();
  Result<void> follow_to(const AtSize& row, LogKeys& keys, Frontier& tree);
  Result<void> check_clock(Millis now) const;
  Result<bool> was_overtaken();  // then all is asked again, once

  Result<std::vector<Answer>> try_append(std::span<Submission> submissions);
  Result<std::vector<Answer>> receive_all(std::span<Submission> submissions, Pending& pending);
  Result<Answer> receive(Submission& submission, Pending& pending);
  Opening open_with(const Envelope& envelope, BytesView spki);
  std::optional<TurnedAway> check_ledger(const Statement& statement, const Pending& pending) const;
  Result<std::optional<TurnedAway>> missing_log_key(const Statement& statement);
  Result<const PrivateKey*> log_key(const NoteVerifier& wanted);
  Opening open_first(const Envelope& envelope) const;
  Result<Basis> check_basis(const Head& basis, const Pending& pending);
  Result<Receipt> repeat(Seq first, const Pending& pending) const;
  Receipt place(Submission& submission, std::string outcome, Millis recorded, Pending& pending);

  Result<std::vector<PrivateKey>> signers_of(const LogKeys& keys, Size size);
  Result<SignedHead> sign(const Pending& pending);
  Result<void> commit(Pending& pending);
  Result<void> complete(std::vector<Answer>& answers, Pending& pending) const;

  Store& store_;
  Rules& rules_;
  const Clock& clock_;
  std::vector<PrivateKey> log_keys_;  // those held here
  SequencerOptions options_;
  Frontier tree_;
  std::optional<LogKeys> signing_;  // who signs for the ledger; while the store is empty nobody does
  std::string checkpoint_;          // the newest note
  bool unsure_ = false;             // what the store holds now is not known: look at its tip first
  std::deque<Head> recent_;         // heads that this process signed or followed, ascending
  Head asked_;                      // the basis that was asked for last, and held
  KnownKeys known_keys_;
};

}  // namespace cairn
