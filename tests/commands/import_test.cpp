// import: what other tools wrote becomes evidence about registered models, or is refused with its reason. The files
// are written here, in the shapes of the field's scripts.
#include <nlohmann/json.hpp>

#include "ledger/crypto/sha256.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string stem = "ranker_model_20261120_101500";

// A training audit of two events, as json.dumps(event, sort_keys=True) spells them.
struct Audit {
  std::string first = R"({"epochs": 20, "event_type": "training_start", "lr": NaN, "model_type": "ranker"})";
  std::string second = R"({"event_type": "model_saved", "model_path": "models/current/)" + stem +
                       R"(.json", "model_type": "ranker", "promoted": true})";

  std::string root() const { return sha256(sha256(first).hex() + sha256(second).hex()).hex(); }
  std::string chunk() const {
    return R"({"chunk_id": "chunk_1", "merkle_root": ")" + root() + R"(", "event_count": 2, "events": [)" + first +
           "," + second + "]}";
  }
};

// A ledger by the guide's rules, and a ranker of the trainer's whose card names no audit root.
struct Imports : Workplace {
  fs::path models = directory() / "models";
  fs::path logs = directory() / "logs";
  ModelFiles model;

  Imports() {
    init(Policy::guide);
    model.type = "ranker";
    model.write_to(models);
    fs::remove(models / ("chunk_" + model.time + "_000001.json"));
    Json card = Json::parse(std::string(R"({"governance_summary": {"enabled": true, "data_violations": 0,
      "prediction_violations": 0}, "dataset_info": {"samples": 25000}, "audit_merkle_root": null,
      "drift_report_id": "ranker_20261120_101459", "model_type": "ranker"})"));
    card["training_timestamp"] = trained_in(text_of(models / (stem + "_card.json")));
    card["model_path"] = "models/current/" + stem + ".json";
    put_text(models / (stem + "_card.json"), card.dump(2));
    expect(0, "dana", {"register", "--model-path", models.string()});
  }

  static std::string trained_in(const std::string& card) {
    const std::string before = "\"training_timestamp\": \"";
    const auto at = card.find(before) + before.size();
    return card.substr(at, card.find('"', at) - at);
  }

  fs::path put(const std::string& name, const std::string& content) const {
    put_text(logs / name, content);
    return logs / name;
  }

  Ran import(const Words& files, const Words& more = {}) const {
    Words words = {"import"};
    for (const std::string& file : files) words.push_back((logs / file).string());
    words.insert(words.end(), more.begin(), more.end());
    return cairn("dana", words);
  }

  // The events of the newest entry.
  Json said() const {
    const std::string entry = expect(0, "dana", {"show", std::to_string(size() - 1), "--entry"});
    return Json::parse(entry.substr(entry.find("{\"_type\"")))["predicate"]["events"];
  }
};

const std::string deployment = R"({"validation": {"timestamp": "2026-11-20T11:00:00+00:00", "checks": {
    "model_loadable": {"status": "passed", "tested_file": ")" +
                               stem + R"(.pkl"},
    "performance_thresholds": {"status": "passed", "accuracy": NaN, "ece": 0.03}}, "overall_status": "passed"},
  "deployment": {"mode": "full", "rollout_percentage": 100, "environment": "production", "status": "success"}})";

