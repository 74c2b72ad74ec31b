#include <algorithm>
#include <map>
#include <set>

#include "commands/html_drawings.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr Tenths plot_height = 1700;
constexpr Tenths below_plot = 380;  // for the ticks
constexpr Tenths above_plot = 100;  // and where there are marks:
constexpr Tenths marks_above = 440;
constexpr Tenths mark_width = 180;  // of a mark's number

bool has_line(const Plot& plot) {
  return plot.gate && plot.gate->threshold.is_finite() && passes(*plot.gate, plot.gate->threshold).has_value();
}

std::vector<Decimal> values_of(const Plot& plot) {
  std::vector<Decimal> values;
  for (const PlotPoint& point : plot.points) {
    if (point.value.is_finite()) values.push_back(point.value);
  }
  if (has_line(plot)) values.push_back(plot.gate->threshold);
  return values;
}

// Eight shapes around a point, so that versions differ without colour.
std::string shape_of(std::size_t index, Tenths x, Tenths y) {
  const auto from = [&](Tenths dx, Tenths dy) { return pixels(x + dx) + " " + pixels(y + dy); };
  switch (index) {
    case 1:
      return "M" + from(-45, -45) + "h9v9h-9z";
    case 2:
      return "M" + from(0, -58) + "l5.8 10.4h-11.6z";
    case 3:
      return "M" + from(0, -60) + "l6 6-6 6-6-6z";
    case 4:
      return "M" + from(0, 58) + "l5.8-10.4h-11.6z";
    case 5:
      return "M" + from(-15, -55) + "h3v4h4v3h-4v4h-3v-4h-4v-3h4z";
    case 6:
      return "M" + from(-55, -30) + "h11v6h-11z";
    case 7:
      return "M" + from(-30, -55) + "h6v11h-6z";
    default:
      return "M" + from(-48, 0) + "a4.8 4.8 0 1 0 9.6 0a4.8 4.8 0 1 0-9.6 0z";
  }
}

struct Frame {
  Tenths left = 0;
  Tenths top = 0;
  Tenths bottom = 0;
  TimeAxis time;
  ValueAxis value;
};

Frame frame_of(const ChangeReport& report, const Plot& plot) {
  const Tenths top = plot.marks.empty() ? above_plot : marks_above;
  const ValueAxis value(values_of(plot), top + plot_height, plot_height);
  std::size_t longest = 0;
  for (const Tick& tick : value.ticks()) longest = std::max(longest, tick.label.size());
  const Tenths left = std::max<Tenths>(560, static_cast<Tenths>(longest) * 78 + 120);
  const TimeAxis time = {report.from, std::max(report.until, report.from + 1), left + inset,
                         axis_end - left - 2 * inset};
  return {left, top, top + plot_height, time, value};
}

void draw_axes(Html& html, const Frame& frame) {
  const std::string left = pixels(frame.left);
  for (const Tick& tick : frame.value.ticks()) {
    const std::string y = pixels(tick.at);
    html.empty("line", {{"class", "grid"}, {"x1", left}, {"x2", pixels(axis_end)}, {"y1", y}, {"y2", y}});
    html.leaf("text", tick.label, {{"class", "tick end"}, {"x", pixels(frame.left - 60)}, {"y", y}, {"dy", "4"}});
  }
  html.line();
  for (const Tick& tick : ticks_of(frame.time)) {
    const std::string x = pixels(tick.at);
    html.empty("line",
               {{"class", "grid"}, {"x1", x}, {"x2", x}, {"y1", pixels(frame.top)}, {"y2", pixels(frame.bottom + 40)}});
    html.leaf("text", tick.label, {{"class", "tick middle"}, {"x", x}, {"y", pixels(frame.bottom + 180)}});
    if (!tick.below.empty()) {
      html.leaf("text", tick.below, {{"class", "tick middle date"}, {"x", x}, {"y", pixels(frame.bottom + 330)}});
    }
  }
  html.line();
}

void draw_threshold(Html& html, const Gate& gate, const Frame& frame) {
  const Tenths y = frame.value.at(gate.threshold);
  const bool above = gate.comparison == Comparison::at_most || gate.comparison == Comparison::less_than;
  const bool below = gate.comparison == Comparison::at_least || gate.comparison == Comparison::more_than;
  if (above || below) {
    html.empty("rect", {{"class", "failing"},
                        {"x", pixels(frame.left)},
                        {"y", pixels(above ? frame.top : y)},
                        {"width", pixels(axis_end - frame.left)},
                        {"height", pixels(above ? y - frame.top : frame.bottom - y)}});
  }
  html.empty("line", {{"class", "threshold"},
                      {"x1", pixels(frame.left)},
                      {"x2", pixels(axis_end)},
                      {"y1", pixels(y)},
                      {"y2", pixels(y)}});
  // On the side that passes, where there is room.
  const bool under = above ? y + 200 < frame.bottom : y - 200 < frame.top;
  html.leaf("text", threshold_text(gate),
            {{"class", "label end"}, {"x", pixels(axis_end - 40)}, {"y", pixels(under ? y + 150 : y - 60)}});
  html.line();
}

