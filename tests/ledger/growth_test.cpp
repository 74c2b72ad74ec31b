#include "ledger/growth.h"

#include "tests/catch.h"

namespace cairn {
namespace {

Hash leaf(Seq seq) {
  return leaf_hash(std::to_string(seq));
}

Frontier tree_of(Size size) {
  Frontier tree;
  for (Seq seq = 0; seq < size; ++seq) tree.push(leaf(seq));
  return tree;
}

}  // namespace

TEST_CASE("a growth from any size to any size proves each new entry and knows each root on the way") {
  for (Size base = 0; base <= 20; ++base) {
    for (Size size = base; size <= 40; ++size) {
      Growth growth(tree_of(base));
      for (Seq seq = base; seq < size; ++seq) growth.push(leaf(seq));
      CAPTURE(base, size);
      REQUIRE(growth.base_size() == base);
      REQUIRE(growth.size() == size);
      const Hash root = tree_of(size).root();
      for (Size at = base; at <= size; ++at) REQUIRE(growth.root_at(at) == tree_of(at).root());
      for (Seq seq = base; seq < size; ++seq) {
        REQUIRE(check_inclusion(leaf(seq), seq, size, growth.prove_inclusion(seq), root).ok());
      }
    }
  }
}

TEST_CASE("the frontier that a growth ends with is the one that pushing leaf by leaf gives") {
  for (const Size base : {0U, 1U, 7U, 8U, 255U, 256U}) {
    Growth growth(tree_of(base));
    for (Seq seq = base; seq < base + 300; ++seq) {
      growth.push(leaf(seq));
      const Frontier expected = tree_of(seq + 1);
      if ((seq & 15) != 0) continue;
      CHECK(growth.frontier().size() == expected.size());
      CHECK(growth.frontier().peaks() == expected.peaks());
    }
  }
}

}  // namespace cairn
