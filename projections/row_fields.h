// Row fields: every row of the World as named texts, for people and for comparing two of them.
//
// A field that has nothing to say has an empty text, and a part of a row that is not there no fields. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/timeline.h"
#include "projections/world.h"

namespace cairn {

std::string_view to_text(ApprovalState state);  // "granted"

// A key, a policy, events asked for: too long to be read, and named by their digest.
std::string digest_text(BytesView bytes);

// One value as text.
class FieldTexts {
 public:
  // Digests of models are named as this World names them.
  explicit FieldTexts(const World& names) : names_(names) {}

  std::string text(const std::string& value) const { return value; }
  std::string text(bool value) const { return value ? "yes" : "no"; }
  std::string text(std::uint64_t value) const { return str(value); }
  std::string text(Millis value) const { return value == 0 ? "" : format_time(value); }
  std::string text(const Hash& value) const {
    if (value == Hash{}) return "";
    return names_.models.has(value) ? names_.name_of(value) : short_hex(value);
  }
  std::string text(const Decimal& value) const { return value.text(); }
  std::string text(const Scope& value) const { return cairn::to_text(value); }
  std::string text(const Grant& value) const { return cairn::to_text(value); }
  template <class Word>
  requires std::is_enum_v<Word> std::string text(Word value)
  const { return std::string(to_text(value)); }
  template <class T>
  std::string text(const std::set<T>& values) const {
    std::vector<std::string> texts;
    for (const T& value : values) texts.push_back(text(value));
    return joined(texts, ", ");
  }
  std::string text(const std::deque<Millis>& times) const { return times.empty() ? "" : str(times.size()); }

 private:
  const World& names_;
};

// What a row is made of, in the order in which people ask.
class RowFields {
 public:
  struct Field {
    std::string name;  // "stage", "approval 1 state"; empty where the row is one value
    std::string text;
    bool operator==(const Field&) const = default;
  };

  explicit RowFields(const World& names) : texts_(names) {}

  void add(std::string_view name, std::string text) {
    fields_.push_back({within_.empty() ? std::string(name) : within_ + " " + std::string(name), std::move(text)});
  }
  void span(std::string_view name, Millis value) { add(name, format_duration(value)); }
  void bytes(std::string_view name, BytesView value) { add(name, digest_text(value)); }

  template <class T>
  requires requires(const FieldTexts& texts, const T& value) { texts.text(value); }
  void operator()(std::string_view name, const T& value) { add(name, texts_.text(value)); }
  template <class Row>
  requires requires(RowFields& io, const Row& row) { fields(io, row); }
  void operator()(std::string_view name, const Row& row) {
    const std::string outside = within_;
    within_ += (within_.empty() ? "" : " ") + std::string(name);
    fields(*this, row);
    within_ = outside;
  }
  template <class T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }
  template <class Row>
  void operator()(std::string_view name, const std::vector<Row>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) (*this)(str(name, name.empty() ? "" : " ", i + 1), rows[i]);
  }
  template <class Value>
  void operator()(std::string_view name, const std::map<std::string, Value>& values) {
    for (const auto& [key, value] : values) (*this)(str(name, ' ', key), value);
  }

  std::vector<Field> take() { return std::move(fields_); }

 private:
  FieldTexts texts_;
  std::string within_;
  std::vector<Field> fields_;
};

void fields(RowFields& io, const Moment& row);
void fields(RowFields& io, const Spoken& row);
void fields(RowFields& io, const Actor& row);
void fields(RowFields& io, const Key& row);
void fields(RowFields& io, const Consent& row);
void fields(RowFields& io, const OpenProposal& row);
void fields(RowFields& io, const OpenRequest& row);
void fields(RowFields& io, const Model& row);
void fields(RowFields& io, const EvidenceRow& row);
void fields(RowFields& io, const Soak& row);
void fields(RowFields& io, const Approval& row);
void fields(RowFields& io, const ApprovalRequest& row);
void fields(RowFields& io, const Rollout& row);
void fields(RowFields& io, const Tenure& row);
void fields(RowFields& io, const Slot& row);
void fields(RowFields& io, const ShadowDone& row);
void fields(RowFields& io, const ActionItem& row);
void fields(RowFields& io, const Incident& row);
void fields(RowFields& io, const Alert& row);
void fields(RowFields& io, const Lockdown& row);
void fields(RowFields& io, const Freeze& row);
void fields(RowFields& io, const Hold& row);
void fields(RowFields& io, const BrokenGlass& row);

}  // namespace cairn
