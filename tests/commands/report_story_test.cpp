// What a report tells of one slot, entry by entry.
#include "commands/report_story.h"

#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

// From now on the policy asks for little drift.
void watch_drift(ReadCase& place) {
  std::string document;
  place.with_session([&](Session& session) { document = session.world().value()->force->document; });
  const Hash replaced = sha256(document);
  document.insert(document.find("{\"name\": \"accuracy\""),
                  R"({"name": "drift", "evidence": "monitoring", "value": "drift_score", "is": "<",
                      "threshold": "0.15", "class": "stage"}, )");
  place.append({{PolicyProposed{document}, PolicyAdopted{sha256(document), replaced}}});
}

EvidenceRecorded look(const Hash& model, const std::string& drift) {
  EvidenceRecorded evidence;
  evidence.kind = EvidenceKind::monitoring;
  evidence.model = model;
  evidence.environment = "production";
  evidence.source = "drift_metrics.json";
  evidence.digest = sha256(drift);
  evidence.values["drift_score"] = Decimal::parse(drift).value();
  return evidence;
}

// The newest entry, as the story of the slot ends.
ReportRow newest_row(ReadCase& place, std::vector<Moment>& alarms) {
  ReportRow row;
  place.with_session([&](Session& session) {
    const Ledger& ledger = session.ledger();
    const auto source = ReportSource::open(ledger, ledger.size());
    REQUIRE(source.ok());
    ChangeReport report;
    Story story(*source, {"logistic", "production"}, "", report);
    REQUIRE(story.tell({ledger.size() - 1}).ok());
    row = report.timeline.back();
    alarms = story.alarms();
  });
  return row;
}

TEST_CASE("a row of a report tells all that one statement changed, and each look of it that failed") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.roll_out("logistic", "v1");
  watch_drift(place);
  const Hash model = place.digest("logistic", "v1");
  place.append({{LockdownEngaged{{"production", "logistic"}, "it drifts"}, look(model, "0.2"), look(model, "0.3")}});
  std::vector<Moment> alarms;
  const ReportRow row = newest_row(place, alarms);
  REQUIRE(row.outcome.empty());
  CHECK(row.change == "lockdown: none -> engaged; failed: drift_score 0.2, not < 0.15; drift_score 0.3, not < 0.15");
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0].seq == row.seq);
}

}  // namespace
}  // namespace cairn::test
