#include "ledger/evidence/report_kinds.h"
#include "ledger/evidence/report_readers.h"
#include "tests/fuzz/evidence.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;
using fuzz::check;

// Whatever kind a file is taken for, every reader has to stand it, and the models that it names.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes content(fuzz::view(data, size));
  const auto kind = kind_of_report("report.json", content);
  static_cast<void>(drift_report_of_card(content));
  std::string stem = "ranker_model_20261120_101500";
  if (kind) {
    const auto models = models_in_report(*kind, "ranker_metrics_20261120_101500.json", content);
    if (models && !models->empty()) stem = models->back();
  }
  check(read_comparison("report.json", content, stem), content);
  check(read_operations(EvidenceKind::system, "report.json", content), content);
  check(read_training_summary("report.json", content, stem, {stem}), content);
  check(read_cohort_drift("report.json", content, stem), content);
  if (const auto record = read_deployment_record("report.json", content)) check(record->evidence, content);
  return 0;
}
