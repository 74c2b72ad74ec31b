// submit.
#include <algorithm>

#include "commands/output.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "commands/submit.h"
#include "ledger/base/text.h"
#include "verify/layout.h"

namespace cairn {

namespace {

// What became of many statements.
struct Outcomes {
  std::size_t admitted = 0;
  std::size_t refused = 0;
  std::size_t repeated = 0;
  std::size_t turned_away = 0;
  std::optional<Receipt> newest;

  // Whether it was recorded as it was meant, for the first time.
  bool add(const Written& written) {
    const auto* appended = std::get_if<Appended>(&written);
    if (appended == nullptr) {
      ++turned_away;
      return false;
    }
    const Receipt& receipt = appended->receipt;
    newest = receipt;
    ++(receipt.repeated ? repeated : receipt.outcome.empty() ? admitted : refused);
    return !receipt.repeated && receipt.outcome.empty();
  }

  std::size_t all() const { return admitted + refused + repeated + turned_away; }
};

std::string describe(const Outcomes& outcomes) {
  std::string text = toned(plural(outcomes.all(), "statement", "statements"), Tone::strong) +
                     str(": ", outcomes.admitted, " admitted, ", outcomes.refused, " refused, ", outcomes.repeated,
                         " recorded before, ", outcomes.turned_away, " turned away\n");
  if (outcomes.newest) {
    text += table({{"  newest", str("entry ", outcomes.newest->seq)},
                   {"  tree", str("size ", outcomes.newest->head.size, ", root ", outcomes.newest->head.root.hex())}});
  }
  return text;
}

}  // namespace

Result<Exit> run_submit(const Globals& globals, const std::vector<Path>& files) {
  TRY_LET(home, Home::from_environment());
  const bool lines = std::any_of(files.begin(), files.end(), holds_lines);
  const bool list = globals.json && (lines || files.size() > 1);
  Exit worst = Exit::done;
  Outcomes outcomes;
  const auto show = [&](const std::string& name, const Written& written) {
    const bool plain = outcomes.add(written);
    if (list) print(outcomes.all() == 1 ? "[\n" : ",\n");
    // Of thousands of lines people look at those that went another way.
    if (lines && plain && !globals.json) return;
    if (!globals.json) print(toned(printable(name), Tone::strong) + "\n");
    worst = std::max(worst, show_written(globals, written));
  };
  const Result<void> submitted = submit(globals, home, files, show);
  if (list && (submitted.ok() || outcomes.all() > 0)) print(outcomes.all() == 0 ? "[]\n" : "]\n");
  if (lines && !globals.json && outcomes.all() > 0) print(describe(outcomes));
  TRY(submitted);
  return worst;
}

}  // namespace cairn
