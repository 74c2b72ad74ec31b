// A piece of evidence while it is being read: values under names that statements can hold, and what was wrong, for
// people.
//
// What a statement could not hold is not dropped in silence: a finding says so, and the value is absent, which no gate
// passes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/evidence/json.h"
#include "ledger/evidence/model_directory.h"

namespace cairn {

class EvidenceDraft {
 public:
  EvidenceDraft(EvidenceKind kind, std::string_view source, Bytes content);

  void set(std::string_view name, const Decimal& value);
  void set_count(std::string_view name, std::uint64_t count);
  void set_flag(std::string_view name, bool flag) { set_count(name, flag ? 1 : 0); }

  // The number, rounded; NaN and a finding for anything else. `json` null: absent.
  void set_number(std::string_view name, const JsonNode* json);

  // 1 or 0; NaN and a finding for what is neither true nor false. `json` null: absent.
  void set_boolean(std::string_view name, const JsonNode* json);

  // The time that the file's `member` names; NaN and a finding if it names none. `file` null, or no such member:
  // absent.
  void set_moment(std::string_view name, const JsonNode* file, std::string_view member);

  void add_finding(std::string_view what);

  Evidence take() &&;

 private:
  EvidenceRecorded event_;
  std::shared_ptr<const Bytes> content_;
  std::size_t finding_bytes_ = 0;
  std::uint64_t unlisted_findings_ = 0;
  std::uint64_t unlisted_values_ = 0;
};

Decimal not_a_number();

}  // namespace cairn
