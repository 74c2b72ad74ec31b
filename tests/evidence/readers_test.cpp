#include "ledger/evidence/readers.h"

#include "ledger/evidence/audit_chunk.h"
#include "tests/catch.h"
#include "tests/evidence/said.h"
#include "tests/evidence/scratch.h"
#include "tests/texts.h"

namespace cairn {
namespace {

using tests::golden;
using tests::mentions;
using tests::value;

Evidence metrics_of(const std::string& content) {
  auto evidence = read_metrics("m_metrics.json", content);
  REQUIRE(evidence.ok());
  return *evidence;
}

Evidence card_of(const std::string& content, const std::vector<std::string>& chunk_roots = {}) {
  auto evidence = read_card("m_card.json", content, chunk_roots);
  REQUIRE(evidence.ok());
  return *evidence;
}

AuditChunk whole_chunk_of(const std::string& content) {
  auto chunk = read_audit_chunk("chunk_1.json", content);
  REQUIRE(chunk.ok());
  return *chunk;
}

Evidence chunk_of(const std::string& content) {
  return whole_chunk_of(content).evidence;
}

Evidence drift_of(const std::string& content, const std::string& stem) {
  auto evidence = read_drift_metrics("drift_metrics.json", content, stem);
  REQUIRE(evidence.ok());
  return *evidence;
}

}  // namespace

TEST_CASE("metrics of the trainer are read as exact decimals", "[B1]") {
  const auto content = golden("sklearn/logistic_metrics_20261123_024014.json");
  const auto evidence = metrics_of(content);
  CHECK(evidence.event.values.size() == 7);
  CHECK(value(evidence, "accuracy") == "0.9346153846153846");
  CHECK(value(evidence, "ece") == "0.20905146264629");
  CHECK(value(evidence, "roc_auc") == "0.505207102675225");
  CHECK(evidence.event.kind == EvidenceKind::metrics);
  CHECK(evidence.event.digest == sha256(content));
  CHECK(evidence.event.bytes == content.size());
  CHECK(evidence.event.findings.empty());
  CHECK(*evidence.content == content);
}

TEST_CASE("a bare NaN of Python's is a value that no gate passes, and is said so", "[B2][I6]") {
  const auto evidence = metrics_of(golden("promoted/logistic_metrics_20261123_023220.json"));
  CHECK(value(evidence, "roc_auc") == "NaN");
  CHECK(value(evidence, "accuracy") == "0.977");
  CHECK(mentions(evidence, "roc_auc is NaN"));

  const auto infinite = metrics_of(R"({"a": Infinity, "b": -Infinity, "c": "NaN", "d": 1})");
  CHECK(value(infinite, "a") == "NaN");
  CHECK(value(infinite, "b") == "NaN");
  CHECK(value(infinite, "c") == "NaN");
  CHECK(value(infinite, "d") == "1");
  CHECK(infinite.event.findings.size() == 3);
}

TEST_CASE("a metric that the file lacks is absent, and one of the wrong type is NaN", "[B2]") {
  const auto evidence =
      metrics_of(R"({"accuracy": "0.99", "f1": null, "ok": true, "curve": [1, 2], "table": {"ece": 0.1}})");
  CHECK(value(evidence, "accuracy") == "NaN");
  CHECK(value(evidence, "f1") == "NaN");
  CHECK(value(evidence, "ok") == "NaN");
  CHECK(value(evidence, "curve") == "absent");
  CHECK(value(evidence, "ece") == "absent");
  CHECK(mentions(evidence, "accuracy is a string, not a number"));
}

TEST_CASE("numbers are rounded once, from their own digits", "[I6]") {
  const auto evidence = metrics_of(
      R"({"tiny": 1e-30, "half": 0.0000000000000000005, "up": 0.0000000000000000015, "huge": 1e18, "beyond": -1e400, "int": 9007199254740993})");
  CHECK(value(evidence, "tiny") == "0");
  CHECK(value(evidence, "half") == "0");
  CHECK(value(evidence, "up") == "0.000000000000000002");
  CHECK(value(evidence, "huge") == "NaN");
  CHECK(value(evidence, "beyond") == "NaN");
  CHECK(value(evidence, "int") == "9007199254740993");
}

TEST_CASE("a metric whose name no statement can hold is left out and found") {
  const auto evidence = metrics_of("{\"bad name\": 1, \"\": 2, \"top/k.5\": 3}");
  CHECK(evidence.event.values.size() == 1);
  CHECK(value(evidence, "top/k.5") == "3");
  CHECK(evidence.event.findings.size() == 2);
}

TEST_CASE("evidence stays small whatever the file holds") {
  std::string content = "{";
  for (int i = 0; i < 5000; ++i) content += "\"m" + std::to_string(i) + "\": NaN,\n";
  const auto evidence = metrics_of(content + "\"z\": " + "1}");
  CHECK(evidence.event.values.size() == 128);
  CHECK(value(evidence, "m127") == "NaN");
  CHECK(value(evidence, "m128") == "absent");
  CHECK(evidence.event.findings.size() <= 64);
  CHECK(mentions(evidence, "4873 more values are left out"));
  CHECK(mentions(evidence, "more findings are not listed"));
  for (const auto& finding : evidence.event.findings) CHECK(finding.size() <= max_text_bytes);
}

TEST_CASE("a file that is no JSON object is an error that says where", "[B2][I6]") {
  const auto message = [](const std::string& content) {
    const auto evidence = read_metrics("m_metrics.json", content);
    REQUIRE(!evidence.ok());
    return evidence.error().message;
  };
  CHECK(message("").find("m_metrics.json is not JSON") != std::string::npos);
  CHECK(message("{\"a\": 1,}").find("byte 8") != std::string::npos);
  CHECK(message("{\"a\": nan}").find("byte 7") != std::string::npos);
  CHECK(message("{\"a\": NaN, \"b\": Nan}").find("byte 16") != std::string::npos);
  CHECK(message("[1]").find("an array where an object was expected") != std::string::npos);
  CHECK(message("{\"a\": 1} x").find("byte 9") != std::string::npos);
}

TEST_CASE("the trainer's card is read: time, violations, samples", "[B4][B7][B8]") {
  const auto evidence = card_of(golden("promoted/logistic_model_20261123_023220_card.json"));
  CHECK(value(evidence, "trained_at") == "1795401140751");
  CHECK(value(evidence, "data_violations") == "100");
  CHECK(value(evidence, "prediction_violations") == "50");
  CHECK(value(evidence, "samples") == "5000");
}

TEST_CASE("a card whose audit root is null verifies nothing", "[B5]") {
  const auto root = whole_chunk_of(golden("promoted/chunk_20261123_023220_640280.json")).root;
  const auto evidence = card_of(golden("promoted/logistic_model_20261123_023220_card.json"), {root});
  CHECK(value(evidence, "audit_root_verified") == "absent");
  CHECK(mentions(evidence, "audit_merkle_root is null"));
}

TEST_CASE("a card's audit root counts only if a chunk's events have it", "[B5]") {
  const auto root = "7229cadec877137a1a2b005986bf4c0b69fada4f0a0a6e913eddad342ec320aa";
  const auto card = replaced(golden("batch/correlation_model_20261123_023138_card.json"), "\"audit_merkle_root\": null",
                             std::string("\"audit_merkle_root\": \"") + root + "\"");
  const auto text = golden("batch/chunk_20261123_023137_633321.json");
  CHECK(value(card_of(card, {"", whole_chunk_of(text).root}), "audit_root_verified") == "1");
  CHECK(value(card_of(card), "audit_root_verified") == "0");
  // The chunk still claims the root, but its events have another.
  const auto forged = whole_chunk_of(replaced(text, "\"violations_found\": 98", "\"violations_found\": 0"));
  CHECK(value(forged.evidence, "root_matches") == "0");
  CHECK(value(card_of(card, {forged.root}), "audit_root_verified") == "0");
  // A card that names no root is not vouched for by a chunk that has none.
  CHECK(value(card_of(R"({"audit_merkle_root": ""})", {""}), "audit_root_verified") == "0");
}

TEST_CASE("violations counted while governance was off are unknown", "[B2][B4]") {
  const auto evidence =
      card_of(R"({"governance_summary": {"enabled": false, "data_violations": 0, "prediction_violations": 0}})");
  CHECK(value(evidence, "data_violations") == "NaN");
  CHECK(value(evidence, "prediction_violations") == "NaN");
  CHECK(value(card_of(R"({"governance_summary": {}})"), "data_violations") == "absent");
  CHECK(value(card_of("{}"), "trained_at") == "absent");
  CHECK(value(card_of(R"({"training_timestamp": "soon"})"), "trained_at") == "NaN");
}

TEST_CASE("the roots of real chunks are recomputed byte for byte", "[B5]") {
  const auto name = GENERATE(std::string("batch/chunk_20261123_023137_633321.json"),
                             std::string("promoted/chunk_20261123_023220_640280.json"),
                             std::string("sklearn/chunk_20261123_024013_485839.json"),
                             std::string("git_history/chunk_20251124_140021_681832.json"),
                             std::string("git_history/chunk_20251124_140021_682935.json"));
  const auto evidence = chunk_of(golden(name));
  CHECK(value(evidence, "root_matches") == "1");
  CHECK(evidence.event.findings.empty());
}

TEST_CASE("the first leaf and the root of the 67 events are the known ones", "[B5]") {
  const auto chunk = parse_json(golden("batch/chunk_20261123_023137_633321.json"));
  REQUIRE(chunk.ok());
  const auto* events = chunk->member("events");
  REQUIRE(events != nullptr);
  CHECK(events->items.size() == 67);
  CHECK(sha256(python_dumps(events->items[0])).hex() ==
        "b29a813514afd3c72d8c6803b7a85ded04050085f6e47160a3ad3391346e4392");
  CHECK(chunk_root(*events) == "7229cadec877137a1a2b005986bf4c0b69fada4f0a0a6e913eddad342ec320aa");
}

TEST_CASE("Python's spelling is met: escapes, surrogate pairs, order of keys, numbers as written", "[B5]") {
  const auto json = parse_json(
      "{\"\xef\xbf\xbd\":1,\"\xf0\x9f\x98\x80\":[1.50,-0.0,1E5,NaN,-Infinity],\"b\":{},\"a\":[],"
      "\"B\":\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7f\xc3\xa9\xf0\x9f\x98\x80\",\"t\":true,\"n\":null}");
  REQUIRE(json.ok());
  CHECK(python_dumps(*json) ==
        R"({"B": "\u0000\u001f\b\f\n\r\t\"\\/\u007f\u00e9\ud83d\ude00", "a": [], "b": {}, "n": null, "t": true, )"
        R"("\ufffd": 1, "\ud83d\ude00": [1.50, -0.0, 1E5, NaN, -Infinity]})");
}

