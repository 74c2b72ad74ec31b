#include <fcntl.h>
#include <unistd.h>

#include "bench/keeper.h"
#include "bench/measure.h"
#include "ledger/base/file.h"
#include "ledger/crypto/sha256.h"

namespace cairn::bench {
namespace {

// A line a record with the hash of the line before, synced at the end of each commit: the audit file of many tools.
class JsonLines final : public Keeper {
 public:
  explicit JsonLines(const std::filesystem::path& file)
      : opened_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (!opened_.ok()) stop("cannot make " + file.string());
  }

  void append(std::span<const Bytes> records) override {
    lines_.clear();
    for (const Bytes& record : records) {
      const std::string hash = chain_.update(previous_).update(record).finish().hex();
      lines_ += "{\"previous\":\"";
      lines_ += previous_;
      lines_ += "\",\"hash\":\"";
      lines_ += hash;
      lines_ += "\",\"record\":";
      lines_ += record;
      lines_ += "}\n";
      previous_ = hash;
    }
    const auto written = ::write(opened_.get(), lines_.data(), lines_.size());
    if (written != static_cast<ssize_t>(lines_.size()) || ::fsync(opened_.get()) != 0) {
      stop("a write of JSON lines failed");
    }
  }

 private:
  Descriptor opened_;
  std::string lines_;
  Sha256 chain_;
  std::string previous_ = std::string(64, '0');
};

}  // namespace

std::unique_ptr<Keeper> open_json_lines(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  return std::make_unique<JsonLines>(directory / "entries.jsonl");
}

}  // namespace cairn::bench
