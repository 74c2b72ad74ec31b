// What a log says alone, outcomes and times, is derived again, so a log that lies there is found where it lies.
#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

using namespace cairn;

namespace {

std::string at(Seq seq, std::string_view kind) {
  return str(seq, ' ', kind);
}

Hash root_of(const std::vector<Bytes>& leaves, Size begin, Size end) {
  Frontier tree;
  for (Seq seq = begin; seq < end; ++seq) tree.push(leaf_hash(leaves[seq]));
  return tree.root();
}

// A history as its log would sign it anew: whatever it keeps beside the entries goes with them.
struct Retold {
  ForgedEvidence evidence;
  Head head;

  Retold(const Forge& forge, std::vector<Bytes> leaves) {
    head = {leaves.size(), root_of(leaves, 0, leaves.size())};
    evidence.newest = forge.note(head);
    for (std::uint8_t level = 0; Size{1} << level <= head.size; ++level) {
      for (Seq index = 0; (index + 1) << level <= head.size; ++index) {
        evidence.nodes[{level, index}] = root_of(leaves, index << level, (index + 1) << level);
      }
    }
    evidence.leaves = std::move(leaves);
  }

  // The best proof there is that this history goes on from that head.
  bool continues(const Head& kept) const {
    if (kept.size > head.size) return check_consistency(kept.size, kept.root, head.size, head.root, {}).ok();
    const NodeSource source = [this](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
      std::vector<Hash> hashes;
      for (const NodeId& id : ids) {
        hashes.push_back(root_of(evidence.leaves, id.index << id.level, (id.index + 1) << id.level));
      }
      return hashes;
    };
    const auto proof = hash_ranges(consistency_ranges(kept.size, head.size), source);
    return check_consistency(kept.size, kept.root, head.size, head.root, *proof).ok();
  }
};

}  // namespace

TEST_CASE("a ledger that its log wrote honestly is verified without a finding") {
  Forge forge;
  forge.deploy("fraud");
  forge.refuse("gus", {forge.registration("mine")}, "role_missing");
  forge.register_model("churn");
  forge.propose("churn");
  forge.refuse("dana", {forge.advance("churn", Stage::canary, 10)}, "soak_missing");
  forge.seal_snapshot_here();
  forge.deploy("spam");

  const Report report = audit_with_key(forge.held(), forge);

  CHECK(places(report) == std::vector<std::string>());
  CHECK(report.entries == forge.head().size);
  CHECK(report.decided == report.entries);
  CHECK(report.signatures == report.entries);
  CHECK(report.admitted == report.entries - 2);
  CHECK(report.refused == 2);
  CHECK(report.checkpoints == report.entries);
  CHECK(report.snapshots == 1);
  CHECK(report.attachments_missing == 0);
  CHECK(report.head == forge.head());
  CHECK(report.ledger == forge.id());
  CHECK(report.asserted.at("that traffic really moved, by dana") == 4);
}

TEST_CASE("a log that was cut, forked, reordered or has a gap goes on from no head that somebody kept (I3)") {
  Forge forge;
  forge.deploy("fraud");
  const Head kept = forge.head();
  const std::vector<Bytes> then = forge.held().leaves;
  for (int i = 0; i < 4; ++i) forge.monitor("fraud");
  AuditOptions options;
  options.quick = true;  // hashes and heads: what it says is not asked
  options.known_heads = {forge.note(kept)};
  const auto found = [&](const Retold& told) {
    const auto report = audit(told.evidence, options);
    REQUIRE(report.ok());
    return places(*report);
  };
  const Retold true_one(forge, forge.held().leaves);
  CHECK(true_one.continues(kept));
  CHECK(found(true_one) == std::vector<std::string>());

  std::vector<Bytes> leaves = forge.held().leaves;
  std::string sign = "- root_wrong";
  SECTION("cut") {
    leaves = then;
    leaves.pop_back();
    sign = "- entry_missing";
  }
  SECTION("forked") {
    leaves[kept.size - 1] = leaves.back();
  }
  SECTION("reordered") {
    std::swap(leaves[5], leaves[6]);
  }
  SECTION("with a gap") {
    leaves.erase(leaves.begin() + 4);
  }
  const Retold told(forge, leaves);
  CHECK_FALSE(told.continues(kept));
  const std::vector<std::string> all = found(told);
  CHECK(std::find(all.begin(), all.end(), sign) != all.end());
}

