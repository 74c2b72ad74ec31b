#include "ledger/events/policy.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/events/event.h"
#include "tests/catch.h"
#include "tests/events/policy_text.h"

using namespace cairn;
using namespace cairn::policy_text;
using nlohmann::json;

namespace {

// The default policy with one change.
template <class Change>
std::string with(Change change) {
  auto document = json::parse(default_text());
  change(document);
  return document.dump();
}

const Gate* gate_named(const Policy& policy, std::string_view name) {
  for (const auto& gate : policy.gates) {
    if (gate.name == name) return &gate;
  }
  return nullptr;
}

void check_gate(const Policy& policy, const std::string& name, const std::string& rule) {
  const auto* gate = gate_named(policy, name);
  INFO(name);
  REQUIRE(gate != nullptr);
  CHECK(str(to_text(gate->evidence), '.', gate->value, ' ', to_text(gate->comparison), ' ', gate->threshold.text(), ' ',
            to_text(gate->evidence_class)) == rule);
}

}  // namespace

TEST_CASE("a policy has nothing behind a NUL byte and no byte order mark before it") {
  const auto text = default_text();
  CHECK(refusal(text + std::string("\0{\"name\":\"other\"}", 16)) ==
        str("policy: not JSON at byte ", text.size(), ": a NUL byte"));
  CHECK(refusal("\xef\xbb\xbf" + text) == "policy: not JSON at byte 0: a byte order mark");
}

TEST_CASE("B1 B3 B4 B5 B6 B7 B8: the default policy's gates are the guide's numbers") {
  const auto policy = parsed(default_text());
  check_gate(policy, "artefact-safe", "structure.findings <= 0 artefact");
  check_gate(policy, "accuracy", "metrics.accuracy >= 0.85 artefact");
  check_gate(policy, "ece", "metrics.ece <= 0.08 artefact");
  check_gate(policy, "f1", "metrics.f1 > 0.8 artefact");
  check_gate(policy, "precision", "metrics.precision > 0.8 artefact");
  check_gate(policy, "recall", "metrics.recall > 0.8 artefact");
  check_gate(policy, "data-violations", "card.data_violations <= 0 artefact");
  check_gate(policy, "prediction-violations", "card.prediction_violations <= 0 artefact");
  check_gate(policy, "audit-root", "card.audit_root_verified == 1 artefact");
  check_gate(policy, "training-age", "card.trained_at age<= 2592000000 artefact");
  check_gate(policy, "samples", "card.samples >= 10000 artefact");
  check_gate(policy, "monitoring-age", "monitoring.measured_at age<= 3600000 stage");
  check_gate(policy, "models-monitored", "monitoring.models_monitored >= 1 stage");
  check_gate(policy, "drift-detected", "monitoring.drift_detected == 0 stage");
  check_gate(policy, "drift-score", "monitoring.drift_score < 0.15 stage");
  check_gate(policy, "accuracy-drop", "monitoring.accuracy_drop <= 0.05 stage");
  check_gate(policy, "accuracy-regression", "metrics.accuracy drop<= 0.02 baseline");
  check_gate(policy, "f1-regression", "metrics.f1 drop<= 0.02 baseline");
  check_gate(policy, "precision-regression", "metrics.precision drop<= 0.02 baseline");
  check_gate(policy, "recall-regression", "metrics.recall drop<= 0.02 baseline");
  check_gate(policy, "ece-regression", "metrics.ece rise<= 0.02 baseline");
  CHECK(policy.gates.size() == 21);
  CHECK(policy.max_gap == 7 * hour);
  CHECK(policy.refusals_per_hour == 60);
  CHECK(policy.refusal_bytes == 8192);
  CHECK(policy.digest == sha256(default_text()));
}

TEST_CASE("A2 A3 A4 A5: the default ladders are the guide's") {
  const auto policy = parsed(default_text());
  const auto* production = policy.environment("production");
  REQUIRE(production != nullptr);
  CHECK(production->shadow_counts_from == std::vector<std::string>{"staging", "production"});
  CHECK(production->shadow_valid == 30 * day);
  REQUIRE(production->ladder.size() == 3);
  CHECK(production->ladder[0].stage == Stage::shadow);
  CHECK(production->ladder[0].soak == day);
  const auto& canary = production->ladder[1];
  CHECK(canary.stage == Stage::canary);
  CHECK(canary.min_percent == 5);
  CHECK(canary.max_percent == 50);
  CHECK(canary.steps == std::vector<std::uint64_t>{10, 25, 50});
  CHECK(canary.soak == day);
  const auto* full = policy.stage("production", Stage::full, "net");
  REQUIRE(full != nullptr);
  CHECK(full->approvals == Quorum{{Role::approver, 1}});
  CHECK(full->approval_validity == 72 * hour);
  CHECK(full->notice);

  CHECK(policy.stage("staging", Stage::shadow, "net")->soak == day);
  CHECK(policy.stage("staging", Stage::canary, "net")->soak == 0);
  CHECK(policy.stage("staging", Stage::full, "net")->approvals.empty());
  CHECK(!policy.stage("staging", Stage::full, "net")->notice);
  CHECK(policy.environment("laboratory") == nullptr);
  CHECK(policy.stage("laboratory", Stage::full, "net") == nullptr);
}

