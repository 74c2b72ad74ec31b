#include "ledger/tlog/proof_file.h"

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/texts.h"
#include "tests/tlog/golden.h"
#include "tests/tlog/oracle.h"

using namespace cairn;

namespace {

constexpr std::size_t tree_size = 100;

std::string checkpoint_note() {
  return golden::note_named("checkpoint, log key").note;
}

ProofFile proof_of(Seq index) {
  const auto d = oracle::entries(tree_size);
  ProofFile proof;
  proof.index = index;
  proof.hashes = hash_ranges(inclusion_ranges(index, tree_size), oracle::source(d)).value();
  proof.checkpoint = checkpoint_note();
  return proof;
}

bool verifies(const ProofFile& proof, const Bytes& leaf) {
  return verify_proof_file(proof, leaf_hash(leaf), golden::verifier(golden::log_name)).ok();
}

// Whatever a parser accepts, its formatter writes back byte for byte.
template <class Parse, class Format>
void check_one_spelling(const std::string& text, const Parse& parse, const Format& format) {
  std::size_t refused = 0;
  const auto try_text = [&](const std::string& other) {
    const auto parsed = parse(other);
    if (!parsed.ok()) {
      ++refused;
    } else if (format(*parsed) != other) {
      CAPTURE(other);
      FAIL("accepted, and written differently");
    }
  };
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (const char c : {'\n', '\r', '\t', ' ', '\0', '0', '=', 'B', 'x', '+', '-', '\xff'}) {
      try_text(std::string(text).insert(i, 1, c));
      if (i < text.size()) try_text(std::string(text).replace(i, 1, 1, c));
    }
    if (i < text.size()) try_text(std::string(text).erase(i, 1));
    try_text(text.substr(0, i));
  }
  CHECK(refused > text.size());
}

}  // namespace

TEST_CASE("every published proof file is verified or refused as published") {
  const auto vectors = golden::proofs();
  REQUIRE(vectors.size() == 7);
  std::size_t refused = 0;
  for (const golden::ProofVector& vector : vectors) {
    CAPTURE(vector.text.substr(0, 60), vector.leaf);
    const auto trusted = golden::trust(vector.vkeys);
    REQUIRE(trusted.ml_dsa == 0);
    const auto proof = parse_proof_file(vector.text).value();
    CHECK(format_proof_file(proof) == vector.text);
    const auto verified = verify_proof_file(proof, leaf_hash(vector.leaf), trusted.verifiers.front());
    CHECK(verified.ok() == vector.expect);
    CHECK(open_note(proof.checkpoint, trusted.verifiers)->verified_by.size() >= vector.min);
    if (!vector.expect) ++refused;
  }
  CHECK(refused == 3);
}

TEST_CASE("our proof of an entry is the published proof file of that entry") {
  for (const golden::ProofVector& vector : golden::proofs()) {
    const auto published = parse_proof_file(vector.text).value();
    if (published.hashes.empty()) continue;  // of the tree of size 1
    CHECK(published.hashes == proof_of(published.index).hashes);
  }
}

TEST_CASE("every entry of a tree has a proof file that survives the way through text and verifies for it alone") {
  for (Seq index = 0; index < tree_size; index += 9) {
    const auto proof = parse_proof_file(format_proof_file(proof_of(index))).value();
    CAPTURE(index);
    CHECK(verifies(proof, golden::entry(index)));
    CHECK_FALSE(verifies(proof, golden::entry(index + 1)));
  }
}

TEST_CASE("a verified proof file answers with the checkpoint") {
  const auto log = golden::verifier(golden::log_name);
  const auto checkpoint = verify_proof_file(proof_of(42), leaf_hash("entry 42"), log).value();
  CHECK(checkpoint.origin == golden::log_name);
  CHECK(checkpoint.head.size == tree_size);
}

