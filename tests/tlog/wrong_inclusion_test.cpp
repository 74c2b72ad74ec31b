// Proofs that must not check. Every family is tried on every leaf of every tree to 24 leaves, always against true
// heads: a root alone does not fix the size (node(a, b) is also the root of two "leaves" a and b), a signed head does.

#include <functional>
#include <limits>

#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/tlog/oracle.h"

using namespace cairn;

namespace {

constexpr std::size_t largest_proved = 24;

struct Inclusion {
  std::size_t index = 0;
  std::size_t size = 0;
  oracle::Entries d;
  Hash leaf;
  oracle::Proof proof;
  Hash root;

  bool accepts(const oracle::Proof& other) const { return check_inclusion(leaf, index, size, other, root).ok(); }
};

void for_each_case(const std::function<void(const Inclusion&)>& body) {
  for (std::size_t n = 1; n <= largest_proved; ++n) {
    const auto d = oracle::entries(n);
    const Hash root = oracle::mth(d);
    for (std::size_t m = 0; m < n; ++m) {
      const Inclusion one{m, n, d, leaf_hash(d[m]), oracle::path(m, d), root};
      CAPTURE(m, n);
      REQUIRE(one.accepts(one.proof));
      body(one);
    }
  }
}

Hash flipped(Hash hash, std::size_t bit) {
  hash.bytes[bit / 8] = static_cast<std::uint8_t>(hash.bytes[bit / 8] ^ 1u << bit % 8);
  return hash;
}

}  // namespace

TEST_CASE("an inclusion proof that lacks a hash is refused and says how many it needs") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      auto proof = one.proof;
      proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(i));
      REQUIRE_FALSE(one.accepts(proof));
    }
  });
  const auto d = oracle::entries(5);
  auto proof = oracle::path(1, d);
  proof.pop_back();
  const auto result = check_inclusion(leaf_hash(d[1]), 1, 5, proof, oracle::mth(d));
  CHECK(result.error().kind == ErrorKind::not_verified);
  CHECK(result.error().message.find("has 2 hashes where 3 are needed") != std::string::npos);
}

TEST_CASE("an inclusion proof with a hash too many is refused") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t i = 0; i <= one.proof.size(); ++i) {
      for (const Hash& extra : {Hash{}, one.root, one.leaf, i == 0 ? one.leaf : one.proof[i - 1]}) {
        auto proof = one.proof;
        proof.insert(proof.begin() + static_cast<std::ptrdiff_t>(i), extra);
        REQUIRE_FALSE(one.accepts(proof));
      }
    }
    REQUIRE_FALSE(one.accepts(oracle::Proof(64)));
    REQUIRE_FALSE(one.accepts(oracle::Proof(65)));
  });
}

TEST_CASE("an inclusion proof with one bit of one hash flipped is refused") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      for (const std::size_t bit : {std::size_t{0}, std::size_t{100}, std::size_t{255}}) {
        auto proof = one.proof;
        proof[i] = flipped(proof[i], bit);
        REQUIRE_FALSE(one.accepts(proof));
      }
    }
  });
}

TEST_CASE("an inclusion proof with two hashes in swapped order is refused") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      for (std::size_t j = i + 1; j < one.proof.size(); ++j) {
        auto proof = one.proof;
        std::swap(proof[i], proof[j]);
        REQUIRE_FALSE(one.accepts(proof));
      }
    }
  });
}

TEST_CASE("an inclusion proof for another index is refused") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t other = 0; other < one.size; ++other) {
      if (other == one.index) continue;
      REQUIRE_FALSE(check_inclusion(one.leaf, other, one.size, one.proof, one.root).ok());
    }
  });
}

TEST_CASE("an index at or beyond the size is refused") {
  for_each_case([](const Inclusion& one) {
    const std::size_t max = std::numeric_limits<std::size_t>::max();
    for (const std::size_t index : {one.size, one.size + 1, one.size + one.index, 2 * one.size, max}) {
      const auto result = check_inclusion(one.leaf, index, one.size, one.proof, one.root);
      REQUIRE(result.error().message.find("is not in a tree of size") != std::string::npos);
    }
  });
  CHECK_FALSE(check_inclusion(empty_root(), 0, 0, {}, empty_root()).ok());
}

