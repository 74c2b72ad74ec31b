// What who watches may put on record.
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {

TEST_CASE("who monitors says what is measured while a model runs, and nothing about the artefact [C3][E7]") {
  Scenario s;
  s.given_models({"v1"});
  for (const auto kind :
       {EvidenceKind::monitoring, EvidenceKind::comparison, EvidenceKind::system, EvidenceKind::business}) {
    INFO(to_text(kind));
    s.given("watch", {evidence(kind, "v1", "prod", {{"error_rate", "0"}})});
    s.given("ci", {evidence(kind, "v1", "prod", {{"error_rate", "0"}})});
    s.when("lee", {evidence(kind, "v1", "prod", {{"error_rate", "0"}})}).then_refused(Refusal::role_missing);
  }
  for (const auto kind : {EvidenceKind::structure, EvidenceKind::metrics, EvidenceKind::card, EvidenceKind::audit_chunk,
                          EvidenceKind::training, EvidenceKind::deployment, EvidenceKind::cohort_drift}) {
    INFO(to_text(kind));
    s.when("watch", {evidence(kind, "v1", "", {{"findings", "0"}})}).then_refused(Refusal::role_missing);
    s.given("ci", {evidence(kind, "v1", "", {{"findings", "0"}})});
  }
}

TEST_CASE("operations are no look at drift: they neither soak nor pass a monitoring gate [E7][I8]") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {RolloutProposed{rollout_id(1), digest_of("v1"), "net", "prod"}});
  for (int looks = 0; looks < 4; ++looks) {
    s.later(hour).given("watch", {evidence(EvidenceKind::system, "v1", "prod", {{"drift_score", "0"}})});
  }
  CHECK(s.rollout(1).soak.total == 0);
  s.when("ci", {RolloutAdvanced{rollout_id(1), Stage::canary, 10}}).then_refused(Refusal::soak_missing);
}

}  // namespace cairn