TEST_CASE("the fast policy is the default one with shorter soaks and another name, and nothing else") {
  CHECK(differences(json::parse(default_text()), json::parse(fast_text())) ==
        std::vector<std::string>{"replace /environments/production/ladder/0/soak",
                                 "replace /environments/production/ladder/1/soak",
                                 "replace /environments/staging/ladder/0/soak", "replace /name"});
  CHECK(parsed(fast_text()).stage("production", Stage::shadow, "net")->soak == 2 * second);
}

TEST_CASE("white space and member order are the author's, and only the digest knows them") {
  const auto policy = parsed(default_text());
  const auto compact = parsed(json::parse(default_text()).dump());
  CHECK(compact.digest != policy.digest);
  CHECK(compact.gates.size() == policy.gates.size());
  CHECK(compact.stage("production", Stage::full, "net")->hash == policy.stage("production", Stage::full, "net")->hash);
}

TEST_CASE("the rules of a stage have another hash as soon as the stage or a gate changes") {
  const auto hash = [](const std::string& text) {
    return parsed(text).stage("production", Stage::canary, "net")->hash;
  };
  const auto before = hash(default_text());
  const auto canary = "/environments/production/ladder/1"_json_pointer;
  CHECK(before != Hash{});
  CHECK(hash(with([&](json& p) { p[canary]["soak"] = "25h"; })) != before);
  CHECK(hash(with([&](json& p) { p[canary]["percent"] = {6, 50}; })) != before);
  CHECK(hash(with([&](json& p) { p[canary]["percent"] = {5, 60}; })) != before);
  CHECK(hash(with([&](json& p) { p[canary]["steps"] = {10, 50}; })) != before);
  CHECK(hash(with([&](json& p) { p[canary]["notice"] = true; })) != before);
  CHECK(hash(with([&](json& p) {
          p[canary].update({{"approvals", {{{"role", "admin"}, {"persons", 1}}}}, {"approval_valid", "1h"}});
        })) != before);
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{{"name", "acc"},
                                                                                      {"evidence", "card"},
                                                                                      {"value", "acc"},
                                                                                      {"is", ">"},
                                                                                      {"threshold", "0.86"},
                                                                                      {"class", "stage"},
                                                                                      {"max_age", "31d"}}) {
    INFO(member);
    const auto change = [&gate_member = member, &gate_value = value](json& p) {
      p["gates"][1][gate_member] = gate_value;
    };
    CHECK(hash(with(change)) != before);
  }
  CHECK(hash(with([&](json& p) { p["gates"].erase(3); })) != before);
  CHECK(parsed(default_text()).stage("staging", Stage::canary, "net")->hash != before);
  // What is not this stage's rule leaves a grant as it is.
  CHECK(hash(with([&](json& p) { p["name"] = "other"; })) == before);
  CHECK(hash(with([&](json& p) { p["environments"]["production"]["ladder"][0]["soak"] = "48h"; })) == before);
}

TEST_CASE("a syntax error names its byte, a repeated member its path") {
  CHECK(refusal("").starts_with("policy: not JSON at byte 1"));
  CHECK(refusal("{\"name\": }").starts_with("policy: not JSON at byte 10"));
  CHECK(refusal(default_text() + "}").find("not JSON at byte") != std::string::npos);
  auto text = default_text();
  text.replace(text.find("\"soak\": \"24h\""), 13, "\"soak\": \"24h\", \"soak\": \"1h\"");
  CHECK(refusal(text) == "policy: the member environments.staging.ladder[0].soak stands there twice; keep one");
  CHECK(refusal(std::string(max_policy_bytes + 1, ' ')).find("49153 bytes") != std::string::npos);
  CHECK(refusal("[]").find("the document: is an array, not an object") != std::string::npos);
}

