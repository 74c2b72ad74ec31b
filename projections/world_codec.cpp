// World as canonical bytes (FORMAT.md, "Snapshot"): tables in key order.
//
// A snapshot is a cache under the log's signature: a reader that cannot take one apart folds from zero, so a change of
// this layout only needs another `layout` number. Its rows stay bytes until they are asked for. A row that says what no
// fold could have made reads as an empty one: its signer could as well have made up another, and `replay` and `verify`
// name both.
#include <algorithm>
#include <utility>

#include "projections/state_fields.h"
#include "projections/world.h"

namespace cairn {

using state::Get;
using state::Put;

namespace {

constexpr std::string_view magic = "cairn world\n";
constexpr std::string_view changes_magic = "cairn changes\n";
constexpr std::uint64_t layout = 8;  // also another where the same entries fold into other rows, or edit others

template <class Rows>
void put_rows(Put& put, const Rows& rows) {
  put.out.number(rows.size());
  for (const auto& row : rows) put.out.row([&] { put(row); });
}

template <class K, class V>
void put_changes(Put& put, const Table<K, V>& table, Seq since) {
  const std::vector<const K*> keys = table.changed_since(since);
  put.out.number(keys.size());
  for (const K* key : keys) {
    const V* row = table.find(*key);
    put.out.row([&] {
      put(*key);
      put(row != nullptr);
      if (row != nullptr) put(*row);
    });
  }
}

// The bytes that rows are still in, and where each begins.
struct StoredState {
  Bytes bytes;
  StateWords words;
  std::vector<std::vector<BytesView>> tables;
};

enum class RowsAre { whole, changes };

template <class K, class V>
StoredRows<K, V> get_rows(StateReader& in, const std::shared_ptr<StoredState>& state, RowsAre kind) {
  const std::size_t number = state->tables.size();
  std::vector<BytesView>& rows = state->tables.emplace_back();
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) rows.push_back(in.plain());
  const auto key_of = [state, number](std::size_t place) {
    Get get{StateReader(state->tables[number][place], state->words)};
    K key{};
    get(key);
    return key;
  };
  const auto row_of = [state, number, kind](std::size_t place) {
    Get get{StateReader(state->tables[number][place], state->words)};
    std::pair<K, std::optional<V>> row;
    get(row.first);
    bool there = true;
    if (kind == RowsAre::changes) get(there);
    if (there) get(row.second.emplace());
    if (!get.in.done()) row.second = V{};
    return row;
  };
  return {rows.size(), key_of, row_of};
}

// All tables, in the order of FORMAT.md.
template <class TheWorld, class Visit>
void tables(TheWorld& world, const Visit& visit) {
  visit(world.proposals);
  visit(world.requests);
  visit(world.actors);
  visit(world.keys);
  visit(world.models);
  visit(world.versions);
  visit(world.evidence);
  visit(world.rollouts);
  visit(world.slots);
  visit(world.shadows);
  visit(world.alerts);
  visit(world.lockdowns);
  visit(world.freezes);
  visit(world.glass);
  visit(world.incidents);
  visit(world.holds);
  visit(world.erased);
  visit(world.subjects);
  visit(world.spellings);
}

// Only what a later entry can still ask for, so that the bytes do not depend on when this process dropped the rest.
std::map<BytesView, std::deque<Millis>> recent(const Table<std::string, std::deque<Millis>>& table, Millis now) {
  std::map<BytesView, std::deque<Millis>> kept;
  for (const auto& [actor, times] : table.rows()) {
    for (const Millis time : times) {
      if (time > now - hour) kept[actor].push_back(time);
    }
  }
  return kept;
}

void put_late_rows(Put& put, const World& world, Seq since) {
  const Millis now = world.position->recorded;
  put_rows(put, recent(world.refusals, now));
  put_rows(put, recent(world.forks, now));
  const auto wanted = [&](const RecentIds::Row& row) { return row.recorded >= now - id_memory; };
  const auto& rows = world.ids.rows();
  const auto first = std::partition_point(rows.begin(), rows.end(), [&](const auto& row) { return row.seq < since; });
  put.out.number(static_cast<std::uint64_t>(std::count_if(first, rows.end(), wanted)));
  std::for_each(first, rows.end(), [&](const RecentIds::Row& row) {
    if (wanted(row)) put(row);
  });
}

void get_late_rows(Get& get, const std::shared_ptr<StoredState>& state, World& world) {
  world.refusals.replace(get_rows<std::string, std::deque<Millis>>(get.in, state, RowsAre::whole));
  world.forks.replace(get_rows<std::string, std::deque<Millis>>(get.in, state, RowsAre::whole));
  for (std::uint64_t left = get.in.count(); left > 0 && !get.in.failed(); --left) {
    RecentIds::Row row;
    get(row);
    if (!world.ids.rows().empty() && row.seq <= world.ids.rows().back().seq) get.in.fail();
    world.ids.push(row);
  }
}

Result<void> get_policy(Get& get, PolicyInForce& force) {
  get(force.document);
  get(force.adopted);
  if (force.document.empty()) return {};
  TRY_LET(policy, parse_policy(force.document));
  force.policy = std::make_shared<const Policy>(std::move(policy));
  return {};
}

bool starts_with(StateReader& in, BytesView what) {
  return in.raw(what.size()) == what && in.number() == layout && in.number() == newest_rules;
}

const Error damaged = fault("the snapshot of the views does not decode; it will be rebuilt");

}  // namespace

