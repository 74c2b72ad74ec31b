// The store in PostgreSQL with a synchronous standby, beside a bare COPY of the same rows.
#pragma once

#include <filesystem>

#include "bench/plan.h"

namespace cairn::bench {

void measure_postgres(const Plan& plan, const std::filesystem::path& directory, Sheet& sheet);

}  // namespace cairn::bench
