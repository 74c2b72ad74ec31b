// The report as one HTML file that needs nothing else. Its policy lets run exactly the style and the script that were
// built in, by their hashes, and lets load nothing: markup that an entry smuggled in would stay dead.
#include <algorithm>
#include <array>

#include "commands/html_drawings.h"
#include "commands/html_sections.h"
#include "commands/report_code.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr unsigned of_incident = 1;
constexpr unsigned of_rollout = 2;
constexpr unsigned of_period = 4;
constexpr unsigned of_all = of_incident | of_rollout | of_period;

unsigned bit_of(ReportKind kind) {
  return kind == ReportKind::incident ? of_incident : kind == ReportKind::rollout ? of_rollout : of_period;
}

// A section is there where a reader of this kind of report expects it, or where there is something to show.
struct PageSection {
  std::string_view id;
  std::string_view heading;
  unsigned expected = 0;  // in which kinds
  bool (*filled)(const ChangeReport&) = nullptr;
  void (*add)(Page&) = nullptr;

  bool shown(const ChangeReport& report) const { return (expected & bit_of(report.kind)) != 0 || filled(report); }
};

void add_strips(Page& page) {
  add_lead(page.html, "Who had which share of the traffic. Height is the share; hatched is what held it still.");
  if (page.report.strips.empty()) add_remarks(page, {}, "No version ran in this window.");
  std::size_t number = 0;
  for (const Strip& strip : page.report.strips) add_strip(page, strip, ++number);
}

void add_metrics(Page& page) {
  add_lead(page.html,
           "Values as they were recorded, against the threshold of the policy in force at the report's moment.");
  if (page.report.plots.empty()) add_remarks(page, {}, "not recorded");
  add_plots(page);
}

void add_facts_or_none(Page& page, const std::vector<Fact>& facts) {
  if (facts.empty()) {
    add_remarks(page, {}, "not recorded");
  } else {
    add_facts(page, facts);
  }
}

void add_policy(Page& page) {
  add_facts_or_none(page, page.report.policy);
  add_hindsight(page);
}

const std::array<PageSection, 19>& sections() {
  using Report = const ChangeReport&;
  static const std::array<PageSection, 19> all = {{
      {"strips", "Traffic", of_all, [](Report r) { return !r.strips.empty(); }, add_strips},
      {"plots", "Metrics and thresholds", of_incident | of_rollout, [](Report r) { return !r.plots.empty(); },
       add_metrics},
      {"durations", "Durations", of_incident, [](Report r) { return !r.durations.empty(); },
       [](Page& page) { add_facts_or_none(page, page.report.durations); }},
      {"timeline", "Timeline", of_incident | of_rollout, [](Report r) { return !r.timeline.empty(); }, add_timeline},
      {"gates", "What the gates said", of_incident | of_rollout, [](Report r) { return !r.gates.empty(); }, add_gates},
      {"policy", "Policy, and what the newest one says", of_all,
       [](Report r) { return !r.policy.empty() || !r.hindsight.empty(); }, add_policy},
      {"rollback", "Rollback", of_incident, [](Report r) { return !r.rollback.empty(); },
       [](Page& page) { add_facts_or_none(page, page.report.rollback); }},
      {"deviations", "Deviations", of_incident | of_rollout, [](Report r) { return !r.deviations.empty(); },
       [](Page& page) { add_remarks(page, page.report.deviations, "None found."); }},
      {"similar", "Similar incidents before", of_incident, [](Report r) { return !r.similar.empty(); },
       [](Page& page) { add_remarks(page, page.report.similar, "None found."); }},
      {"clocks", "Clocks", of_incident, [](Report r) { return !r.deadlines.empty(); }, add_deadlines},
      {"impact", "Impact", of_incident, [](Report r) { return !r.impact.empty(); },
       [](Page& page) { add_facts_or_none(page, page.report.impact); }},
      {"factors", "Contributing factors", of_incident, [](Report r) { return !r.factors.empty(); },
       [](Page& page) { add_remarks(page, page.report.factors, "not recorded"); }},
      {"actions", "Action items", of_incident, [](Report r) { return !r.actions.empty(); }, add_actions},
      {"population", "Every change and approval of the period", of_period,
       [](Report r) { return !r.population.empty(); }, add_population},
      {"separation", "Separation of duties", of_period, [](Report r) { return !r.separation.empty(); },
       [](Page& page) { add_remarks(page, page.report.separation, "No finding."); }},
      {"broken-glass", "Broken glass", of_period, [](Report r) { return !r.broken_glass.empty(); },
       [](Page& page) { add_remarks(page, page.report.broken_glass, "None in the period."); }},
      {"refusals", "Refusals", of_period, [](Report r) { return !r.refusals.empty(); },
       [](Page& page) { add_remarks(page, page.report.refusals, "None in the period."); }},
      {"incidents", "Incidents", of_period, [](Report r) { return !r.incidents.empty(); },
       [](Page& page) { add_remarks(page, page.report.incidents, "None in the period."); }},
      {"annex", "Annex: entries and proofs", of_all, [](Report r) { return !r.annex.empty(); }, add_annex},
  }};
  return all;
}

