// Whole processes: what somebody waits for at a prompt; and what a ledger takes on the disk.
#include "bench/measure.h"
#include "bench/plan.h"
#include "bench/raw_rocks.h"
#include "commands/session.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

namespace fs = std::filesystem;

constexpr double longest_write = 60e-3;
constexpr double longest_cold_question = 100e-3;

struct Changing {
  Changing(const Plan& plan, Size of) : size(of), copy(plan, of, "programs") {}

  // A role is taken away and given back in turn, so that each run has something to say.
  std::vector<std::string> next() {
    given_ = !given_;
    return {"--clock-is-right", "actor", "role", "bench", given_ ? "--revoke" : "--grant", "auditor"};
  }

  Size size;
  Copy copy;

 private:
  bool given_ = false;
};

std::string at(const std::string& what, Size size) {
  return what + " at " + short_size(size);
}

struct Prompt {
  const char* name;
  std::vector<std::string> words;
  bool cold;
};

void add_program_rows(const Contest& contest, const Plan& plan, const std::string& what, std::optional<double> aim,
                      Sheet& sheet) {
  for (const Size size : plan.sizes) {
    Row row = row_of(at(what, size), contest.of(at(what, size)), Unit::seconds);
    row.limit = Limit{"cairn --version", contest.of("cairn --version").median()};
    if (aim && size == plan.largest()) below(row, *aim);
    sheet.add(std::move(row));
  }
}

void add_disk(const Plan& plan, Sheet& sheet) {
  sheet.begin("On the disk, an entry");
  for (const Size size : plan.sizes) {
    const fs::path ledger = plan.made(size) / "ledger";
    Globals globals;
    globals.where = ledger.string();
    const Size entries = need(Session::open(globals, Home(plan.made(size) / "home")))->ledger().size();
    double bytes = 0;
    RawScan(ledger).each(0, entries, [&bytes](BytesView entry) { bytes += static_cast<double>(entry.size()); });
    Row row;
    row.what = at("whole ledger", size);
    row.unit = Unit::bytes;
    row.value = bytes_on_disk(ledger) / static_cast<double>(entries);
    row.limit = Limit{"entries alone", bytes / static_cast<double>(entries)};
    sheet.add(std::move(row));
  }
}

}  // namespace

void measure_programs(const Plan& plan, Sheet& sheet) {
  const std::vector<Prompt> prompts = {{"cairn status", {"status"}, false},
                                       {"cairn history MODEL", {"history", "model-7"}, false},
                                       {"cairn history MODEL, cold,", {"history", "model-7"}, true},
                                       {"cairn status --model, cold,", {"status", "--model", "model-7"}, true}};
  std::vector<std::unique_ptr<Changing>> all;
  for (const Size size : plan.sizes) all.push_back(std::make_unique<Changing>(plan, size));
  Contest contest;
  contest.add("cairn --version", [&] { return seconds_of(plan.program(plan.directory, {"--version"})); });
  for (const auto& one : all) {
    const fs::path on = one->copy.directory();
    for (const Prompt& prompt : prompts) {
      contest.add(at(prompt.name, one->size), [&plan, &prompt, on] {
        if (prompt.cold) drop_cached(on / "ledger");
        return seconds_of(plan.program(on, prompt.words));
      });
    }
    contest.add(at("cairn, one write,", one->size),
                [&plan, &one, on] { return seconds_of(plan.program(on, one->next())); });
  }
  contest.run(plan.rounds + 2);
  sheet.begin("Whole processes");
  sheet.add(row_of("cairn --version", contest.of("cairn --version"), Unit::seconds));
  for (const Prompt& prompt : prompts) {
    add_program_rows(contest, plan, prompt.name, prompt.cold ? std::optional(longest_cold_question) : std::nullopt,
                     sheet);
  }
  add_program_rows(contest, plan, "cairn, one write,", longest_write, sheet);
  add_disk(plan, sheet);
}

}  // namespace cairn::bench
