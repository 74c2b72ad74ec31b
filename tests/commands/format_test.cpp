// FORMAT.md is held against the program where it speaks of files that only commands write.
#include "commands/home.h"
#include "ledger/crypto/keys.h"
#include "ledger/events/event.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {

TEST_CASE("FORMAT.md's public key file is what key new writes, and reads as the key that it proves") {
  const std::string page = text_of(std::filesystem::path(CAIRN_SOURCE) / "ledger" / "FORMAT.md");
  const std::string fence = "```text public-key-file\n";
  const std::size_t from = page.find(fence) + fence.size();
  const std::string block = page.substr(from, page.find("```", from) - from);
  const auto key = PrivateKey::from_ed25519_seed(Bytes(32, 'd'));
  REQUIRE(key.ok());
  const auto written = format_public_key_file("dana", *key);
  REQUIRE(written.ok());
  CHECK(*written == block);
  const auto read = parse_public_key_file(block);
  REQUIRE(read.ok());
  CHECK(verify_possession("dana", read->key.spki(), read->possession).ok());
  CHECK(!verify_possession("lee", read->key.spki(), read->possession).ok());
}

}  // namespace cairn::test
