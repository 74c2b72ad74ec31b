// compare and monitor --compare-baseline: metrics of one version against those of another.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Comparing : Workplace {
  fs::path current = directory() / "current";
  fs::path baseline = directory() / "archived";
  fs::path history = directory() / "history";
  fs::path output = directory() / "performance_comparison.json";

  Comparing() {
    fs::create_directories(current);
    fs::create_directories(baseline);
  }

  Words compare(const Words& more = {}) const {
    Words words = {"compare",        "--current-path", current.string(), "--baseline-path", baseline.string(),
                   "--history-path", history.string(), "--output",       output.string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  // No ledger is named, and none is there.
  Ran alone(const Words& words) const { return cairn("dana", words, {{"CAIRN_LEDGER", "./.cairn"}}); }
};

std::string metrics(const std::string& accuracy, const std::string& ece = "0.03") {
  return R"({"accuracy": )" + accuracy + R"(, "f1": 0.9, "precision": 0.9, "recall": 0.9, "ece": )" + ece +
         R"(, "roc_auc": NaN})";
}

TEST_CASE("a model is held against the newest other version of its type, and 0.97 against 0.95 is no regression [B3]") {
  const Comparing place;
  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("0.95"));
  put_text(place.baseline / "ranker_model_20261101_090000_metrics.json", metrics("0.97"));
  put_text(place.baseline / "old" / "ranker_metrics_20261001_090000.json", metrics("0.5"));
  const Ran ran = place.alone(place.compare());
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const Json report = Json::parse(text_of(place.output));
  CHECK(report["has_regression"] == false);
  CHECK(report["models_compared"] == 1);
  CHECK(report["comparisons"][0]["model_type"] == "ranker_20261120_090000");
  CHECK(report["comparisons"][0]["baseline"] == "ranker_model_20261101_090000");
  CHECK(report["comparisons"][0]["unchanged"].size() == 5);
}

TEST_CASE("a regression ends with exit 3, by the threshold that was given [B3][D4]") {
  const Comparing place;
  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("0.97", "0.06"));
  put_text(place.baseline / "ranker_metrics_20261101_090000.json", metrics("0.97"));
  const Ran ran = place.alone(place.compare());
  CHECK(ran.code == 3);
  CHECK(contains(ran.out, "ece 0.06 against 0.03: REGRESSED"));
  CHECK(Json::parse(text_of(place.output))["regressions"][0]["regressions"][0]["metric"] == "ece");
  CHECK(place.alone(place.compare({"--threshold", "0.03"})).code == 0);
  for (const std::string wrong : {"-0.1", "much", "NaN"})
    CHECK(place.alone(place.compare({"--threshold=" + wrong})).code == 2);
}

TEST_CASE("nothing compared is no pass: no metrics, no baseline, or the same file twice [B3][I8]") {
  const Comparing place;
  const Ran none = place.alone(place.compare());
  CHECK(none.code == 1);
  CHECK(contains(none.err, "nothing was compared"));
  CHECK(!fs::exists(place.output));

  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("0.95"));
  put_text(place.baseline / "scorer_metrics_20261101_090000.json", metrics("0.95"));
  const Ran alone = place.alone(place.compare());
  CHECK(alone.code == 3);
  CHECK(contains(alone.out, "no baseline of ranker"));
  CHECK(Json::parse(text_of(place.output))["models_compared"] == 0);
  CHECK(Json::parse(text_of(place.output))["has_regression"].is_null());

  put_text(place.baseline / "ranker_metrics_20261120_090000.json", metrics("0.95"));
  const Ran copy = place.alone(place.compare());
  CHECK(copy.code == 3);
  CHECK(contains(copy.out, "the only baseline is the same file"));

  CHECK(place
            .alone({"compare", "--current-path", (place.directory() / "gone").string(), "--baseline-path",
                    place.baseline.string()})
            .code == 1);
}

