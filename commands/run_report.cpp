// report incident, rollout, period.
#include <nlohmann/json.hpp>

#include "commands/anonymise_report.h"
#include "commands/gather_report.h"
#include "commands/json_text.h"
#include "commands/moments.h"
#include "commands/run_questions.h"
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
  switch (flags.kind) {
    case ReportKind::incident:
      return gather_incident(source, flags.subject);
    case ReportKind::rollout:
      return gather_rollout(source, flags.subject);
    case ReportKind::period:
      break;
  }
  TRY_LET(since, given("--since", read_moment(flags.since)));
  if (!flags.until) return gather_period(source, since, source.moment());
  TRY_LET(until, given("--until", read_moment(*flags.until)));
  if (until <= since) return usage("--until does not lie after --since: give a period that has a length");
  return gather_period(source, since, until);
}

Result<ChangeReport> report_of(const Globals& globals, const ReportFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(session, Session::open(globals, home));
  TRY_LET(size, covered(session->ledger(), flags));
  TRY_LET(source, ReportSource::open(session->ledger(), size));
  TRY_LET(report, gathered(source, flags));
  if (flags.anonymise) anonymise(source.world(), report);
  return report;
}

std::string rendered(const ChangeReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::md:
      return report_markdown(report);
    case ReportFormat::json:
      return report_json(report);
    case ReportFormat::html:
      return report_html(report);
    case ReportFormat::text:
      break;
  }
  return report_text(report);
}

Result<void> check_flags(const ReportFlags& flags, const WriteFlags& write) {
  if (flags.record && !flags.out) return usage("--record needs --out FILE: what goes on record is that file's digest");
  const bool writes = write.sign_only || write.dry_run || write.wait || write.id || write.valid_for;
  if (!flags.record && writes) return usage("a report that is not recorded signs nothing: give --record too");
  return {};
}

void show_written_file(const Globals& globals, const Path& file, const std::string& document, Size size) {
  const std::string digest = sha256(document).hex();
  if (globals.json) {
    const nlohmann::ordered_json json = {
        {"file", file.string()}, {"digest", digest}, {"bytes", document.size()}, {"size", size}};
    print(json_text(json));
  } else {
    print("Wrote " + printable(file.string()) + str(", of a log of ", size, " entries\n  SHA-256 ", digest, "\n"));
  }
}

}  // namespace

Result<Exit> run_report(const Globals& globals, const WriteFlags& write, const ReportFlags& flags) {
  TRY(check_flags(flags, write));
  TRY_LET(format, given("--format", parse_report_format(flags.format)));
  TRY_LET(report, report_of(globals, flags));
  const std::string document = rendered(report, globals.json && !flags.out ? ReportFormat::json : format);
  if (!flags.out) {
    print(document);
    return Exit::done;
  }
  TRY(replace_file(*flags.out, document, everyone_may_read));
  if (!flags.record) {
    show_written_file(globals, *flags.out, document, report.verifier.size);
    return Exit::done;
  }
  return record(
      globals, write,
      ReportRecorded{report.kind, report.subject, format, sha256(document), document.size(), report.verifier.size});
}

}  // namespace cairn
