#include "commands/html_sections.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

std::string as_time(const Decimal& value) {
  const auto millis = value.to_int();
  return millis && *millis >= 0 ? time_to_the_millisecond(*millis) : value.text();
}

void add_result(Html& html, GateResult result) {
  const bool good = result == GateResult::pass;
  const bool bad = result == GateResult::fail;
  html.open("span", {{"class", good ? "outcome good" : bad ? "outcome bad" : "outcome"}});
  html.markup(good  ? "<span class=\"sign\" aria-hidden=\"true\">✓</span> "
              : bad ? "<span class=\"sign\" aria-hidden=\"true\">✕</span> "
                    : "<span class=\"sign\" aria-hidden=\"true\">?</span> ");
  html.text(to_text(result)).close("span");
}

void add_value(Page& page, const std::optional<Decimal>& value, const std::optional<Seq>& seq, bool age) {
  Html& html = page.html;
  html.open("td", {{"class", "number"}});
  if (!value) {
    add_not_recorded(html);
  } else {
    html.text(age ? as_time(*value) : value->text());
  }
  if (seq) {
    html.text(" ");
    add_seqs(page, {*seq});
  }
  html.close("td");
}

void add_gate(Page& page, const GateOutcome& outcome) {
  Html& html = page.html;
  const Gate& gate = outcome.gate;
  html.open("tr").leaf("th", gate.name, {{"scope", "row"}}).open("td");
  add_result(html, outcome.result);
  if (!outcome.why.empty()) html.leaf("span", ", " + outcome.why, {{"class", "prose"}});
  html.close("td");
  const bool asked = outcome.result != GateResult::not_applicable;
  if (asked) {
    add_value(page, outcome.value, outcome.evidence_seq, gate.comparison == Comparison::age_at_most);
  } else {
    html.leaf("td", "");
  }
  html.leaf("td", threshold_text(gate), {{"class", "number"}});
  if (asked && gate.evidence_class == EvidenceClass::baseline) {
    add_value(page, outcome.baseline, outcome.baseline_seq, false);
  } else {
    html.leaf("td", "");
  }
  html.close("tr").line();
}

void add_gate_table(Page& page, const std::string& caption, const std::vector<const GateOutcome*>& gates) {
  open_table(page.html, caption, {"Gate", "Result", "Value", "Threshold", "Baseline"});
  for (const GateOutcome* outcome : gates) add_gate(page, *outcome);
  close_table(page.html);
}

// What did not pass is seen at once, what passed is folded away.
void add_gates_at(Page& page, const GatesAt& at) {
  std::vector<const GateOutcome*> passed;
  std::vector<const GateOutcome*> others;
  for (const GateOutcome& outcome : at.gates)
    (outcome.result == GateResult::pass ? passed : others).push_back(&outcome);
  if (!others.empty()) add_gate_table(page, str("Gates of entry ", at.seq, " that did not pass"), others);
  if (passed.empty()) return;
  Html& html = page.html;
  html.open("details").open("summary").markup("<span class=\"outcome good\">✓ ");
  html.text(str(others.empty() ? "all " : "", passed.size(), others.empty() ? " passed" : " others passed"));
  html.markup("</span>").close("summary").line();
  add_gate_table(page, str("Gates of entry ", at.seq, " that passed"), passed);
  html.close("details").line();
}

}  // namespace

void add_gates(Page& page) {
  Html& html = page.html;
  add_lead(html, "As they stood when each entry was decided: one recorded value against one threshold of the policy.");
  if (page.report.gates.empty()) add_remarks(page, {}, "No entry here was asked for gates.");
  for (const GatesAt& at : page.report.gates) {
    html.open("h3");
    add_seqs(page, {at.seq});
    html.text(": " + at.what).close("h3").line();
    add_gates_at(page, at);
  }
}

void add_hindsight(Page& page) {
  Html& html = page.html;
  html.leaf("h3", "What the newest policy says of them").line();
  if (page.report.hindsight.empty()) {
    add_remarks(page, {}, "No decision here was made under an older policy.");
    return;
  }
  open_table(html, "Decisions by the newest policy", {"Entry", "What", "Then", "By the newest policy"});
  for (const Hindsight& row : page.report.hindsight) {
    html.open("tr", {{"class", row.then == row.now ? "" : "differs"}}).open("th", {{"scope", "row"}});
    add_seq(page, row.seq);
    html.close("th").leaf("td", row.what, {{"class", "prose wide"}}).leaf("td", row.then).open("td");
    if (row.then == row.now) {
      html.text("the same");
    } else {
      html.leaf("b", row.now);
    }
    for (const std::string& reason : row.reasons) html.leaf("p", reason, {{"class", "prose reason"}});
    html.close("td").close("tr").line();
  }
  close_table(html);
}

void add_deadlines(Page& page) {
  Html& html = page.html;
  add_lead(html, "By when the newest policy asks for each step, and when it was done.");
  if (page.report.deadlines.empty()) {
    add_remarks(page, {}, "The policy sets no clock.");
    return;
  }
  open_table(html, "Clocks", {"Step", "State", "Due (UTC)", "Done (UTC)"});
  for (const Deadline& deadline : page.report.deadlines) {
    const bool good = deadline.state == DeadlineState::met;
    const bool bad = deadline.state == DeadlineState::missed || deadline.state == DeadlineState::overdue;
    html.open("tr").leaf("th", deadline.name, {{"scope", "row"}}).open("td");
    html.open("span", {{"class", good ? "outcome good" : bad ? "outcome bad" : "outcome"}});
    html.markup(good  ? "<span class=\"sign\" aria-hidden=\"true\">✓</span> "
                : bad ? "<span class=\"sign\" aria-hidden=\"true\">✕</span> "
                      : "");
    html.text(to_text(deadline.state)).close("span").close("td").open("td");
    add_time(html, deadline.due);
    html.close("td").open("td");
    if (deadline.done) {
      add_time(html, deadline.done->recorded);
      html.text(" ");
      add_seqs(page, {deadline.done->seq});
    } else {
      add_not_recorded(html);
    }
    html.close("td").close("tr").line();
  }
  close_table(html);
}

void add_actions(Page& page) {
  Html& html = page.html;
  if (page.report.actions.empty()) {
    html.open("p");
    add_not_recorded(html);
    html.close("p").line();
    return;
  }
  open_table(html, "Action items", {"No.", "Task", "Owner", "Due (UTC)", "State"});
  for (const ActionRow& action : page.report.actions) {
    html.open("tr").leaf("th", str(action.number), {{"scope", "row"}});
    html.leaf("td", action.task, {{"class", "prose wide"}}).leaf("td", action.owner).open("td");
    add_time(html, action.due);
    html.close("td").open("td");
    html.text(action.closed ? "closed by " : "open since ");
    add_seqs(page, {action.closed.value_or(action.opened)});
    html.close("td").close("tr").line();
  }
  close_table(html);
}

}  // namespace cairn