void draw_marks(Html& html, const Plot& plot, const Frame& frame) {
  Tenths last = -mark_width;
  Tenths level = 0;
  for (std::size_t i = 0; i < plot.marks.size(); ++i) {
    const Tenths x = frame.time.at(plot.marks[i].recorded);
    level = x - last < mark_width ? (level + 1) % 2 : 0;
    last = x;
    const Tenths y = 110 + level * 190;
    html.open("g", {{"class", "mark"}});
    html.leaf("title", str(plot.marks[i].label, "; ", time_to_the_millisecond(plot.marks[i].recorded), " UTC; entry ",
                           plot.marks[i].seq));
    html.empty("line", {{"x1", pixels(x)}, {"x2", pixels(x)}, {"y1", pixels(y)}, {"y2", pixels(frame.bottom)}});
    html.empty("circle", {{"cx", pixels(x)}, {"cy", pixels(y)}, {"r", "8.5"}});
    html.leaf("text", str(i + 1), {{"class", "middle"}, {"x", pixels(x)}, {"y", pixels(y)}, {"dy", "3.8"}});
    html.close("g").line();
  }
}

void draw_points(Page& page, const Plot& plot, const Frame& frame) {
  Html& html = page.html;
  std::map<std::string, std::string> lines;
  for (const PlotPoint& point : plot.points) {
    if (!point.value.is_finite()) continue;
    std::string& line = lines[point.version];
    if (!line.empty()) line += ' ';
    line += pixels(frame.time.at(point.recorded)) + "," + pixels(frame.value.at(point.value));
  }
  for (const auto& [version, line] : lines) {
    html.empty("polyline", {{"class", str("series v", page.marks.at(version).index)}, {"points", line}}).line();
  }
  for (const PlotPoint& point : plot.points) {
    if (!point.value.is_finite()) continue;
    const std::size_t look = page.marks.at(point.version).index;
    const Tenths x = frame.time.at(point.recorded);
    const Tenths y = frame.value.at(point.value);
    const bool fails = plot.gate && passes(*plot.gate, point.value) == false;
    if (fails) html.empty("circle", {{"class", "fails"}, {"cx", pixels(x)}, {"cy", pixels(y)}, {"r", "9"}});
    html.open("path", {{"class", str("point v", look)}, {"d", shape_of(look, x, y)}});
    html.leaf("title", str(point.value.text(), " of ", point.version, fails ? ", fails" : "", "; ",
                           time_to_the_millisecond(point.recorded), " UTC; entry ", point.seq));
    html.close("path").line();
  }
}

void add_legend(Page& page, const Plot& plot) {
  Html& html = page.html;
  std::set<std::string> versions;
  for (const PlotPoint& point : plot.points) versions.insert(point.version);
  html.open("ul", {{"class", "legend"}});
  for (const std::string& version : versions) {
    const std::size_t look = page.marks.at(version).index;
    html.open("li").open("svg", {{"class", "swatch"}, {"viewBox", "0 0 14 14"}, {"aria-hidden", "true"}});
    html.empty("path", {{"class", str("point v", look)}, {"d", shape_of(look, 70, 70)}}).close("svg").text(" ");
    add_version(page, version);
    html.close("li");
  }
  const bool some_fail = std::any_of(plot.points.begin(), plot.points.end(), [&](const PlotPoint& point) {
    return plot.gate && passes(*plot.gate, point.value) == false;
  });
  if (some_fail) {
    html.markup(
        R"(<li><svg class="swatch" viewBox="0 0 22 22" aria-hidden="true"><circle class="fails" cx="11" cy="11" r="9"/></svg> does not pass</li>)");
  }
  html.close("ul").line();
}

// The numbers of the lines in the drawings that follow.
void add_marks(Page& page, const std::vector<PlotMark>& marks) {
  Html& html = page.html;
  html.leaf("p", "Numbered lines in the drawings:", {{"class", "lead"}}).open("ol", {{"class", "marks"}}).line();
  for (const PlotMark& mark : marks) {
    html.open("li").leaf("span", mark.label).text(" ");
    add_time(html, mark.recorded);
    html.text(" ");
    add_seqs(page, {mark.seq});
    html.close("li").line();
  }
  html.close("ol").line();
}

bool same_marks(const std::vector<PlotMark>& a, const std::vector<PlotMark>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const PlotMark& one, const PlotMark& other) {
    return one.seq == other.seq && one.label == other.label && one.recorded == other.recorded;
  });
}

