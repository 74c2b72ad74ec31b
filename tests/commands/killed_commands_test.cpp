// kill -9 while a command runs: what it was about is not done or done, never half, and the same command again ends it.
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "commands/home.h"
#include "ledger/base/text.h"
#include "ledger/events/statement.h"
#include "ledger/ledger.h"
#include "tests/catch.h"
#include "tests/commands/writer.h"
#include "tests/results.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kills_each = 8;
constexpr int kills_each_in_soak = 200;
constexpr std::size_t lines_a_file = 60;

// A command as dana gives it.
struct Deed {
  Words words;
  std::function<void()> prepare = [] {};
  std::function<void()> check = [] {};  // once it was given again and not killed
  std::string done_before;              // what it says if it was done, and so is refused; empty: it may be done again
  bool on_ledger = true;                // there is one to be audited after a kill
};

class Killer {
 public:
  Killer(const Workplace& place, std::uint64_t seed) : place_(place), random_(seed) {}

  // The first time it lives, to see how long that takes.
  void kill(const Deed& deed, int times) {
    deed.prepare();
    const auto begun = steady_clock::now();
    place_.expect(0, "dana", deed.words);
    const auto takes = std::chrono::duration_cast<microseconds>(steady_clock::now() - begun).count();
    deed.check();
    for (int i = 0; i < times; ++i) {
      deed.prepare();
      const microseconds moment(random_() % static_cast<std::uint64_t>(takes * 11 / 10));
      INFO("killed after " << moment.count() << " of some " << takes << " us");
      Started started = place_.start("dana", deed.words);
      std::this_thread::sleep_for(moment);
      started.kill();
      if (deed.on_ledger) place_.expect(0, "dana", {"verify"});
      give_again(deed);
      if (deed.on_ledger) place_.expect(0, "dana", {"verify"});
      deed.check();
    }
  }

 private:
  void give_again(const Deed& deed) {
    const Ran ran = place_.cairn("dana", deed.words);
    INFO(ran.err);
    const bool was_done = !deed.done_before.empty() && contains(ran.err, deed.done_before);
    REQUIRE((ran.code == 0 || was_done));
  }

  const Workplace& place_;
  std::mt19937_64 random_;
};

// A ledger with a model in it, and files of statements that dana signed.
struct Scene {
  Workplace place;
  fs::path lines = place.directory() / "lines.jsonl";
  fs::path out = place.directory() / "out";
  std::string vkey;
  std::uint64_t size_before = 0;

  Scene() {
    vkey = place.init(Workplace::Policy::easy)["vkey"];
    const auto models = ModelFiles().write_to(place.directory() / "models");
    place.expect(0, "dana", {"register", "--model-path", models.string()});
  }

  void write_lines() {
    const Home home(place.home("dana"));
    const PrivateKey key = must(home.read_key("dana"));
    const auto store = must(open_rocks_store(place.ledger(), StoreMode::read, {}));
    const Ledger ledger = must(Ledger::open(*store));
    size_before = ledger.size();
    std::string text;
    for (std::size_t i = 0; i < lines_a_file; ++i) {
      const RoleGranted granted{"ben", {Role::monitor, Scope{"production", str("model-", size_before, '-', i)}}};
      text += format_dsse(said_by_dana(ledger, ledger.checkpoint().head, key, {granted})) + "\n";
    }
    put_text(lines, text);
  }
};

Deed submitting(Scene& scene) {
  Deed deed;
  deed.words = {"submit", scene.lines.string()};
  deed.prepare = [&scene] { scene.write_lines(); };
  deed.check = [&scene] { CHECK(scene.place.size() == scene.size_before + lines_a_file); };
  return deed;
}

Deed exporting(Scene& scene) {
  Deed deed;
  deed.words = {"export", scene.out.string()};
  deed.prepare = [&scene] { fs::remove_all(scene.out); };
  deed.check = [&scene] {
    const Ran ran = scene.place.cairn_verify({"tiles", scene.out.string(), "--key", scene.vkey});
    INFO(ran.out << ran.err);
    CHECK(ran.code == 0);
  };
  return deed;
}

Deed migrating(Scene& scene) {
  Deed deed;
  deed.words = {"migrate", scene.place.ledger().string(), scene.out.string()};
  deed.prepare = [&scene] { fs::remove_all(scene.out); };
  deed.check = [&scene] {
    CHECK(scene.place.expect(0, "dana", {"--ledger", scene.out.string(), "checkpoint"}) ==
          scene.place.expect(0, "dana", {"checkpoint"}));
    scene.place.expect(0, "dana", {"--ledger", scene.out.string(), "verify"});
  };
  return deed;
}

Deed backing_up(Scene& scene) {
  Deed deed;
  deed.words = {"backup", scene.out.string()};
  deed.prepare = [&scene] { fs::remove_all(scene.out); };
  deed.check = [&scene] { scene.place.expect(0, "dana", {"--ledger", scene.out.string(), "verify"}); };
  return deed;
}

// A kill between the two renames leaves no ledger there, until it is restored again.
Deed restoring(Scene& scene) {
  Deed deed;
  deed.on_ledger = false;
  deed.words = {"restore", scene.out.string()};
  deed.prepare = [&scene] { scene.place.expect(0, "dana", {"backup", scene.out.string()}); };
  deed.check = [&scene] { scene.place.expect(0, "dana", {"verify"}); };
  return deed;
}

// Whichever key is hers then, she can go on.
Deed rotating(Scene& scene) {
  Deed deed;
  deed.words = {"key", "rotate"};
  deed.check = [&scene, acts = std::make_shared<int>(0)] {
    scene.place.expect(0, "dana", {"actor", "role", "ben", "--grant", str("auditor@model=any-", ++*acts)});
  };
  return deed;
}

Deed registering(Scene& scene) {
  Deed deed;
  const fs::path models = scene.place.directory() / "next";
  deed.words = {"register", "--model-path", models.string()};
  deed.prepare = [models, number = std::make_shared<int>(0)] {
    fs::remove_all(models);
    ModelFiles files;
    files.time = str("20261121_", 100000 + ++*number);
    files.content = str(R"({"weights": [)", *number, R"(], "bias": 0.125})");
    files.write_to(models);
  };
  return deed;
}

Deed beginning(Scene& scene) {
  Deed deed;
  deed.on_ledger = false;
  deed.done_before = "there is a ledger at " + scene.out.string() + " already";
  deed.words = {"--ledger", scene.out.string(), "init", "--origin", "other.example/test"};
  deed.prepare = [&scene] { fs::remove_all(scene.out); };
  deed.check = [&scene] { scene.place.expect(0, "dana", {"--ledger", scene.out.string(), "verify"}); };
  return deed;
}

void kill_each(int times) {
  const std::uint64_t seed = seed_of_run();
  INFO("CAIRN_TEST_SEED=" << seed);
  Scene scene;
  Killer killer(scene.place, seed);
  for (const auto& deed : {submitting, exporting, migrating, rotating, registering, backing_up, restoring, beginning}) {
    const Deed one = deed(scene);
    INFO("cairn " << one.words[0] << ' ' << one.words[1]);
    killer.kill(one, times);
  }
}

TEST_CASE("a command that was killed is given again, and ends as if it had not been", "[long]") {
  kill_each(kills_each);
}

TEST_CASE("commands are killed a thousand times and more", "[.soak]") {
  kill_each(kills_each_in_soak);
}

}  // namespace
}  // namespace cairn::test
