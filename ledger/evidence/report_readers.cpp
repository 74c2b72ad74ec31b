#include "ledger/evidence/report_readers.h"

#include <algorithm>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/evidence/comparison.h"
#include "ledger/evidence/draft.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/reader_parts.h"
#include "ledger/evidence/report_kinds.h"

namespace cairn {
namespace {

bool is_text(const JsonNode* json, std::string_view text) {
  return json != nullptr && json->is_string() && json->text == text;
}

Decimal number_of(const JsonNode* json) {
  const auto value = json != nullptr && json->is_number() ? Decimal::from_lexeme(json->text) : not_a_number();
  return value.ok() && value->is_finite() ? *value : not_a_number();
}

// The items of an array; of anything else, none.
const std::vector<JsonNode>& items_of(const JsonNode* json) {
  static const std::vector<JsonNode> none;
  return json != nullptr && json->is_array() ? json->items : none;
}

// The only row that is the model's; null and a finding otherwise.
const JsonNode* row_of(EvidenceDraft& draft, const JsonNode* rows, std::string_view member, const std::string& stem) {
  std::vector<const JsonNode*> found;
  for (const auto& row : items_of(rows)) {
    const auto* name = row.member(member);
    if (name != nullptr && name->is_string() && (name->text == stem || stem_of_path(name->text) == stem))
      found.push_back(&row);
  }
  if (found.empty()) draft.add_finding(str("the file says nothing about ", stem));
  if (found.size() > 1)
    draft.add_finding(str("the file has ", found.size(), " rows about ", stem, ", so it says nothing"));
  return found.size() == 1 ? found[0] : nullptr;
}

// By how much each metric of the row got worse; how many metrics that are.
std::size_t read_compared(EvidenceDraft& draft, const JsonNode* row) {
  std::size_t compared = 0;
  for (const std::string_view list : {"improvements", "regressions", "unchanged", "unknown"}) {
    for (const auto& item : items_of(member_of(row, list))) {
      const auto* named = item.member("metric");
      const bool known =
          named != nullptr && named->is_string() &&
          std::find(compared_metrics.begin(), compared_metrics.end(), named->text) != compared_metrics.end();
      if (!known) continue;
      const auto& metric = named->text;
      const Decimal loss = loss_of(metric, number_of(item.member("current")), number_of(item.member("baseline")));
      if (loss.is_nan()) draft.add_finding(str(metric, " cannot be compared: a number is missing or NaN"));
      draft.set(metric + (metric == "ece" ? "_rise" : "_drop"), loss);
      ++compared;
    }
  }
  return compared;
}

// A regression that the row or its list tells is one. That another model of the file regressed is not this one's; that
// none did, though the file says so, is everybody's.
void read_regression(EvidenceDraft& draft, const JsonNode& file, const JsonNode& row) {
  const bool listed = !items_of(row.member("regressions")).empty();
  bool somebody = false;
  for (const auto& other : items_of(file.member("comparisons"))) {
    somebody = somebody || is_true(other.member("has_regression"));
  }
  const bool unexplained = is_true(file.member("has_regression")) && !somebody;
  if (unexplained) draft.add_finding("the file says that something regressed, and no row of it says what");
  if (listed || unexplained) return draft.set_flag("has_regression", true);
  draft.set_boolean("has_regression", row.member("has_regression"));
}

// What a number of operations cannot be.
bool is_impossible(std::string_view name, const Decimal& value) {
  const Decimal zero;
  const bool negative = value < zero;
  if (name.ends_with("_rate")) return negative || value > Decimal::from_int(1);
  const auto begins = [&](std::string_view front) { return name.starts_with(front); };
  return negative && (begins("latency") || begins("memory") || begins("cpu"));
}

// Each check by its own word, whatever the record says of them all together.
void read_checks(EvidenceDraft& draft, const JsonNode& validation) {
  const JsonNode* checks = validation.member("checks");
  const bool there = checks != nullptr && checks->is_object();
  std::size_t passed = 0;
  for (std::size_t i = 0; there && i < checks->items.size(); ++i) {
    const JsonNode* status = checks->items[i].member("status");
    if (is_text(status, "passed")) {
      ++passed;
    } else {
      draft.add_finding(str("the check ", printable(checks->names[i].substr(0, 100)), " is ",
                            status != nullptr && status->is_string() ? printable(status->text.substr(0, 100))
                                                                     : std::string("without a status")));
    }
  }
  const std::size_t count = there ? checks->items.size() : 0;
  draft.set_count("checks", count);
  draft.set_count("checks_passed", passed);
  if (count == 0) draft.add_finding("the record holds no checks, so nothing was validated");
  const JsonNode* thresholds = member_of(there ? checks : nullptr, "performance_thresholds");
  bool measured = true;
  for (const std::string_view name : {"accuracy", "ece"}) {
    const JsonNode* value = member_of(thresholds, name);
    draft.set_number(name, value);
    measured = measured && (value == nullptr || number_of(value).is_finite());
  }
  if (count == 0 || passed < count) return draft.set_flag("validation_passed", false);
  if (measured) return draft.set_flag("validation_passed", true);
  draft.add_finding("performance_thresholds is said to be passed by a value that cannot be compared");
  draft.set("validation_passed", not_a_number());
}

std::string text_of(const JsonNode* json, std::string_view otherwise) {
  return json != nullptr && json->is_string() ? printable(json->text.substr(0, 200)) : std::string(otherwise);
}

}  // namespace

Result<Evidence> read_comparison(const std::string& source, Bytes content, const std::string& stem) {
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::comparison, source, std::move(content));
  draft.set_moment("measured_at", &file, "timestamp");
  const JsonNode* rows = file.member("comparisons");
  const JsonNode* row = row_of(draft, rows, "model_type", stem);
  const std::size_t compared = read_compared(draft, row);
  if (row != nullptr && compared == 0) draft.add_finding("its row compares nothing: there was no baseline");
  draft.set_count("models_compared", compared == 0 ? 0 : rows->items.size());
  if (compared > 0) read_regression(draft, file, *row);
  return std::move(draft).take();
}

