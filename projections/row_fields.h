// Row fields: the members of every row of the World by name, and as texts for people.
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
  void operator()(std::string_view name, const NamedValues& values) {
    for (const auto& [key, value] : values) (*this)(str(name, ' ', key), value);
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

// Each row's members by name. They are taken apart by a structured binding, so that one which the World gains does not
// compile here until it has a name.
template <class Io>
void fields(Io& io, const Moment& row) {
  const auto& [seq, recorded] = row;
  io("at entry", seq);
  io("at", recorded);
}

template <class Io>
void fields(Io& io, const Spoken& row) {
  const auto& [by, voucher, key, seq, recorded] = row;
  io("by", by);
  io("vouched for by", voucher);
  io("with key", key);
  io("at entry", seq);
  io("at", recorded);
}

template <class Io>
void fields(Io& io, const Actor& row) {
  const auto& [kind, owner, enrolled_by, roles, enrolled] = row;
  io("kind", kind);
  io("owner", owner);
  io("roles", roles);
  io("enrolled by", enrolled_by);
  io("enrolled at entry", enrolled);
}

template <class Io>
void fields(Io& io, const Key& row) {
  const auto& [handle, spki, vouched_by, added, revoked, compromised_since] = row;
  io("of", handle);
  io.bytes("public key", spki);
  io("vouched for by", vouched_by);
  io("added at entry", added);
  io("revoked at entry", revoked);
  io("compromised since", compromised_since);
}

template <class Io>
void fields(Io& io, const Consent& row) {
  const auto& [replaces, said] = row;
  io("replaces", replaces);
  io("said", said);
}

template <class Io>
void fields(Io& io, const OpenProposal& row) {
  const auto& [said, document, approvals] = row;
  io("said", said);
  io.bytes("document", document);
  io("approval of", approvals);
}

template <class Io>
void fields(Io& io, const OpenRequest& row) {
  const auto& [said, events] = row;
  io("said", said);
  io.bytes("events", events);
}

template <class Io>
void fields(Io& io, const Model& row) {
  const auto& [name, version, files, bytes, registered, recorded, quarantined, left, retired, deleted, classes] = row;
  io("name", name);
  io("version", version);
  io("files", files);
  io("bytes", bytes);
  io("registered at entry", registered);
  io("registered at", recorded);
  io("quarantined at entry", quarantined);
  io("left a slot", left);
  io("retired", retired);
  io("deleted at entry", deleted);
  io("retention", classes);
}

template <class Io>
void fields(Io& io, const EvidenceRow& row) {
  const auto& [seq, recorded, author, digest, values] = row;
  io("value", values);
  io("newest at entry", seq);
  io("at", recorded);
  io("by", author);
  io("file", digest);
}

template <class Io>
void fields(Io& io, const Soak& row) {
  const auto& [total, last_pass, doubted] = row;
  io.span("total", total);
  io("last passed", last_pass);
  io("doubted", doubted);
}

template <class Io>
void fields(Io& io, const Approval& row) {
  const auto& [person, stage, rules, state, key, seq, recorded, reason] = row;
  io("by", person);
  io("of stage", stage);
  io("of rules", rules);
  io("state", state);
  io("with key", key);
  io("at entry", seq);
  io("at", recorded);
  io("reason", reason);
}

template <class Io>
void fields(Io& io, const ApprovalRequest& row) {
  const auto& [stage, by, of, seq, recorded] = row;
  io("of stage", stage);
  io("by", by);
  io("of", of);
  io("at entry", seq);
  io("at", recorded);
}

template <class Io>
void fields(Io& io, const Rollout& row) {
  const auto& [model, name, environment, proposer, state, stage, percent, proposed, stage_entry, stage_since, soak,
               notified, paused, rollback_incident, approvals, request] = row;
  io("state", state);
  io("stage", stage);
  io("percent", percent);
  io("model", model);
  io("name", name);
  io("environment", environment);
  io("proposer", proposer);
  io("proposed at entry", proposed);
  io("stage began at entry", stage_entry);
  io("stage began at", stage_since);
  io("soak", soak);
  io("notified at entry", notified);
  io("paused at entry", paused);
  io("goes back in", rollback_incident);
  io("approval", approvals);
  io("approval request", request);
}

template <class Io>
void fields(Io& io, const Tenure& row) {
  const auto& [model, seq, since] = row;
  io("model", model);
  io("at entry", seq);
  io("since", since);
}

template <class Io>
void fields(Io& io, const Slot& row) {
  const auto& [history, occupied, rolled_back, active, rollouts] = row;
  io("occupied", occupied);
  io("at full, version", history);
  io("rolled back from", rolled_back);
  io("rollout under way", active);
  io("rollouts", rollouts);
}

template <class Io>
void fields(Io& io, const ShadowDone& row) {
  const auto& [soaked, recorded, entry, stage_entry] = row;
  io.span("soaked", soaked);
  io("completed at", recorded);
  io("completed at entry", entry);
  io("began at entry", stage_entry);
}

template <class Io>
void fields(Io& io, const ActionItem& row) {
  const auto& [owner, due, task, opened, closed] = row;
  io("task", task);
  io("owner", owner);
  io("due", due);
  io("opened at entry", opened);
  io("closed at entry", closed);
}

template <class Io>
void fields(Io& io, const Incident& row) {
  const auto& [severity, title, name, environment, opened, recorded, state, acknowledged, escalated, mitigated,
               resolved, postmortem, closed, actions] = row;
  io("state", state);
  io("severity", severity);
  io("title", title);
  io("model", name);
  io("environment", environment);
  io("opened at entry", opened);
  io("opened at", recorded);
  io("acknowledged", acknowledged);
  io("escalated", escalated);
  io("mitigated", mitigated);
  io("resolved", resolved);
  io("post-mortem", postmortem);
  io("closed", closed);
  io("action", actions);
}

template <class Io>
void fields(Io& io, const Alert& row) {
  const auto& [recorded, acknowledged] = row;
  io("raised at", recorded);
  io("acknowledged at entry", acknowledged);
}

template <class Io>
void fields(Io& io, const Lockdown& row) {
  const auto& [by, reason, engaged, recorded, lift] = row;
  io("by", by);
  io("reason", reason);
  io("engaged at entry", engaged);
  io("engaged at", recorded);
  io("lift asked for", lift);
}

template <class Io>
void fields(Io& io, const Freeze& row) {
  const auto& [by, reason, until, declared, recorded] = row;
  io("until", until);
  io("by", by);
  io("reason", reason);
  io("declared at entry", declared);
  io("declared at", recorded);
}

template <class Io>
void fields(Io& io, const Hold& row) {
  const auto& [by, reason, placed, recorded] = row;
  io("by", by);
  io("reason", reason);
  io("placed at entry", placed);
  io("placed at", recorded);
}

template <class Io>
void fields(Io& io, const BrokenGlass& row) {
  const auto& [said, incident, lifts, until] = row;
  io("lifts", lifts);
  io("until", until);
  io("for", incident);
  io("said", said);
}

}  // namespace cairn
