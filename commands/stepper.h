// Stepper: the walk through a ledger's history, without its terminal: what a key does, and what is on the screen.
//
// It holds where the walk is, the filter and which view is shown; what there is to show it asks a StepSource for, one
// entry at a time. It reads no key and writes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/terminal_keys.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "projections/timeline.h"

namespace cairn {

// Which entries the walk stops at: those to which all of it applies. Empty: every one.
struct StepFilter {
  std::optional<std::string> model;
  std::optional<std::string> environment;
  std::optional<std::string> actor;
  std::optional<std::string> type;
  bool refused = false;
  std::string text;  // somewhere in what the entry says, in any case

  bool empty() const;
};

// "model=M environment=E actor=A type=T refused", and whatever else is a text to look for.
StepFilter read_filter(std::string_view words);

enum class StepView { changes, why, entry, status };

// What the walk asks of a ledger.
class StepSource {
 public:
  virtual ~StepSource() = default;
  virtual std::string origin() const = 0;
  virtual Size size() const = 0;  // at least one entry
  virtual Result<TimelineRow> row(Seq seq) = 0;
  // Lines for people, printable, with tones. `width`: what they should be wrapped at.
  virtual Result<std::string> text(Seq seq, StepView view) = 0;
  virtual Result<std::vector<Seq>> matching(const StepFilter& filter) = 0;  // ascending
  // The newest entry recorded at or before this time, or the first.
  virtual Result<Seq> newest_at(Millis time) = 0;
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t lines = 24;
  bool operator==(const ScreenSize&) const = default;
};

class Stepper {
 public:
  enum class Then { go_on, quit };

  explicit Stepper(StepSource& source) : source_(source) {}

  Then handle(const KeyPress& key);

  // As many lines as the screen has, none longer than it is wide.
  std::vector<std::string> render(ScreenSize screen);

  // Whether the last line is being typed, and the cursor belongs there.
  bool typing() const { return prompt_.has_value(); }

  Seq seq() const { return matches_ ? (*matches_)[index_] : index_; }

 private:
  struct Prompt {
    char kind = ':';
    std::string text;
  };
  // What is asked for once and shown often.
  struct Shown {
    Seq seq = 0;
    StepView view = StepView::changes;
    std::size_t columns = 0;
    std::vector<std::string> lines;
  };

  std::size_t count() const;
  void go(std::size_t index);
  void go_to(Seq seq);
  void step(bool forward);
  void scroll(bool forward);
  void show(StepView view);
  Then handle_text(char letter);
  void handle_prompt(const KeyPress& key);
  void jump(const std::string& where);
  void filter(const std::string& words);

  std::string head(ScreenSize screen) const;
  std::vector<std::string> list(std::size_t lines, std::size_t columns);
  std::string list_line(std::size_t index, std::size_t columns);
  std::string views(std::size_t first, std::size_t lines, std::size_t all) const;
  std::vector<std::string> detail(std::size_t columns);
  std::string foot(std::size_t columns) const;

  StepSource& source_;
  std::optional<std::vector<Seq>> matches_;  // none: every entry
  std::string filter_words_;
  std::size_t index_ = 0;  // among the matches
  StepView view_ = StepView::changes;
  bool help_ = false;
  std::size_t scroll_ = 0;
  std::size_t page_ = 1;     // lines of the detail, as last drawn
  std::size_t longest_ = 0;  // lines that there are to scroll through, as last drawn
  std::optional<Prompt> prompt_;
  std::string message_;  // instead of the keys, until the next one
  std::optional<Shown> shown_;
};

}  // namespace cairn
