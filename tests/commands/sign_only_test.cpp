// --sign-only, --dry-run, --wait and --valid-for: what is written, what is said, and for how long it holds.
#include <csignal>
#include <nlohmann/json.hpp>

#include "ledger/base/time.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const Words grant = {"actor", "role", "ben", "--grant", "deployer"};

TEST_CASE("--dry-run and --sign-only exclude each other") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path file = place.directory() / "never.json";
  const Ran ran = place.cairn("dana", with(grant, {"--dry-run", "--sign-only", file.string()}));
  INFO(ran.out << ran.err);
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "--sign-only"));
  CHECK(!fs::exists(file));
}

TEST_CASE("--sign-only makes no directory, and takes no name that is taken, not even by a link to nowhere") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path deep = place.directory() / "not" / "there" / "register.json";
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const Ran ran = place.cairn("dana", {"register", "--model-path", models, "--sign-only", deep.string()});
  INFO(ran.err);
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, deep.string()));
  CHECK(!fs::exists(place.directory() / "not"));
  const fs::path link = place.directory() / "link.json";
  fs::create_symlink(place.directory() / "target.json", link);
  const Ran taken = place.cairn("dana", {"register", "--model-path", models, "--sign-only", link.string()});
  INFO(taken.err);
  CHECK(taken.code == 2);
  CHECK(fs::is_symlink(link));
  CHECK(!fs::exists(link.string() + ".attachments"));
}

TEST_CASE("a signed file says until when it can be submitted, which --valid-for sets, up to seven days") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto file = [&](const std::string& name) { return (place.directory() / name).string(); };
  const auto left = [&](const Words& words) {
    const Millis now = SystemClock().now();
    return place.json(0, "dana", words)["expires"].get<Millis>() - now;
  };
  const Millis usual = left(with(grant, {"--sign-only", file("a.json")}));
  CHECK(usual >= 10 * minute);
  CHECK(usual < 11 * minute);
  const Millis longer = left(with(grant, {"--sign-only", file("b.json"), "--valid-for", "3d"}));
  CHECK(longer >= 3 * day);
  CHECK(longer < 3 * day + minute);
  CHECK(contains(place.expect(0, "dana", with(grant, {"--sign-only", file("c.json")})), "until 20"));
  for (const std::string bad : {"8d", "0s", "soon"}) {
    const Ran ran = place.cairn("dana", with(grant, {"--sign-only", file("d.json"), "--valid-for", bad}));
    INFO(bad << "\n" << ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "--valid-for"));
  }
  place.expect(0, "dana", {"submit", file("b.json")});
}

TEST_CASE("--wait says what it waits for, and until when") {
  const Workplace place;
  place.init(Workplace::Policy::guide);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  Started waiting = place.start("dana", {"promote", "logistic/production/1", "--wait"});
  Started(place.directory() / "printed", {"/bin/sleep", "0.7"}, {}).wait();
  const fs::path report = place.directory() / "drift_metrics.json";
  for (int i = 0; i < 4; ++i) {
    put_text(report, drift_report(ModelFiles().stem()));
    place.expect(0, "dana", {"monitor", "record", report.string()});
    Started(place.directory() / "printed", {"/bin/sleep", "0.4"}, {}).wait();
  }
  const Ran ran = waiting.wait();
  INFO(ran.out << ran.err);
  CHECK(contains(ran.err, "cairn: waiting, until 20"));
  CHECK(contains(ran.err, "soak_missing"));
  CHECK(count_lines(ran.err) <= 3);
}

TEST_CASE("--wait says once what it waits for, however long nothing comes of it", "[long]") {
  const Workplace place;
  place.init(Workplace::Policy::guide);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  Started waiting = place.start("dana", {"promote", "logistic/production/1", "--wait"});
  Started(place.directory() / "printed", {"/bin/sleep", "7"}, {}).wait();
  ::kill(waiting.pid(), SIGTERM);
  const Ran ran = waiting.wait();
  INFO(ran.err);
  CHECK(ran.code == 128 + SIGTERM);
  CHECK(count_lines(ran.err) == 1);
  CHECK(contains(ran.err, "at the earliest"));
}

}  // namespace
}  // namespace cairn::test
