#include "commands/render_entry.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/render_json.h"
#include "commands/render_receipt.h"
#include "ledger/base/text.h"
#include "ledger/events/event_fields.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t longest_inline = 200;

// Takes the fields of an event, as the codec does, and makes a line of each.
class FieldRows {
 public:
  static constexpr bool writes = true;

  void operator()(std::string_view member, const std::string& value, const Form&) { text(member, value); }
  void operator()(std::string_view member, std::uint64_t value, std::uint64_t = 0) { add(member, str(value)); }
  void operator()(std::string_view member, Millis value) { add(member, value == 0 ? "none" : format_time(value)); }
  void operator()(std::string_view member, const Hash& value) { add(member, value == Hash{} ? "none" : value.hex()); }
  void operator()(std::string_view member, const Grant& value) { add(member, to_text(value)); }
  void operator()(std::string_view member, const Scope& value) { add(member, to_text(value)); }
  void operator()(std::string_view member, const std::vector<Guard>& values) {
    std::string list;
    for (const Guard value : values) list += (list.empty() ? "" : " ") + std::string(to_text(value));
    add(member, list);
  }
  void operator()(std::string_view member, const std::vector<Grant>& values) {
    for (const Grant& value : values) add(std::exchange(member, ""), to_text(value));
  }
  void operator()(std::string_view member, const std::vector<Seq>& values) {
    std::string list;
    for (const Seq value : values) list += (list.empty() ? "" : " ") + str(value);
    add(member, list.empty() ? "none" : list);
  }
  void operator()(std::string_view member, const std::vector<std::string>& values, const Form&) {
    for (const std::string& value : values) text(std::exchange(member, ""), value);
  }
  void operator()(std::string_view member, const std::set<std::string>& names, const Form&) {
    add(member, names.empty() ? "none" : joined(names, " "));
  }
  void operator()(std::string_view member, const NamedValues& values) {
    std::size_t width = 0;
    for (const auto& [name, value] : values) width = std::max(width, name.size());
    for (const auto& [name, value] : values) {
      add(std::exchange(member, ""), printable(name) + std::string(width - name.size() + 2, ' ') + value.text());
    }
  }
  void operator()(std::string_view member, Word auto value) { add(member, std::string(to_text(value))); }
  void binary(std::string_view member, const Bytes& value) {
    add(member, str(value.size(), " bytes, SHA-256 ", sha256(value).hex()));
  }

  Rows take() { return std::move(rows_); }

 private:
  void add(std::string_view member, std::string value) {
    rows_.push_back({"    " + toned(member, Tone::quiet), std::move(value)});
  }
  // A whole policy is no line of a table.
  void text(std::string_view member, const std::string& value) {
    if (value.empty()) return;
    if (value.size() <= longest_inline || value.find('\n') == std::string::npos) return add(member, printable(value));
    add(member, str(value.size(), " bytes, SHA-256 ", sha256(value).hex()));
  }

  Rows rows_;
};

std::string event_text(const Event& event, const ModelNames& names) {
  FieldRows io;
  std::visit([&io](const auto& e) { fields(io, e); }, event);
  return "  " + toned(wire_name(event), Tone::strong) + "  " + printable(describe(event, names)) + "\n" +
         table(io.take());
}

std::string head_text(const ExplainedEntry& explained) {
  const Recorded& recorded = explained.recorded;
  const Statement& statement = recorded.statement;
  const std::string outcome = recorded.entry.outcome.empty() ? toned("admitted", Tone::good)
                                                             : toned("refused: " + recorded.entry.outcome, Tone::bad);
  Rows rows = {{"entry", str(recorded.seq)},
               {"leaf", recorded.leaf.hex()},
               {"outcome", outcome},
               {"recorded", format_time(recorded.entry.recorded) + "  (the log's clock)"},
               {"author", printable(statement.author)},
               {"said at", format_time(statement.at) + ", valid until " + format_time(statement.expires)},
               {"id", printable(statement.id)}};
  if (recorded.seq > 0) {
    const std::string lies = explained.basis_holds ? "  on this history" : toned("  not on this history", Tone::bad);
    rows.push_back({"basis", str("size ", statement.basis.size) + lies});
    rows.push_back({"", statement.basis.root.hex()});
  }
  for (const auto& [subject, seq] : statement.expects) {
    rows.push_back({"expects", printable(subject) + str(" unchanged since entry ", seq)});
  }
  for (const Signature& signature : recorded.entry.signatures) {
    const std::string whose = explained.signer.empty() ? "no enrolled key" : "key of " + printable(explained.signer);
    rows.push_back({"signed with", whose});
    rows.push_back({"", signature.key.hex()});
    if (explained.doubt) rows.push_back({"", toned(describe(*explained.doubt), Tone::bad)});
  }
  return table(rows);
}

}  // namespace

std::string entry_text(const ExplainedEntry& explained, const ModelNames& names) {
  std::string text = head_text(explained) + "\n";
  text += toned(explained.recorded.entry.outcome.empty() ? "Said" : "Tried", Tone::strong) + "\n";
  for (const Event& event : explained.recorded.statement.events) text += event_text(event, names);
  return text + "\n" + why_text(explained);
}

std::string why_text(const ExplainedEntry& explained) {
  const Verdict& verdict = explained.verdict;
  std::string text = toned("Why", Tone::strong) + ", derived again from the entries before\n";
  if (!explained.agrees()) {
    const std::string rules = verdict.refused ? "refuse it: " + outcome_of(verdict) : "admit it";
    text += "  " + toned("The log's outcome is not what the rules say: they " + rules + ".", Tone::bad) + "\n";
  }
  if (!verdict.refused) text += "  Every rule that was asked said yes.\n";
  if (verdict.refused) text += refusal_text(*verdict.refused);
  for (const Refused& refused : verdict.also) text += refusal_text(refused);
  return text + gate_table(verdict.gates) + lifted_text(verdict.lifted);
}

std::string entry_json(const ExplainedEntry& explained) {
  const Entry& entry = explained.recorded.entry;
  Json json = {{"seq", explained.recorded.seq},
               {"leaf_hash", explained.recorded.leaf.hex()},
               {"recorded", entry.recorded},
               {"outcome", entry.outcome.empty() ? "admitted" : "refused"}};
  if (!entry.outcome.empty()) json["refusal"] = entry.outcome;
  json["signatures"] = Json::array();
  for (const Signature& signature : entry.signatures) {
    json["signatures"].push_back({{"key_id", signature.key.hex()}, {"signature", to_base64(signature.bytes)}});
  }
  json["signer"] = explained.signer;
  if (explained.doubt) {
    json["key_compromised"] = {{"since", explained.doubt->since}, {"entry", explained.doubt->entry}};
  }
  json["basis_on_history"] = explained.basis_holds;
  json["statement"] = Json::parse(entry.payload, nullptr, false);
  Json derived = {{"agrees", explained.agrees()}, {"outcome", explained.verdict.refused ? "refused" : "admitted"}};
  derived["refused_by"] = Json::array();
  if (explained.verdict.refused) derived["refused_by"].push_back(Json::parse(to_json(*explained.verdict.refused)));
  for (const Refused& refused : explained.verdict.also) derived["refused_by"].push_back(Json::parse(to_json(refused)));
  derived["gates"] = Json::parse(to_json(explained.verdict.gates));
  if (!explained.verdict.lifted.empty()) derived["lifted"] = Json::parse(to_json(explained.verdict.lifted));
  json["derived"] = std::move(derived);
  return json_text(json);
}

}  // namespace cairn
