#include "verify/past_damage.h"

#include <algorithm>
#include <set>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

namespace cairn {
namespace {

// Forged evidence, of which some rows cannot be read.
class Unreadable final : public EvidenceSource {
 public:
  explicit Unreadable(const ForgedEvidence& held) : held_(held) {}

  Result<std::string> newest_checkpoint() const override { return held_.newest_checkpoint(); }
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override { return held_.entries(from, count); }
  // As from a database: what stands before the damage is handed out first.
  Result<std::vector<SizedNote>> checkpoints(Size from, std::size_t limit) const override {
    TRY_LET(rows, held_.checkpoints(from, limit));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!damaged_checkpoints.contains(rows[i].size)) continue;
      if (i == 0) return fault(str("the block of checkpoint ", rows[i].size, " is damaged"));
      rows.resize(i);
    }
    return rows;
  }
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const override {
    return held_.stored_nodes(ids);
  }
  Result<std::optional<std::vector<Seq>>> postings(const std::string& tag, Seq from, std::size_t limit) const override {
    if (tag == damaged_tag) return fault("the block of tag " + tag + " is damaged");
    return held_.postings(tag, from, limit);
  }
  Result<std::optional<std::vector<std::string>>> tags(const std::string& after, std::size_t limit) const override {
    if (!damaged_tag.empty() && after < damaged_tag) return fault("the block of tag " + damaged_tag + " is damaged");
    return held_.tags(after, limit);
  }
  Result<std::optional<SizedNote>> snapshot(Size at_most) const override {
    TRY_LET(row, held_.snapshot(at_most));
    if (row && damaged_snapshots.contains(row->size))
      return fault(str("the block of snapshot ", row->size, " is damaged"));
    return row;
  }
  Result<std::optional<Bytes>> attachment(const Hash& digest) const override { return held_.attachment(digest); }

  std::set<Size> damaged_checkpoints;
  std::set<Size> damaged_snapshots;
  std::string damaged_tag;

 private:
  const ForgedEvidence& held_;
};

std::size_t count_of(const Report& report, std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(report.findings.begin(), report.findings.end(),
                    [&](const Finding& finding) { return finding.what.find(text) != std::string::npos; }));
}

}  // namespace

TEST_CASE("the nearest readable place behind a damaged piece is found, wherever it ends") {
  for (Size end = 1; end < 200; ++end) {
    int asked = 0;
    const auto readable = [&](Size distance) -> Result<bool> {
      ++asked;
      return distance >= end;
    };
    REQUIRE(distance_past_damage(1000, readable).value() == end);
    REQUIRE(asked <= 64 + 16);
    REQUIRE(distance_past_damage(end, readable).value() == end);
    REQUIRE(distance_past_damage(end - 1, readable).value() == std::nullopt);
  }
  const auto away = [](Size) -> Result<bool> { return unavailable("gone"); };
  CHECK(distance_past_damage(9, away).error().kind == ErrorKind::unavailable);
}

TEST_CASE("kept checkpoints that cannot be read hide none of the others") {
  SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  REQUIRE(evidence.notes.size() > 6);
  evidence.notes[6] = "no note at all";
  Unreadable source(evidence);
  source.damaged_checkpoints = {2, 3, 5};
  const Report report = audit_with_key(source, forge);
  CHECK(count_of(report, "the block of checkpoint 2 is damaged") == 1);
  CHECK(count_of(report, "the block of checkpoint 5 is damaged") == 1);
  CHECK(count_of(report, "the kept checkpoint of size 6") == 1);
  CHECK(report.findings.size() == 3);
  CHECK(report.checkpoints + 3 == audit_with_key(evidence, forge).checkpoints);
}

TEST_CASE("snapshots that cannot be read hide none of the older ones") {
  Forge forge;
  std::vector<Size> sizes;
  for (const char* name : {"fraud", "churn", "spam", "credit"}) {
    forge.register_model(name);
    forge.seal_snapshot_here();
    sizes.push_back(forge.head().size);
  }
  ForgedEvidence evidence = forge.held();
  evidence.snapshots[sizes[0]].back() ^= 1;
  Unreadable source(evidence);
  source.damaged_snapshots = {sizes[1], sizes[3]};
  const Report report = audit_with_key(source, forge);
  CHECK(count_of(report, str("the block of snapshot ", sizes[3], " is damaged")) == 1);
  CHECK(count_of(report, str("the block of snapshot ", sizes[1], " is damaged")) == 1);
  CHECK(count_of(report, str("the snapshot of size ", sizes[0], ": ")) == 1);
  CHECK(report.findings.size() == 3);
  CHECK(report.snapshots == 2);
}

TEST_CASE("a tag whose index cannot be read hides nothing of the other tags") {
  SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  evidence.index.at("model:churn").pop_back();
  Unreadable source(evidence);
  source.damaged_tag = "model:fraud";
  const Report report = audit_with_key(source, forge);
  CHECK(count_of(report, "the block of tag model:fraud is damaged") ==
        2);  // in the list of tags, and where its seqs are
  CHECK(count_of(report, "the index of model:churn lacks this entry") == 1);
  CHECK(report.findings.size() == 3);
}

TEST_CASE("a newest checkpoint that says nothing hides no damage in the entries before it") {
  SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  evidence.newest = evidence.notes[forge.head().size] = "gone";
  flip(evidence.leaves[3], 50);
  Unreadable source(evidence);
  source.damaged_checkpoints = {2};
  const Report report = audit_with_key(source, forge);
  CHECK(count_of(report, "the newest checkpoint: ") == 1);
  CHECK(names(report, "3 signature_bad"));
  CHECK(report.entries == forge.head().size);
}

}  // namespace cairn
