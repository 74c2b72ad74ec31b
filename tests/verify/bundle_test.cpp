// A bundle: verified as it is, and whatever is altered in it is found and named.
#include <algorithm>
#include <fstream>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/bundles.h"
#include "verify/bundle_check.h"
#include "verify/render_bundle.h"
#include "verify/render_report.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

using Places = std::vector<std::string>;

// A deployed model: 9 entries. erin's approval is entry 7.
struct Case : Forge {
  Case() { deploy("fraud"); }

  fs::path put(const Bytes& archive) const {
    const fs::path file = folder.path() / "bundle.tar";
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(archive.data(), static_cast<std::streamsize>(archive.size()));
    return file;
  }

  BundleFile open(const Bytes& archive) const {
    auto bundle = BundleFile::open(put(archive));
    if (!bundle.ok()) FAIL(bundle.error().message);
    return *bundle;
  }

  PartialReport partial(const BundleFiles& files) const { return partial(archive_of(files)); }
  PartialReport partial(const Bytes& archive) const {
    const BundleFile bundle = open(archive);
    REQUIRE_FALSE(bundle.complete());
    auto report = check_partial(bundle, vkey(), std::nullopt, std::nullopt);
    REQUIRE(report.ok());
    for (const Finding& finding : report->findings) UNSCOPED_INFO(wire_name(finding.kind) << ": " << finding.what);
    return *report;
  }

  Report complete(const BundleFiles& files) const { return complete(archive_of(files)); }
  Report complete(const Bytes& archive) const {
    const BundleFile bundle = open(archive);
    REQUIRE(bundle.complete());
    AuditOptions options;
    options.vkey = vkey();
    auto report = audit_complete(bundle, options);
    REQUIRE(report.ok());
    for (const Finding& finding : report->findings) UNSCOPED_INFO(wire_name(finding.kind) << ": " << finding.what);
    return *report;
  }

  std::string refusal(const Bytes& archive) const {
    const auto bundle = BundleFile::open(put(archive));
    REQUIRE_FALSE(bundle.ok());
    CHECK(bundle.error().kind == ErrorKind::not_verified);
    return bundle.error().message;
  }

  ScratchFolder folder;
};

Places places(const PartialReport& report) {
  Report findings_only;
  findings_only.findings = report.findings;
  return places(findings_only);
}

const std::vector<Seq> some = {0, 1, 7};

}  // namespace

TEST_CASE("a complete bundle is audited as tiles are: every hash, signature, outcome and attachment") {
  const Case forge;
  const Report report = forge.complete(complete_files(forge));
  CHECK(places(report) == Places());
  CHECK(report.entries == 9);
  CHECK(report.decided == 9);
  CHECK(report.signatures == 9);
  CHECK(report.attachments_verified == 4);
  CHECK(report.head == forge.head());
  CHECK(render_json(report).find("\"bundle\": \"complete\"") != std::string::npos);
}

TEST_CASE("a complete bundle of several tiles is audited without a finding") {
  Case forge;
  for (int i = 0; i < 600; ++i) forge.monitor("fraud");
  const Report report = forge.complete(complete_files(forge));
  CHECK(places(report) == Places());
  CHECK(report.decided == 609);
}

TEST_CASE("a lie about an outcome that is well signed and proven shows in a complete bundle only") {
  Case forge;
  forge.refuse("dana", {forge.registration("other")}, "not_permitted");
  const Report whole = forge.complete(complete_files(forge));
  CHECK(places(whole) == Places{"9 outcome_wrong"});
  const PartialReport part = forge.partial(partial_files(forge, {0, 9}));
  CHECK(part.verified());
  const std::string text = render_text(part);
  CHECK(text.find("VERIFIED, inclusion only") == 0);
  CHECK(text.find("Inclusion only: ") != std::string::npos);
  CHECK(text.find("are the log's word") != std::string::npos);
}

