#include "ledger/evidence/model_directory.h"

#include <algorithm>
#include <cstdio>

#include "tests/catch.h"
#include "tests/evidence/scratch.h"

namespace cairn {
namespace {

using tests::golden;
using tests::Scratch;

const std::string ts = "20261123_023220";
const std::string model_json = "logistic_model_20261123_023220.json";
const std::string card_json = "logistic_model_20261123_023220_card.json";
const std::string chunk_json = "chunk_20261123_023220_640280.json";

std::vector<ModelReading> models_in(const std::filesystem::path& directory) {
  auto models = read_model_directory(directory, {});
  INFO((models.ok() ? std::string() : models.error().message));
  REQUIRE(models.ok());
  return *models;
}

std::string refusal_of(const std::filesystem::path& directory) {
  const auto models = read_model_directory(directory, {});
  REQUIRE(!models.ok());
  return models.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Evidence* evidence_of(const ModelReading& model, EvidenceKind kind) {
  const auto found = std::find_if(model.evidence.begin(), model.evidence.end(),
                                  [&](const Evidence& evidence) { return evidence.event.kind == kind; });
  return found == model.evidence.end() ? nullptr : &*found;
}

std::string value(const ModelReading& model, EvidenceKind kind, const std::string& name) {
  const auto* evidence = evidence_of(model, kind);
  if (evidence == nullptr) return "no evidence";
  const auto found = evidence->event.values.find(name);
  return found == evidence->event.values.end() ? "absent" : found->second.text();
}

std::string output_of(const std::string& command) {
  std::string out;
  auto* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  REQUIRE(::pclose(pipe) == 0);
  return out;
}

}  // namespace

TEST_CASE("the guide's own flow is read: the trainer's model, metrics, card and chunk", "[B1][B2][B4][B5]") {
  const Scratch scratch;
  scratch.write("current/" + model_json, golden("promoted/" + model_json));
  scratch.write("current/logistic_metrics_" + ts + ".json", golden("promoted/logistic_metrics_" + ts + ".json"));
  scratch.write("current/training_summary.json", golden("promoted/training_summary.json"));
  scratch.write("metadata/" + card_json, golden("promoted/" + card_json));
  scratch.write("training_audit_logs/" + chunk_json, golden("promoted/" + chunk_json));
  scratch.write("training_audit_logs/chunk_20251124_140021_681832.json",
                golden("git_history/chunk_20251124_140021_681832.json"));
  const auto models = models_in(scratch.path() / "current");
  REQUIRE(models.size() == 1);
  const auto& model = models[0];
  CHECK(model.name == "logistic");
  CHECK(model.version == ts);
  REQUIRE(model.files.size() == 1);
  CHECK(model.files[0].path == model_json);
  CHECK(model.files[0].sha256 == sha256(golden("promoted/" + model_json)));
  CHECK(model.manifest == model.files[0].sha256.hex() + "  " + model_json + "\n");
  CHECK(model.digest == sha256(model.manifest));
  CHECK(model.bytes == golden("promoted/" + model_json).size());
  REQUIRE(model.evidence.size() == 4);
  CHECK(value(model, EvidenceKind::structure, "findings") == "0");
  CHECK(value(model, EvidenceKind::metrics, "accuracy") == "0.977");
  CHECK(value(model, EvidenceKind::metrics, "roc_auc") == "NaN");
  CHECK(value(model, EvidenceKind::card, "data_violations") == "100");
  CHECK(value(model, EvidenceKind::card, "audit_root_verified") == "absent");
  CHECK(value(model, EvidenceKind::audit_chunk, "root_matches") == "1");
  CHECK(value(model, EvidenceKind::audit_chunk, "events") == "10");
  for (const auto& evidence : model.evidence) {
    CHECK(evidence.event.model == model.digest);
    CHECK(evidence.event.environment.empty());
    CHECK(evidence.event.digest == sha256(*evidence.content));
  }
  CHECK(evidence_of(model, EvidenceKind::metrics)->event.source == "logistic_metrics_" + ts + ".json");
}

TEST_CASE("every spelling of metrics and card is found", "[B2]") {
  const std::string metrics_names[] = {"logistic_metrics_" + ts + ".json", "logistic_model_" + ts + "_metrics.json",
                                       "logistic_metrics.json"};
  const std::string card_names[] = {card_json, "logistic_" + ts + "_card.json", "x_card.json"};
  const auto& metrics = metrics_names[GENERATE(range(0, 3))];
  const auto& card = card_names[GENERATE(range(0, 3))];
  const Scratch scratch;
  scratch.write(model_json, "{}");
  scratch.write(metrics, R"({"accuracy": 0.1})");
  scratch.write(card, R"({"dataset_info": {"samples": 7}})");
  const auto models = models_in(scratch.path());
  REQUIRE(models.size() == 1);
  CHECK(value(models[0], EvidenceKind::metrics, "accuracy") == "0.1");
  CHECK(value(models[0], EvidenceKind::card, "samples") == "7");
}

TEST_CASE("several models are told apart, each with its own evidence", "[B2]") {
  const Scratch scratch;
  scratch.write("anomaly_20260101_000000.bin", "a");
  scratch.write("anomaly_20260101_000000.bin.data", "b");
  scratch.write("logistic_model_20260101_000000.json", "{}");
  scratch.write("logistic_model_20260102_000000.json", "{}");
  scratch.write("logistic_metrics_20260102_000000.json", R"({"accuracy": 0.2})");
  scratch.write("logistic_metrics.json", R"({"accuracy": 0.9})");
  scratch.write("x_card.json", "{}");
  scratch.write("README.md", "no model's");
  scratch.write("drift_20260101_000000.json", "{}");
  scratch.write("deployment_record_20260101_000000.json", "{}");
  const auto models = models_in(scratch.path());
  REQUIRE(models.size() == 3);
  CHECK(models[0].name == "anomaly");
  CHECK(models[0].files.size() == 2);
  CHECK(models[1].name + "@" + models[1].version == "logistic@20260101_000000");
  CHECK(models[2].name + "@" + models[2].version == "logistic@20260102_000000");
  CHECK(value(models[0], EvidenceKind::metrics, "accuracy") == "no evidence");
  CHECK(value(models[1], EvidenceKind::metrics, "accuracy") == "no evidence");
  CHECK(value(models[2], EvidenceKind::metrics, "accuracy") == "0.2");
  CHECK(evidence_of(models[2], EvidenceKind::card) == nullptr);
}

TEST_CASE("two candidates for one model's metrics or card are an error that names both", "[B2]") {
  const Scratch scratch;
  scratch.write("current/" + model_json, "{}");
  scratch.write("current/logistic_metrics_" + ts + ".json", "{}");
  SECTION("metrics") {
    scratch.write("current/logistic_metrics.json", "{}");
    const auto message = refusal_of(scratch.path() / "current");
    CHECK(contains(message, "logistic_metrics_" + ts + ".json"));
    CHECK(contains(message, "logistic_metrics.json"));
  }
  SECTION("card") {
    scratch.write("current/" + card_json, "{}");
    scratch.write("metadata/" + card_json, "{}");
    const auto message = refusal_of(scratch.path() / "current");
    CHECK(contains(message, "current/" + card_json));
    CHECK(contains(message, "metadata/" + card_json));
  }
  SECTION("names") {
    scratch.write("current/logistic_" + ts + ".json", "{}");
    CHECK(contains(refusal_of(scratch.path() / "current"), "one name and version"));
  }
}

TEST_CASE("a directory without stems is one model of all its files, and its digest is the shell pipeline's") {
  const Scratch scratch;
  const auto directory = scratch.path() / "my-net";
  for (const auto* name : {"weights.bin", ".hidden", "a.b/c", "a/c", "a-b", "A", "\xc3\xa9t\xc3\xa9", "z/\xff\xfe",
                           "%s #$&;*[1]", "deep/er/and/deep er", "tokenizer.txt", "~", "0"}) {
    if (std::string(name).find(' ') == std::string::npos)
      scratch.write("my-net/" + std::string(name), std::string("of ") + name);
  }
  scratch.write("my-net/empty.txt", "");
  const auto models = models_in(directory);
  REQUIRE(models.size() == 1);
  CHECK(models[0].name == "my-net");
  CHECK(models[0].files.size() == 12);
  const auto in = "cd '" + directory.native() + "' && find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum";
  CHECK(models[0].manifest == output_of(in));
  CHECK(models[0].digest.hex() + "  -\n" == output_of(in + " | sha256sum"));
  CHECK(models[0].version == models[0].digest.hex().substr(0, 12));
}

TEST_CASE("names with spaces and quotes stand in the manifest as they are") {
  const Scratch scratch;
  scratch.write("net/a 'b' \"c\"", "x");
  const auto models = models_in(scratch.path() / "net");
  CHECK(models[0].manifest == sha256("x").hex() + "  a 'b' \"c\"\n");
}

TEST_CASE("metrics, cards, chunks and reports are no part of a model", "[B2]") {
  const Scratch scratch;
  scratch.write("net/sub/model.onnx.data", "w");
  scratch.write("net/net_metrics.json", R"({"accuracy": 0.5})");
  scratch.write("net/net_card.json", "{}");
  scratch.write("net/" + chunk_json, golden("promoted/" + chunk_json));
  scratch.write("net/.gitkeep", "");
  for (const auto* report : {"drift_metrics.json", "performance_comparison.json", "training_summary.json",
                             "deployment_record_20261123_023253.json"}) {
    scratch.write(std::string("net/") + report, "not even JSON");
  }
  const auto models = models_in(scratch.path() / "net");
  REQUIRE(models.size() == 1);
  REQUIRE(models[0].files.size() == 1);
  CHECK(models[0].files[0].path == "sub/model.onnx.data");
  CHECK(value(models[0], EvidenceKind::metrics, "accuracy") == "0.5");
  CHECK(value(models[0], EvidenceKind::audit_chunk, "root_matches") == "1");
  CHECK(value(models[0], EvidenceKind::structure, "unknown_formats") == "1");
  CHECK(value(models[0], EvidenceKind::structure, "findings") == "0");
}

TEST_CASE("a directory without any model is an error, never an empty pass", "[I7][I8]") {
  const Scratch scratch;
  scratch.write("none/.gitkeep", "");
  scratch.write("none/logistic_metrics_" + ts + ".json", "{}");
  CHECK(contains(refusal_of(scratch.path() / "none"), "holds no model file"));
  CHECK(contains(refusal_of(scratch.path() / "absent"), "cannot list"));
  CHECK(contains(refusal_of(scratch.write("file", "x")), "cannot list"));
}

TEST_CASE("a name that statements cannot hold is asked for, and can be given") {
  const Scratch scratch;
  scratch.write("my net/weights.bin", "w");
  CHECK(contains(refusal_of(scratch.path() / "my net"), "--name"));
  const auto models = read_model_directory(scratch.path() / "my net", {}, "net");
  REQUIRE(models.ok());
  CHECK(models->at(0).name == "net");
  scratch.write("stems/my net_20260101_000000.bin", "w");
  CHECK(contains(refusal_of(scratch.path() / "stems"), "rename the file"));
}

TEST_CASE("symbolic links, special files and unprintable names are errors that name the path") {
  const Scratch scratch;
  scratch.write("net/weights.bin", "w");
  SECTION("a link") {
    std::filesystem::create_symlink("weights.bin", scratch.path() / "net/latest.bin");
    CHECK(contains(refusal_of(scratch.path() / "net"), "net/latest.bin is a symbolic link"));
  }
  SECTION("a link to a directory, below") {
    scratch.write("net/sub/x", "x");
    std::filesystem::create_directory_symlink("/", scratch.path() / "net/sub/root");
    CHECK(contains(refusal_of(scratch.path() / "net"), "sub/root is a symbolic link"));
  }
  SECTION("a link among stems") {
    scratch.write("net/" + model_json, "{}");
    std::filesystem::create_symlink(model_json, scratch.path() / "net/logistic_model_20261123_023221.json");
    CHECK(contains(refusal_of(scratch.path() / "net"), "023221.json is a symbolic link"));
  }
  SECTION("a FIFO") {
    output_of("mkfifo '" + (scratch.path() / "net/pipe").native() + "'");
    CHECK(contains(refusal_of(scratch.path() / "net"), "pipe is neither a file nor a directory"));
  }
  SECTION("a line break") {
    scratch.write("net/a\nb", "x");
    CHECK(contains(refusal_of(scratch.path() / "net"), "a\\x0ab has a control character"));
  }
  SECTION("a backslash") {
    scratch.write("net/a\\b", "x");
    CHECK(contains(refusal_of(scratch.path() / "net"), "backslash"));
  }
}

TEST_CASE("the directory may be given with a slash, a dot or a link of its own") {
  const Scratch scratch;
  scratch.write("v3/weights.bin", "w");
  std::filesystem::create_directory_symlink("v3", scratch.path() / "current");
  CHECK(models_in(scratch.path() / "v3/")[0].name == "v3");
  CHECK(models_in(scratch.path() / "v3/.")[0].name == "v3");
  CHECK(models_in(scratch.path() / "current/")[0].name == "current");
}

TEST_CASE("progress counts every byte once, up to the sum") {
  const Scratch scratch;
  scratch.write("net/a", std::string(3 << 20, 'a'));
  scratch.write("net/b", std::string(5, 'b'));
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  int calls = 0;
  const auto models = read_model_directory(scratch.path() / "net", [&](std::uint64_t done, std::uint64_t all) {
    CHECK(done > last);
    last = done;
    total = all;
    ++calls;
  });
  REQUIRE(models.ok());
  CHECK(total == (3 << 20) + 5);
  CHECK(last == total);
  CHECK(calls == 4);
}

TEST_CASE("a file that grows while it is read is an error") {
  const Scratch scratch;
  const auto file = scratch.write("net/a", std::string(2 << 20, 'a'));
  const auto models = read_model_directory(scratch.path() / "net", [&](std::uint64_t done, std::uint64_t) {
    if (done == 1 << 20) std::ofstream(file, std::ios::app) << "more";
  });
  REQUIRE(!models.ok());
  CHECK(contains(models.error().message, "was changed while it was read"));
}

TEST_CASE("a chunk that is evidence about many models is read once, and names none by chance", "[B5]") {
  const Scratch scratch;
  std::string names;
  for (int i = 0; i < 9; ++i) {
    const auto stem = "logistic_model_2026010" + std::to_string(i) + "_000000";
    scratch.write("current/" + stem + ".bin", std::to_string(i));
    if (i < 6) names += "\"" + stem + "\",";
  }
  scratch.write("current/chunk_1.json", R"({"merkle_root": "x", "events": [)" + names + "0]}");
  const auto root = "7229cadec877137a1a2b005986bf4c0b69fada4f0a0a6e913eddad342ec320aa";
  scratch.write("current/logistic_model_20260107_000000_card.json",
                std::string(R"({"audit_merkle_root": ")") + root + "\"}");
  scratch.write("current/logistic_model_20260108_000000_card.json", R"({"audit_merkle_root": "x"})");
  scratch.write("training_audit_logs/chunk_2.json", golden("batch/chunk_20261123_023137_633321.json"));
  const auto models = models_in(scratch.path() / "current");
  REQUIRE(models.size() == 9);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto* chunk = evidence_of(models[i], EvidenceKind::audit_chunk);
    REQUIRE(chunk != nullptr);
    CHECK(chunk->event.model == models[i].digest);
    CHECK(chunk->content == evidence_of(models[0], EvidenceKind::audit_chunk)->content);
  }
  CHECK(evidence_of(models[6], EvidenceKind::audit_chunk) == nullptr);
  CHECK(value(models[7], EvidenceKind::audit_chunk, "root_matches") == "1");
  CHECK(value(models[7], EvidenceKind::card, "audit_root_verified") == "1");
  CHECK(evidence_of(models[8], EvidenceKind::audit_chunk) == nullptr);
  CHECK(value(models[8], EvidenceKind::card, "audit_root_verified") == "0");
}

TEST_CASE("a directory's evidence is bounded as a whole", "[B2]") {
  const Scratch scratch;
  for (int i = 10; i < 27; ++i) {
    const auto stem = "logistic_model_202601" + std::to_string(i) + "_000000";
    scratch.write(stem + ".bin", "w");
    std::filesystem::resize_file(scratch.write(stem + "_card.json", ""), 16 << 20);
  }
  CHECK(contains(refusal_of(scratch.path()), "has more than 268435456 bytes"));
}

TEST_CASE("findings of a model's files are bounded lines of text", "[B2]") {
  const Scratch scratch;
  for (int i = 0; i < 100; ++i) scratch.write("net/m" + std::to_string(i) + ".json", "{\"weight\": NaN}");
  const auto models = models_in(scratch.path() / "net");
  CHECK(value(models[0], EvidenceKind::structure, "findings") == "100");
  CHECK(value(models[0], EvidenceKind::structure, "files") == "100");
  const auto& findings = evidence_of(models[0], EvidenceKind::structure)->event.findings;
  CHECK(findings.size() == 63);
  CHECK(contains(findings[0], "m0.json@11: is not RFC 8259 JSON"));
  CHECK(findings.back() == "38 more findings are not listed");
}

TEST_CASE("what is measured beside a model is no file of it, so that its digest stays [E1][E7]") {
  const tests::Scratch scratch;
  scratch.write("ranker/ranker.pkl", "N.");
  const auto digest = [&] {
    const auto models = read_model_directory(scratch.path() / "ranker", [](std::uint64_t, std::uint64_t) {});
    REQUIRE(models.ok());
    REQUIRE(models->size() == 1);
    return (*models)[0].digest;
  };
  const auto before = digest();
  for (const auto* name : {"predictions.csv", "reference.jsonl", "ranker_predictions.csv", "ranker_reference.csv",
                           "system_metrics.json", "business_metrics.json", "drift_metrics.json"}) {
    scratch.write("ranker/" + std::string(name), "{}");
  }
  CHECK(digest() == before);
  scratch.write("ranker/vocabulary.csv", "a");
  CHECK(digest() != before);
}

}  // namespace cairn
