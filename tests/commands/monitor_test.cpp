// monitor: what it measures, what it puts on record, and what it does not claim to know.
#include <chrono>
#include <nlohmann/json.hpp>

#include "ledger/base/time.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A ledger by the guide's rules, with a model in production's shadow, and a place for reports.
struct Watched : Workplace {
  ModelFiles model;
  fs::path models = directory() / "models";
  fs::path output = directory() / "drift_metrics.json";

  Watched() {
    init(Policy::guide);
    model.write_to(models);
    expect(0, "dana", {"deploy", "--model-path", models.string(), "--environment", "production"});
  }

  Words drift(const Words& more = {}) const {
    Words words = {"monitor", "--model-path", models.string(), "--calculate-drift", "--output", output.string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  // So many samples of which so many are a yes, each in place.
  void put_answers(const std::string& name, int yes, int samples) const {
    std::string text = "prediction,label\n";
    for (int i = 0; i < samples; ++i) text += i < yes ? "1,1\n" : "0,0\n";
    put_text(models / name, text);
  }
};

// The values of the evidence in an entry, from the statement's own bytes.
Json evidence_in(const Workplace& place, std::uint64_t seq, std::size_t index = 0) {
  const std::string entry = place.expect(0, "dana", {"show", std::to_string(seq), "--entry"});
  return Json::parse(entry.substr(entry.find("{\"_type\"")))["predicate"]["events"][index];
}

TEST_CASE("drift of two prediction files is measured, written and put on record [B6][E1]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 33, 100);
  const auto before = place.size();
  const Ran ran = place.cairn("dana", place.drift());
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "PASS logistic_model_20261120_101500"));
  CHECK(contains(ran.out, "which counts towards its soak"));
  REQUIRE(place.size() == before + 1);

  const Json report = Json::parse(text_of(place.output));
  CHECK(report["drift_detected"] == false);
  CHECK(report["models_monitored"].size() == 1);
  const Json row = report["models_monitored"][0];
  CHECK(row["model_name"] == "logistic_model_20261120_101500");
  CHECK(row["drift_score"] == 0.03);
  CHECK(row["samples"] == 100);
  CHECK(row["accuracy_drop"] == 0);

  const Json event = evidence_in(place, before);
  CHECK(event["kind"] == "monitoring");
  CHECK(event["environment"] == "production");
  CHECK(event["values"]["drift_score"] == "0.03");
  CHECK(event["values"]["ks_statistic"] == "0.03");
  CHECK(event["values"]["models_monitored"] == "1");
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("without predictions nothing is invented: nothing is written, recorded or passed [B6][I8]", "[long]") {
  const Watched place;
  const auto before = place.size();
  const Ran ran = place.cairn("dana", place.drift({"--num-samples", "5000"}));
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "nothing was monitored, so nothing is written"));
  CHECK(contains(ran.err, "predictions.csv and reference.csv"));
  place.put_answers("predictions.csv", 1, 2);
  const Ran half = place.cairn("dana", place.drift());
  CHECK(half.code == 1);
  CHECK(contains(half.err, "has no reference file"));
  CHECK(!fs::exists(place.output));
  CHECK(place.size() == before);
}

TEST_CASE("a directory without a model is no pass [B6][I8]", "[long]") {
  const Watched place;
  fs::create_directories(place.directory() / "empty");
  for (const std::string action : {"--calculate-drift", "--compare-baseline", "--inference-mode", "--list-models"}) {
    const Ran ran = place.cairn("dana", {"monitor", "--model-path", (place.directory() / "empty").string(), action});
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, "holds no model file"));
  }
}

TEST_CASE("drift is on record and the exit code says so [B6][D4]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 45, 100);
  const auto before = place.size();
  const Ran ran = place.cairn("dana", place.drift());
  CHECK(ran.code == 3);
  CHECK(contains(ran.out, "which starts its soak over"));
  REQUIRE(place.size() == before + 1);
  CHECK(Json::parse(text_of(place.output))["drift_detected"] == true);
  CHECK(evidence_in(place, before)["values"]["drift_detected"] == "1");
  CHECK(evidence_in(place, before)["values"]["drift_score"] == "0.15");
}