bool World::is_of_now(BytesView bytes) {
  StateReader start(bytes);
  return starts_with(start, magic) || changes_since(bytes);
}

Bytes World::encode() const {
  StateWriter head;
  head.raw(magic);
  head.number(layout);
  head.number(newest_rules);
  StateWriter out;
  Put put{out};
  put(*position);
  put(*genesis);
  put(force->document);
  put(force->adopted);
  tables(*this, [&](const auto& table) { put_rows(put, table.rows()); });
  put_late_rows(put, *this, 0);
  return out.take(head.written());
}

Bytes World::encode_changes(Size since) const {
  ASSERT(changes_noted_since(since));
  StateWriter head;
  head.raw(changes_magic);
  head.number(layout);
  head.number(newest_rules);
  head.number(since);
  StateWriter out;
  Put put{out};
  put(*position);
  put(*genesis);
  const bool adopted = force->adopted >= since;
  put(adopted);
  if (adopted) put(force->document);
  if (adopted) put(force->adopted);
  tables(*this, [&](const auto& table) { put_changes(put, table, since); });
  put_late_rows(put, *this, since);
  return out.take(head.written());
}

Result<std::unique_ptr<World>> World::decode(BytesView bytes) {
  const auto state = std::make_shared<StoredState>();
  state->bytes = Bytes(bytes);
  StateReader start(state->bytes);
  if (!starts_with(start, magic)) return damaged;
  state->words = start.words();
  if (start.failed()) return damaged;

  Get get{StateReader(start.rest(), state->words)};
  auto world = std::make_unique<World>();
  get(world->position.edit());
  get(world->genesis.edit());
  TRY(get_policy(get, world->force.edit()));
  const auto store = [&]<class K, class V>(Table<K, V>& table) {
    table.store(get_rows<K, V>(get.in, state, RowsAre::whole));
  };
  tables(*world, store);
  get_late_rows(get, state, *world);
  if (!get.in.done()) return damaged;
  return world;
}

std::optional<Size> World::changes_since(BytesView bytes) {
  StateReader in(bytes);
  if (!starts_with(in, changes_magic)) return std::nullopt;
  const Size since = in.number();
  return in.failed() ? std::nullopt : std::optional<Size>(since);
}

Result<void> World::take_changes(BytesView bytes) {
  const auto state = std::make_shared<StoredState>();
  state->bytes = Bytes(bytes);
  StateReader start(state->bytes);
  if (changes_since(state->bytes) != position->size) return damaged;
  start.raw(changes_magic.size());
  for (int number = 0; number < 3; ++number) start.number();
  state->words = start.words();
  if (start.failed()) return damaged;

  Get get{StateReader(start.rest(), state->words)};
  const Size before = position->size;
  get(position.edit());
  genesis.edit() = {};
  get(genesis.edit());
  bool adopted = false;
  get(adopted);
  if (adopted) TRY(get_policy(get, force.edit()));
  const auto store = [&]<class K, class V>(Table<K, V>& table) {
    const StoredRows<K, V> rows = get_rows<K, V>(get.in, state, RowsAre::changes);
    for (std::size_t place = 0; journal.noting() && place < rows.count; ++place) {
      table.note_as_of(before, rows.key(place));
    }
    table.store(rows);
  };
  tables(*this, store);
  get_late_rows(get, state, *this);
  if (!get.in.done() || position->size <= before) return damaged;
  if (journal.noting()) journal.note_since(position->size);
  ids.forget(position->recorded - id_memory);
  return {};
}

void World::note_changes() {
  if (!journal.noting()) journal.note_since(position->size);
}

bool World::changes_noted_since(Size since) const {
  const std::vector<Size>& known = journal.noted_since();
  if (known.empty() || since >= position->size) return false;
  return since >= known.back() || std::binary_search(known.begin(), known.end(), since);
}

void World::forget_changes(Size before) {
  if (!journal.noting()) return;
  journal.forget_before(before);
  tables(*this, [before](auto& table) { table.forget_notes_before(before); });
  refusals.forget_notes_before(before);
  forks.forget_notes_before(before);
}

}  // namespace cairn
