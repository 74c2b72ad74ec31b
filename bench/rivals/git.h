// Signed commits in a git repository, one a record: what teams do who keep their deployments in git.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/types.h"

namespace cairn::bench {

class GitLog {
 public:
  // A new repository, signing with an SSH key made here, every object synced.
  explicit GitLog(const std::filesystem::path& directory);

  // Records a second: written to a file of its own each, added and committed with a signature.
  double append_rate(std::span<const Bytes> records);

  // Commits a second, by `git verify-commit` of so many at once.
  double verify_rate(std::size_t count) const;

 private:
  void git(std::vector<std::string> words) const;

  std::filesystem::path directory_;
  std::size_t next_ = 0;
};

}  // namespace cairn::bench
