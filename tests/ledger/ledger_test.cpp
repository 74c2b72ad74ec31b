// Reading and proving, and which stores do not open as a ledger.
#include "ledger/ledger.h"

#include <numeric>
#include <set>

#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

struct Filled : Fixture {
  explicit Filled(int more) {
    std::vector<Envelope> envelopes;
    for (int i = 0; i < more; ++i) envelopes.push_back(envelope("id " + std::to_string(i)));
    if (more > 0) REQUIRE(append(envelopes).ok());
  }
};

void check_does_not_open(const Store& store) {
  const auto ledger = Ledger::open(store);
  REQUIRE_FALSE(ledger.ok());
  CHECK(ledger.error().kind == ErrorKind::not_verified);
}

// The entry with one of its statement's events replaced, signed anew by dana.
Bytes with_events(Fixture& f, std::vector<Event> events, const std::string& outcome = "") {
  Statement statement = first_statement(f.dana);
  statement.events = std::move(events);
  const Envelope envelope = sign(statement, f.dana);
  return encode_entry({f.clock.time, outcome, envelope.signatures, envelope.payload});
}

}  // namespace

TEST_CASE("an opened ledger proves each entry at each size, and each growth") {
  Filled f(20);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  REQUIRE(ledger->size() == 21);
  CHECK(ledger->checkpoint().head == f.newest);
  for (Size size = 0; size <= ledger->size(); ++size) {
    CAPTURE(size);
    const Hash root = *ledger->root_at(size);
    for (Seq seq = 0; seq < size; ++seq) {
      const auto proof = ledger->prove_inclusion(seq, size);
      REQUIRE(proof.ok());
      CHECK(check_inclusion(leaf_hash(*ledger->entry_bytes(seq)), seq, size, *proof, root).ok());
    }
    for (Size old_size = 0; old_size <= size; ++old_size) {
      const auto proof = ledger->prove_consistency(old_size, size);
      REQUIRE(proof.ok());
      CHECK(check_consistency(old_size, *ledger->root_at(old_size), size, root, *proof).ok());
    }
  }
}

TEST_CASE("a proof file of an entry verifies with the log's key alone") {
  Filled f(6);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  const auto log = NoteVerifier::for_log(test_origin, log_key().public_key());
  for (Seq seq = 0; seq < ledger->size(); ++seq) {
    const auto proof = ledger->proof_file(seq);
    REQUIRE(proof.ok());
    const auto parsed = parse_proof_file(format_proof_file(*proof));
    REQUIRE(parsed.ok());
    CHECK(verify_proof_file(*parsed, ledger->entry(seq)->leaf, *log).ok());
    CHECK_FALSE(verify_proof_file(*parsed, sha256("other"), *log).ok());
  }
}

TEST_CASE("a ledger shows its newest checkpoint with more signatures, and no other checkpoint") {
  Filled f(3);
  auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  const std::string plain = ledger->checkpoint_note();
  const std::string cosigned = plain + "\xE2\x80\x94 witness.example AAAAAAAAAAA=\n";
  REQUIRE(ledger->show_cosigned(cosigned).ok());
  CHECK(ledger->checkpoint_note() == cosigned);
  CHECK(ledger->proof_file(1)->checkpoint == cosigned);
  const Head older{2, *ledger->root_at(2)};
  const Head forked{ledger->size(), sha256("another")};
  const auto note_of = [](const Head& head, const PrivateKey& key, const std::string& more = "") {
    return sign_note(format_checkpoint(std::string(test_origin), head) + more, test_origin, key).value();
  };
  for (const std::string& other :
       {note_of(older, log_key()), note_of(forked, log_key()), note_of(f.newest, log_key(), "more\n"),
        note_of(f.newest, f.dana.key), std::string("no note")}) {
    CHECK_FALSE(ledger->show_cosigned(other).ok());
    CHECK(ledger->checkpoint_note() == cosigned);
  }
}

TEST_CASE("what lies past the head is a wrong question, not a fault") {
  Filled f(2);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(ledger->entry(3).error().kind == ErrorKind::usage);
  CHECK(ledger->root_at(4).error().kind == ErrorKind::usage);
  CHECK(ledger->prove_inclusion(3, 4).error().kind == ErrorKind::usage);
  CHECK(ledger->prove_inclusion(2, 2).error().kind == ErrorKind::usage);
  CHECK(ledger->prove_consistency(3, 2).error().kind == ErrorKind::usage);
  CHECK(ledger->prove_consistency(3, 4).error().kind == ErrorKind::usage);
  CHECK(ledger->proof_file(3).error().kind == ErrorKind::usage);
  const auto nothing = [](const Recorded&) -> Result<void> { return {}; };
  CHECK(ledger->walk(0, 4, nothing).error().kind == ErrorKind::usage);
}

