#include "tests/simulation/simulation.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "ledger/base/text.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"
#include "tests/simulation/stage.h"

namespace cairn::simulation {
namespace {

constexpr std::size_t most_last = 16;  // steps in words
constexpr int most_tries = 5;          // to be answered, once faults are over

NoteVerifier log_of_run() {
  return NoteVerifier::for_log(generated_origin, generated_log_key().public_key()).value();
}

}  // namespace

Stage::Stage(std::uint64_t seed, Show show)
    : show_(show),
      dice_(seed),
      swarm_(draw_swarm(dice_)),
      model_(log_of_run()),
      people_(model_, dice_),
      attachments_(directory_.path() / "attachments") {
  run_.seed = seed;
  run_.swarm = swarm_.words();
  people_.lag = swarm_.lag;
  clock_.time = start_of_scenario;
}

void Stage::note(const std::string& words, const std::string& aside) {
  if (show_ == Show::steps) std::cout << "  " << words << aside << std::endl;
  trace_.update(words + "\n");
  run_.last.push_back(words + aside);
  if (run_.last.size() > most_last) run_.last.erase(run_.last.begin());
}

Run Stage::run(std::size_t steps) {
  try {
    begin();
    while (run_.steps < steps) {
      ++run_.steps;
      const auto step = static_cast<Step>(draw(swarm_.steps, dice_));
      note(str("step ", run_.steps, ": ", name_of(step)));
      take(step);
      check(step);
    }
    end();
  } catch (const Broken& broken) {
    run_.broken = broken;
  }
  run_.entries = model_.size();
  run_.root = model_.root(model_.size());
  run_.trace = trace_.finish();
  return std::move(run_);
}

// Entry 0, and a second admin, who are said before anything may go wrong.
void Stage::begin() {
  if (swarm_.on_disk) {
    disk_ = std::make_unique<Disk>(directory_.path(), static_cast<std::uint32_t>(run_.seed));
    store_ = disk_->open(StoreMode::create, {}).value();
  } else {
    store_ = open_memory_store();
  }
  writers_.resize(swarm_.writers);
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    writers_[i].number = static_cast<int>(i);
    writers_[i].patient = dice_.chance(swarm_.patient);
  }
  Writer& founder = writers_.front();
  founder.store = std::make_unique<UnsteadyStore>(*store_);
  founder.rules = std::make_unique<LiveRules>(LoadedWorld{std::make_unique<World>(), {}});
  founder.held = {model_.log().vkey()};
  founder.sequencer = Sequencer::open(*founder.store, *founder.rules, clock_, generated_log_key()).value();
  call(founder, {people_.first(clock_.time)});
  if (model_.size() != 1) broken(Promise::goes_on, "entry 0 was not recorded");
  for (Writer& writer : writers_) open(writer);
}

void Stage::take(Step step) {
  switch (step) {
    case Step::speak:
      return speak();
    case Step::deliver:
      return deliver();
    case Step::wait:
      return wait();
    case Step::clock_back:
    case Step::clock_ahead:
      return ahead_or_back(step);
    case Step::rival:
    case Step::ill_fate:
    case Step::store_away:
    case Step::crash:
      return plan(step);
    case Step::restart:
      return restart(writers_[dice_.below(writers_.size())]);
    case Step::disk_fault:
      return fail_disk();
    case Step::power_cut:
      return lose_power(static_cast<test::Cut>(dice_.below(4)));
    case Step::look:
      return look();
    case Step::audit:
      shaken_ = true;
      return;
  }
}

void Stage::speak() {
  if (disk_failed_ && dice_.chance(50)) return lose_power(static_cast<test::Cut>(dice_.below(4)));
  Writer* writer = any_writer();
  if (writer == nullptr) return;
  // Time goes on by itself, and sooner or later somebody sets a clock that went back.
  clock_.time += 1 + static_cast<Millis>(dice_.below(static_cast<std::uint64_t>(5 * minute)));
  if (clock_.time < model_.newest_recorded() && dice_.chance(30)) {
    if (dice_.chance(60)) {
      count("faults", "clock ran ahead, to be corrected");
      return call(*writer, {people_.correct_clock(clock_.time)});
    }
    clock_.time = model_.newest_recorded() + second;
  }
  if ((is_ahead() || lacks_a_key(*writer)) && dice_.chance(60)) return restart(*writer);
  std::vector<Letter> letters;
  const std::size_t count = 1 + dice_.below(swarm_.most_letters);
  for (std::size_t i = 0; i < count; ++i) {
    Letter letter = people_.write(static_cast<Kind>(draw(swarm_.letters, dice_)), clock_.time);
    (dice_.chance(swarm_.held_back) ? held_back_ : letters).push_back(std::move(letter));
  }
  if (!letters.empty()) call(*writer, std::move(letters));
}

void Stage::deliver() {
  Writer* writer = any_writer();
  if (writer == nullptr || held_back_.empty()) return;
  std::vector<Letter> letters;
  const std::size_t count = 1 + dice_.below(std::min<std::size_t>(held_back_.size(), 4));
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = held_back_.begin() + static_cast<std::ptrdiff_t>(dice_.below(held_back_.size()));
    letters.push_back(std::move(*at));
    held_back_.erase(at);
  }
  call(*writer, std::move(letters));
}