TEST_CASE("ten false outcomes and times by a log that holds its own key are ten findings, each at its entry") {
  Forge forge;
  std::vector<std::string> lies;
  forge.deploy("honest");

  forge.register_model("skips");
  forge.propose("skips");
  lies.push_back(at(forge.admit("dana", {forge.advance("skips", Stage::full, 100)}), "outcome_wrong"));

  forge.register_model("hurries");
  forge.propose("hurries");
  forge.monitor("hurries");
  lies.push_back(at(forge.admit("dana", {forge.advance("hurries", Stage::canary, 10)}), "outcome_wrong"));

  lies.push_back(at(forge.admit("dana", {forge.grant("hurries")}), "outcome_wrong"));  // dana proposed it

  forge.register_model("weak", "0.5");
  forge.now += second;
  lies.push_back(
      at(forge.admit("dana", {RolloutProposed{"weak/production/1", forge.digest_of("weak"), "weak", "production"}}),
         "outcome_wrong"));

  lies.push_back(at(forge.admit("gus", {forge.registration("smuggled")}), "outcome_wrong"));

  lies.push_back(at(forge.refuse("dana", {forge.registration("withheld")}, "role_missing"), "outcome_wrong"));

  lies.push_back(
      at(forge.refuse("dana", {forge.advance("nowhere", Stage::canary, 10)}, "soak_missing"), "outcome_wrong"));

  Statement early = forge.statement("dana", {forge.registration("early")});
  early.at = forge.now + clock_skew + 1;
  early.expires = early.at + hour;
  lies.push_back(at(forge.write("dana", early), "time_out_of_bracket"));

  Statement late = forge.statement("dana", {forge.registration("late")});
  late.at = forge.now - hour;
  late.expires = forge.now - 1;
  lies.push_back(at(forge.write("dana", late), "time_out_of_bracket"));

  forge.register_model("between");
  const Statement back = forge.statement("dana", {forge.registration("back")});
  lies.push_back(at(forge.write("dana", back, "", forge.now - minute), "time_out_of_order"));

  forge.deploy("honest-again");

  REQUIRE(lies.size() == 10);
  CHECK(places(audit_with_key(forge.held(), forge)) == lies);
}

TEST_CASE("a finding on an outcome says what the log recorded, what the rules say, and why") {
  Forge forge;
  forge.register_model("fraud");
  forge.propose("fraud");
  forge.admit("dana", {forge.advance("fraud", Stage::canary, 10)});

  const Report report = audit_with_key(forge.held(), forge);

  REQUIRE(report.findings.size() == 1);
  const std::string& what = report.findings.front().what;
  CHECK(what.find("recorded as admitted, the rules say refused as soak_missing: ") == 0);
  CHECK(what.find("still missing: ") != std::string::npos);
}

TEST_CASE("the edges of an author's time are inside it") {
  Forge forge;
  Statement early = forge.statement("dana", {forge.registration("early")});
  early.at = forge.now + clock_skew;
  early.expires = early.at + hour;
  forge.write("dana", early);
  Statement late = forge.statement("dana", {forge.registration("late")});
  late.at = forge.now - hour;
  late.expires = forge.now;
  forge.write("dana", late);
  const Statement same = forge.statement("dana", {forge.registration("same")});
  forge.write("dana", same, "", forge.now - second);

  CHECK(places(audit_with_key(forge.held(), forge)) == std::vector<std::string>());
}

TEST_CASE("a basis on another history is only ever a refusal, and a basis on this one never") {
  Forge forge;
  forge.register_model("fraud");
  Statement forked = forge.statement("dana", {forge.registration("forked")});
  forked.basis.root = sha256("another history");
  forge.write("dana", forked, "basis_not_on_history");
  std::vector<std::string> lies;

  SECTION("admitted on another history") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.basis.root = sha256("another history");
    lies.push_back(at(forge.write("dana", statement), "basis_wrong"));
  }
  SECTION("admitted on a head that did not exist yet") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.basis.size += 1;
    lies.push_back(at(forge.write("dana", statement), "basis_wrong"));
  }
  SECTION("admitted on nothing") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.basis = {};
    lies.push_back(at(forge.write("dana", statement), "basis_wrong"));
  }
  SECTION("called a fork, and is none") {
    lies.push_back(at(forge.refuse("dana", {forge.registration("a")}, "basis_not_on_history"), "basis_wrong"));
  }
  SECTION("an old basis is on this history") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.basis = {1, forge.id()};
    forge.write("dana", statement);
  }
  CHECK(places(audit_with_key(forge.held(), forge)) == lies);
}

