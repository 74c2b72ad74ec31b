// What a Stepper has on the screen.
#include <algorithm>

#include "commands/output.h"
#include "commands/screen_text.h"
#include "commands/stepper.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr std::string_view keys = "n next  p previous  g first  G last  : jump  / filter  PgDn more  ? help  q quit";

constexpr std::string_view help_text = R"(Walking
  n, j, space, down      the next entry
  p, k, up               the previous one
  g, Home   G, End       the first, the last
  :                      to an entry or a time: 17, or 2026-11-20 14:00 (UTC)
  a digit                the same, already begun
  /                      only some entries, by words that all apply:
                         model=M  environment=E  actor=A  type=rollout.advanced
                         refused, and any other words: a text that they say
                         nothing, or Esc: every entry again

What is shown of an entry
  d                      what it changed, before -> after
  w                      why: decided again by the rules of then, with its gates
  e                      the entry, as cairn show has it
  s                      the status after it, as cairn status --seq has it
  PgDn, f   PgUp, b      more of it

  ?                      this, and back
  q, Ctrl-D              quit; Ctrl-Z suspends
)";

std::vector<std::string> lines_of(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) {
    for (std::string& part : fold_line(line, columns)) lines.push_back(std::move(part));
  }
  return lines;
}

// How the lines of a screen are shared out.
struct Layout {
  std::size_t head = 0;
  std::size_t list = 0;
  std::size_t views = 0;
  std::size_t detail = 0;
};

Layout layout_of(std::size_t lines) {
  Layout layout;
  std::size_t left = lines - 1;  // the foot
  const auto take = [&](std::size_t& part, std::size_t wanted) {
    part = std::min(wanted, left);
    left -= part;
  };
  constexpr std::size_t least_for_views = 6;
  constexpr std::size_t lines_a_row = 4;
  constexpr std::size_t most_rows = 9;
  take(layout.list, std::clamp<std::size_t>(lines / lines_a_row, 1, most_rows));
  take(layout.head, lines > 3 ? 1 : 0);
  take(layout.views, lines >= least_for_views ? 1 : 0);
  layout.detail = left;
  return layout;
}

}  // namespace

std::string Stepper::head(ScreenSize screen) const {
  std::string place = str("entry ", seq(), " of 0 to ", source_.size() - 1);
  if (matches_) place += str(", ", index_ + 1, " of ", count(), " with ", printable(filter_words_));
  const std::string left = printable(source_.origin());
  const std::size_t taken = columns_of(left) + columns_of(place);
  if (taken + 2 > screen.columns) return toned(place, Tone::strong);
  return toned(left, Tone::quiet) + std::string(screen.columns - taken, ' ') + toned(place, Tone::strong);
}

std::string Stepper::list_line(std::size_t index, std::size_t columns) {
  const bool here = index == index_;
  const Seq seq = matches_ ? (*matches_)[index] : index;
  const std::string begin = str(here ? "> " : "  ", seq, "  ");
  const auto row = source_.row(seq);
  if (!row) return toned(cut(begin + printable(row.error().message), columns), Tone::bad);
  const bool refused = !row->outcome.empty();
  const std::string said = printable(row->author) + "  " +
                           (refused ? "REFUSED " + printable(row->outcome) + ", tried: " : "") +
                           printable(joined(row->said, "; "));
  const std::string line = cut(begin + short_time(row->recorded) + "  " + said, columns);
  return toned(line, refused ? Tone::bad : here ? Tone::strong : Tone::plain);
}

// The entries around this one; the list stands still at both ends.
std::vector<std::string> Stepper::list(std::size_t lines, std::size_t columns) {
  const std::size_t above = std::min(index_, (lines - 1) / 2);
  const std::size_t latest_first = count() > lines ? count() - lines : 0;
  const std::size_t first = std::min(index_ - above, latest_first);
  std::vector<std::string> rows;
  for (std::size_t i = first; i < std::min(first + lines, count()); ++i) rows.push_back(list_line(i, columns));
  rows.resize(lines);
  return rows;
}

std::string Stepper::views(std::size_t first, std::size_t lines, std::size_t all) const {
  std::string line;
  const auto name = [&](StepView view, std::string_view text) {
    const bool shown = !help_ && view == view_;
    const std::string word = shown ? str('[', text, ']') : str(' ', text, ' ');
    line += toned(word, shown ? Tone::strong : Tone::quiet);
  };
  name(StepView::changes, "d changes");
  name(StepView::why, "w why");
  name(StepView::entry, "e entry");
  name(StepView::status, "s status");
  if (all > lines)
    line += toned(str("  lines ", first + 1, " to ", std::min(all, first + lines), " of ", all), Tone::quiet);
  return line;
}

std::vector<std::string> Stepper::detail(std::size_t columns) {
  if (help_) return lines_of(help_text, columns);
  if (!shown_ || shown_->seq != seq() || shown_->view != view_ || shown_->columns != columns) {
    const auto text = source_.text(seq(), view_);
    const std::string said = text ? *text : toned(printable_lines(text.error().message), Tone::bad);
    shown_ = {seq(), view_, columns, lines_of(said, columns)};
    // What could not be read now may be there at the next look.
    if (!text) return std::exchange(shown_, std::nullopt)->lines;
  }
  return shown_->lines;
}

std::string Stepper::foot(std::size_t columns) const {
  // Of what is longer than the line, its end is what is being typed.
  if (prompt_) {
    const std::string_view asks = prompt_->kind == ':' ? "to entry or time: " : "only with: ";
    return end_of(std::string(asks) + printable(prompt_->text), columns);
  }
  return message_.empty() ? toned(keys, Tone::quiet) : toned(message_, Tone::warn);
}

std::vector<std::string> Stepper::render(ScreenSize screen) {
  const std::size_t columns = std::max<std::size_t>(screen.columns, 1);
  const std::size_t height = std::max<std::size_t>(screen.lines, 1);
  const Layout layout = layout_of(height);
  std::vector<std::string> lines;
  if (layout.head > 0) lines.push_back(head({columns, height}));
  if (layout.list > 0) {
    for (std::string& line : list(layout.list, columns)) lines.push_back(std::move(line));
  }
  const std::vector<std::string> details = layout.detail > 0 ? detail(columns) : std::vector<std::string>();
  page_ = layout.detail;
  longest_ = details.size();
  scroll_ = std::min(scroll_, longest_ > page_ ? longest_ - page_ : 0);
  if (layout.views > 0) lines.push_back(views(scroll_, page_, longest_));
  for (std::size_t i = scroll_; i < std::min(scroll_ + page_, longest_); ++i) lines.push_back(details[i]);
  lines.resize(height - 1);
  lines.push_back(foot(columns));
  for (std::string& line : lines) line = cut(line, columns);
  return lines;
}

}  // namespace cairn
