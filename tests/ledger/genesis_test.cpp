// Entry 0, from which everything else follows; and who may write on.
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

struct Empty {
  Author dana = author("dana", 'd');
  FixedClock clock;
  FailingStore store;
  FakeRules rules;
  std::unique_ptr<Sequencer> sequencer = Sequencer::open(store, rules, clock, log_key()).value();

  Answer append_one(const Envelope& envelope) { return sequencer->append({&envelope, 1}).value().front(); }

  void check_turned_away(const Envelope& envelope, const std::string& expected) {
    CHECK(reason(append_one(envelope)) == expected);
    CHECK(store.commits == 0);
    CHECK(rules.applied() == 0);
  }
};

}  // namespace

TEST_CASE("the first statement makes the ledger: its leaf hash is the id, and its log key signs") {
  Empty e;
  const Receipt given = receipt(e.append_one(sign(first_statement(e.dana), e.dana)));
  CHECK(given.seq == 0);
  CHECK(given.head == Head{1, given.leaf});
  CHECK(given.proof.empty());
  CHECK(verify_receipt(given).ok());
  const auto ledger = Ledger::open(e.store);
  REQUIRE(ledger.ok());
  CHECK(ledger->id() == given.leaf);
  CHECK(ledger->origin() == test_origin);
}

TEST_CASE("the first call may hold more than entry 0 if its author knew the id") {
  Empty e;
  const Envelope first = sign(first_statement(e.dana), e.dana);
  const Hash id = leaf_hash(encode_entry({e.clock.time, "", first.signatures, first.payload}));
  Statement next;
  next.ledger = id;
  next.id = "second";
  next.author = "dana";
  next.at = e.clock.time;
  next.expires = e.clock.time + default_validity;
  next.basis = {1, id};
  next.events = {grant_to("dana")};
  const std::vector<Envelope> envelopes = {first, sign(next, e.dana)};
  const auto answers = e.sequencer->append(envelopes);
  REQUIRE(answers.ok());
  CHECK(receipt(answers->back()).seq == 1);
  CHECK(receipt(answers->back()).outcome.empty());
  CHECK(verify_receipt(receipt(answers->front())).ok());
  CHECK(e.store.commits == 1);
}

TEST_CASE("a first statement that does not begin with the one ledger.created is turned away") {
  Empty e;
  Statement statement = first_statement(e.dana);
  SECTION("none") {
    statement.events = {enrolment(e.dana)};
  }
  SECTION("not first") {
    statement.events = {enrolment(e.dana), ledger_created()};
  }
  SECTION("two") {
    statement.events.push_back(ledger_created());
  }
  e.check_turned_away(sign(statement, e.dana), "malformed");
}

TEST_CASE("a first statement that names a ledger or a basis is turned away") {
  Empty e;
  Statement statement = first_statement(e.dana);
  SECTION("a ledger") {
    statement.ledger = sha256("some");
  }
  SECTION("a basis") {
    statement.basis = {1, sha256("some")};
  }
  SECTION("a root of nothing") {
    statement.basis = {0, empty_root()};
  }
  e.check_turned_away(sign(statement, e.dana), "malformed");
}

TEST_CASE("a first statement that names another log key, or ours under another name, is turned away") {
  Empty e;
  Statement statement = first_statement(e.dana);
  SECTION("another key") {
    statement.events[0] = ledger_created(log_key('M'));
  }
  SECTION("another name") {
    LedgerCreated created = ledger_created();
    created.log_key = ledger_created(log_key(), "ledger.example/other").log_key;
    statement.events[0] = created;
  }
  e.check_turned_away(sign(statement, e.dana), "malformed");
}

TEST_CASE("a first statement whose subject is another origin is turned away") {
  Empty e;
  e.check_turned_away(sign(first_statement(e.dana), e.dana, "ledger.example/other"), "malformed");
}

TEST_CASE("a first statement not signed by the key that it enrols is turned away") {
  Empty e;
  const Author erin = author("erin", 'e');
  e.check_turned_away(sign(first_statement(e.dana), erin), "unknown_key");
  Envelope envelope = sign(first_statement(e.dana), e.dana);
  envelope.signatures.front().bytes = sign(first_statement(e.dana), erin).signatures.front().bytes;
  e.check_turned_away(envelope, "bad_signature");
}

TEST_CASE("bytes that are no statement make no ledger") {
  Empty e;
  e.check_turned_away(sign_statement("{}", e.dana.key).value(), "malformed");
}

TEST_CASE("a first statement that the rules refuse makes no ledger, and a better one still can") {
  Empty e;
  e.rules.refuse_all = true;
  e.check_turned_away(sign(first_statement(e.dana), e.dana), "not_today");
  e.rules.refuse_all = false;
  CHECK(receipt(e.append_one(sign(first_statement(e.dana), e.dana))).seq == 0);
}

TEST_CASE("the first entry may be as far from any clock as it likes") {
  Empty e;
  e.clock.time = start_of_test + 1000 * max_clock_lead;
  CHECK(receipt(e.append_one(sign(first_statement(e.dana), e.dana))).recorded == e.clock.time);
}

TEST_CASE("a sequencer opens with the ledger's own log key only, and that is an Ed25519 key") {
  Fixture f;
  CHECK(Sequencer::open(f.store, f.rules, f.clock, log_key()).ok());
  CHECK_FALSE(Sequencer::open(f.store, f.rules, f.clock, log_key('M')).ok());
  const auto p256 = PrivateKey::generate(KeyType::ecdsa_p256);
  REQUIRE(p256.ok());
  CHECK_FALSE(Sequencer::open(f.store, f.rules, f.clock, *p256).ok());
  FailingStore empty;
  CHECK_FALSE(Sequencer::open(empty, f.rules, f.clock, *p256).ok());
}

TEST_CASE("a sequencer that opens a ledger anew writes on where it ended") {
  Fixture f;
  for (int i = 0; i < 10; ++i) {
    f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key()).value();
    const Receipt given = receipt(f.append_one(f.envelope("id " + std::to_string(i))));
    CHECK(given.seq == static_cast<Seq>(i) + 1);
    CHECK(verify_receipt(given).ok());
  }
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(*ledger->root_at(ledger->size()) == f.newest.root);
}

}  // namespace cairn
