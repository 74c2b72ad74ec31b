// A witness whose disk fails, or is cut off from power, at each of its calls: what it cosigned it knows afterwards, and
// it never cosigns a second head of one size.
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/tlog/cosignature.h"
#include "tests/catch.h"
#include "tests/disk/trial.h"
#include "tests/results.h"
#include "tests/temp_directory.h"
#include "tests/witness/client.h"
#include "tests/witness/program.h"
#include "tests/witness/witnessed_log.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

constexpr Size small = 5;
constexpr Size large = 8;

// Of this process, for the programs that it starts while this object lives.
class Variables {
 public:
  explicit Variables(Environment variables) : variables_(std::move(variables)) {
    for (const auto& [name, value] : variables_) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~Variables() {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  Environment variables_;
  std::map<std::string, std::optional<std::string>> before_;
};

// A witness that has cosigned `small` entries of a log, which goes on in two ways from there.
class Scene {
 public:
  Scene() {
    fs::create_directory(state());
    Program made(place_.path(), {"key", "new", (place_.path() / "w1.pem").string(), "--name", witness_name});
    REQUIRE(made.wait().code == 0);
    Program program(place_.path(), serve());
    REQUIRE(ask(program.port(), post("/add-checkpoint", log_.request(0, small))).status == 200);
    program.signal(SIGTERM);
    REQUIRE(program.wait().code == 0);
    fs::copy(state(), place_.path() / "kept", fs::copy_options::recursive);
  }

  std::uint64_t count_calls() {
    begin();
    PlayedDisk disk({state()}, {});
    return serve_on(disk, {0, Way::io_error, {}});
  }

  // One call goes wrong while it works; then the power is cut, and it begins again.
  void meet(const Mishap& mishap) {
    INFO("call " << mishap.at << " goes wrong in way " << static_cast<int>(mishap.way));
    begin();
    PlayedDisk disk({state()}, {});
    serve_on(disk, mishap);
    disk.cut(mishap.cut.value_or(Cut::lost));
    Program program(place_.path(), serve());
    const std::uint16_t port = program.port();
    look(port);
    CHECK(shown_ >= released_);
    // Whichever branch it knows it goes on with, and with no other.
    for (const WitnessedLog* log : {&log_, &other_}) offer(port, *log, shown_);
    look(port);
    CHECK(shown_ == large);
    program.signal(SIGTERM);
    CHECK(program.wait().code == 0);
    ++mishaps_;
  }

  std::string words() const {
    std::string text = str(mishaps_, " mishaps; failed:");
    for (const auto& [call, count] : failed_) text += str(' ', name_of(call), ' ', count);
    return text;
  }

 private:
  fs::path state() const { return place_.path() / "state"; }
  fs::path record() const { return place_.path() / "record"; }

  std::vector<std::string> serve() const {
    return {"serve",
            "--name",
            witness_name,
            "--key",
            (place_.path() / "w1.pem").string(),
            "--state",
            state().string(),
            "--listen",
            "127.0.0.1:0",
            "--log",
            log_.verifier().vkey()};
  }

  void begin() {
    fs::remove_all(state());
    fs::copy(place_.path() / "kept", state(), fs::copy_options::recursive);
    fs::remove(record());
    roots_.clear();
    roots_[small] = log_.head(small).root;
    released_ = shown_ = small;
  }

  // Asked for both branches, twice, until it ends. Returns how many calls it made to the disk.
  std::uint64_t serve_on(PlayedDisk& disk, const Mishap& mishap) {
    std::optional<Program> program;
    {
      const Variables variables(failing(disk, record(), mishap.at, mishap.way));
      program.emplace(place_.path(), serve());
    }
    if (program->listens()) {
      const std::uint16_t port = program->port();
      for (const WitnessedLog* log : {&log_, &other_, &log_}) {
        if (!offer(port, *log, small) || !look(port)) break;
      }
      program->signal(SIGTERM);
    }
    const Ended ended = program->wait();
    INFO("exit " << ended.code << ' ' << ended.err);
    CHECK((ended.code == 0 || ended.code == killed ||
           (ended.code == 1 && (says_so(ended.err, "Input/output error") || says_so(ended.err, "No space left")))));
    const Calls calls = disk.play(record());
    for (const auto& [call, count] : calls.failed) failed_[call] += count;
    CHECK(disk.difference() == "");
    return calls.all;
  }

  static bool says_so(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  // False once nobody answers.
  bool offer(std::uint16_t port, const WitnessedLog& log, Size old_size) {
    const Reply reply = ask(port, post("/add-checkpoint", log.request(old_size, large)));
    if (reply.status == 0) return false;
    const bool refused = reply.status == 409 || reply.status == 422 || reply.status == 500;
    CHECK((reply.status == 200 || refused));
    if (reply.status == 200) release(log.head(large));
    return true;
  }

  bool look(std::uint16_t port) {
    const Reply reply = ask(port, get("/" + origin_hash(witnessed_origin) + "/checkpoint"));
    if (reply.status == 0) return false;
    CHECK((reply.status == 200 || reply.status == 500));
    if (reply.status != 200) return true;
    const Head head = must(parse_checkpoint(must(split_note(reply.body)).text)).head;
    CHECK(head.size >= released_);
    shown_ = head.size;
    release(head);
    return true;
  }

  // A cosignature that somebody has now.
  void release(const Head& head) {
    const auto [known, is_new] = roots_.emplace(head.size, head.root);
    CHECK(known->second == head.root);
    released_ = std::max(released_, head.size);
  }

  TempDirectory place_;
  const WitnessedLog log_;
  const WitnessedLog other_ = WitnessedLog().forked(6);
  std::map<Size, Hash> roots_;  // of what it cosigned and let out, by size
  Size released_ = 0;
  Size shown_ = 0;
  std::uint64_t mishaps_ = 0;
  std::map<DiskCall, std::uint64_t> failed_;
};

void try_all_calls(std::uint64_t mishaps) {
  Scene scene;
  const std::uint64_t calls = scene.count_calls();
  REQUIRE(calls > 0);
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (const Mishap& mishap : mishaps_of_call(at, mishaps)) scene.meet(mishap);
  }
  std::cout << "a witness: " << scene.words() << std::endl;
}

}  // namespace

TEST_CASE(
    "a witness knows what it cosigned, and no second head of a size, whichever call to its disk fails or is the last") {
  try_all_calls(3);
}

TEST_CASE("every call of a witness to its disk fails in every way", "[.soak]") {
  try_all_calls(all_mishaps);
}

}  // namespace cairn::test