TEST_CASE("an empty predictions file, or one without labels, is unknown and no pass [B2][B6][I7]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  SECTION("empty") {
    put_text(place.models / "predictions.csv", "");
    const Ran ran = place.cairn("dana", place.drift());
    CHECK(ran.code == 3);
    CHECK(contains(ran.out, "whether it drifted is unknown"));
    const Json report = Json::parse(text_of(place.output));
    CHECK(report["drift_detected"].is_null());
    CHECK(report["drift_score"].is_null());
    const Json values = evidence_in(place, place.size() - 1)["values"];
    CHECK(values["drift_score"] == "NaN");
    CHECK(values["drift_detected"] == "NaN");
  }
  SECTION("without labels") {
    put_text(place.models / "predictions.csv", "prediction\n1\n0\n0\n");
    const Ran ran = place.cairn("dana", place.drift());
    CHECK(ran.code == 3);
    CHECK(contains(ran.out, "its accuracy is unknown"));
    CHECK(contains(ran.out, "it interrupts the soak"));
  }
  SECTION("broken") {
    put_text(place.models / "predictions.csv", "prediction\n1\nyes\n");
    const Ran ran = place.cairn("dana", place.drift());
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, "predictions.csv line 3: prediction is \"yes\""));
    CHECK(!fs::exists(place.output));
  }
}

TEST_CASE("a reference without labels leaves the accuracy to the model's own metrics [B6]", "[long]") {
  const Watched place;
  put_text(place.models / "reference.csv", "prediction\n1\n0\n0\n");
  put_text(place.models / "predictions.jsonl",
           "{\"prediction\": 1, \"label\": 1}\n{\"prediction\": 0, \"label\": 0}\n{\"prediction\": 0, \"label\": 0}\n");
  place.expect(0, "dana", place.drift());
  const Json row = Json::parse(text_of(place.output))["models_monitored"][0];
  CHECK(row["baseline_accuracy"] == 0.951);
  CHECK(row["accuracy_drop"] == -0.049);
}

TEST_CASE("the newest so many samples are measured, and fewer than asked for is said", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 0, 10);
  place.put_answers("predictions.csv", 90, 100);  // the last ten are all a no
  place.expect(0, "dana", place.drift({"--num-samples", "10"}));
  const Ran ran = place.cairn("dana", place.drift({"--num-samples", "101"}));
  CHECK(ran.code == 3);
  CHECK(contains(ran.err, "has 100 samples, and 101 were asked for"));
  for (const std::string wrong : {"0", "-5", "many", "1.5"}) {
    CHECK(place.cairn("dana", place.drift({"--num-samples", wrong})).code == 2);
  }
}

TEST_CASE("the same predictions again are no new look, and old ones are no look at now [B6][E2][I8]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 30, 100);
  CHECK(contains(place.expect(0, "dana", place.drift()), "which counts towards its soak"));
  const std::string report = text_of(place.output);
  CHECK(contains(place.expect(0, "dana", place.drift()), "no news, the same file as in entry"));
  CHECK(text_of(place.output) == report);

  fs::last_write_time(place.models / "predictions.csv", fs::file_time_type::clock::now() - std::chrono::hours(2));
  const Ran old = place.cairn("dana", place.drift());
  CHECK(old.code == 3);
  CHECK(contains(old.out, "measured at another time: it interrupts the soak"));
}

TEST_CASE("who has no files of the model measures the version that is live [B6]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("now.csv", 30, 100);
  const Words words = {"monitor",
                       "--predictions",
                       (place.models / "now.csv").string(),
                       "--reference",
                       (place.models / "reference.csv").string(),
                       "--calculate-drift",
                       "--name",
                       "logistic",
                       "--output",
                       place.output.string()};
  const Ran ran = place.cairn("dana", words);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "PASS logistic_20261120_101500"));
  Words elsewhere = words;
  elsewhere.insert(elsewhere.end(), {"--environment", "staging"});
  const Ran none = place.cairn("dana", elsewhere);
  CHECK(none.code == 2);
  CHECK(contains(none.err, "nothing of logistic runs or is on its way in staging"));
}

TEST_CASE("another program's report gives way only aloud, our own in silence", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 30, 100);
  put_text(place.output, "{\"drift_detected\": false}");
  const Ran first = place.cairn("dana", place.drift());
  CHECK(first.code == 0);
  CHECK(contains(first.err, "was written by another program, and is replaced"));
  const Ran second = place.cairn("dana", place.drift());
  CHECK(second.code == 0);
  CHECK(second.err.empty());
  const std::string kept = text_of(place.output);
  const Ran dry = place.cairn("dana", place.drift({"--dry-run"}));
  CHECK(dry.code == 0);
  CHECK(text_of(place.output) == kept);
}

TEST_CASE("without a ledger a report is written and it is said that nothing was recorded", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 30, 100);
  const Ran ran = place.cairn("dana", place.drift(), {{"CAIRN_LEDGER", "./.cairn"}});
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "Nothing was recorded: there is no ledger"));
  CHECK(fs::exists(place.output));
  // One that was named is missed.
  const Ran missing = place.cairn("dana", place.drift(), {{"CAIRN_LEDGER", (place.directory() / "gone").string()}});
  CHECK(missing.code == 1);
  CHECK(contains(missing.err, "there is no ledger at"));
}

