// What a source keeps beside the entries is never trusted: it is rebuilt and compared.
#include <algorithm>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

using namespace cairn;

namespace {

using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("a byte flipped in any entry is found at that entry (G1)") {
  const SmallLedger forge;
  for (Seq seq = 0; seq < forge.head().size; ++seq) {
    const std::size_t length = forge.held().leaves[seq].size();
    for (const std::size_t byte : {std::size_t{0}, std::size_t{5}, length / 2, length - 1}) {
      ForgedEvidence evidence = forge.held();
      flip(evidence.leaves[seq], byte);
      const Report report = audit_with_key(evidence, forge);
      CHECK(names(report, str(seq, " node_wrong")));
      CHECK(names(report, "- root_wrong"));
      CHECK_FALSE(names(report, "- node_wrong"));  // the hashes above it differ as well, and are not the place
    }
  }
}

TEST_CASE("what follows from one altered entry is one finding, and counts the others") {
  const SmallLedger forge;
  const Size size = forge.head().size;
  const Seq altered = size - 5;
  ForgedEvidence evidence = forge.held();
  evidence.nodes.clear();
  flip(evidence.leaves[altered], 50);  // in the signature: what it says can still be read
  const Report report = audit_with_key(evidence, forge);
  const auto said_once = [&](FindingKind kind, const std::string& end) {
    const auto says = [&](const Finding& finding) { return finding.kind == kind && finding.what.ends_with(end); };
    const auto speaks_of_sizes = [&](const Finding& finding) { return finding.kind == kind && finding.size; };
    CHECK(std::count_if(report.findings.begin(), report.findings.end(), speaks_of_sizes) == 1);
    CHECK(std::count_if(report.findings.begin(), report.findings.end(), says) == 1);
  };
  said_once(FindingKind::root_wrong, str("3 later kept checkpoints, up to size ", size - 1));
  said_once(FindingKind::basis_wrong, str("3 other entries' bases, up to size ", size - 1));
  CHECK(names(report, str(altered, " signature_bad")));
}

TEST_CASE("a head that lies hides no lie about a basis") {
  SmallLedger forge;
  Places lies;
  for (const char* name : {"a", "b"}) {
    Statement statement = forge.statement("dana", {forge.registration(name)});
    statement.basis.root = sha256("another history");
    lies.push_back(str(forge.write("dana", statement), " basis_wrong"));
  }
  ForgedEvidence evidence = forge.held();
  SECTION("a kept one") {
    evidence.notes[4] = forge.note({4, sha256("another history")});
    lies.insert(lies.begin(), "- root_wrong");
  }
  SECTION("the newest, behind an author who saw this history") {
    forge.register_model("late");
    evidence = forge.held();
    evidence.newest = forge.note({forge.head().size, sha256("another history")});
    evidence.notes[forge.head().size] = evidence.newest;
    lies.insert(lies.begin(), "- root_wrong");
  }
  CHECK(places(audit_with_key(evidence, forge)) == lies);
}

TEST_CASE("an entry that cannot be read hides none of those behind it") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  const Seq last = forge.head().size - 1;
  evidence.leaves[last - 6].clear();
  flip(evidence.leaves[last - 3], 5);
  const Report report = audit_with_key(evidence, forge);
  CHECK(names(report, str(last - 6, " entry_malformed")));
  CHECK(names(report, str(last - 3, " node_wrong")));
  CHECK(report.entries == forge.head().size);
}

TEST_CASE("without stored hashes a byte flipped in what an author signed is still found at that entry") {
  const SmallLedger forge;
  for (Seq seq = 0; seq < forge.head().size; ++seq) {
    ForgedEvidence evidence = forge.held();
    evidence.nodes.clear();
    flip(evidence.leaves[seq], evidence.leaves[seq].size() - 20);
    const Report report = audit_with_key(evidence, forge);
    const Places found = places(report);
    const auto here = std::find_if(found.begin(), found.end(), [&](const std::string& place) {
      return place == str(seq, " signature_bad") || place == str(seq, " entry_malformed");
    });
    CHECK(here != found.end());
  }
}

TEST_CASE("a lost last entry, two entries that changed places and one put in between are found (G2, G5)") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  const Size size = forge.head().size;
  SECTION("lost") {
    evidence.leaves.pop_back();
    CHECK(places(audit_with_key(evidence, forge)).back() == str(size - 1, " entry_missing"));
  }
  SECTION("all lost") {
    evidence.leaves.clear();
    CHECK(names(audit_with_key(evidence, forge), "0 entry_missing"));
    CHECK(names(audit_with_key(evidence, forge), "- entry_missing"));
  }
  SECTION("swapped") {
    std::swap(evidence.leaves[3], evidence.leaves[4]);
    const Report report = audit_with_key(evidence, forge);
    CHECK(names(report, "3 node_wrong"));
    CHECK(names(report, "4 node_wrong"));
    CHECK(names(report, "4 time_out_of_order"));
    CHECK(names(report, "- root_wrong"));
  }
  SECTION("put in") {
    evidence.leaves.insert(evidence.leaves.begin() + 5, evidence.leaves[2]);
    const Report report = audit_with_key(evidence, forge);
    CHECK(names(report, "5 id_repeated"));
    CHECK(names(report, "5 node_wrong"));
    CHECK(names(report, "- root_wrong"));
  }
}

