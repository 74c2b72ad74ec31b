#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/keeper.h"
#include "bench/measure.h"
#include "ledger/base/file.h"

namespace cairn::bench {
namespace {

class RawFile final : public Keeper {
 public:
  explicit RawFile(const std::filesystem::path& file)
      : opened_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (!opened_.ok()) stop("cannot make " + file.string());
  }

  void append(std::span<const Bytes> entries) override {
    joined_.clear();
    for (const Bytes& entry : entries) joined_ += entry;
    const auto written = ::write(opened_.get(), joined_.data(), joined_.size());
    if (written != static_cast<ssize_t>(joined_.size()) || ::fdatasync(opened_.get()) != 0) {
      stop(std::string("a write to the raw file failed: ") + std::strerror(errno));
    }
  }

 private:
  Descriptor opened_;
  Bytes joined_;
};

}  // namespace

std::unique_ptr<Keeper> open_raw_file(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  return std::make_unique<RawFile>(directory / "entries");
}

double append_rate(Keeper& keeper, std::span<const Bytes> entries, std::size_t commits, std::size_t size) {
  ASSERT(size <= entries.size());
  std::size_t at = 0;
  const double spent = seconds_of([&] {
    for (std::size_t i = 0; i < commits; ++i) {
      if (at + size > entries.size()) at = 0;
      keeper.append(entries.subspan(at, size));
      at += size;
    }
  });
  return static_cast<double>(commits * size) / spent;
}

}  // namespace cairn::bench
