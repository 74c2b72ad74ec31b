// WaitingNotice: says on stderr what a command waits for, if that takes longer than people wait without wondering.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace cairn {

class WaitingNotice {
 public:
  static constexpr int silent_seconds = 5;

  // For as long as it lives, the ledger is asked to take something.
  WaitingNotice();
  ~WaitingNotice();
  WaitingNotice(const WaitingNotice&) = delete;
  WaitingNotice& operator=(const WaitingNotice&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  bool over_ = false;
  std::thread waiting_;
};

}  // namespace cairn
