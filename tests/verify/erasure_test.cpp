// Attachments that the ledger says are erased, as the auditor sees them.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"
#include "verify/audit.h"

using namespace cairn;

namespace {

using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("an erased attachment is reported with the entry that erased it, there or not (H5)") {
  Forge forge;
  forge.register_model("fraud");
  const Hash digest = forge.digest_of("fraud");
  const Size all = audit_with_key(forge.held(), forge).attachments_verified;
  const auto missing = audit_with_key(forge.held(), forge).attachments_missing;
  const EvidenceRecorded file = forge.evidence("fraud", EvidenceKind::business, "users", "7");
  const Seq names = forge.admit("dana", {file});
  const Seq erases =
      forge.admit("dana", {AttachmentErased{file.digest, names, digest, DeletionGround::legal, "names a person"}});
  ForgedEvidence evidence = forge.held();
  Report report = audit_with_key(evidence, forge);
  CHECK(places(report) == Places());
  REQUIRE(report.attachments_erased.size() == 1);
  CHECK(report.attachments_erased.at(file.digest).seq == erases);
  CHECK(report.attachments_erased.at(file.digest).supplied);
  evidence.attachments.erase(file.digest);
  report = audit_with_key(evidence, forge);
  CHECK(places(report) == Places());
  CHECK_FALSE(report.attachments_erased.at(file.digest).supplied);
  CHECK(report.attachments_verified == all);
  CHECK(report.attachments_missing == missing);
}

TEST_CASE("an erasure that says of an attachment whose it is, and is wrong, stands there on its author's word (H5)") {
  Forge forge;
  forge.register_model("fraud");
  const EvidenceRecorded file = forge.evidence("fraud", EvidenceKind::business, "users", "7");
  const Seq names = forge.admit("dana", {file});
  const auto erase = [&](Seq entry, const Hash& model, const std::string& whose) {
    const Seq seq =
        forge.admit("dana", {AttachmentErased{file.digest, entry, model, DeletionGround::legal, "names a person"}});
    const Report report = audit_with_key(forge.held(), forge);
    CHECK(report.asserted.count(str("entry ", seq, " erases what entry ", entry, " does not name for ", whose)) == 1);
  };
  SECTION("of another entry") {
    const Hash model = forge.digest_of("fraud");
    erase(names - 1, model, "model " + model.hex().substr(0, 12) + ", by dana");
  }
  SECTION("of no model, so that a hold of this one does not cover it") {
    erase(names, {}, "no model, by dana");
  }
}
