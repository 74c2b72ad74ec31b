#include "commands/waiting_notice.h"

#include <chrono>
#include <string_view>
#include <system_error>

#include "commands/output.h"

namespace cairn {

namespace {

constexpr std::string_view still_waiting =
    "cairn: still waiting for the ledger: another process writes to it, or its database waits for a standby. "
    "Ctrl-C gives up; whether it was recorded, `cairn log` tells then.\n";

}  // namespace

WaitingNotice::WaitingNotice() {
  try {
    waiting_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      if (!answered_.wait_for(lock, std::chrono::seconds(silent_seconds), [this] { return over_; }))
        warn(still_waiting);
    });
  } catch (const std::system_error&) {
    // Where the system has no thread to give, nothing is said: the command itself needs none.
  }
}

WaitingNotice::~WaitingNotice() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  answered_.notify_all();
  if (waiting_.joinable()) waiting_.join();
}

}  // namespace cairn
