// Reports of the field's scripts: what each is taken for, and which values it gives. The files are written here, in the
// shapes of those scripts.
#include "ledger/evidence/report_readers.h"

#include "ledger/evidence/directory_names.h"
#include "ledger/evidence/readers.h"
#include "ledger/evidence/report_kinds.h"
#include "tests/catch.h"
#include "tests/evidence/said.h"
#include "tests/evidence/scratch.h"
#include "tests/texts.h"

namespace cairn {
namespace {

using tests::golden;
using tests::mentions;
using tests::value;

const Evidence& read(const Result<Evidence>& evidence) {
  REQUIRE(evidence.ok());
  return *evidence;
}

std::string kind_of(const std::string& source, const std::string& content) {
  const auto kind = kind_of_report(source, content);
  return kind ? std::string(to_text(*kind)) : "refused: " + kind.error().message;
}

std::vector<std::string> models(const std::string& source, const std::string& content) {
  const auto kind = kind_of_report(source, content);
  REQUIRE(kind.ok());
  const auto names = models_in_report(*kind, source, content);
  REQUIRE(names.ok());
  return *names;
}

using Names = std::vector<std::string>;

// What compare_models.py writes: one model that regressed, one without a baseline.
const std::string comparison = R"({
  "timestamp": "2026-11-20T10:00:00+00:00", "has_regression": true, "models_compared": 2,
  "comparisons": [
    {"has_regression": true, "model_type": "ranker_model_20261120_090000",
     "improvements": [{"metric": "ece", "current": 0.03, "baseline": 0.05, "diff": 0.02, "diff_pct": 40.0}],
     "regressions": [{"metric": "accuracy", "current": 0.9, "baseline": 0.97, "diff": -0.07, "diff_pct": -7.2}],
     "unchanged": [{"metric": "f1", "current": 0.9, "baseline": 0.9, "diff": 0.0, "diff_pct": 0.0}]},
    {"has_regression": false, "model_type": "scorer_20261120_090000", "message": "No baseline for comparison"}],
  "regressions": []})";

const std::string deployment = R"({
  "validation": {"timestamp": "2026-11-20T10:00:00+00:00", "model_path": "models/current", "checks": {
      "file_integrity": {"status": "passed", "files_found": 2}, "metadata": {"status": "passed", "files_found": 1},
      "model_loadable": {"status": "passed", "tested_file": "ranker_model_20261120_090000.pkl"},
      "performance_thresholds": {"status": "passed", "accuracy": 0.99, "ece": 0.03,
                                 "thresholds": {"min_accuracy": 0.85, "max_ece": 0.08}}},
    "overall_status": "passed"},
  "deployment": {"mode": "canary", "rollout_percentage": 10, "timestamp": "2026-11-20T10:00:01+00:00",
                 "environment": "production", "status": "success"},
  "model_path": "models/current"})";

}  // namespace

TEST_CASE("a comparison says of each model by how much what got worse, exactly", "[B3]") {
  const auto evidence =
      read(read_comparison("performance_comparison.json", comparison, "ranker_model_20261120_090000"));
  CHECK(evidence.event.kind == EvidenceKind::comparison);
  CHECK(value(evidence, "measured_at") == "1795168800000");
  CHECK(value(evidence, "models_compared") == "2");
  CHECK(value(evidence, "has_regression") == "1");
  CHECK(value(evidence, "accuracy_drop") == "0.07");
  CHECK(value(evidence, "f1_drop") == "0");
  CHECK(value(evidence, "ece_rise") == "-0.02");
  CHECK(value(evidence, "recall_drop") == "absent");
}

TEST_CASE("a comparison that compared nothing passes nothing", "[B3][I8]") {
  const auto of_new = read(read_comparison("c.json", comparison, "scorer_20261120_090000"));
  CHECK(value(of_new, "models_compared") == "0");
  CHECK(value(of_new, "has_regression") == "absent");
  CHECK(mentions(of_new, "compares nothing"));
  const auto of_other = read(read_comparison("c.json", comparison, "other"));
  CHECK(value(of_other, "models_compared") == "0");
  CHECK(value(of_other, "has_regression") == "absent");
  const auto empty = read(read_comparison(
      "c.json", R"({"has_regression": false, "message": "No current model metrics found", "comparisons": []})", "x"));
  CHECK(value(empty, "models_compared") == "0");
  CHECK(value(empty, "has_regression") == "absent");
}

