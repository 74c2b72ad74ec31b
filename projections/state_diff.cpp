#include "projections/state_diff.h"

#include <algorithm>

#include "projections/row_fields.h"
#include "projections/same_row.h"

namespace cairn {

namespace {

// The fields of both rows; a row that is not there has none.
std::vector<StateChange> changes_of(const std::string& row, std::vector<RowFields::Field> before,
                                    const std::vector<RowFields::Field>& after) {
  std::vector<StateChange> changes;
  for (const RowFields::Field& now : after) {
    const auto then = std::find_if(before.begin(), before.end(),
                                   [&](const RowFields::Field& field) { return field.name == now.name; });
    std::string was = then == before.end() ? "" : then->text;
    if (then != before.end()) before.erase(then);
    if (was != now.text) changes.push_back({row, now.name, std::move(was), now.text});
  }
  for (RowFields::Field& gone : before) {
    if (!gone.text.empty()) changes.push_back({row, gone.name, std::move(gone.text), ""});
  }
  return changes;
}

class StateComparison {
 public:
  explicit StateComparison(const World& names) : names_(names) {}

  // `named` says of a key which row it is.
  template <class Key, class Row, class Named>
  void table(const Table<Key, Row>& before, const Table<Key, Row>& after, const Named& named) {
    auto then = before.rows().begin();
    auto now = after.rows().begin();
    while (then != before.rows().end() || now != after.rows().end()) {
      const bool gone = now == after.rows().end() || (then != before.rows().end() && then->first < now->first);
      const bool made = then == before.rows().end() || (now != after.rows().end() && now->first < then->first);
      const Key& key = gone ? then->first : now->first;
      row(made ? nullptr : &then->second, gone ? nullptr : &now->second, [&] { return named(key); });
      if (!made) ++then;
      if (!gone) ++now;
    }
  }

  void value(const std::string& row, const std::string& field, std::string before, std::string after) {
    if (before != after) changes_.push_back({row, field, std::move(before), std::move(after)});
  }

  std::vector<StateChange> take() { return std::move(changes_); }

 private:
  template <class Row>
  std::vector<RowFields::Field> fields_of(const Row* row) const {
    RowFields io(names_);
    if (row != nullptr) io("", *row);
    return io.take();
  }

  template <class Row, class Named>
  void row(const Row* before, const Row* after, const Named& named) {
    if (before != nullptr && after != nullptr && SameRow::same(*before, *after)) return;
    auto then = fields_of(before);
    const auto now = fields_of(after);
    for (StateChange& change : changes_of(named(), std::move(then), now)) changes_.push_back(std::move(change));
  }

