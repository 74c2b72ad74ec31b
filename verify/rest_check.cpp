#include "verify/rest_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t most_named = 64;  // of each kind

Result<void> report(FindingKind kind, const Result<std::vector<std::string>>& found, Findings& findings) {
  if (!found.ok() && found.error().kind == ErrorKind::unavailable) return found.error();
  if (!found.ok()) {
    findings.push_back({kind, std::nullopt, found.error().message});
    return {};
  }
  const std::size_t named = std::min(found->size(), most_named);
  for (std::size_t i = 0; i < named; ++i) findings.push_back({kind, std::nullopt, (*found)[i]});
  if (found->size() > named) findings.back().what += str("; and there are more than these ", named);
  return {};
}

}  // namespace

Result<void> check_rest(const EvidenceSource& source, Findings& findings) {
  TRY(report(FindingKind::row_wrong, source.wrong_rows(most_named + 1), findings));
  return report(FindingKind::file_damaged, source.damaged_files(), findings);
}

}  // namespace cairn
