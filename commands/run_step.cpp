// replay --step.
#include "commands/ledger_steps.h"
#include "commands/moments.h"
#include "commands/run_questions.h"
#include "commands/terminal.h"
#include "ledger/base/text.h"

namespace cairn {

Result<Exit> run_step(const Globals& globals, const std::optional<std::string>& to) {
  if (globals.json || !Terminal::present()) {
    return usage(str("--step walks by keys, on a terminal, and ",
                     globals.json ? "--json asks for a document" : "this is none",
                     ": cairn log lists the entries, cairn show SEQ shows one, cairn status --seq N what it left"));
  }
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  TRY_LET(newest, session->world());
  Size size = ledger.size();
  if (to) {
    TRY_LET(point, read_point(ledger, "--to", *to));
    size = point.size;
  }
  LedgerSteps steps(ledger, *newest, size);
  Stepper stepper(steps);
  Terminal terminal;
  do {
    terminal.draw(stepper.render(terminal.size()), stepper.typing());
  } while (stepper.handle(terminal.next_key()) == Stepper::Then::go_on);
  return Exit::done;
}

}  // namespace cairn