TEST_CASE("a partial bundle shows each entry in the log and signed by a key that the bundle enrols") {
  const Case forge;
  BundleFiles files = partial_files(forge, some);
  for (const auto& [digest, bytes] : forge.held().attachments) {
    if (digest == forge.digest_of("fraud")) files["attachment/" + digest.hex()] = bytes;
  }
  const PartialReport report = forge.partial(files);
  CHECK(places(report) == Places());
  CHECK(report.ledger == forge.id());
  CHECK(report.head == forge.head());
  REQUIRE(report.entries.size() == 3);
  CHECK(report.entries[2].seq == 7);
  CHECK(report.entries[2].author == "erin");
  CHECK(report.entries[2].outcome.empty());
  CHECK(report.entries[2].types == std::vector<std::string>{"approval.granted/1"});
  CHECK(report.entries[2].leaf == leaf_hash(forge.held().leaves[7]));
  CHECK(report.attachments_verified == 1);
  CHECK(report.attachments_missing.size() == 1);
  const std::string json = render_json(report);
  CHECK(json.find("\"bundle\": \"partial\"") != std::string::npos);
  CHECK(json.find("\"redecided\": false") != std::string::npos);
}

TEST_CASE("every single byte of a small partial bundle matters: flipped, it is found", "[long]") {
  const Case forge;
  const Bytes good = archive_of(partial_files(forge, {0, 7}));
  REQUIRE(forge.partial(good).verified());
  const fs::path file = forge.put(good);
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto write = [&](std::size_t at, char value) {
    out.seekp(static_cast<std::streamoff>(at));
    out.put(value);
    out.flush();
  };
  std::size_t unseen = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    write(at, static_cast<char>(good[at] ^ 1));
    const auto bundle = BundleFile::open(file);
    if (bundle.ok()) {
      const auto report = check_partial(*bundle, forge.vkey(), std::nullopt, std::nullopt);
      REQUIRE(report.ok());
      if (report->verified()) UNSCOPED_INFO("byte " << at);
      unseen += report->verified() ? 1 : 0;
    }
    write(at, good[at]);
  }
  CHECK(unseen == 0);
}

TEST_CASE("a byte flipped in any file of a complete bundle is found") {
  const Case forge;
  const BundleFiles good = complete_files(forge);
  for (const auto& [name, content] : good) {
    for (const std::size_t at : {std::size_t{0}, content.size() / 2, content.size() - 1}) {
      BundleFiles bad = good;
      flip(bad[name], at);
      INFO(name << " at " << at);
      CHECK_FALSE(forge.complete(bad).verified());
    }
  }
}

TEST_CASE("an altered entry is named, and its neighbours still hold") {
  const Case forge;
  BundleFiles files = partial_files(forge, {0, 1, 2, 7});
  flip(files["entry/1"], files["entry/1"].size() - 3);
  flip(files["entry/7"], files["entry/7"].size() - 3);
  const PartialReport report = forge.partial(files);
  const Places found = places(report);
  CHECK(std::count(found.begin(), found.end(), "1 proof_bad") == 1);
  CHECK(std::count(found.begin(), found.end(), "7 proof_bad") == 1);
  CHECK(
      std::none_of(found.begin(), found.end(), [](const std::string& one) { return one[0] == '0' || one[0] == '2'; }));
  REQUIRE(report.entries.size() == 4);
  CHECK(report.entries[2].holds);
  CHECK_FALSE(report.entries[1].holds);
  CHECK(exit_code(report.findings) == 5);
}

TEST_CASE("a proof that is missing, of another entry, or of another checkpoint is found") {
  const Case forge;
  BundleFiles files = partial_files(forge, some);
  SECTION("missing") {
    files.erase("entry/7.tlog-proof");
    CHECK(places(forge.partial(files)) == Places{"7 proof_bad"});
  }
  SECTION("its entry missing") {
    files.erase("entry/7");
    CHECK(places(forge.partial(files)) == Places{"7 entry_missing"});
  }
  SECTION("of another entry") {
    files["entry/7.tlog-proof"] = files["entry/1.tlog-proof"];
    CHECK(places(forge.partial(files)) == Places{"7 proof_bad"});
  }
  SECTION("of an older checkpoint, good by itself") {
    Case grown;
    grown.monitor("fraud");
    files["checkpoint"] = grown.held().newest;
    // What is not proved enrols nobody either.
    CHECK(places(grown.partial(files)) ==
          Places{"0 proof_bad", "1 proof_bad", "1 key_not_enrolled", "7 proof_bad", "7 key_not_enrolled"});
  }
  SECTION("with something unsigned in it") {
    files["entry/7.tlog-proof"].insert(files["entry/7.tlog-proof"].find("index"), "extra aGVsbG8=\n");
    CHECK(places(forge.partial(files)) == Places{"7 proof_bad"});
  }
}

