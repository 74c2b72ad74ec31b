#include "commands/html_parts.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr std::size_t most_seqs_in_line = 12;

// "A" ... "Z", "A2" ...
std::string letter_of(std::size_t index) {
  const std::size_t round = index / 26;
  std::string letter(1, static_cast<char>('A' + index % 26));
  return round == 0 ? letter : letter + str(round + 1);
}

Attributes bound(Seq seq, std::string_view fact) {
  return {{"data-seq", str(seq)}, {"data-fact", std::string(fact)}};
}

// Milliseconds matter to who compares, not to who reads.
void add_time_with(Html& html, Millis time, Attributes attributes) {
  const std::string text = time_to_the_millisecond(time);
  const std::size_t point = std::min(text.find('.'), text.size());  // none in what no calendar reaches
  attributes.emplace_back("datetime", format_time(time));
  html.open("time", attributes).text(text.substr(0, point));
  html.leaf("span", text.substr(point), {{"class", "ms"}}).close("time");
}

}  // namespace

VersionMarks mark_versions(const ChangeReport& report) {
  std::vector<std::pair<Millis, std::string>> shown;
  for (const Strip& strip : report.strips) {
    for (const Span& span : strip.spans) shown.emplace_back(span.from, span.version);
  }
  for (const Plot& plot : report.plots) {
    for (const PlotPoint& point : plot.points) shown.emplace_back(point.recorded, point.version);
  }
  std::sort(shown.begin(), shown.end());
  VersionMarks marks;
  for (const auto& one : shown) {
    const std::size_t next = marks.size();
    marks.try_emplace(one.second, VersionMark{letter_of(next), next % version_looks});
  }
  return marks;
}

Page::Page(const ChangeReport& shown) : report(shown), marks(mark_versions(shown)) {
  for (const AnnexEntry& entry : report.annex) places[entry.seq] = str("#entry-", entry.seq);
  for (const PopulationRow& row : report.population) places[row.seq] = str("#change-", row.seq);
  for (const ReportRow& row : report.timeline) places[row.seq] = str("#seq-", row.seq);
}

void add_time(Html& html, Millis time) {
  add_time_with(html, time, {});
}

void add_time(Html& html, Millis time, Seq seq, std::string_view fact) {
  add_time_with(html, time, bound(seq, fact));
}

void add_fact(Html& html, std::string_view tag, std::string_view text, Seq seq, std::string_view fact) {
  html.leaf(tag, text, bound(seq, fact));
}

void add_outcome(Html& html, const std::string& outcome, Seq seq) {
  html.open("span", {{"class", outcome.empty() ? "outcome good" : "outcome bad"}});
  html.markup(outcome.empty() ? "<span class=\"sign\" aria-hidden=\"true\">✓</span> "
                              : "<span class=\"sign\">✕ refused</span> ");
  add_fact(html, "span", outcome.empty() ? "admitted" : outcome, seq, "outcome");
  html.close("span");
}

void add_seq(Page& page, Seq seq) {
  const auto place = page.places.find(seq);
  if (place == page.places.end()) {
    page.html.leaf("span", str(seq), {{"class", "seq"}});
  } else {
    page.html.leaf("a", str(seq), {{"class", "seq"}, {"href", place->second}});
  }
}

void add_seqs(Page& page, const std::vector<Seq>& seqs) {
  if (seqs.empty()) return;
  Html& html = page.html;
  const bool folded = seqs.size() > most_seqs_in_line;
  if (folded) {
    html.open("details", {{"class", "seqs"}}).leaf("summary", str(seqs.size(), " entries"));
  } else {
    html.open("span", {{"class", "seqs"}}).text(seqs.size() == 1 ? "entry " : "entries ");
  }
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    if (i > 0) html.text(", ");
    add_seq(page, seqs[i]);
  }
  html.close(folded ? "details" : "span");
}

void add_not_recorded(Html& html) {
  html.leaf("span", "not recorded", {{"class", "missing"}});
}

void add_lead(Html& html, std::string_view text) {
  html.leaf("p", text, {{"class", "lead"}}).line();
}

void open_scroller(Html& html, std::string_view label) {
  html.open("div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", std::string(label)}});
}

void close_scroller(Html& html) {
  html.close("div").line();
}

void open_table(Html& html, std::string_view caption, const std::vector<std::string_view>& columns) {
  open_scroller(html, caption);
  html.open("table").leaf("caption", caption).open("thead").open("tr");
  for (const std::string_view column : columns) html.leaf("th", column, {{"scope", "col"}});
  html.close("tr").close("thead").line().open("tbody").line();
}

void close_table(Html& html) {
  html.close("tbody").close("table");
  close_scroller(html);
}

std::string threshold_text(const Gate& gate) {
  const std::string threshold = gate.threshold.text();
  switch (gate.comparison) {
    case Comparison::at_least:
      return "≥ " + threshold;
    case Comparison::more_than:
      return "> " + threshold;
    case Comparison::at_most:
      return "≤ " + threshold;
    case Comparison::less_than:
      return "< " + threshold;
    case Comparison::equal:
      return "= " + threshold;
    case Comparison::age_at_most: {
      const auto millis = gate.threshold.to_int();
      return "at most " + (millis ? format_duration(*millis) : threshold) + " old";
    }
    case Comparison::drop_at_most:
      return "fall of at most " + threshold;
    case Comparison::rise_at_most:
      return "rise of at most " + threshold;
  }
  return threshold;
}

void add_fact_row(Page& page, const Fact& fact) {
  Html& html = page.html;
  html.open("div").leaf("dt", fact.name).open("dd");
  if (fact.value.empty()) {
    add_not_recorded(html);
  } else {
    html.leaf("span", fact.value, {{"class", "prose"}});
  }
  html.text(" ");
  add_seqs(page, fact.seqs);
  html.close("dd").close("div").line();
}

void add_facts(Page& page, const std::vector<Fact>& facts) {
  page.html.open("dl", {{"class", "facts"}}).line();
  for (const Fact& fact : facts) add_fact_row(page, fact);
  page.html.close("dl").line();
}

void add_remarks(Page& page, const std::vector<Remark>& remarks, std::string_view if_none) {
  Html& html = page.html;
  if (remarks.empty()) {
    html.leaf("p", if_none, {{"class", "missing"}}).line();
    return;
  }
  html.open("ul", {{"class", "remarks"}}).line();
  for (const Remark& remark : remarks) {
    html.open("li").leaf("span", remark.what, {{"class", "prose"}}).text(" ");
    add_seqs(page, remark.seqs);
    html.close("li").line();
  }
  html.close("ul").line();
}

void add_version(Page& page, const std::string& version) {
  const auto mark = page.marks.find(version);
  if (mark != page.marks.end()) {
    page.html.leaf("span", mark->second.letter, {{"class", str("letter v", mark->second.index)}}).text(" ");
  }
  page.html.leaf("span", version, {{"class", "version"}});
}

}  // namespace cairn
