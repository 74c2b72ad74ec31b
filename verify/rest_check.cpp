#include "verify/rest_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t most_listed = 64;  // of each kind

Result<void> add_all(FindingKind kind, const Result<std::vector<std::string>>& found, Findings& findings) {
  if (!found.ok() && found.error().kind == ErrorKind::unavailable) return found.error();
  if (!found.ok()) {
    findings.push_back({kind, std::nullopt, found.error().message});
    return {};
  }
  const std::size_t named = std::min(found->size(), most_listed);
  for (std::size_t i = 0; i < named; ++i) findings.push_back({kind, std::nullopt, (*found)[i]});
  if (found->size() > named) findings.back().what += str("; and there are more than these ", named);
  return {};
}

}  // namespace

Result<void> check_rest(const EvidenceSource& source, Findings& findings) {
  TRY(add_all(FindingKind::row_wrong, source.wrong_rows(most_listed + 1), findings));
  return add_all(FindingKind::file_damaged, source.damaged_files(), findings);
}

}  // namespace cairn