TEST_CASE("a proof file with a wrong index, length, hash or checkpoint is not verified") {
  const Bytes leaf = golden::entry(42);
  REQUIRE(verifies(proof_of(42), leaf));
  auto index = proof_of(42);
  for (const Seq wrong : {Seq{0}, Seq{41}, Seq{43}, Seq{99}, Seq{100}, Seq{142}, ~Seq{0}}) {
    index.index = wrong;
    CAPTURE(wrong);
    CHECK_FALSE(verifies(index, leaf));
  }
  auto shorter = proof_of(42);
  shorter.hashes.pop_back();
  CHECK_FALSE(verifies(shorter, leaf));
  auto longer = proof_of(42);
  longer.hashes.push_back({});
  CHECK_FALSE(verifies(longer, leaf));
  auto flipped = proof_of(42);
  flipped.hashes[3].bytes[0] ^= 1;
  CHECK_FALSE(verifies(flipped, leaf));
  auto other_head = proof_of(42);
  other_head.checkpoint = golden::note_named("extension line").note;
  CHECK_FALSE(verifies(other_head, leaf));
  auto unsigned_head = proof_of(42);
  unsigned_head.checkpoint = golden::note_named("root altered").note;
  CHECK_FALSE(verifies(unsigned_head, leaf));
  const auto witness = golden::verifier(golden::witness1);
  CHECK_FALSE(verify_proof_file(proof_of(42), leaf_hash(leaf), witness).ok());
}

TEST_CASE("an entry is proved by its bytes, index and size under a signed head that somebody else kept (I2)") {
  const auto log = golden::verifier(golden::log_name);
  const Head kept = open_checkpoint(checkpoint_note(), log)->head;
  const auto shown = [&kept](const Bytes& entry, Seq index, const std::vector<Hash>& path) {
    return check_inclusion(leaf_hash(entry), index, kept.size, path, kept.root).ok();
  };
  const auto path = parse_proof_file(format_proof_file(proof_of(42))).value().hashes;
  const Bytes entry = golden::entry(42);
  CHECK(shown(entry, 42, path));
  for (std::size_t at = 0; at < entry.size(); ++at) {
    Bytes altered = entry;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CHECK_FALSE(shown(altered, 42, path));
  }
  for (Seq index = 0; index < kept.size; ++index) CHECK(shown(entry, index, path) == (index == 42));
  for (std::size_t size = 43; size < 2 * tree_size; ++size) {
    const Hash root = oracle::mth(oracle::entries(size));
    CHECK(check_inclusion(leaf_hash(entry), 42, size, path, root).ok() == (size == kept.size));
  }
  // Who proves by a tree of their own has a path that leads to their own root and to none that was kept.
  auto forged = oracle::entries(tree_size);
  forged[42] = "what never was";
  const Head own{tree_size, oracle::mth(forged)};
  const auto own_path = oracle::path(42, forged);
  CHECK(check_inclusion(leaf_hash(forged[42]), 42, own.size, own_path, own.root).ok());
  CHECK_FALSE(shown(forged[42], 42, own_path));
  const auto strangers_key = golden::private_key(golden::witness1);
  ProofFile brought = proof_of(42);
  brought.hashes = own_path;
  brought.checkpoint = sign_note(format_checkpoint(golden::log_name, own), golden::log_name, strangers_key).value();
  CHECK_FALSE(verifies(brought, forged[42]));
}

TEST_CASE("extra data is kept, authenticates nothing, and differs from none when empty") {
  auto proof = proof_of(42);
  const std::string without = format_proof_file(proof);
  CHECK_FALSE(parse_proof_file(without)->has_extra);
  proof.has_extra = true;
  for (const Bytes& extra : {Bytes(), Bytes("ctx"), Bytes(1000, '\0')}) {
    proof.extra = extra;
    const auto parsed = parse_proof_file(format_proof_file(proof)).value();
    CHECK(parsed.has_extra);
    CHECK(parsed.extra == extra);
    CHECK(verifies(parsed, golden::entry(42)));
    CHECK(format_proof_file(parsed) != without);
  }
}

TEST_CASE("a proof file has one spelling") {
  auto proof = proof_of(42);
  proof.hashes.resize(2);
  proof.extra = "ctx";
  proof.has_extra = true;
  proof.checkpoint = "note\n";
  check_one_spelling(format_proof_file(proof), parse_proof_file, format_proof_file);
}