TEST_CASE("every stored hash that was altered is the one finding") {
  const SmallLedger forge;
  for (const auto& [id, hash] : forge.held().nodes) {
    ForgedEvidence evidence = forge.held();
    evidence.nodes[id].bytes[7] ^= 1;
    const Report report = audit_with_key(evidence, forge);
    CHECK(places(report) == Places{id.level == 0 ? str(id.index, " node_wrong") : "- node_wrong"});
  }
}

TEST_CASE("a signed head with another root, of another log or past the end is found") {
  const SmallLedger forge;
  const Forge stranger("stranger.example/ledger", 'S');
  ForgedEvidence evidence = forge.held();
  const Size size = forge.head().size;
  SECTION("a kept one with another root") {
    evidence.notes[4] = forge.note({4, sha256("another history")});
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- root_wrong"});
  }
  SECTION("a kept one that lies at another size") {
    evidence.notes[4] = evidence.notes[5];
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- checkpoint_bad"});
  }
  SECTION("a kept one of another log") {
    evidence.notes[4] = stranger.note({4, sha256("another history")});
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- checkpoint_bad"});
  }
  SECTION("a kept one past the end") {
    evidence.notes[size + 3] = forge.note({size + 3, sha256("the future")});
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- entry_missing"});
  }
  SECTION("the newest with another root") {
    evidence.newest = forge.note({size, sha256("another history")});
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- root_wrong"});
  }
  SECTION("the newest of another log") {
    evidence.newest = stranger.note(forge.head());
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- checkpoint_bad"});
  }
  SECTION("the newest is no note") {
    evidence.newest = "gone";
    CHECK(names(audit_with_key(evidence, forge), "- checkpoint_bad"));
  }
  SECTION("any byte of the newest") {
    for (std::size_t i = 0; i < evidence.newest.size(); ++i) {
      ForgedEvidence altered = forge.held();
      flip(altered.newest, i);
      CHECK_FALSE(audit_with_key(altered, forge).verified());
    }
  }
}

TEST_CASE("heads that somebody kept must lie on this history") {
  const SmallLedger forge;
  AuditOptions options;
  options.quick = GENERATE(false, true);
  const auto audited = [&](std::string head) {
    options.known_heads = {std::move(head)};
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    return places(*report);
  };
  CHECK(audited(forge.held().notes.at(3)) == Places());
  CHECK(audited(forge.note({3, sha256("a fork")})) == Places{"- root_wrong"});
  CHECK(audited(forge.note({99, sha256("what was cut off")})) == Places{"- entry_missing"});
  CHECK(audited("what is this") == Places{"- checkpoint_bad"});
  CHECK(audited(Forge("stranger.example/ledger", 'S').note({3, sha256("a fork")})) == Places{"- checkpoint_bad"});
}

TEST_CASE(
    "what a statement stands on that its author kept must lie on this history, and is nobody's word for the rest") {
  SmallLedger forge;
  forge.admit("gus", {forge.registration("smuggled")});
  const std::string lie = str(forge.head().size - 1, " outcome_wrong");
  AuditOptions options;
  const auto audited = [&](const Head& basis) {
    options.known_bases = {basis};
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    return places(*report);
  };
  const Hash root = open_checkpoint(forge.held().notes.at(3), *NoteVerifier::from_log_vkey(forge.vkey()))->head.root;
  CHECK(audited({3, root}) == Places{lie});
  CHECK(audited({3, sha256("a fork")}) == Places{"- root_wrong", lie});
  CHECK(audited({99, sha256("what was cut off")}) == Places{"- entry_missing", lie});
}

TEST_CASE("a newest checkpoint of no bytes is one that does not open") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  evidence.newest.clear();
  SECTION("beside the kept ones") {
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- checkpoint_bad"});
  }
  SECTION("in whose place it is kept") {
    evidence.notes[forge.head().size].clear();
    CHECK(names(audit_with_key(evidence, forge), "- checkpoint_bad"));
  }
}

TEST_CASE("a source's rows of nothing and its damaged files are findings of their own, but of a quick audit") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  evidence.rows_of_nothing.assign(100, "a row of nothing");
  evidence.bad_files = {"a damaged file"};
  const Report report = audit_with_key(evidence, forge);
  Places expected(64, "- row_wrong");
  expected.emplace_back("- file_damaged");
  CHECK(places(report) == expected);
  CHECK(report.findings[63].what == "a row of nothing; and there are more than these 64");
  AuditOptions options;
  options.quick = true;
  CHECK(audit(evidence, options)->verified());
}