Result<Evidence> read_operations(EvidenceKind kind, const std::string& source, Bytes content) {
  ASSERT(kind == EvidenceKind::system || kind == EvidenceKind::business);
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(kind, source, std::move(content));
  draft.set_moment("measured_at", &file, "timestamp");
  for (std::size_t i = 0; i < file.items.size(); ++i) {
    const auto& name = file.names[i];
    const auto& item = file.items[i];
    if (name == "timestamp" || name == "model_name") continue;
    if (item.is_object() || item.is_array()) {
      draft.add_finding(str(printable(name.substr(0, 200)), " is ", describe(item.kind),
                            ", and is left out: write each number under a name of its own"));
    } else if (const Decimal value = number_of(&item); value.is_finite() && is_impossible(name, value)) {
      draft.add_finding(
          str(printable(name.substr(0, 200)), " is ", value.text(),
              name.ends_with("_rate") ? ", and a rate lies between 0 and 1" : ", which is less than none"));
      draft.set(name, not_a_number());
    } else {
      draft.set_number(name, &item);
    }
  }
  return std::move(draft).take();
}

Result<Evidence> read_training_summary(const std::string& source, Bytes content, const std::string& stem,
                                       const std::vector<std::string>& chunk_roots) {
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::training, source, std::move(content));
  draft.set_moment("trained_at", &file, "timestamp");
  const JsonNode* rows = file.member("results");
  const JsonNode* row = row_of(draft, rows, "model_path", stem);
  // A metric by one of the names below does not stand in its place.
  if (const JsonNode* metrics = member_of(row, "metrics"); metrics != nullptr && metrics->is_object()) {
    for (std::size_t i = 0; i < metrics->items.size(); ++i) draft.set_number(metrics->names[i], &metrics->items[i]);
  }
  draft.set_count("models", row == nullptr ? 0 : rows->items.size());
  draft.set_boolean("success", member_of(row, "success"));
  draft.set_boolean("promoted", member_of(row, "promoted"));
  read_violations(draft, member_of(file.member("governance"), "enabled"), row);
  if (!chunk_roots.empty()) read_audit_root(draft, file.member("merkle_root"), chunk_roots);
  return std::move(draft).take();
}

Result<DeploymentRecord> read_deployment_record(const std::string& source, Bytes content) {
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::deployment, source, std::move(content));
  DeploymentRecord record;
  const JsonNode* validation = file.member("validation");
  if (validation == nullptr) validation = &file;  // what --validate-only prints
  draft.set_moment("validated_at", validation, "timestamp");
  draft.set_flag("claimed_passed", is_text(validation->member("overall_status"), "passed"));
  read_checks(draft, *validation);
  if (const JsonNode* deployment = file.member("deployment")) {
    draft.set_moment("deployed_at", deployment, "timestamp");
    draft.set_flag("deployed", is_text(deployment->member("status"), "success"));
    draft.set_number("rollout_percentage", deployment->member("rollout_percentage"));
    record.environment = text_of(deployment->member("environment"), "");
    draft.add_finding(str("it says: ", text_of(deployment->member("mode"), "no mode"), " in ",
                          record.environment.empty() ? "no environment" : record.environment, ", ",
                          text_of(deployment->member("status"), "without a status")));
  }
  record.evidence = std::move(draft).take();
  return record;
}

Result<Evidence> read_cohort_drift(const std::string& source, Bytes content, const std::string& cohort) {
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::cohort_drift, source, std::move(content));
  draft.set_moment("measured_at", &file, "generated_at");
  const JsonNode* cohorts = file.member("cohorts");
  const std::size_t count = cohorts != nullptr && cohorts->is_object() ? cohorts->items.size() : 0;
  const JsonNode* own = member_of(cohorts, cohort);
  if (own == nullptr) draft.add_finding(str("the file says nothing about ", cohort));
  draft.set_count("cohorts", own == nullptr ? 0 : count);
  const JsonNode* drift = file.member("drift_metrics");
  if (count < 2) {
    draft.add_finding(str(count, " cohorts cannot drift apart: whether there is drift is unknown"));
    draft.set("has_drift", not_a_number());
  } else {
    draft.set_boolean("has_drift", member_of(drift, "has_drift"));
    draft.set_number("drift_score", member_of(drift, "drift_score"));
  }
  draft.set_number("violations", member_of(member_of(own, "violation_stats"), "total_count"));
  draft.set_number("actions", member_of(own, "action_count"));
  draft.set_number("avg_risk_score", member_of(own, "avg_risk_score"));
  return std::move(draft).take();
}

}  // namespace cairn
