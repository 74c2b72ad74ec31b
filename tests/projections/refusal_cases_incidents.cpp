// Incidents, from the first alarm to the last action item.
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {

using R = Refusal;

namespace {

struct WithIncident : Scenario {
  WithIncident() { given_models({"v1"}).given("ida", {opened(1)}); }
};

const PostmortemPublished postmortem{"INC-1", "INC-1.md", sha256("what went wrong"), 15};
const ActionOpened action{"INC-1", 1, "lee", start_of_scenario + 100 * hour, "add a test"};

}  // namespace

const std::vector<RefusalCase> incident_cases = {
    {R::unknown_incident, "only what was opened goes on",
     [] {
       Scenario s;
       for (const Event& event :
            std::vector<Event>{IncidentAcknowledged{"INC-1", ""}, IncidentNoted{"INC-1", "x", {}},
                               IncidentEscalated{"INC-1", Severity::high, "lead", "x"}, IncidentMitigated{"INC-1", "x"},
                               IncidentResolved{"INC-1", "x"}, postmortem, action, ActionClosed{"INC-1", 1, "x"},
                               IncidentClosed{"INC-1"}}) {
         INFO(wire_name(event));
         s.when("ida", {event}).then_refused(R::unknown_incident);
       }
     }},
    {R::incident_order, "an incident goes forward only (E5)",
     [] {
       WithIncident s;
       s.given("ida", {IncidentMitigated{"INC-1", "rolled back"}});
       s.when("ida", {IncidentAcknowledged{"INC-1", ""}}).then_refused(R::incident_order);
       s.when("ida", {IncidentMitigated{"INC-1", "x"}}).then_refused(R::incident_order);
       s.when("ida", {postmortem}).then_refused(R::incident_order);
       s.when("ida", {IncidentClosed{"INC-1"}}).then_refused(R::incident_order);
     }},
    {R::incident_order, "who mitigates has acknowledged, and the time is that one",
     [] {
       WithIncident s;
       s.later(hour).given("ida", {IncidentMitigated{"INC-1", "rolled back"}});
       const Incident& incident = *s.world.incidents.find("INC-1");
       REQUIRE(incident.acknowledged.has_value());
       CHECK(incident.acknowledged->recorded == s.now);
       CHECK_FALSE(incident.resolved.has_value());
     }},
    {R::incident_order, "an escalation never lowers the severity (E4)",
     [] {
       WithIncident s;
       s.when("watch", {IncidentEscalated{"INC-1", Severity::medium, "lead", "x"}}).then_refused(R::incident_order);
       s.given("watch", {IncidentEscalated{"INC-1", Severity::critical, "lead", "users see it"}});
       CHECK(s.world.incidents.find("INC-1")->severity == Severity::critical);
     }},
    {R::incident_order, "a note speaks of entries that are there",
     [] {
       WithIncident s;
       s.when("lee", {IncidentNoted{"INC-1", "x", {s.entries.size()}}}).then_refused(R::incident_order);
       s.when("lee", {IncidentNoted{"INC-1", "x", {0, s.entries.size() - 1}}}).then_admitted();
     }},
    {R::role_missing, "a monitor opens and escalates, and answers nothing",
     [] {
       WithIncident s;
       s.when("watch", {opened(2)}).then_admitted();
       s.when("watch", {IncidentAcknowledged{"INC-1", ""}}).then_refused(R::role_missing);
       s.when("lee", {IncidentResolved{"INC-1", "x"}}).then_refused(R::role_missing);
     }},
    {R::service_not_allowed, "a service answers no incident",
     [] {
       WithIncident s;
       s.when("ci", {IncidentResolved{"INC-1", "x"}}).then_refused(R::service_not_allowed);
     }},
    {R::postmortem_missing, "a grave incident is not closed without its post-mortem (E5)",
     [] {
       WithIncident s;
       s.given("ida", {IncidentResolved{"INC-1", "mended"}});
       s.when("ida", {IncidentClosed{"INC-1"}}).then_refused(R::postmortem_missing);
       s.given("dana", {postmortem}).when("ida", {IncidentClosed{"INC-1"}}).then_admitted();
     }},
    {R::postmortem_missing, "one of a severity that demands none is closed without",
     [] {
       Scenario s;
       IncidentOpened low = opened(1);
       low.severity = Severity::low;
       s.given("ida", {low}).given("ida", {IncidentResolved{"INC-1", "nothing"}});
       s.when("ida", {IncidentClosed{"INC-1"}}).then_admitted();
     }},
    {R::actions_open, "action items are done before it is closed (E5)",
     [] {
       WithIncident s;
       s.given("ida", {IncidentResolved{"INC-1", "mended"}, postmortem}).given("ida", {action});
       s.when("ida", {IncidentClosed{"INC-1"}}).then_refused(R::actions_open);
       REQUIRE(s.says("1, of lee: add a test"));
       s.given("lee", {ActionClosed{"INC-1", 1, "merged"}}).when("ida", {IncidentClosed{"INC-1"}}).then_admitted();
     }},
    {R::action_unknown, "an action is closed once, by its owner or who answers the incident",
     [] {
       WithIncident s;
       s.when("ida", {ActionClosed{"INC-1", 1, "x"}}).then_refused(R::action_unknown);
       s.given("ida", {action});
       s.when("ida", {ActionClosed{"INC-1", 0, "x"}}).then_refused(R::action_unknown);
       s.when("watch", {ActionClosed{"INC-1", 1, "x"}}).then_refused(R::role_missing);
       s.given("lee", {ActionClosed{"INC-1", 1, "x"}});
       s.when("lee", {ActionClosed{"INC-1", 1, "x"}}).then_refused(R::action_unknown);
     }},
    {R::wrong_number, "actions are numbered without gaps, and owned by somebody who is there",
     [] {
       WithIncident s;
       ActionOpened later_one = action;
       later_one.action = 2;
       s.when("ida", {later_one}).then_refused(R::wrong_number);
       ActionOpened nobodys = action;
       nobodys.owner = "nobody";
       s.when("ida", {nobodys}).then_refused(R::unknown_actor);
     }},
    {R::alert_not_open, "an alert is there from a record that fails to one that passes, and acknowledged once (E8)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_full(1, "v1").given("watch", {drift("v1", "lab", "0.9")});
       CHECK(s.world.alerts.rows().empty());
       const AlertAcknowledged seen{s.entries.size(), "known"};
       s.when("ida", {seen}).then_refused(R::alert_not_open);
       s.given("watch", {drift("v1", "prod", "0.9")});
       s.given_a_lie("nobody", {metrics("v1")});
       const AlertAcknowledged right{s.entries.size() - 2, "known"};
       s.when("ci", {right}).then_refused(R::service_not_allowed);
       s.given("ida", {right}).when("ida", {right}).then_refused(R::alert_not_open);
       s.given("watch", {drift("v1", "prod")});
       CHECK(s.world.alerts.rows().empty());
     }},
    {R::not_due, "only what is overdue goes on record as overdue (E2)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_full(1, "v1");
       const Millis due = s.now + 15 * minute;
       s.later(15 * minute).when("watch", {DueRecorded{DueKind::check, "net/prod", due}}).then_refused(R::not_due);
       s.later(1).when("watch", {DueRecorded{DueKind::check, "net/prod", due - 1}}).then_refused(R::not_due);
       s.when("watch", {DueRecorded{DueKind::check, "net/lab", due}}).then_refused(R::not_due);
       s.when("watch", {DueRecorded{DueKind::check, "net/prod", due}}).then_admitted();
     }},
    {R::unknown_entry, "a report is recorded by anybody with a role, of what is there, and of entries before it",
     [] {
       WithIncident s;
       const auto report = [&](ReportKind kind, const std::string& subject, Size size) {
         return ReportRecorded{kind, subject, ReportFormat::html, sha256("report"), 6, size};
       };
       s.when("ida", {report(ReportKind::incident, "INC-2", 1)}).then_refused(R::unknown_incident);
       s.when("ida", {report(ReportKind::rollout, "net/prod/9", 1)}).then_refused(R::unknown_rollout);
       s.when("ida", {report(ReportKind::period, "November", 0)}).then_refused(R::unknown_entry);
       s.when("ida", {report(ReportKind::period, "November", s.entries.size() + 1)}).then_refused(R::unknown_entry);
       s.when("ida", {report(ReportKind::period, "November", s.entries.size())}).then_admitted();
       s.when("watch", {report(ReportKind::incident, "INC-1", 1)}).then_admitted();
       s.when("lee", {report(ReportKind::incident, "INC-1", 1)}).then_admitted();
       s.given("dana", {person("newcomer", {})}).when("newcomer", {report(ReportKind::incident, "INC-1", 1)});
       s.then_refused(R::role_missing);
     }},
    {R::incident_over, "what is closed takes notes only",
     [] {
       WithIncident s;
       s.given("ida", {IncidentResolved{"INC-1", "mended"}, postmortem, IncidentClosed{"INC-1"}});
       s.when("ida", {action}).then_refused(R::incident_over);
       s.when("ida", {IncidentClosed{"INC-1"}}).then_refused(R::incident_over);
       s.when("lee", {IncidentNoted{"INC-1", "came again: INC-2", {}}}).then_admitted();
     }},
};

}  // namespace cairn