TEST_CASE("a regression that a comparison lists is one, whatever its flag says, and NaN is unknown", "[B2][B3]") {
  const auto stem = std::string("ranker_model_20261120_090000");
  const auto denied = replaced(replaced(comparison, "true, \"models", "false, \"models"), "{\"has_regression\": true",
                               "{\"has_regression\": false");
  CHECK(value(read(read_comparison("c.json", denied, stem)), "has_regression") == "1");
  const auto unexplained = replaced(
      replaced(comparison,
               R"({"metric": "accuracy", "current": 0.9, "baseline": 0.97, "diff": -0.07, "diff_pct": -7.2})", ""),
      "{\"has_regression\": true", "{\"has_regression\": false");
  CHECK(value(read(read_comparison("c.json", unexplained, stem)), "has_regression") == "1");
  const auto nan = read(read_comparison(
      "c.json", replaced(comparison, "\"current\": 0.9, \"baseline\": 0.97", "\"current\": NaN, \"baseline\": 0.97"),
      stem));
  CHECK(value(nan, "accuracy_drop") == "NaN");
  const auto unknown = read(read_comparison(
      "c.json",
      R"({"comparisons": [{"model_type": "a", "has_regression": null, "unchanged": [{"metric": "f1", "current": 1, "baseline": 1}]}]})",
      "a"));
  CHECK(value(unknown, "has_regression") == "NaN");
}

TEST_CASE("system and business metrics are read flat, and what cannot be is NaN", "[E7]") {
  const std::string system =
      R"({"timestamp": "2026-11-20T10:00:00Z", "model_name": "ranker", "latency_ms_p50": 12.5, "latency_ms_p99": 80,
          "error_rate": 0.004, "memory_mb": NaN, "cpu_percent": -1, "timeout_rate": 1.5, "disk": {"free": 1}, "host": "a"})";
  CHECK(kind_of("now.json", system) == "system");
  CHECK(models("now.json", system) == Names{"ranker"});
  const auto evidence = read(read_operations(EvidenceKind::system, "now.json", system));
  CHECK(evidence.event.kind == EvidenceKind::system);
  CHECK(value(evidence, "measured_at") == "1795168800000");
  CHECK(value(evidence, "latency_ms_p50") == "12.5");
  CHECK(value(evidence, "latency_ms_p99") == "80");
  CHECK(value(evidence, "error_rate") == "0.004");
  CHECK(value(evidence, "memory_mb") == "NaN");
  CHECK(value(evidence, "cpu_percent") == "NaN");
  CHECK(value(evidence, "timeout_rate") == "NaN");
  CHECK(value(evidence, "host") == "NaN");
  CHECK(value(evidence, "disk") == "absent");
  CHECK(value(evidence, "model_name") == "absent");
  CHECK(mentions(evidence, "disk is an object, and is left out"));

  const std::string business = R"({"satisfaction": 4.2, "completion_rate": 0.91, "false_positive_rate": 0.02})";
  CHECK(kind_of("now.json", business) == "business");
  CHECK(models("now.json", business).empty());
  CHECK(value(read(read_operations(EvidenceKind::business, "now.json", business)), "completion_rate") == "0.91");
  CHECK(says(kind_of("now.json", R"({"error_rate": 0, "satisfaction": 5})"), "holds system and business metrics"));
}

