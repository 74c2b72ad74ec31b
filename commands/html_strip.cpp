#include <algorithm>
#include <set>

#include "commands/html_drawings.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr Tenths left = 560;
constexpr Tenths lane_height = 960;  // of the versions: 100 %
constexpr Tenths row_height = 220;   // of a hold's or a shadow's row
constexpr Tenths letter_width = 78;  // of the drawing's text, as wide as fonts have it

struct Lanes {
  TimeAxis time;
  Tenths top = 0;     // of the versions' lane
  Tenths bottom = 0;  // of it
  Tenths floor = 0;   // below the shadows
  Tenths height = 0;  // of the drawing
};

struct Extent {
  Tenths from = 0;
  Tenths width = 0;
};

// Nothing where none of it lies in the window.
std::optional<Extent> extent_of(const TimeAxis& axis, Millis from, const std::optional<Millis>& until) {
  const Millis end = until.value_or(axis.until);
  if (end < axis.from || from > axis.until || end < from) return std::nullopt;
  const Tenths begin = std::min(axis.at(from), axis.left + axis.width - 10);
  return Extent{begin, std::max<Tenths>(axis.at(end) - begin, 10)};
}

std::string until_text(const std::optional<Millis>& until) {
  return until ? time_to_the_millisecond(*until) : "the report's moment";
}

std::string what_of(const Span& span) {
  std::string text = span.version + (span.stage == Stage::full ? " at full" : str(" in ", to_text(span.stage)));
  if (span.stage == Stage::canary || (span.stage == Stage::full && span.percent != 100))
    text += str(", ", span.percent, " %");
  return text;
}

// The longest of these that has room; none: nothing.
std::string fitting(const std::vector<std::string>& candidates, Tenths width) {
  for (const std::string& text : candidates) {
    if (static_cast<Tenths>(text.size()) * letter_width + 80 <= width) return text;
  }
  return "";
}

void add_rect(Html& html, std::string_view look, const Extent& extent, Tenths top, Tenths height,
              const std::string& title) {
  html.open("rect", {{"class", std::string(look)},
                     {"x", pixels(extent.from)},
                     {"y", pixels(top)},
                     {"width", pixels(extent.width)},
                     {"height", pixels(height)}});
  html.leaf("title", title).close("rect").line();
}

// Written when all else is drawn, so that nothing lies over them.
struct Label {
  std::string text;
  Tenths x = 0;
  Tenths y = 0;
  std::string look = "label";
};
using Labels = std::vector<Label>;

void add_labels(Html& html, const Labels& labels) {
  for (const Label& label : labels) {
    if (label.text.empty()) continue;
    html.leaf("text", label.text, {{"class", label.look}, {"x", pixels(label.x)}, {"y", pixels(label.y)}}).line();
  }
}

// The row of each hold: the first in which nothing lies at that time.
std::vector<std::size_t> rows_of(const std::vector<HoldSpan>& holds, const TimeAxis& axis) {
  std::vector<Millis> taken;
  std::vector<std::size_t> rows;
  for (const HoldSpan& hold : holds) {
    const auto free = std::find_if(taken.begin(), taken.end(), [&](Millis end) { return end <= hold.from; });
    const auto row = static_cast<std::size_t>(free - taken.begin());
    if (free == taken.end()) taken.push_back(0);
    taken[row] = hold.until.value_or(axis.until + 1);
    rows.push_back(row);
  }
  return rows;
}