TEST_CASE("an opened ledger stays at its head while the store grows") {
  Filled f(2);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  REQUIRE(f.append({f.envelope("more")}).ok());
  CHECK(ledger->size() == 3);
  CHECK(*ledger->find("actor:dana", 0, 100) == std::vector<Seq>{0, 1, 2});
  CHECK(*ledger->find("actor:dana", 2, 100) == std::vector<Seq>{2});
  CHECK(ledger->find("actor:erin", 0, 100)->empty());
  CHECK_FALSE(ledger->entry(3).ok());
  CHECK(*ledger->root_at(3) == ledger->checkpoint().head.root);
}

TEST_CASE("a walk visits each entry once and in order, in pages, and stops where it is told to") {
  Filled f(600);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  for (const auto& [from, end] : std::vector<std::pair<Seq, Size>>{{0, 601}, {0, 0}, {255, 513}, {600, 601}, {5, 3}}) {
    CAPTURE(from, end);
    f.store.largest_read = 0;
    Seq next = from;
    const auto each = [&](const Recorded& recorded) -> Result<void> {
      REQUIRE(recorded.seq == next++);
      return {};
    };
    REQUIRE(ledger->walk(from, end, each).ok());
    CHECK(next == std::max(from, end));
    CHECK(f.store.largest_read <= ReadLimit{}.count);
  }
  int visited = 0;
  const auto stop = [&](const Recorded& recorded) -> Result<void> {
    ++visited;
    if (recorded.seq == 7) return usage("enough");
    return {};
  };
  CHECK(ledger->walk(0, 601, stop).error().message == "enough");
  CHECK(visited == 8);
}

TEST_CASE("a walk and a visit see all that lies before an entry that cannot be read, and then why") {
  Filled f(600);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  f.store.altered = [](Seq seq, Bytes bytes) { return seq == 300 ? Bytes("broken") : std::move(bytes); };
  std::vector<Seq> seen;
  const auto each = [&](const Recorded& recorded) -> Result<void> {
    seen.push_back(recorded.seq);
    return {};
  };
  CHECK_FALSE(ledger->walk(0, 601, each).ok());
  REQUIRE(seen.size() == 300);
  CHECK(seen.back() == 299);
  std::vector<Seq> every_third;
  for (Seq seq = 0; seq < 601; seq += 3) every_third.push_back(seq);
  seen.clear();
  CHECK_FALSE(ledger->visit(every_third, each).ok());
  CHECK(seen == std::vector<Seq>(every_third.begin(), every_third.begin() + 100));
  seen.clear();
  f.store.altered = nullptr;
  CHECK(ledger->visit(every_third, each).ok());
  CHECK(seen == every_third);
  CHECK(ledger->visit(std::vector<Seq>{600, 601}, each).error().kind == ErrorKind::usage);
}

TEST_CASE("of several entries that cannot be read the first one ends a walk, whichever thread decodes it") {
  Filled f(600);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  const std::set<Seq> broken = GENERATE(std::set<Seq>{10}, std::set<Seq>{10, 400}, std::set<Seq>{299, 300},
                                        std::set<Seq>{450}, std::set<Seq>{600}, std::set<Seq>{0, 599});
  f.store.altered = [&](Seq seq, Bytes bytes) { return broken.contains(seq) ? Bytes("broken") : std::move(bytes); };
  Seq next = 0;
  const auto each = [&](const Recorded& recorded) -> Result<void> {
    CHECK(recorded.seq == next++);
    return {};
  };
  CHECK_FALSE(ledger->walk(0, 601, each).ok());
  CHECK(next == *broken.begin());
  std::vector<Seq> all(601);
  std::iota(all.begin(), all.end(), Seq{0});
  next = 0;
  CHECK_FALSE(ledger->visit(all, each).ok());
  CHECK(next == *broken.begin());
}

TEST_CASE("an empty store is no ledger yet") {
  const auto store = open_memory_store();
  REQUIRE_FALSE(Ledger::open(*store).ok());
  CHECK(Ledger::open(*store).error().message.find("cairn init") != std::string::npos);
}

