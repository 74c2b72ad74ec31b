#include "commands/report_sections.h"

#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

Columns facts_table(const std::vector<Fact>& facts) {
  Columns table;
  for (const Fact& one : facts) {
    const std::string entries = entries_text(one.seqs);
    const std::string value = one.value.empty() ? not_recorded_text : one.value;
    table.rows.push_back({one.name, value + (entries.empty() ? "" : " [" + entries + "]")});
  }
  return table;
}

Section facts_section(std::string title, const std::vector<Fact>& facts) {
  Section section{std::move(title), {}};
  if (facts.empty()) {
    section.blocks.push_back(Paragraph{not_recorded_text});
  } else {
    section.blocks.push_back(facts_table(facts));
  }
  return section;
}

Section remarks_section(std::string title, const std::vector<Remark>& remarks, const char* none) {
  Section section{std::move(title), {}};
  if (remarks.empty()) {
    section.blocks.push_back(Paragraph{none});
    return section;
  }
  ItemList list;
  for (const Remark& remark : remarks) {
    const std::string entries = entries_text(remark.seqs);
    list.items.push_back(remark.what + (entries.empty() ? "" : " [" + entries + "]"));
  }
  section.blocks.push_back(std::move(list));
  return section;
}

Section header_section(const ChangeReport& report) {
  const VerifierLine& verifier = report.verifier;
  Section section{"", {}};
  for (const std::string& notice : report.notices) section.blocks.push_back(Paragraph{notice});
  Columns table = facts_table(report.header);
  table.rows.push_back({"Models", joined(report.models, ", ")});
  table.rows.push_back({"Environments", joined(report.environments, ", ")});
  table.rows.push_back(
      {"Covers", time_to_the_second(report.from) + " to " + time_to_the_second(report.until) + " UTC"});
  table.rows.push_back({"As of", time_to_the_second(report.moment) + " UTC, when the newest entry was recorded"});
  table.rows.push_back({"Proof", str(verifier.entries, " entries, ", verifier.first, " to ", verifier.last,
                                     ", of a log of ", verifier.size, " with the root ", verifier.root.hex())});
  section.blocks.push_back(std::move(table));
  return section;
}

// "proposal 3; evidence 5, 6; policy 0"
std::string causes_text(const std::vector<Cause>& causes) {
  std::string text;
  for (std::size_t i = 0; i < causes.size(); ++i) {
    const bool goes_on = i > 0 && causes[i - 1].kind == causes[i].kind;
    text += goes_on ? ", " : str(i == 0 ? "" : "; ", to_text(causes[i].kind), " ");
    text += str(causes[i].seq);
  }
  return text;
}

std::string said_text(const ReportRow& row) {
  std::string text = row.outcome.empty() ? "" : "REFUSED (" + row.outcome + "), tried: ";
  text += joined(row.said, "; ");
  for (const std::string& reason : row.reasons) text += "\n- " + reason;
  if (!row.change.empty()) text += "\n" + row.change;
  // A clock that is off by less than a second tells nobody anything.
  if (row.claimed / 1000 != row.recorded / 1000) text += "\nsaid at " + time_to_the_second(row.claimed);
  const std::string causes = causes_text(row.causes);
  if (!causes.empty()) text += "\nstands on " + causes;
  return text + "\nleaf " + short_hex(row.leaf);
}

Section timeline_section(const ChangeReport& report) {
  Columns table{{"Entry", "Recorded (UTC)", "By", "What"}, {}};
  for (const ReportRow& row : report.timeline) {
    table.rows.push_back({str(row.seq), time_to_the_second(row.recorded), row.actor, said_text(row)});
  }
  return {"Timeline", {std::move(table)}};
}

