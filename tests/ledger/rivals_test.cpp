// Several writers on one store: who comes second follows, and no answer rests on a world that was overtaken.
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

// Another process with the same log key, on the fixture's store.
struct Rival {
  explicit Rival(Fixture& f, Millis patience = 0) {
    rules.fold(*Ledger::open(f.store));
    sequencer = Sequencer::open(f.store, rules, f.clock, log_key(), {.patience = patience}).value();
  }

  Result<std::vector<Answer>> append(const Envelope& envelope) { return sequencer->append({&envelope, 1}); }

  FakeRules rules;
  std::unique_ptr<Sequencer> sequencer;
};

}  // namespace

TEST_CASE("a writer that was overtaken follows the other, and its statement comes after theirs") {
  Fixture f;
  Rival rival(f, minute);
  REQUIRE(f.append({f.envelope("one"), f.envelope("two")}).ok());
  REQUIRE(f.append({f.envelope("three")}).ok());
  const auto answers = rival.append(f.envelope("hers"));
  REQUIRE(answers.ok());
  const Receipt& given = receipt(answers->front());
  CHECK(given.seq == 4);
  CHECK_FALSE(given.repeated);
  CHECK(verify_receipt(given).ok());
  CHECK(rival.rules.followed == 3);
  CHECK(rival.rules.judged == 2);  // once in the world that was overtaken, once in the one that held
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(*ledger->root_at(5) == given.head.root);
  CHECK(*ledger->find("actor:dana", 0, 10) == std::vector<Seq>{0, 1, 2, 3, 4});
}

TEST_CASE("a writer without patience learns of the conflict, and the next call follows") {
  Fixture f;
  Rival rival(f);
  f.append_one(f.envelope("one"));
  const auto answers = rival.append(f.envelope("hers"));
  REQUIRE_FALSE(answers.ok());
  CHECK(answers.error().kind == ErrorKind::conflict);
  CHECK(f.store.tip()->size == 2);
  CHECK(receipt(rival.append(f.envelope("hers"))->front()).seq == 2);
}

TEST_CASE("a statement that the other writer recorded is answered as repeated") {
  Fixture f;
  Rival rival(f, minute);
  const Envelope envelope = f.envelope("one");
  f.append_one(envelope);
  const auto answers = rival.append(envelope);
  REQUIRE(answers.ok());
  CHECK(receipt(answers->front()).repeated);
  CHECK(receipt(answers->front()).seq == 1);
  CHECK(f.store.tip()->size == 2);
}

TEST_CASE("a key that the other writer's entries revoke signs nothing any more") {
  Fixture f;
  const Author erin = author("erin", 'e');
  REQUIRE(f.append({f.envelope("enrol", {enrolment(erin)})}).ok());
  Rival rival(f, minute);
  Statement hers = f.statement("hers");
  hers.author = erin.handle;
  KeyRevoked revoked;
  revoked.handle = erin.handle;
  revoked.key = erin.key.public_key().id();
  revoked.reason = "left";
  f.append_one(f.envelope("revoke", {revoked}));
  const auto answers = rival.append(sign(hers, erin));
  REQUIRE(answers.ok());
  CHECK(reason(answers->front()) == "unknown_key");
}

TEST_CASE("two writers in turn leave one history, whole and in order") {
  Fixture f;
  f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key(), {.patience = minute}).value();
  Rival rival(f, minute);
  for (int i = 0; i < 60; ++i) {
    const Envelope envelope = f.envelope("id-" + std::to_string(i));
    const Answer answer = i % 3 == 0 ? f.append_one(envelope) : rival.append(envelope)->front();
    CHECK(receipt(answer).seq == static_cast<Seq>(i) + 1);
    CHECK(verify_receipt(receipt(answer)).ok());
  }
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(ledger->size() == 61);
  FakeRules audited;
  audited.fold(*ledger);
}

TEST_CASE("nobody is turned away by a world that another writer has overtaken") {
  Fixture f;
  Rival rival(f);
  const Author ben = author("ben", 'b');
  f.append_one(f.envelope("enrols", {enrolment(ben)}));
  SECTION("whose key came meanwhile is known") {
    Statement statement = f.statement("his");
    statement.author = ben.handle;
    CHECK(receipt(rival.append(sign(statement, ben))->front()).seq == 2);
  }
  SECTION("whose id was used meanwhile hears of that, not of an unknown key") {
    Statement statement = f.statement("his");
    statement.author = ben.handle;
    REQUIRE(receipt(f.append_one(sign(statement, ben))).seq == 2);
    statement.events = {grant_to("ben")};
    CHECK(reason(rival.append(sign(statement, ben))->front()) == "id_used");
    CHECK(rival.rules.followed == 2);
  }
}