TEST_CASE("a training summary gives one model's row, its violations only while governance was on", "[B4][H3]") {
  const auto content = golden("promoted/training_summary.json");
  const std::string stem = "logistic_model_20261123_023220";
  CHECK(kind_of("training_summary.json", content) == "training");
  CHECK(models("training_summary.json", content) == Names{stem});
  const auto evidence = read(read_training_summary("training_summary.json", content, stem));
  CHECK(value(evidence, "trained_at") == "1795401140754");
  CHECK(value(evidence, "models") == "1");
  CHECK(value(evidence, "success") == "1");
  CHECK(value(evidence, "promoted") == "1");
  CHECK(value(evidence, "data_violations") == "100");
  CHECK(value(evidence, "accuracy") == "0.977");
  CHECK(value(evidence, "roc_auc") == "NaN");
  CHECK(value(evidence, "audit_root_verified") == "absent");
  const auto root = read_audit_chunk("c", golden("promoted/chunk_20261123_023220_640280.json"));
  REQUIRE(root.ok());
  CHECK(value(read(read_training_summary("t", content, stem, {root->root})), "audit_root_verified") == "1");
  CHECK(value(read(read_training_summary("t", content, stem, {std::string(64, '0')})), "audit_root_verified") == "0");
  const auto off = replaced(content, "\"enabled\": true", "\"enabled\": false");
  CHECK(value(read(read_training_summary("t", off, stem)), "data_violations") == "NaN");
  const auto other = read(read_training_summary("t", content, "other"));
  CHECK(value(other, "models") == "0");
  CHECK(value(other, "success") == "absent");
}

TEST_CASE("a deployment record is what its checks say, not what it says of itself", "[B2]") {
  const auto record = [](const std::string& content) {
    auto read = read_deployment_record("deployment_record_20261120_100001.json", content);
    REQUIRE(read.ok());
    return *read;
  };
  CHECK(kind_of("deployment_record_20261120_100001.json", deployment) == "deployment");
  CHECK(models("d.json", deployment) == Names{"ranker_model_20261120_090000"});
  const auto good = record(deployment);
  CHECK(good.environment == "production");
  CHECK(value(good.evidence, "validated_at") == "1795168800000");
  CHECK(value(good.evidence, "deployed_at") == "1795168801000");
  CHECK(value(good.evidence, "checks") == "4");
  CHECK(value(good.evidence, "checks_passed") == "4");
  CHECK(value(good.evidence, "validation_passed") == "1");
  CHECK(value(good.evidence, "accuracy") == "0.99");
  CHECK(value(good.evidence, "deployed") == "1");
  CHECK(value(good.evidence, "rollout_percentage") == "10");
  CHECK(mentions(good.evidence, "it says: canary in production, success"));

  const auto skipped = record(replaced(deployment, R"("performance_thresholds": {"status": "passed")",
                                       R"("performance_thresholds": {"status": "skipped")"));
  CHECK(value(skipped.evidence, "claimed_passed") == "1");
  CHECK(value(skipped.evidence, "validation_passed") == "0");
  CHECK(mentions(skipped.evidence, "the check performance_thresholds is skipped"));

  const auto nan = record(replaced(deployment, "\"accuracy\": 0.99", "\"accuracy\": NaN"));
  CHECK(value(nan.evidence, "accuracy") == "NaN");
  CHECK(value(nan.evidence, "claimed_passed") == "1");
  CHECK(value(nan.evidence, "validation_passed") == "NaN");

  const auto only = record(R"({"timestamp": "2026-11-20T10:00:00Z", "checks": {}, "overall_status": "passed"})");
  CHECK(value(only.evidence, "validation_passed") == "0");
  CHECK(value(only.evidence, "deployed") == "absent");
  CHECK(only.environment.empty());
}

TEST_CASE("drift among cohorts needs two of them", "[E1][I7]") {
  const auto content = golden("batch/drift_20261123_023138.json");
  CHECK(kind_of("drift_20261123_023138.json", content) == "cohort_drift");
  CHECK(models("d.json", content).size() == 5);
  const auto evidence = read(read_cohort_drift("d.json", content, "anomaly_20261123_023137"));
  CHECK(value(evidence, "measured_at") == "1795401098695");
  CHECK(value(evidence, "cohorts") == "5");
  CHECK(value(evidence, "has_drift") == "1");
  CHECK(value(evidence, "drift_score") == "0.5");
  CHECK(value(evidence, "violations") == "2");
  CHECK(value(evidence, "actions") == "1");
  CHECK(value(evidence, "avg_risk_score") == "0.2908653846153846");
  CHECK(value(read(read_cohort_drift("d.json", content, "other")), "cohorts") == "0");
  const auto alone = read(read_cohort_drift(
      "d.json", R"({"cohorts": {"a": {"action_count": 1}}, "drift_metrics": {"has_drift": false}})", "a"));
  CHECK(value(alone, "has_drift") == "NaN");
  CHECK(mentions(alone, "1 cohorts cannot drift apart"));
}

