// The report's page as text: what it may never hold, and what it has to. How it behaves in a browser is another test's
// (tests/browser).
#include <cmath>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include "commands/html_sections.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/crypto/sha256.h"
#include "tests/catch.h"
#include "tests/commands/sample_report.h"
#include "tests/texts.h"

namespace cairn {

namespace {

using test::sample_anonymised;
using test::sample_incident;
using test::sample_period;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What stands between two marks, the first time.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t until = text.find(end, from + begin.size());
  REQUIRE(until != std::string::npos);
  return text.substr(from + begin.size(), until - from - begin.size());
}

std::string section(const std::string& page, const std::string& id) {
  return between(page, "<section id=\"" + id + "\"", "</section>");
}

// Every element is closed by its name, in order. Script and style hold no markup; comments there are none.
std::string unbalanced(const std::string& page) {
  static const std::set<std::string> never_closed = {"meta", "input", "br", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag does not end";
    const bool closes = page[at + 1] == '/';
    const std::size_t from = at + (closes ? 2 : 1);
    const std::string name = page.substr(from, page.find_first_of(" />\n", from) - from);
    if (closes) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (page[end - 1] != '/' && never_closed.count(name) == 0) {
      open.push_back(name);
      if (name == "script" || name == "style") at = page.find("</" + name + ">", end) - 1;
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is left open";
}

double number(const std::string& text) {
  return std::stod(text);
}

// Attributes of drawings that lie outside the box of their drawing, and how many were looked at.
std::pair<std::vector<std::string>, std::size_t> outside(const std::string& page) {
  std::vector<std::string> found;
  std::size_t seen = 0;
  const std::regex drawing("<svg class=\"drawing\" viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"");
  const std::regex attribute(" (x|y|x1|x2|y1|y2|cx|cy)=\"(-?[0-9.]+)\"");
  const std::regex rect(" x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
  const std::regex point("([0-9.-]+),([0-9.-]+)");
  using Each = std::sregex_iterator;
  for (Each svg(page.begin(), page.end(), drawing); svg != Each(); ++svg) {
    const double width = number((*svg)[1]);
    const double height = number((*svg)[2]);
    const auto look = [&](double value, double most, const std::string& text) {
      ++seen;
      if (!(value >= 0 && value <= most)) found.push_back(text);
    };
    const auto begin = static_cast<std::size_t>(svg->position());
    const std::string text = page.substr(begin, page.find("</svg>", begin) - begin);
    for (Each one(text.begin(), text.end(), attribute); one != Each(); ++one) {
      const bool across = (*one)[1].str().find('x') != std::string::npos && (*one)[1] != "y1";
      look(number((*one)[2]), across ? width : height, one->str());
    }
    for (Each one(text.begin(), text.end(), rect); one != Each(); ++one) {
      look(number((*one)[1]) + number((*one)[3]), width, one->str());
      look(number((*one)[2]) + number((*one)[4]), height, one->str());
    }
    for (std::size_t line = text.find("points=\""); line != std::string::npos;
         line = text.find("points=\"", line + 1)) {
      const std::string points = text.substr(line + 8, text.find('"', line + 8) - line - 8);
      for (Each one(points.begin(), points.end(), point); one != Each(); ++one) {
        look(number((*one)[1]), width, one->str());
        look(number((*one)[2]), height, one->str());
      }
    }
  }
  return {found, seen};
}

// Markup, quotes, an entity, a control character, an override of direction and bytes that are no UTF-8.
const std::string hostile = "\"'><script>alert(1)</script><!-- &lt; \x01 \xe2\x80\xae \xff";
const std::string harmless =
    "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &amp;lt; \\x01 \\u{202e} \\xff";

using Change = std::function<void(ChangeReport&)>;

ChangeReport everything() {
  ChangeReport report = sample_incident();
  const ChangeReport period = sample_period();
  report.population = period.population;
  report.counts = period.counts;
  report.population_proof = "none is missing";
  report.notices = {"a notice"};
  report.similar = report.separation = report.broken_glass = report.refusals = report.incidents = {{"it was so", {4}}};
  return report;
}

// Each field of a report that holds what somebody wrote, or may.
const std::map<std::string, Change>& fields() {
  static const std::map<std::string, Change> all = {
      {"subject", [](ChangeReport& r) { r.subject = hostile; }},
      {"title", [](ChangeReport& r) { r.title = hostile; }},
      {"notice", [](ChangeReport& r) { r.notices = {hostile}; }},
      {"environment", [](ChangeReport& r) { r.environments = {hostile}; }},
      {"model", [](ChangeReport& r) { r.models = {hostile}; }},
      {"fact name", [](ChangeReport& r) { r.header[3].name = hostile; }},
      {"fact value", [](ChangeReport& r) { r.header[3].value = hostile; }},
      {"severity", [](ChangeReport& r) { r.header[0].value = hostile; }},
      {"state", [](ChangeReport& r) { r.header[1].value = hostile; }},
      {"origin", [](ChangeReport& r) { r.verifier.origin = hostile; }},
      {"vkey", [](ChangeReport& r) { r.verifier.vkey = hostile; }},
      {"checkpoint", [](ChangeReport& r) { r.verifier.checkpoint = hostile; }},
      {"strip environment", [](ChangeReport& r) { r.strips[0].environment = hostile; }},
      {"strip model", [](ChangeReport& r) { r.strips[0].model = hostile; }},
      {"span version", [](ChangeReport& r) { r.strips[0].spans[1].version = hostile; }},
      {"hold kind", [](ChangeReport& r) { r.strips[0].holds[1].kind = hostile; }},
      {"hold scope", [](ChangeReport& r) { r.strips[0].holds[1].scope = hostile; }},
      {"plot environment", [](ChangeReport& r) { r.plots[0].environment = hostile; }},
      {"plot model", [](ChangeReport& r) { r.plots[0].model = hostile; }},
      {"metric", [](ChangeReport& r) { r.plots[0].metric = hostile; }},
      {"single metric", [](ChangeReport& r) { r.plots[1].metric = hostile; }},
      {"plot gate", [](ChangeReport& r) { r.plots[0].gate->name = hostile; }},
      {"point version", [](ChangeReport& r) { r.plots[0].points[1].version = hostile; }},
      {"mark", [](ChangeReport& r) { r.plots[0].marks[0].label = hostile; }},
      {"row actor", [](ChangeReport& r) { r.timeline[0].actor = hostile; }},
      {"row outcome", [](ChangeReport& r) { r.timeline[0].outcome = hostile; }},
      {"row sentence", [](ChangeReport& r) { r.timeline[0].said = {hostile}; }},
      {"row change", [](ChangeReport& r) { r.timeline[0].change = hostile; }},
      {"row reason", [](ChangeReport& r) { r.timeline[0].reasons = {hostile}; }},
      {"cause",
       [](ChangeReport& r) {
         r.timeline[0].causes = {{CauseKind::evidence, 5, hostile}};
       }},
      {"gates of", [](ChangeReport& r) { r.gates[0].what = hostile; }},
      {"gate name", [](ChangeReport& r) { r.gates[0].gates[0].gate.name = hostile; }},
      {"gate why", [](ChangeReport& r) { r.gates[0].gates[0].why = hostile; }},
      {"hindsight what", [](ChangeReport& r) { r.hindsight[0].what = hostile; }},
      {"hindsight then", [](ChangeReport& r) { r.hindsight[0].then = hostile; }},
      {"hindsight now", [](ChangeReport& r) { r.hindsight[0].now = hostile; }},
      {"hindsight reason", [](ChangeReport& r) { r.hindsight[0].reasons = {hostile}; }},
      {"deadline", [](ChangeReport& r) { r.deadlines[0].name = hostile; }},
      {"action owner", [](ChangeReport& r) { r.actions[0].owner = hostile; }},
      {"action task", [](ChangeReport& r) { r.actions[0].task = hostile; }},
      {"population actor", [](ChangeReport& r) { r.population[0].actor = hostile; }},
      {"population outcome", [](ChangeReport& r) { r.population[0].outcome = hostile; }},
      {"population what", [](ChangeReport& r) { r.population[0].what = hostile; }},
      {"population kind", [](ChangeReport& r) { r.population[0].kind = hostile; }},
      {"population proof", [](ChangeReport& r) { r.population_proof = hostile; }},
      {"entry bytes", [](ChangeReport& r) { r.annex[0].bytes += hostile; }},
  };
  return all;
}

// Where a report keeps lists of facts and of remarks.
const std::map<std::string, std::vector<Fact> ChangeReport::*> fact_lists = {{"durations", &ChangeReport::durations},
                                                                             {"policy", &ChangeReport::policy},
                                                                             {"rollback", &ChangeReport::rollback},
                                                                             {"impact", &ChangeReport::impact},
                                                                             {"population", &ChangeReport::counts}};
const std::map<std::string, std::vector<Remark> ChangeReport::*> remark_lists = {
    {"deviations", &ChangeReport::deviations},     {"similar", &ChangeReport::similar},
    {"factors", &ChangeReport::factors},           {"separation", &ChangeReport::separation},
    {"broken-glass", &ChangeReport::broken_glass}, {"refusals", &ChangeReport::refusals},
    {"incidents", &ChangeReport::incidents}};

}  // namespace

TEST_CASE("report_html: what an entry holds is shown, and never as markup, in whichever field it comes") {
  for (const auto& [name, change] : fields()) {
    INFO(name);
    ChangeReport report = everything();
    report.factors.clear();
    change(report);
    const std::string page = report_html(report);
    REQUIRE(holds(page, harmless));
    REQUIRE_FALSE(holds(page, "<script>alert"));
    REQUIRE_FALSE(holds(page, "\x01"));
    REQUIRE_FALSE(holds(page, "\xe2\x80\xae"));
    REQUIRE(is_utf8(page));
    REQUIRE(unbalanced(page) == "");
  }
}

TEST_CASE("report_html: every list of facts and of remarks is shown in its section, escaped") {
  for (const auto& [id, list] : fact_lists) {
    INFO(id);
    ChangeReport report = everything();
    report.*list = {{"n" + hostile, "v" + hostile, {4}}, {"nobody said", "", {}}};
    const std::string shown = section(report_html(report), id);
    REQUIRE(holds(shown, "<dt>n" + harmless + "</dt>"));
    REQUIRE(
        holds(shown, ">v" + harmless + "</span> <span class=\"seqs\">entry <a class=\"seq\" href=\"#seq-4\">4</a>"));
    REQUIRE(holds(shown, "<dt>nobody said</dt><dd><span class=\"missing\">not recorded</span>"));
  }
  for (const auto& [id, list] : remark_lists) {
    INFO(id);
    ChangeReport report = everything();
    report.*list = {{hostile, {4, 5}}};
    REQUIRE(holds(section(report_html(report), id), harmless));
  }
}

TEST_CASE("report_html: every page is well formed, and the same for the same report") {
  for (const ChangeReport& report :
       {sample_incident(), sample_period(), sample_anonymised(), everything(), ChangeReport{}}) {
    const std::string page = report_html(report);
    REQUIRE(unbalanced(page) == "");
    REQUIRE(page == report_html(report));
    REQUIRE(page.starts_with("<!DOCTYPE html>\n"));
    REQUIRE(page.ends_with("</html>\n"));
  }
  REQUIRE(unbalanced("<p><b></p></b>") == "</p> closes nothing");
  REQUIRE(unbalanced("<p>") == "<p> is left open");
}

TEST_CASE("report_html: the page allows its own style and script by their hashes, and loads nothing") {
  const std::string page = report_html(sample_incident());
  const std::string policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  const std::string style = to_base64(sha256(between(page, "<style>", "</style>")).view());
  const std::string script = to_base64(sha256(between(page, "<script>", "</script>")).view());
  REQUIRE(policy == "default-src &#39;none&#39;; style-src &#39;sha256-" + style + "&#39;; script-src &#39;sha256-" +
                        script + "&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;");
  REQUIRE(occurrences(page, "<script") == 2);
  REQUIRE(occurrences(page, "<style") == 1);
  const std::string body = between(page, "<body>", "<script type");
  for (const char* attribute : {"src", "style", "on[a-z]+", "action", "formaction", "poster", "srcset"}) {
    INFO(attribute);
    REQUIRE_FALSE(std::regex_search(body, std::regex("<[^>]* " + std::string(attribute) + "=")));
  }
  for (const char* element : {"<link", "<iframe", "<object", "<form", "<img", "<embed", "<video", "<base"}) {
    INFO(element);
    REQUIRE_FALSE(holds(body, element));
  }
  const std::string sheet = between(page, "<style>", "</style>");
  REQUIRE(occurrences(sheet, "url(") == occurrences(sheet, "url(#"));
  REQUIRE_FALSE(holds(sheet, "@import"));
  REQUIRE(occurrences(page, "href=\"") == occurrences(page, "href=\"#"));
}

TEST_CASE("report_html: no coordinate of a drawing lies outside its box") {
  ChangeReport report = sample_incident();
  const auto [none, before] = outside(report_html(report));
  REQUIRE(none.empty());
  REQUIRE(before > 200);
  // What began before, ended behind, lasted no time, or is all over the place.
  Strip& strip = report.strips[0];
  for (const Millis from : {Millis{0}, report.from, report.until - 1, report.until, report.until + day}) {
    for (const Millis length : {Millis{0}, Millis{1}, hour, 900 * day}) {
      strip.spans.push_back({Hash{}, str("v", from, "-", length), Stage::canary, 250, from, from + length, 4});
      strip.holds.push_back({"lockdown", "all", from, from + length, 4});
    }
  }
  const auto value = [](const char* text) { return Decimal::parse(text).value(); };
  for (const char* text : {"999999999999999999", "-999999999999999999.999999999999999999", "0.000000000000000001"}) {
    report.plots[0].points.push_back({report.until + hour, value(text), "far", 4});
    report.plots[0].points.push_back({0, value(text), "far", 4});
  }
  const auto [found, seen] = outside(report_html(report));
  INFO(joined(found, "\n"));
  REQUIRE(found.empty());
  REQUIRE(seen > before + 100);
  report.from = report.until = 0;
  REQUIRE(outside(report_html(report)).first.empty());
  REQUIRE(outside("<svg class=\"drawing\" viewBox=\"0 0 10 10\"><line x1=\"11\" y1=\"5\"/></svg>").first.size() == 1);
}

TEST_CASE("report_html: a plot of values that nothing can be drawn of is a line that says so") {
  ChangeReport report = sample_incident();
  report.plots[0].points.clear();
  report.plots[1].points = {{report.from, Decimal::parse("NaN").value(), "v", 4},
                            {report.from, Decimal::parse("NaN").value(), "v", 4}};
  const std::string shown = section(report_html(report), "plots");
  REQUIRE(holds(shown, "drift_score of logistic in production</th>"));
  REQUIRE(holds(shown, "not recorded"));
  REQUIRE(occurrences(shown, ">NaN</span>") == 2);
  REQUIRE_FALSE(holds(shown, "class=\"drawing\""));
}

TEST_CASE("report_html: what a reader of this kind of report expects is there, with nothing in it if need be") {
  ChangeReport report;
  report.subject = "INC-9";
  const std::string incident = report_html(report);
  for (const char* id : {"strips", "plots", "durations", "timeline", "gates", "policy", "rollback", "deviations",
                         "similar", "clocks", "impact", "factors", "actions", "annex"}) {
    INFO(id);
    REQUIRE(holds(section(incident, id), "class=\"missing\""));
    REQUIRE(holds(incident, "<a href=\"#" + std::string(id) + "\">"));
  }
  for (const char* id : {"durations", "rollback", "impact", "factors", "actions", "plots"}) {
    REQUIRE(holds(section(incident, id), "not recorded"));
  }
  REQUIRE_FALSE(holds(incident, "<section id=\"population\""));
  report.kind = ReportKind::period;
  const std::string period = report_html(report);
  REQUIRE(holds(period, "<section id=\"population\""));
  REQUIRE(holds(period, "<section id=\"separation\""));
  REQUIRE_FALSE(holds(period, "<section id=\"impact\""));
}

TEST_CASE("report_html: a time that no calendar of ours reaches is shown whole, as a number") {
  ChangeReport report = sample_incident();
  report.timeline[2].claimed = 253'402'300'800'017;
  GateOutcome age;
  age.gate.comparison = Comparison::age_at_most;
  age.result = GateResult::fail;
  age.value = Decimal::from_int(253'402'300'800'018);
  report.gates.front().gates = {age};
  report.deadlines.front().due = 253'402'300'800'019;
  const std::string page = report_html(report);
  CHECK(holds(section(page, "timeline"), ">253402300800017ms<"));
  CHECK(holds(section(page, "gates"), ">253402300800018ms<"));
  CHECK(holds(report_text(report), "253402300800019ms"));
}

TEST_CASE("report_html: an anonymised page holds no byte of an entry, and says what it can still show") {
  const std::string page = report_html(sample_anonymised());
  REQUIRE(holds(page, "id=\"anonymised\""));
  REQUIRE(occurrences(page, "\"bytes\":\"\"") == 20);
  REQUIRE_FALSE(holds(page, "data-fact=\"author\""));
  REQUIRE(holds(page, "deployer-1"));
  REQUIRE_FALSE(holds(report_html(sample_incident()), "id=\"anonymised\""));
}

TEST_CASE("html: JSON inside a script cannot end it, and is the same JSON") {
  REQUIRE(script_safe("{\"a\":\"</script><!--&\xe2\x80\xa8\xe2\x80\xa9\"}") ==
          "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029\"}");
}

TEST_CASE("html: a statement is set out by line breaks and blanks between its tokens, and by nothing else") {
  const std::string json = R"({"a":[],"b":{},"c":[1,{"d":"x, \"y\": {[\\"}],"e":"\\\""})";
  const std::string set = indented_json(json);
  REQUIRE(
      set ==
      "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": \"x, \\\"y\\\": {[\\\\\"\n    }\n  ],\n"
      "  \"e\": \"\\\\\\\"\"\n}");
  REQUIRE(indented_json("}]\"") == "\n}\n]\"");  // bytes that are no JSON
}

}  // namespace cairn
