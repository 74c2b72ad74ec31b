#include "commands/html_sections.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

// On a narrow screen rows are cards, which takes a table its meaning; the roles give it back.
void open_cell(Html& html, std::string_view look) {
  html.open("td", {{"class", std::string(look)}, {"role", "cell"}});
}

// "canary, 10 % -> canary, 25 %", as typeset.
std::string with_arrows(std::string text) {
  for (std::size_t at = text.find("->"); at != std::string::npos; at = text.find("->", at)) text.replace(at, 2, "→");
  for (std::size_t at = text.find(" %"); at != std::string::npos; at = text.find(" %", at))
    text.replace(at, 1, "\u00a0");
  return text;
}

void add_said(Html& html, const ReportRow& row) {
  const std::string tried = row.outcome.empty() ? "" : "tried: ";
  for (const std::string& sentence : row.said) html.leaf("p", tried + sentence, {{"class", "prose"}});
  if (!row.change.empty()) html.leaf("p", with_arrows(row.change), {{"class", "change"}});
  if (row.reasons.empty()) return;
  html.open("ul", {{"class", "reasons"}});
  for (const std::string& reason : row.reasons) html.leaf("li", reason, {{"class", "prose"}});
  html.close("ul");
}

void add_causes(Page& page, const std::vector<Cause>& causes) {
  Html& html = page.html;
  html.open("dt").text("Stands on").close("dt").open("dd");
  if (causes.empty()) html.leaf("span", "no other entry", {{"class", "missing"}});
  html.open("ul", {{"class", "causes"}});
  for (const Cause& cause : causes) {
    html.open("li").leaf("b", to_text(cause.kind)).text(" ");
    add_seqs(page, {cause.seq});
    if (!cause.note.empty()) html.text(" ").leaf("span", cause.note, {{"class", "prose"}});
    html.close("li");
  }
  html.close("ul").close("dd").line();
}

std::string lag_of(const ReportRow& row) {
  const Millis lag = row.recorded - row.claimed;
  if (lag == 0) return "";
  return " (" + describe_duration(lag < 0 ? -lag : lag) +
         (lag < 0 ? " after it was recorded)" : " before it was recorded)");
}

// What is to be found inside.
std::string summary_of(const ReportRow& row) {
  std::string text;
  if (!row.causes.empty()) text += str(row.causes.size(), row.causes.size() == 1 ? " cause, " : " causes, ");
  if (!row.evidence.empty()) text += "evidence, ";
  return text + "leaf " + short_hex(row.leaf);
}

void add_more(Page& page, const ReportRow& row) {
  Html& html = page.html;
  html.open("details").leaf("summary", summary_of(row)).open("dl", {{"class", "more"}}).line();
  add_causes(page, row.causes);
  html.leaf("dt", "Evidence").open("dd");
  if (row.evidence.empty()) html.leaf("span", "none", {{"class", "missing"}});
  add_seqs(page, row.evidence);
  html.close("dd").line();
  html.leaf("dt", "Claimed by the author").open("dd");
  add_time(html, row.claimed, row.seq, "claimed");
  html.text(lag_of(row)).close("dd").line();
  html.leaf("dt", "Leaf hash").open("dd");
  add_fact(html, "code", row.leaf.hex(), row.seq, "leaf");
  const auto place = page.places.find(row.seq);
  if (place != page.places.end() && !page.report.annex.empty()) {
    html.text(" ").leaf("a", "raw entry and proof", {{"href", str("#entry-", row.seq)}});
  }
  html.close("dd").close("dl").close("details");
}

void add_row(Page& page, const ReportRow& row) {
  Html& html = page.html;
  html.open("tr", {{"id", str("seq-", row.seq)}, {"role", "row"}, {"class", row.outcome.empty() ? "" : "refused"}});
  html.open("th", {{"scope", "row"}, {"role", "rowheader"}, {"class", "c-seq"}});
  html.leaf("a", str(row.seq), {{"href", str("#seq-", row.seq)}, {"class", "seq"}}).close("th");
  open_cell(html, "c-time");
  add_time(html, row.recorded, row.seq, "recorded");
  html.close("td");
  open_cell(html, "c-who");
  if (page.report.anonymised) {
    html.text(row.actor);
  } else {
    add_fact(html, "span", row.actor, row.seq, "author");
  }
  html.close("td");
  open_cell(html, "c-what");
  add_said(html, row);
  add_more(page, row);
  html.close("td");
  open_cell(html, "c-outcome");
  add_outcome(html, row.outcome, row.seq);
  html.close("td").close("tr").line();
}

}  // namespace

void add_timeline(Page& page) {
  Html& html = page.html;
  add_lead(html, "Every entry of this report by its place in the ledger. Times are the log's, in UTC.");
  if (page.report.timeline.empty()) {
    add_remarks(page, {}, "No entry.");
    return;
  }
  html.markup(
      "<p class=\"filter needs-script\"><label for=\"filter\">Filter the timeline</label> "
      "<input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" "
      "aria-describedby=\"filter-count\"/> <output id=\"filter-count\" for=\"filter\"></output></p>\n");
  html.open("table", {{"class", "timeline"}, {"role", "table"}, {"aria-labelledby", "timeline-h"}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column : {"Entry", "Recorded (UTC)", "By", "What", "Outcome"}) {
    html.leaf("th", column, {{"scope", "col"}, {"role", "columnheader"}});
  }
  html.close("tr").close("thead").line().open("tbody", {{"role", "rowgroup"}}).line();
  for (const ReportRow& row : page.report.timeline) add_row(page, row);
  html.close("tbody").close("table").line();
}

void add_population(Page& page) {
  Html& html = page.html;
  add_lead(html, "Every change and approval of the period, admitted or refused.");
  if (!page.report.population_proof.empty()) html.leaf("p", page.report.population_proof, {{"class", "prose"}}).line();
  if (!page.report.counts.empty()) add_facts(page, page.report.counts);
  if (page.report.population.empty()) {
    add_remarks(page, {}, "No change.");
    return;
  }
  open_table(html, "Every change and approval of the period",
             {"Entry", "Recorded (UTC)", "By", "Kind", "What", "Outcome"});
  for (const PopulationRow& row : page.report.population) {
    html.open("tr", {{"id", str("change-", row.seq)}}).open("th", {{"scope", "row"}});
    add_seq(page, row.seq);
    html.close("th").open("td");
    add_time(html, row.recorded, row.seq, "recorded");
    html.close("td").open("td");
    if (page.report.anonymised) {
      html.text(row.actor);
    } else {
      add_fact(html, "span", row.actor, row.seq, "author");
    }
    html.close("td")
        .leaf("td", row.kind)
        .leaf("td", (row.outcome.empty() ? "" : "tried: ") + row.what, {{"class", "prose wide"}})
        .open("td");
    add_outcome(html, row.outcome, row.seq);
    html.close("td").close("tr").line();
  }
  close_table(html);
}

}  // namespace cairn
