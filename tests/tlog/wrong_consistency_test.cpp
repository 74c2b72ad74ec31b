// Consistency proofs that must not check, each family on every pair of sizes to 24.

#include <functional>

#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/tlog/oracle.h"

using namespace cairn;

namespace {

constexpr std::size_t largest = 24;

struct Consistency {
  std::size_t old_size = 0;
  std::size_t new_size = 0;
  Hash old_root;
  Hash new_root;
  oracle::Proof proof;

  bool accepts(const oracle::Proof& other) const {
    return check_consistency(old_size, old_root, new_size, new_root, other).ok();
  }
};

const std::vector<Hash>& roots() {
  static const std::vector<Hash> all = oracle::roots(2 * largest);
  return all;
}

// Pairs 0 < old < new: those with something to prove.
void for_each_growth(const std::function<void(const Consistency&)>& body) {
  for (std::size_t n = 2; n <= largest; ++n) {
    const auto d = oracle::entries(n);
    for (std::size_t m = 1; m < n; ++m) {
      const Consistency one{m, n, roots()[m], roots()[n], oracle::proof(m, d)};
      CAPTURE(m, n);
      REQUIRE(one.accepts(one.proof));
      body(one);
    }
  }
}

}  // namespace

TEST_CASE("a consistency proof with old and new root swapped is refused") {
  for_each_growth([](const Consistency& one) {
    REQUIRE_FALSE(check_consistency(one.old_size, one.new_root, one.new_size, one.old_root, one.proof).ok());
  });
}

TEST_CASE("a consistency proof from another old root is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t other = 0; other < roots().size(); ++other) {
      if (other == one.old_size) continue;
      REQUIRE_FALSE(check_consistency(one.old_size, roots()[other], one.new_size, one.new_root, one.proof).ok());
    }
    REQUIRE_FALSE(check_consistency(one.old_size, {}, one.new_size, one.new_root, one.proof).ok());
  });
}

TEST_CASE("a consistency proof to another new root is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t other = 0; other < roots().size(); ++other) {
      if (other == one.new_size) continue;
      REQUIRE_FALSE(check_consistency(one.old_size, one.old_root, one.new_size, roots()[other], one.proof).ok());
    }
    REQUIRE_FALSE(check_consistency(one.old_size, one.old_root, one.new_size, {}, one.proof).ok());
  });
}

TEST_CASE("a consistency proof from the head of another old size is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t other = 0; other < one.new_size; ++other) {
      if (other == one.old_size) continue;
      REQUIRE_FALSE(check_consistency(other, roots()[other], one.new_size, one.new_root, one.proof).ok());
    }
  });
}

TEST_CASE("a consistency proof to the head of another new size is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t other = one.old_size; other < roots().size(); ++other) {
      if (other == one.new_size) continue;
      REQUIRE_FALSE(check_consistency(one.old_size, one.old_root, other, roots()[other], one.proof).ok());
    }
  });
}

TEST_CASE("a consistency proof with an old size above the new one is refused") {
  for_each_growth([](const Consistency& one) {
    const auto result = check_consistency(one.new_size, one.new_root, one.old_size, one.old_root, one.proof);
    REQUIRE(result.error().message.find("cannot have grown") != std::string::npos);
    REQUIRE_FALSE(check_consistency(one.new_size, one.new_root, one.old_size, one.old_root, {}).ok());
    REQUIRE_FALSE(check_consistency(one.new_size, one.old_root, one.old_size, one.old_root, {}).ok());
    REQUIRE_FALSE(check_consistency(one.new_size, one.new_root, 0, empty_root(), {}).ok());
  });
}

TEST_CASE("a non-empty consistency proof for equal sizes is refused") {
  for (std::size_t n = 0; n <= largest; ++n) {
    CAPTURE(n);
    REQUIRE(check_consistency(n, roots()[n], n, roots()[n], {}).ok());
    for (const Hash& extra : {Hash{}, roots()[n]}) {
      REQUIRE_FALSE(check_consistency(n, roots()[n], n, roots()[n], oracle::Proof{extra}).ok());
    }
  }
}

