#include "ledger/crypto/pem.h"

#include "tests/catch.h"

using namespace cairn;

TEST_CASE("a PEM block's label is at most 64 bytes") {
  const auto block = [](const std::string& label) { return parse_pem(format_pem(label, "der")); };
  REQUIRE(block(std::string(64, 'L')).ok());
  CHECK(block(std::string(64, 'L'))->label == std::string(64, 'L'));
  CHECK(block(std::string(64, 'L'))->der == "der");
  const auto longer = block(std::string(65, 'L'));
  REQUIRE(!longer.ok());
  CHECK(longer.error().message == "the text has no PEM block: no line -----BEGIN ...-----");
}

TEST_CASE("only the END line of its own label ends a PEM block") {
  const auto text = format_pem("A", "one");
  CHECK(parse_pem("before\n" + text + format_pem("B", "two"))->der == "one");
  CHECK(!parse_pem("-----BEGIN A-----\nb25l\n-----END B-----\n").ok());
  CHECK(!parse_pem("-----BEGIN A-----\nb25l\n").ok());
}