void Stage::wait() {
  const std::uint64_t kind = dice_.below(100);
  const Millis most = kind < 50 ? hour : kind < 85 ? 4 * hour : kind < 97 ? 10 * hour : 5 * day;
  clock_.time += 1 + static_cast<Millis>(dice_.below(static_cast<std::uint64_t>(most)));
}

void Stage::ahead_or_back(Step step) {
  const auto span = [&](Millis most) { return static_cast<Millis>(dice_.below(static_cast<std::uint64_t>(most))); };
  if (step == Step::clock_back) {
    const bool is_set_right = lead_ > 0 && dice_.chance(60);
    clock_.time -= is_set_right ? std::exchange(lead_, 0) : span(dice_.chance(80) ? hour : 3 * day);
  } else {
    const Millis by = dice_.chance(50) ? span(max_clock_lead) : max_clock_lead + span(day);  // noticed or not
    clock_.time += by;
    lead_ += by;
  }
  note("the clock says " + format_time(clock_.time));
}

void Stage::plan(Step step) {
  Writer* writer = any_writer();
  if (writer == nullptr) return;
  UnsteadyStore& store = *writer->store;
  switch (step) {
    case Step::rival:
      store.before_commit = [this, writer] {
        if (speak_first(*writer)) count("faults", "overtaken by a rival");
      };
      break;
    case Step::ill_fate:
      store.fate = static_cast<Fate>(draw(swarm_.fate, dice_));
      note(str("writer ", writer->number, "'s next commit: ", name_of(store.fate)));
      count("faults", str("commit: ", name_of(store.fate)));
      break;
    case Step::store_away:
      store.away_after = dice_.below(12);
      store.away_for = 1 + dice_.below(3);
      count("faults", "store away");
      break;
    default:
      store.crash_in = 1 + dice_.below(12);
  }
}

void Stage::restart(Writer& writer) {
  if (disk_failed_) return lose_power(test::Cut::kept);
  count("faults", "writer restarted");
  shut(writer);
  // Somebody looks at the clock now and then, and says that it is right or sets it.
  const bool ahead = is_ahead();
  if (ahead && dice_.chance(50)) clock_.time = model_.newest_recorded() + minute;
  writer.clock_is_right = ahead && dice_.chance(50);
  open(writer);
}

void Stage::fail_disk() {
  if (disk_ == nullptr || disk_failed_) return;
  const test::Fault fault = any_fault(4, dice_);
  note(str("call ", fault.at, " to the disk fails, in way ", static_cast<int>(fault.kind), ", ",
           static_cast<int>(fault.effect)));
  disk_->arm(fault);
  speak();
  disk_failed_ = disk_failed_ || disk_->failed();
  if (!disk_failed_) disk_->arm({});
  count("faults", disk_failed_ ? "disk: failed a commit" : "disk: was to fail, and was not asked");
}

// Faults are over: whoever has a key is recorded, whoever they ask.
void Stage::end() {
  note("the end");
  if (disk_ != nullptr) lose_power(test::Cut::kept);
  clock_.time = std::max(clock_.time, model_.newest_recorded() + minute);
  clock_.time = std::min(clock_.time, model_.newest_recorded() + max_clock_lead);
  for (Writer& writer : writers_) {
    if (writer.store) writer.store->steady();
    if (!writer.is_up() || lacks_a_key(writer)) open(writer);
  }
  std::size_t turn = 0;
  for (const std::string& handle : people_.handles()) {
    Writer& writer = writers_[turn++ % writers_.size()];
    const Letter letter = people_.last_word(handle, static_cast<int>(turn), clock_.time);
    const Size before = model_.size();
    for (int tries = 0; tries < most_tries && model_.size() == before; ++tries) call(writer, {letter});
    const bool said = model_.size() == before + 1;
    if (!said || !decode_entry(model_.entry(before)).value().outcome.empty()) {
      broken(Promise::goes_on, str(handle, " is not admitted in ", most_tries, " tries"));
    }
  }
  check_final();
}

Run simulate(std::uint64_t seed, std::size_t steps, Show show) {
  return Stage(seed, show).run(steps);
}

void add(Tally& all, const Tally& more) {
  for (const auto& [what, counts] : more) {
    for (const auto& [how, count] : counts) all[what][how] += count;
  }
}

std::string tally_words(const Tally& tally) {
  std::string text;
  for (const auto& [what, counts] : tally) {
    std::string line;
    for (const auto& [how, count] : counts) line += str(line.empty() ? "" : ", ", how, " ", count);
    text += str("  ", what, ": ", line, "\n");
  }
  return text;
}

std::string report_on(const Run& run, std::size_t steps) {
  std::string text = str("seed ", run.seed, ", step ", run.steps, ": ", name_of(run.broken->promise),
                         " is broken: ", run.broken->what, "\n", run.swarm, "\nwhat happened last:\n");
  for (const std::string& words : run.last) text += "  " + words + "\n";
  return text + str("again, with every step: CAIRN_TEST_SEED=", run.seed, " CAIRN_TEST_STEPS=", steps,
                    " ./test_simulation \"a seeded simulation*\"\n");
}

}  // namespace cairn::simulation
