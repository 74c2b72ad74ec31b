// why.
#include "commands/render_why.h"
#include "commands/run_questions.h"

namespace cairn {

Result<Exit> run_why(const Globals& globals, const WhyFlags& flags) {
  if (globals.json && flags.dot) return usage("--json and --dot are two forms of one answer; give one");
  if (flags.depth == 0) return usage("--depth 0 shows no cause; the least is 1");
  TRY_LET(reading, open_reading(globals));
  TRY_LET(why, why_of(reading.session->ledger(), *reading.world, flags.subject, flags.depth, reading.moment));
  print(globals.json ? why_json(why) : flags.dot ? why_dot(why) : why_text(why, output_width()));
  return why.agrees() ? Exit::done : Exit::not_verified;
}

}  // namespace cairn
