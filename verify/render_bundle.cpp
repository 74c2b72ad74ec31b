#include "verify/render_bundle.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "verify/layout.h"

namespace cairn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t shown_digits = 16;  // of a leaf hash: --json has all

constexpr const char* not_decided =
    "Inclusion only: each entry above is in the log under that root, and its author signed it. Outcomes and recorded "
    "times are the log's word, and were not decided again; nor was it looked at what lies between these entries, or "
    "whether others were left out. A bundle of the whole ledger (`cairn bundle` without a choice) shows all of that.";

Size count_holding(const PartialReport& report) {
  Size count = 0;
  for (const IncludedEntry& entry : report.entries) count += entry.holds ? 1 : 0;
  return count;
}

std::string entries_table(const PartialReport& report) {
  std::vector<std::vector<std::string>> rows = {{"seq", "recorded", "author", "outcome", "leaf"}};
  for (const IncludedEntry& entry : report.entries) {
    const std::string leaf = entry.leaf.hex().substr(0, shown_digits);
    rows.push_back({std::to_string(entry.seq), entry.recorded == 0 ? "" : format_time(entry.recorded), entry.author,
                    entry.outcome.empty() ? "admitted" : entry.outcome, entry.holds ? leaf : leaf + "  NOT VERIFIED"});
  }
  return rows_of_text(rows);
}

Json json_of(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back(Json{{"kind", wire_name(finding.kind)},
                        {"seq", finding.seq ? Json(*finding.seq) : Json(nullptr)},
                        {"what", finding.what}});
  }
  return list;
}

// What is quoted may be hostile bytes, and what is not UTF-8 must not stop the report.
std::string json_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string render_text(const PartialReport& report) {
  std::string text =
      str(report.verified() ? "VERIFIED, inclusion only" : "NOT VERIFIED", "  ", printable(report.origin), "\n\n");
  text += field("bundle", str("partial: ", report.entries.size(), " of ", report.head.size, " entries"));
  text += field("ledger", report.ledger.hex());
  text += field("log key", report.vkey);
  text += field("size", std::to_string(report.head.size));
  text += field("root", report.head.root.hex());
  if (report.witnesses) text += witnesses_field(*report.witnesses);
  text += field("entries", str(count_holding(report), " are in the log and signed by their authors"));
  text += field("attachments",
                str(report.attachments_verified, " hold, ", report.attachments_missing.size(), " not supplied"));
  text += '\n' + entries_table(report) + list_findings(report.findings);
  return report.verified() ? text + '\n' + wrap(not_decided, 2) : text;
}

std::string render_json(const PartialReport& report) {
  Json document = {{"verified", report.verified()},
                   {"bundle", "partial"},
                   {"redecided", false},
                   {"origin", report.origin},
                   {"ledger", report.ledger.hex()},
                   {"log_key", report.vkey},
                   {"head", {{"size", report.head.size}, {"root", report.head.root.hex()}}},
                   {"entries", report.entries.size()}};
  if (report.witnesses) document["witnesses"] = *report.witnesses;
  Json included = Json::array();
  for (const IncludedEntry& entry : report.entries) {
    Json row = {{"seq", entry.seq},
                {"recorded", entry.recorded},
                {"author", entry.author},
                {"outcome", entry.outcome.empty() ? "admitted" : "refused"}};
    if (!entry.outcome.empty()) row["refusal"] = entry.outcome;
    row["leaf_hash"] = entry.leaf.hex();
    row["types"] = entry.types;
    row["holds"] = entry.holds;
    included.push_back(std::move(row));
  }
  document["included"] = std::move(included);
  Json missing = Json::array();
  for (const Hash& digest : report.attachments_missing) missing.push_back(digest.hex());
  document["attachments"] = Json{{"verified", report.attachments_verified}, {"missing", std::move(missing)}};
  document["findings"] = json_of(report.findings);
  return json_text(document);
}

std::string render_text_of_no_bundle(const Finding& why) {
  return "NOT VERIFIED\n\n" + wrap(printable(why.what), 2);
}

std::string render_json_of_no_bundle(const Finding& why) {
  return json_text({{"verified", false}, {"findings", json_of({why})}});
}

}  // namespace cairn