TEST_CASE("files that are not the registered ones are not monitored in its name [B10][D3]", "[long]") {
  const Watched place;
  place.put_answers("reference.csv", 30, 100);
  place.put_answers("predictions.csv", 30, 100);
  put_text(place.models / (place.model.stem() + ".json"), "{\"weights\": [6]}");
  const auto before = place.size();
  const Ran ran = place.cairn("dana", place.drift());
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "was registered with other files than lie here"));
  CHECK(place.size() == before);

  const Ran seen = place.cairn("dana", {"monitor", "--model-path", place.models.string(), "--inference-mode"});
  CHECK(seen.code == 3);
  CHECK(contains(seen.out, "files mismatch"));
  CHECK(contains(seen.out, place.model.stem() + ".json has other bytes"));
}

TEST_CASE("--inference-mode compares the files with the registered ones and runs nothing [D3][I8]", "[long]") {
  const Watched place;
  const Words words = {"monitor", "--model-path", place.models.string(), "--inference-mode", "--num-samples", "1000"};
  const auto before = place.size();
  const Json seen = place.json(0, "dana", words);
  CHECK(seen["overall_status"] == "passed");
  CHECK(seen["models"][0]["artefact"] == "match");
  ModelFiles other;
  other.type = "other";
  other.write_to(place.models);
  const Json two = place.json(3, "dana", words);
  CHECK(two["models"][1]["artefact"] == "not registered");
  CHECK(place.size() == before);
  // Where no ledger says what the files should be, nothing is known of them.
  CHECK(place.cairn("dana", words, {{"CAIRN_LEDGER", "./.cairn"}}).code == 3);
}

TEST_CASE("--list-models says what lies there and where it runs [A6]", "[long]") {
  const Watched place;
  const Json listed = place.json(0, "dana", {"monitor", "--model-path", place.models.string(), "--list-models"});
  CHECK(listed["models"].size() == 1);
  CHECK(listed["models"][0]["name"] == "logistic");
  CHECK(listed["models"][0]["registered"] == 1);
  CHECK(listed["models"][0]["places"] == Json{"shadow in production"});
}

TEST_CASE("one thing is asked of monitor at a time, and record has flags of its own", "[long]") {
  const Watched place;
  CHECK(place.cairn("dana", {"monitor"}).code == 2);
  CHECK(place.cairn("dana", place.drift({"--list-models"})).code == 2);
  put_text(place.output, drift_report(place.model.stem()));
  const Ran mixed = place.cairn("dana", {"monitor", "record", place.output.string(), "--num-samples", "5"});
  CHECK(mixed.code == 2);
  CHECK(contains(mixed.err, "--num-samples"));
}

TEST_CASE("system and business metrics and comparisons of other tools are recorded [E7][B3]", "[long]") {
  const Watched place;
  const fs::path file = place.directory() / "now.json";
  const auto record = [&](const std::string& content, const Words& more = {}) {
    put_text(file, content);
    Words words = {"monitor", "record", file.string()};
    words.insert(words.end(), more.begin(), more.end());
    return place.cairn("dana", words);
  };
  CHECK(record(R"({"model_name": "logistic", "latency_ms_p99": 40, "error_rate": 0.001})").code == 0);
  CHECK(contains(place.expect(0, "dana", {"log"}), "recorded system metrics"));
  const Json system = evidence_in(place, place.size() - 1);
  CHECK(system["kind"] == "system");
  CHECK(system["values"]["error_rate"] == "0.001");
  CHECK(record(R"({"satisfaction": 4.5})", {"--model", "logistic"}).code == 0);
  CHECK(evidence_in(place, place.size() - 1)["kind"] == "business");
  CHECK(record(R"({"satisfaction": 4.5})").code == 2);
  const Ran compared = record(
      R"({"has_regression": true, "comparisons": [{"model_type": "logistic_model_20261120_101500", "has_regression": true,
          "regressions": [{"metric": "f1", "current": 0.5, "baseline": 0.9}]}]})");
  CHECK(compared.code == 0);
  CHECK(contains(compared.out, "REGRESSION"));
  CHECK(evidence_in(place, place.size() - 1)["values"]["f1_drop"] == "0.4");
  const Ran card = record(R"({"governance_summary": {}, "model_path": "m/logistic_model_20261120_101500.json"})");
  CHECK(card.code == 2);
  CHECK(contains(card.err, "cairn import"));
}

}  // namespace
}  // namespace cairn::test
