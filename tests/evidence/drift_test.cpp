// Drift between two prediction files. The expected numbers were worked out apart from this code, from the definitions.
#include "ledger/evidence/drift.h"

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/texts.h"

namespace cairn {
namespace {

Predictions parsed(const std::string& content) {
  auto all = parse_predictions("predictions.csv", content);
  INFO((all.ok() ? std::string() : all.error().message));
  REQUIRE(all.ok());
  return *all;
}

std::string refused(const std::string& content) {
  const auto all = parse_predictions("predictions.csv", content);
  REQUIRE(!all.ok());
  return all.error().message;
}

Predictions scores(std::vector<double> values) {
  return {std::move(values), {}, {}};
}

Predictions decisions(std::vector<double> values, std::vector<double> labels = {}) {
  return {{}, std::move(values), std::move(labels)};
}

std::string value(const DriftValues& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "absent" : found->second.text();
}

}  // namespace

TEST_CASE("CSV and JSON lines with the same samples are the same predictions", "[E1]") {
  const auto csv = parsed("id,score,label,prediction\r\n\"a,\"\"b\"\"\",0.25,0,0\r\nc, 7e-1 ,1,1\r\n");
  const auto lines = parsed(
      "{\"score\": 0.25, \"label\": 0, \"prediction\": false}\n{\"prediction\": true, \"label\": 1, \"score\": "
      "0.7}\n\n");
  CHECK(csv.scores == std::vector<double>{0.25, 0.7});
  CHECK(csv.decisions == std::vector<double>{0, 1});
  CHECK(csv.labels == std::vector<double>{0, 1});
  CHECK(lines.scores == csv.scores);
  CHECK(lines.decisions == csv.decisions);
  CHECK(lines.labels == csv.labels);
}

TEST_CASE("a file without samples is read and holds none", "[B6][I7]") {
  CHECK(parsed("").size() == 0);
  CHECK(parsed(" \n\r\n").size() == 0);
  CHECK(parsed("prediction,label\n").size() == 0);
}

TEST_CASE("what is wrong with a predictions file is said with its line", "[B2]") {
  CHECK(says(refused("a,b\n1,2\n"), "predictions.csv line 1: the header names neither"));
  CHECK(says(refused("0.1\n0.2\n"), "line 1: the header names neither"));
  CHECK(says(refused("score,score\n1,2\n"), "line 1: the header has two columns named score"));
  CHECK(says(refused("score,label\n1,0\n1\n"), "line 3: it has 1 fields, and the header has 2"));
  CHECK(says(refused("score\n1\nyes\n"), "line 3: score is \"yes\", which is no number"));
  CHECK(says(refused("score\n1\n\n2\n"), "line 3: score is empty"));
  CHECK(says(refused("score\nNaN\n"), "line 2: score is NaN, which cannot be compared"));
  CHECK(says(refused("score\n1e18\n"), "line 2: score is 1e18, which cannot be compared"));
  CHECK(says(refused("score\n0x10\n"), "line 2: score is \"0x10\""));
  CHECK(says(refused("score\n\"1\n\"\n"), "line 2: a quoted field does not end"));
  CHECK(says(refused("{\"score\": 1}\n{\"score\": 1,}\n"), "line 2: it is not JSON"));
  CHECK(says(refused("{\"score\": 1}\n[1]\n"), "line 2: it is an array"));
  CHECK(says(refused("{\"score\": 1}\n{\"score\": \"1\"}\n"), "line 2: score is a string"));
  CHECK(says(refused("{\"score\": NaN}\n"), "line 1: score is NaN"));
  CHECK(says(refused("{\"score\": 1}\n{\"prediction\": 1}\n"), "line 2: score is missing"));
  CHECK(says(refused("{\"score\": 1}\n{\"score\": 1, \"label\": 0}\n"), "line 2: label is here and was not before"));
  CHECK(says(refused("{\"label\": 1}\n"), "line 1: there is neither a prediction nor a score"));
}

TEST_CASE("the newest samples are the last ones", "[B6]") {
  const auto all = decisions({1, 0, 1, 1}, {0, 0, 1, 0});
  CHECK(newest(all, 3).decisions == std::vector<double>{0, 1, 1});
  CHECK(newest(all, 3).labels == std::vector<double>{0, 1, 0});
  CHECK(newest(all, 5).size() == 4);
}

TEST_CASE("drift of yes and no is the difference of the positive rates", "[B6][E1]") {
  const auto values =
      measure_drift(decisions({1, 1, 1, 1, 1, 0, 0, 0, 0, 0}), decisions({1, 1, 1, 0, 0, 0, 0, 0, 0, 0}));
  CHECK(value(values, "psi") == "0.16946");
  CHECK(value(values, "ks_statistic") == "0.2");
  CHECK(value(values, "mean_shift") == "0.2");
  CHECK(value(values, "positive_rate") == "0.5");
  CHECK(value(values, "reference_positive_rate") == "0.3");
  CHECK(value(values, "samples") == "10");
  CHECK(value(values, "reference_samples") == "10");
  CHECK(value(values, "current_accuracy") == "absent");
  CHECK(value(values, "accuracy_drop") == "absent");
}

TEST_CASE("drift of scores is measured over the reference's tenths, and empty bins have a floor", "[E1]") {
  std::vector<double> reference;
  for (int i = 0; i < 20; ++i) reference.push_back(i / 20.0);
  const std::vector<double> upper_half(reference.begin() + 10, reference.end());
  const auto values = measure_drift(scores(upper_half), scores(reference));
  CHECK(value(values, "psi") == "3.796997");
  CHECK(value(values, "ks_statistic") == "0.5");
  CHECK(value(values, "mean_shift") == "0.25");
  CHECK(value(values, "mean") == "0.725");
  CHECK(value(values, "positive_rate") == "1");

  const auto same = measure_drift(scores(reference), scores(reference));
  CHECK(value(same, "psi") == "0");
  CHECK(value(same, "ks_statistic") == "0");
  CHECK(value(same, "mean_shift") == "0");
}

TEST_CASE("drift of any numbers has no positive rate", "[E1]") {
  std::vector<double> reference;
  for (int i = 1; i <= 20; ++i) reference.push_back(i);
  const auto values = measure_drift(decisions({4, 5, 6, 7, 8, 9, 10, 11, 12, 13}), decisions(reference));
  CHECK(value(values, "psi") == "3.037598");
  CHECK(value(values, "ks_statistic") == "0.35");
  CHECK(value(values, "mean_shift") == "-2");
  CHECK(value(values, "positive_rate") == "absent");
  const auto constant = measure_drift(decisions({2, 2, 3}), decisions({2, 2, 2, 2}));
  CHECK(value(constant, "psi") == "2.838253");
  CHECK(value(constant, "ks_statistic") == "0.333333");
  const auto above = measure_drift(decisions({100, 100, 100, 100}), decisions({1, 2, 3, 4, 5}));
  CHECK(value(above, "psi") == "16.806521");
  CHECK(value(above, "ks_statistic") == "1");
}

TEST_CASE("the order of the samples changes no digit", "[G13]") {
  const auto one = measure_drift(scores({0.1, 0.2, 0.3, 0.7}), scores({0.4, 0.5, 0.6}));
  const auto other = measure_drift(scores({0.7, 0.3, 0.1, 0.2}), scores({0.6, 0.4, 0.5}));
  CHECK(one == other);
}

TEST_CASE("with labels the accuracy of both files and its drop are told", "[B6]") {
  const auto values = measure_drift(decisions({1, 0, 1, 0}, {1, 1, 1, 1}), decisions({1, 0, 1}, {1, 0, 0}));
  CHECK(value(values, "current_accuracy") == "0.5");
  CHECK(value(values, "baseline_accuracy") == "0.666667");
  CHECK(value(values, "accuracy_drop") == "0.166667");
  // Of scores, a yes is 0.5 and more, unless the file says itself what was decided.
  const auto by_score = measure_drift({{0.5, 0.49}, {}, {1, 1}}, {{0.9}, {}, {}});
  CHECK(value(by_score, "current_accuracy") == "0.5");
  CHECK(value(by_score, "accuracy_drop") == "absent");
  const auto by_decision = measure_drift({{0.5, 0.49}, {1, 1}, {1, 1}}, {{0.9}, {0}, {1}});
  CHECK(value(by_decision, "current_accuracy") == "1");
  CHECK(value(by_decision, "accuracy_drop") == "-1");
}

TEST_CASE("an empty file, or scores against classes, is unknown and no pass", "[B6][I7][I8]") {
  for (const auto& values : {measure_drift({}, decisions({1})), measure_drift(decisions({1}), {}),
                             measure_drift({}, {}), measure_drift(scores({0.5}), decisions({1}))}) {
    for (const auto* name : {"psi", "ks_statistic", "mean_shift"}) CHECK(value(values, name) == "NaN");
    CHECK(value(values, "accuracy_drop") == "absent");
  }
  CHECK(value(measure_drift({}, decisions({1})), "samples") == "0");
}

}  // namespace cairn
