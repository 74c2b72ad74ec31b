#include "tests/tlog/oracle.h"

#include "tests/tlog/golden.h"

namespace cairn::oracle {
namespace {

Hash node(const Hash& left, const Hash& right) {
  return sha256(Bytes(1, '\1') + Bytes(left.view()) + Bytes(right.view()));
}

std::size_t largest_power_of_two_below(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

Proof subproof(std::size_t m, const Entries& d, bool b) {
  const std::size_t n = d.size();
  if (m == n) return b ? Proof{} : Proof{mth(d)};
  const std::size_t k = largest_power_of_two_below(n);
  if (m <= k) {
    Proof result = subproof(m, slice(d, 0, k), b);
    result.push_back(mth(slice(d, k, n)));
    return result;
  }
  Proof result = subproof(m - k, slice(d, k, n), false);
  result.push_back(mth(slice(d, 0, k)));
  return result;
}

}  // namespace

Hash mth(const Entries& d) {
  const std::size_t n = d.size();
  if (n == 0) return sha256("");
  if (n == 1) return sha256(Bytes(1, '\0') + d[0]);
  const std::size_t k = largest_power_of_two_below(n);
  return node(mth(slice(d, 0, k)), mth(slice(d, k, n)));
}

Proof path(std::size_t m, const Entries& d) {
  const std::size_t n = d.size();
  if (n == 1) return {};
  const std::size_t k = largest_power_of_two_below(n);
  if (m < k) {
    Proof result = path(m, slice(d, 0, k));
    result.push_back(mth(slice(d, k, n)));
    return result;
  }
  Proof result = path(m - k, slice(d, k, n));
  result.push_back(mth(slice(d, 0, k)));
  return result;
}

Proof proof(std::size_t m, const Entries& d) {
  return subproof(m, d, true);
}

Entries entries(std::size_t count) {
  Entries all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(golden::entry(i));
  return all;
}

Entries slice(const Entries& d, std::size_t begin, std::size_t end) {
  const auto at = [&d](std::size_t i) { return d.begin() + static_cast<std::ptrdiff_t>(i); };
  return Entries(at(begin), at(end));
}

NodeSource source(const Entries& d) {
  return [&d](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
    std::vector<Hash> hashes;
    for (const NodeId& id : ids) {
      hashes.push_back(mth(slice(d, id.index << id.level, (id.index + 1) << id.level)));
    }
    return hashes;
  };
}

std::vector<Hash> roots(std::size_t max) {
  std::vector<Hash> all;
  for (std::size_t n = 0; n <= max; ++n) all.push_back(mth(entries(n)));
  return all;
}

}  // namespace cairn::oracle
