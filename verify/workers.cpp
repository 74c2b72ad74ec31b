#include "verify/workers.h"

#include <iterator>
#include <system_error>
#include <utility>

namespace cairn {
namespace {

constexpr std::size_t chunk_jobs = 512;
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
    if (queue_.size() < 2 * threads_.size()) {
      queue_.push_back(std::move(chunk));
      waiting_jobs_.notify_one();
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

void Workers::work() {
  for (;;) {
    Chunk chunk;
    {
      std::unique_lock lock(mutex_);
      waiting_jobs_.wait(lock, [this] { return done_ || !queue_.empty(); });
      if (queue_.empty()) return;
      chunk = std::move(queue_.front());
      queue_.pop_front();
    }
    run(chunk);
  }
}

Findings Workers::finish() {
  run(std::exchange(filling_, {}));
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    waiting_jobs_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return std::exchange(found_, {});
}

}  // namespace cairn
