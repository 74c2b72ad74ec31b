// An audit of several pages, which all threads read, hash and take apart: what it finds, and what it is not asked.
#include <algorithm>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

using namespace cairn;

namespace {

using Places = std::vector<std::string>;

// Three pages and a half.
struct LongLedger : Forge {
  LongLedger() {
    deploy("fraud");
    register_model("churn");
    propose("churn");
    while (head().size < 896) monitor("churn");
  }

  // A statement that dana did not sign.
  Seq append_unsigned(const std::string& name) {
    const auto payload = encode_statement(statement("dana", {registration(name)}), forge_origin);
    const auto envelope = sign_statement("something else", key_of("dana"));
    return append(encode_entry({now, "", envelope->signatures, *payload}));
  }
};

// Says no to the nth question for entries, as a database that has gone away.
class GoneAway final : public EvidenceSource {
 public:
  GoneAway(const ForgedEvidence& held, Seq from) : held_(held), from_(from) {}

  Result<std::string> newest_checkpoint() const override { return held_.newest; }
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override {
    if (from >= from_) return unavailable("the disk is gone");
    return held_.entries(from, count);
  }
  Result<std::vector<SizedNote>> checkpoints(Size from, std::size_t limit) const override {
    return held_.checkpoints(from, limit);
  }
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const override {
    return held_.stored_nodes(ids);
  }
  Result<std::optional<std::vector<Seq>>> postings(const std::string& tag, Seq from, std::size_t limit) const override {
    return held_.postings(tag, from, limit);
  }
  Result<std::optional<std::vector<std::string>>> tags(const std::string& after, std::size_t limit) const override {
    return held_.tags(after, limit);
  }
  Result<std::optional<SizedNote>> snapshot(Size at_most) const override { return held_.snapshot(at_most); }
  Result<std::optional<Bytes>> attachment(const Hash& digest) const override { return held_.attachment(digest); }

 private:
  const ForgedEvidence& held_;
  Seq from_;
};

Report audit_since(const EvidenceSource& source, const Forge& forge, std::string note) {
  AuditOptions options;
  options.vkey = forge.vkey();
  options.since = std::move(note);
  auto report = audit(source, options);
  REQUIRE(report.ok());
  return std::move(report).value();
}

}  // namespace

TEST_CASE("a ledger damaged in k places reports all k, whichever thread comes upon them") {
  LongLedger forge;
  const Seq lie = forge.admit("gus", {forge.registration("smuggled")});  // in the last page, of 128 entries
  const Seq forged = forge.append_unsigned("c");
  forge.monitor("churn");
  ForgedEvidence evidence = forge.held();
  flip(evidence.leaves[300], 50);               // an author's signature
  flip(evidence.leaves[600], 10);               // the outcome's first byte, or its length
  evidence.nodes[{0, 40}].bytes[3] ^= 1;        // a stored leaf hash
  evidence.nodes[{1, 350}].bytes[3] ^= 1;       // one of two entries, 700 and 701
  evidence.nodes[{8, 1}].bytes[3] ^= 1;         // of a page; follows from entry 300 as well
  evidence.notes[512] = "no note at all";       // a kept head
  evidence.index.at("model:churn").pop_back();  // and one posting
  const Hash digest = forge.digest_of("fraud");
  evidence.attachments[digest] += "!";

  AuditOptions options;
  options.vkey = forge.vkey();
  options.threads = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{5});
  const auto report = audit(evidence, options);
  REQUIRE(report.ok());
  for (const std::string& place :
       {std::string("- root_wrong"), std::string("- checkpoint_bad"), std::string("- node_wrong"),
        std::string("40 node_wrong"), std::string("1 attachment_wrong"), std::string("300 signature_bad"),
        std::string("300 node_wrong"), std::string("600 entry_malformed"), std::string("600 node_wrong"),
        str(forged, " signature_bad")}) {
    INFO(place);
    CHECK(names(*report, place));
  }
  CHECK(exit_code(report->findings) == 5);
  CHECK(report->entries == forge.head().size);
  CHECK(lie + 1 == forged);

  // With every entry as it was written, the rules are asked to the end, and the index is compared.
  flip(evidence.leaves[600], 10);
  flip(evidence.leaves[300], 50);
  const auto readable = audit(evidence, options);
  REQUIRE(readable.ok());
  CHECK(names(*readable, str(lie, " outcome_wrong")));
  CHECK(names(*readable, str(forged, " signature_bad")));
  CHECK(std::count_if(readable->findings.begin(), readable->findings.end(),
                      [](const Finding& finding) { return finding.kind == FindingKind::index_wrong; }) == 1);
}