TEST_CASE("a store whose entry 0 was altered does not open") {
  Filled f(3);
  REQUIRE(Ledger::open(f.store).ok());
  Bytes instead;
  SECTION("in any byte") {
    const Bytes entry = *Ledger::open(f.store)->entry_bytes(0);
    for (std::size_t i = 0; i < entry.size(); ++i) {
      f.store.altered = [i](Seq seq, Bytes bytes) {
        if (seq == 0) bytes[i] = static_cast<char>(bytes[i] ^ 1);
        return bytes;
      };
      CAPTURE(i);
      check_does_not_open(f.store);
    }
    return;
  }
  SECTION("to one of other events by the same author and log") {
    instead = with_events(f, {ledger_created(), enrolment(f.dana), enrolment(author("erin", 'e'))});
  }
  SECTION("to one that creates nothing") {
    instead = with_events(f, {enrolment(f.dana)});
  }
  SECTION("to one of another log's key") {
    instead = with_events(f, {ledger_created(log_key('M')), enrolment(f.dana)});
  }
  SECTION("to a refused one") {
    instead = with_events(f, {ledger_created(), enrolment(f.dana)}, "refused");
  }
  SECTION("to one whose key has another name") {
    LedgerCreated created = ledger_created();
    created.origin = "ledger.example/other";
    instead = with_events(f, {created, enrolment(f.dana)});
  }
  f.store.altered = [&](Seq seq, Bytes bytes) { return seq == 0 ? instead : bytes; };
  check_does_not_open(f.store);
}

TEST_CASE("a ledger whose log key was born under another name than its origin does not open") {
  Fixture f;
  LedgerCreated created = ledger_created();
  const bool same = GENERATE(true, false);
  if (!same) created.origin = "ledger.example/other";
  const std::string signer(test_origin);
  const Bytes entry = with_events(f, {created, enrolment(f.dana)});
  Batch batch;
  batch.entries = {entry};
  batch.leaf_hashes = {leaf_hash(entry)};
  batch.sign = [&]() -> Result<SignedHead> {
    TRY_LET(note, sign_note(format_checkpoint(signer, {1, leaf_hash(entry)}), signer, log_key()));
    return SignedHead{std::move(note), {}};
  };
  const auto store = open_memory_store();
  REQUIRE(store->commit(0, batch).ok());
  CHECK(Ledger::open(*store).ok() == same);
}

TEST_CASE("a store whose newest checkpoint is not this ledger's does not open") {
  Filled f(3);
  const auto note = [](const Head& head, char seed, const std::string& origin) {
    return sign_note(format_checkpoint(origin, head), origin, log_key(seed)).value();
  };
  const std::string origin(test_origin);
  Tip tip = *f.store.tip();
  SECTION("signed by another key") {
    tip.checkpoint = note(f.newest, 'M', origin);
  }
  SECTION("of another origin") {
    tip.checkpoint = note(f.newest, 'L', "ledger.example/other");
  }
  SECTION("of an earlier size") {
    tip.checkpoint = f.genesis.checkpoint;
  }
  SECTION("of a later size") {
    tip.checkpoint = note({5, f.newest.root}, 'L', origin);
  }
  SECTION("of another tree") {
    tip.checkpoint = note({4, sha256("other")}, 'L', origin);
  }
  SECTION("none") {
    tip.checkpoint.clear();
  }
  SECTION("a tip that is ahead of it") {
    tip.size = 3;
  }
  f.store.altered_tip = [&](const Tip&) { return tip; };
  check_does_not_open(f.store);
  FakeRules rules;
  CHECK_FALSE(Sequencer::open(f.store, rules, f.clock, log_key()).ok());
}

TEST_CASE("a writer does not write on from hashes that its checkpoint does not cover") {
  Filled f(3);
  f.store.altered_node = [](NodeId id, Hash hash) {
    if (id.level == 2) hash.bytes[0] ^= 1;  // the root of the four; no proof of entry 0 asks for it
    return hash;
  };
  REQUIRE(Ledger::open(f.store).ok());
  const auto sequencer = Sequencer::open(f.store, f.rules, f.clock, log_key());
  REQUIRE_FALSE(sequencer.ok());
  CHECK(sequencer.error().kind == ErrorKind::not_verified);
}

TEST_CASE("read_genesis takes entry 0 only") {
  Filled f(1);
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(read_genesis(*ledger->entry(0)).ok());
  CHECK(read_genesis(*ledger->entry(0))->origin == test_origin);
  CHECK_FALSE(read_genesis(*ledger->entry(1)).ok());
  Recorded moved = *ledger->entry(0);
  moved.seq = 1;
  CHECK_FALSE(read_genesis(moved).ok());
  Recorded refused = *ledger->entry(0);
  refused.entry.outcome = "refused";
  CHECK_FALSE(read_genesis(refused).ok());
}

}  // namespace cairn
