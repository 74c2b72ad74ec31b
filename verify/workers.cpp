#include "verify/workers.h"

#include <iterator>
#include <system_error>
#include <utility>

namespace cairn {
namespace {

constexpr std::size_t chunk_jobs = 128;
constexpr std::size_t chunk_bytes = 4 << 20;
constexpr std::size_t max_threads = 64;

}  // namespace

Workers::Workers(std::size_t threads) {
  for (std::size_t i = 1; i < threads && i < max_threads; ++i) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      break;  // a machine that grants no more threads gets its audit from those that there are
    }
  }
}

Workers::~Workers() {
  finish();
}

void Workers::begin(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Workers::wait_for(const std::function<bool()>& ready) {
  Lock lock(mutex_);
  while (!ready()) {
    if (!work_off_one(lock)) changed_.wait(lock);
  }
}

void Workers::add(Job job, std::size_t bytes) {
  filling_.push_back(std::move(job));
  filling_bytes_ += bytes;
  if (filling_.size() >= chunk_jobs || filling_bytes_ >= chunk_bytes) hand_over();
}

void Workers::hand_over() {
  Chunk chunk = std::exchange(filling_, {});
  filling_bytes_ = 0;
  {
    const std::lock_guard lock(mutex_);
    if (chunks_.size() < 2 * threads_.size()) {
      chunks_.push_back(std::move(chunk));
      changed_.notify_all();
      return;
    }
  }
  run(chunk);
}

void Workers::run(const Chunk& chunk) {
  Findings found;
  for (const Job& job : chunk) {
    if (std::optional<Finding> finding = job()) found.push_back(std::move(*finding));
  }
  const std::lock_guard lock(mutex_);
  std::move(found.begin(), found.end(), std::back_inserter(found_));
}

bool Workers::work_off_one(Lock& lock) {
  if (!tasks_.empty()) {
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
    changed_.notify_all();
    return true;
  }
  if (chunks_.empty()) return false;
  const Chunk chunk = std::move(chunks_.front());
  chunks_.pop_front();
  lock.unlock();
  run(chunk);
  lock.lock();
  return true;
}

void Workers::work() {
  Lock lock(mutex_);
  for (;;) {
    if (work_off_one(lock)) continue;
    if (done_) return;
    changed_.wait(lock);
  }
}

Findings Workers::finish() {
  run(std::exchange(filling_, {}));
  {
    Lock lock(mutex_);
    done_ = true;
    changed_.notify_all();
    while (work_off_one(lock)) {
    }
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return std::exchange(found_, {});
}

}  // namespace cairn
