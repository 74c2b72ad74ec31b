// Two versions' metrics held against each other, and the report that says so.
#include "ledger/evidence/comparison.h"

#include "ledger/evidence/json_text.h"
#include "ledger/evidence/report_readers.h"
#include "tests/catch.h"

namespace cairn {
namespace {

Decimal number(const std::string& text) {
  const auto value = Decimal::from_lexeme(text);
  REQUIRE(value.ok());
  return *value;
}

MetricValues values(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  MetricValues all;
  for (const auto& pair : pairs) all[pair.first] = number(pair.second);
  return all;
}

std::string told(const std::vector<MetricChange>& changes) {
  std::string text;
  for (const auto& change : changes) {
    static const char* words[] = {"improved", "regressed", "unchanged", "unknown"};
    text += change.metric + " " + words[static_cast<int>(change.change)] + " " + change.loss.text() + "\n";
  }
  return text;
}

const Decimal two_percent = *Decimal::parse("0.02");

}  // namespace

TEST_CASE("a change of more than the threshold is a change, of ece the other way round, and by exact decimals [B3]") {
  const auto changes = compare_metrics(
      values({{"accuracy", "0.95"}, {"f1", "0.99"}, {"precision", "0.9799"}, {"recall", "0.5"}, {"ece", "0.0700001"}}),
      values({{"accuracy", "0.97"}, {"f1", "0.97"}, {"precision", "1"}, {"recall", "0.47"}, {"ece", "0.05"}}),
      two_percent);
  // 0.97 - 0.95 is 0.020000000000000018 to who counts in doubles.
  CHECK(told(changes) ==
        "accuracy unchanged 0.02\nf1 unchanged -0.02\nprecision regressed 0.0201\nrecall improved -0.03\n"
        "ece regressed 0.0200001\n");
}

TEST_CASE(
    "a metric that only one side has, or that is NaN, is unknown, and what neither has is not compared [B2][B3]") {
  const auto changes = compare_metrics(values({{"accuracy", "0.9"}, {"f1", "NaN"}, {"roc_auc", "0.1"}}),
                                       values({{"f1", "0.9"}, {"recall", "0.9"}, {"roc_auc", "0.9"}}), two_percent);
  CHECK(told(changes) == "accuracy unknown NaN\nf1 unknown NaN\nrecall unknown NaN\n");
  CHECK(ModelComparison{"a", "b", "", changes}.has_regression() == std::nullopt);
}

TEST_CASE("what regressed outweighs what is unknown, and nothing compared is unknown [B3][I8]") {
  const auto metrics = [](const char* now) {
    return compare_metrics(values({{"accuracy", now}}), values({{"accuracy", "0.9"}}), two_percent);
  };
  const ModelComparison good{"good", "b", "", metrics("0.9")};
  const ModelComparison bad{"bad", "b", "", metrics("0.8")};
  const ModelComparison unknown{"unknown", "b", "", metrics("NaN")};
  const ModelComparison alone{"alone", "", "no baseline", {}};
  CHECK(any_regression({good}) == false);
  CHECK(any_regression({good, bad, unknown}) == true);
  CHECK(any_regression({good, unknown}) == std::nullopt);
  CHECK(any_regression({good, alone}) == std::nullopt);
  CHECK(any_regression({}) == std::nullopt);
  CHECK(ModelComparison{"empty", "b", "", {}}.has_regression() == std::nullopt);
}

TEST_CASE("the comparison report has the script's shape [B3][I6]") {
  const auto changes = compare_metrics(values({{"accuracy", "0.9346153846153846"}, {"ece", "0.04"}, {"f1", "NaN"}}),
                                       values({{"accuracy", "0.99"}, {"ece", "0.05"}, {"f1", "1"}}), two_percent);
  const auto report = comparison_report({{"ranker_1", "ranker_0", "", changes}, {"scorer_1", "", "no baseline", {}}},
                                        two_percent, 1795168800000);
  CHECK(report == R"({
  "timestamp": "2026-11-20T10:00:00.000Z",
  "has_regression": true,
  "models_compared": 1,
  "threshold": 0.02,
  "comparisons": [
    {
      "model_type": "ranker_1",
      "baseline": "ranker_0",
      "has_regression": true,
      "improvements": [],
      "regressions": [
        {
          "metric": "accuracy",
          "current": 0.9346153846153846,
          "baseline": 0.99,
          "diff": -0.0553846153846154,
          "diff_pct": -5.594406
        }
      ],
      "unchanged": [
        {
          "metric": "ece",
          "current": 0.04,
          "baseline": 0.05,
          "diff": 0.01,
          "diff_pct": 20
        }
      ],
      "unknown": [
        {
          "metric": "f1",
          "current": null,
          "baseline": 1,
          "diff": null,
          "diff_pct": null
        }
      ]
    },
    {
      "model_type": "scorer_1",
      "has_regression": null,
      "message": "no baseline"
    }
  ],
  "regressions": [
    {
      "model_type": "ranker_1",
      "regressions": [
        {
          "metric": "accuracy",
          "current": 0.9346153846153846,
          "baseline": 0.99,
          "diff": -0.0553846153846154,
          "diff_pct": -5.594406
        }
      ]
    }
  ],
  "written_by": "cairn"
}
)");
}

TEST_CASE("the comparison report is read as it was meant [B3]") {
  const auto changes = compare_metrics(values({{"accuracy", "0.9346153846153846"}, {"ece", "0.04"}, {"f1", "NaN"}}),
                                       values({{"accuracy", "0.99"}, {"ece", "0.05"}, {"f1", "1"}}), two_percent);
  const auto report = comparison_report({{"ranker_1", "ranker_0", "", changes}, {"scorer_1", "", "no baseline", {}}},
                                        two_percent, 1795168800000);
  const auto evidence = read_comparison("performance_comparison.json", report, "ranker_1");
  REQUIRE(evidence.ok());
  CHECK(evidence->event.values.at("has_regression").text() == "1");
  CHECK(evidence->event.values.at("accuracy_drop").text() == "0.0553846153846154");
  CHECK(evidence->event.values.at("ece_rise").text() == "-0.01");
  CHECK(evidence->event.values.at("f1_drop").is_nan());
  CHECK(read_comparison("c", report, "scorer_1")->event.values.at("models_compared").text() == "0");
}

TEST_CASE("JSON is written as its readers read it back") {
  const auto json = parse_json("{\"b\": [1.50, NaN, {}, [], \"\xc3\xa9\\n\"], \"a\": {\"c\": null}}");
  REQUIRE(json.ok());
  CHECK(write_json(*json) == R"({
  "b": [
    1.50,
    NaN,
    {},
    [],
    "\u00e9\n"
  ],
  "a": {
    "c": null
  }
}
)");
}

}  // namespace cairn