TEST_CASE("a deployment record is imported for what its checks say, where it says it was, and marked [B2][H3]",
          "[long]") {
  const Imports place;
  place.put("deployment_record_20261120_110000.json", deployment);
  const Ran ran = place.import({"deployment_record_20261120_110000.json"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const Json event = place.said()[0];
  CHECK(event["kind"] == "deployment");
  CHECK(event["environment"] == "production");
  CHECK(event["digest"] == sha256(deployment).hex());
  CHECK(event["findings"][0] == "imported, unsigned at source");
  CHECK(event["values"]["imported"] == "1");
  CHECK(event["values"]["claimed_passed"] == "1");
  CHECK(event["values"]["validation_passed"] == "NaN");
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("metrics, reports and summaries are imported as what they are, about no stage [B1][B3][B6][E1]", "[long]") {
  const Imports place;
  const auto imported = [&](const std::string& name, const std::string& content) {
    place.put(name, content);
    const Ran ran = place.import({name});
    INFO(name << ": " << ran.out << ran.err);
    REQUIRE(ran.code == 0);
    const Json event = place.said()[0];
    CHECK(event["environment"] == "");
    CHECK(event["values"]["imported"] == "1");
    return event;
  };
  const Json metrics = imported("ranker_metrics_20261120_101500.json", R"({"accuracy": 0.91, "roc_auc": NaN})");
  CHECK(metrics["kind"] == "metrics");
  CHECK(metrics["values"]["roc_auc"] == "NaN");
  const Json drift = imported("drift_metrics.json", drift_report(stem));
  CHECK(drift["kind"] == "monitoring");
  CHECK(drift["values"]["models_monitored"] == "1");
  const Json comparison =
      imported("performance_comparison.json", R"({"has_regression": false, "comparisons": [{"model_type": ")" + stem +
                                                  R"(", "has_regression": false,
      "unchanged": [{"metric": "f1", "current": 0.9, "baseline": 0.9}]}]})");
  CHECK(comparison["values"]["has_regression"] == "0");
  const Json training = imported("training_summary.json", R"({"model_types": ["ranker"], "results": [{"success": true,
      "promoted": true, "metrics": {"f1": 0.9}, "model_path": "models/current/)" +
                                                              stem + R"(.json"}]})");
  CHECK(training["kind"] == "training");
  CHECK(training["values"]["promoted"] == "1");
  const Json card = imported(stem + "_card.json", R"({"governance_summary": {"enabled": true, "data_violations": 3}})");
  CHECK(card["kind"] == "card");
  CHECK(card["values"]["data_violations"] == "3");
}

TEST_CASE("a training audit's root is recomputed, and a forged chunk is on record as one that does not hold [B5][G1]",
          "[long]") {
  const Imports place;
  const Audit audit;
  place.put("chunk_1.json", audit.chunk());
  CHECK(place.import({"chunk_1.json"}).code == 0);
  CHECK(place.said()[0]["kind"] == "audit_chunk");
  CHECK(place.said()[0]["values"]["root_matches"] == "1");
  std::string forged = audit.chunk();
  forged.replace(forged.find("\"epochs\": 20"), 12, "\"epochs\": 99");
  place.put("chunk_2.json", forged);
  CHECK(place.import({"chunk_2.json"}).code == 0);
  CHECK(place.said()[0]["values"]["root_matches"] == "0");
}

TEST_CASE("where the card's audit root is null, that of an imported chunk which saved the model stands in [B5]",
          "[long]") {
  const Imports place;
  const Words deploy = {"deploy", "--model-path", place.models.string(), "--environment", "production"};
  const Json before = place.json(3, "dana", deploy);
  CHECK(contains(before["reasons"].dump(), "audit-root: UNKNOWN"));
  Audit audit;
  SECTION("a chunk alone: the card on record is read again with it, and deploy leaves it so") {
    place.put("chunk_1.json", audit.chunk());
    REQUIRE(place.import({"chunk_1.json"}).code == 0);
    const Json card = place.said()[1];
    CHECK(card["kind"] == "card");
    CHECK(card["values"]["audit_root_verified"] == "1");
    CHECK(contains(card["findings"].dump(), audit.root()));
    Words validate = deploy;
    validate.push_back("--validate-only");
    CHECK(place.json(0, "dana", validate)["overall_status"] == "passed");
    CHECK(place.json(0, "dana", deploy)["outcome"] == "admitted");
    place.expect(0, "dana", {"verify"});
  }
  SECTION("chunk and card together") {
    place.put("chunk_1.json", audit.chunk());
    fs::copy_file(place.models / (stem + "_card.json"), place.logs / (stem + "_card.json"));
    REQUIRE(place.import({stem + "_card.json", "chunk_1.json"}).code == 0);
    CHECK(place.json(0, "dana", deploy)["outcome"] == "admitted");
  }
  SECTION("a chunk whose events have another root stands in for nothing") {
    std::string forged = audit.chunk();
    forged.replace(forged.find("\"epochs\": 20"), 12, "\"epochs\": 99");
    place.put("chunk_1.json", forged);
    REQUIRE(place.import({"chunk_1.json"}).code == 0);
    CHECK(contains(place.json(3, "dana", deploy)["reasons"].dump(), "audit-root: UNKNOWN"));
  }
  SECTION("nor does one that saved another model") {
    audit.second.replace(audit.second.find("ranker_model"), 12, "scorer_model");
    place.put("chunk_1.json", audit.chunk());
    CHECK(place.import({"chunk_1.json"}).code == 1);
    CHECK(place.import({"chunk_1.json"}, {"--model", "ranker@20261120_101500"}).code == 1);
    CHECK(contains(place.json(3, "dana", deploy)["reasons"].dump(), "audit-root: UNKNOWN"));
  }
}

