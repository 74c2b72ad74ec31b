// Retention, legal holds, recorded deletion and erasure.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {

using R = Refusal;

namespace {

const DeletionGround by_time = DeletionGround::retention;
const DeletionGround by_law = DeletionGround::legal;
const Hash card = sha256("card.json");

ArtefactDeleted gone(const std::string& version, DeletionGround ground = by_time) {
  return {digest_of(version), ground, "asked for"};
}

AttachmentErased erased(const std::string& version, DeletionGround ground = by_time, const Hash& digest = card) {
  return {digest, 1, digest_of(version), ground, "names a person"};
}

// v1 was at full, for a year and a day by now.
struct Archived : Scenario {
  Archived() {
    given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
    left = now;
    later(366 * day);
  }
  Millis left = 0;
};

}  // namespace

const std::vector<RefusalCase> retention_cases = {
    {R::retention_not_over, "a candidate is kept for 30 days from its registration (H4)",
     [] {
       Scenario s;
       s.given_models({"v1"}).later(29 * day);
       s.when("dana", {gone("v1")}).then_refused(R::retention_not_over);
       REQUIRE(s.says("candidate"));
       s.later(day).when("dana", {gone("v1")}).then_admitted();
     }},
    {R::retention_not_over, "an archived version is kept for a year from when it was left, retired or not (H4)",
     [] {
       Archived s;
       s.now = s.left + 365 * day - 1;
       s.given("dana", {ModelRetired{digest_of("v1"), "old"}});
       s.when("dana", {gone("v1")}).then_refused(R::retention_not_over);
       REQUIRE(s.says("retired"));
       s.now += 365 * day;
       s.when("dana", {gone("v1")}).then_admitted();
     }},
    {R::retention_not_over, "the longest of the classes and the state counts, and for good is longest (H4)",
     [] {
       Archived s;
       s.given("ci", {RetentionSet{digest_of("v1"), {"audited"}}});
       s.when("dana", {gone("v1")}).then_refused(R::retention_not_over);
       REQUIRE(s.says("audited"));
       s.given("ci", {RetentionSet{digest_of("v1"), {"audited", "records"}}}).later(40000 * day);
       s.when("dana", {gone("v1")}).then_refused(R::retention_not_over);
       REQUIRE(s.says("for good: records"));
       s.when("dana", {gone("v1", by_law)}).then_admitted();
     }},
    {R::retention_not_over, "a class that a later policy does not name keeps what it was set for, for good",
     [] {
       Archived s;
       s.given("ci", {RetentionSet{digest_of("v1"), {"audited"}}}).later(1000 * day);
       const std::string other = replaced(small_policy(), "audited", "examined");
       s.given("dana", {PolicyProposed{other}});
       s.given("dana", {PolicyAdopted{sha256(other), s.world.policy().digest}});
       s.when("dana", {gone("v1")}).then_refused(R::retention_not_over);
     }},
    {R::retention_not_over, "what belongs to no model goes by law only",
     [] {
       Scenario s;
       AttachmentErased postmortem{card, 0, {}, by_time, "names a person"};
       s.when("dana", {postmortem}).then_refused(R::retention_not_over);
       postmortem.ground = by_law;
       s.when("dana", {postmortem}).then_admitted();
     }},
    {R::on_hold, "while a case holds a model nothing of it is deleted or erased, by time or by law (H4, H5)",
     [] {
       for (const std::string name : {"net", ""}) {
         Archived s;
         s.given("dana", {HoldPlaced{"LEX-7", name, "a claim"}});
         s.when("dana", {gone("v1")}).then_refused(R::on_hold);
         REQUIRE(s.says("case LEX-7"));
         s.when("dana", {gone("v1", by_law)}).then_refused(R::on_hold);
         s.when("dana", {erased("v1", by_law)}).then_refused(R::on_hold);
         s.given("dana", {HoldPlaced{"LEX-8", "net", "another"}, HoldReleased{"LEX-7", name, "settled"}});
         s.when("dana", {gone("v1")}).then_refused(R::on_hold);
         s.given("dana", {HoldReleased{"LEX-8", "net", "settled"}});
         s.when("dana", {gone("v1")}).then_admitted();
       }
     }},
    {R::on_hold, "any hold covers what belongs to no model: a post-mortem may be about what it holds",
     [] {
       for (const std::string name : {"net", ""}) {
         Scenario s;
         s.given_models({"v1"}).given("dana", {HoldPlaced{"LEX-7", name, "a claim"}});
         s.when("dana", {AttachmentErased{card, 1, {}, by_law, "names a person"}}).then_refused(R::on_hold);
         REQUIRE(s.says("LEX-7"));
       }
     }},
    {R::on_hold, "a file that is on record for a held model is not erased as another's",
     [] {
       Archived s;
       s.given("ci", {registered("o1", "other")});
       EvidenceRecorded shared = metrics("v1");
       shared.digest = card;
       EvidenceRecorded others = shared;
       others.model = digest_of("o1");
       s.given("ci", {shared, others}).given("dana", {HoldPlaced{"LEX-7", "other", "a claim"}});
       s.when("dana", {erased("v1", by_law)}).then_refused(R::on_hold);
       s.when("dana", {AttachmentErased{card, 1, {}, by_law, "nobody's"}}).then_refused(R::on_hold);
     }},
    {R::on_hold, "nothing is deleted in the statement that releases it",
     [] {
       Archived s;
       s.given("dana", {HoldPlaced{"LEX-7", "net", "a claim"}});
       s.when("dana", {HoldReleased{"LEX-7", "net", "settled"}, gone("v1")}).then_refused(R::on_hold);
       s.when("dana", {HoldReleased{"LEX-7", "net", "settled"}, erased("v1")}).then_refused(R::on_hold);
     }},
    {R::unknown_entry, "an erasure names an entry that is there",
     [] {
       Archived s;
       AttachmentErased early = erased("v1");
       early.entry = s.world.position->size;
       s.when("dana", {early}).then_refused(R::unknown_entry);
     }},
    {R::hold_unchanged, "a case holds a model once, and is released from what it holds",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("dana", {HoldPlaced{"LEX-7", "net", "a claim"}});
       s.when("dana", {HoldPlaced{"LEX-7", "net", "again"}}).then_refused(R::hold_unchanged);
       s.when("dana", {HoldReleased{"LEX-7", "", "settled"}}).then_refused(R::hold_unchanged);
       s.when("dana", {HoldPlaced{"LEX-7", "nut", "a typing error"}}).then_refused(R::unknown_model);
       s.when("dana", {HoldPlaced{"LEX-7", "Net", "would hold nothing"}}).then_refused(R::unknown_model);
     }},
    {R::unknown_class, "a version is of classes that the policy names",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {RetentionSet{digest_of("v1"), {"medical"}}}).then_refused(R::unknown_class);
     }},
    {R::retention_unchanged, "classes are set where they are others than before",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {RetentionSet{digest_of("v1"), {}}}).then_refused(R::retention_unchanged);
     }},
    {R::role_missing, "who deploys keeps for longer; less, deletion and holds are for who may delete and hold (H5)",
     [] {
       Archived s;
       s.given("ci", {RetentionSet{digest_of("v1"), {"audited"}}});
       s.when("ci", {RetentionSet{digest_of("v1"), {}}}).then_refused(R::role_missing);
       s.given("dana", {RetentionSet{digest_of("v1"), {}}});
       s.when("ci", {gone("v1")}).then_refused(R::role_missing);
       s.when("ci", {erased("v1")}).then_refused(R::role_missing);
       s.when("ci", {HoldPlaced{"LEX-7", "net", "a claim"}}).then_refused(R::role_missing);
       s.given("dana", {HoldPlaced{"LEX-7", "net", "a claim"}});
       s.when("ida", {HoldReleased{"LEX-7", "net", "settled"}}).then_refused(R::role_missing);
     }},
    {R::role_missing, "a role in one environment deletes, erases, holds and releases nothing: a file is of none",
     [] {
       Archived s;
       s.given("dana", {person("mia", {{Role::admin, {"lab", "*"}}})})
           .given("ci", {RetentionSet{digest_of("v1"), {"audited"}}});
       const std::vector<Event> acts = {gone("v1", by_law),
                                        erased("v1", by_law),
                                        RetentionSet{digest_of("v1"), {}},
                                        HoldPlaced{"LEX-7", "net", "x"},
                                        HoldPlaced{"LEX-7", "", "x"},
                                        AttachmentErased{card, 1, {}, by_law, "x"}};
       for (const Event& act : acts) s.when("mia", {act}).then_refused(R::role_missing);
     }},
    {R::model_in_use, "what takes traffic, or is on its way to, is not deleted, nor is its manifest",
     [] {
       Archived s;
       s.when("dana", {gone("v2", by_law)}).then_refused(R::model_in_use);
       for (const Hash& as : {digest_of("v2"), digest_of("v1"), Hash{}}) {
         s.when("dana", {AttachmentErased{digest_of("v2"), 1, as, by_law, "as whoever's"}})
             .then_refused(R::model_in_use);
       }
       s.when("dana", {erased("v2", by_law)}).then_admitted();
     }},
    {R::model_in_use, "a manifest goes after the files, so that nothing is deployed that cannot be compared",
     [] {
       Archived s;
       s.when("dana", {erased("v1", by_time, digest_of("v1"))}).then_refused(R::model_in_use);
       s.given("dana", {gone("v1")}).when("dana", {erased("v1", by_time, digest_of("v1"))}).then_admitted();
     }},
    {R::model_quarantined, "what is in quarantine is evidence, and is not deleted",
     [] {
       Archived s;
       s.given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.when("dana", {gone("v1")}).then_refused(R::model_quarantined);
       s.when("dana", {gone("v1", by_law)}).then_refused(R::model_quarantined);
       s.when("dana", {erased("v1")}).then_refused(R::model_quarantined);
       s.when("dana", {erased("v1", by_law)}).then_admitted();
     }},
    {R::artefact_deleted, "what is deleted is not deleted again, not deployed and not gone back to (H5)",
     [] {
       Archived s;
       s.given("dana", {gone("v1")});
       s.when("dana", {gone("v1")}).then_refused(R::artefact_deleted);
       s.when("ci", {proposed(3, "v1")}).then_refused(R::artefact_deleted);
       s.when("ci", rollback("v2", "v1", 1)).then_refused(R::target_not_eligible);
       REQUIRE(s.says("deleted its files"));
       REQUIRE_FALSE(s.world.rollback_target({"net", "prod"}, digest_of("v2"), Trigger::system,
                                             [](const Hash&) { return false; }));
     }},
    {R::attachment_erased, "an attachment is erased once, and what was erased is not put on record again (H5)",
     [] {
       Archived s;
       s.given("dana", {erased("v1")});
       EvidenceRecorded again = metrics("v1");
       again.digest = card;
       s.when("ci", {again}).then_refused(R::attachment_erased);
       AttachmentErased other = erased("v1");
       other.digest = again.digest = sha256("another.json");
       s.when("dana", {other, again}).then_refused(R::attachment_erased);
       s.when("dana", {erased("v1", by_law)}).then_refused(R::attachment_erased);
     }},
};

}  // namespace cairn
