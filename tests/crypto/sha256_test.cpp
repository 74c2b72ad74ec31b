#include "ledger/crypto/sha256.h"

#include <thread>
#include <unordered_set>
#include <vector>

#include "tests/catch.h"

using namespace cairn;

namespace {

constexpr auto* empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr auto* abc_hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("SHA-256 gives the answers of FIPS 180-4") {
  CHECK(sha256("").hex() == empty_hash);
  CHECK(sha256("abc").hex() == abc_hash);
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')).hex() ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("Hashing in parts gives the hash of the whole, and finishing starts anew") {
  std::string data;
  for (int i = 0; i < 200; ++i) data += static_cast<char>(i);
  Sha256 hasher;
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    REQUIRE(hasher.update(data.substr(0, cut)).update(data.substr(cut)).finish() == sha256(data));
  }
  CHECK(hasher.finish().hex() == empty_hash);
}

TEST_CASE("A one-shot hash in the middle of a stream does not disturb it") {
  Sha256 hasher;
  hasher.update("a");
  CHECK(sha256("other").hex() != abc_hash);
  hasher.update("bc");
  CHECK(hasher.finish().hex() == abc_hash);
}

TEST_CASE("Threads hash at the same time without mixing their bytes") {
  // Short inputs and many rounds: a long update keeps its state in registers and would hide a shared context.
  constexpr int rounds = 100'000;
  const std::vector<std::string> inputs = {std::string(65, 'a'), std::string(65, 'b')};
  const std::vector<Hash> expected = {sha256(inputs[0]), sha256(inputs[1])};
  std::vector<int> right(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) right[t] += sha256(inputs[t % 2]) == expected[t % 2] ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == std::vector<int>(4, rounds));
}

TEST_CASE("A hash is read from exactly 32 bytes or 64 lowercase digits") {
  const auto hash = sha256("abc");
  CHECK(Hash::from_hex(abc_hash).value() == hash);
  CHECK(Hash::from_bytes(hash.view()).value() == hash);
  CHECK_FALSE(Hash::from_bytes(hash.view().substr(1)));
  CHECK_FALSE(Hash::from_bytes(Bytes(hash.view()) + '\0'));
  CHECK_FALSE(Hash::from_hex(""));
  CHECK_FALSE(Hash::from_hex(std::string(63, 'a')));
  CHECK_FALSE(Hash::from_hex(std::string(66, 'a')));
  CHECK_FALSE(Hash::from_hex(std::string(64, 'A')));
  CHECK(std::unordered_set<Hash>{hash, sha256("abc"), sha256("")}.size() == 2);
}
