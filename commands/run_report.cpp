// report incident, rollout, period.
#include <limits>

#include "commands/anonymise_report.h"
#include "commands/gather_report.h"
#include "commands/moments.h"
#include "commands/run.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

Result<Size> covered(const Ledger& ledger, const ReportFlags& flags) {
  if (flags.at) return size_at(ledger, *flags.at);
  if (!flags.seq) return ledger.size();
  if (*flags.seq >= ledger.size()) {
    return usage(str("--seq ", *flags.seq, ": this ledger holds entries 0 to ", ledger.size() - 1));
  }
  return *flags.seq + 1;
}

Result<ChangeReport> gathered(const ReportSource& source, const ReportFlags& flags) {
  switch (flags.of) {
    case ReportFlags::Of::incident:
      return gather_incident(source, flags.subject);
    case ReportFlags::Of::rollout:
      return gather_rollout(source, flags.subject);
    case ReportFlags::Of::period:
      break;
  }
  TRY_LET(since, given("--since", read_moment(flags.since)));
  if (!flags.until) return gather_period(source, since, source.moment() + 1);
  TRY_LET(until, given("--until", read_moment(*flags.until)));
  if (until <= since) return usage("--until lies before --since: give a period that has a length");
  return gather_period(source, since, until);
}

std::string rendered(const ChangeReport& report, const std::string& format) {
  if (format == "json") return report_json(report);
  return format == "md" ? report_markdown(report) : report_text(report);
}

}  // namespace

Result<Exit> run_report(const Globals& globals, const ReportFlags& flags) {
  TRY_LET(reading, open_reading(globals));
  TRY_LET(size, covered(reading.session->ledger(), flags));
  TRY_LET(source, ReportSource::open(reading.session->ledger(), size));
  TRY_LET(report, gathered(source, flags));
  if (flags.anonymise) anonymise(source.world(), report);
  const std::string document = rendered(report, globals.json && !flags.out ? "json" : flags.format);
  if (!flags.out) {
    print(document);
    return Exit::done;
  }
  TRY(replace_file(*flags.out, document, everyone_may_read));
  print("Wrote " + printable(flags.out->string()) + ": SHA-256 " + sha256(document).hex() + ", of a log of " +
        str(source.size()) + " entries\n");
  return Exit::done;
}

}  // namespace cairn