TEST_CASE("an inclusion proof under the head of another size is refused") {
  const auto roots = oracle::roots(2 * largest_proved);
  for_each_case([&roots](const Inclusion& one) {
    for (std::size_t size = 0; size < roots.size(); ++size) {
      if (size == one.size) continue;
      REQUIRE_FALSE(check_inclusion(one.leaf, one.index, size, one.proof, roots[size]).ok());
    }
  });
}

TEST_CASE("an inclusion proof under a wrong size with the true root is refused where the path differs") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t size = 1; size <= 2 * largest_proved; ++size) {
      if (one.index >= size || inclusion_ranges(one.index, size).size() == one.proof.size()) continue;
      REQUIRE_FALSE(check_inclusion(one.leaf, one.index, size, one.proof, one.root).ok());
    }
  });
}

TEST_CASE("an inclusion proof under a wrong root is refused and the message holds both roots") {
  for_each_case([](const Inclusion& one) {
    REQUIRE_FALSE(check_inclusion(one.leaf, one.index, one.size, one.proof, {}).ok());
    REQUIRE_FALSE(check_inclusion(one.leaf, one.index, one.size, one.proof, empty_root()).ok());
    for (const std::size_t bit : {std::size_t{0}, std::size_t{255}}) {
      const Hash wrong = flipped(one.root, bit);
      const auto result = check_inclusion(one.leaf, one.index, one.size, one.proof, wrong);
      REQUIRE(result.error().message.find(wrong.hex()) != std::string::npos);
      REQUIRE(result.error().message.find(one.root.hex()) != std::string::npos);
    }
  });
}

TEST_CASE("a leaf from another place is refused") {
  for_each_case([](const Inclusion& one) {
    for (std::size_t other = 0; other < one.size; ++other) {
      if (other == one.index) continue;
      REQUIRE_FALSE(check_inclusion(leaf_hash(one.d[other]), one.index, one.size, one.proof, one.root).ok());
    }
  });
}

TEST_CASE("a node hash passed off as a leaf is refused at every index") {
  for_each_case([](const Inclusion& one) {
    if (one.proof.empty()) return;
    Hash node = one.leaf;
    Seq at = one.index;
    for (std::size_t used = 0; used < one.proof.size(); ++used, at >>= 1) {
      node = (at & 1) != 0 ? node_hash(one.proof[used], node) : node_hash(node, one.proof[used]);
      const oracle::Proof rest(one.proof.begin() + static_cast<std::ptrdiff_t>(used) + 1, one.proof.end());
      for (std::size_t index = 0; index < one.size; ++index) {
        // A path shorter than the leaf's own is right only where a leaf stands that high.
        REQUIRE_FALSE(check_inclusion(node, index, one.size, rest, one.root).ok());
      }
    }
  });
}

TEST_CASE("an entry that spells out a node does not hash to that node") {
  const Hash left = leaf_hash("left");
  const Hash right = leaf_hash("right");
  const Bytes children = Bytes(left.view()) + Bytes(right.view());
  CHECK(leaf_hash(children) != node_hash(left, right));
  CHECK(leaf_hash(Bytes(1, '\1') + children) != node_hash(left, right));
  CHECK_FALSE(check_inclusion(leaf_hash(children), 0, 1, {}, node_hash(left, right)).ok());
}

TEST_CASE("an empty proof for a tree of more than one leaf is refused, whatever the leaf") {
  for_each_case([](const Inclusion& one) {
    if (one.size == 1) return;
    REQUIRE_FALSE(one.accepts({}));
    REQUIRE_FALSE(check_inclusion(one.root, one.index, one.size, {}, one.root).ok());
  });
}

TEST_CASE("the entry of a tree of one leaf needs an empty proof and is the root") {
  const Hash leaf = leaf_hash("entry 0");
  CHECK(check_inclusion(leaf, 0, 1, {}, leaf).ok());
  CHECK_FALSE(check_inclusion(leaf, 0, 1, oracle::Proof{leaf}, leaf).ok());
  CHECK_FALSE(check_inclusion(leaf, 0, 1, oracle::Proof{leaf}, node_hash(leaf, leaf)).ok());
  CHECK_FALSE(check_inclusion(leaf, 0, 1, oracle::Proof{Hash{}}, node_hash(leaf, {})).ok());
}