TEST_CASE("a card's audit root and a training summary's are held against the chunk that comes with them [B5]",
          "[long]") {
  const Imports place;
  const Audit audit;
  place.put("chunk_1.json", audit.chunk());
  const auto with_root = [&](const std::string& root) {
    place.put(stem + "_card.json", R"({"governance_summary": {}, "audit_merkle_root": ")" + root + "\"}");
    place.put("training_summary.json", R"({"merkle_root": ")" + root + R"(", "model_types": [], "results": [
        {"model_path": "models/current/)" + stem +
                                           R"(.json", "success": true}]})");
    REQUIRE(place.import({"chunk_1.json", stem + "_card.json", "training_summary.json"}).code == 0);
    std::string verified;
    for (const Json& event : place.said()) {
      if (event["values"].contains("audit_root_verified")) verified += event["values"]["audit_root_verified"];
    }
    return verified;
  };
  CHECK(with_root(audit.root()) == "11");
  CHECK(with_root(std::string(64, 'a')) == "00");
}

TEST_CASE("a cohort is found by the model's card, or by the model that was named [E1][H3]", "[long]") {
  const Imports place;
  place.put("drift_20261120_101459.json", R"({"cohorts": {"ranker_20261120_101459": {"avg_risk_score": 0.1},
      "scorer_20261120_101459": {}}, "drift_metrics": {"has_drift": true, "drift_score": 0.5}})");
  const Ran unknown = place.import({"drift_20261120_101459.json"});
  CHECK(unknown.code == 1);
  CHECK(contains(unknown.err,
                 "speaks of ranker_20261120_101459, scorer_20261120_101459, and none of them is registered"));
  fs::copy_file(place.models / (stem + "_card.json"), place.logs / (stem + "_card.json"));
  CHECK(place.import({"drift_20261120_101459.json", stem + "_card.json"}).code == 0);
  CHECK(place.said()[0]["kind"] == "cohort_drift");
  CHECK(place.said()[0]["values"]["avg_risk_score"] == "0.1");
  place.put("drift_20261120_120000.json", R"({"cohorts": {"ranker_20261120_120000": {"avg_risk_score": 0.2},
      "scorer_20261120_101459": {}}, "drift_metrics": {"has_drift": true, "drift_score": 0.5}})");
  CHECK(place.import({"drift_20261120_120000.json"}, {"--model", "ranker@20261120_101500"}).code == 0);
  CHECK(place.said()[0]["values"]["avg_risk_score"] == "0.2");
  place.put("drift_20261007_105703.json",
            R"({"cohorts": {"cohort_b": {"avg_risk_score": 0.37}}, "drift_metrics": {"has_drift": false}})");
  CHECK(place.import({"drift_20261007_105703.json"}, {"--model", "ranker@20261120_101500"}).code == 0);
  CHECK(place.said()[0]["values"]["avg_risk_score"] == "0.37");
  CHECK(place.said()[0]["values"]["has_drift"] == "NaN");
}