Section policy_section(const ChangeReport& report) {
  Section section = facts_section("Policy, and what the newest one says", report.policy);
  if (report.hindsight.empty()) {
    section.blocks.push_back(Paragraph{"Every decision of this report was made by the newest policy."});
    return section;
  }
  ItemList list;
  for (const Hindsight& one : report.hindsight) {
    if (one.then == one.now) continue;
    std::string text = str("entry ", one.seq, ", ", one.what, ": ", one.then, " then, ", one.now, " by the newest");
    if (!one.reasons.empty()) text += ": " + joined(one.reasons, "; ");
    list.items.push_back(std::move(text));
  }
  section.blocks.push_back(Paragraph{str(report.hindsight.size(),
                                         " of its decisions were made by an older policy. The newest, asked about "
                                         "each in the world that it met, says otherwise of ",
                                         list.items.size(), ".")});
  section.blocks.push_back(std::move(list));
  return section;
}

Section clocks_section(const ChangeReport& report) {
  Section section{"Clocks", {}};
  if (report.deadlines.empty()) {
    section.blocks.push_back(Paragraph{"The policy sets none for this severity."});
    return section;
  }
  Columns table{{"Clock", "Due (UTC)", "State"}, {}};
  for (const Deadline& one : report.deadlines) {
    std::string state(to_text(one.state));
    if (!one.done) state += std::string(", ") + not_recorded_text + " as done";
    if (one.done) state += ", " + time_to_the_second(one.done->recorded) + " [" + entries_text({one.done->seq}) + "]";
    table.rows.push_back({one.name, time_to_the_second(one.due), state});
  }
  section.blocks.push_back(std::move(table));
  return section;
}

Section actions_section(const ChangeReport& report) {
  Section section{"Action items", {}};
  if (report.actions.empty()) {
    section.blocks.push_back(Paragraph{not_recorded_text});
    return section;
  }
  Columns table{{"No", "State", "Owner", "Due (UTC)", "Task"}, {}};
  for (const ActionRow& row : report.actions) {
    const std::string state = row.closed ? str("closed, ", *row.closed) : "open";
    table.rows.push_back({str(row.number), state, row.owner, time_to_the_second(row.due),
                          row.task + " [" + entries_text({row.opened}) + "]"});
  }
  section.blocks.push_back(std::move(table));
  return section;
}

std::vector<std::string> broken(const std::string& text) {
  constexpr std::size_t width = 76;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < text.size(); i += width) lines.push_back(text.substr(i, width));
  return lines;
}

Section annex_section(const ChangeReport& report) {
  const VerifierLine& verifier = report.verifier;
  Section section{"Annex: what this report is proved by", {}};
  section.blocks.push_back(Columns{{},
                                   {{"Ledger", verifier.ledger.hex()},
                                    {"Origin", verifier.origin},
                                    {"Log's key", verifier.vkey},
                                    {"Root", verifier.root.hex()}}});
  section.blocks.push_back(Paragraph{
      "Each entry is a leaf of the tree that the log signed: SHA-256 of a zero byte and the entry's bytes is its leaf "
      "hash, and with its proof (RFC 9162, 2.1.3.2) that gives the root. cairn show SEQ --entry writes the bytes, "
      "cairn "
      "prove SEQ the proof, cairn verify audits the whole."});
  std::vector<std::string> note;
  for (const std::string_view line : split(verifier.checkpoint, '\n')) note.emplace_back(line);
  section.blocks.push_back(Blob{"The signed checkpoint", std::move(note)});
  Columns table{{"Entry", "Leaf"}, {}};
  for (const AnnexEntry& entry : report.annex) table.rows.push_back({str(entry.seq), entry.leaf.hex()});
  section.blocks.push_back(std::move(table));
  for (const AnnexEntry& entry : report.annex) {
    std::vector<std::string> lines = {"leaf   " + entry.leaf.hex()};
    for (const Hash& hash : entry.proof) lines.push_back("proof  " + hash.hex());
    if (!entry.bytes.empty()) lines.emplace_back("bytes, base64:");
    for (std::string& line : broken(to_base64(entry.bytes))) lines.push_back(std::move(line));
    section.blocks.push_back(Blob{str("Entry ", entry.seq), std::move(lines)});
  }
  return section;
}

