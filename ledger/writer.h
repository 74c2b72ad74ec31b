// Writer: many callers, one durable commit for all who wait (group commit).
//
//   submit -> [ waiting, in the order of their coming ] -> opened by several threads -> sequenced by one -> answered
//
// Statements are verified and decoded in parallel while an earlier batch is being sequenced and synced; then everything
// that is ready is appended in one batch, in the order in which it was submitted, so one caller's statements keep
// theirs. A caller holds its answer only once its entry is durable. While `most_waiting` statements or
// `most_waiting_bytes` of them wait, the next caller waits too: memory stays bounded, whatever comes in.
//
// Any thread may call. No lock is held while the store writes, so who reads or submits never waits for a disk.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/sequencer.h"

namespace cairn {

struct WriterLimits {
  std::size_t threads = 0;  // that open envelopes; 0: one for each core
  std::size_t most_waiting = 8192;
  std::size_t most_waiting_bytes = 64 << 20;
  std::size_t batch = 1024;  // entries a commit
  std::size_t batch_bytes = 4 << 20;
};

class Writer {
 public:
  // From here on `sequencer` and its rules are the writer's alone, until it is closed. A fault if the system has no
  // threads to give.
  static Result<std::unique_ptr<Writer>> start(Sequencer& sequencer, WriterLimits limits = {});

  // As close(). Nobody may be inside submit() or append() any more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Waits for room, and returns; the answer follows. An error in it means that the statement was not acknowledged: hand
  // the same one in again, and it is recorded once. What the same caller submitted behind it may be recorded before it
  // then, so who needs the order waits for each answer. unavailable at once if the writer is closed.
  std::future<Result<Answer>> submit(Envelope envelope);

  // Waits for the answer too.
  Result<Answer> append(Envelope envelope);

  // Takes nothing more, and returns when everybody who was let in has an answer. By one thread; it may do so again.
  void close();

 private:
  struct Waiting {
    Submission submission;
    std::promise<Result<Answer>> answer;
    std::size_t bytes = 0;
    bool opened = false;
  };

  Writer(Sequencer& sequencer, WriterLimits limits) : sequencer_(sequencer), limits_(limits) {}

  void open_some();
  void sequence();
  std::vector<Waiting> take_batch(std::unique_lock<std::mutex>& lock);
  void append_batch(std::vector<Waiting> batch);

  Sequencer& sequencer_;
  WriterLimits limits_;

  std::mutex mutex_;
  std::condition_variable room_;     // somebody may come in
  std::condition_variable to_open_;  // or nobody will come any more
  std::condition_variable to_append_;
  std::deque<Waiting> waiting_;  // the first `claimed_` of them are opened, or are being opened
  std::size_t claimed_ = 0;
  std::size_t waiting_bytes_ = 0;
  bool closing_ = false;

  std::vector<std::thread> openers_;
  std::thread appender_;
};

}  // namespace cairn