TEST_CASE("the order of findings is that of the entries, whatever the threads") {
  const LongLedger forge;
  ForgedEvidence evidence = forge.held();
  for (const Seq seq : {Seq{700}, Seq{256}, Seq{511}, Seq{3}, Seq{513}}) flip(evidence.leaves[seq], 50);
  AuditOptions options;
  options.vkey = forge.vkey();
  options.threads = 1;
  const auto one = audit(evidence, options);
  options.threads = 4;
  const auto four = audit(evidence, options);
  REQUIRE((one.ok() && four.ok()));
  CHECK(places(*one) == places(*four));
  CHECK(std::is_sorted(four->findings.begin(), four->findings.end(),
                       [](const Finding& a, const Finding& b) { return a.seq < b.seq; }));
}

TEST_CASE("missing entries of one page hide nothing of the pages beside it") {
  const LongLedger forge;
  ForgedEvidence evidence = forge.held();
  flip(evidence.leaves[200], 50);
  flip(evidence.leaves[600], 50);
  evidence.leaves.resize(700);
  const Report report = audit_with_key(evidence, forge);
  CHECK(names(report, "200 signature_bad"));
  CHECK(names(report, "600 signature_bad"));
  CHECK(names(report, "700 entry_missing"));
  CHECK(report.entries == 700);
}

TEST_CASE("a source that goes away stops the audit, at whichever page") {
  const LongLedger forge;
  AuditOptions options;
  options.threads = GENERATE(std::size_t{1}, std::size_t{3});
  options.quick = GENERATE(false, true);
  const auto report = audit(GoneAway(forge.held(), 512), options);
  REQUIRE_FALSE(report.ok());
  CHECK(report.error().kind == ErrorKind::unavailable);
}

TEST_CASE("since a kept head, neither signatures nor rules are asked of what is older") {
  LongLedger forge;
  const std::string before = forge.note(forge.head());
  const Seq smuggled = forge.admit("gus", {forge.registration("smuggled")});
  const Seq forged = forge.append_unsigned("c");
  forge.monitor("churn");
  const std::string after = forge.note(forge.head());
  forge.monitor("churn");

  const Report whole = audit_with_key(forge.held(), forge);
  CHECK(places(whole) == Places{str(smuggled, " outcome_wrong"), str(forged, " signature_bad")});
  CHECK(whole.since == 0);

  const Report from_before = audit_since(forge.held(), forge, before);
  CHECK(places(from_before) == places(whole));
  CHECK(from_before.since == smuggled);
  CHECK(from_before.decided == 4);
  CHECK(from_before.state == whole.state);

  const Report from_after = audit_since(forge.held(), forge, after);
  CHECK(places(from_after) == Places());
  CHECK(from_after.entries == whole.entries);
  CHECK(from_after.signatures == 1);
  CHECK(from_after.checkpoints == 3);  // the newest, the kept one of that size, and the one brought along
  CHECK(from_after.state == whole.state);
  CHECK(from_after.tags == whole.tags);
}

TEST_CASE("what was damaged before the kept head is found by its hash all the same") {
  const LongLedger forge;
  const std::string kept = forge.held().notes.at(500);
  ForgedEvidence evidence = forge.held();
  SECTION("an entry") {
    flip(evidence.leaves[300], 50);
    const Report report = audit_since(evidence, forge, kept);
    CHECK(names(report, "300 node_wrong"));
    CHECK(names(report, "- root_wrong"));
    CHECK_FALSE(names(report, "300 signature_bad"));
    CHECK(exit_code(report.findings) == 5);
  }
  SECTION("an entry, and no stored hash tells") {
    evidence.nodes.clear();
    flip(evidence.leaves[300], 50);
    CHECK(names(audit_since(evidence, forge, kept), "- root_wrong"));
  }
  SECTION("an entry that cannot be read any more") {
    flip(evidence.leaves[300], 0);
    const Report report = audit_since(evidence, forge, kept);
    CHECK(names(report, "300 node_wrong"));
    CHECK_FALSE(report.state);
  }
  SECTION("the index") {
    evidence.index.at("model:churn").erase(evidence.index.at("model:churn").begin());
    CHECK_FALSE(audit_since(evidence, forge, kept).verified());
  }
}

TEST_CASE("a head that does not lead to this history, or is none, vouches for nothing") {
  LongLedger forge;
  const Seq forged = forge.append_unsigned("c");
  forge.monitor("churn");
  SECTION("of another history") {
    const Report report = audit_since(forge.held(), forge, forge.note({forge.head().size, sha256("a fork")}));
    CHECK(places(report) == Places{"- root_wrong"});
  }
  SECTION("of more entries than are here") {
    CHECK(places(audit_since(forge.held(), forge, forge.note({9999, sha256("cut off")}))) == Places{"- entry_missing"});
  }
  SECTION("of another log: everything is asked") {
    const Forge stranger("stranger.example/ledger", 'S');
    const Report report = audit_since(forge.held(), forge, stranger.note(forge.head()));
    CHECK(places(report) == Places{"- checkpoint_bad", str(forged, " signature_bad")});
    CHECK(report.since == 0);
  }
}