TEST_CASE("a chunk without events verifies nothing", "[B5][I7]") {
  const auto root_matches = [](const std::string& content) { return value(chunk_of(content), "root_matches"); };
  const auto events = [](const std::string& content) { return value(chunk_of(content), "events"); };
  CHECK(root_matches(R"({"merkle_root": "", "events": []})") == "0");
  CHECK(events(R"({"merkle_root": "", "events": []})") == "0");
  CHECK(root_matches(R"({"merkle_root": "x"})") == "0");
  CHECK(events(R"({"merkle_root": "x"})") == "absent");
  CHECK(root_matches(R"({"merkle_root": "x", "events": {"0": 1}})") == "0");
  CHECK(events(R"({"merkle_root": "x", "events": {"0": 1}})") == "NaN");
  CHECK(root_matches(R"({"merkle_root": 5, "events": [1]})") == "0");
  CHECK(root_matches(R"({"merkle_root": null, "events": [1]})") == "absent");
  CHECK(events(R"({"merkle_root": null, "events": [1]})") == "1");
  CHECK(root_matches("{}") == "absent");
  const auto short_of = chunk_of(
      replaced(golden("promoted/chunk_20261123_023220_640280.json"), "\"event_count\": 10", "\"event_count\": 11"));
  CHECK(mentions(short_of, "event_count is 11, but there are 10 events"));
}

