// incident open, ack, note, escalate, mitigate, resolve, postmortem, action, close, list, show.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_open(CLI::App& incident, Invocation& invocation) {
  auto flags = std::make_shared<IncidentOpenFlags>();
  CLI::App* command = add_command(incident, "open", "Put an incident on record",
                                  "cairn incident open --model logistic --environment production --severity critical "
                                  "--title \"Unsafe answers\"");
  command->add_option("--model", flags->model, "whose slot it is about")->required()->type_name("NAME");
  command->add_option("--environment", flags->environment, "where")->required()->type_name("E");
  command->add_option("--title", flags->title, "what is wrong, in one line")->required()->type_name("TEXT");
  command->add_option("--severity", flags->severity, "critical, high, medium or low")->capture_default_str();
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_incident_open(invocation.globals, *write, *flags); };
  });
}

CLI::App* add_act(CLI::App& incident, Invocation& invocation, IncidentAct act, const std::string& name,
                  const std::string& description, const std::string& example,
                  const std::shared_ptr<IncidentFlags>& flags) {
  CLI::App* command = add_command(incident, name, description, example);
  command->add_option("INCIDENT", flags->incident, "cairn incident list shows them")->required();
  auto write = add_write_flags(*command);
  command->callback([&invocation, act, flags, write] {
    invocation.action = [&invocation, act, flags, write] {
      return run_incident_act(invocation.globals, *write, act, *flags);
    };
  });
  return command;
}

void add_acts(CLI::App& incident, Invocation& invocation) {
  auto ack = std::make_shared<IncidentFlags>();
  add_act(incident, invocation, IncidentAct::acknowledge, "ack", "Say that you have it in hand",
          "cairn incident ack INC-1 --note \"looking at it\"", ack)
      ->add_option("--note", ack->text, "what you know so far")
      ->type_name("TEXT");
  auto note = std::make_shared<IncidentFlags>();
  CLI::App* noted = add_act(incident, invocation, IncidentAct::note, "note", "Add what was seen or done",
                            "cairn incident note INC-1 --text \"began with entry 30\" --about 30", note);
  noted->add_option("--text", note->text, "what")->required()->type_name("TEXT");
  noted->add_option("--about", note->about, "an entry that it speaks of; again for another")
      ->take_all()
      ->check(whole_number)
      ->type_name("SEQ");
  auto escalate = std::make_shared<IncidentFlags>();
  CLI::App* escalated = add_act(
      incident, invocation, IncidentAct::escalate, "escalate", "Call for somebody, perhaps at a graver severity",
      "cairn incident escalate INC-1 --to \"team lead\" --severity critical --reason \"users are affected\"", escalate);
  escalated->add_option("--to", escalate->to, "whom")->required()->type_name("TEXT");
  escalated->add_option("--reason", escalate->text, "why")->required()->type_name("TEXT");
  escalated->add_option("--severity", escalate->severity, "from now on (default: as it is)");
  auto mitigate = std::make_shared<IncidentFlags>();
  add_act(incident, invocation, IncidentAct::mitigate, "mitigate", "The harm has stopped",
          "cairn incident mitigate INC-1 --how \"rolled back\"", mitigate)
      ->add_option("--how", mitigate->text, "by what")
      ->required()
      ->type_name("TEXT");
  auto resolve = std::make_shared<IncidentFlags>();
  add_act(incident, invocation, IncidentAct::resolve, "resolve", "Its cause is gone",
          "cairn incident resolve INC-1 --how \"the filter was mended\"", resolve)
      ->add_option("--how", resolve->text, "by what")
      ->required()
      ->type_name("TEXT");
  add_act(incident, invocation, IncidentAct::close, "close", "Nothing is left to be done", "cairn incident close INC-1",
          std::make_shared<IncidentFlags>());
}

void add_postmortem(CLI::App& incident, Invocation& invocation) {
  auto flags = std::make_shared<IncidentFlags>();
  CLI::App* command = add_command(incident, "postmortem", "Publish the post-mortem: its file is kept beside the ledger",
                                  "cairn incident postmortem INC-1 --file INC-1.md");
  command->add_option("INCIDENT", flags->incident, "cairn incident list shows them")->required();
  command->add_option("--file", flags->file, "the document")->required()->type_name("FILE");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] {
      return run_incident_postmortem(invocation.globals, *write, *flags);
    };
  });
}

void add_action(CLI::App& incident, Invocation& invocation) {
  auto flags = std::make_shared<IncidentActionFlags>();
  CLI::App* command = add_command(incident, "action", "Open an action item, or close one",
                                  "cairn incident action INC-1 --owner ben --due 2026-12-01 --task \"add a test\"");
  command->add_option("INCIDENT", flags->incident, "cairn incident list shows them")->required();
  command->add_option("--owner", flags->owner, "who does it")->type_name("ACTOR");
  command->add_option("--due", flags->due, "by when")->type_name("TIME");
  command->add_option("--task", flags->task, "what is to be done")->type_name("TEXT");
  CLI::Option* close = command->add_option("--close", flags->close, "the number of the item that is done")
                           ->check(whole_number)
                           ->type_name("N");
  command->add_option("--how", flags->how, "how it was done, with --close")->needs(close)->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_incident_action(invocation.globals, *write, *flags); };
  });
}

void add_reading(CLI::App& incident, Invocation& invocation) {
  auto all = std::make_shared<bool>(false);
  CLI::App* list = add_command(incident, "list", "Incidents that are not closed", "cairn incident list --all");
  list->add_flag("--all", *all, "closed ones too");
  list->callback([&invocation, all] {
    invocation.action = [&invocation, all] { return run_incident_list(invocation.globals, *all); };
  });
  auto which = std::make_shared<std::string>();
  auto format = std::make_shared<std::string>("text");
  CLI::App* show = add_command(incident, "show", "One incident: its deadlines, actions, and everything said of it",
                               "cairn incident show INC-1 --format md");
  show->add_option("INCIDENT", *which, "cairn incident list shows them")->required();
  show->add_option("--format", *format, "text, or md to paste into an issue tracker")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "md"}));
  show->callback([&invocation, which, format] {
    const IncidentFormat as = *format == "md" ? IncidentFormat::md : IncidentFormat::text;
    invocation.action = [&invocation, which, as] { return run_incident_show(invocation.globals, *which, as); };
  });
}

}  // namespace

void add_incident_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* incident = add_command(app, "incident", "From the first alarm to the last action item",
                                   "cairn incident show INC-1 --format md");
  incident->require_subcommand(1);
  add_open(*incident, invocation);
  add_acts(*incident, invocation);
  add_postmortem(*incident, invocation);
  add_action(*incident, invocation);
  add_reading(*incident, invocation);
}

}  // namespace cairn
