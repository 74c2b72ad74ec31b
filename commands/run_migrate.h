// cairn migrate.
#pragma once

#include <string>

#include "commands/run.h"

namespace cairn {

struct MigrateFlags {
  std::string from;
  std::string to;
  std::string grant_to;  // a role of the database that it is copied to
};
Result<Exit> run_migrate(const Globals& globals, const MigrateFlags& flags);

}  // namespace cairn
