// How much one admin may ask of the others at once.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {

TEST_CASE(
    "of one admin 16 requests are open, one more takes the oldest one's place, and another admin's are no matter") {
  Scenario s;
  s.given("dana", {person("mia", {admin})});
  const auto request = [](int number) {
    return AdministrationRequested{encode_events({key_added("ida", str("ida ", number))}).value()};
  };
  const auto is_open = [&](int number) { return s.world.requests.has(sha256(request(number).events)); };
  for (int i = 0; i < 16; ++i) s.given("dana", {request(i)});
  CHECK(s.world.requests.rows().size() == 16);
  CHECK(is_open(0));
  s.given("mia", {request(100)});
  CHECK(s.world.requests.rows().size() == 17);
  CHECK(is_open(0));
  s.given("dana", {request(16)});
  CHECK(s.world.requests.rows().size() == 17);
  CHECK_FALSE(is_open(0));
  for (const int kept : {1, 15, 16, 100}) CHECK(is_open(kept));
}

}  // namespace cairn