TEST_CASE("the subject index is rebuilt, and the first entry that differs is named") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  CHECK(audit_with_key(evidence, forge).tags == evidence.index.size());
  std::vector<Seq>& fraud = evidence.index.at("model:fraud");
  SECTION("one left out") {
    const Seq gone = fraud[2];
    fraud.erase(fraud.begin() + 2);
    CHECK(places(audit_with_key(evidence, forge)) == Places{str(gone, " index_wrong")});
  }
  SECTION("one too many") {
    fraud.insert(fraud.begin(), 0);
    CHECK(places(audit_with_key(evidence, forge)) == Places{"0 index_wrong"});
  }
  SECTION("one put in the place of another") {
    const Seq gone = fraud.back();
    fraud.back() = gone + 1;
    CHECK(places(audit_with_key(evidence, forge)) == Places{str(gone, " index_wrong")});
  }
  SECTION("a subject left out") {
    const Seq first = fraud.front();
    evidence.index.erase("model:fraud");
    CHECK(places(audit_with_key(evidence, forge)) == Places{str(first, " index_wrong")});
  }
  SECTION("a subject that nobody spoke of") {
    evidence.index["model:ghost"] = {1};
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- index_wrong"});
  }
  SECTION("a refusal hidden") {
    evidence.index.erase("outcome:refused");
    CHECK(places(audit_with_key(evidence, forge)) == Places{"9 index_wrong"});
  }
}

TEST_CASE("attachments are verified, altered or missing, and a missing one is no finding") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  const Hash digest = forge.digest_of("fraud");
  const Size all = audit_with_key(evidence, forge).attachments_verified;
  SECTION("altered") {
    evidence.attachments[digest] += "!";
    const Report report = audit_with_key(evidence, forge);
    CHECK(places(report) == Places{"1 attachment_wrong"});
    CHECK(report.attachments_verified == all - 1);
  }
  SECTION("missing") {
    evidence.attachments.erase(digest);
    const Report report = audit_with_key(evidence, forge);
    CHECK(places(report) == Places());
    CHECK(report.missing_attachments == std::vector<Hash>{digest});
    CHECK(report.attachments_verified == all - 1);
  }
}

TEST_CASE("who brings a key or an id along is told when the ledger is another one") {
  const SmallLedger forge;
  const Forge stranger("stranger.example/ledger", 'S');
  AuditOptions options;
  SECTION("nothing brought along") {
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    CHECK(report->verified());
    CHECK_FALSE(report->trusted_from_outside);
  }
  SECTION("the right ones") {
    options.vkey = forge.vkey();
    options.ledger_id = forge.id();
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    CHECK(report->verified());
    CHECK(report->trusted_from_outside);
  }
  SECTION("another key") {
    options.vkey = stranger.vkey();
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    CHECK(names(*report, "0 genesis_wrong"));
    CHECK(names(*report, "- checkpoint_bad"));
  }
  SECTION("another id") {
    options.ledger_id = stranger.id();
    const auto report = audit(forge.held(), options);
    REQUIRE(report.ok());
    CHECK(places(*report) == Places{"0 genesis_wrong"});
  }
  SECTION("a key that is none") {
    options.vkey = "a key";
    const auto report = audit(forge.held(), options);
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a quick audit finds what changed the tree and says nothing of rules") {
  SmallLedger forge;
  forge.admit("gus", {forge.registration("smuggled")});
  AuditOptions options;
  options.quick = true;
  const auto report = audit(forge.held(), options);
  REQUIRE(report.ok());
  CHECK(report->verified());
  CHECK(report->decided == 0);
  CHECK(report->signatures == 0);
  CHECK(report->checkpoints == report->entries);

  ForgedEvidence evidence = forge.held();
  flip(evidence.leaves[4], 100);
  const auto damaged = audit(evidence, options);
  REQUIRE(damaged.ok());
  CHECK(names(*damaged, "4 node_wrong"));
}

TEST_CASE("the number of threads changes nothing but the time") {
  SmallLedger forge;
  for (int i = 0; i < 600; ++i) forge.monitor("churn");
  const auto payload = encode_statement(forge.statement("dana", {forge.registration("c")}), forge_origin);
  const auto envelope = sign_statement("something else", forge.key_of("dana"));
  REQUIRE(payload.ok());
  const Seq bad = forge.append(encode_entry({forge.now, "", envelope->signatures, *payload}));
  AuditOptions options;
  options.threads = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{5});
  const auto report = audit(forge.held(), options);
  REQUIRE(report.ok());
  CHECK(places(*report) == Places{str(bad, " signature_bad")});
  CHECK(report->signatures == report->entries - 1);
}
