// due, advise, allowed, alert and retrain, as a scheduler, an on-call engineer and an admission hook use them.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

constexpr const char* due_version = "logistic@20261120_101500";

struct InShadow {
  Workplace place;
  InShadow() {
    place.init(Workplace::Policy::guide);
    const std::string models = ModelFiles().write_to(place.directory() / "models").string();
    place.expect(0, "dana", with({"deploy", "--model-path", models}, in_production));
  }
  void report(const std::string& drift_score) const {
    const auto file = place.directory() / "drift_metrics.json";
    put_text(file, drift_report(ModelFiles().stem(), drift_score));
    place.expect(0, "dana", with({"monitor", "record", file.string()}, in_production));
  }
};

TEST_CASE("a failed look raises an alert that due lists and somebody acknowledges; advise names what to do (E1, E8)") {
  const InShadow live;
  const Workplace& place = live.place;
  Json due = place.json(0, "dana", {"due"});
  INFO(due.dump(2));
  REQUIRE(due["due"].size() == 1);
  CHECK(due["due"][0]["kind"] == "check");
  CHECK(due["due"][0]["subject"] == "logistic/production");
  CHECK(due["due"][0]["overdue"] == false);
  CHECK(place.json(0, "dana", {"due", "--record"})["outcome"] == "unchanged");

  live.report("0.9");
  due = place.json(0, "dana", {"due"});
  REQUIRE(due["due"].size() == 2);
  const std::string alert = due["due"][1]["subject"];
  CHECK(due["due"][1]["kind"] == "alert");
  place.expect(0, "dana", {"alert", "ack", alert, "--note", "the feed was late"});
  CHECK(place.json(3, "dana", {"alert", "ack", alert})["refusal"] == "alert_not_open");
  CHECK(place.json(0, "dana", {"due"})["due"].size() == 1);
  CHECK(contains(place.expect(0, "dana", {"due"}), "look at logistic 20261120_101500"));
  place.expect(0, "dana", {"retrain", due_version, "--reason", "drift", "--ticket", "https://example.com/12"});
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("an admission hook is told yes or no by the exit code, and nothing is recorded") {
  const InShadow live;
  const Workplace& place = live.place;
  const std::uint64_t size = place.size();
  const Words allowed = with({"allowed", due_version}, in_production);
  CHECK(place.json(0, "dana", with(allowed, {"--stage", "shadow"}))["allowed"] == true);
  const Json no = place.json(3, "dana", with(allowed, {"--stage", "full"}));
  CHECK(no["allowed"] == false);
  CHECK(no["reasons"][0] == "it is in shadow, not in full");
  CHECK(contains(place.expect(3, "dana", allowed), "may not serve in production at full"));
  CHECK(place.cairn("dana", with({"allowed", "logistic@1"}, in_production)).code == 2);
  CHECK(place.size() == size);
}

TEST_CASE("advise says what it saw at each branch, and where") {
  const InShadow live;
  const Workplace& place = live.place;
  // In shadow it takes no traffic: there is nothing to roll back.
  CHECK(place.json(0, "dana", with({"advise", "logistic"}, in_production))["action"] == "nothing-runs");
}

}  // namespace
}  // namespace cairn::test
