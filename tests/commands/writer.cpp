#include "tests/commands/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "commands/home.h"
#include "commands/live_rules.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/ledger.h"
#include "ledger/sequencer.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/store_in_front.h"

namespace cairn::test {

namespace fs = std::filesystem;

namespace {

constexpr int voice_in_child = 9;

void tell(const Told& told) {
  if (::write(voice_in_child, &told, sizeof(told)) != static_cast<ssize_t>(sizeof(told))) ::_exit(1);
}

// Says when the commit of the store behind it begins.
class TellingStore final : public StoreInFront {
 public:
  explicit TellingStore(Store& inner) : StoreInFront(inner), inner_(inner) {}
  Result<void> commit(Size expected, const Batch& batch) override {
    tell({Told::begun, {}});
    return inner_.commit(expected, batch);
  }

 private:
  Store& inner_;
};

// One reading about the model, with enough beside it to fill memtables soon.
Envelope reading(const Ledger& ledger, const Head& basis, const Hash& model, const PrivateKey& key,
                 std::size_t padding) {
  EvidenceRecorded evidence;
  evidence.kind = EvidenceKind::card;
  evidence.model = model;
  evidence.source = "card.json";
  evidence.digest = sha256(random_bytes(16));
  if (padding > 0) evidence.findings.push_back(std::string(padding, 'x'));
  return said_by_dana(ledger, basis, key, {evidence});
}

TEST_CASE("a child process writes until it is killed", "[.][writer]") {
  const char* where = std::getenv("CAIRN_LEDGER");
  const char* seed = std::getenv("CAIRN_SEED");
  if (where == nullptr || seed == nullptr) return;  // nobody's child
  const Home home = must(Home::from_environment());
  RocksOptions options;
  options.memtable_bytes = small_memtable;
  const auto store = must(open_rocks_store(where, StoreMode::write, options));
  const Ledger ledger = must(Ledger::open(*store));
  auto loaded = must(load_world(ledger, ledger.size(), Noting::yes));
  const Hash model = loaded.world->versions.rows().begin()->second;
  LiveRules rules(std::move(loaded));
  const SystemClock clock;
  TellingStore telling(*store);
  auto sequencer = must(Sequencer::open(telling, rules, clock, must(home.log_keys(ledger.log_keys(), ledger.size()))));
  const PrivateKey key = must(home.read_key("dana"));
  std::mt19937_64 random(std::stoull(seed));
  Head basis = ledger.checkpoint().head;
  for (;;) {
    std::vector<Envelope> envelopes;
    const std::size_t count = 1 + random() % 3;
    for (std::size_t i = 0; i < count; ++i) {
      envelopes.push_back(reading(ledger, basis, model, key, random() % 700));
    }
    const auto answers = must(sequencer->append(envelopes));
    const auto* receipt = std::get_if<Receipt>(&answers.back());
    REQUIRE(receipt != nullptr);
    REQUIRE(receipt->outcome.empty());
    basis = receipt->head;
    tell({Told::acknowledged, basis});
  }
}

}  // namespace

Envelope said_by_dana(const Ledger& ledger, const Head& basis, const PrivateKey& key, std::vector<Event> events) {
  Statement statement;
  statement.ledger = ledger.id();
  statement.id = to_hex(random_bytes(16));
  statement.author = "dana";
  statement.at = SystemClock().now();
  statement.expires = statement.at + default_validity;
  statement.basis = basis;
  statement.events = std::move(events);
  return must(sign_statement(must(encode_statement(statement, ledger.origin())), key));
}

Writer::Writer(const Workplace& place, std::uint64_t seed, Voice voice) {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const Environment environment = place.environment("dana");
  const std::string number = std::to_string(seed);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::setenv("CAIRN_SEED", number.c_str(), 1);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(voice == Voice::telling ? ends[1] : nowhere, voice_in_child);
    ::dup2(nowhere, STDOUT_FILENO);
    ::execl("/proc/self/exe", "test_commands", "[writer]", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  voice_ = ends[0];
}

Writer::~Writer() {
  kill();
  ::close(voice_);
}

bool Writer::alive() const {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void Writer::kill() {
  if (!alive()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::optional<Told> Writer::listen() {
  Told told;
  pollfd waiting{voice_, POLLIN, 0};
  REQUIRE(::poll(&waiting, 1, 30000) == 1);
  const ssize_t got = ::read(voice_, &told, sizeof(told));
  if (got == 0) return std::nullopt;
  REQUIRE(got == static_cast<ssize_t>(sizeof(told)));
  return told;
}

}  // namespace cairn::test
