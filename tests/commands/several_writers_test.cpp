// Several who write to one store, as processes on PostgreSQL do, each with a World and snapshots of its own.
#include "commands/home.h"
#include "commands/live_rules.h"
#include "commands/replay.h"
#include "commands/views.h"
#include "ledger/sequencer.h"
#include "ledger/tlog/snapshot.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

// One of several that write to one store, each with a World of its own.
class OneOfSeveral {
 public:
  OneOfSeveral(const Home& home, Session& session, const Clock& clock)
      : ledger_(session.ledger()), clock_(clock), key_(*home.read_key("dana")), rules_(loaded(ledger_)) {
    model_ = rules_.world().versions.rows().begin()->second;
    SequencerOptions options;
    options.patience = 10 * second;  // while the other is first
    auto log_key = home.log_keys(ledger_.log_keys(), ledger_.size());
    auto opened = Sequencer::open(session.store(), rules_, clock, std::move(log_key).value(), options);
    REQUIRE(opened.ok());
    sequencer_ = std::move(opened).value();
  }

  void append(int count) {
    std::vector<Envelope> envelopes;
    for (int i = 0; i < count; ++i) {
      EvidenceRecorded evidence;
      evidence.kind = EvidenceKind::card;
      evidence.model = model_;
      evidence.source = "card.json";
      evidence.digest = sha256(random_bytes(16));
      Statement statement;
      statement.ledger = ledger_.id();
      statement.id = to_hex(random_bytes(16));
      statement.author = "dana";
      statement.at = clock_.now();
      statement.expires = statement.at + default_validity;
      statement.basis = ledger_.checkpoint().head;
      statement.events = {evidence};
      envelopes.push_back(*sign_statement(*encode_statement(statement, ledger_.origin()), key_));
    }
    const auto answers = sequencer_->append(envelopes);
    REQUIRE(answers.ok());
    for (const Answer& answer : *answers) REQUIRE(std::holds_alternative<Receipt>(answer));
  }

 private:
  static LoadedWorld loaded(const Ledger& ledger) {
    auto world = load_world(ledger, ledger.size(), Noting::yes);
    REQUIRE(world.ok());
    return std::move(world).value();
  }

  const Ledger& ledger_;
  const Clock& clock_;
  PrivateKey key_;
  LiveRules rules_;
  Hash model_;
  std::unique_ptr<Sequencer> sequencer_;
};

}  // namespace

TEST_CASE("snapshots of several who write by turns, and then of one alone, are what the entries give") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(300);
  place.grow(270);
  {
    const Home home(place.directory() / "home");
    auto session = Session::open_for_writing(place.globals(), home);
    REQUIRE(session.ok());
    const SystemClock clock;
    OneOfSeveral one(home, **session, clock);
    OneOfSeveral other(home, **session, clock);
    for (int turn = 0; turn < 5; ++turn) {
      one.append(150);
      other.append(270);
      one.append(300);
    }
    for (int turn = 0; turn < 4; ++turn) one.append(260);
  }
  place.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    int whole = 0;
    bool newest_is_whole = false;
    const auto listed = ledger.store().snapshots(ledger.size(), [&](const AtSize& row) -> Result<void> {
      newest_is_whole = !World::changes_since(open_snapshot(row.bytes, ledger.newest_key().key())->state);
      whole += newest_is_whole ? 1 : 0;
      return {};
    });
    REQUIRE(listed.ok());
    CHECK(whole > 5);
    CHECK_FALSE(newest_is_whole);
    for (const std::size_t threads : {1U, 3U}) {
      const auto done = replay(ledger, ledger.size(), threads, [](Size, Size) {});
      REQUIRE(done.ok());
      CHECK(done->differences.empty());
    }
  });
}

}  // namespace cairn::test
