// Workers: the threads of one audit. The thread that folds hands them what needs no order, and works along with them
// where it would have to wait.
//
// There are two kinds of work. A task is waited for soon (the next page), so tasks go first. A job finds something or
// nothing (a signature) and is waited for at the end; jobs come in chunks, and with too many waiting the caller works
// off a chunk itself, so memory stays bounded and no core idles.
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
  using Task = std::function<void()>;
  using Job = std::function<std::optional<Finding>()>;

  // The caller counts as one of the threads.
  explicit Workers(std::size_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t threads() const { return threads_.size() + 1; }

  void begin(Task task);

  // Works along until `ready`, which a task makes true: it is asked after each.
  void wait_for(const std::function<bool()>& ready);

  // `bytes`: about how much memory the job holds on to.
  void add(Job job, std::size_t bytes);

  // Waits for all. What the jobs found, in any order.
  Findings finish();

 private:
  using Chunk = std::vector<Job>;
  using Lock = std::unique_lock<std::mutex>;

  void work();
  bool work_off_one(Lock& lock);  // false: there is nothing to do
  void hand_over();
  void run(const Chunk& chunk);

  Chunk filling_;
  std::size_t filling_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;  // more to do, or a task is done, or the end
  std::deque<Task> tasks_;
  std::deque<Chunk> chunks_;
  bool done_ = false;
  Findings found_;
  std::vector<std::thread> threads_;
};

}  // namespace cairn
