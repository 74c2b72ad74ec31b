// FORMAT.md is held against the program where it speaks of files that only commands write.
#include "commands/home.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/signer_file.h"
#include "ledger/events/event.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

std::string example_of_format(const std::string& name) {
  const std::string page = text_of(std::filesystem::path(CAIRN_SOURCE) / "ledger" / "FORMAT.md");
  const std::string fence = "```text " + name + "\n";
  const std::size_t at = page.find(fence);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + fence.size();
  return page.substr(from, page.find("```", from) - from);
}

}  // namespace

TEST_CASE("FORMAT.md's public key file is what key new writes, and reads as the key that it proves") {
  const std::string block = example_of_format("public-key-file");
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

TEST_CASE("FORMAT.md's signer file is read, and written the same") {
  const std::string text = example_of_format("signer-file");
  const auto file = parse_signer_file(text);
  INFO((file.ok() ? "" : file.error().message));
  REQUIRE(file.ok());
  CHECK(std::get<Pkcs11Uri>(file->by).pin_file == "/run/secrets/pin");
  CHECK(file->key.id() == PrivateKey::from_ed25519_seed(Bytes(32, 'd'))->public_key().id());
  CHECK(format_signer_file(*file) == text);
}

}  // namespace cairn::test
