// The World that commands show and sign by: of the entries that the log signed, and of no others.
#include "commands/views.h"

#include <algorithm>

#include "commands/ledger_steps.h"
#include "commands/moments.h"
#include "commands/replay.h"
#include "commands/report_source.h"
#include "commands/why.h"
#include "commands/world_walk.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/other_rules.h"
#include "tests/commands/read_case.h"
#include "tests/store_in_front.h"

namespace cairn::test {
namespace {

// Without its snapshots: what is not kept on the way is folded.
class AlteredUnsnapped final : public Altered {
 public:
  using Altered::Altered;
  Result<std::optional<AtSize>> snapshot(Size) const override { return std::optional<AtSize>(); }
};

// The same on a disk: the ledger in another directory, hashes and heads as they were.
std::filesystem::path altered_copy(ReadCase& place, Seq seq) {
  const std::filesystem::path copy = place.directory() / "altered";
  place.with_session([&](Session& session) {
    Batch batch;
    batch.sign = [&session]() -> Result<SignedHead> { return SignedHead{session.ledger().checkpoint_note(), {}}; };
    const auto page = session.store().read(0, {1000});
    REQUIRE(page.ok());
    REQUIRE(page->size() == session.ledger().size());
    for (const Bytes& bytes : *page) {
      batch.entries.push_back(bytes);
      batch.leaf_hashes.push_back(leaf_hash(bytes));
    }
    batch.entries[seq][8] ^= 1;  // its recorded time
    auto store = open_rocks_store(copy, StoreMode::create, {});
    REQUIRE(store.ok());
    REQUIRE((*store)->commit(0, batch).ok());
  });
  return copy;
}

Result<LoadedWorld> world_with_altered(Session& session, Seq seq, Size size) {
  const Altered store(session.store(), seq);
  TRY_LET(ledger, Ledger::open(store));
  return load_world(ledger, size);
}

// A later program's rules: it admits what this one does not know.
class LaterRules final : public OtherRules {
 public:
  using OtherRules::OtherRules;
  Judgement admit(const Statement&, const KeyId&, std::size_t, Basis, Millis) override { return Ruled{}; }
  Bytes snapshot(Size) override { return {}; }
};

}  // namespace

TEST_CASE("no view is made of entries that the log did not sign") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.with_session([](Session& session) {
    const Size size = session.ledger().size();
    REQUIRE(world_with_altered(session, size, size).ok());
    for (const Size until : {size, size - 1}) {
      INFO("the first " << until);
      const auto loaded = world_with_altered(session, until - 1, until);
      REQUIRE_FALSE(loaded.ok());
      CHECK(loaded.error().kind == ErrorKind::not_verified);
    }
  });
}

TEST_CASE("no view is made of altered entries behind a snapshot") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(300);
  place.grow(5);
  place.with_session([](Session& session) {
    const Size size = session.ledger().size();
    const auto whole = load_world(session.ledger(), size);
    REQUIRE(whole.ok());
    REQUIRE_FALSE(whole->snapshots.empty());
    REQUIRE(whole->snapshots.back().size < size);
    const auto loaded = world_with_altered(session, size - 1, size);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().kind == ErrorKind::not_verified);
  });
}

TEST_CASE("a World that was folded from altered entries is not the beginning of the next one") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(2 * WorldWalk::kept_gap);
  place.with_session([](Session& session) {
    const AlteredUnsnapped store(session.store(), 500);
    const auto ledger = Ledger::open(store);
    REQUIRE(ledger.ok());
    WorldWalk walk(*ledger);
    REQUIRE(walk.at(100).ok());
    for (int asked = 0; asked < 3; ++asked) {
      const auto world = walk.at(ledger->size());
      REQUIRE_FALSE(world.ok());
      CHECK(world.error().kind == ErrorKind::not_verified);
    }
    CHECK(walk.at(100).ok());
  });
}

TEST_CASE("a moment is placed beside entries that the log signed") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.register_model("logistic", "v2", "0.9");
  place.register_model("logistic", "v3", "0.9");
  place.with_session([](Session& session) {
    const Seq border = session.ledger().size() - 2;
    const Millis time = session.ledger().entry(border)->entry.recorded;
    CHECK(size_at(session.ledger(), time).value() == border + 1);
    for (const Seq seq : {border, border + 1}) {
      const Altered store(session.store(), seq);
      const auto ledger = Ledger::open(store);
      REQUIRE(ledger.ok());
      const auto size = size_at(*ledger, time);
      REQUIRE_FALSE(size.ok());
      CHECK(size.error().kind == ErrorKind::not_verified);
    }
  });
}

