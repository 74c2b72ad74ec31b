// The Merkle tree of RFC 6962 / RFC 9162 section 2.1 over SHA-256.
//
// There is one question about the tree: what is the hash of leaves [begin, end)? Roots, inclusion proofs and
// consistency proofs are lists of such ranges; a range is made of complete subtrees, and complete subtrees are what
// stores keep. Everything here is pure; where hashes come from is the caller's NodeSource.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

Hash leaf_hash(BytesView entry);                      // SHA-256(0x00 || entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
Hash empty_root();                                    // SHA-256("")

// A complete subtree: leaves [index << level, (index + 1) << level). Level 0 is the leaves.
struct NodeId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const NodeId&) const = default;
};

// Leaves [begin, end) of a range that a root or a proof asks for.
struct Range {
  Size begin = 0;
  Size end = 0;
  auto operator<=>(const Range&) const = default;
};

// Answers with one hash for each id, in order; one call a proof.
using NodeSource = std::function<Result<std::vector<Hash>>(std::span<const NodeId>)>;

// What PATH(index, D[size]) asks for, the leaf's sibling first. Needs index < size.
std::vector<Range> inclusion_ranges(Seq index, Size size);

// What PROOF(old_size, D[new_size]) asks for. Needs old_size <= new_size; none if old_size is 0 or equal.
std::vector<Range> consistency_ranges(Size old_size, Size new_size);

// The complete subtrees whose hashes make up the range, left to right, largest first.
std::vector<NodeId> subtrees(Range range);

// MTH of each range, with one call of `source` for all of them. [0, 0) is the empty root.
Result<std::vector<Hash>> hash_ranges(std::span<const Range> ranges, const NodeSource& source);

// RFC 9162 section 2.1.3.2. The error says which length or hash does not fit.
Result<void> check_inclusion(const Hash& leaf, Seq index, Size size, std::span<const Hash> proof, const Hash& root);

// RFC 9162 section 2.1.4.2, and old_size 0: the proof must be empty and old_root the empty root.
Result<void> check_consistency(Size old_size, const Hash& old_root, Size new_size, const Hash& new_root,
                               std::span<const Hash> proof);

// The right edge of a growing tree: the roots of its complete subtrees, largest first; at most 64 hashes. push is one
// leaf and amortised one node hash; root is at most 63 node hashes.
class Frontier {
 public:
  Frontier() = default;

  // The ids whose hashes are the right edge of a tree of this size, and the edge made of these hashes.
  static std::vector<NodeId> peak_ids(Size size) { return subtrees({0, size}); }
  Frontier(Size size, std::vector<Hash> peaks);

  void push(const Hash& leaf);
  Size size() const { return size_; }
  Hash root() const;
  const std::vector<Hash>& peaks() const { return peaks_; }

 private:
  Size size_ = 0;
  std::vector<Hash> peaks_;
};

}  // namespace cairn
