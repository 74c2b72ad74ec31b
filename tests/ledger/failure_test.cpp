// Commits that fail: nothing is acknowledged, nothing is believed, and no second head of a size gets out.
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {

using Failure = FailingStore::Failure;

TEST_CASE("a commit that wrote nothing leaves all as it was, and the next append works") {
  Fixture f;
  const std::string note = f.store.tip()->checkpoint;
  for (const Failure failure : {Failure::conflict, Failure::unavailable_and_lost, Failure::fault}) {
    const Size size = f.newest.size;
    const std::string id = "after " + std::to_string(static_cast<int>(failure));
    const int undos = f.rules.undos;
    const int keeps = f.rules.keeps;
    f.store.next = failure;
    const auto answers = f.append({f.envelope(id), f.envelope(id + " too")});
    REQUIRE_FALSE(answers.ok());
    CHECK(f.rules.undos == undos + 1);
    CHECK(f.rules.keeps == keeps);
    CHECK(f.rules.applied() == size);

    const Receipt given = receipt(f.append_one(f.envelope(id)));
    CHECK(given.seq == size);
    CHECK_FALSE(given.repeated);
    CHECK(verify_receipt(given).ok());
  }
  CHECK(f.store.tip()->checkpoint != note);
  CHECK(Ledger::open(f.store).ok());
}

TEST_CASE("the kind of a failed commit reaches the caller") {
  Fixture f;
  f.store.next = Failure::conflict;
  CHECK(f.append({f.envelope("one")}).error().kind == ErrorKind::conflict);
  f.store.next = Failure::unavailable_and_lost;
  CHECK(f.append({f.envelope("one")}).error().kind == ErrorKind::unavailable);
  f.store.next = Failure::fault;
  CHECK(f.append({f.envelope("one")}).error().kind == ErrorKind::fault);
}

TEST_CASE("a commit that was written though it was called lost is found by the next append, in its first place") {
  Fixture f;
  const Envelope envelope = f.envelope("one");
  f.store.next = Failure::unavailable_but_written;
  REQUIRE_FALSE(f.append({envelope}).ok());
  CHECK(f.rules.undos == 1);

  const int commits = f.store.commits;
  const Receipt found = receipt(f.append_one(envelope));
  CHECK(f.store.commits == commits);  // no head was signed over the one that is there
  CHECK(f.rules.followed == 1);
  CHECK(found.repeated);
  CHECK(found.seq == 1);
  CHECK(verify_receipt(found).ok());
  CHECK(receipt(f.append_one(f.envelope("two"))).seq == 2);
}

TEST_CASE("who may wait is answered by the call that met the failure") {
  Fixture f;
  f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key(), {.patience = minute}).value();
  for (const Failure failure : {Failure::conflict, Failure::unavailable_and_lost}) {
    f.store.next = failure;
    const Receipt given = receipt(f.append_one(f.envelope("after " + std::to_string(static_cast<int>(failure)))));
    CHECK_FALSE(given.repeated);
    CHECK(verify_receipt(given).ok());
  }
  f.store.next = Failure::unavailable_but_written;
  const Receipt given = receipt(f.append_one(f.envelope("three")));
  CHECK(given.repeated);
  CHECK(given.seq == 3);
  CHECK(verify_receipt(given).ok());
  CHECK(f.store.tip()->size == 4);
  f.store.next = Failure::fault;  // what no waiting mends
  CHECK(f.append({f.envelope("four")}).error().kind == ErrorKind::fault);
}

TEST_CASE("a receipt that cannot be proved is an error after the fact, and the entry stays") {
  Fixture f;
  const Envelope first = f.envelope("one");
  f.append_one(first);
  f.store.nodes_fail = true;
  REQUIRE_FALSE(f.append({first, f.envelope("two")}).ok());
  CHECK(f.rules.undos == 0);
  CHECK(f.rules.keeps == 3);
  f.store.nodes_fail = false;
  const Receipt again = receipt(f.append_one(f.envelope("two")));
  CHECK(again.repeated);
  CHECK(again.seq == 2);
  CHECK(verify_receipt(again).ok());
}

TEST_CASE("receipts of new entries ask the store for nothing but the commit") {
  Fixture f;
  const int calls = f.store.node_calls;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(f.append({f.envelope("a" + std::to_string(i)), f.envelope("b" + std::to_string(i))}).ok());
  }
  CHECK(f.store.node_calls == calls);
}

}  // namespace cairn
