// What holds for every history: properties over generated ones. A failure prints its seed; CAIRN_TEST_SEED=N runs that
// one alone.
#include <algorithm>
#include <set>

#include "projections/model_history.h"
#include "projections/timeline.h"
#include "tests/catch.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

constexpr std::size_t histories = 20;
constexpr std::size_t entries_each = 300;

struct History {
  std::uint64_t seed = 0;
  Log log = Log::honest;
  std::vector<Recorded> entries;
};

// Made once, for all properties.
const std::vector<History>& all_histories() {
  static const std::vector<History> made = [] {
    std::vector<History> all;
    for (const std::uint64_t seed : history_seeds(histories)) {
      for (const Log log : {Log::honest, Log::lying}) {
        if (log == Log::lying && seed % 5 != 0) continue;
        all.push_back({seed, log, generate_history(seed, entries_each, log)});
      }
    }
    return all;
  }();
  return made;
}

std::string named(const History& history) {
  return str("CAIRN_TEST_SEED=", history.seed, history.log == Log::lying ? ", a log that lies" : "");
}

std::unique_ptr<World> reopened(const World& world) {
  const Bytes bytes = world.encode();
  auto decoded = World::decode(bytes);
  if (!decoded.ok()) FAIL(decoded.error().message);
  REQUIRE((*decoded)->encode() == bytes);
  return std::move(*decoded);
}

const KeyId& key_of_entry(const Recorded& entry) {
  return entry.entry.signatures.front().key;
}

std::string text_of(const TimelineRow& row) {
  return str(row.seq, ' ', row.recorded, ' ', row.author, ' ', row.id, ' ', row.outcome, ' ', joined(row.types, ","),
             ' ', joined(row.said, ";"), ' ', row.leaf.hex());
}

std::string text_of(const Mention& at) {
  return str(at.seq, '@', at.recorded, ' ', at.author);
}

std::string text_of(const ModelHistory& history) {
  std::string text = history.name();
  for (const VersionRow& row : history.versions()) text += "\nv " + row.version + ' ' + text_of(row.registered);
  for (const TenureRow& row : history.tenures()) {
    text += "\nt " + row.environment + ' ' + row.model.hex() + ' ' + text_of(row.began) + ' ' + row.by + ' ' +
            (row.ended ? text_of(*row.ended) : "-") + row.why_ended;
  }
  for (const RolloutRow& row : history.rollouts()) {
    text += "\nr " + row.rollout + ' ' + row.state;
    for (const HistoryStep& step : row.steps) text += "\n   " + text_of(step.at) + step.what;
  }
  for (const HistoryStep& act : history.acts()) text += "\na " + text_of(act.at) + act.what;
  for (const TimelineRow& row : history.refused()) text += "\nx " + text_of(row);
  return text;
}

// The entries that `cairn history` would read of this model: those that carry a tag of it.
std::vector<Recorded> about(const std::vector<Recorded>& entries, const std::string& name) {
  std::set<std::string> wanted = {"model:" + name};
  for (const Recorded& entry : entries) {
    for (const Event& event : entry.statement.events) {
      const auto* model = std::get_if<ModelRegistered>(&event);
      if (model != nullptr && model->name == name && entry.entry.outcome.empty())
        wanted.insert("digest:" + model->model.hex());
    }
  }
  std::vector<Recorded> kept;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(kept), [&](const Recorded& entry) {
    const std::vector<std::string> tags = tags_of(entry.statement);
    return std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) { return wanted.contains(tag); });
  });
  return kept;
}

}  // namespace

TEST_CASE("Generated histories say and refuse most of what there is, and are the same for the same seed") {
  std::set<std::string> said;
  std::set<std::string> refused;
  std::size_t full = 0;
  for (const History& history : all_histories()) {
    INFO(named(history));
    REQUIRE(history.entries.size() == entries_each);
    for (const Recorded& entry : history.entries) {
      const bool admitted = entry.entry.outcome.empty();
      if (!admitted) refused.insert(entry.entry.outcome);
      for (const Event& event : entry.statement.events) {
        if (admitted) said.emplace(wire_name(event));
        const auto* step = std::get_if<RolloutAdvanced>(&event);
        full += admitted && step != nullptr && step->stage == Stage::full ? 1 : 0;
      }
    }
  }
  for (const std::string_view name : wire_names()) {
    INFO(name << " was never admitted");
    CHECK((said.contains(std::string(name)) || all_histories().size() < histories));
  }
  CHECK((refused.size() > 40 || all_histories().size() < histories));
  CHECK((full > 2 * histories || all_histories().size() < histories));
  const History& first = all_histories().front();
  const std::vector<Recorded> again = generate_history(first.seed, entries_each, first.log);
  CHECK(again.back().leaf == first.entries.back().leaf);
  CHECK(roots_of(again).back() == roots_of(first.entries).back());
}