TEST_CASE("drift that the file or the model's row reports is drift, whatever the score says", "[B6]") {
  const auto content = golden("monitor/drift_metrics.json");
  const auto fine = drift_of(content, "logistic_model_20260201_020000");
  CHECK(value(fine, "models_monitored") == "2");
  CHECK(value(fine, "drift_detected") == "1");
  CHECK(value(fine, "drift_score") == "0.07940000000000003");
  CHECK(value(fine, "accuracy_drop") == "-0.010000000000000009");
  CHECK(value(fine, "current_accuracy") == "1");
  CHECK(value(fine, "positive_rate") == "0.5506");
  CHECK(fine.event.model == Hash{});
  const auto calm = replaced(content, "\"drift_detected\": true", "\"drift_detected\": false");
  CHECK(value(drift_of(calm, "logistic_model_20260201_020000"), "drift_detected") == "0");
  CHECK(value(drift_of(calm, "correlation_model_20260201_020000"), "drift_detected") == "1");
}

TEST_CASE("monitoring no model, or another one, is not a pass", "[B6][I8]") {
  const auto none = drift_of(golden("monitor/drift_metrics_no_models_vacuous.json"), "logistic_model_20260201_020000");
  CHECK(value(none, "models_monitored") == "0");
  CHECK(value(none, "current_accuracy") == "absent");
  CHECK(value(drift_of(golden("monitor/drift_metrics.json"), "other"), "models_monitored") == "0");
  const auto twice = drift_of(R"({"models_monitored": [{"model_name": "a"}, {"model_name": "a"}]})", "a");
  CHECK(value(twice, "models_monitored") == "0");
}