void draw_span(Page& page, const Span& span, const Lanes& lanes, Labels& labels) {
  const auto extent = extent_of(lanes.time, span.from, span.until);
  if (!extent) return;
  const VersionMark& mark = page.marks.at(span.version);
  const std::string title = str(what_of(span), "; from ", time_to_the_millisecond(span.from), " until ",
                                until_text(span.until), " UTC; entry ", span.seq);
  const std::string look = str("span ", to_text(span.stage), " v", mark.index);
  const Tenths x = extent->from + 50;
  if (span.stage == Stage::shadow) {  // takes no share
    add_rect(page.html, look, *extent, lanes.bottom + 40, row_height - 60, title);
    const std::string letter = mark.letter + " shadow";
    labels.push_back({fitting({mark.letter + " " + span.version + " shadow", letter, mark.letter}, extent->width), x,
                      lanes.bottom + 160});
    return;
  }
  const auto percent = static_cast<Tenths>(std::min<std::uint64_t>(span.percent, 100));
  const Tenths height = lane_height * percent / 100;
  // What is at full takes from above what a canary, below, leaves it.
  const bool full = span.stage == Stage::full;
  const Tenths top = full ? lanes.top : lanes.bottom - height;
  add_rect(page.html, look, *extent, top, height, title);
  const std::string share = str(span.percent, " %");
  const std::string text =
      fitting({mark.letter + " " + span.version + ", " + share, mark.letter + " " + share, mark.letter}, extent->width);
  // Inside where there is room; a canary's else above its share.
  if (height >= 200) {
    labels.push_back({text, x, top + 150});
  } else if (!full) {
    labels.push_back({text, x, top - 40});
  }
}

void draw_holds(Page& page, const Strip& strip, const Lanes& lanes, Labels& labels) {
  const auto rows = rows_of(strip.holds, lanes.time);
  for (std::size_t i = 0; i < strip.holds.size(); ++i) {
    const HoldSpan& hold = strip.holds[i];
    const auto extent = extent_of(lanes.time, hold.from, hold.until);
    if (!extent) continue;
    const std::string title = str(hold.kind, " of ", hold.scope, "; from ", time_to_the_millisecond(hold.from),
                                  " until ", until_text(hold.until), " UTC; entry ", hold.seq);
    const Tenths top = static_cast<Tenths>(rows[i]) * row_height + 20;
    page.html.open("g", {{"class", "hold " + hold.kind}}).line();
    add_rect(page.html, "band", *extent, lanes.top, lane_height, title);
    add_rect(page.html, "bar", *extent, top, row_height - 40, title);
    // Beside its bar where it is too short, on the side that has room.
    const auto words = static_cast<Tenths>(hold.kind.size()) * letter_width;
    Tenths x = extent->from + 50;
    if (words + 80 > extent->width) {
      const Tenths behind = extent->from + extent->width + 40;
      x = behind + words < axis_end ? behind : std::max(left, extent->from - words - 40);
    }
    labels.push_back({hold.kind, x, top + 135, "label hold " + hold.kind});
    page.html.close("g").line();
  }
}

void draw_axes(Html& html, const Lanes& lanes) {
  for (const Tenths percent : {0, 50, 100}) {
    const std::string y = pixels(lanes.bottom - lane_height * percent / 100);
    html.empty("line", {{"class", "grid"}, {"x1", pixels(left)}, {"x2", pixels(axis_end)}, {"y1", y}, {"y2", y}});
    html.leaf("text", str(percent, " %"), {{"class", "tick end"}, {"x", pixels(left - 60)}, {"y", y}, {"dy", "4"}});
  }
  html.line();
  for (const Tick& tick : ticks_of(lanes.time)) {
    const std::string x = pixels(tick.at);
    html.empty("line",
               {{"class", "grid"}, {"x1", x}, {"x2", x}, {"y1", pixels(lanes.top)}, {"y2", pixels(lanes.floor + 40)}});
    html.leaf("text", tick.label, {{"class", "tick middle"}, {"x", x}, {"y", pixels(lanes.floor + 180)}});
    if (!tick.below.empty()) {
      html.leaf("text", tick.below, {{"class", "tick middle date"}, {"x", x}, {"y", pixels(lanes.floor + 330)}});
    }
    html.line();
  }
}

Lanes lanes_of(const ChangeReport& report, const Strip& strip) {
  Lanes lanes;
  lanes.time = {report.from, std::max(report.until, report.from + 1), left + inset, axis_end - left - 2 * inset};
  Tenths rows = 0;
  for (const std::size_t row : rows_of(strip.holds, lanes.time)) rows = std::max(rows, static_cast<Tenths>(row) + 1);
  const bool shadows =
      std::any_of(strip.spans.begin(), strip.spans.end(), [](const Span& span) { return span.stage == Stage::shadow; });
  lanes.top = rows * row_height + 80;
  lanes.bottom = lanes.top + lane_height;
  lanes.floor = lanes.bottom + (shadows ? row_height : 0);
  lanes.height = lanes.floor + 360;
  return lanes;
}

