// Stage: what a simulated run consists of, and what is checked of it. The steps are in simulation.cpp.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/home.h"
#include "commands/live_rules.h"
#include "ledger/sequencer.h"
#include "ledger/store/attachments.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/people.h"
#include "tests/simulation/simulation.h"
#include "tests/simulation/swarm.h"
#include "tests/temp_directory.h"

namespace cairn::simulation {

class StageClock final : public Clock {
 public:
  Millis now() const override { return time; }
  Millis time = 0;
};

// A process that writes. It is down while it has no sequencer.
struct Writer {
  int number = 0;
  bool patient = false;
  bool clock_is_right = false;
  HeldKeys held;  // the log's
  std::unique_ptr<UnsteadyStore> store;
  std::unique_ptr<LiveRules> rules;
  std::unique_ptr<Sequencer> sequencer;

  bool is_up() const { return sequencer != nullptr; }
};

// What one writer was asked, while it is.
struct Call {
  Writer& writer;
  std::vector<Letter> letters;
  std::vector<Envelope> envelopes;
  std::vector<Expected> expected;  // of the last batch that was written
  bool written = false;            // by the attempt that is answered
  Size overtaken_before = 0;       // where the call before this one came second
  std::uint64_t met_before = 0;    // mishaps
  std::uint64_t met_when_written = 0;
};

// Of a commit that the disk failed: there or not, which shows when it is opened again.
struct InDoubt {
  std::vector<Bytes> entries;
  std::vector<Envelope> envelopes;
  Millis now = 0;
  HeldKeys held;  // by who wrote it
};

class Stage {
 public:
  Stage(std::uint64_t seed, Show show);

  Run run(std::size_t steps);

 private:
  // ---- steps (simulation.cpp)
  void begin();
  void take(Step step);
  void speak();
  void deliver();
  void wait();
  void ahead_or_back(Step step);
  void plan(Step step);  // what will happen to a writer's store
  void fail_disk();
  void restart(Writer& writer);
  bool is_ahead() const { return clock_.time - model_.newest_recorded() > max_clock_lead; }
  void end();

  // ---- writers (calls.cpp)
  Writer* any_writer();
  void open(Writer& writer);
  std::vector<PrivateKey> bring_keys(Writer& writer);
  bool lacks_a_key(const Writer& writer) const;
  void shut(Writer& writer);
  Result<void> try_open(Writer& writer);
  void call(Writer& writer, std::vector<Letter> letters);
  void hook(Call& call);
  void count_of_log(const Envelope& envelope);
  void absorb(Call& call, const Batch& batch);
  void doubt(const Call& call, const Batch& batch);
  void check_answers(Call& call, const std::vector<Answer>& answers);
  void check_answer(const Letter& letter, const Answer& answer, const Expected& expected);
  void check_receipt(const Letter& letter, const Receipt& receipt, const Expected& expected);
  void check_error(const Call& call, const Error& error, bool clock_is_ahead);
  bool speak_first(const Writer& but);

  // ---- the disk (calls.cpp)
  void lose_power(test::Cut cut);
  void settle();

  // ---- what is checked after a step (checks.cpp)
  void check(Step step);
  void check_store();
  void check_views();
  void check_audit();
  void look();
  void read_something(const Ledger& ledger);
  void check_final();

  // What happened; `aside` is shown and not traced, for it may name a directory.
  void note(const std::string& words, const std::string& aside = "");
  void count(const std::string& what, const std::string& how) { ++run_.tally[what][how]; }

  Run run_;
  const Show show_;
  Dice dice_;
  const Swarm swarm_;
  ModelLedger model_;
  People people_;
  StageClock clock_;
  Millis lead_ = 0;  // how far it was put ahead of what time it is
  test::TempDirectory directory_;
  AttachmentDirectory attachments_;  // of which there are none
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Store> store_;  // behind all writers
  std::vector<Writer> writers_;
  std::vector<Letter> held_back_;
  std::optional<InDoubt> in_doubt_;
  bool disk_failed_ = false;                       // it takes nothing more until it is opened again
  Size kept_up_to_ = 0;                            // of the checkpoints of the store that were seen
  bool shaken_ = false;                            // something happened that an audit should follow
  std::size_t audited_at_ = 0;                     // step
  std::map<std::string, std::string> kept_notes_;  // by author
  Sha256 trace_;
};

}  // namespace cairn::simulation