TEST_CASE("each value out of its range is refused by its path") {
  const auto check = [](auto change, std::string_view begin) {
    const auto message = refusal(with(change));
    INFO("expected " << begin);
    CHECK(message.substr(0, begin.size()) == begin);
  };
  check([](json& p) { p["rules"] = 2; }, "policy: rules: 2 needs a newer cairn");
  check([](json& p) { p["rules"] = 0; }, "policy: rules: 0 is not within");
  check([](json& p) { p["rules"] = "1"; }, "policy: rules: is a string, not a whole number");
  check([](json& p) { p["rules"] = 1.0; }, "policy: rules: is a number with sign, fraction or exponent");
  check([](json& p) { p["rules"] = -1; }, "policy: rules: is a number with sign");
  check([](json& p) { p["name"] = "two words"; }, "policy: name: \"two words\" is not a name");
  check([](json& p) { p.erase("name"); }, "policy: name: is missing");
  check([](json& p) { p["environments"]["Production"] = p["environments"]["production"]; },
        "policy: environments.production: differs from another one by case alone");
  check([](json& p) { p["extra"] = 1; }, "policy: extra: is not a member that this cairn knows");
  check([](json& p) { p["gates"][1]["treshold"] = "1"; }, "policy: gates[1].treshold: is not a member");
  check([](json& p) { p["gates"][1].erase("threshold"); }, "policy: gates[1].threshold: is missing");
  check([](json& p) { p["gates"][1]["threshold"] = 0.85; }, "policy: gates[1].threshold: is a number");
  check([](json& p) { p["gates"][1]["threshold"] = "0.850"; }, "policy: gates[1].threshold: ");
  check([](json& p) { p["gates"][1]["threshold"] = "NaN"; }, "policy: gates[1].threshold: is not finite");
  check([](json& p) { p["gates"][1]["is"] = "=>"; }, "policy: gates[1].is: \"=>\" is not a comparison");
  check([](json& p) { p["gates"][1]["is"] = "drop<="; }, "policy: gates[1].is: drop<= and rise<= go with");
  check([](json& p) { p["gates"][1]["class"] = "baseline"; }, "policy: gates[1].is: drop<= and rise<= go with");
  check([](json& p) { p["gates"][1]["class"] = "model"; }, "policy: gates[1].class: ");
  check([](json& p) { p["gates"][1]["evidence"] = "rumour"; }, "policy: gates[1].evidence: ");
  check([](json& p) { p["gates"][1]["name"] = "artefact-safe"; },
        "policy: gates[1].name: \"artefact-safe\" is the name of another");
  check([](json& p) { p["gates"][1]["max_age"] = "0s"; }, "policy: gates[1].max_age: ");
  check([](json& p) { p["gates"][9]["threshold"] = "30"; }, "policy: gates[9].threshold: ");
  check([](json& p) { p["gates"] = json::object(); }, "policy: gates: is an object, not an array");
  check([](json& p) { p["gates"][0] = 1; }, "policy: gates[0]: is a whole number, not an object");
  check([](json& p) { p["environments"] = json::object(); }, "policy: environments: has 0 members");
  check([](json& p) { p["environments"]["a/b"] = p["environments"]["staging"]; }, "policy: environments.a/b: is not");
  check([](json& p) { p["monitoring"]["max_gap"] = "1 day"; }, "policy: monitoring.max_gap: ");
  check([](json& p) { p["monitoring"]["max_gap"] = "0s"; }, "policy: monitoring.max_gap: is no time");
  check([](json& p) { p["refusals"]["max_bytes"] = 70000; },
        "policy: refusals.max_bytes: 70000 is not within 1024 to 61440");
  check([](json& p) { p["refusals"].erase("per_hour"); }, "policy: refusals.per_hour: is missing");
}