TEST_CASE("two roots at one size are refused: that is a fork") {
  for (std::size_t n = 0; n <= largest; ++n) {
    CAPTURE(n);
    const Hash other = leaf_hash("another history");
    const auto result = check_consistency(n, roots()[n], n, other, {});
    REQUIRE(result.error().kind == ErrorKind::not_verified);
    REQUIRE(result.error().message.find(other.hex()) != std::string::npos);
    REQUIRE_FALSE(check_consistency(n, other, n, roots()[n], {}).ok());
  }
}

TEST_CASE("from size 0 the proof is empty and the old root that of the empty tree") {
  for (std::size_t n = 0; n <= largest; ++n) {
    CAPTURE(n);
    REQUIRE(check_consistency(0, empty_root(), n, roots()[n], {}).ok());
    REQUIRE_FALSE(check_consistency(0, empty_root(), n, roots()[n], oracle::Proof{roots()[n]}).ok());
    REQUIRE_FALSE(check_consistency(0, empty_root(), n, roots()[n], oracle::Proof{empty_root()}).ok());
    REQUIRE_FALSE(check_consistency(0, {}, n, roots()[n], {}).ok());
    if (n != 0) REQUIRE_FALSE(check_consistency(0, roots()[n], n, roots()[n], {}).ok());
  }
  CHECK_FALSE(check_consistency(0, Hash{}, 0, Hash{}, {}).ok());
}

TEST_CASE("a truncated consistency proof is refused and says how many hashes it needs") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      auto proof = one.proof;
      proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(i));
      const auto result = check_consistency(one.old_size, one.old_root, one.new_size, one.new_root, proof);
      REQUIRE(result.error().message.find("are needed") != std::string::npos);
    }
  });
}

TEST_CASE("an empty consistency proof for a growth is refused") {
  for_each_growth([](const Consistency& one) { REQUIRE_FALSE(one.accepts({})); });
}

TEST_CASE("an extended consistency proof is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t i = 0; i <= one.proof.size(); ++i) {
      for (const Hash& extra : {Hash{}, one.old_root, one.new_root}) {
        auto proof = one.proof;
        proof.insert(proof.begin() + static_cast<std::ptrdiff_t>(i), extra);
        REQUIRE_FALSE(one.accepts(proof));
      }
    }
  });
}

TEST_CASE("a consistency proof with one bit of one hash flipped is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      auto proof = one.proof;
      proof[i].bytes[i % 32] ^= 0x80;
      REQUIRE_FALSE(one.accepts(proof));
    }
  });
}

TEST_CASE("a consistency proof with two hashes in swapped order is refused") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t i = 0; i < one.proof.size(); ++i) {
      for (std::size_t j = i + 1; j < one.proof.size(); ++j) {
        auto proof = one.proof;
        std::swap(proof[i], proof[j]);
        REQUIRE_FALSE(one.accepts(proof));
      }
    }
  });
}

TEST_CASE("equal roots at different sizes are refused with the true proof and with none") {
  for_each_growth([](const Consistency& one) {
    for (const Hash& root : {one.old_root, one.new_root}) {
      REQUIRE_FALSE(check_consistency(one.old_size, root, one.new_size, root, one.proof).ok());
      REQUIRE_FALSE(check_consistency(one.old_size, root, one.new_size, root, {}).ok());
    }
  });
}

TEST_CASE("a tree that changed, dropped or reordered an old entry has no consistency proof") {
  for_each_growth([](const Consistency& one) {
    for (std::size_t changed = 0; changed < one.old_size; ++changed) {
      auto d = oracle::entries(one.new_size);
      d[changed] = "another entry";
      const auto result =
          check_consistency(one.old_size, one.old_root, one.new_size, oracle::mth(d), oracle::proof(one.old_size, d));
      REQUIRE_FALSE(result.ok());
    }
    auto dropped = oracle::entries(one.new_size + 1);
    dropped.erase(dropped.begin());
    REQUIRE_FALSE(check_consistency(one.old_size, one.old_root, one.new_size, oracle::mth(dropped),
                                    oracle::proof(one.old_size, dropped))
                      .ok());
  });
}
