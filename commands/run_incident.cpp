// incident open, ack, note, escalate, mitigate, resolve, postmortem, action, close, list, show.
#include <algorithm>

#include "commands/moments.h"
#include "commands/render_incident.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

Result<Event> event_of(const World& world, IncidentAct act, const IncidentFlags& flags) {
  switch (act) {
    case IncidentAct::acknowledge:
      return Event{IncidentAcknowledged{flags.incident, flags.text}};
    case IncidentAct::note: {
      std::vector<Seq> about = flags.about;
      std::sort(about.begin(), about.end());
      about.erase(std::unique(about.begin(), about.end()), about.end());
      return Event{IncidentNoted{flags.incident, flags.text, std::move(about)}};
    }
    case IncidentAct::escalate: {
      const Incident* incident = world.incidents.find(flags.incident);
      Severity severity = incident == nullptr ? Severity::high : incident->severity;
      if (flags.severity) {
        TRY_LET(wanted, given("--severity", parse_severity(*flags.severity)));
        severity = wanted;
      }
      return Event{IncidentEscalated{flags.incident, severity, flags.to, flags.text}};
    }
    case IncidentAct::mitigate:
      return Event{IncidentMitigated{flags.incident, flags.text}};
    case IncidentAct::resolve:
      return Event{IncidentResolved{flags.incident, flags.text}};
    case IncidentAct::close:
      break;
  }
  return Event{IncidentClosed{flags.incident}};
}

IncidentView view_of(const World& world, const std::string& id, const Incident& incident, Millis moment) {
  return {id, incident, deadlines_of(world.policy(), incident, moment), missing_of(world.policy(), incident), {}};
}

}  // namespace

Result<Exit> run_incident_open(const Globals& globals, const WriteFlags& write, const IncidentOpenFlags& flags) {
  TRY(said_something("--title", flags.title));
  TRY_LET(severity, given("--severity", parse_severity(flags.severity)));
  return write_and_show(globals, write, [&](const World&) {
    return Wanted{OpenIncident{severity, flags.title, flags.model, flags.environment}, {}};
  });
}

Result<Exit> run_incident_act(const Globals& globals, const WriteFlags& write, IncidentAct act,
                              const IncidentFlags& flags) {
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(event, event_of(world, act, flags));
    return Wanted{Record{std::move(event)}, {}};
  });
}

Result<Exit> run_incident_postmortem(const Globals& globals, const WriteFlags& write, const IncidentFlags& flags) {
  TRY_LET(content, read_file(flags.file, max_evidence_bytes));
  if (content.empty()) return usage(flags.file.string() + " is empty, and no post-mortem");
  const PostmortemPublished event{flags.incident, flags.file.filename().string(), sha256(content), content.size()};
  return write_and_show(globals, write, [&](const World&) { return Wanted{Record{event}, {content}}; });
}

Result<Exit> run_incident_action(const Globals& globals, const WriteFlags& write, const IncidentActionFlags& flags) {
  const bool opens = flags.owner || flags.due || flags.task;
  if (flags.close && opens) return usage("--close closes an item, the others open one; give either");
  if (flags.close) {
    if (!flags.how) return usage("--close needs --how: say how it was done");
    return record(globals, write, ActionClosed{flags.incident, *flags.close, *flags.how});
  }
  if (!flags.owner || !flags.due || !flags.task) return usage("an action item has --owner, --due and --task");
  TRY(said_something("--task", *flags.task));
  TRY_LET(due, read_moment(*flags.due));
  return write_and_show(globals, write, [&](const World&) {
    return Wanted{OpenAction{flags.incident, *flags.owner, due, *flags.task}, {}};
  });
}

Result<Exit> run_incident_list(const Globals& globals, bool all) {
  TRY_LET(reading, open_reading(globals));
  std::vector<IncidentView> views;
  for (const auto& [id, incident] : reading.world->incidents.rows()) {
    if (all || !incident.closed) views.push_back(view_of(*reading.world, id, incident, reading.moment));
  }
  std::sort(views.begin(), views.end(), [](const IncidentView& a, const IncidentView& b) {
    return std::pair(a.incident.opened, a.id) > std::pair(b.incident.opened, b.id);
  });
  print(globals.json ? incident_list_json(views) : incident_list_text(views));
  return Exit::done;
}

Result<Exit> run_incident_show(const Globals& globals, const std::string& id, IncidentFormat format) {
  TRY_LET(reading, open_reading(globals));
  const Incident* incident = reading.world->incidents.find(id);
  if (incident == nullptr)
    return usage("there is no incident " + printable(id) + "; cairn incident list --all shows them");
  IncidentView view = view_of(*reading.world, id, *incident, reading.moment);
  ModelNames names;
  names.learn(*reading.world);
  Timeline timeline(std::move(names));
  const Ledger& ledger = reading.session->ledger();
  TRY_LET(seqs, find_all(ledger, "incident:" + id));
  for (const Seq seq : seqs) {
    TRY_LET(entry, ledger.entry(seq));
    timeline.apply(entry);
  }
  view.entries = timeline.take_rows();
  if (globals.json) {
    print(incident_json(view));
  } else if (format == IncidentFormat::md) {
    print(incident_markdown(view));
  } else {
    print(incident_text(view));
  }
  return Exit::done;
}

}  // namespace cairn