TEST_CASE("each mistake in a ladder is refused by its path") {
  const auto check = [](auto change, std::string_view begin) {
    const auto message = refusal(with([&](json& p) { change(p["environments"]["production"]); }));
    INFO("expected " << begin);
    CHECK(message.substr(0, begin.size()) == begin);
  };
  const std::string at = "policy: environments.production.";
  check([](json& e) { e["ladder"][1]["soak"] = "1 day"; }, at + "ladder[1].soak: ");
  check([](json& e) { e["ladder"][1]["soak"] = 5; }, at + "ladder[1].soak: is a whole number, not a duration");
  check([](json& e) { e["ladder"][1]["percent"] = {50, 5}; }, at + "ladder[1].percent: ");
  check([](json& e) { e["ladder"][1]["percent"] = {5}; }, at + "ladder[1].percent: ");
  check([](json& e) { e["ladder"][1]["percent"] = {0, 50}; }, at + "ladder[1].percent[0]: 0 is not within 1 to 99");
  check([](json& e) { e["ladder"][1]["steps"] = {10, 60}; }, at + "ladder[1].steps[1]: 60 is not within 5 to 50");
  check([](json& e) { e["ladder"][1]["steps"] = {25, 10}; }, at + "ladder[1].steps: ");
  check([](json& e) { e["ladder"][1]["steps"] = json::array(); }, at + "ladder[1].steps: ");
  check([](json& e) { e["ladder"][1].erase("steps"); }, at + "ladder[1].steps: is missing");
  check([](json& e) { e["ladder"][0]["percent"] = {5, 50}; }, at + "ladder[0].percent: is not a member");
  check([](json& e) { e["ladder"][2].erase("approval_valid"); }, at + "ladder[2].approval_valid: is missing");
  check([](json& e) { e["ladder"][2].erase("approvals"); }, at + "ladder[2].approval_valid: is not a member");
  check([](json& e) { e["ladder"][2]["approvals"] = 1; }, at + "ladder[2].approvals: is a whole number, not an array");
  check([](json& e) { e["ladder"][2]["approver"] = "approver"; }, at + "ladder[2].approver: is not a member");
  check([](json& e) { e["ladder"][2]["notice"] = "yes"; }, at + "ladder[2].notice: is a string, not true or false");
  check([](json& e) { e["ladder"][0]["stage"] = "dark"; }, at + "ladder[0].stage: ");
  check([](json& e) { e["ladder"].erase(2); }, at + "ladder: is not shadow, canary, full");
  check([](json& e) { e["ladder"].push_back(e["ladder"][2]); }, at + "ladder: is not shadow, canary, full");
  check([](json& e) { std::swap(e["ladder"][0], e["ladder"][1]); }, at + "ladder: is not shadow, canary, full");
  check([](json& e) { e["ladder"] = json::array(); }, at + "ladder: is not shadow, canary, full");
  check([](json& e) { e["shadow_counts_from"] = {"moon"}; }, at + "shadow_counts_from: \"moon\" is not an environment");
  check(
      [](json& e) {
        e["shadow_counts_from"] = {"staging", "staging"};
      },
      at + "shadow_counts_from[1]: stands there twice");
  check([](json& e) { e["shadow_counts_from"] = {1}; }, at + "shadow_counts_from[0]: is a whole number");
  check([](json& e) { e.erase("shadow_valid"); }, at + "shadow_valid: is missing");
}

TEST_CASE("E2 E4 E6 H4: a policy without the sections has the guide's roles, clocks, rhythm and thresholds") {
  const Policy written = parsed(default_text());
  const Policy absent = parsed(with([](json& p) {
    for (const char* section : {"protection", "incidents", "advice"}) p.erase(section);
    for (const char* member : {"candidate", "archived", "retired", "hold", "delete"}) p["retention"].erase(member);
    p["monitoring"].erase("cadence");
  }));
  for (const Policy* policy : {&written, &absent}) {
    CHECK(policy->retention.candidate == 30 * day);
    CHECK(policy->retention.archived == 365 * day);
    CHECK(policy->retention.retired == 365 * day);
    CHECK(policy->retention.hold == std::set<Role>{Role::admin, Role::auditor});
    CHECK(policy->retention.remove == std::set<Role>{Role::admin});
    CHECK(policy->retention.classes.at("hipaa") == 2190 * day);
    CHECK(policy->retention.classes.at("ferpa") == std::nullopt);
    CHECK(policy->protection.lift == std::set<Role>{Role::admin, Role::incident_commander});
    CHECK(policy->protection.break_glass == std::set<Role>{Role::incident_commander});
    CHECK(policy->protection.break_glass_most == 4 * hour);
    const IncidentRules& critical = policy->incidents.of.at(Severity::critical);
    CHECK(critical.acknowledge == 15 * minute);
    CHECK(critical.resolve == 4 * hour);
    CHECK(critical.postmortem);
    CHECK(policy->incidents.of.at(Severity::low).acknowledge == 24 * hour);
    CHECK_FALSE(policy->incidents.of.at(Severity::low).postmortem);
    CHECK(policy->incidents.escalate_after == 30 * minute);
    REQUIRE(policy->incidents.regulatory.size() == 2);
    CHECK(policy->incidents.regulatory[0].within == 72 * hour);
    REQUIRE(policy->cadence.size() == 3);
    CHECK(policy->cadence[0].first == hour);
    CHECK(policy->cadence[0].every == 15 * minute);
    CHECK(policy->cadence[2].every == 6 * hour);
    CHECK(policy->advice.accuracy_below.text() == "0.8");
    CHECK(policy->environments.at("production").regression_through_shadow);
  }
}

