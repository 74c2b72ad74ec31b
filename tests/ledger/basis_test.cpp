// Whether the head that an author had verified is on this history; what that means is for the rules to say.
#include "ledger/growth.h"
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

struct Bases : Fixture {
  Bases() {
    heads = {genesis.head};
    for (int i = 0; i < 5; ++i) {
      heads.push_back(receipt(append_one(envelope("single " + std::to_string(i)))).head);
      const auto answers = append({envelope("a " + std::to_string(i)), envelope("b " + std::to_string(i))});
      heads.push_back(receipt(answers->back()).head);
    }
  }

  std::string outcome(const Head& basis) {
    Statement on_basis = statement("basis " + std::to_string(count++));
    on_basis.basis = basis;
    return receipt(append_one(sign(on_basis, dana))).outcome;
  }

  std::vector<Head> heads;
  int count = 0;
};

Head other_root(Head head) {
  head.root.bytes[31] ^= 1;
  return head;
}

}  // namespace

TEST_CASE("a head that this process signed is remembered and needs no read") {
  Bases f;
  const int before = f.store.node_calls;
  for (const Head& head : f.heads) {
    CHECK(f.outcome(head) == "");
    CHECK(f.outcome(other_root(head)) == "basis_not_on_history");
  }
  CHECK(f.store.node_calls == before);
}

TEST_CASE("a head of any earlier size is computed from the store") {
  Bases f;
  f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key()).value();
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  for (Size size = 1; size <= ledger->size(); ++size) {
    CAPTURE(size);
    const Head head{size, *ledger->root_at(size)};
    CHECK(f.outcome(head) == "");
    CHECK(f.outcome(other_root(head)) == "basis_not_on_history");
  }
}

TEST_CASE("a head between two statements of one batch is known too") {
  Bases f;
  Growth growth{Frontier(f.newest.size, f.store.nodes(Frontier::peak_ids(f.newest.size)).value())};
  std::vector<Envelope> envelopes;
  std::vector<bool> right;
  for (int i = 0; i < 12; ++i) {
    Statement statement = f.statement("within " + std::to_string(i));
    statement.basis = {growth.size(), growth.root_at(growth.size())};
    right.push_back(i % 3 != 2);
    if (!right.back()) statement.basis = other_root(statement.basis);
    envelopes.push_back(sign(statement, f.dana));
    // Whoever knew the log's clock could reckon the leaf, and so the head, before it is there.
    const std::string outcome = right.back() ? "" : "basis_not_on_history";
    growth.push(
        leaf_hash(encode_entry({f.clock.time, outcome, envelopes.back().signatures, envelopes.back().payload})));
  }
  const auto answers = f.append(envelopes);
  REQUIRE(answers.ok());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    CAPTURE(i);
    CHECK(receipt((*answers)[i]).outcome.empty() == right[i]);
  }
  CHECK(f.newest.root == growth.root_at(growth.size()));
}

TEST_CASE("a basis in the future is not on this history, nor is the empty tree") {
  Bases f;
  CHECK(f.outcome({f.newest.size + 1, f.newest.root}) == "basis_not_on_history");
  CHECK(f.outcome({f.newest.size + 1, sha256("any")}) == "basis_not_on_history");
  CHECK(f.outcome({~Size{0} >> 11, sha256("any")}) == "basis_not_on_history");
  CHECK(f.outcome({0, empty_root()}) == "basis_not_on_history");
  CHECK(f.outcome({0, Hash{}}) == "basis_not_on_history");
}

TEST_CASE("a basis that cannot be looked up is an error, and nothing of the call is kept") {
  Bases f;
  const Head old = f.heads.front();
  f.sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key()).value();
  Statement on_old = f.statement("old");
  on_old.basis = old;
  const std::vector<Envelope> envelopes = {f.envelope("good"), sign(on_old, f.dana)};
  const Size size = f.newest.size;
  f.store.nodes_fail = true;
  CHECK_FALSE(f.append(envelopes).ok());
  CHECK(f.rules.undos == 1);
  CHECK(f.rules.applied() == size);
  CHECK(f.store.tip()->size == size);
  f.store.nodes_fail = false;
  const auto answers = f.append(envelopes);
  REQUIRE(answers.ok());
  CHECK(receipt(answers->front()).seq == size);
  CHECK(verify_receipt(receipt(answers->back())).ok());
}

}  // namespace cairn
