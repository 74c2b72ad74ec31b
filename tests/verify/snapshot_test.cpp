// Snapshots that a source keeps: signed by the log, and what the entries fold to.
#include <functional>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

using namespace cairn;

namespace {

using Places = std::vector<std::string>;

// The snapshot of this size, of a state that was altered before the log signed it.
void reseal(const Forge& forge, ForgedEvidence& evidence, Size size, const std::function<void(Bytes&)>& alter) {
  const auto opened = open_snapshot(evidence.snapshots[size], forge.log.public_key());
  REQUIRE(opened.ok());
  Bytes state(opened->state);
  alter(state);
  evidence.snapshots[size] = *seal_snapshot({opened->head, state}, forge.log);
}

void flip_last(Bytes& state) {
  flip(state, state.size() - 1);
}

}  // namespace

TEST_CASE("a snapshot must be signed by the log and be what the entries fold to") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  const auto [size, sealed] = *evidence.snapshots.begin();
  CHECK(audit_with_key(evidence, forge).snapshots == 1);
  SECTION("altered") {
    for (const std::size_t byte : {std::size_t{0}, std::size_t{30}, sealed.size() / 2, sealed.size() - 1}) {
      evidence.snapshots[size] = sealed;
      flip(evidence.snapshots[size], byte);
      CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
    }
  }
  SECTION("moved to another size") {
    evidence.snapshots[size + 1] = sealed;
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
  SECTION("sealed by another key") {
    const Forge stranger("stranger.example/ledger", 'S');
    const auto opened = open_snapshot(sealed, forge.log.public_key());
    REQUIRE(opened.ok());
    evidence.snapshots[size] = *seal_snapshot(*opened, stranger.log);
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
  SECTION("sealed by the log, of another state") {
    reseal(forge, evidence, size, flip_last);
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
}

TEST_CASE(
    "a snapshot of another version's layout, of which nobody reads the views, is still what the log signed to the "
    "bit") {
  const SmallLedger forge;
  ForgedEvidence evidence = forge.held();
  const Size size = evidence.snapshots.begin()->first;
  reseal(forge, evidence, size, [](Bytes& state) {
    state[std::string_view("cairn world\n").size()] = 1;
    REQUIRE_FALSE(World::is_of_now(state));
  });
  const Bytes sealed = evidence.snapshots[size];
  CHECK(places(audit_with_key(evidence, forge)) == Places{});
  for (std::size_t byte = 0; byte < sealed.size(); byte += byte < 400 ? 1 : 61) {
    evidence.snapshots[size] = sealed;
    flip(evidence.snapshots[size], byte);
    REQUIRE(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
}

TEST_CASE("a snapshot of changes must be what these entries changed, since no earlier than the newest whole one") {
  SmallLedger forge;
  const Size whole = forge.held().snapshots.begin()->first;
  const Size between = forge.head().size;
  forge.seal_changes_here(whole);
  forge.register_model("spam");
  const Size size = forge.head().size;
  SECTION("since the whole one, over another of changes") {
    forge.seal_changes_here(whole);
    const Report report = audit_with_key(forge.held(), forge);
    CHECK(places(report) == Places{});
    CHECK(report.snapshots == 3);
  }
  SECTION("since one of changes") {
    forge.seal_changes_here(between);
    CHECK(places(audit_with_key(forge.held(), forge)) == Places{});
  }
  SECTION("since one before a newer whole one, if that one holds") {
    forge.seal_snapshot_here();
    forge.register_model("ads");
    forge.seal_changes_here(between);
    ForgedEvidence evidence = forge.held();
    const Report behind = audit_with_key(evidence, forge);
    REQUIRE(places(behind) == Places{"- snapshot_wrong"});
    CHECK(behind.findings.front().what.find(str("size ", size + 1, " holds what changed since ", between)) !=
          std::string::npos);
    flip(evidence.snapshots[size], 30);
    const Report damaged = audit_with_key(evidence, forge);
    REQUIRE(places(damaged) == Places{"- snapshot_wrong"});
    CHECK(damaged.findings.front().what.find(str("size ", size, ": ")) != std::string::npos);
  }
  SECTION("of another state") {
    forge.seal_changes_here(between);
    ForgedEvidence evidence = forge.held();
    reseal(forge, evidence, size, flip_last);
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
  SECTION("since a size that does not lie before it") {
    forge.seal_changes_here(between);
    ForgedEvidence evidence = forge.held();
    reseal(forge, evidence, size, [&](Bytes& state) {
      const std::size_t since = std::string_view("cairn changes\n").size() + 2;  // layout and rules
      REQUIRE(state[since] == static_cast<char>(between));
      state[since] = static_cast<char>(size);
    });
    CHECK(places(audit_with_key(evidence, forge)) == Places{"- snapshot_wrong"});
  }
}
