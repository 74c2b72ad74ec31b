#include "verify/render_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "verify/layout.h"

namespace cairn {
namespace {

constexpr std::size_t most_missing_shown = 20;

std::string counted(const Report& report) {
  std::string text;
  if (report.quick) {
    text += field("entries", str(report.entries, " hashed; neither signatures nor rules were asked (--quick)"));
  } else {
    text += field("entries", str(report.entries, ": ", report.admitted, " admitted, ", report.refused, " refused"));
    if (report.since > 0) {
      text += field("since", str("entry ", report.since, "; those before it were verified when that head was kept,"));
      text += field("", "and are the same bytes: hashed, and folded as recorded");
    }
    text += field("outcomes", str(report.decided, " derived again from the rules"));
    text += field("signatures", str(report.signatures, " of authors hold"));
  }
  text += field("checkpoints", str(report.checkpoints, " opened"));
  text += field("tree hashes", str(report.nodes, " compared"));
  if (report.tags > 0) text += field("index", str(plural(report.tags, "subject", "subjects"), " compared"));
  if (report.snapshots > 0) text += field("snapshots", str(report.snapshots, " compared"));
  if (!report.quick) {
    text += field("attachments",
                  str(report.attachments_verified, " hold, ", report.attachments_missing, " not supplied",
                      report.attachments_erased.empty() ? "" : str(", ", report.attachments_erased.size(), " erased")));
  }
  return text;
}

std::string not_supplied(const Report& report) {
  if (report.attachments_missing == 0) return "";
  std::string text = "\nAttachments that are named and not supplied\n";
  const std::size_t shown = std::min(most_missing_shown, report.missing_attachments.size());
  for (std::size_t i = 0; i < shown; ++i) text += str("  ", report.missing_attachments[i].hex(), '\n');
  if (shown == report.attachments_missing) return text;
  return text +
         str("  and ", report.attachments_missing - shown, " more; --json names the first ", most_missing_named, '\n');
}

std::string asserted(const Report& report) {
  std::string text;
  if (report.asserted.empty()) return text;
  text += "\nOn somebody's word, since no rule can derive it\n";
  std::size_t width = 1;
  for (const auto& [what, count] : report.asserted) width = std::max(width, std::to_string(count).size());
  for (const auto& [what, count] : report.asserted) {
    const std::string number = std::to_string(count);
    text += str("  ", std::string(width - number.size(), ' '), number, "  ", printable(what), '\n');
  }
  return text;
}

}  // namespace

std::string render_text(const Report& report) {
  const bool nothing_read = report.entries == 0 && report.origin.empty();
  if (nothing_read) return "NOT VERIFIED  nothing could be read\n" + list_findings(report.findings);
  std::string text = str(report.verified() ? "VERIFIED" : "NOT VERIFIED", "  ", printable(report.origin), "\n\n");
  if (report.bundle) text += field("bundle", "complete: every entry from 0 on");
  text += field("ledger", report.ledger.hex());
  text += field("log key", report.vkey);
  if (report.signing != std::vector{report.vkey}) {
    for (const std::string& key : report.signing)
      text += field(&key == &report.signing.front() ? "signs now" : "", key);
  }
  text += field("size", std::to_string(report.head.size));
  text += field("root", report.head.root.hex());
  if (report.state) text += field("state", report.state->hex());
  if (report.witnesses) text += witnesses_field(*report.witnesses);
  text += counted(report);
  if (!report.trusted_from_outside) {
    text += '\n' + wrap(
                       "No key and no ledger id was brought along: this ledger agrees with itself, and whoever made it "
                       "chose the key that it is verified with.",
                       2);
  }
  text += not_supplied(report);
  if (!report.attachments_erased.empty()) text += "\nAttachments that were erased\n";
  for (const auto& [digest, erased] : report.attachments_erased) {
    text += str("  ", digest.hex(), "  entry ", erased.seq, erased.supplied ? ", and still supplied" : "", '\n');
  }
  return text + asserted(report) + list_findings(report.findings);
}

std::string render_json(const Report& report) {
  using Json = nlohmann::ordered_json;
  Json document;
  document["verified"] = report.verified();
  if (report.bundle) document["bundle"] = "complete";
  document["origin"] = report.origin;
  document["ledger"] = report.ledger.hex();
  document["log_key"] = report.vkey;
  document["log_keys_now"] = report.signing;
  document["trusted_from_outside"] = report.trusted_from_outside;
  document["quick"] = report.quick;
  document["head"] = Json{{"size", report.head.size}, {"root", report.head.root.hex()}};
  document["state_hash"] = report.state ? Json(report.state->hex()) : Json(nullptr);
  if (report.witnesses) document["witnesses"] = *report.witnesses;
  document["since"] = report.since;
  document["entries"] = report.entries;
  document["admitted"] = report.admitted;
  document["refused"] = report.refused;
  document["decided"] = report.decided;
  document["signatures"] = report.signatures;
  document["checkpoints"] = report.checkpoints;
  document["stored_hashes"] = report.nodes;
  document["index_tags"] = report.tags;
  document["snapshots"] = report.snapshots;
  Json missing = Json::array();
  for (const Hash& digest : report.missing_attachments) missing.push_back(digest.hex());
  Json gone = Json::array();
  for (const auto& [digest, erased] : report.attachments_erased) {
    gone.push_back({{"digest", digest.hex()}, {"seq", erased.seq}, {"supplied", erased.supplied}});
  }
  document["attachments"] = Json{{"verified", report.attachments_verified},
                                 {"missing_count", report.attachments_missing},
                                 {"missing", std::move(missing)},
                                 {"erased", std::move(gone)}};
  document["asserted"] = Json::object();
  for (const auto& [what, count] : report.asserted) document["asserted"][what] = count;
  document["findings"] = Json::array();
  for (const Finding& finding : report.findings) {
    document["findings"].push_back(Json{{"kind", wire_name(finding.kind)},
                                        {"seq", finding.seq ? Json(*finding.seq) : Json(nullptr)},
                                        {"what", finding.what}});
  }
  // Findings quote hostile bytes, and what is not UTF-8 must not stop the report.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace cairn