TEST_CASE("what the door would have turned away is found where it was let in") {
  Forge forge;
  forge.register_model("fraud");
  std::vector<std::string> lies;

  SECTION("one id twice, saying the same") {
    const Statement statement = forge.statement("dana", {forge.registration("a")});
    forge.write("dana", statement);
    lies.push_back(at(forge.write("dana", statement), "id_repeated"));
  }
  SECTION("one id twice, saying something else") {
    const Statement first = forge.statement("dana", {forge.registration("a")});
    forge.write("dana", first);
    Statement other = forge.statement("dana", {forge.registration("b")});
    other.id = first.id;
    lies.push_back(at(forge.write("dana", other), "id_repeated"));
  }
  SECTION("a statement for another ledger") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.ledger = sha256("another ledger");
    lies.push_back(at(forge.write("dana", statement), "ledger_id_wrong"));
  }
  SECTION("an author who was never enrolled") {
    forge.add_key("mallory", 'm');
    lies.push_back(at(forge.admit("mallory", {forge.registration("a")}), "key_not_enrolled"));
  }
  SECTION("an enrolled key that signs for somebody else") {
    const Statement statement = forge.statement("dana", {forge.registration("a")});
    lies.push_back(at(forge.write("gus", statement), "key_not_enrolled"));
  }
  SECTION("a key enrolled in the very statement that it signs") {
    forge.add_key("mallory", 'm');
    lies.push_back(at(forge.admit("mallory", {forge.enrolment("mallory", {{Role::admin, {}}})}), "key_not_enrolled"));
  }
  SECTION("a key after its revocation") {
    forge.admit("dana", {KeyRevoked{"gus", forge.key_of("gus").public_key().id(), 0, "left"}});
    lies.push_back(at(forge.refuse("gus", {forge.registration("a")}, "role_missing"), "key_not_enrolled"));
  }
  SECTION("an expectation that was not met") {
    Statement statement = forge.statement("dana", {forge.registration("a")});
    statement.expects["model:fraud"] = 0;
    lies.push_back(at(forge.write("dana", statement), "should_not_be_here"));
  }
  SECTION("a signature over something else") {
    const auto payload = encode_statement(forge.statement("dana", {forge.registration("a")}), forge_origin);
    REQUIRE(payload.ok());
    auto envelope = sign_statement("something else", forge.key_of("dana"));
    REQUIRE(envelope.ok());
    lies.push_back(at(forge.append(encode_entry({forge.now, "", envelope->signatures, *payload})), "signature_bad"));
  }
  SECTION("no signature at all") {
    const auto payload = encode_statement(forge.statement("dana", {forge.registration("a")}), forge_origin);
    REQUIRE(payload.ok());
    lies.push_back(at(forge.append(encode_entry({forge.now, "", {}, *payload})), "should_not_be_here"));
  }
  REQUIRE(lies.size() == 1);

  forge.deploy("spam");
  CHECK(places(audit_with_key(forge.held(), forge)) == lies);
}

TEST_CASE("after an entry that cannot be read no rule is asked, and everything else still is") {
  Forge forge;
  forge.register_model("fraud");
  const Seq broken = forge.append(Bytes("\0broken", 7));
  const Seq backwards = forge.write("dana", forge.statement("dana", {forge.registration("b")}), "", forge.now - hour);
  const auto payload = encode_statement(forge.statement("dana", {forge.registration("c")}), forge_origin);
  const auto envelope = sign_statement("something else", forge.key_of("dana"));
  REQUIRE(payload.ok());
  const Seq unsigned_entry = forge.append(encode_entry({forge.now, "", envelope->signatures, *payload}));

  const Report report = audit_with_key(forge.held(), forge);

  CHECK(places(report) == std::vector<std::string>{at(broken, "entry_malformed"), at(backwards, "time_out_of_order"),
                                                   at(unsigned_entry, "signature_bad")});
  CHECK(report.decided == 2);
}

TEST_CASE("rules of a later program are not guessed at") {
  Forge forge;
  const Seq seq = forge.admit("dana", {PolicyProposed{R"({"name": "later", "rules": 2})"}});
  forge.admit("gus", {forge.registration("a")});

  const Report report = audit_with_key(forge.held(), forge);

  CHECK(places(report) == std::vector<std::string>{at(seq, "needs_newer")});
}