std::string_view name_of(ReportKind kind) {
  switch (kind) {
    case ReportKind::incident:
      return "Incident report";
    case ReportKind::rollout:
      return "Rollout report";
    case ReportKind::period:
      return "Period report";
  }
  return "Report";
}

std::string full_title(const ChangeReport& report) {
  if (report.title.empty() || report.title == report.subject) return report.subject;
  return report.subject + ": " + report.title;
}

void add_head(Html& html, const ChangeReport& report) {
  html.open("head").line();
  html.markup("<meta charset=\"utf-8\"/>\n");
  const std::string policy = str("default-src 'none'; style-src ", csp_hash(report_style), "; script-src ",
                                 csp_hash(report_script), "; base-uri 'none'; form-action 'none'");
  html.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}}).line();
  html.markup(
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n");
  html.leaf("title", full_title(report)).line();
  html.open("style").markup(report_style).close("style").line();
  html.close("head").line();
}

// "severity" and its like, whose value is worth a colour; the words say it too.
std::string look_of(const Fact& fact) {
  const std::string value = fold_case(fact.value);
  if (fold_case(fact.name) == "severity") return "badge severity-" + (is_name(value) ? value : "other");
  if (fold_case(fact.name) == "state") return "badge state-" + (is_name(value) ? value : "other");
  return "";
}

Fact names_fact(const std::string& term, const std::vector<std::string>& names) {
  return {term, joined(names, ", "), {}};
}

void add_window(Html& html, const ChangeReport& report) {
  html.open("div").leaf("dt", "Covers (UTC)").open("dd");
  add_time(html, report.from);
  html.text(" to ");
  add_time(html, report.until);
  html.close("dd").close("div").line();
  html.open("div").leaf("dt", "As of (UTC)").open("dd");
  add_time(html, report.moment);
  html.text(", when the newest entry was recorded").close("dd").close("div").line();
}

void add_header(Page& page) {
  const ChangeReport& report = page.report;
  Html& html = page.html;
  html.open("header").line().open("p", {{"class", "eyebrow"}}).text(name_of(report.kind));
  html.text(" · ").leaf("span", report.verifier.origin);
  if (report.anonymised) html.text(" · ").leaf("b", "anonymised");
  html.close("p").line();
  html.leaf("h1", full_title(report)).line();
  html.open("div", {{"class", "badges"}});
  std::vector<Fact> facts;
  for (const Fact& fact : report.header) {
    const std::string look = look_of(fact);
    if (look.empty() || fact.value.empty()) {
      facts.push_back(fact);
      continue;
    }
    html.open("span", {{"class", look}}).text(fact.name + ": ").leaf("b", fact.value).close("span").text(" ");
    add_seqs(page, fact.seqs);
    html.text(" ");
  }
  html.close("div").line();
  for (const std::string& notice : report.notices) html.leaf("p", notice, {{"class", "note"}}).line();
  facts.push_back(names_fact("Models", report.models));
  facts.push_back(names_fact("Environments", report.environments));
  html.open("dl", {{"class", "facts"}}).line();
  for (const Fact& fact : facts) add_fact_row(page, fact);
  add_window(html, report);
  html.close("dl").line().close("header").line();
}

void add_contents(Html& html, const ChangeReport& report) {
  html.open("nav", {{"aria-label", "Sections"}}).open("ul").line();
  for (const PageSection& section : sections()) {
    if (!section.shown(report)) continue;
    html.open("li").leaf("a", section.heading, {{"href", str("#", section.id)}}).close("li").line();
  }
  html.close("ul").close("nav").line();
}

void add_section(Page& page, const PageSection& section) {
  Html& html = page.html;
  const std::string heading = str(section.id, "-h");
  html.line().open("section", {{"id", std::string(section.id)}, {"aria-labelledby", heading}}).line();
  html.leaf("h2", section.heading, {{"id", heading}}).line();
  section.add(page);
  html.close("section").line();
}

void add_footer(Html& html) {
  html.markup(
      "<footer><p>“not recorded” stands where a reader would expect a fact and no entry holds one. Sentences, changes, "
      "causes and gates are Cairn’s reading of the entries; <code>cairn verify</code> derives them anew. Whoever could "
      "change this file could change its check too: compare the file’s SHA-256 with one that you trust, or check the "
      "entries with <code>cairn-verify</code>.</p></footer>\n");
}

}  // namespace

std::string report_html(const ChangeReport& report) {
  Page page(report);
  Html& html = page.html;
  html.markup("<!DOCTYPE html>\n").open("html", {{"lang", "en"}}).line();
  add_head(html, report);
  html.open("body").line().markup("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
  add_hatchings(html);
  html.open("main", {{"id", "main"}, {"tabindex", "-1"}}).line();
  add_header(page);
  add_verifier(page);
  add_contents(html, report);
  for (const PageSection& section : sections()) {
    if (section.shown(report)) add_section(page, section);
  }
  add_footer(html);
  html.close("main").line();
  add_annex_data(page);
  html.open("script").markup(report_script).close("script").line();
  html.close("body").line().close("html").line();
  return std::move(html).finish();
}

}  // namespace cairn