TEST_CASE("an entry of another ledger, well signed there, belongs to no bundle of this one") {
  const Case forge;
  Forge stranger("stranger.example/ledger", 'S');
  stranger.deploy("fraud");
  BundleFiles files = partial_files(forge, some);
  const BundleFiles foreign = partial_files(stranger, {3});
  files["entry/3"] = foreign.at("entry/3");
  files["entry/3.tlog-proof"] = foreign.at("entry/3.tlog-proof");
  CHECK(places(forge.partial(files)) == Places{"3 proof_bad", "3 ledger_id_wrong"});
}

TEST_CASE("who is not enrolled by an entry of the bundle has signed nothing that it can show") {
  Case forge;
  forge.add_key("hal", 'h');
  const Seq enrolled = forge.admit("dana", {forge.enrolment("hal", {{Role::monitor, {}}})});
  const Seq said =
      forge.write("hal", forge.statement("hal", {forge.evidence("fraud", EvidenceKind::monitoring, "drift", "0.1")}));
  CHECK(forge.partial(partial_files(forge, {0, enrolled, said})).verified());
  CHECK(places(forge.partial(partial_files(forge, {0, said}))) == Places{str(said, " key_not_enrolled")});
  BundleFiles files = partial_files(forge, {0, enrolled, said});
  flip(files[str("entry/", enrolled)], 200);
  const Places found = places(forge.partial(files));
  CHECK(std::count(found.begin(), found.end(), str(said, " key_not_enrolled")) == 1);
}

TEST_CASE("a signature by somebody else's key, by a revoked key, and of a refused enrolment do not hold") {
  Case forge;
  SECTION("somebody else's") {
    const Seq said = forge.write("erin", forge.statement("dana", {forge.registration("other")}));
    CHECK(places(forge.partial(partial_files(forge, {0, said}))) == Places{str(said, " key_not_enrolled")});
  }
  SECTION("revoked") {
    const KeyId key = forge.key_of("erin").public_key().id();
    const Seq revoked = forge.admit("dana", {KeyRevoked{"erin", key, 0, "lost"}});
    const Seq said = forge.write("erin", forge.statement("erin", {forge.registration("other")}));
    CHECK(places(forge.partial(partial_files(forge, {0, revoked, said}))) == Places{str(said, " key_not_enrolled")});
    CHECK(forge.partial(partial_files(forge, {0, 7, revoked})).verified());
  }
  SECTION("refused") {
    forge.add_key("hal", 'h');
    const Seq enrolled = forge.refuse("dana", {forge.enrolment("hal", {{Role::admin, {}}})}, "not_permitted");
    const Seq said = forge.write("hal", forge.statement("hal", {forge.registration("other")}));
    CHECK(places(forge.partial(partial_files(forge, {0, enrolled, said}))) == Places{str(said, " key_not_enrolled")});
  }
}

