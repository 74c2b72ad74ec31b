#include "ledger/tlog/tree.h"

#include <bit>
#include <limits>

#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/tlog/golden.h"
#include "tests/tlog/oracle.h"

using namespace cairn;

namespace {

constexpr std::size_t exhaustive = 64;
constexpr Size max_size = std::numeric_limits<Size>::max();

std::vector<Hash> hashes_of(const std::vector<Range>& ranges, const oracle::Entries& d) {
  return hash_ranges(ranges, oracle::source(d)).value();
}

bool speaks_of_length(const Result<void>& result) {
  return !result.ok() && result.error().message.find("are needed") != std::string::npos;
}

bool speaks_of_root(const Result<void>& result) {
  return !result.ok() && result.error().message.find("root") != std::string::npos;
}

std::vector<Size> large_sizes() {
  std::vector<Size> sizes;
  for (int bit = 7; bit < 64; ++bit) {
    const Size power = Size{1} << bit;
    for (const Size size : {power - 1, power, power + 1, power + power / 3}) sizes.push_back(size);
  }
  sizes.push_back(max_size);
  return sizes;
}

}  // namespace

TEST_CASE("the published roots come out of the frontier and out of ranges") {
  const auto vectors = golden::roots();
  REQUIRE(vectors.size() > 130);
  for (const golden::RootVector& vector : vectors) {
    Frontier frontier;
    for (Seq seq = 0; seq < vector.size; ++seq) frontier.push(leaf_hash(golden::entry(seq)));
    CAPTURE(vector.size);
    REQUIRE(frontier.root() == vector.root);
    REQUIRE(hashes_of({{0, vector.size}}, oracle::entries(vector.size)).front() == vector.root);
  }
}

