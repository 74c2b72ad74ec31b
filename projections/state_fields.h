// What each row of a World is made of, listed once for both directions: its bytes, and the row from them (FORMAT.md,
// "Snapshot").
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "projections/state_bytes.h"
#include "projections/world.h"

namespace cairn::state {

// The largest number that stands for a value: every time, count and place fits a JSON integer.
template <class T>
inline constexpr std::uint64_t largest = max_count;
template <>
inline constexpr std::uint64_t largest<bool> = 1;
template <>
inline constexpr auto largest<ActorKind> = static_cast<std::uint64_t>(ActorKind::service);
template <>
inline constexpr auto largest<Role> = static_cast<std::uint64_t>(Role::auditor);
template <>
inline constexpr auto largest<Stage> = static_cast<std::uint64_t>(Stage::full);
template <>
inline constexpr auto largest<Severity> = static_cast<std::uint64_t>(Severity::low);
template <>
inline constexpr auto largest<Guard> = static_cast<std::uint64_t>(Guard::gates);
template <>
inline constexpr auto largest<IncidentState> = static_cast<std::uint64_t>(IncidentState::closed);
template <>
inline constexpr auto largest<EvidenceKind> = static_cast<std::uint64_t>(EvidenceKind::cohort_drift);
template <>
inline constexpr auto largest<RolloutState> = static_cast<std::uint64_t>(RolloutState::aborted);
template <>
inline constexpr auto largest<ApprovalState> = static_cast<std::uint64_t>(ApprovalState::voided);

// put and get of one value; overloads below build up to whole rows.
struct Put {
  StateWriter& out;

  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void operator()(const T& value) { out.number(static_cast<std::uint64_t>(value)); }
  void operator()(BytesView value) { out.text(value); }
  void operator()(const std::string& value) { out.text(value); }
  void operator()(const Hash& value) { out.hash(value); }
  void operator()(const Decimal& value) { out.plain(value.text()); }
  void operator()(const RecentIds::Short& value) {
    out.raw({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class A, class B>
  void operator()(const std::pair<A, B>& value) {
    (*this)(value.first);
    (*this)(value.second);
  }
  template <class Container>
  requires requires(const Container& container) {
    container.begin();
    container.size();
  }
  void operator()(const Container& container) {
    out.number(container.size());
    for (const auto& value : container) (*this)(value);
  }
  template <class Row>
  requires requires(Put& io, Row& row) { fields(io, row); }
  void operator()(const Row& row) { fields(*this, const_cast<Row&>(row)); }
};

struct Get {
  StateReader in;

  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void operator()(T& value) {
    const std::uint64_t number = in.number();
    if (number > largest<T>) {
      in.fail();
    } else {
      value = static_cast<T>(number);
    }
  }
  void operator()(std::string& value) { value = std::string(in.text()); }
  void operator()(Hash& value) { value = in.hash(); }
  void operator()(Decimal& value) {
    if (auto decimal = Decimal::parse(in.plain())) {
      value = *decimal;
    } else {
      in.fail();
    }
  }
  void operator()(RecentIds::Short& value) {
    const BytesView bytes = in.raw(value.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) value[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool present = false;
    (*this)(present);
    if (present) (*this)(value.emplace());
  }
  template <class A, class B>
  void operator()(std::pair<A, B>& value) {
    (*this)(value.first);
    (*this)(value.second);
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    append(values);
  }
  template <class T>
  void operator()(std::deque<T>& values) {
    append(values);
  }
  template <class T>
  void operator()(std::set<T>& values) {
    for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
      T value{};
      (*this)(value);
      if (!values.empty() && !(*values.rbegin() < value)) in.fail();
      values.insert(values.end(), std::move(value));
    }
  }
  template <class K, class V>
  void operator()(std::map<K, V>& values) {
    for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
      std::pair<K, V> row;
      (*this)(row);
      if (!values.empty() && !(values.rbegin()->first < row.first)) in.fail();
      values.insert(values.end(), std::move(row));
    }
  }
  void operator()(NamedValues& values) {
    for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
      const BytesView name = in.text();
      if (!values.empty() && std::prev(values.end())->first >= name) in.fail();
      (*this)(values[name]);
    }
  }
  template <class Row>
  requires requires(Get& io, Row& row) { fields(io, row); }
  void operator()(Row& row) { fields(*this, row); }

 private:
  template <class Sequence>
  void append(Sequence& values) {
    for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) (*this)(values.emplace_back());
  }
};

template <class Io, class... Values>
void each(Io& io, Values&... values) {
  (io(values), ...);
}

template <class Io>
void fields(Io& io, Scope& v) {
  each(io, v.environment, v.model);
}
template <class Io>
void fields(Io& io, Grant& v) {
  each(io, v.role, v.scope);
}
template <class Io>
void fields(Io& io, Actor& v) {
  each(io, v.kind, v.owner, v.enrolled_by, v.roles, v.enrolled);
}
template <class Io>
void fields(Io& io, Key& v) {
  each(io, v.handle, v.spki, v.vouched_by, v.added, v.revoked, v.compromised_since);
}
template <class Io>
void fields(Io& io, Spoken& v) {
  each(io, v.by, v.voucher, v.key, v.seq, v.recorded);
}
template <class Io>
void fields(Io& io, Consent& v) {
  each(io, v.replaces, v.said);
}
template <class Io>
void fields(Io& io, OpenProposal& v) {
  each(io, v.said, v.document, v.approvals);
}
template <class Io>
void fields(Io& io, OpenRequest& v) {
  each(io, v.said, v.events);
}
template <class Io>
void fields(Io& io, Moment& v) {
  each(io, v.seq, v.recorded);
}
template <class Io>
void fields(Io& io, Model& v) {
  each(io, v.name, v.version, v.files, v.bytes, v.registered, v.recorded, v.quarantined, v.left, v.retired, v.deleted,
       v.classes);
}
template <class Io>
void fields(Io& io, EvidenceKey& v) {
  each(io, v.model, v.environment, v.kind);
}
template <class Io>
void fields(Io& io, EvidenceRow& v) {
  each(io, v.seq, v.recorded, v.author, v.digest, v.values);
}
template <class Io>
void fields(Io& io, Soak& v) {
  each(io, v.total, v.last_pass, v.doubted);
}
template <class Io>
void fields(Io& io, Approval& v) {
  each(io, v.person, v.stage, v.rules, v.state, v.key, v.seq, v.recorded, v.reason);
}
template <class Io>
void fields(Io& io, ApprovalRequest& v) {
  each(io, v.stage, v.by, v.of, v.seq, v.recorded);
}
template <class Io>
void fields(Io& io, Rollout& v) {
  each(io, v.model, v.name, v.environment, v.proposer, v.state, v.stage, v.percent, v.proposed, v.stage_entry,
       v.stage_since, v.soak, v.notified, v.paused, v.rollback_incident, v.approvals, v.request);
}
template <class Io>
void fields(Io& io, Tenure& v) {
  each(io, v.model, v.seq, v.since);
}
template <class Io>
void fields(Io& io, Slot& v) {
  each(io, v.history, v.occupied, v.rolled_back, v.active, v.rollouts);
  // What every fold keeps to, and the questions rely on.
  if constexpr (std::is_same_v<Io, Get>) {
    if (v.occupied && v.history.empty()) io.in.fail();
  }
}
template <class Io>
void fields(Io& io, ShadowDone& v) {
  each(io, v.soaked, v.recorded, v.entry, v.stage_entry);
}
template <class Io>
void fields(Io& io, ActionItem& v) {
  each(io, v.owner, v.due, v.task, v.opened, v.closed);
}
template <class Io>
void fields(Io& io, Incident& v) {
  each(io, v.severity, v.title, v.name, v.environment, v.opened, v.recorded, v.state, v.acknowledged, v.escalated,
       v.mitigated, v.resolved, v.postmortem, v.closed, v.actions);
}
template <class Io>
void fields(Io& io, AlertKey& v) {
  each(io, v.entry, v.model, v.environment);
}
template <class Io>
void fields(Io& io, Alert& v) {
  each(io, v.recorded, v.acknowledged);
}
template <class Io>
void fields(Io& io, Lockdown& v) {
  each(io, v.by, v.reason, v.engaged, v.recorded, v.lift);
}
template <class Io>
void fields(Io& io, Freeze& v) {
  each(io, v.by, v.reason, v.until, v.declared, v.recorded);
}
template <class Io>
void fields(Io& io, Hold& v) {
  each(io, v.by, v.reason, v.placed, v.recorded);
}
template <class Io>
void fields(Io& io, BrokenGlass& v) {
  each(io, v.said, v.incident, v.lifts, v.until);
}
template <class Io>
void fields(Io& io, LogKeySpan& v) {
  each(io, v.added, v.ended, v.compromised);
}
template <class Io>
void fields(Io& io, Genesis& v) {
  each(io, v.ledger, v.origin, v.log_keys, v.recovery_id, v.recovery_key);
}
template <class Io>
void fields(Io& io, Position& v) {
  each(io, v.size, v.recorded, v.corrected);
}
template <class Io>
void fields(Io& io, RecentIds::Row& v) {
  each(io, v.key, v.events, v.seq, v.recorded);
}

}  // namespace cairn::state
