// The file that brings somebody else's public key: what is in it, and what is not taken for it.
#include "ledger/events/public_key_file.h"

#include "ledger/base/text.h"
#include "ledger/crypto/pem.h"
#include "ledger/events/event.h"
#include "tests/catch.h"

namespace cairn {
namespace {

std::string file_of_dana() {
  return format_public_key_file("dana", PrivateKey::from_ed25519_seed(Bytes(32, 'd')).value()).value();
}

std::string why_no_key_file(const std::string& text) {
  const auto file = parse_public_key_file(text);
  return file.ok() ? "" : file.error().message;
}

std::string with_possession(std::size_t bytes) {
  const std::string whole = file_of_dana();
  return whole.substr(0, whole.find("-----BEGIN CAIRN")) + format_pem("CAIRN KEY POSSESSION", Bytes(bytes, 's'));
}

}  // namespace

TEST_CASE("a public key file is the same with text around its blocks, lines of 64, and the line ends of mail") {
  const std::string whole = file_of_dana();
  std::string mailed = "Hello,\nmy key:\n" + whole + "\nDana\n";
  for (std::size_t at = 0; (at = mailed.find('\n', at)) != std::string::npos; at += 2) mailed.replace(at, 1, "\r\n");
  const std::size_t begin = whole.find("POSSESSION-----\n") + 16;
  std::string wrapped = whole;
  wrapped.insert(begin + 64, "\n");
  for (const std::string& text : {whole, mailed, wrapped}) {
    INFO(text);
    const auto file = parse_public_key_file(text);
    REQUIRE(file.ok());
    CHECK(format_public_key_file(*file) == whole);
    CHECK(verify_possession("dana", file->key.spki(), file->possession).ok());
    CHECK(!verify_possession("ben", file->key.spki(), file->possession).ok());
  }
}

TEST_CASE("what is no key with its proof behind it is refused, and the message says which of the two is wrong") {
  const std::string whole = file_of_dana();
  const std::size_t border = whole.find("-----BEGIN CAIRN");
  const std::string key = whole.substr(0, border);
  const std::string proof = whole.substr(border);
  const std::string none = "holds no proof of possession behind its key";
  CHECK(why_no_key_file(key).find(none) != std::string::npos);
  CHECK(why_no_key_file(key + key + proof).find(none) != std::string::npos);
  CHECK(why_no_key_file(with_possession(0)).find(none) != std::string::npos);
  CHECK(why_no_key_file(proof + key).find("this one is CAIRN KEY POSSESSION") != std::string::npos);
  CHECK(why_no_key_file(whole.substr(0, whole.size() - 9)).find("the proof of possession cannot be read: ") == 0);
  CHECK(!why_no_key_file("").empty());
}

TEST_CASE("a proof of possession has at most 256 bytes") {
  CHECK(why_no_key_file(with_possession(256)).empty());
  CHECK(why_no_key_file(with_possession(257)).find("has 257 bytes, and no signature has more than 256") !=
        std::string::npos);
}

}  // namespace cairn
