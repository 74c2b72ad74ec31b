#include "ledger/evidence/draft.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/events/fields.h"

namespace cairn {
namespace {

// All of one file's evidence has to fit into a statement beside others: less than what one event may hold (max_values).
constexpr std::size_t max_findings_bytes = 8192;
constexpr std::size_t max_kept_values = 128;
static_assert(max_kept_values <= max_values);
constexpr std::size_t last_lines = 2;  // kept free for what is said about the rest

// At most max_text_bytes, and not in the middle of a character.
std::string shortened(std::string text) {
  if (text.size() <= max_text_bytes) return text;
  auto end = max_text_bytes - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Decimal not_a_number() {
  auto nan = Decimal::from_lexeme("NaN");
  ASSERT(nan.ok());
  return *nan;
}

EvidenceDraft::EvidenceDraft(EvidenceKind kind, std::string_view source, Bytes content)
    : content_(std::make_shared<const Bytes>(std::move(content))) {
  const auto slash = source.rfind('/');
  if (slash != std::string_view::npos) source.remove_prefix(slash + 1);
  event_.kind = kind;
  event_.source = shortened(printable(source));
  event_.digest = sha256(*content_);
  event_.bytes = content_->size();
}

void EvidenceDraft::set(std::string_view name, const Decimal& value) {
  if (!is_name(name)) {
    add_finding(str("the value named \"", printable(name.substr(0, 200)),
                    "\" is left out: a name is letters, digits and ._/-"));
  } else if (event_.values.size() == max_kept_values && !event_.values.contains(name)) {
    ++unlisted_values_;
  } else {
    event_.values[name] = value;
  }
}

void EvidenceDraft::set_count(std::string_view name, std::uint64_t count) {
  set(name, Decimal::from_int(static_cast<std::int64_t>(std::min(count, max_count))));
}

void EvidenceDraft::set_number(std::string_view name, const JsonNode* json) {
  if (json == nullptr) return;
  if (!json->is_number()) {
    add_finding(str(printable(name.substr(0, 200)), " is ", describe(json->kind), ", not a number"));
    return set(name, not_a_number());
  }
  const auto value = Decimal::from_lexeme(json->text);
  if (value.ok() && value->is_finite()) return set(name, *value);
  add_finding(
      str(printable(name.substr(0, 200)), " is ", printable(json->text.substr(0, 60)), ", which no gate can compare"));
  set(name, not_a_number());
}

void EvidenceDraft::set_boolean(std::string_view name, const JsonNode* json) {
  if (json == nullptr) return;
  if (json->kind == JsonNode::Kind::boolean) return set_flag(name, json->boolean);
  add_finding(str(printable(name.substr(0, 200)), " is ", describe(json->kind), ", not true or false"));
  set(name, not_a_number());
}

void EvidenceDraft::set_moment(std::string_view name, const JsonNode* file, std::string_view member) {
  const JsonNode* json = member_of(file, member);
  if (json == nullptr) return;
  const auto time = json->is_string() ? parse_time(json->text) : Result<Millis>(fault("it is not a string"));
  if (time) return set(name, Decimal::from_int(*time));
  add_finding(str(member, " cannot be read as a time: ", time.error().message));
  set(name, not_a_number());
}

void EvidenceDraft::add_finding(std::string_view what) {
  auto line = shortened(printable(what));
  const bool full = event_.findings.size() + last_lines == max_findings;
  if (full || finding_bytes_ + line.size() > max_findings_bytes) {
    ++unlisted_findings_;
    return;
  }
  finding_bytes_ += line.size();
  event_.findings.push_back(std::move(line));
}

Evidence EvidenceDraft::take() && {
  if (unlisted_values_ > 0) event_.findings.push_back(str(unlisted_values_, " more values are left out"));
  if (unlisted_findings_ > 0) event_.findings.push_back(str(unlisted_findings_, " more findings are not listed"));
  return {std::move(event_), std::move(content_)};
}

}  // namespace cairn