TEST_CASE("a metric that is NaN or missing on one side is unknown, and unknown is no pass [B2][B3]") {
  const Comparing place;
  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("NaN"));
  put_text(place.baseline / "ranker_metrics_20261101_090000.json", metrics("0.95"));
  const Ran ran = place.alone(place.compare());
  CHECK(ran.code == 3);
  CHECK(contains(ran.out, "accuracy NaN against 0.95: UNKNOWN"));
}

TEST_CASE("the history keeps the metrics as they were written, and a damaged one is not replaced") {
  const Comparing place;
  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("0.95"));
  put_text(place.baseline / "ranker_metrics_20261101_090000.json", metrics("0.95"));
  for (int i = 0; i < 101; ++i) place.alone(place.compare());
  const std::string text = text_of(place.history / "ranker_history.json");
  CHECK(contains(text, "\"roc_auc\": NaN"));
  CHECK(contains(text, "\"model\": \"ranker_20261120_090000\""));
  std::size_t entries = 0;
  for (std::size_t at = text.find("\"metrics\""); at != std::string::npos; at = text.find("\"metrics\"", at + 1))
    ++entries;
  CHECK(entries == 100);
  put_text(place.history / "ranker_history.json", "[{]");
  const Ran ran = place.alone(place.compare());
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "ranker_history.json is not a JSON list"));
  CHECK(text_of(place.history / "ranker_history.json") == "[{]");
}

TEST_CASE("a comparison of registered models is put on record, and of others it is said that it is not [B3]") {
  const Comparing place;
  place.init(Workplace::Policy::easy);
  put_text(place.current / "ranker_metrics_20261120_090000.json", metrics("0.95"));
  put_text(place.baseline / "ranker_metrics_20261101_090000.json", metrics("0.99"));
  const auto before = place.size();
  const Ran unknown = place.cairn("dana", place.compare());
  CHECK(unknown.code == 3);
  CHECK(contains(unknown.out, "none of these models is registered"));
  CHECK(place.size() == before);

  ModelFiles model;
  model.type = "ranker";
  model.time = "20261120_090000";
  model.write_to(place.directory() / "models");
  place.expect(0, "dana", {"register", "--model-path", (place.directory() / "models").string()});
  const Ran ran = place.cairn("dana", place.compare());
  INFO(ran.out << ran.err);
  CHECK(ran.code == 3);
  CHECK(place.size() == before + 2);
  CHECK(contains(place.expect(0, "dana", {"show", std::to_string(before + 1)}), "comparison"));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("--compare-baseline holds metrics against those on record of the version at full [B3]") {
  const Comparing place;
  place.init(Workplace::Policy::easy);
  ModelFiles model;
  const auto full = [&](const std::string& time, const std::string& accuracy) {
    model.time = time;
    model.accuracy = accuracy;
    const fs::path models = model.write_to(place.directory() / time);
    return models.string();
  };
  const std::string first = full("20261101_090000", "0.95");
  const auto compare = [&](const std::string& models) {
    return place.cairn("dana", {"monitor", "--model-path", models, "--compare-baseline", "--environment", "staging",
                                "--output", place.output.string()});
  };
  place.expect(0, "dana", {"register", "--model-path", first});
  const Ran none = compare(first);
  CHECK(none.code == 3);
  CHECK(contains(none.out, "no other version of logistic was ever at full in staging"));
  place.expect(0, "dana", {"deploy", "--model-path", first, "--environment", "staging", "--deployment-mode", "shadow"});
  place.expect(0, "dana", {"deploy", "--model-path", first, "--environment", "staging", "--deployment-mode", "full"});
  const std::string second = full("20261102_090000", "0.92");
  place.expect(0, "dana", {"register", "--model-path", second});
  const Ran worse = compare(second);
  INFO(worse.out << worse.err);
  CHECK(worse.code == 3);
  CHECK(contains(worse.out, "accuracy 0.92 against 0.95: REGRESSED"));
  CHECK(contains(worse.out, "logistic in staging: REGRESSION"));
  const std::string third = full("20261103_090000", "0.94");
  place.expect(0, "dana", {"register", "--model-path", third});
  CHECK(compare(third).code == 0);
}

}  // namespace
}  // namespace cairn::test