void draw(Page& page, const Strip& strip, const std::string& id) {
  const Lanes lanes = lanes_of(page.report, strip);
  Html& html = page.html;
  html.open("svg", {{"class", "drawing"},
                    {"viewBox", "0 0 " + pixels(box_width) + " " + pixels(lanes.height)},
                    {"role", "img"},
                    {"aria-labelledby", id + "-t"},
                    {"aria-describedby", id + "-d"}});
  html.leaf("title", str("Versions of ", strip.model, " in ", strip.environment, " over time"), {{"id", id + "-t"}});
  html.leaf("desc", "Height is the share of traffic. The table below the drawing says the same.", {{"id", id + "-d"}});
  html.line();
  draw_axes(html, lanes);
  Labels labels;
  // What is at full lies behind the canary that takes a share of it.
  for (const Stage stage : {Stage::full, Stage::canary, Stage::shadow}) {
    for (const Span& span : strip.spans) {
      if (span.stage == stage) draw_span(page, span, lanes, labels);
    }
  }
  draw_holds(page, strip, lanes, labels);
  add_labels(html, labels);
  html.close("svg");
}

void add_legend(Page& page, const Strip& strip) {
  Html& html = page.html;
  std::set<std::string> shown;
  html.open("ul", {{"class", "legend"}});
  for (const Span& span : strip.spans) {
    if (!shown.insert(span.version).second) continue;
    html.open("li");
    add_version(page, span.version);
    html.close("li");
  }
  for (const HoldSpan& hold : strip.holds) {
    if (!shown.insert(hold.kind).second) continue;
    html.open("li").open("svg",
                         {{"class", "swatch hold " + hold.kind}, {"viewBox", "0 0 24 14"}, {"aria-hidden", "true"}});
    html.empty("rect", {{"class", "band"}, {"width", "24"}, {"height", "14"}});
    html.close("svg").text(" " + hold.kind).close("li");
  }
  html.close("ul").line();
}

void add_row(Page& page, const std::string& what, Millis from, const std::optional<Millis>& until, Seq seq) {
  Html& html = page.html;
  html.open("tr").leaf("th", what, {{"scope", "row"}}).open("td");
  add_time(html, from);
  html.close("td").open("td");
  if (until) {
    add_time(html, *until);
  } else {
    html.text("still so");
  }
  html.close("td").open("td");
  add_seq(page, seq);
  html.close("td").close("tr").line();
}

}  // namespace

void add_hatchings(Html& html) {
  html.markup(R"(<svg class="hatchings" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch-lockdown" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M-2 2 2-2M0 8 8 0M6 10 10 6"/></pattern>
<pattern id="hatch-freeze" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M-2 6 2 10M0 0 8 8M6-2 10 2"/></pattern>
<pattern id="hatch-break-glass" width="7" height="7" patternUnits="userSpaceOnUse"><circle cx="3.5" cy="3.5" r="1.3"/></pattern>
</defs></svg>
)");
}

void add_strip(Page& page, const Strip& strip, std::size_t number) {
  Html& html = page.html;
  const std::string name = strip.model + " in " + strip.environment;
  html.line().open("figure").open("figcaption").leaf("h3", name).close("figcaption").line();
  open_scroller(html, "Drawing: " + name);
  draw(page, strip, str("strip-", number));
  close_scroller(html);
  add_legend(page, strip);
  html.open("details").leaf("summary", "The same as a table").line();
  open_table(html, "Shares and holds, " + name, {"What", "From (UTC)", "Until (UTC)", "Entry"});
  for (const Span& span : strip.spans) add_row(page, what_of(span), span.from, span.until, span.seq);
  for (const HoldSpan& hold : strip.holds) {
    add_row(page, hold.kind + " of " + hold.scope, hold.from, hold.until, hold.seq);
  }
  close_table(html);
  html.close("details").close("figure").line();
}

}  // namespace cairn
