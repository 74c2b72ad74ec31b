// Who may include whom: DESIGN 3's table, read against every #include.
#pragma once

#include "tests/tidy/source.h"

namespace tidy {

// Every #include of a product file against the table.
Complaints check_includes(const File& file);

// What a file includes, directly or through others, of the files given. Includes of no such file are left out.
std::vector<std::string> reached_from(const std::string& path, const std::vector<File>& files);

// That the auditor, the folds and the witness reach no store and no writer, through whatever headers.
Complaints check_reach(const std::vector<File>& files);

}  // namespace tidy
