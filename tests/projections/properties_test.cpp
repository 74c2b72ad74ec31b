// What holds for every history: properties over generated ones. A failure prints its seed; CAIRN_TEST_SEED=N runs that
// one alone.
#include <algorithm>
#include <set>

#include "projections/delivery.h"
#include "projections/model_history.h"
#include "projections/timeline.h"
#include "tests/catch.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

constexpr std::size_t histories = 16;
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
  return text;
}

std::unique_ptr<Delivery> delivered(const History& history, const Period& period) {
  auto delivery = std::make_unique<Delivery>(period);
  for (const Recorded& entry : history.entries) {
    if (history.log == Log::honest && entry.entry.recorded > period.until) break;
    delivery->apply(entry);
  }
  return delivery;
}

bool is_about_rollouts(std::string_view wire) {
  const std::vector<std::string_view> begins = {"rollout.", "approval.", "stakeholders.", "rollback.", "slot."};
  return std::any_of(begins.begin(), begins.end(), [&](std::string_view begin) { return wire.starts_with(begin); });
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
    // They end a stretch of time, and a ledger; each has tests of its own.
    if (name == "ledger.clock_corrected/1" || name == "ledger.forked/1") continue;
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
    for (const Recorded& entry : history.entries) {
      INFO("entry " << entry.seq << ", " << wire_name(entry.statement.events.front()));
      const bool looked_at = entry.seq % 4 == history.seed % 4;
      const Bytes before = looked_at ? world.encode() : Bytes();
      const Decision decision = admit(world, entry.statement, key_of_entry(entry), entry.entry.payload.size(),
                                      basis_of(entry, roots), entry.entry.recorded);
      const bool recording = world.journal.recording();
      REQUIRE_FALSE(recording);
      if (looked_at) REQUIRE(world.encode() == before);
      if (history.log == Log::honest) {
        REQUIRE_FALSE(decision.door.has_value());
        REQUIRE(outcome_of(decision.verdict) == entry.entry.outcome);
      }
      world.apply(entry);
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
      CHECK(text_of(whole) == text_of(alone));
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
    }
  }
}

TEST_CASE("Two periods that meet have together what the one over both has, for any history and slot") {
  for (const History& history : all_histories()) {
    if (history.log == Log::lying) continue;
    const Millis begin = history.entries.front().entry.recorded;
    const Millis end = history.entries.back().entry.recorded;
    const Millis middle = history.entries[history.entries.size() / 2].entry.recorded;
    const auto whole = delivered(history, {begin, end});
    const auto earlier = delivered(history, {begin, middle});
    const auto later = delivered(history, {middle + 1, end});
    for (const SlotKey& slot : whole->slots({})) {
      INFO(named(history) << ", " << slot.first << " in " << slot.second);
      const DeliveryFigures all = whole->of(slot);
      const DeliveryFigures before = earlier->of(slot);
      const DeliveryFigures after = later->of(slot);
      const auto adds_up = [&](const auto& figure) {
        return (all.*figure).size() == (before.*figure).size() + (after.*figure).size();
      };
      CHECK(adds_up(&DeliveryFigures::deployments));
      CHECK(adds_up(&DeliveryFigures::canary_steps));
      CHECK(adds_up(&DeliveryFigures::lead_times));
      CHECK(adds_up(&DeliveryFigures::changes));
      CHECK(adds_up(&DeliveryFigures::recoveries));
      CHECK(adds_up(&DeliveryFigures::unmeasured));
      CHECK(adds_up(&DeliveryFigures::arrivals));
      CHECK(adds_up(&DeliveryFigures::rework));
      CHECK(adds_up(&DeliveryFigures::approvals));
      CHECK(adds_up(&DeliveryFigures::statements));
      CHECK(adds_up(&DeliveryFigures::broken_glass));
      // What failed after the first period ended is told apart by the second.
      CHECK(all.failed.size() == before.failed.size() + after.failed.size() + after.failed_older.size());
      const Millis between = all.locked_down - before.locked_down - after.locked_down;
      CHECK((between == 0 || between == 1));  // the millisecond between them
    }
  }
}

TEST_CASE("Delivery counts what the entries say, and every figure stands on entries of its period, for any history") {
  for (const History& history : all_histories()) {
    INFO(named(history));
    const Seq from = history.entries.size() / 3;
    const Period period{history.entries[from].entry.recorded, history.entries.back().entry.recorded};
    const DeliveryFigures total = delivered(history, period)->total({});
    std::size_t full = 0;
    std::set<Seq> refused;
    for (const Recorded& entry : history.entries) {
      if (!period.holds({entry.seq, entry.entry.recorded})) continue;
      for (const Event& event : entry.statement.events) {
        const auto* step = std::get_if<RolloutAdvanced>(&event);
        const bool admitted = entry.entry.outcome.empty();
        if (admitted && step != nullptr && step->stage == Stage::full) ++full;
        if (!admitted && is_about_rollouts(wire_name(event))) refused.insert(entry.seq);
      }
    }
    if (history.log == Log::honest) CHECK(total.deployments.size() == full);
    std::set<Seq> counted;
    for (const auto& row : total.refused) counted.insert(row.second.begin(), row.second.end());
    CHECK(counted == refused);
    CHECK(std::includes(total.statements.begin(), total.statements.end(), refused.begin(), refused.end()));
    CHECK(total.failed.size() <= total.changes.size());
    CHECK(total.deployments.size() <= total.changes.size() + total.rework.size());
    CHECK(total.rework.size() <= total.arrivals.size());
    for (const auto* figure : {&total.deployments, &total.canary_steps, &total.unmeasured, &total.arrivals,
                               &total.rework, &total.broken_glass}) {
      for (const Counted& one : *figure) {
        REQUIRE(std::is_sorted(one.seqs.begin(), one.seqs.end()));
        CHECK(period.holds({one.seqs.back(), history.entries[one.seqs.back()].entry.recorded}));
      }
    }
    for (const auto* figure : {&total.lead_times, &total.from_proposal, &total.recoveries, &total.approvals}) {
      for (const Elapsed& one : *figure) {
        CHECK(one.from.seq < one.to.seq);
        CHECK(one.from.recorded == history.entries[one.from.seq].entry.recorded);
        CHECK(period.holds(one.to));
      }
    }
  }
}

}  // namespace cairn
