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
constexpr std::uint64_t layout = 7;  // also another where the same entries fold into other rows

template <class Rows>
void put_rows(Put& put, const Rows& rows) {
  put.out.number(rows.size());
  for (const auto& row : rows) put.out.row([&] { put(row); });
}

// The bytes that a World's rows are still in, and where each begins.
struct StoredState {
  Bytes bytes;
  StateWords words;
  std::vector<std::vector<BytesView>> tables;
};

template <class K, class V>
void get_table(StateReader& in, const std::shared_ptr<StoredState>& state, Table<K, V>& table) {
  const std::size_t number = state->tables.size();
  std::vector<BytesView>& rows = state->tables.emplace_back();
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) rows.push_back(in.plain());
  const auto bytes_of = [state, number](std::size_t place) { return state->tables[number][place]; };
  const auto key_of = [state, bytes_of](std::size_t place) {
    Get get{StateReader(bytes_of(place), state->words)};
    K key{};
    get(key);
    return key;
  };
  const auto row_of = [state, bytes_of](std::size_t place) {
    Get get{StateReader(bytes_of(place), state->words)};
    std::pair<K, V> row;
    get(row);
    if (!get.in.done()) row.second = V{};
    return row;
  };
  table.store({rows.size(), key_of, row_of});
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

bool starts_as_now(StateReader& in) {
  return in.raw(magic.size()) == magic && in.number() == layout && in.number() == newest_rules;
}

}  // namespace

bool World::is_of_now(BytesView bytes) {
  StateReader start(bytes);
  return starts_as_now(start);
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

  // Only what a later entry can still ask for, so that the bytes do not depend on when this process dropped the rest.
  const auto recent = [this](const Table<std::string, std::deque<Millis>>& table) {
    std::map<BytesView, std::deque<Millis>> kept;
    for (const auto& [actor, times] : table.rows()) {
      for (const Millis time : times) {
        if (time > position->recorded - hour) kept[actor].push_back(time);
      }
    }
    return kept;
  };
  put_rows(put, recent(refusals));
  put_rows(put, recent(forks));
  const auto is_recent = [this](const RecentIds::Row& row) { return row.recorded >= position->recorded - id_memory; };
  const auto& rows = ids.rows();
  out.number(static_cast<std::uint64_t>(std::count_if(rows.begin(), rows.end(), is_recent)));
  for (const RecentIds::Row& row : rows) {
    if (is_recent(row)) put(row);
  }
  return out.take(head.written());
}

Result<std::unique_ptr<World>> World::decode(BytesView bytes) {
  const Error damaged = fault("the snapshot of the views does not decode; it will be rebuilt");
  const auto state = std::make_shared<StoredState>();
  state->bytes = Bytes(bytes);
  StateReader start(state->bytes);
  if (!starts_as_now(start)) return damaged;
  state->words = start.words();
  if (start.failed()) return damaged;

  Get get{StateReader(start.rest(), state->words)};
  auto world = std::make_unique<World>();
  get(world->position.edit());
  get(world->genesis.edit());
  PolicyInForce& force = world->force.edit();
  get(force.document);
  get(force.adopted);
  if (!force.document.empty()) {
    TRY_LET(policy, parse_policy(force.document));
    force.policy = std::make_shared<const Policy>(std::move(policy));
  }
  tables(*world, [&](auto& table) { get_table(get.in, state, table); });
  get_table(get.in, state, world->refusals);
  get_table(get.in, state, world->forks);
  for (std::uint64_t left = get.in.count(); left > 0 && !get.in.failed(); --left) {
    RecentIds::Row row;
    get(row);
    if (!world->ids.rows().empty() && row.seq <= world->ids.rows().back().seq) get.in.fail();
    world->ids.push(row);
  }
  if (!get.in.done()) return damaged;
  return world;
}

}  // namespace cairn
