#include <set>

#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {
namespace {

constexpr auto last_refusal = Refusal::gates_not_passed;

std::vector<RefusalCase> all_cases() {
  std::vector<RefusalCase> cases = actor_cases;
  for (const auto* more : {&rollout_cases, &protection_cases, &incident_cases, &retention_cases, &ledger_cases}) {
    cases.insert(cases.end(), more->begin(), more->end());
  }
  return cases;
}

}  // namespace

TEST_CASE("Who speaks out of turn is refused, and each refusal says why (G10)") {
  for (const RefusalCase& refused_case : actor_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("A rollout that skips something is refused, and each refusal says why (G10)") {
  for (const RefusalCase& refused_case : rollout_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("What holds a slot still is passed by nobody, and each refusal says why (D9, F3, G10)") {
  for (const RefusalCase& refused_case : protection_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("An incident skips nothing that its policy asks for, and each refusal says why (E5, G10)") {
  for (const RefusalCase& refused_case : incident_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("What has to be kept does not go, and each refusal says why (H4, H5, G10)") {
  for (const RefusalCase& refused_case : retention_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("Nobody has the log sign, its clock go back or an older copy go on but in its order") {
  for (const RefusalCase& refused_case : ledger_cases) {
    INFO(wire_name(refused_case.refusal) << ": " << refused_case.what);
    refused_case.play();
  }
}

TEST_CASE("No refusal is without a scenario that produces it") {
  std::set<Refusal> produced;
  for (const RefusalCase& refused_case : all_cases()) produced.insert(refused_case.refusal);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last_refusal); ++i) {
    const auto refusal = static_cast<Refusal>(i);
    INFO(wire_name(refusal));
    CHECK(produced.contains(refusal));
  }
}

TEST_CASE("A refusal's wire name reads back as itself, and no other text does") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last_refusal); ++i) {
    const auto refusal = static_cast<Refusal>(i);
    const std::string_view name = wire_name(refusal);
    CHECK(parse_refusal(name) == refusal);
    CHECK(names.insert(name).second);
    CHECK(name.size() <= 64);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos);
  }
  CHECK_FALSE(parse_refusal("").has_value());
  CHECK_FALSE(parse_refusal("soak_missing ").has_value());
}

}  // namespace cairn
