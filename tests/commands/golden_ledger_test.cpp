// Ledgers that were written when the format was frozen (tests/golden/ledgers/v1), and others of the same format beside
// them, in which happened what rarely happens (v1-rare): every later program opens them, audits them clean and decides
// each entry as it was decided then. They are never written again.
#include <fstream>
#include <nlohmann/json.hpp>

#include "commands/run_operate.h"
#include "ledger/base/text.h"
#include "ledger/store/store.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/snapshot.h"
#include "projections/world.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/commands/shell.h"
#include "tests/projections/generated.h"
#include "tests/results.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kept = fs::path(CAIRN_GOLDEN) / "ledgers" / "v1";
const fs::path rare = fs::path(CAIRN_GOLDEN) / "ledgers" / "v1-rare";

constexpr std::size_t generated_entries = 240;
constexpr std::size_t entries_a_commit = 24;
constexpr Size snapshot_at = 120;

// One that a team could have written in some weeks: nearly everything that can be said, refused or not.
void write_generated(const fs::path& directory) {
  const auto history = generate_history(11, generated_entries);
  const auto roots = roots_of(history);
  const auto store = must(open_rocks_store(directory, StoreMode::create, {}));
  World world;
  for (std::size_t first = 0; first < history.size(); first += entries_a_commit) {
    Batch batch;
    const std::size_t end = std::min(history.size(), first + entries_a_commit);
    for (std::size_t i = first; i < end; ++i) {
      const Recorded& entry = history[i];
      batch.entries.push_back(encode_entry(entry.entry));
      batch.leaf_hashes.push_back(entry.leaf);
      for (const std::string& tag : index_tags(entry.statement, entry.entry.outcome)) {
        batch.postings[tag].push_back(entry.seq);
      }
      world.apply(entry);
    }
    const std::vector<Recorded> so_far(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<PrivateKey> keys = log_keys_of(so_far);
    const Head head{end, roots[end]};
    batch.sign = [&]() -> Result<SignedHead> {
      TRY_LET(note, sign_note(format_checkpoint(generated_origin, head), generated_origin, keys));
      if (end != snapshot_at) return SignedHead{std::move(note), {}};
      TRY_LET(sealed, seal_snapshot({head, world.encode()}, keys.front()));
      return SignedHead{std::move(note), std::move(sealed)};
    };
    REQUIRE(store->commit(first, batch).ok());
  }
}

// Where they are written: CAIRN_GOLDEN_OUT names an empty directory.
fs::path golden_out() {
  const char* out = std::getenv("CAIRN_GOLDEN_OUT");
  REQUIRE(out != nullptr);
  fs::create_directories(out);
  return out;
}

// By whom they were first written.
TEST_CASE("the ledgers of this format are written", "[.write-golden-ledgers]") {
  const fs::path to = golden_out();
  write_generated(to / "generated");

  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  fs::copy(place.home("dana") / "logs", place.home("ben") / "logs");
  const auto deploy = [&](const std::string& mode, int code) {
    place.json(code, "dana",
               {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode", mode});
  };
  deploy("full", 3);
  deploy("shadow", 0);
  place.expect(0, "dana", {"checkpoint"});
  put_text(to / "early.note", place.expect(0, "dana", {"checkpoint"}));
  deploy("canary", 0);
  place.expect(0, "dana", {"log-key", "add"});
  const std::string rollout = place.json(0, "dana", {"status"})["rollouts"][0]["rollout"].get<std::string>();
  fs::remove_all(place.home("ben") / "logs");
  fs::copy(place.home("dana") / "logs", place.home("ben") / "logs");
  place.expect(0, "dana", {"notify", rollout, "--to", "#ml"});
  place.expect(0, "ben", {"approve", rollout, "--stage", "full"});
  deploy("full", 0);
  place.expect(0, "dana",
               {"incident", "open", "--title", "late answers", "--model", "logistic", "--environment", "production",
                "--severity", "low"});
  Json expected;
  expected["first_vkey"] = place.json(0, "dana", {"log-key"})["vkeys"][0];
  place.expect(0, "dana", {"log-key", "retire", expected["first_vkey"], "--reason", "yearly"});
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor"});
  expected["vkey"] = place.json(0, "dana", {"log-key"})["vkey"];
  const auto lived = [&](const std::string& name) { return (to / name).string(); };
  place.expect(0, "dana", {"export", lived("tiles")});
  place.expect(0, "dana", {"bundle", "--attachments", "--out", lived("complete.bundle")});
  place.expect(0, "dana", {"bundle", rollout, "--attachments", "--out", lived("partial.bundle")});
  place.expect(0, "dana", {"prove", "2", "--out", lived("entry-2.tlog-proof")});
  put_text(to / "entry-2.leaf", place.expect(0, "dana", {"show", "2", "--entry"}));
  put_text(to / "entry-2.dsse", place.expect(0, "dana", {"show", "2", "--dsse"}));
  fs::copy(place.ledger(), to / "lived", fs::copy_options::recursive);
  for (const char* which : {"lived", "generated"}) {
    const Json report = place.json(0, "dana", {"--ledger", lived(which), "verify"});
    for (const char* member : {"ledger", "head", "entries", "admitted", "refused"}) {
      expected[which][member] = report[member];
    }
  }
  put_text(to / "expected.json", expected.dump(2) + "\n");
}

// As it is kept: without the locks, and without the engine's diary, which names this machine's directories.
void keep_ledger(const fs::path& ledger, const fs::path& to) {
  fs::copy(ledger, to, fs::copy_options::recursive);
  for (const char* name : {"LOCK", "LOG", "writer.lock"}) fs::remove(to / name);
  for (const auto& file : fs::directory_iterator(to)) {
    if (file.path().filename().string().starts_with("LOG.old")) fs::remove(file.path());
  }
}

// A clock that ran a month ahead, and how it was set right.
void write_corrected(const fs::path& to) {
  ReadCase place;
  place.ahead = 29 * day;
  place.append({{RoleGranted{"lena", {Role::auditor, Scope{}}}}});
  place.ahead = 0;
  place.take_home();
  const auto run = [&](const std::function<Result<Exit>()>& command) {
    const Printed printed = printed_by(command);
    INFO(printed.error << printed.out);
    REQUIRE(printed.exit == Exit::done);
  };
  run([&] { return run_clock_correct(place.globals(), {}, "the host ran a month ahead"); });
  run([&] { return run_actor_role(place.globals(), {}, {"lena", {"auditor@environment=one"}, {}}); });
  keep_ledger(place.ledger(), to);
}

// What was erased, a log's key that was taken, an admin whom the recovery key enrolled; and a fork of an older copy.
Json write_forked(const Workplace& place, const fs::path& to) {
  const auto act = [&place](const std::string& model) {
    place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor@model=" + model});
  };
  Json expected;
  const Json made = place.init(Workplace::Policy::easy);
  expected["old_ledger"] = made["ledger"];
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const Json registered = place.json(0, "dana", {"register", "--model-path", models});
  const Ran several =
      place.cairn("dana", {"retain", "erase", registered["seq"].dump(), "--ground", "legal", "--reason", "x"});
  expected["erased"] = several.err.substr(several.err.rfind("\n  ") + 3, 64);  // it lists them, the manifest first
  place.expect(0, "dana",
               {"retain", "erase", registered["seq"].dump(), "--digest", expected["erased"], "--ground", "legal",
                "--reason", "names a patient"});
  expected["old_vkey"] = place.json(0, "dana", {"log-key"})["vkey"];
  place.expect(0, "dana", {"log-key", "replace", "--compromised-from", "2", "--reason", "the host was taken over"});
  const fs::path passphrase = place.directory() / "passphrase";
  put_text(passphrase, made["recovery_passphrase"].get<std::string>() + "\n");
  place.expect(0, "mia", {"key", "new", "mia"});
  place.expect(0, "dana",
               {"actor", "add", "mia", "--key", place.public_key("mia").string(), "--role", "admin", "--recovery-key",
                made["recovery_key"], "--passphrase-file", passphrase.string()});
  const std::string backup = (place.directory() / "backup").string();
  place.expect(0, "dana", {"backup", backup});
  act("lost");
  put_text(to / "lost.note", place.expect(0, "dana", {"checkpoint"}));
  fs::remove_all(place.ledger());
  place.expect(0, "dana", {"restore", backup});
  place.expect(0, "dana", {"fork", "--reason", "the disk and what came after the backup are lost"});
  act("after");
  expected["vkey"] = place.json(0, "dana", {"log-key"})["vkey"];
  place.expect(0, "dana", {"export", (to / "forked.tiles").string()});
  place.expect(0, "dana", {"bundle", "--attachments", "--out", (to / "forked.bundle").string()});
  keep_ledger(place.ledger(), to / "forked");
  return expected;
}

TEST_CASE("the ledgers of what rarely happens are written", "[.write-rare-golden-ledgers]") {
  const fs::path to = golden_out();
  write_corrected(to / "corrected");
  const Workplace place;
  Json expected = write_forked(place, to);
  for (const char* which : {"corrected", "forked"}) {
    const fs::path copy = place.directory() / which;
    fs::copy(to / which, copy, fs::copy_options::recursive);
    const Json report = place.json(0, "eve", {"--ledger", copy.string(), "verify"});
    for (const char* member : {"ledger", "head", "entries", "admitted", "refused"}) {
      expected[which][member] = report[member];
    }
  }
  put_text(to / "expected.json", expected.dump(2) + "\n");
}

struct Kept : Workplace {
  explicit Kept(fs::path from = kept) : folder(std::move(from)) {}

  fs::path folder;
  Json expected = Json::parse(text_of(folder / "expected.json"));
  std::string name(const std::string& file) const { return (folder / file).string(); }

  // Nothing is opened where it is kept: an engine that opened it for writing would change it.
  std::string copy(const std::string& which) const {
    const fs::path to = directory() / which;
    fs::copy(folder / which, to, fs::copy_options::recursive);
    return to.string();
  }

  void check_holds(const std::string& which) const {
    INFO(which);
    const std::string ledger = copy(which);
    const Json report = json(0, "dana", {"--ledger", ledger, "verify"});
    CHECK(report["verified"] == true);
    for (const auto& [member, value] : expected[which].items()) {
      CHECK(report[member] == value);
    }
    expect(0, "dana", {"--ledger", ledger, "replay"});
    expect(0, "dana", {"--ledger", ledger, "status"});
    CHECK(count_lines(expect(0, "dana", {"--ledger", ledger, "log"})) >= report["entries"].get<std::size_t>());
  }
};

TEST_CASE("a ledger of the frozen format opens, and every hash, signature and decision of it holds") {
  const Kept place;
  for (const char* which : {"lived", "generated"}) place.check_holds(which);
}

TEST_CASE("ledgers of the frozen format in which happened what rarely happens hold as well") {
  const Kept place(rare);
  for (const char* which : {"corrected", "forked"}) place.check_holds(which);
  const auto types = [&](const std::string& which, const std::string& type) {
    const Json log = place.json(0, "dana", {"--ledger", (place.directory() / which).string(), "log", "--type", type});
    return log["entries"].size();
  };
  CHECK(types("corrected", "ledger.clock_corrected") == 1);
  for (const char* type : {"attachment.erased", "log.key_compromised", "ledger.forked"})
    CHECK(types("forked", type) == 1);
}

TEST_CASE("of the fork that is kept, the new key shows all of it, and the old one what it continues") {
  const Kept place(rare);
  const std::string vkey = place.expected["vkey"];
  for (const Words& words :
       {Words{"tiles", place.name("forked.tiles")}, Words{"bundle", place.name("forked.bundle")}}) {
    const Ran by_new = place.cairn_verify(with(words, {"--key", vkey}));
    INFO(by_new.out);
    CHECK(by_new.code == 0);
    CHECK(contains(by_new.out, "1 erased"));
    const Ran by_old = place.cairn_verify(with(words, {"--key", place.expected["old_vkey"]}));
    CHECK(by_old.code == 5);
    CHECK(contains(by_old.out, place.expected["old_ledger"].get<std::string>()));
  }
  const std::string ledger = place.copy("forked");
  const Ran lost = place.cairn("dana", {"--ledger", ledger, "verify", "--since", place.name("lost.note")});
  CHECK(lost.code == 5);
}

TEST_CASE("what was exported, bundled and proved in the frozen format is verified by its log's keys") {
  const Kept place;
  const std::string vkey = place.expected["vkey"];
  const std::string first = place.expected["first_vkey"];
  for (const std::string& key : {vkey, first}) {
    INFO(key);
    CHECK(place.cairn_verify({"tiles", place.name("tiles"), "--key", key}).code == 0);
    CHECK(place.cairn_verify({"bundle", place.name("complete.bundle"), "--key", key}).code == 0);
  }
  CHECK(place.cairn_verify({"bundle", place.name("partial.bundle"), "--key", vkey}).code == 0);
  CHECK(place
            .cairn_verify(
                {"proof", place.name("entry-2.tlog-proof"), "--leaf", place.name("entry-2.leaf"), "--key", vkey})
            .code == 0);
  const std::string ledger = place.copy("lived");
  place.expect(0, "dana", {"--ledger", ledger, "verify", "--since", place.name("early.note")});
  place.expect(0, "dana", {"--ledger", ledger, "verify", "--since", place.name("entry-2.dsse")});
}

TEST_CASE("a ledger of the frozen format is backed up, and goes on as a copy of the present") {
  const Kept place;
  const std::string copy = (place.directory() / "copy").string();
  place.expect(0, "dana", {"migrate", place.copy("lived"), copy});
  CHECK(place.json(0, "dana", {"--ledger", copy, "verify"})["entries"] == place.expected["lived"]["entries"]);
}

}  // namespace
}  // namespace cairn::test