TEST_CASE("another key or another ledger id than the auditor's is found in either kind of bundle") {
  const Case forge;
  const Forge stranger("forge.example/ledger", 'S');
  const BundleFile part = forge.open(archive_of(partial_files(forge, some)));
  const auto report = check_partial(part, stranger.vkey(), std::nullopt, std::nullopt);
  REQUIRE(report.ok());
  const Places found = places(*report);
  CHECK(std::count(found.begin(), found.end(), "- checkpoint_bad") == 1);
  CHECK(std::count(found.begin(), found.end(), "0 genesis_wrong") == 1);
  CHECK(
      std::none_of(report->entries.begin(), report->entries.end(), [](const IncludedEntry& one) { return one.holds; }));
  const auto other = check_partial(part, forge.vkey(), sha256("another"), std::nullopt);
  REQUIRE(other.ok());
  CHECK(places(*other) == Places{"0 genesis_wrong"});
  const auto no_key = check_partial(part, "no key", std::nullopt, std::nullopt);
  REQUIRE_FALSE(no_key.ok());
  CHECK(no_key.error().kind == ErrorKind::usage);

  const BundleFile whole = forge.open(archive_of(complete_files(forge)));
  AuditOptions options;
  options.vkey = stranger.vkey();
  const auto audited = audit_complete(whole, options);
  REQUIRE(audited.ok());
  CHECK_FALSE(audited->verified());
}

TEST_CASE("without entry 0 nobody is enrolled, and a bundle says that it is missing") {
  const Case forge;
  BundleFiles files = partial_files(forge, {0, 7});
  files.erase("entry/0");
  files.erase("entry/0.tlog-proof");
  const Places found = places(forge.partial(files));
  CHECK(std::count(found.begin(), found.end(), "0 entry_missing") == 1);
}

TEST_CASE("files that belong to nothing in a bundle are found") {
  const Case forge;
  const std::string stray = "attachment/" + sha256("stray").hex();
  BundleFiles whole = complete_files(forge);
  SECTION("an attachment that nobody names") {
    whole[stray] = "stray";
    CHECK(places(forge.complete(whole)) == Places{"- archive_malformed"});
    BundleFiles part = partial_files(forge, some);
    part[stray] = "stray";
    CHECK(places(forge.partial(part)) == Places{"- archive_malformed"});
  }
  SECTION("an attachment with other bytes") {
    BundleFiles part = partial_files(forge, some);
    part["attachment/" + forge.digest_of("fraud").hex()] = "other";
    CHECK(places(forge.partial(part)) == Places{"1 attachment_wrong"});
  }
  SECTION("a tile of another size, and one under another name") {
    whole["tile/0/000"] = Bytes(8192, 'x');
    whole["tile/readme"] = "hello";
    CHECK(places(forge.complete(whole)) == Places{"- archive_malformed", "- archive_malformed"});
  }
  SECTION("a file that no bundle holds") {
    whole["readme"] = "hello";
    CHECK(forge.refusal(archive_of(whole)).find("begins a file readme, which no complete bundle holds") !=
          std::string::npos);
    BundleFiles part = partial_files(forge, some);
    part["entry/07"] = part["entry/7"];
    CHECK(forge.refusal(archive_of(part)).find("begins a file entry/07, which no partial") != std::string::npos);
  }
  SECTION("both kinds at once") {
    whole["entry/0"] = forge.held().leaves[0];
    forge.refusal(archive_of(whole));
  }
  SECTION("no checkpoint") {
    whole.erase("checkpoint");
    CHECK(forge.refusal(archive_of(whole)).find("holds no file checkpoint") != std::string::npos);
  }
}

TEST_CASE("a cut bundle is refused with the byte at which it ends") {
  const Case forge;
  const Bytes good = archive_of(partial_files(forge, some));
  const std::string said = forge.refusal(good.substr(0, good.size() / 2));
  CHECK(said.find(str("malformed at byte ", good.size() / 2)) != std::string::npos);
}

TEST_CASE("a missing tile, entry bundle or checkpoint signature in a complete bundle is named") {
  const Case forge;
  BundleFiles files = complete_files(forge);
  SECTION("entries") {
    files.erase("tile/entries/000.p/9");
    const Places found = places(forge.complete(files));
    CHECK(std::count(found.begin(), found.end(), "0 entry_missing") == 1);
  }
  SECTION("hashes") {
    files.erase("tile/0/000.p/9");
    CHECK(places(forge.complete(files)) == Places{"- node_wrong"});
  }
  SECTION("a size that no disk could hold") {
    files["checkpoint"] = forge.note({Size{1} << 62, sha256("another history")});
    CHECK_FALSE(forge.complete(files).verified());
  }
}
