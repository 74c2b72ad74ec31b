// Ledgers that were written when the format was frozen (tests/golden/ledgers/v1): every later program opens them,
// audits them clean and decides each entry as it was decided then. They are never written again.
#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/store/store.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/snapshot.h"
#include "projections/world.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"
#include "tests/projections/generated.h"
#include "tests/results.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kept = fs::path(CAIRN_GOLDEN) / "ledgers" / "v1";

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

// By whom they were first written: CAIRN_GOLDEN_OUT names an empty directory.
TEST_CASE("the ledgers of this format are written", "[.write-golden-ledgers]") {
  const char* out = std::getenv("CAIRN_GOLDEN_OUT");
  REQUIRE(out != nullptr);
  const fs::path to(out);
  fs::create_directories(to);
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

struct Kept : Workplace {
  Json expected = Json::parse(text_of(kept / "expected.json"));
  std::string name(const std::string& file) const { return (kept / file).string(); }

  // Nothing is opened where it is kept: an engine that opened it for writing would change it.
  std::string copy(const std::string& which) const {
    const fs::path to = directory() / which;
    fs::copy(kept / which, to, fs::copy_options::recursive);
    return to.string();
  }
};

TEST_CASE("a ledger of the frozen format opens, and every hash, signature and decision of it holds") {
  const Kept place;
  for (const std::string which : {"lived", "generated"}) {
    INFO(which);
    const std::string ledger = place.copy(which);
    const Json report = place.json(0, "dana", {"--ledger", ledger, "verify"});
    CHECK(report["verified"] == true);
    for (const auto& [member, value] : place.expected[which].items()) {
      CHECK(report[member] == value);
    }
    place.expect(0, "dana", {"--ledger", ledger, "replay"});
    place.expect(0, "dana", {"--ledger", ledger, "status"});
    CHECK(count_lines(place.expect(0, "dana", {"--ledger", ledger, "log"})) >= report["entries"].get<std::size_t>());
  }
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
