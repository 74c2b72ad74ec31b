#include "ledger/evidence/readers.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/evidence/audit_chunk.h"
#include "ledger/evidence/draft.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/reader_parts.h"

namespace cairn {
namespace {

// The root of a chunk's events; empty if there are none.
std::string read_events(EvidenceDraft& draft, const JsonNode* events, const JsonNode* count) {
  if (events == nullptr || !events->is_array()) {
    draft.add_finding("the chunk has no array of events");
    if (events != nullptr) draft.set("events", not_a_number());
    return {};
  }
  const auto size = events->items.size();
  draft.set_count("events", size);
  if (size == 0) draft.add_finding("there are no events");
  if (count != nullptr && count->text != std::to_string(size)) {
    draft.add_finding(str("event_count is ",
                          count->is_number() ? count->text.substr(0, 60) : std::string(describe(count->kind)),
                          ", but there are ", size, " events"));
  }
  return chunk_root(*events);
}

// Said by the file or by the model's row; a value that is neither true nor false spoils the answer unless the other
// says true.
void read_drift_detected(EvidenceDraft& draft, const JsonNode* of_file, const JsonNode* of_row) {
  if (of_file == nullptr && of_row == nullptr) return;
  if (is_true(of_file) || is_true(of_row)) return draft.set_flag("drift_detected", true);
  for (const auto* json : {of_file, of_row}) {
    if (json == nullptr || json->kind == JsonNode::Kind::boolean) continue;
    draft.add_finding(str("drift_detected is ", describe(json->kind), ", not true or false"));
    return draft.set("drift_detected", not_a_number());
  }
  draft.set_flag("drift_detected", false);
}

void read_drift_score(EvidenceDraft& draft, const JsonNode* of_file, const JsonNode* of_row) {
  std::optional<Decimal> largest;
  for (const auto* json : {of_file, of_row}) {
    if (json == nullptr) continue;
    const auto score = json->is_number() ? Decimal::from_lexeme(json->text) : Result<Decimal>(fault("no number"));
    if (!score.ok() || !score->is_finite()) return draft.set_number("drift_score", json);
    if (!largest || *largest < *score) largest = *score;
  }
  if (largest) draft.set("drift_score", *largest);
}

}  // namespace

void read_violations(EvidenceDraft& draft, const JsonNode* enabled, const JsonNode* counts) {
  const bool off = enabled != nullptr && !is_true(enabled);
  if (off) draft.add_finding("the file says that governance was not enabled, so its counts mean nothing");
  for (const std::string_view name : {"data_violations", "prediction_violations"}) {
    const auto* count = member_of(counts, name);
    if (count == nullptr) continue;
    if (off) {
      draft.set(name, not_a_number());
    } else {
      draft.set_number(name, count);
    }
  }
}

void read_audit_root(EvidenceDraft& draft, const JsonNode* root, const std::vector<std::string>& chunk_roots,
                     const std::string& saved_root) {
  if (root == nullptr) return draft.add_finding("there is no audit root");
  if (root->kind == JsonNode::Kind::null && !saved_root.empty()) {
    draft.add_finding(str("audit_merkle_root is null; the root ", saved_root,
                          " of an audit chunk whose events name the model's file as saved stands in"));
    return draft.set_flag("audit_root_verified", true);
  }
  if (root->kind == JsonNode::Kind::null)
    return draft.add_finding("audit_merkle_root is null: nothing ties the card to an audit chunk");
  if (!root->is_string()) {
    draft.add_finding(str("the audit root is ", describe(root->kind), ", not a string"));
    return draft.set("audit_root_verified", not_a_number());
  }
  // The empty root is that of a chunk without events, which verifies nothing.
  const bool verified =
      !root->text.empty() && std::find(chunk_roots.begin(), chunk_roots.end(), root->text) != chunk_roots.end();
  if (!verified) draft.add_finding(str("the audit root is the root of none of ", chunk_roots.size(), " audit chunks"));
  draft.set_flag("audit_root_verified", verified);
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit) {
  TRY_LET(input, InputFile::open(file));
  if (input.size() > limit) {
    return fault(str(input.shown(), " has ", input.size(), " bytes; at most ", limit, " are read of such a file"));
  }
  Bytes content(static_cast<std::size_t>(input.size()), '\0');
  TRY_LET(got, input.read_at(0, content.data(), content.size()));
  TRY(input.check_unchanged());
  if (got != content.size()) return fault(str(input.shown(), " became shorter while it was read; run again"));
  return content;
}

Result<Evidence> read_metrics(const std::string& source, Bytes content) {
  TRY_LET(metrics, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::metrics, source, std::move(content));
  for (std::size_t i = 0; i < metrics.items.size(); ++i) {
    // A table or a curve is no measured value under a name, where text in a number's place is a broken one.
    const auto& item = metrics.items[i];
    if (!item.is_object() && !item.is_array()) draft.set_number(metrics.names[i], &item);
  }
  return std::move(draft).take();
}

Result<Evidence> read_card(const std::string& source, Bytes content, const std::vector<std::string>& chunk_roots,
                           const std::string& saved_root) {
  TRY_LET(card, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::card, source, std::move(content));
  draft.set_moment("trained_at", &card, "training_timestamp");
  const auto* governance = card.member("governance_summary");
  read_violations(draft, member_of(governance, "enabled"), governance);
  draft.set_number("samples", member_of(card.member("dataset_info"), "samples"));
  read_audit_root(draft, card.member("audit_merkle_root"), chunk_roots, saved_root);
  return std::move(draft).take();
}

Result<AuditChunk> read_audit_chunk(const std::string& source, Bytes content) {
  TRY_LET(chunk, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::audit_chunk, source, std::move(content));
  const auto* events = chunk.member("events");
  const auto root = read_events(draft, events, chunk.member("event_count"));
  const auto* claimed = chunk.member("merkle_root");
  if (claimed == nullptr || claimed->kind == JsonNode::Kind::null) {
    draft.add_finding("the chunk claims no merkle_root");
  } else {
    // No events have no root, so a chunk without any never matches: nothing was verified.
    const bool matches = !root.empty() && claimed->is_string() && claimed->text == root;
    if (!matches && !root.empty()) draft.add_finding(str("the events' root is ", root, ", not the one claimed"));
    draft.set_flag("root_matches", matches);
  }
  return AuditChunk{std::move(draft).take(), root};
}

Result<Evidence> read_drift_metrics(const std::string& source, Bytes content, const std::string& stem) {
  TRY_LET(file, parse_object(source, content));
  EvidenceDraft draft(EvidenceKind::monitoring, source, std::move(content));
  const auto* rows = file.member("models_monitored");
  std::vector<const JsonNode*> found;
  if (rows != nullptr && rows->is_array()) {
    for (const auto& row : rows->items) {
      const auto* name = row.member("model_name");
      if (name != nullptr && name->is_string() && name->text == stem) found.push_back(&row);
    }
  }
  const JsonNode* row = found.empty() ? nullptr : found[0];
  if (found.empty()) draft.add_finding(str("the file says nothing about ", stem));
  if (found.size() > 1)
    draft.add_finding(str("the file has ", found.size(), " rows about ", stem, ", so it says nothing"));
  draft.set_moment("measured_at", &file, "timestamp");
  draft.set_moment("measured_at", row, "measured_at");
  draft.set_count("models_monitored", found.size() == 1 ? rows->items.size() : 0);
  read_drift_detected(draft, file.member("drift_detected"), member_of(row, "drift_detected"));
  read_drift_score(draft, file.member("drift_score"), member_of(row, "drift_score"));
  for (const std::string_view name : {"accuracy_drop", "current_accuracy", "positive_rate", "psi", "ks_statistic",
                                      "mean_shift", "samples", "reference_samples"}) {
    draft.set_number(name, member_of(row, name));
  }
  return std::move(draft).take();
}

Result<std::vector<std::string>> models_in_drift_metrics(std::string_view content) {
  TRY_LET(file, parse_object("the drift metrics file", content));
  std::vector<std::string> names;
  const auto* rows = file.member("models_monitored");
  if (rows == nullptr || !rows->is_array()) {
    return fault("the drift metrics file has no array models_monitored; it is not one of the monitor's");
  }
  for (const auto& row : rows->items) {
    const auto* name = row.member("model_name");
    if (name == nullptr || !name->is_string()) {
      return fault(str("row ", names.size(),
                       " of models_monitored has no model_name; it cannot be said which model it is about"));
    }
    names.push_back(name->text);
  }
  return names;
}

}  // namespace cairn
