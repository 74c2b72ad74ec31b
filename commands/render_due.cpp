#include "commands/render_due.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string dumped(const Json& json) {
  return json_text(json);
}

Tone tone_of(Branch::Answer answer) {
  switch (answer) {
    case Branch::Answer::yes:
      return Tone::bad;
    case Branch::Answer::no:
      return Tone::good;
    case Branch::Answer::unknown:
      break;
  }
  return Tone::warn;
}

std::string version_of(const World& world, const Advice& advice) {
  const Model* model = advice.model ? world.models.find(*advice.model) : nullptr;
  return model == nullptr ? "" : model->version;
}

// What to do, in words and as the command that does it.
std::string words_of(Action action, const SlotKey& slot) {
  const std::string back =
      "cairn rollback " + slot.first + " --environment " + slot.second + " --reason TEXT --trigger ";
  switch (action) {
    case Action::lock_down_and_roll_back:
      return "Lock down and go back at once: " + back + "safety";
    case Action::roll_back_and_investigate:
      return "Go back, and investigate: " + back + "regression";
    case Action::check_files_and_roll_back:
      return "Check the files (cairn deploy --model-path DIR --validate-only); if they fail, or the errors stay: " +
             back + "system";
    case Action::watch_closely:
      return "Keep watching, and think of retraining: cairn monitor record FILE; cairn alert ack SEQ";
    case Action::look_first:
      return "Look first, for nothing recent tells how it does: cairn monitor record FILE";
    case Action::go_on:
      return "Go on as before.";
    case Action::nothing_runs:
      break;
  }
  return "Nothing of it takes traffic there.";
}

}  // namespace

std::string due_text(const std::vector<Due>& due, Millis moment) {
  if (due.empty()) return "Nothing waits for anybody.\n";
  Rows rows = {headings({"", "kind", "of", "by (UTC)", "entry", ""})};
  for (const Due& one : due) {
    const bool late = one.overdue(moment);
    rows.push_back({late ? toned("overdue", Tone::bad) : "to come", std::string(to_text(one.kind)),
                    printable(one.subject), short_time(one.due), one.seq ? str(*one.seq) : "", printable(one.what)});
  }
  return table(rows);
}

std::string due_json(const std::vector<Due>& due, Millis moment) {
  Json list = Json::array();
  for (const Due& one : due) {
    list.push_back({{"kind", to_text(one.kind)},
                    {"subject", one.subject},
                    {"due", one.due},
                    {"overdue", one.overdue(moment)},
                    {"what", one.what},
                    {"seq", one.seq ? Json(*one.seq) : Json()}});
  }
  return dumped({{"at", moment}, {"due", std::move(list)}});
}

std::string advice_text(const World& world, const SlotKey& slot, const Advice& advice) {
  const std::string version = version_of(world, advice);
  const std::string name = slot.first + (version.empty() ? "" : " " + version);
  std::string text = toned(printable(name), Tone::strong) + " in " + printable(slot.second) + "\n";
  Rows rows;
  for (const Branch& branch : advice.walked) {
    rows.push_back({"  " + branch.question, toned(to_text(branch.answer), tone_of(branch.answer)),
                    printable(branch.because) + (branch.seq ? str(" (entry ", *branch.seq, ")") : "")});
  }
  return text + table(rows) + wrapped(printable(words_of(advice.action, slot)), 0);
}

std::string advice_json(const World& world, const SlotKey& slot, const Advice& advice) {
  Json walked = Json::array();
  for (const Branch& branch : advice.walked) {
    walked.push_back({{"question", branch.question},
                      {"answer", to_text(branch.answer)},
                      {"because", branch.because},
                      {"seq", branch.seq ? Json(*branch.seq) : Json()}});
  }
  return dumped({{"model", slot.first},
                 {"environment", slot.second},
                 {"version", advice.model ? Json(version_of(world, advice)) : Json()},
                 {"action", to_text(advice.action)},
                 {"advice", words_of(advice.action, slot)},
                 {"walked", std::move(walked)}});
}

}  // namespace cairn
