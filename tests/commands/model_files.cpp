// The files that the field's scripts write, with values of our choice. The chunk's root is made here the way Python
// makes it, not by the reader that is tested.
#include "ledger/base/time.h"
#include "ledger/crypto/sha256.h"
#include "tests/commands/shell.h"

namespace cairn::test {

namespace fs = std::filesystem;

namespace {

// json.dumps(event, sort_keys=True) of the two events below, and the root over them.
std::string chunk(const std::string& type) {
  const std::string first = R"({"epochs": 20, "event_type": "training_start", "model_type": ")" + type + "\"}";
  const std::string second = R"({"event_type": "training_completed", "model_type": ")" + type + "\"}";
  const std::string root = sha256(sha256(first).hex() + sha256(second).hex()).hex();
  return "{\"chunk_id\": \"chunk_1\", \"merkle_root\": \"" + root +
         "\", \"event_count\": 2, \"events\": [\n  {\"event_type\": \"training_start\", \"model_type\": \"" + type +
         "\", \"epochs\": 20},\n  {\"model_type\": \"" + type + "\", \"event_type\": \"training_completed\"}]}";
}

std::string root_in(const std::string& chunk) {
  const std::string before = "\"merkle_root\": \"";
  return chunk.substr(chunk.find(before) + before.size(), 64);
}

std::string metrics(const ModelFiles& model) {
  return "{\n  \"precision\": 0.93,\n  \"recall\": 0.92,\n  \"accuracy\": " + model.accuracy +
         ",\n  \"f1\": 0.925,\n  \"ece\": " + model.ece + ",\n  \"roc_auc\": NaN,\n  \"brier\": 0.05\n}";
}

std::string card(const ModelFiles& model, const std::string& root) {
  const std::string trained = format_time(SystemClock().now() - hour);
  return "{\n  \"model_version\": \"1.4.0\",\n  \"model_type\": \"" + model.type + "\",\n  \"training_timestamp\": \"" +
         trained + "\",\n  \"metrics\": " + metrics(model) +
         ",\n  \"dataset_info\": {\"source\": \"live\", \"samples\": 25000},\n"
         "  \"governance_summary\": {\"enabled\": true, \"data_violations\": 0, \"prediction_violations\": 0},\n"
         "  \"audit_merkle_root\": \"" +
         root + "\"\n}";
}

}  // namespace

fs::path ModelFiles::write_to(const fs::path& directory) const {
  const std::string audit = chunk(type);
  put_text(directory / (stem() + ending), content);
  put_text(directory / (type + "_metrics_" + time + ".json"), metrics(*this));
  put_text(directory / (stem() + "_card.json"), card(*this, root_in(audit)));
  put_text(directory / ("chunk_" + time + "_000001.json"), audit);
  return directory;
}

// Measured now; no two have the same bytes.
std::string drift_report(const std::string& stem, const std::string& drift_score) {
  static int looks = 0;
  return "{\n  \"timestamp\": \"" + format_time(SystemClock().now()) + "\",\n  \"look\": " + std::to_string(++looks) +
         ",\n  \"drift_detected\": false,\n  \"drift_score\": " + drift_score +
         ",\n  \"models_monitored\": [{\n    \"model_name\": \"" + stem +
         "\",\n    \"current_accuracy\": 0.95,\n    \"baseline_accuracy\": 0.951,\n    \"accuracy_drop\": 0.001,\n"
         "    \"positive_rate\": 0.31,\n    \"drift_score\": " +
         drift_score + ",\n    \"drift_detected\": false\n  }]\n}";
}

}  // namespace cairn::test
