// dora.
#include <algorithm>
#include <set>

#include "commands/moments.h"
#include "commands/render_dora.h"
#include "commands/run_questions.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "projections/delivery.h"

namespace cairn {

namespace {

struct Asked {
  Size size = 0;  // entries up to the period's end
  Period period;
  Millis since = 0;  // as it was said
};

// A ledger knows nothing of the time before its first entry and after its newest: a rate over more than that would be
// too low.
Result<Asked> read_period(const Ledger& ledger, const DoraFlags& flags) {
  TRY_LET(range, read_range(flags.since, flags.until));
  TRY_LET(first, ledger.entry(0));
  TRY_LET(newest, ledger.entry(ledger.size() - 1));
  if (*range.since > newest.entry.recorded) {
    return usage("--since " + printable(flags.since) + " is after the newest entry, of " +
                 format_time(newest.entry.recorded) + ": nothing is known of that time");
  }
  Asked asked{ledger.size(), {std::max(*range.since, first.entry.recorded), newest.entry.recorded}, *range.since};
  if (range.until) {
    TRY_LET(size, size_at(ledger, *flags.until));
    asked.size = size;
    asked.period.until = std::min(*range.until, newest.entry.recorded);
  }
  asked.period.until = std::max(asked.period.until, asked.period.since);
  return asked;
}

Error unknown(std::string_view what, const std::string& name, const std::set<std::string>& known) {
  return usage(str("until the end of the period there is no ", what, ' ', printable(name),
                   known.empty() ? "" : "; there are ", joined(known, ", ")));
}

// "None" would be a misleading answer to a misspelt question.
Result<void> check_filter(const World& world, const DeliveryFilter& filter) {
  std::set<std::string> models;
  for (const auto& row : world.versions.rows()) models.insert(row.first.first);
  if (!filter.model.empty() && !models.contains(filter.model)) return unknown("model", filter.model, models);
  std::set<std::string> environments;
  for (const auto& row : world.policy().environments) environments.insert(row.first);
  for (const auto& row : world.slots.rows()) environments.insert(row.first.second);
  if (!filter.environment.empty() && !environments.contains(filter.environment)) {
    return unknown("environment", filter.environment, environments);
  }
  return {};
}

}  // namespace

Result<Exit> run_dora(const Globals& globals, const DoraFlags& flags) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  TRY_LET(asked, read_period(ledger, flags));
  Delivery delivery(asked.period);
  ProgressBar bar("entries");
  TRY(walk_signed(ledger, 0, asked.size, [&](const Recorded& entry) -> Result<void> {
    delivery.apply(entry);
    const Size done = entry.seq + 1;
    if (done % 256 == 0 || done == asked.size) bar.show(done, asked.size);
    return {};
  }));
  const DeliveryFilter filter{flags.model.value_or(""), flags.environment.value_or("")};
  TRY(check_filter(delivery.world(), filter));
  print(globals.json ? delivery_json(delivery, filter) : delivery_text(delivery, filter, asked.since, flags.seqs));
  return Exit::done;
}

}  // namespace cairn