void add_incident_sections(const ChangeReport& report, std::vector<Section>& sections) {
  sections.push_back(facts_section("Impact", report.impact));
  sections.push_back(facts_section("Durations", report.durations));
  sections.push_back(clocks_section(report));
  sections.push_back(strips_section(report));
  sections.push_back(timeline_section(report));
  sections.push_back(remarks_section("Contributing factors", report.factors, not_recorded_text));
  sections.push_back(remarks_section("Deviations", report.deviations, "None is on record."));
  sections.push_back(gates_section(report));
  sections.push_back(metrics_section(report));
  sections.push_back(policy_section(report));
  sections.push_back(facts_section("Rollback", report.rollback));
  sections.push_back(remarks_section("Similar incidents before", report.similar, "None is on record."));
  sections.push_back(actions_section(report));
}

void add_rollout_sections(const ChangeReport& report, std::vector<Section>& sections) {
  sections.push_back(facts_section("Durations", report.durations));
  sections.push_back(strips_section(report));
  sections.push_back(timeline_section(report));
  sections.push_back(remarks_section("Deviations", report.deviations, "None is on record."));
  sections.push_back(gates_section(report));
  sections.push_back(metrics_section(report));
  sections.push_back(policy_section(report));
  sections.push_back(facts_section("Rollback", report.rollback));
  sections.push_back(remarks_section("Incidents since it was proposed", report.incidents, "None is on record."));
}

Section population_section(const ChangeReport& report) {
  Section section{"Every change and approval of the period", {Paragraph{report.population_proof}}};
  if (report.population.empty()) {
    section.blocks.push_back(Paragraph{"No entry of the period changes or approves anything."});
    return section;
  }
  Columns table{{"Entry", "Recorded (UTC)", "Kind", "By", "What"}, {}};
  for (const PopulationRow& row : report.population) {
    const std::string refused = row.outcome.empty() ? "" : "REFUSED (" + row.outcome + "), tried: ";
    table.rows.push_back({str(row.seq), time_to_the_second(row.recorded), row.kind, row.actor, refused + row.what});
  }
  section.blocks.push_back(std::move(table));
  return section;
}

// Which entries are of a kind stands in the JSON; here, how many.
Section counts_section(const ChangeReport& report) {
  if (report.counts.empty()) return {"Entries by kind", {Paragraph{"None was recorded."}}};
  Columns table{{"Kind", "Entries"}, {}};
  for (const Fact& one : report.counts) table.rows.push_back({one.name, one.value});
  return {"Entries by kind", {std::move(table)}};
}

void add_period_sections(const ChangeReport& report, std::vector<Section>& sections) {
  sections.push_back(counts_section(report));
  sections.push_back(population_section(report));
  sections.push_back(remarks_section("Separation of duties", report.separation, "Nothing of the period takes two."));
  sections.push_back(remarks_section("Broken glass", report.broken_glass, "None was broken."));
  sections.push_back(remarks_section("Refusals", report.refusals, "None is on record."));
  sections.push_back(remarks_section("Incidents", report.incidents, "None was opened."));
  sections.push_back(facts_section("Policy", report.policy));
  sections.push_back(strips_section(report));
}

}  // namespace

std::string entries_text(const std::vector<Seq>& seqs) {
  if (seqs.empty()) return "";
  std::vector<std::string> all;
  for (const Seq seq : seqs) all.push_back(str(seq));
  return (seqs.size() == 1 ? "entry " : "entries ") + joined(all, ", ");
}

std::string report_title(const ChangeReport& report) {
  return report.subject + (report.title.empty() ? "" : ": " + report.title);
}

std::vector<Section> sections_of(const ChangeReport& report) {
  std::vector<Section> sections = {header_section(report)};
  switch (report.kind) {
    case ReportKind::incident:
      add_incident_sections(report, sections);
      break;
    case ReportKind::rollout:
      add_rollout_sections(report, sections);
      break;
    case ReportKind::period:
      add_period_sections(report, sections);
      break;
  }
  sections.push_back(annex_section(report));
  return sections;
}

}  // namespace cairn
