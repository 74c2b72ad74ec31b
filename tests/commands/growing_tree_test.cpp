#include "commands/growing_tree.h"

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn {

TEST_CASE("a growing tree has the root of each size of late, and does not guess older ones") {
  constexpr Size kept = 12;
  GrowingTree tree(kept);
  Frontier oracle;
  std::vector<Hash> roots = {empty_root()};
  for (Size size = 1; size <= 100; ++size) {
    const Hash leaf = leaf_hash(str("entry ", size));
    tree.push(leaf);
    oracle.push(leaf);
    roots.push_back(oracle.root());
    REQUIRE(tree.size() == size);
    REQUIRE(tree.root() == oracle.root());
    for (Size at = 0; at <= size; ++at) {
      CAPTURE(size, at);
      const auto root = tree.root_at(at);
      if (at + kept >= size) REQUIRE(root.has_value());
      if (at + 2 * kept < size) REQUIRE_FALSE(root.has_value());
      if (root) REQUIRE(*root == roots[at]);
    }
  }
}

}  // namespace cairn
