// The strip of a slot, drawn in letters.
#include <algorithm>
#include <map>

#include "commands/report_sections.h"
#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr std::size_t cells = 60;
constexpr std::size_t row_label_width = 13;

// A window of time in cells of equal length.
class Scale {
 public:
  Scale(Millis from, Millis until) : from_(from), span_(std::max<Millis>(until - from, 1)) {}

  std::size_t cell(Millis time) const {
    const Millis inside = std::clamp<Millis>(time - from_, 0, span_);
    return std::min<std::size_t>(cells - 1, static_cast<std::size_t>(inside * static_cast<Millis>(cells) / span_));
  }
  // What is shorter than a cell still has one.
  void fill(std::string& row, Millis from, Millis until, char letter) const {
    if (until < from_ || from > from_ + span_) return;
    const std::size_t first = cell(from);
    const std::size_t last = std::max(first + 1, cell(until) + (until >= from_ + span_ ? 1 : 0));
    for (std::size_t i = first; i < last && i < cells; ++i) row[i] = letter;
  }

 private:
  Millis from_;
  Millis span_;
};

std::string labelled(std::string label, const std::string& row) {
  label.resize(std::max(label.size(), row_label_width), ' ');
  return label + "|" + row + "|";
}

char hold_letter(const std::string& kind) {
  return kind == "lockdown" ? 'L' : kind == "freeze" ? 'F' : 'G';
}

Drawing drawn(const Strip& strip, Millis from, Millis until) {
  const Scale scale(from, until);
  std::map<Stage, std::string> rows;
  std::map<std::string, std::string> held;
  std::vector<std::string> versions;
  for (const Span& span : strip.spans) {
    auto known = std::find(versions.begin(), versions.end(), span.version);
    if (known == versions.end()) known = versions.insert(versions.end(), span.version);
    const char letter = static_cast<char>('A' + (known - versions.begin()) % 26);
    std::string& row = rows.try_emplace(span.stage, cells, ' ').first->second;
    scale.fill(row, span.from, span.until.value_or(until), letter);
  }
  for (const HoldSpan& hold : strip.holds) {
    std::string& row = held.try_emplace(hold.kind, cells, ' ').first->second;
    scale.fill(row, hold.from, hold.until.value_or(until), hold_letter(hold.kind));
  }
  Drawing drawing;
  for (const Stage stage : {Stage::full, Stage::canary, Stage::shadow}) {
    const auto row = rows.find(stage);
    if (row != rows.end()) drawing.lines.push_back(labelled(std::string(to_text(stage)), row->second));
  }
  for (const auto& [kind, row] : held) drawing.lines.push_back(labelled(kind, row));
  const std::string begin = time_to_the_second(from);
  const std::string end = time_to_the_second(until);
  drawing.lines.push_back(std::string(row_label_width + 1, ' ') + begin +
                          std::string(cells - begin.size() - end.size(), ' ') + end);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    drawing.lines.push_back(std::string(row_label_width + 1, ' ') + static_cast<char>('A' + i % 26) + " = " +
                            printable(versions[i]));
  }
  return drawing;
}

std::string until_or_on(const std::optional<Millis>& until) {
  return until ? time_to_the_second(*until) : "still so";
}

Columns spelled(const Strip& strip) {
  Columns table{{"From", "Until", "Entry", "What"}, {}};
  std::vector<std::pair<std::pair<Millis, Seq>, std::vector<std::string>>> rows;
  for (const Span& span : strip.spans) {
    rows.push_back({{span.from, span.seq},
                    {time_to_the_second(span.from), until_or_on(span.until), str(span.seq),
                     span.version + " " + stage_text(span.stage, span.percent)}});
  }
  for (const HoldSpan& hold : strip.holds) {
    rows.push_back(
        {{hold.from, hold.seq},
         {time_to_the_second(hold.from), until_or_on(hold.until), str(hold.seq), hold.kind + " of " + hold.scope}});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& row : rows) table.rows.push_back(std::move(row.second));
  return table;
}

std::string threshold_text(const std::optional<Gate>& gate) {
  return gate ? std::string(to_text(gate->comparison)) + " " + gate->threshold.text() : "-";
}

// All of a few; of many the first, the extremes and the last.
std::string points_text(const std::vector<PlotPoint>& points) {
  constexpr std::size_t few = 8;
  const auto text = [](const PlotPoint& point) { return point.value.text() + str(" (", point.seq, ")"); };
  std::vector<std::string> all;
  if (points.size() <= few) {
    for (const PlotPoint& point : points) all.push_back(text(point));
    return joined(all, ", ");
  }
  const auto [low, high] = std::minmax_element(
      points.begin(), points.end(), [](const PlotPoint& a, const PlotPoint& b) { return a.value < b.value; });
  return str(points.size(), " values: first ", text(points.front()), ", lowest ", text(*low), ", highest ", text(*high),
             ", last ", text(points.back()));
}

}  // namespace

Section strips_section(const ChangeReport& report) {
  Section section{"Traffic", {}};
  for (const Strip& strip : report.strips) {
    section.blocks.push_back(Paragraph{strip.model + " in " + strip.environment});
    if (strip.spans.empty() && strip.holds.empty()) {
      section.blocks.push_back(Paragraph{"Nothing was there."});
      continue;
    }
    section.blocks.push_back(drawn(strip, report.from, report.until));
    section.blocks.push_back(spelled(strip));
  }
  return section;
}

Section metrics_section(const ChangeReport& report) {
  Section section{"Metrics", {}};
  if (report.plots.empty()) {
    section.blocks.push_back(Paragraph{not_recorded_text});
    return section;
  }
  Columns table{{"Metric", "Where", "Asked", "Recorded (entry)"}, {}};
  for (const Plot& plot : report.plots) {
    table.rows.push_back({plot.metric, plot.environment.empty() ? "artefact" : plot.environment,
                          threshold_text(plot.gate), points_text(plot.points)});
  }
  section.blocks.push_back(std::move(table));
  return section;
}

}  // namespace cairn
