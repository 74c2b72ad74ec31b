// What an auditor finds of a head that too few witnesses cosigned, and where the cosignatures may lie.
#include "verify/witness_check.h"

#include "ledger/base/text.h"
#include "ledger/tlog/cosignature.h"
#include "tests/catch.h"
#include "tests/texts.h"
#include "tests/verify/forge.h"
#include "verify/render_report.h"

using namespace cairn;

namespace {

using Names = std::vector<std::string>;

PrivateKey auditor_witness_key(char seed) {
  return PrivateKey::from_ed25519_seed(std::string(32, seed)).value();
}

std::string cosignature_line(const Forge& forge, const Head& head, char seed) {
  const std::string text = format_checkpoint(std::string(forge_origin), head);
  REQUIRE(forge.note(head).starts_with(text));
  return cosign(text, "w.example", auditor_witness_key(seed), 1795815000)->line;
}

// Two of a, b and c.
WitnessPolicy two_of_three() {
  WitnessPolicy policy;
  for (const char seed : {'a', 'b', 'c'}) {
    policy.witnesses.push_back({std::string(1, seed),
                                NoteVerifier::for_witness("w.example", auditor_witness_key(seed).public_key()).value(),
                                ""});
  }
  policy.groups.push_back({"g", 2, {"a", "b", "c"}});
  policy.quorum = "g";
  return policy;
}

// The audit of a ledger below whose newest head these lines stand, with what was kept.
Report audited(const Forge& forge, const std::string& lines, const std::vector<std::string>& kept = {}) {
  ForgedEvidence evidence = forge.held();
  evidence.newest += lines;
  AuditOptions options;
  options.vkey = forge.vkey();
  options.witnesses = two_of_three();
  options.known_heads = kept;
  return audit(evidence, options).value();
}

}  // namespace

TEST_CASE("the newest head is witnessed by as many as the policy asks for, and by one less it is not") {
  const SmallLedger forge;
  const std::string a = cosignature_line(forge, forge.head(), 'a');
  const std::string c = cosignature_line(forge, forge.head(), 'c');
  const Report enough = audited(forge, a + c);
  CHECK(places(enough) == Names{});
  CHECK(enough.witnesses == Names{"a", "c"});
  CHECK(says(render_text(enough), "a, c cosigned this head"));
  CHECK(says(render_json(enough), "\"witnesses\": ["));
  const Report one = audited(forge, a);
  REQUIRE(places(one) == Names{"- not_witnessed"});
  CHECK(says(one.findings.front().what, "of b, c; the quorum needs 1 of b, c"));
  CHECK(one.witnesses == Names{"a"});
  CHECK(exit_code(one.findings) == 5);
  CHECK(places(audited(forge, a + a)) == Names{"- not_witnessed"});
}

TEST_CASE("cosignatures of the same head may lie in what was kept, those of another head are none of it") {
  const SmallLedger forge;
  const Head older{forge.head().size - 1, forge.head().root};
  const std::string a = cosignature_line(forge, forge.head(), 'a');
  const std::string b = cosignature_line(forge, forge.head(), 'b');
  const std::string newest = forge.held().newest;
  CHECK(audited(forge, a, {newest + b}).verified());
  CHECK(audited(forge, "", {newest + b, newest + a}).verified());
  CHECK_FALSE(audited(forge, a, {newest + a}).verified());
  // An older head that both cosigned is named, and makes the newest no better.
  Findings findings;
  const std::string old_note =
      forge.note(older) + cosignature_line(forge, older, 'a') + cosignature_line(forge, older, 'b');
  const auto log = NoteVerifier::from_log_vkey(forge.vkey()).value();
  const std::vector<std::string> kept = {old_note, "no note at all"};
  CHECK(check_witnesses(two_of_three(), std::vector{log}, newest, kept, findings).value().empty());
  REQUIRE(findings.size() == 1);
  CHECK(says(findings.front().what, str("the newest head that has enough is of size ", older.size)));
}

TEST_CASE("a cosignature that does not hold is a finding, wherever it stands") {
  const SmallLedger forge;
  const Head other{forge.head().size, leaf_hash("another")};
  const std::string a = cosignature_line(forge, forge.head(), 'a');
  const std::string b = cosignature_line(forge, forge.head(), 'b');
  const std::string forged = cosignature_line(forge, other, 'c');
  const Report below = audited(forge, a + b + forged);
  CHECK(names(below, "- not_witnessed"));
  CHECK(says(below.findings.back().what, "does not verify"));
  CHECK_FALSE(audited(forge, a + b, {forge.held().newest + forged}).verified());
}

TEST_CASE("who brings a policy for other logs has asked the wrong question, and whoever brings none is not told") {
  const SmallLedger forge;
  AuditOptions options;
  options.vkey = forge.vkey();
  options.witnesses = two_of_three();
  options.witnesses->logs.push_back(
      {NoteVerifier::for_log("another.example", auditor_witness_key('L').public_key()).value(), ""});
  const auto report = audit(forge.held(), options);
  REQUIRE_FALSE(report.ok());
  CHECK(report.error().kind == ErrorKind::usage);
  const Report silent = audit_with_key(forge.held(), forge);
  CHECK(silent.verified());
  CHECK_FALSE(silent.witnesses.has_value());
}