TEST_CASE("broken drift values are NaN", "[B2][B6]") {
  const auto evidence = drift_of(
      R"({"drift_detected": "no", "drift_score": 0.1, "models_monitored": [{"model_name": "a", "drift_score": NaN}]})",
      "a");
  CHECK(value(evidence, "drift_detected") == "NaN");
  CHECK(value(evidence, "drift_score") == "NaN");
}

TEST_CASE("the models that drift metrics speak of are listed") {
  const auto names = models_in_drift_metrics(golden("monitor/drift_metrics.json"));
  REQUIRE(names.ok());
  CHECK(*names == std::vector<std::string>{"logistic_model_20260201_020000", "correlation_model_20260201_020000"});
  CHECK(!models_in_drift_metrics("{}").ok());
  CHECK(!models_in_drift_metrics(R"({"models_monitored": [{}]})").ok());
}

TEST_CASE("a file is read whole or not at all") {
  const tests::Scratch scratch;
  const auto file = scratch.write("a", "12345");
  REQUIRE(read_file(file, 5).ok());
  CHECK(*read_file(file, 5) == "12345");
  CHECK(!read_file(file, 4).ok());
  CHECK(!read_file(scratch.path(), 5).ok());
  CHECK(!read_file(scratch.path() / "missing", 5).ok());
  std::filesystem::create_symlink("a", scratch.path() / "link");
  const auto link = read_file(scratch.path() / "link", 5);
  REQUIRE(!link.ok());
  CHECK(link.error().message.find("link is a symbolic link") != std::string::npos);
}

}  // namespace cairn
