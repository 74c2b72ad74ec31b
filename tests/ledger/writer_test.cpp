// Group commit: what many callers at once may rely on.
#include "ledger/writer.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

// Holds every commit from the next on until it is let go, and says when the first of them waits.
class Gate {
 public:
  explicit Gate(FailingStore& store) : store_(store) {
    store_.before_commit = [this] {
      std::unique_lock lock(mutex_);
      reached_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
    };
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::minutes(1), [this] { return reached_; }));
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  FailingStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

std::unique_ptr<Writer> start(Fixture& f, WriterLimits limits = {}) {
  auto writer = Writer::start(*f.sequencer, limits);
  REQUIRE(writer.ok());
  return std::move(*writer);
}

std::string id_of(std::size_t caller, std::size_t i) {
  return "caller-" + std::to_string(caller) + "-" + std::to_string(i);
}

}  // namespace

TEST_CASE("many callers at once each get their own proved receipts, in the order in which they came") {
  constexpr std::size_t callers = 16;
  constexpr std::size_t each = 40;
  Fixture f;
  std::vector<std::vector<Envelope>> envelopes(callers);
  for (std::size_t caller = 0; caller < callers; ++caller) {
    for (std::size_t i = 0; i < each; ++i) envelopes[caller].push_back(f.envelope(id_of(caller, i)));
  }
  std::vector<std::vector<Receipt>> receipts(callers);
  {
    const auto writer = start(f);
    std::vector<std::thread> threads;
    for (std::size_t caller = 0; caller < callers; ++caller) {
      threads.emplace_back([&, caller] {
        std::vector<std::future<Result<Answer>>> answers;
        for (const Envelope& envelope : envelopes[caller]) answers.push_back(writer->submit(envelope));
        for (auto& answer : answers) {
          const Result<Answer> given = answer.get();
          if (given.ok()) receipts[caller].push_back(std::get<Receipt>(*given));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  REQUIRE(ledger->size() == 1 + callers * each);
  for (std::size_t caller = 0; caller < callers; ++caller) {
    REQUIRE(receipts[caller].size() == each);
    for (std::size_t i = 0; i < each; ++i) {
      const Receipt& given = receipts[caller][i];
      CHECK(verify_receipt(given).ok());
      CHECK(ledger->entry(given.seq)->entry.payload == envelopes[caller][i].payload);
      if (i > 0) CHECK(given.seq > receipts[caller][i - 1].seq);
    }
  }
}

TEST_CASE("who comes while a batch is being written shares the next commit") {
  Fixture f;
  f.append_one(f.envelope("makes the key known"));
  Gate gate(f.store);
  const int commits = f.store.commits;
  const auto writer = start(f);
  std::vector<std::future<Result<Answer>>> answers;
  answers.push_back(writer->submit(f.envelope("held")));
  gate.wait_until_reached();
  for (std::size_t i = 0; i < 50; ++i) answers.push_back(writer->submit(f.envelope(id_of(0, i))));
  // They are opened while the first is held; the second commit takes whoever is.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  gate.let_go();
  for (auto& answer : answers) CHECK(answer.get().ok());
  writer->close();
  CHECK(f.store.commits - commits <= 3);
  CHECK(f.store.tip()->size == 53);
}

TEST_CASE("nobody who reads or submits waits for a commit under way") {
  Fixture f;
  Gate gate(f.store);
  const auto writer = start(f);
  auto one = writer->submit(f.envelope("held"));
  gate.wait_until_reached();
  auto two = writer->submit(f.envelope("second"));
  const auto ledger = Ledger::open(f.store);
  REQUIRE(ledger.ok());
  CHECK(ledger->size() == 1);
  CHECK(ledger->prove_inclusion(0, 1).ok());
  CHECK(one.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  gate.let_go();
  CHECK(receipt(*one.get()).seq == 1);
  CHECK(receipt(*two.get()).seq == 2);
}

TEST_CASE("callers wait at the door while as many wait inside as may, by number and by bytes") {
  Fixture f;
  WriterLimits limits;
  const Envelope sample = f.envelope(id_of(0, 0));
  SECTION("by number") {
    limits.most_waiting = 4;
  }
  SECTION("by bytes") {
    limits.most_waiting_bytes = 4 * (sample.payload.size() + 64);
  }
  limits.batch = 1;
  f.append_one(f.envelope("makes the key known"));
  Gate gate(f.store);
  const auto writer = start(f, limits);
  std::atomic<int> let_in = 0;
  std::vector<std::future<Result<Answer>>> answers;
  std::thread caller([&] {
    for (std::size_t i = 0; i < 12; ++i) {
      answers.push_back(writer->submit(f.envelope(id_of(1, i))));
      ++let_in;
    }
  });
  gate.wait_until_reached();
  for (int i = 0; i < 100 && let_in < 5; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(let_in == 5);  // one being written, four that wait
  gate.let_go();
  caller.join();
  for (auto& answer : answers) CHECK(answer.get().ok());
  CHECK(f.store.tip()->size == 14);
}

TEST_CASE("one statement that is larger than all that may wait is let in alone") {
  Fixture f;
  const auto writer = start(f, {.most_waiting_bytes = 1});
  CHECK(writer->append(f.envelope("one")).ok());
  CHECK(writer->append(f.envelope("two")).ok());
}

TEST_CASE("a writer that closes answers everybody whom it let in, and nobody after") {
  Fixture f;
  Gate gate(f.store);
  const auto writer = start(f);
  std::vector<std::future<Result<Answer>>> answers;
  for (std::size_t i = 0; i < 30; ++i) answers.push_back(writer->submit(f.envelope(id_of(0, i))));
  gate.wait_until_reached();
  std::thread closing([&] { writer->close(); });
  gate.let_go();
  closing.join();
  for (auto& answer : answers) {
    REQUIRE(answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
    CHECK(answer.get().ok());
  }
  CHECK(f.store.tip()->size == 31);
  const Result<Answer> late = writer->append(f.envelope("late"));
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().kind == ErrorKind::unavailable);
  CHECK(f.store.tip()->size == 31);
}

TEST_CASE("a caller who waits at the door of a writer that closes is told so") {
  Fixture f;
  Gate gate(f.store);
  const auto writer = start(f, {.most_waiting = 1, .batch = 1});
  auto one = writer->submit(f.envelope("held"));
  gate.wait_until_reached();
  auto two = writer->submit(f.envelope("second"));
  Result<Answer> third = fault("never answered");
  std::thread caller([&] { third = writer->append(f.envelope("third")); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::thread closing([&] { writer->close(); });
  caller.join();
  CHECK(third.error().kind == ErrorKind::unavailable);
  gate.let_go();
  closing.join();
  CHECK(one.get().ok());
  CHECK(two.get().ok());
}

TEST_CASE("the same statement from many callers at once is one entry and one receipt") {
  Fixture f;
  const Envelope envelope = f.envelope("one");
  std::atomic<int> repeated = 0;
  std::atomic<int> at_one = 0;
  {
    const auto writer = start(f);
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([&] {
        for (int i = 0; i < 5; ++i) {
          const Result<Answer> answer = writer->append(envelope);
          const auto* given = answer.ok() ? std::get_if<Receipt>(&*answer) : nullptr;
          if (given == nullptr) continue;
          if (given->repeated) ++repeated;
          if (given->seq == 1) ++at_one;
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  CHECK(at_one == 40);
  CHECK(repeated == 39);
  CHECK(f.store.tip()->size == 2);
}

TEST_CASE("one caller's bad statement is answered for itself, and harms no neighbour") {
  Fixture f;
  const Author stranger = author("stranger", 's');
  Statement by_stranger = f.statement("strange");
  by_stranger.author = stranger.handle;
  Envelope forged = f.envelope("forged");
  forged.signatures.front().bytes[5] ^= 1;
  Envelope no_json = f.envelope("no json");
  no_json.payload = "{";
  no_json.signatures.front().bytes = f.dana.key.sign(pae(no_json.payload)).value();
  const auto writer = start(f);
  const std::vector<Envelope> envelopes = {f.envelope("good"), sign(by_stranger, stranger), forged, no_json,
                                           Envelope{},         f.envelope("also good")};
  std::vector<std::future<Result<Answer>>> answers;
  for (const Envelope& envelope : envelopes) answers.push_back(writer->submit(envelope));
  std::vector<std::string> reasons;
  for (auto& answer : answers) reasons.push_back(reason(*answer.get()));
  CHECK(reasons == std::vector<std::string>{"", "unknown_key", "bad_signature", "malformed", "malformed", ""});
  writer->close();
  CHECK(f.store.tip()->size == 3);
}

TEST_CASE("a key enrolled or revoked by one statement is so for the next, however early that was opened") {
  Fixture f;
  const Author erin = author("erin", 'e');
  const auto by_erin = [&](const std::string& id) {
    Statement statement = f.statement(id);
    statement.author = erin.handle;
    return sign(statement, erin);
  };
  KeyRevoked revoked;
  revoked.handle = erin.handle;
  revoked.key = erin.key.public_key().id();
  revoked.reason = "left";
  Gate gate(f.store);
  const auto writer = start(f);
  std::vector<std::future<Result<Answer>>> answers;
  answers.push_back(writer->submit(f.envelope("held")));
  gate.wait_until_reached();
  answers.push_back(writer->submit(by_erin("too early")));
  answers.push_back(writer->submit(f.envelope("enrol", {enrolment(erin)})));
  answers.push_back(writer->submit(by_erin("in time")));
  answers.push_back(writer->submit(f.envelope("revoke", {revoked})));
  answers.push_back(writer->submit(by_erin("too late")));
  gate.let_go();
  std::vector<std::string> reasons;
  for (auto& answer : answers) reasons.push_back(reason(*answer.get()));
  CHECK(reasons == std::vector<std::string>{"", "unknown_key", "", "", "", "unknown_key"});
}

TEST_CASE("a commit that fails is told to all who were in it, and the next ones go on") {
  Fixture f;
  f.store.next = FailingStore::Failure::unavailable_but_written;
  const Envelope envelope = f.envelope("one");
  const auto writer = start(f);
  CHECK(writer->append(envelope).error().kind == ErrorKind::unavailable);
  const Result<Answer> again = writer->append(envelope);
  REQUIRE(again.ok());
  CHECK(receipt(*again).repeated);
  CHECK(receipt(*again).seq == 1);
  CHECK(receipt(*writer->append(f.envelope("two"))).seq == 2);
}

}  // namespace cairn
