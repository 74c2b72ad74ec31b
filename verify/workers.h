// Workers: threads that verify signatures while the one thread that folds goes on.
//
// Jobs come in chunks; with too many waiting, the caller works off a chunk itself, so memory stays bounded and no core
// idles.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "verify/finding.h"

namespace cairn {

class Workers {
 public:
  using Job = std::function<std::optional<Finding>()>;

  // The caller counts as one of the threads.
  explicit Workers(std::size_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // `bytes`: about how much memory the job holds on to.
  void add(Job job, std::size_t bytes);

  // Waits for all jobs. What they found, in any order.
  Findings finish();

 private:
  using Chunk = std::vector<Job>;

  void work();
  void hand_over();
  void run(const Chunk& chunk);

  Chunk filling_;
  std::size_t filling_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable waiting_jobs_;
  std::deque<Chunk> queue_;
  bool done_ = false;
  Findings found_;
  std::vector<std::thread> threads_;
};

}  // namespace cairn