  const World& names_;
  std::vector<StateChange> changes_;
};

std::string named(std::string_view kind, const std::string& name) {
  return str(kind, ' ', name);
}

std::string in_slot(std::string_view kind, const SlotKey& slot) {
  return str(kind, ' ', slot.first, " in ", slot.second);
}

void compare_models(StateComparison& all, const World& before, const World& after) {
  const auto name = [&](const Hash& model) {
    return after.models.has(model) ? after.name_of(model) : short_hex(model);
  };
  all.table(before.models, after.models, [&](const Hash& model) { return named("model", name(model)); });
  all.table(before.versions, after.versions,
            [](const auto& version) { return str("version ", version.second, " of ", version.first); });
  all.table(before.evidence, after.evidence, [&](const EvidenceKey& key) {
    const std::string what = str("evidence ", to_text(key.kind), " of ", name(key.model));
    return key.environment.empty() ? what : what + " in " + key.environment;
  });
  all.table(before.shadows, after.shadows, [&](const std::pair<Hash, std::string>& shadow) {
    return str("shadow of ", name(shadow.first), " in ", shadow.second);
  });
}

void compare_protection(StateComparison& all, const World& before, const World& after) {
  const auto scoped = [](std::string_view kind) {
    return [kind](const Scope& scope) { return named(kind, to_text(scope)); };
  };
  all.table(before.lockdowns, after.lockdowns, scoped("lockdown"));
  all.table(before.freezes, after.freezes, scoped("freeze"));
  all.table(before.glass, after.glass, [](const SlotKey& slot) { return in_slot("broken glass of", slot); });
  all.table(before.incidents, after.incidents, [](const std::string& id) { return named("incident", id); });
  all.table(before.alerts, after.alerts, [](const AlertKey& key) {
    return str("alert of entry ", key.entry, key.environment.empty() ? "" : " in ", key.environment);
  });
  all.table(before.holds, after.holds, [](const std::pair<std::string, std::string>& hold) {
    return str("hold of case ", hold.first, " on ", hold.second.empty() ? "every model" : hold.second);
  });
}

void compare_administration(StateComparison& all, const World& before, const World& after) {
  const auto digest = [](std::string_view kind) {
    return [kind](const Hash& hash) { return named(kind, short_hex(hash)); };
  };
  const auto since = [](const PolicyInForce& force) { return force.document.empty() ? "" : str(force.adopted); };
  all.value("policy in force", "document", digest_text(before.force->document), digest_text(after.force->document));
  all.value("policy in force", "since entry", since(*before.force), since(*after.force));
  all.table(before.proposals, after.proposals, digest("proposed policy"));
  all.table(before.requests, after.requests, digest("request"));
  all.table(before.actors, after.actors, [](const std::string& handle) { return named("actor", handle); });
  all.table(before.keys, after.keys, digest("key"));
}

void compare_bookkeeping(StateComparison& all, const World& before, const World& after) {
  const auto hash = [](const Hash& value) { return value == Hash{} ? "" : value.hex(); };
  const auto vkeys = [](const World& world) {
    std::string text;
    for (const auto& [vkey, key] : world.genesis->log_keys) {
      if (!key.ended) text += (text.empty() ? "" : ", ") + vkey;
    }
    return text;
  };
  all.value("ledger", "id", hash(before.genesis->ledger), hash(after.genesis->ledger));
  all.value("ledger", "origin", before.genesis->origin, after.genesis->origin);
  all.value("ledger", "log keys", vkeys(before), vkeys(after));
  all.value("ledger", "recovery key", hash(before.genesis->recovery_id), hash(after.genesis->recovery_id));
  all.table(before.erased, after.erased,
            [](const Hash& digest) { return str("attachment ", short_hex(digest), ", erased by entry"); });
  all.table(before.subjects, after.subjects,
            [](const std::string& subject) { return str("newest entry about ", subject); });
  all.table(before.spellings, after.spellings, [](const std::string& name) { return named("spelling of", name); });
  all.table(before.refusals, after.refusals,
            [](const std::string& author) { return str("refusals within the hour of ", author); });
  all.table(before.forks, after.forks,
            [](const std::string& author) { return str("statements within the hour on another history by ", author); });
  const auto newest = [](const World& world) {
    return world.ids.rows().empty() ? "" : str(world.ids.rows().back().seq);
  };
  all.value("ids", "held", str(before.ids.rows().size()), str(after.ids.rows().size()));
  all.value("ids", "newest of entry", newest(before), newest(after));
  all.value("ledger", "entries", str(before.position->size), str(after.position->size));
  const auto utc = [](Millis moment) { return moment == 0 ? "" : format_time(moment); };
  all.value("ledger", "newest entry at", utc(before.position->recorded), utc(after.position->recorded));
}

}  // namespace

std::vector<StateChange> state_diff(const World& before, const World& after) {
  StateComparison all(after);
  all.table(before.slots, after.slots, [](const SlotKey& slot) { return in_slot("slot", slot); });
  all.table(before.rollouts, after.rollouts, [](const std::string& id) { return named("rollout", id); });
  compare_protection(all, before, after);
  compare_models(all, before, after);
  compare_administration(all, before, after);
  compare_bookkeeping(all, before, after);
  return all.take();
}

}  // namespace cairn
