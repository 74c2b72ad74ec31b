// replay --policy: the same history under another policy.
#include "commands/moments.h"
#include "commands/render_what_if.h"
#include "commands/run_questions.h"
#include "commands/views.h"

namespace cairn {

namespace {

// Every entry of the question, and whether they are those that the log signed.
Result<void> ask(const Ledger& ledger, Size size, WhatIf& answer, const std::function<void(WhatIfRow)>& each) {
  ProgressBar bar("replay");
  return walk_signed(ledger, 0, size, [&](const Recorded& entry) -> Result<void> {
    if (auto row = answer.apply(entry)) each(std::move(*row));
    const Size done = entry.seq + 1;
    if (done % ProgressBar::step == 0 || done == size) bar.show(done, size);
    return {};
  });
}

Result<Exit> answer_in_json(const Ledger& ledger, const WhatIfQuestion& question, WhatIf& answer) {
  print(what_if_json_begin(question));
  bool first = true;
  const auto asked = ask(ledger, question.size, answer, [&first](const WhatIfRow& row) {
    print((std::exchange(first, false) ? "\n" : ",\n") + what_if_json(row));
  });
  const auto broke = asked ? std::nullopt : std::optional<Error>(asked.error());
  print(what_if_json_end(answer, first, broke));
  return broke ? exit_of(broke->kind) : Exit::done;
}

}  // namespace

Result<Exit> run_what_if(const Globals& globals, const WhatIfFlags& flags) {
  WhatIfQuestion question;
  TRY_LET(file, read_policy(flags.policy));
  question.file = flags.policy;
  TRY_LET(other, policy_in_force(std::move(file.document)));
  question.other = std::move(other);
  question.mode = flags.cascade ? WhatIfMode::cascade : WhatIfMode::alone;
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  question.origin = ledger.origin();
  question.size = ledger.size();
  if (flags.to) {
    TRY_LET(point, read_point(ledger, "--to", *flags.to));
    question.size = point.size;
  }
  WhatIf answer(question.other, question.mode);
  if (globals.json) return answer_in_json(ledger, question, answer);
  WhatIfPage page;
  TRY(ask(ledger, question.size, answer, [&page](WhatIfRow row) { page.add(std::move(row)); }));
  print(page.text(question, answer));
  return Exit::done;
}

}  // namespace cairn