TEST_CASE("why and each view of --step show no entry that the log did not sign") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.with_session([](Session& session) {
    const Seq newest = session.ledger().size() - 1;
    const auto whole = load_world(session.ledger(), newest + 1);
    REQUIRE(whole.ok());
    World& world = *whole->world;
    const Altered store(session.store(), newest);
    const auto ledger = Ledger::open(store);
    REQUIRE(ledger.ok());
    const auto why = why_of(*ledger, world, str(newest), 3, world.position->recorded);
    REQUIRE_FALSE(why.ok());
    CHECK(why.error().kind == ErrorKind::not_verified);
    LedgerSteps steps(*ledger, world, newest + 1);
    for (const StepView view : {StepView::entry, StepView::why, StepView::changes, StepView::status}) {
      const auto text = steps.text(newest, view);
      REQUIRE_FALSE(text.ok());
      CHECK(text.error().kind == ErrorKind::not_verified);
    }
  });
}

TEST_CASE("a report is made of no entry that the log did not sign, be it only folded on the way") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(300);
  place.with_session([](Session& session) {
    const Seq newest = session.ledger().size() - 1;
    const auto walked = [&](const Store& store) -> Result<std::vector<Seq>> {
      TRY_LET(ledger, Ledger::open(store));
      TRY_LET(source, ReportSource::open(ledger, ledger.size()));
      std::vector<Seq> seen;
      const auto before = [&](const World& world, const Recorded& entry) -> Result<void> {
        if (world.position->size == entry.seq) seen.push_back(entry.seq);
        return {};
      };
      const auto after = [](const World&, const Recorded&) -> Result<void> { return {}; };
      TRY(source.walk({1, 2, newest}, {before, after}));
      return seen;
    };
    CHECK(walked(session.store()).value() == std::vector<Seq>{1, 2, newest});
    const Altered store(session.store(), 100);
    const auto altered = walked(store);
    REQUIRE_FALSE(altered.ok());
    CHECK(altered.error().kind == ErrorKind::not_verified);
  });
}

TEST_CASE("no sample is drawn from entries that the log did not sign") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.register_model("logistic", "v2", "0.9");
  Globals globals = place.globals();
  SampleFlags flags;
  flags.count = 1;
  CHECK(printed_by([&] { return run_sample(globals, flags); }).exit == Exit::done);
  globals.where = altered_copy(place, 2).string();
  const Printed altered = printed_by([&] { return run_sample(globals, flags); });
  INFO(altered.out);
  CHECK(altered.exit == Exit::not_verified);
  CHECK(altered.out.empty());
}

TEST_CASE("a replay of a part holds its entries against the tree that the log signed") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(300);
  place.grow(5);
  place.with_session([](Session& session) {
    const Size part = session.ledger().size() - 3;
    const auto progress = [](Size, Size) {};
    const auto whole = replay(session.ledger(), part, 1, progress);
    REQUIRE(whole.ok());
    CHECK(whole->differences.empty());
    const Altered store(session.store(), 5);
    const auto ledger = Ledger::open(store);
    REQUIRE(ledger.ok());
    const auto altered = replay(*ledger, part, 1, progress);
    REQUIRE(altered.ok());
    const auto names_root = [](const Difference& difference) {
      return difference.what.starts_with("the entries have the root ");
    };
    CHECK(std::count_if(altered->differences.begin(), altered->differences.end(), names_root) == 1);
  });
}

TEST_CASE("a ledger whose policy asks for later rules is neither shown nor written") {
  ReadCase place;
  place.with_session([&place](Session& session) {
    std::string later = (*session.world())->force->document;
    const Hash replaced = sha256(later);
    const std::size_t at = later.find("\"rules\": 1");
    REQUIRE(at != std::string::npos);
    later.replace(at, 10, "\"rules\": 2");
    place.append({{PolicyProposed{later}, PolicyAdopted{sha256(later), replaced}}},
                 [](LiveRules& rules) { return std::make_unique<LaterRules>(rules); });
  });
  place.with_session([](Session& session) {
    const auto world = session.world();
    REQUIRE_FALSE(world.ok());
    CHECK(world.error().kind == ErrorKind::needs_newer);
    CHECK(world.error().message.find("a newer cairn") != std::string::npos);
  });
}

}  // namespace cairn::test
