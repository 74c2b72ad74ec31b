// Writes the pages that the browser tests open: one that holds of each kind, and one for each thing that must not go
// unnoticed, named after it.
//   write_pages DIRECTORY
#include <cstdio>
#include <functional>
#include <map>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "tests/commands/sample_report.h"

namespace cairn::test {

namespace {

using Change = std::function<void(ChangeReport&)>;

// As whoever changes a ledger behind its back would have it rendered.
const std::map<std::string, Change>& changes() {
  static const std::map<std::string, Change> all = {
      {"entry", [](ChangeReport& report) { report.annex[3].bytes.back() ^= 1; }},
      {"entry-recorded", [](ChangeReport& report) { report.annex[3].bytes[8] ^= 1; }},
      {"leaf", [](ChangeReport& report) { report.annex[3].leaf.bytes[0] ^= 1; }},
      {"proof", [](ChangeReport& report) { report.annex[3].proof[1].bytes[31] ^= 1; }},
      {"proof-short", [](ChangeReport& report) { report.annex[3].proof.pop_back(); }},
      {"proof-long", [](ChangeReport& report) { report.annex[3].proof.push_back(report.verifier.root); }},
      {"root", [](ChangeReport& report) { report.verifier.root.bytes[5] ^= 1; }},
      {"size", [](ChangeReport& report) { ++report.verifier.size; }},
      {"ledger", [](ChangeReport& report) { report.verifier.ledger.bytes[5] ^= 1; }},
      {"checkpoint-size",
       [](ChangeReport& report) { report.verifier.checkpoint[report.verifier.origin.size() + 1] ^= 1; }},
      {"checkpoint-signature",
       [](ChangeReport& report) {
         char& digit = report.verifier.checkpoint[report.verifier.checkpoint.size() - 20];
         digit = digit == 'A' ? 'B' : 'A';
       }},
      {"vkey", [](ChangeReport& report) { report.verifier.vkey.back() ^= 2; }},
      {"time", [](ChangeReport& report) { report.timeline[2].recorded += 1; }},
      {"claimed", [](ChangeReport& report) { report.timeline[2].claimed += 1; }},
      {"actor", [](ChangeReport& report) { report.timeline[2].actor = "erin"; }},
      {"outcome", [](ChangeReport& report) { report.timeline[6].outcome = ""; }},
      {"swapped", [](ChangeReport& report) { std::swap(report.annex[2].bytes, report.annex[3].bytes); }},
      {"value", [](ChangeReport& report) { report.plots[0].points[6].value = Decimal::parse("0.12").value(); }},
      {"entry-left-out", [](ChangeReport& report) { report.annex.erase(report.annex.begin() + 5); }},
      {"bytes-left-out", [](ChangeReport& report) { report.annex[5].bytes.clear(); }},
  };
  return all;
}

bool write_page(const std::string& directory, const std::string& name, const ChangeReport& report) {
  const auto written = create_file(directory + "/" + name + ".html", report_html(report), 0644);
  if (!written.ok()) std::fprintf(stderr, "%s\n", written.error().message.c_str());
  return written.ok();
}

}  // namespace

int write_pages(const std::string& directory) {
  bool good = write_page(directory, "good", sample_incident()) && write_page(directory, "period", sample_period()) &&
              write_page(directory, "anonymised", sample_anonymised());
  for (const auto& [name, change] : changes()) {
    ChangeReport report = sample_incident();
    change(report);
    good = good && write_page(directory, "bad-" + name, report);
  }
  return good ? 0 : 1;
}

}  // namespace cairn::test

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  return cairn::test::write_pages(argv[1]);
}