TEST_CASE("A fold in one go, entry by entry, and from a snapshot at any point: the same bytes, for any history") {
  for (const History& history : all_histories()) {
    INFO(named(history));
    const Bytes whole = fold(history.entries);
    auto carried = std::make_unique<World>();
    for (const Recorded& entry : history.entries) {
      carried->apply(entry);
      if (entry.seq % 23 == history.seed % 23) carried = reopened(*carried);
    }
    REQUIRE(carried->encode() == whole);
    World before;
    for (const Recorded& entry : history.entries) {
      if (entry.seq % 67 == history.seed % 67) {
        const auto rest = reopened(before);
        for (Seq seq = entry.seq; seq < history.entries.size(); ++seq) rest->apply(history.entries[seq]);
        INFO("from " << entry.seq);
        REQUIRE(rest->encode() == whole);
      }
      before.apply(entry);
    }
    REQUIRE(before.encode() == whole);
  }
}

TEST_CASE("Every entry is decided again as it was recorded, and deciding leaves the world untouched, for any history") {
  for (const History& history : all_histories()) {
    INFO(named(history));
    const std::vector<Hash> roots = roots_of(history.entries);
    World world;
    Bytes state = world.encode();
    for (const Recorded& entry : history.entries) {
      INFO("entry " << entry.seq << ", " << wire_name(entry.statement.events.front()));
      const Basis basis = basis_of(entry, roots);
      const Verdict verdict = explain(world, entry.statement, key_of_entry(entry), basis, entry.entry.recorded);
      world.keep();
      REQUIRE(world.encode() == state);
      if (history.log == Log::honest) {
        REQUIRE(outcome_of(verdict) == entry.entry.outcome);
        const Decision decision =
            admit(world, entry.statement, key_of_entry(entry), entry.entry.payload.size(), basis, entry.entry.recorded);
        world.keep();
        REQUIRE_FALSE(decision.door.has_value());
      }
      world.apply(entry);
      state = world.encode();
    }
  }
}

TEST_CASE("An undone entry leaves no trace, for any history") {
  for (const History& history : all_histories()) {
    INFO(named(history));
    World world;
    for (const Recorded& entry : history.entries) {
      const bool looked_at = entry.seq % 11 == history.seed % 11;
      if (looked_at) {
        const Bytes before = world.encode();
        const std::size_t mark = world.journal.mark();
        world.apply(entry);
        world.journal.undo_to(mark);
        world.journal.keep();
        INFO("entry " << entry.seq);
        REQUIRE(world.encode() == before);
      }
      world.apply(entry);
    }
  }
}

TEST_CASE("A timeline in pages is the timeline, for any history") {
  for (const History& history : all_histories()) {
    INFO(named(history));
    Timeline whole{ModelNames{}};
    Timeline paged{ModelNames{}};
    std::vector<TimelineRow> pages;
    for (const Recorded& entry : history.entries) {
      whole.apply(entry);
      paged.apply(entry);
      if (entry.seq % 37 != 0) continue;
      for (TimelineRow& row : paged.take_rows()) pages.push_back(std::move(row));
    }
    for (TimelineRow& row : paged.take_rows()) pages.push_back(std::move(row));
    REQUIRE(pages.size() == whole.rows().size());
    for (std::size_t i = 0; i < pages.size(); ++i) REQUIRE(text_of(pages[i]) == text_of(whole.rows()[i]));
  }
}

TEST_CASE(
    "A model's history is the same from the entries about it alone, and its last tenures are what the World has") {
  for (const History& history : all_histories()) {
    if (history.log == Log::lying) continue;
    World world;
    for (const Recorded& entry : history.entries) world.apply(entry);
    for (const std::string name : {"net", "ranker/eu"}) {
      INFO(named(history) << ", " << name);
      ModelHistory whole(name);
      for (const Recorded& entry : history.entries) whole.apply(entry);
      ModelHistory alone(name);
      for (const Recorded& entry : about(history.entries, name)) alone.apply(entry);
      CHECK(whole.versions().size() == alone.versions().size());
      CHECK(whole.tenures().size() == alone.tenures().size());
      for (const auto& [slot, row] : world.slots.rows()) {
        if (slot.first != name) continue;
        INFO(slot.second);
        const std::string& environment = slot.second;
        const auto open = std::find_if(alone.tenures().begin(), alone.tenures().end(), [&](const TenureRow& tenure) {
          return tenure.environment == environment && !tenure.ended;
        });
        const Tenure* full = world.at_full(slot);
        REQUIRE((open != alone.tenures().end()) == (full != nullptr));
        if (full == nullptr) continue;
        CHECK(open->model == full->model);
        CHECK(open->began.seq == full->seq);
      }
      const std::string in_pages = text_of(alone);
      CHECK_FALSE(in_pages.empty());
    }
  }
}

}  // namespace cairn