TEST_CASE("leaf, node and empty hashes are those of RFC 6962") {
  CHECK(empty_root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(leaf_hash("").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  CHECK(leaf_hash(Bytes(1, '\0')).hex() == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  CHECK(node_hash(leaf_hash(""), leaf_hash(Bytes(1, '\0'))).hex() ==
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST_CASE(
    "prefixes tell leaves from nodes, the larger half comes first, no leaf is doubled, and a head signs its size "
    "(I1)") {
  const auto d = oracle::entries(7);
  const auto leaf = [&d](std::size_t i) { return sha256(Bytes(1, '\0') + d[i]); };
  const auto node = [](const Hash& left, const Hash& right) {
    return sha256(Bytes(1, '\1') + Bytes(left.view()) + Bytes(right.view()));
  };
  const auto root_of = [](const oracle::Entries& entries) {
    Frontier frontier;
    for (const Bytes& entry : entries) frontier.push(leaf_hash(entry));
    return frontier.root();
  };
  const Hash first_four = node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3)));
  CHECK(root_of(oracle::slice(d, 0, 3)) == node(node(leaf(0), leaf(1)), leaf(2)));
  CHECK(root_of(oracle::slice(d, 0, 5)) == node(first_four, leaf(4)));
  CHECK(root_of(d) == node(first_four, node(node(leaf(4), leaf(5)), leaf(6))));
  for (std::size_t size = 1; size <= exhaustive; ++size) {
    const auto all = oracle::entries(size);
    for (std::size_t repeated = 1; repeated <= size; ++repeated) {
      auto longer = all;
      longer.insert(longer.end(), all.end() - static_cast<std::ptrdiff_t>(repeated), all.end());
      CAPTURE(size, repeated);
      REQUIRE(root_of(longer) != root_of(all));
    }
  }
  const Head head{7, root_of(d)};
  const auto log = golden::verifier(golden::log_name);
  const std::string text = format_checkpoint(golden::log_name, head);
  std::string note = sign_note(text, golden::log_name, golden::private_key(golden::log_name)).value();
  CHECK(open_checkpoint(note, log)->head == head);
  note.replace(note.find("\n7\n"), 3, "\n8\n");
  CHECK_FALSE(open_checkpoint(note, log).ok());
}

TEST_CASE("the frontier has the RFC's root after every leaf, and can be rebuilt from its peaks at any size") {
  const auto d = oracle::entries(130);
  Frontier grown;
  for (std::size_t n = 0; n <= d.size(); ++n) {
    CAPTURE(n);
    const auto peaks = oracle::source(d)(Frontier::peak_ids(n)).value();
    REQUIRE(grown.size() == n);
    REQUIRE(grown.peaks() == peaks);
    REQUIRE(grown.root() == oracle::mth(oracle::slice(d, 0, n)));
    Frontier rebuilt(n, peaks);
    REQUIRE(rebuilt.root() == grown.root());
    if (n == d.size()) break;
    grown.push(leaf_hash(d[n]));
    rebuilt.push(leaf_hash(d[n]));
    REQUIRE(rebuilt.peaks() == grown.peaks());
  }
}

TEST_CASE("every inclusion proof to 64 leaves is the RFC's PATH and checks") {
  for (std::size_t n = 1; n <= exhaustive; ++n) {
    const auto d = oracle::entries(n);
    const Hash root = oracle::mth(d);
    for (std::size_t m = 0; m < n; ++m) {
      CAPTURE(m, n);
      const auto proof = hashes_of(inclusion_ranges(m, n), d);
      REQUIRE(proof == oracle::path(m, d));
      REQUIRE(check_inclusion(leaf_hash(d[m]), m, n, proof, root).ok());
    }
  }
}

TEST_CASE("every consistency proof to 64 leaves is the RFC's PROOF and checks") {
  const auto roots = oracle::roots(exhaustive);
  for (std::size_t n = 0; n <= exhaustive; ++n) {
    const auto d = oracle::entries(n);
    for (std::size_t m = 0; m <= n; ++m) {
      CAPTURE(m, n);
      const auto proof = hashes_of(consistency_ranges(m, n), d);
      if (m == 0) {
        REQUIRE(proof.empty());
      } else {
        REQUIRE(proof == oracle::proof(m, d));
      }
      REQUIRE(check_consistency(m, roots[m], n, roots[n], proof).ok());
    }
  }
}

TEST_CASE("subtrees tile their range left to right and fall in size") {
  for (Size n = 1; n <= exhaustive; ++n) {
    for (Size m = 0; m < n; ++m) {
      for (const Range& range : inclusion_ranges(m, n)) {
        Size at = range.begin;
        int level = 64;
        for (const NodeId& id : subtrees(range)) {
          CAPTURE(range.begin, range.end);
          REQUIRE(id.index << id.level == at);
          REQUIRE(id.level < level);
          level = id.level;
          at += Size{1} << id.level;
        }
        REQUIRE(at == range.end);
      }
    }
  }
  CHECK(subtrees({0, 0}).empty());
  CHECK(subtrees({0, 7}) == std::vector<NodeId>{{2, 0}, {1, 2}, {0, 6}});
  CHECK(subtrees({8, 11}) == std::vector<NodeId>{{1, 4}, {0, 10}});
  CHECK(subtrees({0, max_size}).size() == 64);
  CHECK(subtrees({0, max_size}).back() == NodeId{0, max_size - 1});
}

TEST_CASE("many ranges cost exactly one call of the source, even when no node is needed") {
  const auto d = oracle::entries(100);
  int calls = 0;
  const auto inner = oracle::source(d);
  const NodeSource counted = [&](std::span<const NodeId> ids) {
    ++calls;
    return inner(ids);
  };
  const std::vector<Range> ranges = {{0, 100}, {0, 0}, {64, 100}, {99, 100}, {0, 64}};
  const auto hashes = hash_ranges(ranges, counted).value();
  CHECK(calls == 1);
  REQUIRE(hashes.size() == ranges.size());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    CAPTURE(i);
    CHECK(hashes[i] == oracle::mth(oracle::slice(d, ranges[i].begin, ranges[i].end)));
  }
  CHECK(hash_ranges(std::vector<Range>{{0, 0}}, counted).value() == std::vector<Hash>{empty_root()});
  CHECK(calls == 2);
}

TEST_CASE("a source that fails or answers another number of hashes fails the question") {
  const std::vector<Range> ranges = {{0, 5}};
  const NodeSource lost = [](std::span<const NodeId>) -> Result<std::vector<Hash>> { return unavailable("lost"); };
  CHECK(hash_ranges(ranges, lost).error().kind == ErrorKind::unavailable);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    const NodeSource other = [count](std::span<const NodeId>) -> Result<std::vector<Hash>> {
      return std::vector<Hash>(count);
    };
    CHECK(hash_ranges(ranges, other).error().kind == ErrorKind::fault);
  }
}

TEST_CASE("inclusion proofs of trees up to 2^64-1 leaves need as many hashes as PATH has") {
  for (const Size size : large_sizes()) {
    for (const Seq index : {Seq{0}, size / 2 - 1, size / 2, size / 3, size - 2, size - 1}) {
      CAPTURE(index, size);
      const std::size_t needs = inclusion_ranges(index, size).size();
      REQUIRE(speaks_of_root(check_inclusion({}, index, size, std::vector<Hash>(needs), {})));
      REQUIRE(speaks_of_length(check_inclusion({}, index, size, std::vector<Hash>(needs + 1), {})));
      REQUIRE(speaks_of_length(check_inclusion({}, index, size, std::vector<Hash>(needs - 1), {})));
    }
  }
}

TEST_CASE("consistency proofs of trees up to 2^64-1 leaves need as many hashes as PROOF has") {
  for (const Size size : large_sizes()) {
    for (const Size old : {Size{1}, Size{2}, Size{3}, std::bit_floor(size - 1), size / 2, size / 3, size - 1}) {
      CAPTURE(old, size);
      const std::size_t needs = consistency_ranges(old, size).size();
      const Hash root = leaf_hash("no such root");
      REQUIRE(speaks_of_root(check_consistency(old, root, size, {}, std::vector<Hash>(needs))));
      REQUIRE(speaks_of_length(check_consistency(old, root, size, {}, std::vector<Hash>(needs + 1))));
      REQUIRE(speaks_of_length(check_consistency(old, root, size, {}, std::vector<Hash>(needs - 1))));
    }
  }
}