std::string name_of(const Plot& plot) {
  return plot.metric + " of " + plot.model + (plot.environment.empty() ? "" : " in " + plot.environment);
}

void add_point_cells(Page& page, const Plot& plot, const PlotPoint& point) {
  Html& html = page.html;
  html.open("td", {{"class", "number"}});
  add_fact(html, "span", point.value.text(), point.seq, "value:" + plot.metric);
  html.close("td").open("td");
  const auto passed = plot.gate ? passes(*plot.gate, point.value) : std::nullopt;
  if (passed) {
    html.markup(*passed ? "<span class=\"outcome good\">✓ passes</span>"
                        : "<span class=\"outcome bad\">✕ does not pass</span>");
  } else {
    html.text(plot.gate ? "see the gates" : "not asked");
  }
  html.close("td").open("td");
  add_version(page, point.version);
  html.close("td").open("td");
  add_time(html, point.recorded, point.seq, "recorded");
  html.close("td").open("td");
  add_seq(page, point.seq);
  html.close("td");
}

void add_values(Page& page, const Plot& plot) {
  Html& html = page.html;
  html.open("details").leaf("summary", "The same as a table").line();
  open_table(html, "Values of " + name_of(plot), {"Value", "Passes", "Version", "Recorded (UTC)", "Entry"});
  for (const PlotPoint& point : plot.points) {
    html.open("tr");
    add_point_cells(page, plot, point);
    html.close("tr").line();
  }
  close_table(html);
  html.close("details").line();
}

void draw(Page& page, const Plot& plot, const std::string& id) {
  const Frame frame = frame_of(page.report, plot);
  Html& html = page.html;
  open_scroller(html, "Drawing: " + name_of(plot));
  html.open("svg", {{"class", "drawing"},
                    {"viewBox", "0 0 " + pixels(box_width) + " " + pixels(frame.bottom + below_plot)},
                    {"role", "img"},
                    {"aria-labelledby", id + "-t"},
                    {"aria-describedby", id + "-d"}});
  html.leaf("title", "Recorded values: " + name_of(plot), {{"id", id + "-t"}});
  html.leaf("desc", "Numbered lines mark deployments. The table below the drawing says the same.", {{"id", id + "-d"}});
  html.line();
  draw_axes(html, frame);
  if (has_line(plot)) draw_threshold(html, *plot.gate, frame);
  draw_marks(html, plot, frame);
  draw_points(page, plot, frame);
  html.close("svg");
  close_scroller(html);
}

void add_plot(Page& page, const Plot& plot, const std::string& id) {
  Html& html = page.html;
  html.line().open("figure").open("figcaption").leaf("h3", name_of(plot)).line();
  html.leaf(
      "p",
      plot.gate ? "Gate “" + plot.gate->name + "”: " + threshold_text(*plot.gate) : "The policy asks nothing of it.",
      {{"class", "lead"}});
  html.close("figcaption").line();
  draw(page, plot, id);
  add_legend(page, plot);
  add_values(page, plot);
  html.close("figure").line();
}

// One value shows no course: a line of a table says it better.
void add_single_values(Page& page, const std::vector<const Plot*>& plots) {
  Html& html = page.html;
  html.leaf("h3", "Recorded once").line();
  open_table(html, "Metrics recorded once",
             {"Metric", "Threshold", "Value", "Passes", "Version", "Recorded (UTC)", "Entry"});
  for (const Plot* plot : plots) {
    const std::string threshold = plot->gate ? threshold_text(*plot->gate) : "";
    for (const PlotPoint& point : plot->points) {
      html.open("tr").leaf("th", name_of(*plot), {{"scope", "row"}}).leaf("td", threshold, {{"class", "number"}});
      add_point_cells(page, *plot, point);
      html.close("tr").line();
    }
    if (!plot->points.empty()) continue;
    html.open("tr").leaf("th", name_of(*plot), {{"scope", "row"}}).leaf("td", threshold, {{"class", "number"}});
    html.open("td", {{"colspan", "5"}});
    add_not_recorded(html);
    html.close("td").close("tr").line();
  }
  close_table(html);
}

}  // namespace

void add_plots(Page& page) {
  std::vector<const Plot*> single;
  const std::vector<PlotMark>* marked = nullptr;
  std::size_t number = 0;
  for (const Plot& plot : page.report.plots) {
    const auto drawn = std::count_if(plot.points.begin(), plot.points.end(),
                                     [](const PlotPoint& point) { return point.value.is_finite(); });
    if (drawn < 2) {
      single.push_back(&plot);
      continue;
    }
    if (!plot.marks.empty() && (marked == nullptr || !same_marks(*marked, plot.marks))) add_marks(page, plot.marks);
    marked = &plot.marks;
    add_plot(page, plot, str("plot-", ++number));
  }
  if (!single.empty()) add_single_values(page, single);
}

}  // namespace cairn
