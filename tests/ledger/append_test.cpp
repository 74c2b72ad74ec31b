// What a caller gets for statements that are in order.
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {

TEST_CASE("each receipt of a batch proves its entry in the one head that the batch signed, by one commit") {
  Fixture f;
  f.append_one(f.envelope("before"));
  std::vector<Envelope> envelopes;
  for (int i = 0; i < 37; ++i) envelopes.push_back(f.envelope("id-" + std::to_string(i)));
  const int commits = f.store.commits;
  const auto answers = f.append(envelopes);
  REQUIRE(answers.ok());
  CHECK(f.store.commits == commits + 1);
  CHECK(f.rules.keeps == 3);
  for (std::size_t i = 0; i < answers->size(); ++i) {
    const Receipt& given = receipt((*answers)[i]);
    CHECK(given.seq == i + 2);
    CHECK(given.head.size == 39);
    CHECK_FALSE(given.repeated);
    CHECK(given.outcome.empty());
    CHECK(given.recorded == f.clock.time);
    const Result<void> verified = verify_receipt(given);
    CHECK((verified.ok() ? "" : verified.error().message) == "");
  }
  CHECK(f.store.tip()->checkpoint == receipt(answers->back()).checkpoint);
}

TEST_CASE("entries hold the signed bytes, and what is read back has the receipt's leaf") {
  Fixture f;
  const Envelope envelope = f.envelope("one");
  const Receipt given = receipt(f.append_one(envelope));
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  const auto entry = ledger->entry(given.seq);
  REQUIRE(entry.ok());
  CHECK(entry->leaf == given.leaf);
  CHECK(entry->entry.payload == envelope.payload);
  REQUIRE(entry->entry.signatures.size() == 1);
  CHECK(entry->entry.signatures.front().key == f.dana.key.public_key().id());
  CHECK(entry->entry.signatures.front().bytes == envelope.signatures.front().bytes);
  CHECK(entry->entry.recorded == f.clock.time);
}

TEST_CASE("nobody is told of an entry before its commit is done") {
  Fixture f;
  const Size size = f.store.tip()->size;
  f.store.before_commit = [&] {
    CHECK(f.store.tip()->size == size);
    CHECK(f.rules.keeps == 1);
  };
  f.append_one(f.envelope("one"));
  CHECK(f.rules.keeps == 2);
}

TEST_CASE("a batch of which nothing is stored commits nothing") {
  Fixture f;
  const Envelope first = f.envelope("one");
  f.append_one(first);
  const int commits = f.store.commits;
  REQUIRE(f.append({}).ok());
  CHECK(receipt(f.append_one(first)).repeated);
  CHECK(reason(f.append_one(f.envelope("one", {grant_to("other")}))) == "id_used");
  CHECK(f.store.commits == commits);
  CHECK(f.rules.keeps == 2);
}

TEST_CASE("the same statement again gets the first receipt, in the newest head") {
  Fixture f;
  const Envelope envelope = f.envelope("one");
  const Receipt first = receipt(f.append_one(envelope));
  f.clock.time += hour;
  f.append_one(f.envelope("two"));
  Statement later = f.statement("one");  // a newer `at` and `basis`
  const Receipt again = receipt(f.append_one(sign(later, f.dana)));
  CHECK(again.repeated);
  CHECK(again.seq == first.seq);
  CHECK(again.leaf == first.leaf);
  CHECK(again.recorded == first.recorded);
  CHECK(again.head.size == 3);
  CHECK(verify_receipt(again).ok());
}

TEST_CASE("a statement twice in one batch is stored once and answered twice") {
  Fixture f;
  const Envelope envelope = f.envelope("one");
  const auto answers = f.append({f.envelope("zero"), envelope, f.envelope("two"), envelope});
  REQUIRE(answers.ok());
  const Receipt& first = receipt((*answers)[1]);
  const Receipt& again = receipt((*answers)[3]);
  CHECK(f.store.tip()->size == 4);
  CHECK_FALSE(first.repeated);
  CHECK(again.repeated);
  CHECK(again.seq == first.seq);
  CHECK(again.leaf == first.leaf);
  CHECK(again.proof == first.proof);
  CHECK(verify_receipt(again).ok());
}

TEST_CASE("a refused statement is an entry with its reason, and repeated it is the same refusal") {
  Fixture f;
  const Envelope envelope = f.envelope("one", {grant_to("nobody")});
  const Receipt refused = receipt(f.append_one(envelope));
  CHECK(refused.outcome == "unknown_actor");
  CHECK(verify_receipt(refused).ok());
  const Receipt again = receipt(f.append_one(envelope));
  CHECK(again.repeated);
  CHECK(again.outcome == "unknown_actor");
}

TEST_CASE("refused entries are found by subject as admitted ones are, and by being refused") {
  Fixture f;
  f.append_one(f.envelope("one"));
  f.append_one(f.envelope("two", {grant_to("nobody")}));
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(*ledger->find("actor:dana", 0, 10) == std::vector<Seq>{0, 1, 2});
  CHECK(*ledger->find("actor:nobody", 0, 10) == std::vector<Seq>{2});
  CHECK(*ledger->find("outcome:refused", 0, 10) == std::vector<Seq>{2});
}

TEST_CASE("the longest subject that a statement can name fits the index") {
  Fixture f;
  StakeholdersNotified notified;
  notified.rollout = std::string(120, 'm') + "/" + std::string(69, 'e') + "/1";
  notified.to = "everyone";
  REQUIRE(notified.rollout.size() == 192);
  const Receipt given = receipt(f.append_one(f.envelope("one", {notified})));
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(*ledger->find("rollout:" + notified.rollout, 0, 10) == std::vector<Seq>{given.seq});
}

TEST_CASE("what one statement of a batch changes holds for the next of the same batch") {
  Fixture f;
  const Author erin = author("erin", 'e');
  Statement by_erin = f.statement("hers");
  by_erin.author = erin.handle;
  const auto answers = f.append({f.envelope("enrol", {enrolment(erin)}), sign(by_erin, erin)});
  REQUIRE(answers.ok());
  CHECK(receipt((*answers)[1]).seq == 2);

  KeyRevoked revoked;
  revoked.handle = erin.handle;
  revoked.key = erin.key.public_key().id();
  revoked.reason = "left";
  by_erin.id = "hers too";
  const auto after = f.append({f.envelope("revoke", {revoked}), sign(by_erin, erin)});
  REQUIRE(after.ok());
  CHECK(reason((*after)[1]) == "unknown_key");
}

TEST_CASE("recorded time never goes back when the clock does (G5)") {
  Fixture f;
  f.clock.time += hour;
  const Receipt before = receipt(f.append_one(f.envelope("one")));
  f.clock.time -= 2 * hour;
  const Receipt after = receipt(f.append_one(f.envelope("two")));
  CHECK(after.recorded == before.recorded);
  f.clock.time += 3 * hour;
  CHECK(receipt(f.append_one(f.envelope("three"))).recorded == f.clock.time);
}

TEST_CASE("a clock more than thirty days ahead of the newest entry is asked to be checked, and may be right") {
  Fixture f;
  f.clock.time += max_clock_lead;
  REQUIRE(f.append({f.envelope("one")}).ok());
  f.clock.time += max_clock_lead + 1;
  const auto answers = f.append({f.envelope("two")});
  REQUIRE_FALSE(answers.ok());
  CHECK(answers.error().message.find("--clock-is-right") != std::string::npos);
  CHECK(f.store.tip()->size == 2);

  f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key(), {.clock_is_right = true}).value();
  REQUIRE(f.append({f.envelope("two")}).ok());
  CHECK(f.store.tip()->size == 3);
}

}  // namespace cairn