TEST_CASE("each mistake in protection, incidents, advice, cadence and regression is refused by its path") {
  const auto check = [](auto change, std::string_view begin) {
    const auto message = refusal(with(change));
    INFO("expected " << begin);
    CHECK(message.substr(0, begin.size()) == begin);
  };
  const std::string at = "policy: ";
  check([](json& p) { p["protection"]["lift"] = json::array(); }, at + "protection.lift: names no role");
  check([](json& p) { p["protection"]["lift"] = {"boss"}; }, at + "protection.lift[0]: \"boss\" is not a role");
  check([](json& p) { p["protection"]["lift"] = {1}; }, at + "protection.lift[0]: is not a role");
  check(
      [](json& p) {
        p["protection"]["review"] = {"admin", "admin"};
      },
      at + "protection.review[1]: stands there twice");
  check([](json& p) { p["protection"]["break_glass_most"] = "8d"; },
        at + "protection.break_glass_most: is more than 7d");
  check([](json& p) { p["protection"]["brake_glass"] = {"admin"}; }, at + "protection.brake_glass: is not a member");
  check([](json& p) { p["retention"]["archived"] = "for-good"; }, at + "retention.archived: ");
  check([](json& p) { p["retention"]["classes"]["hipaa"] = "0s"; }, at + "retention.classes.hipaa: is no time");
  check([](json& p) { p["retention"]["classes"]["hipaa"] = 6; }, at + "retention.classes.hipaa: is a whole number");
  check([](json& p) { p["retention"]["classes"]["a b"] = "1d"; }, at + "retention.classes.a b: is not a name");
  check([](json& p) { p["retention"]["keep"] = "1d"; }, at + "retention.keep: is not a member");
  check([](json& p) { p["protection"] = 1; }, at + "protection: is a whole number, not an object");
  check([](json& p) { p["incidents"]["grave"] = json::object(); }, at + "incidents.grave: is not a member");
  check([](json& p) { p["incidents"]["high"]["resolve"] = "8 h"; }, at + "incidents.high.resolve: ");
  check([](json& p) { p["incidents"]["high"]["postmortem"] = 1; }, at + "incidents.high.postmortem: is a whole number");
  check([](json& p) { p["incidents"]["escalate_after"] = "0s"; }, at + "incidents.escalate_after: is no time");
  check([](json& p) { p["incidents"]["regulatory"][0]["within"] = "soon"; }, at + "incidents.regulatory[0].within: ");
  check([](json& p) { p["incidents"]["regulatory"][1].erase("name"); },
        at + "incidents.regulatory[1].name: is missing");
  const json window = {
      {"name", "x"}, {"scope", "all"}, {"from", "2026-12-20T00:00:00Z"}, {"until", "2027-01-04T00:00:00Z"}};
  CHECK(refusal(with([&](json& p) { p["freezes"] = {window}; })).empty());
  check([&](json& p) { p["freezes"] = {window, window}; }, at + "freezes[1].name: \"x\" is the name of another");
  for (const auto& [member, value] : std::map<std::string, std::string>{
           {"from", "20 December"}, {"until", "2026-12-20T00:00:00Z"}, {"scope", "production"}, {"zone", "Berlin"}}) {
    json wrong = window;
    wrong[member] = value;
    check([&](json& p) { p["freezes"] = {wrong}; }, at + "freezes[0]." + member + ": ");
  }
  check([](json& p) { p["advice"]["accuracy_below"] = "NaN"; }, at + "advice.accuracy_below: is not finite");
  check([](json& p) { p["monitoring"]["cadence"] = json::array(); }, at + "monitoring.cadence: is not 1 to 32");
  check([](json& p) { p["monitoring"]["cadence"][2]["first"] = "48h"; },
        at + "monitoring.cadence[2].first: is there in");
  check([](json& p) { p["monitoring"]["cadence"][0].erase("first"); }, at + "monitoring.cadence[0].first: is there in");
  check([](json& p) { p["monitoring"]["cadence"][1]["first"] = "30m"; },
        at + "monitoring.cadence[1].first: is not after");
  check([](json& p) { p["environments"]["production"]["regression"] = "canary"; },
        at + "environments.production.regression: is not where a rollback can begin");
  check(
      [](json& p) {
        p["environments"]["production"]["regression"] = "shadow";
        for (json& gate : p["gates"]) {
          if (gate["class"] == "stage") gate["class"] = "artefact";
        }
      },
      at + "environments.production.regression: is not where a rollback can begin");
}