TEST_CASE("a file is taken for what it holds, and what is no evidence is refused with its reason", "[B10]") {
  CHECK(kind_of("drift_metrics.json", golden("monitor/drift_metrics.json")) == "monitoring");
  CHECK(kind_of("any.json", comparison) == "comparison");
  CHECK(kind_of("a_card.json", golden("promoted/logistic_model_20261123_023220_card.json")) == "card");
  CHECK(kind_of("m.json", golden("promoted/logistic_metrics_20261123_023220.json")) == "metrics");
  CHECK(kind_of("c.json", golden("promoted/chunk_20261123_023220_640280.json")) == "audit_chunk");
  CHECK(kind_of("c.json", golden("git_history/chunk_20251124_140021_681832.json")) == "audit_chunk");

  CHECK(says(kind_of("a_history.json", "[{\"timestamp\": \"x\", \"metrics\": {}}]"), "a_history.json is a list"));
  CHECK(says(kind_of("r.json", R"({"version_id": "ranker:1", "artifact": {}})"), "the record of a model registry"));
  CHECK(
      says(kind_of("s.json", R"({"performance_thresholds": {"accuracy_min": 0.8}})"), "a configuration of thresholds"));
  CHECK(says(kind_of("p.json", R"({"leaf": "00", "proof": []})"), "a proof by another log's tree"));
  CHECK(says(kind_of("s.json", R"({"merkle_root": "00", "anchors": []})"), "the head of another log"));
  CHECK(says(kind_of("m.json", golden("promoted/logistic_model_20261123_023220.json")), "a model; register it"));
  CHECK(says(kind_of("s.json", R"({"merkle_root": "00", "events": 3, "anchors": []})"), "the head of another log"));
  CHECK(says(kind_of("x.jsonl", "{\"type\": \"header\"}\n{\"type\": \"event\"}\n"), "x.jsonl is JSON lines"));
  CHECK(says(kind_of("x.log", "2026 | INFO | done"), "x.log is not JSON"));
  CHECK(says(kind_of("x.json", "{}"), "none of the files"));
  CHECK(says(kind_of("x.json", "5"), "a number, which says nothing"));
}

TEST_CASE("the models that a file speaks of are found by what names them", "[H3]") {
  CHECK(models("m/logistic_metrics_20261123_023220.json", R"({"accuracy": 1})") == Names{"logistic_20261123_023220"});
  CHECK(models("logistic_model_20261123_023220_metrics.json", R"({"f1": 1})") ==
        Names{"logistic_model_20261123_023220"});
  CHECK(models("x_card.json", golden("promoted/logistic_model_20261123_023220_card.json")) ==
        Names{"logistic_model_20261123_023220"});
  CHECK(models("ranker_20261123_023220_card.json", R"({"governance_summary": {}})") == Names{"ranker_20261123_023220"});
  CHECK(models("c.json", golden("promoted/chunk_20261123_023220_640280.json")) ==
        Names{"logistic_model_20261123_023220"});
  CHECK(models("c.json", golden("git_history/chunk_20251124_140021_681832.json")).empty());
  CHECK(models("any.json", comparison) == Names{"ranker_model_20261120_090000", "scorer_20261120_090000"});
  CHECK(stem_of_path("models/current/ranker_model_20261120_090000.onnx.data") == "ranker_model_20261120_090000");
  CHECK(stem_of_path("ranker.v2.pkl") == "ranker.v2");
}

TEST_CASE("a metrics file names its model in every spelling of the field", "[B1]") {
  const auto stem = [](const std::string& name) {
    const auto found = stem_of_metrics(name);
    return found ? found->text + " " + found->type + " " + found->time : "none";
  };
  CHECK(stem("ranker_metrics_20261120_090000.json") == "ranker_20261120_090000 ranker 20261120_090000");
  CHECK(stem("ranker_model_20261120_090000_metrics.json") == "ranker_model_20261120_090000 ranker 20261120_090000");
  CHECK(stem("ranker_20261120_090000_metrics.json") == "ranker_20261120_090000 ranker 20261120_090000");
  CHECK(stem("ranker_metrics.json") == "ranker ranker ");
  CHECK(stem("drift_metrics.json") == "none");
  CHECK(stem("ranker_card.json") == "none");
}

}  // namespace cairn
