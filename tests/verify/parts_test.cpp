// The parts of an audit by themselves: the tree against the one of the ledger, and the report's two renderings.
#include <algorithm>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"
#include "verify/render_report.h"
#include "verify/rule_check.h"
#include "verify/tree_check.h"

using namespace cairn;

namespace {

class BareEntries final : public EvidenceSource {
 public:
  explicit BareEntries(Size size) : size_(size) {}
  static Bytes entry(Seq seq) { return str("entry ", seq); }

  Result<std::string> newest_checkpoint() const override { return std::string(); }
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override {
    std::vector<Bytes> found;
    for (Seq seq = from; seq < size_ && found.size() < count; ++seq) found.push_back(entry(seq));
    return found;
  }
  Result<std::vector<SizedNote>> checkpoints(Size, std::size_t) const override { return std::vector<SizedNote>(); }
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId>) const override {
    return std::optional<std::vector<Hash>>();
  }
  Result<std::optional<std::vector<Seq>>> postings(const std::string&, Seq, std::size_t) const override {
    return std::optional<std::vector<Seq>>();
  }
  Result<std::optional<std::vector<std::string>>> tags(const std::string&, std::size_t) const override {
    return std::optional<std::vector<std::string>>();
  }
  Result<std::optional<SizedNote>> snapshot(Size) const override { return std::optional<SizedNote>(); }
  Result<std::optional<Bytes>> attachment(const Hash&) const override { return std::optional<Bytes>(); }

 private:
  Size size_;
};

}  // namespace

TEST_CASE("the auditor's tree has the roots of the ledger's at every size, also at those long past") {
  constexpr Size size = 66'500;
  const BareEntries source(size);
  TreeCheck check(source);
  Frontier tree;
  std::map<Size, Hash> old;
  Findings findings;
  for (Seq seq = 0; seq < size; ++seq) {
    const Hash leaf = leaf_hash(BareEntries::entry(seq));
    REQUIRE(check.push(leaf, findings).ok());
    tree.push(leaf);
    if (tree.size() <= 964) old[tree.size()] = tree.root();
    if (tree.size() <= 600 || tree.size() > size - 10) REQUIRE(*check.root_at(check.size()) == tree.root());
  }
  for (const auto& [at, root] : old) {
    const auto found = check.root_at(at);
    REQUIRE(found.ok());
    REQUIRE(*found == root);
  }
  CHECK(*check.root_at(size) == tree.root());
  CHECK(*check.root_at(0) == empty_root());
  CHECK(findings.empty());
}

TEST_CASE("the report for people says the verdict first and keeps to eighty columns") {
  Forge forge;
  forge.deploy("fraud");
  const Report good = audit_with_key(forge.held(), forge);
  CHECK(render_text(good).starts_with("VERIFIED  forge.example/ledger\n"));

  forge.admit("gus", {forge.registration("smuggled")});
  const std::string bad = render_text(audit_with_key(forge.held(), forge));
  CHECK(bad.starts_with("NOT VERIFIED  forge.example/ledger\n"));
  CHECK(bad.find("\n1 finding\n  entry 9       outcome_wrong\n    recorded as admitted, the rules say refused as "
                 "role_missing:") != std::string::npos);
  for (const std::string_view line : split(bad, '\n')) {
    INFO(line);
    CHECK((line.size() <= 80 || line.starts_with("  log key")));
  }
}

TEST_CASE("what a hostile ledger says cannot move the reader's cursor") {
  Report report;
  report.findings.push_back({FindingKind::entry_malformed, 3, "\x1b[2Jgone"});
  CHECK(render_text(report).find('\x1b') == std::string::npos);
  CHECK(render_json(report).find('\x1b') == std::string::npos);
}

TEST_CASE("the report for scripts names verdict, entries, head, findings and what is only asserted") {
  Report report;
  report.entries = 7;
  report.head = {7, sha256("root")};
  report.asserted["values of metrics, read by ci"] = 2;
  report.findings.push_back({FindingKind::outcome_wrong, 3, "it says \"no\""});
  report.findings.push_back({FindingKind::root_wrong, std::nullopt, "\xff"});
  const std::string json = render_json(report);
  for (const std::string& part :
       {std::string("\"verified\": false"), std::string("\"entries\": 7"),
        str("\"root\": \"", sha256("root").hex(), '"'),
        std::string("\"kind\": \"outcome_wrong\",\n      \"seq\": 3,\n      \"what\": \"it says \\\"no\\\"\""),
        std::string("\"seq\": null"), std::string("\"values of metrics, read by ci\": 2")}) {
    INFO(part);
    CHECK(json.find(part) != std::string::npos);
  }
}

TEST_CASE("what is verified exits with 0, what is not with 5, and what needs a newer program with 1") {
  Report report;
  CHECK(exit_code(report.findings) == 0);
  report.findings.push_back({FindingKind::needs_newer, 3, ""});
  CHECK(exit_code(report.findings) == 1);
  report.findings.push_back({FindingKind::node_wrong, 3, ""});
  CHECK(exit_code(report.findings) == 5);
}

TEST_CASE("broken bytes that ask for a newer cairn are broken all the same, and a later version is not") {
  for (const char* payload : {R"({"a newer cairn)", "so use a newer one"}) {
    INFO(payload);
    Entry entry;
    entry.payload = payload;
    Bytes bytes = encode_entry(entry);
    const auto broken = decode_recorded(3, bytes);
    REQUIRE(!broken.ok());
    REQUIRE(broken.error().message.find("a newer") != std::string::npos);
    CHECK(broken.error().kind == ErrorKind::fault);
    bytes[0] = static_cast<char>(entry_version + 1);
    CHECK(decode_recorded(3, bytes).error().kind == ErrorKind::needs_newer);
  }
}
