#include "bench/rivals/git.h"

#include "bench/measure.h"
#include "bench/process.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

void write_file(const std::filesystem::path& file, BytesView content) {
  if (const auto made = create_file(file, content, owner_only, Sync::by_caller); !made) stop(made.error().message);
}

}  // namespace

GitLog::GitLog(const std::filesystem::path& directory) : directory_(directory) {
  std::filesystem::create_directories(directory_ / "repository");
  const std::string key = (directory_ / "key").string();
  run({{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", key}, {}, {}});
  write_file(directory_ / "signers", "bench@example.com " + read_text((key + ".pub").c_str()));
  git({"init", "-q"});
  const std::vector<std::pair<const char*, std::string>> settings = {
      {"user.name", "bench"},   {"user.email", "bench@example.com"},
      {"user.signingkey", key}, {"gpg.ssh.allowedSignersFile", (directory_ / "signers").string()},
      {"gpg.format", "ssh"},    {"commit.gpgsign", "true"},
      {"core.fsync", "all"},    {"gc.auto", "0"}};
  for (const auto& [name, value] : settings) git({"config", name, value});
}

void GitLog::git(std::vector<std::string> words) const {
  words.insert(words.begin(), "git");
  // The settings of whoever runs this are none of the measurement's.
  run({std::move(words),
       {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null"},
       (directory_ / "repository").string()});
}

double GitLog::append_rate(std::span<const Bytes> records) {
  const double spent = seconds_of([&] {
    for (const Bytes& record : records) {
      const std::string name = str("record-", next_++, ".json");
      write_file(directory_ / "repository" / name, record);
      git({"add", name});
      git({"commit", "-q", "-m", name});
    }
  });
  return static_cast<double>(records.size()) / spent;
}

double GitLog::verify_rate(std::size_t count) const {
  ASSERT(count <= next_);
  std::vector<std::string> words = {"verify-commit"};
  for (std::size_t i = 0; i < count; ++i) words.push_back(str("HEAD~", i));
  return static_cast<double>(count) / seconds_of([&] { git(std::move(words)); });
}

}  // namespace cairn::bench