TEST_CASE("what cannot be imported is named with its reason, and the rest is on record [B10][I8]", "[long]") {
  const Imports place;
  const auto before = place.size();
  const std::vector<std::pair<std::pair<std::string, std::string>, std::string>> cases = {
      {{"a_history.json", R"([{"timestamp": "x", "metrics": {}}])"}, "is a list, as of past metrics"},
      {{"performance_comparison_empty.json", R"({"has_regression": false, "comparisons": []})"}, "reports on no model"},
      {{"drift_metrics_none.json", R"({"drift_detected": false, "drift_score": 0.0, "models_monitored": []})"},
       "reports on no model at all, so it is evidence of nothing"},
      {{"schedule.json", R"({"default_schedule": "0 2 * * 0", "performance_thresholds": {"accuracy_min": 0.85}})"},
       "a configuration of thresholds"},
      {{"stderr.log", "2026-11-20T10:00:00Z | INFO | done\n"}, "is not JSON"},
      {{"registry_1.0.0.json", R"({"version_id": "ranker:1.0.0", "artifact": {"hash": "00"}, "metrics": {}})"},
       "the record of a model registry"},
      {{"export.jsonl", "{\"type\": \"header\"}\n{\"type\": \"event\"}\n"}, "is JSON lines"},
      {{"prove.json", R"({"seq": 2, "leaf": "00", "root": "00", "proof": []})"}, "a proof by another log's tree"},
      {{"snapshot.json", R"({"events": 3, "merkle_root": "00", "anchors": []})"}, "the head of another log"},
      {{"ranker.json", R"({"feature_weights": {"a": 1}})"}, "is a model; register it"},
      {{"chunk_9.json", R"({"chunk_id": "chunk_9", "merkle_root": "00", "events": [{"action_id": "a"}]})"},
       "names no model; say which with --model"},
      {{"scorer_metrics_20261120_101500.json", R"({"accuracy": 1})"}, "none of them is registered"},
      {{"empty.json", ""}, "is not JSON"}};
  for (const auto& one : cases) {
    place.put(one.first.first, one.first.second);
    const Ran ran = place.import({one.first.first});
    INFO(one.first.first << ": " << ran.out << ran.err);
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, one.second));
    CHECK(contains(ran.err, one.first.first));
  }
  CHECK(place.size() == before);
  place.put("ranker_metrics_20261120_101500.json", R"({"accuracy": 0.97})");
  const Ran mixed = place.import({"stderr.log", "ranker_metrics_20261120_101500.json"});
  CHECK(mixed.code == 1);
  CHECK(contains(mixed.err, "1 of 2 files were not imported"));
  CHECK(place.size() == before + 1);
}

TEST_CASE("--model says what a file does not, and contradicts none; the same file again is no news", "[long]") {
  const Imports place;
  place.put("chunk_9.json", R"({"chunk_id": "chunk_9", "merkle_root": "00", "events": [{"action_id": "a"}]})");
  CHECK(place.import({"chunk_9.json"}, {"--model", "ranker@20261120_101500"}).code == 0);
  const auto after = place.size();
  const Ran again = place.import({"chunk_9.json"}, {"--model", "ranker@20261120_101500"});
  CHECK(again.code == 0);
  CHECK(contains(again.out, "all of it is on record already"));
  CHECK(place.size() == after);
  place.put("scorer_metrics_20261120_101500.json", R"({"accuracy": 1})");
  const Ran other = place.import({"scorer_metrics_20261120_101500.json"}, {"--model", "ranker@20261120_101500"});
  CHECK(other.code == 1);
  CHECK(contains(other.err, "speaks of scorer_20261120_101500, and not of ranker 20261120_101500"));
  CHECK(place.import({"chunk_9.json"}, {"--model", "ranker@2"}).code == 2);
  CHECK(place.import({"chunk_9.json"}, {"--model", "ranker"}).code == 2);
}

}  // namespace
}  // namespace cairn::test