TEST_CASE("a proof file with another header, number or order of lines is refused") {
  auto proof = proof_of(42);
  proof.extra = "ctx";
  proof.has_extra = true;
  const std::string good = format_proof_file(proof);
  REQUIRE(parse_proof_file(good).ok());
  for (const char* header : {"c2sp.org/tlog-proof@v2", "c2sp.org/tlog-proof@v1 ", "C2SP.org/tlog-proof@v1", "",
                             "c2sp.org/tlog-proof@v1\r"}) {
    CHECK_FALSE(parse_proof_file(replaced(good, "c2sp.org/tlog-proof@v1", header)).ok());
  }
  for (const char* index : {"index 042", "index -1", "index +42", "index  42", "index", "index ", "Index 42",
                            "index 42 ", "index 42\r", "index 18446744073709551616", "index 4 2"}) {
    CAPTURE(index);
    CHECK_FALSE(parse_proof_file(replaced(good, "index 42", index)).ok());
  }
  for (const char* extra : {"extra Y3R5 ", "extra Y3R", "extra", "extra Y3R4\nextra Y3R4", "extra Y3Q",
                            "extra Y3R=", "Extra Y3R4", "index 42"}) {
    CAPTURE(extra);
    CHECK_FALSE(parse_proof_file(replaced(good, "extra Y3R4", extra)).ok());
  }
  CHECK_FALSE(parse_proof_file(replaced(good, "extra Y3R4\nindex 42", "index 42\nextra Y3R4")).ok());
  CHECK_FALSE(parse_proof_file(good.substr(0, good.find("\n\n") + 1)).ok());
  CHECK_FALSE(parse_proof_file(good.substr(0, good.find("\n\n") + 2)).ok());
  CHECK_FALSE(parse_proof_file("").ok());
}

TEST_CASE("hashes in a proof file are canonical base64 of 32 bytes") {
  const std::string good = format_proof_file(proof_of(42));
  const std::string first = to_base64(proof_of(42).hashes.front().view());
  REQUIRE(first == "wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GXg=");
  for (const char* other :
       {"wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GXh=", "wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GXg",
        "wlYv9roSWuIR7mOshSes4oVdtOlbuRh-j_bDhnI-GXg=", "wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GQ==",
        "wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GXgA", " wlYv9roSWuIR7mOshSes4oVdtOlbuRh+j/bDhnI+GXg=", "AAAA"}) {
    CAPTURE(other);
    CHECK_FALSE(parse_proof_file(replaced(good, first, other)).ok());
  }
}

TEST_CASE("a proof file has at most 63 hashes and 1 MiB") {
  auto proof = proof_of(42);
  proof.hashes.assign(63, Hash{});
  CHECK(parse_proof_file(format_proof_file(proof)).ok());
  proof.hashes.emplace_back();
  CHECK_FALSE(parse_proof_file(format_proof_file(proof)).ok());

  proof.hashes.clear();
  proof.checkpoint.clear();
  proof.checkpoint.assign(max_proof_file_bytes - format_proof_file(proof).size(), 'a');
  CHECK(parse_proof_file(format_proof_file(proof)).ok());
  proof.checkpoint += 'a';
  CHECK_FALSE(parse_proof_file(format_proof_file(proof)).ok());
}

TEST_CASE("a consistency file survives the way through text and checks") {
  const auto roots = oracle::roots(20);
  const auto d = oracle::entries(20);
  for (Size old_size = 0; old_size <= 20; ++old_size) {
    const ConsistencyFile proof{old_size, 20, hash_ranges(consistency_ranges(old_size, 20), oracle::source(d)).value()};
    const auto parsed = parse_consistency_file(format_consistency_file(proof)).value();
    CAPTURE(old_size);
    CHECK(parsed.old_size == old_size);
    CHECK(parsed.new_size == 20);
    CHECK(check_consistency(parsed.old_size, roots[old_size], parsed.new_size, roots[20], parsed.hashes).ok());
  }
}

TEST_CASE("a consistency file is a header, two sizes and one hash a line") {
  CHECK(format_consistency_file({3, 4, {Hash{}}}) ==
        "cairn/consistency@v1\nold 3\nnew 4\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
}

TEST_CASE("a consistency file has one spelling") {
  const ConsistencyFile proof{3, 14, {leaf_hash("a"), leaf_hash("b")}};
  const std::string good = format_consistency_file(proof);
  check_one_spelling(good, parse_consistency_file, format_consistency_file);
  CHECK_FALSE(parse_consistency_file("").ok());
  CHECK_FALSE(parse_consistency_file(good + "\n").ok());
  CHECK_FALSE(parse_consistency_file(good.substr(0, good.size() - 1)).ok());
  CHECK_FALSE(parse_consistency_file(replaced(good, "old 3\nnew 14", "new 14\nold 3")).ok());
  CHECK_FALSE(parse_consistency_file(replaced(good, "@v1", "@v2")).ok());
}

TEST_CASE("a consistency file has at most 64 hashes: one to start from and a path of 63") {
  CHECK(parse_consistency_file(format_consistency_file({3, 4, std::vector<Hash>(64)})).ok());
  CHECK_FALSE(parse_consistency_file(format_consistency_file({3, 4, std::vector<Hash>(65)})).ok());
}