TEST_CASE("a writer that was idle for longer than a clock may be ahead goes on where others have written meanwhile") {
  Fixture f;
  Rival rival(f);
  f.clock.time += 20 * day;
  f.append_one(f.envelope("one"));
  f.clock.time += 20 * day;
  const auto answers = rival.append(f.envelope("hers"));
  INFO((answers.ok() ? "" : answers.error().message));
  REQUIRE(answers.ok());
  CHECK(receipt(answers->front()).seq == 2);
  f.clock.time += max_clock_lead + 1;
  const auto later = rival.append(f.envelope("later"));
  REQUIRE_FALSE(later.ok());  // nobody wrote meanwhile
  CHECK(later.error().kind == ErrorKind::fault);
}

TEST_CASE("a long way behind is followed in steps, and every head on it is held against the log's signature") {
  Fixture f;
  Rival rival(f, minute);
  for (int i = 0; i < 40; ++i) f.append_one(f.envelope("id-" + std::to_string(i)));
  SECTION("and all of it is there") {
    CHECK(receipt(rival.append(f.envelope("hers"))->front()).seq == 41);
    CHECK(rival.rules.keeps == 4);  // of 40 heads, sixteen a step; and one batch
  }
  SECTION("an entry that is not what was signed is not followed, and nothing is written after it") {
    f.store.altered = [](Seq seq, Bytes bytes) {
      if (seq == 30) bytes[8] ^= 1;  // of its recorded time
      return bytes;
    };
    const auto answers = rival.append(f.envelope("hers"));
    REQUIRE_FALSE(answers.ok());
    CHECK(answers.error().kind == ErrorKind::not_verified);
    CHECK(rival.rules.applied() <= 30);
    CHECK(f.store.tip()->size == 41);
  }
}

TEST_CASE("a writer that follows others past the tip that it saw goes on") {
  Fixture f;
  Rival rival(f, minute);
  f.append_one(f.envelope("one"));
  const Tip seen = *f.store.tip();
  for (int i = 0; i < 5; ++i) f.append_one(f.envelope("id-" + std::to_string(i)));
  int asked = 0;
  f.store.altered_tip = [&](Tip tip) { return asked++ == 0 ? seen : std::move(tip); };
  const auto answers = rival.append(f.envelope("hers"));
  INFO((answers.ok() ? "" : answers.error().message));
  REQUIRE(answers.ok());
  CHECK(receipt(answers->front()).seq == 7);
}

TEST_CASE("a writer whose rules are too old to follow writes nothing") {
  Fixture f;
  Rival rival(f, minute);
  f.append_one(f.envelope("one"));
  rival.rules.newer_rules = true;
  const auto answers = rival.append(f.envelope("hers"));
  REQUIRE_FALSE(answers.ok());
  CHECK(answers.error().kind == ErrorKind::needs_newer);
  CHECK(f.store.tip()->size == 2);
}

TEST_CASE("a store that went back, or shows another head of a known size, is evidence and not written on") {
  Fixture f;
  f.append_one(f.envelope("one"));
  const Tip before = *f.store.tip();
  f.append_one(f.envelope("two"));
  f.store.next = FailingStore::Failure::conflict;
  REQUIRE_FALSE(f.append({f.envelope("three")}).ok());
  const int commits = f.store.commits;
  SECTION("it went back") {
    f.store.altered_tip = [&](const Tip&) { return before; };
  }
  SECTION("it shows another head") {
    f.store.altered_tip = [&](const Tip& tip) { return Tip{tip.size, before.checkpoint}; };
  }
  const auto answers = f.append({f.envelope("three")});
  REQUIRE_FALSE(answers.ok());
  CHECK(answers.error().kind == ErrorKind::not_verified);
  CHECK(answers.error().message.find(before.checkpoint) != std::string::npos);
  CHECK(f.store.commits == commits);
}

TEST_CASE("a sequencer that is opened with rules behind the tip follows to it first") {
  Fixture f;
  FakeRules rules;
  rules.fold(*Ledger::open(f.store));
  f.append_one(f.envelope("one"));
  f.append_one(f.envelope("two"));
  const auto sequencer = Sequencer::open(f.store, rules, f.clock, log_key());
  REQUIRE(sequencer.ok());
  CHECK(rules.applied() == 3);
  const Envelope envelope = f.envelope("three");
  CHECK(receipt((*sequencer)->append({&envelope, 1})->front()).seq == 3);
}

}  // namespace cairn
