// Risk tiers in a policy document: who has to approve what.
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/events/policy_text.h"

using namespace cairn;
using namespace cairn::policy_text;
using nlohmann::json;

TEST_CASE("C2: a model takes the approvals of its tier where the stage names it, and else the stage's") {
  const auto policy = parsed(tiers_text());
  const auto asked = [&](std::string_view environment, Stage stage, std::string_view model) {
    return policy.stage(environment, stage, model)->approvals;
  };
  const Quorum one = {{Role::approver, 1}};
  CHECK(asked("production", Stage::full, "nobody-named-it") == one);
  CHECK(asked("production", Stage::full, "banner-ranking") == one);
  CHECK(asked("production", Stage::full, "demand-forecast") == Quorum{{Role::approver, 2}});
  CHECK(asked("production", Stage::full, "fraud-detector") == Quorum{{Role::admin, 1}, {Role::approver, 2}});
  CHECK(asked("production", Stage::full, "credit-scoring") ==
        Quorum{{Role::admin, 1}, {Role::approver, 2}, {Role::incident_commander, 1}});
  CHECK(asked("production", Stage::canary, "credit-scoring").empty());
  CHECK(asked("staging", Stage::full, "credit-scoring").empty());
  CHECK(policy.stage("laboratory", Stage::full, "credit-scoring") == nullptr);

  // E9: how soon a request is to be answered.
  CHECK(policy.tier_of("nobody-named-it") == nullptr);
  CHECK(policy.tier_of("credit-scoring")->answer_within == 4 * hour);
  CHECK(policy.tier_of("fraud-detector")->answer_within == 24 * hour);
  CHECK(policy.tier_of("demand-forecast")->answer_within == 72 * hour);
  CHECK(policy.tier_of("banner-ranking")->answer_within == 168 * hour);
}

TEST_CASE("the policy with tiers is the default one with tiers and another name, and nothing else") {
  CHECK(differences(json::parse(default_text()), json::parse(tiers_text())) ==
        std::vector<std::string>{"add /environments/production/ladder/2/approvals_of_tier", "replace /name",
                                 "add /tiers"});
}

TEST_CASE("C2 C10: a model that moves to another tier has other rules of its stage, and no other model has") {
  const auto before = parsed(tiers_text());
  auto document = json::parse(tiers_text());
  document["tiers"]["high"]["models"] = json::array();
  document["tiers"]["critical"]["models"].push_back("fraud-detector");
  const auto after = parsed(document.dump());
  const auto same = [&](const std::string& model) {
    return before.stage("production", Stage::full, model)->hash == after.stage("production", Stage::full, model)->hash;
  };
  CHECK_FALSE(same("fraud-detector"));
  for (const char* other : {"credit-scoring", "demand-forecast", "banner-ranking", "nobody-named-it"}) {
    INFO(other);
    CHECK(same(other));
  }
  // What no approval is asked for is the same rule in every tier.
  CHECK(before.stage("production", Stage::canary, "fraud-detector")->hash ==
        after.stage("production", Stage::canary, "fraud-detector")->hash);
  // The order of the rows is the author's.
  auto turned = json::parse(tiers_text());
  auto& rows = turned["environments"]["production"]["ladder"][2]["approvals_of_tier"]["high"];
  std::swap(rows[0], rows[1]);
  CHECK(parsed(turned.dump()).stage("production", Stage::full, "fraud-detector")->hash ==
        before.stage("production", Stage::full, "fraud-detector")->hash);
}

TEST_CASE("each mistake in tiers and approvals is refused by its path") {
  const auto check = [](auto change, std::string_view begin) {
    auto document = json::parse(tiers_text());
    change(document, document["environments"]["production"]["ladder"][2]);
    const auto message = refusal(document.dump());
    INFO("expected " << begin);
    CHECK(message.substr(0, begin.size()) == begin);
  };
  const std::string at = "policy: environments.production.ladder[2].";
  const json row = {{"role", "approver"}, {"persons", 1}};
  check([&](json&, json& full) { full["approvals"] = json::array(); }, at + "approvals: asks for 0 persons, not 1");
  check([&](json&, json& full) { full["approvals"] = {row, row}; }, at + "approvals[1].role: approver stands there");
  check([&](json&, json& full) { full["approvals"][0]["persons"] = 0; },
        at + "approvals[0].persons: 0 is not within 1 to 16");
  check([&](json&, json& full) { full["approvals"][0]["persons"] = 17; }, at + "approvals[0].persons: 17 is not");
  check(
      [&](json&, json& full) {
        full["approvals"] = {{{"role", "admin"}, {"persons", 16}}, row};
      },
      at + "approvals: asks for 17 persons, not 1 to 16");
  check([&](json&, json& full) { full["approvals"][0]["role"] = "boss"; }, at + "approvals[0].role: \"boss\" is not");
  check([&](json&, json& full) { full["approvals"][0]["key"] = 1; }, at + "approvals[0].key: is not a member");
  check([&](json&, json& full) { full["approvals"][0].erase("persons"); }, at + "approvals[0].persons: is missing");
  check([&](json&, json& full) { full["approvals_of_tier"]["grave"] = {row}; },
        at + "approvals_of_tier.grave: is not a tier of this policy");
  check([&](json&, json& full) { full["approvals_of_tier"]["low"] = json::array(); },
        at + "approvals_of_tier.low: asks for 0 persons");
  check([&](json&, json& full) { full["approvals_of_tier"] = 1; }, at + "approvals_of_tier: is a whole number");
  check(
      [&](json&, json& full) {
        full.erase("approvals");
        full.erase("approval_valid");
      },
      at + "approval_valid: is missing");
  check([](json& p, json&) { p["tiers"]["high"]["models"].push_back("fraud-detector"); },
        "policy: tiers.high.models[1]: \"fraud-detector\" is in a tier already");
  check([](json& p, json&) { p["tiers"]["low"]["models"].push_back("Fraud-Detector"); },
        "policy: tiers.low.models[1]: \"Fraud-Detector\" is in a tier already");
  check([](json& p, json&) { p["tiers"]["low"]["models"] = {1}; },
        "policy: tiers.low.models[0]: is a whole number, not a model's name");
  check([](json& p, json&) { p["tiers"]["low"]["models"] = {"two words"}; },
        "policy: tiers.low.models[0]: \"two words\" is not a model's name");
  check([](json& p, json&) { p["tiers"]["low"].erase("models"); }, "policy: tiers.low.models: is missing");
  check([](json& p, json&) { p["tiers"]["low"]["answer_within"] = "0h"; },
        "policy: tiers.low.answer_within: is no time at all");
  check([](json& p, json&) { p["tiers"]["low"]["owner"] = "x"; }, "policy: tiers.low.owner: is not a member");
  check([](json& p, json&) { p["tiers"]["two words"] = p["tiers"]["low"]; },
        "policy: tiers.two words: is not a tier's");
  check([](json& p, json&) { p["tiers"] = json::array(); }, "policy: tiers: is an array, not an object");
  check(
      [](json& p, json&) {
        for (int i = 0; i < 13; ++i) p["tiers"][str("t", i)] = {{"models", json::array()}};
      },
      "policy: tiers: more than 16 of them");
}
