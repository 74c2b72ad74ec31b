// Where two admins are needed: what one asks for and another does, and a policy that others approve first.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// dana and mia are admins; the policy takes a second one, and one approval of itself.
struct TwoAdmins : Workplace {
  fs::path policy = directory() / "policy.json";

  TwoAdmins() {
    init(Policy::easy);
    for (const char* who : {"mia", "noa"}) expect(0, who, {"key", "new", who});
    expect(0, "dana", {"actor", "add", "mia", "--key", public_key("mia").string(), "--role", "admin"});
    for (const char* who : {"ben", "mia", "noa"}) fs::copy(home("dana") / "logs", home(who) / "logs");
    std::string text = text_of(policy);
    text.insert(text.find("\"monitoring\""), R"("administration": {"second_admin": true, "policy_approvals": 1}, )");
    put_text(policy, text);
    expect(0, "dana", {"policy", "adopt", policy.string()});
  }
};

TEST_CASE("an enrolment is asked for by one admin and confirmed by another, who sees what it is (C3)") {
  const TwoAdmins place;
  const Words add = {"actor", "add", "noa", "--key", place.public_key("noa").string(), "--role", "approver"};
  const Json asked = place.json(0, "dana", add);
  const std::string seq = std::to_string(asked["seq"].get<int>());
  CHECK(!contains(place.expect(0, "dana", {"actor", "list"}), "noa  "));
  const std::string list = place.expect(0, "mia", {"actor", "list"});
  CHECK(contains(list, "Waiting for another admin"));
  CHECK(contains(list, seq + ": dana asked another admin for this: enrolled noa as approver"));
  CHECK(place.json(3, "dana", {"actor", "confirm", seq})["refusal"] == "second_admin_missing");
  place.expect(0, "mia", {"actor", "confirm", seq});
  CHECK(place.json(0, "dana", {"actor", "list"})["requests"].empty());
  CHECK(place.cairn("mia", {"actor", "confirm", seq}).code == 2);

  // The same words by another admin confirm as well.
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "admin"});
  place.expect(0, "mia", {"actor", "role", "ben", "--grant", "admin"});
  CHECK(contains(place.json(0, "dana", {"actor", "list"})["actors"].dump(), "\"admin\",\"approver\""));
  place.expect(0, "dana", {"verify"});
  place.expect(0, "dana", {"replay"});
}

TEST_CASE("a policy is proposed, approved by another admin and adopted, and each shows what it changes (H2)") {
  const TwoAdmins place;
  const std::string next = (place.directory() / "next.json").string();
  std::string text = text_of(place.policy);
  text.replace(text.find("0.85"), 4, "0.9");
  put_text(next, text);
  CHECK(place.json(3, "dana", {"policy", "adopt", next})["refusal"] == "policy_approval_missing");
  const std::string proposed = place.expect(0, "dana", {"policy", "propose", next});
  CHECK(contains(proposed, "~ gates.accuracy.threshold: \"0.85\" -> \"0.9\""));
  CHECK(place.json(3, "dana", {"policy", "approve", next})["refusal"] == "policy_approval_own");
  CHECK(contains(place.expect(0, "mia", {"policy", "approve", next}), "\"0.9\""));
  place.expect(0, "dana", {"policy", "adopt", next});
  CHECK(contains(place.expect(0, "dana", {"policy", "show"}), "\"0.9\""));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("policy check reports freeze windows that overlap") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path file = place.directory() / "frozen.json";
  std::string text = text_of(place.directory() / "policy.json");
  text.insert(text.find("\"monitoring\""), R"("freezes": [
    {"name": "year-end", "scope": "environment=production", "from": "2026-12-20T00:00:00Z", "until": "2027-01-04T00:00:00Z",
     "rule": "Europe/Berlin, 20 December to 3 January"},
    {"name": "audit", "scope": "all", "from": "2027-01-01T00:00:00Z", "until": "2027-01-10T00:00:00Z"}], )");
  put_text(file, text);
  const std::string checked = place.expect(0, "dana", {"policy", "check", file.string()});
  CHECK(contains(checked,
                 "freezes year-end and audit overlap from 2027-01-01T00:00:00.000Z to 2027-01-04T00:00:00.000Z"));
}

}  // namespace
}  // namespace cairn::test
