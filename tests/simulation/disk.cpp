#include "tests/simulation/disk.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <vector>

namespace cairn::simulation {
namespace {

// Work for the background waits here, until it is given its turn or whoever wanted it goes.
class OneThread final : public rocksdb::EnvWrapper {
 public:
  explicit OneThread(rocksdb::Env* machine) : EnvWrapper(machine) {}

  void Schedule(void (*function)(void* arg), void* arg, Priority priority, void* tag,
                void (*forget)(void* arg)) override {
    waiting_.push_back({function, arg, priority, tag, forget});
  }

  void run_waiting() {
    while (!waiting_.empty()) {
      const Job job = waiting_.front();
      waiting_.erase(waiting_.begin());
      job.function(job.arg);
    }
  }

  int UnSchedule(void* tag, Priority priority) override {
    const auto wanted = [&](const Job& job) { return job.tag == tag && job.priority == priority; };
    int count = 0;
    for (const Job& job : waiting_) {
      if (!wanted(job)) continue;
      ++count;
      if (job.forget != nullptr) job.forget(job.arg);
    }
    std::erase_if(waiting_, wanted);
    return count;
  }

 private:
  struct Job {
    void (*function)(void* arg);
    void* arg;
    Priority priority;
    void* tag;
    void (*forget)(void* arg);
  };
  std::vector<Job> waiting_;
};

}  // namespace

test::Fault any_fault(std::uint64_t most, Dice& dice) {
  test::Fault fault;
  fault.at = 1 + dice.below(most);
  fault.kind = dice.chance(50) ? test::FaultKind::io_error : test::FaultKind::power;
  fault.effect = static_cast<test::Effect>(dice.below(3));
  return fault;
}

Disk::Disk(const std::filesystem::path& directory, std::uint32_t seed) : directory_(directory), seed_(seed) {}

Disk::~Disk() = default;

Result<std::unique_ptr<Store>> Disk::open(StoreMode mode, const test::Fault& fault) {
  const std::filesystem::path spare = directory_ / "spare";
  std::filesystem::remove_all(spare);
  std::filesystem::create_directories(spare);
  files_ = std::make_shared<test::FaultyFiles>(spare, fault, seed_++);
  machine_ = rocksdb::NewCompositeEnv(files_);
  auto one_thread = std::make_unique<OneThread>(machine_.get());
  OneThread& background = *one_thread;
  env_ = std::move(one_thread);
  auto store = open_rocks_store(directory_ / "ledger", mode, {.lock_timeout = 0, .env = env_.get()});
  if (store.ok()) background.run_waiting();
  return store;
}

void Disk::arm(const test::Fault& fault) {
  files_->arm(fault);
}

bool Disk::failed() const {
  return files_->failed();
}

void Disk::cut(test::Cut cut) {
  files_->cut(cut);
}

}  // namespace cairn::simulation
