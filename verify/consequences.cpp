#include "verify/consequences.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ledger/base/text.h"

namespace cairn {
namespace {

// Leaves the first of this kind, by size and then by seq, and has it speak for the others.
void merge(Findings& findings, FindingKind kind, Size sound, std::string_view others) {
  const auto follows = [&](const Finding& finding) {
    return finding.kind == kind && finding.size && *finding.size > sound;
  };
  const auto earlier = [](const Finding& a, const Finding& b) {
    return std::pair(*a.size, a.seq) < std::pair(*b.size, b.seq);
  };
  Findings following;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(following), follows);
  if (following.size() < 2) return;
  std::sort(following.begin(), following.end(), earlier);
  Finding merged = following.front();
  merged.what +=
      str("; the same holds for ", following.size() - 1, ' ', others, ", up to size ", *following.back().size);
  std::erase_if(findings, follows);
  findings.push_back(std::move(merged));
}

}  // namespace

void merge_consequences(Findings& findings, Size sound) {
  merge(findings, FindingKind::root_wrong, sound, "later kept checkpoints");
  merge(findings, FindingKind::basis_wrong, sound, "other entries' bases");
}

}  // namespace cairn
