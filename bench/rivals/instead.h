// Instead: what people use instead of Cairn, in the contest of durable appends.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "bench/keeper.h"
#include "bench/plan.h"
#include "bench/rivals/git.h"
#include "bench/rivals/postgres.h"

namespace cairn::bench {

class Instead {
 public:
  explicit Instead(const std::filesystem::path& directory);

  void join(Contest& contest, const std::vector<Bytes>& entries, const std::vector<Bytes>& statements);
  void add_rows(const Contest& contest, Sheet& sheet) const;

  std::string postgres_version() const { return postgres_->version(); }

 private:
  std::unique_ptr<Keeper> sqlite_;
  std::unique_ptr<Keeper> json_lines_;
  std::unique_ptr<PostgresServer> postgres_;
  std::vector<std::unique_ptr<Keeper>> clients_;
  GitLog git_;
};

}  // namespace cairn::bench
