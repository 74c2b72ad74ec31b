// checkpoint, log-key, prove, verify, export and replay, over ledgers on disk.
#include <nlohmann/json.hpp>

#include "commands/export.h"
#include "commands/replay.h"
#include "commands/run_operate.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/tlog/tile.h"
#include "tests/catch.h"
#include "tests/commands/other_rules.h"
#include "tests/commands/read_case.h"
#include "verify/audit.h"
#include "verify/render_report.h"
#include "verify/tiles_source.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Report audit_tiles(const ReadCase& lived, const fs::path& directory) {
  AuditOptions options;
  options.vkey = lived.created().vkey;
  const auto source = TilesSource::open(directory);
  REQUIRE(source.ok());
  auto report = audit(*source, options);
  REQUIRE(report.ok());
  INFO(render_text(*report));
  CHECK(report->verified());
  return std::move(report).value();
}

std::vector<std::string> files_in(const fs::path& directory) {
  std::vector<std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) files.push_back(fs::relative(file.path(), directory).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The World of these entries, without any snapshot.
std::unique_ptr<World> folded(const Ledger& ledger, Size size) {
  auto world = std::make_unique<World>();
  const auto step = [&](const Recorded& entry) -> Result<void> {
    world->apply(entry);
    return {};
  };
  REQUIRE(ledger.walk(0, size, step).ok());
  return world;
}

bool holds(const fs::path& directory, const std::string& file) {
  return fs::exists(directory / file);
}

// One who keeps a view of something else.
class Forgetful final : public OtherRules {
 public:
  using OtherRules::OtherRules;
  Bytes snapshot(Size) override { return World().encode(); }
};

void let_through(ReadCase& lived, const std::vector<Event>& events) {
  lived.append({events}, lenient);
}

TEST_CASE("log-key prints the line that an auditor needs and checkpoint the note that it opens") {
  ReadCase lived;
  CHECK(printed_by([&] { return run_log_key(lived.globals()); }).out == lived.created().vkey + "\n");
  const auto log = NoteVerifier::from_vkey(lived.created().vkey);
  REQUIRE(log.ok());
  const Printed note = printed_by([&] { return run_checkpoint(lived.globals()); });
  const auto opened = open_checkpoint(note.out, *log);
  REQUIRE(opened.ok());
  CHECK(opened->head.size == 1);
  const Json json = run_json([&] { return run_checkpoint(lived.json()); });
  CHECK(json["checkpoint"] == note.out);
  CHECK(json["root"] == opened->head.root.hex());
  CHECK(run_json([&] { return run_log_key(lived.json()); })["ledger"] == lived.created().id.hex());
}

TEST_CASE("a proof that was written proves its entry and no other") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.grow(5);
  ProveFlags flags;
  flags.seq = 3;
  flags.out = lived.directory() / "three.tlog-proof";
  REQUIRE(printed_by([&] { return run_prove(lived.globals(), flags); }).exit == Exit::done);
  const auto proof = parse_proof_file(read_whole(flags.out));
  REQUIRE(proof.ok());
  const auto log = NoteVerifier::from_vkey(lived.created().vkey);
  const Printed leaf = printed_by([&] { return run_show(lived.globals(), "3", ShowAs::entry); });
  const Printed other = printed_by([&] { return run_show(lived.globals(), "4", ShowAs::entry); });
  CHECK(verify_proof_file(*proof, leaf_hash(leaf.out), *log).ok());
  CHECK(!verify_proof_file(*proof, leaf_hash(other.out), *log).ok());

  flags.seq = 7;
  CHECK(printed_by([&] { return run_prove(lived.globals(), flags); }).exit == Exit::usage);
  flags.seq.reset();
  CHECK(printed_by([&] { return run_prove(lived.globals(), flags); }).exit == Exit::usage);
}

TEST_CASE("growth from an older head is proved, and a head of another history is refused with both in hand") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  const std::string old_note = printed_by([&] { return run_checkpoint(lived.globals()); }).out;
  lived.grow(9);
  ProveFlags flags;
  flags.extends = lived.directory() / "old.note";
  flags.out = lived.directory() / "growth";
  write_whole(*flags.extends, old_note);
  REQUIRE(printed_by([&] { return run_prove(lived.globals(), flags); }).exit == Exit::done);
  const auto log = NoteVerifier::from_vkey(lived.created().vkey);
  const auto before = open_checkpoint(old_note, *log);
  const auto after = open_checkpoint(read_whole(flags.out.string() + ".note"), *log);
  const auto proof = parse_consistency_file(read_whole(flags.out));
  REQUIRE(proof.ok());
  REQUIRE(after.ok());
  CHECK(
      check_consistency(before->head.size, before->head.root, after->head.size, after->head.root, proof->hashes).ok());

  const PrivateKey key = lived.log_key();
  const Head other{2, sha256("another history")};
  const auto forged = sign_note(format_checkpoint("ledger.example/test", other), "ledger.example/test", key);
  write_whole(*flags.extends, *forged);
  const Printed refused = printed_by([&] { return run_prove(lived.globals(), flags); });
  CHECK(refused.exit == Exit::not_verified);
  CHECK(refused.error.find(*forged) != std::string::npos);
}

TEST_CASE("verify finds a ledger as it should be, and says so with its counts") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.roll_out("logistic", "v1");
  const Json report = run_json([&] { return run_verify(lived.json(), {}); });
  CHECK(report["verified"] == true);
  CHECK(report["entries"] == 8);
  CHECK(report["findings"].empty());
  CHECK(report["attachments"]["verified"] == 2);
  VerifyFlags flags;
  flags.key = lived.created().vkey;
  flags.quick = true;
  CHECK(run_json([&] { return run_verify(lived.json(), flags); })["quick"] == true);
}

TEST_CASE("verify reports an attachment that was changed and an outcome that is a lie") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  const std::string hex = lived.digest("logistic", "v1").hex();
  write_whole(lived.ledger() / "attachments" / hex.substr(0, 2) / hex, "other bytes");
  let_through(lived, {RolloutAdvanced{"logistic/production/1", Stage::full, 100}});
  const Json report = run_json([&] { return run_verify(lived.json(), {}); }, Exit::not_verified);
  CHECK(report["verified"] == false);
  std::vector<std::string> kinds;
  for (const Json& finding : report["findings"]) kinds.push_back(finding["kind"]);
  REQUIRE(kinds == std::vector<std::string>{"attachment_wrong", "outcome_wrong"});
  CHECK(report["findings"][1]["seq"] == 2);
}

TEST_CASE("verify --since takes a checkpoint, and tells a slip of the path from tampering") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  const Path file = lived.directory() / "no-checkpoint";
  REQUIRE(replace_file(file, "root:x:0:0\n", everyone_may_read).ok());
  VerifyFlags flags;
  flags.since = file;
  const auto verified = run_verify(lived.json(), flags);
  REQUIRE_FALSE(verified.ok());
  CHECK(verified.error().kind == ErrorKind::fault);
}

TEST_CASE("verify holds a ledger against what this home has seen of it") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  fs::copy(lived.ledger(), lived.directory() / "older", fs::copy_options::recursive);
  lived.grow(3);
  REQUIRE(printed_by([&] { return run_checkpoint(lived.globals()); }).exit == Exit::done);
  SECTION("an older copy put in its place lacks entries") {
    fs::remove_all(lived.ledger());
    fs::rename(lived.directory() / "older", lived.ledger());
    const Json report = run_json([&] { return run_verify(lived.json(), {}); }, Exit::not_verified);
    REQUIRE(!report["findings"].empty());
    CHECK(report["findings"][0]["kind"] == "entry_missing");
  }
  SECTION("a note that somebody else kept counts as well") {
    VerifyFlags flags;
    flags.since = lived.directory() / "kept.note";
    write_whole(*flags.since, printed_by([&] { return run_checkpoint(lived.globals()); }).out);
    CHECK(run_json([&] { return run_verify(lived.json(), flags); })["verified"] == true);
    write_whole(*flags.since, "ledger.example/test\n2\n" + to_base64(Hash{}.view()) + "\n\nno signature\n");
    CHECK(run_json([&] { return run_verify(lived.json(), flags); }, Exit::not_verified)["verified"] == false);
  }
  SECTION("a store that does not open any more is not verified") {
    for (const auto& file : fs::directory_iterator(lived.ledger())) {
      if (file.is_regular_file()) write_whole(file.path(), "damaged");
    }
    const Json report = run_json([&] { return run_verify(lived.json(), {}); }, Exit::not_verified);
    CHECK(report["findings"].size() == 1);
    CHECK(report["ledger"] == lived.created().id.hex());
  }
  SECTION("where no ledger ever was there is nothing to verify") {
    Globals globals = lived.globals();
    globals.where = (lived.directory() / "nowhere").string();
    CHECK(printed_by([&] { return run_verify(globals, {}); }).exit == Exit::fault);
  }
}

TEST_CASE("an export is a log of tiles that verifies without the ledger") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.grow(300);
  const fs::path out = lived.directory() / "tiles";
  const Json done = run_json([&] { return run_export(lived.json(), out); });
  CHECK(done["entries"] == 302);
  CHECK(done["attachments_written"] == 2);
  CHECK(done["attachments_missing"] == 300);
  const Report report = audit_tiles(lived, out);
  CHECK(report.entries == 302);
  CHECK(report.attachments_verified == 2);
  CHECK(files_in(out / "tile") ==
        std::vector<std::string>{"0/000", "0/001.p/46", "1/000.p/1", "entries/000", "entries/001.p/46"});
}

TEST_CASE("an export done again adds what is new and keeps partial tiles until their full one is there") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  const fs::path out = lived.directory() / "tiles";
  REQUIRE(printed_by([&] { return run_export(lived.globals(), out); }).exit == Exit::done);
  lived.grow(100);
  REQUIRE(printed_by([&] { return run_export(lived.globals(), out); }).exit == Exit::done);
  CHECK(holds(out, "tile/0/000.p/2"));
  CHECK(holds(out, "tile/0/000.p/102"));
  lived.grow(200);
  REQUIRE(printed_by([&] { return run_export(lived.globals(), out); }).exit == Exit::done);
  CHECK(holds(out, "tile/entries/000"));
  CHECK(!holds(out, "tile/0/000.p"));
  CHECK(!holds(out, "tile/entries/000.p"));
  audit_tiles(lived, out);

  const auto written = fs::last_write_time(out / "tile/entries/000");
  lived.grow(1);
  const Json done = run_json([&] { return run_export(lived.json(), out); });
  CHECK(done["entries_before"] == 302);
  CHECK(done["bundles_written"] == 1);
  CHECK(fs::last_write_time(out / "tile/entries/000") == written);
  audit_tiles(lived, out);
}

TEST_CASE("an export that was cut short is finished by the next one") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.grow(300);
  const fs::path out = lived.directory() / "tiles";
  // As a power cut leaves a first one: files without content, and no checkpoint.
  fs::create_directories(out / "tile/0");
  fs::create_directories(out / "tile/entries");
  write_whole(out / "tile/0/000", "");
  write_whole(out / "tile/entries/000", "");
  REQUIRE(printed_by([&] { return run_export(lived.globals(), out); }).exit == Exit::done);
  audit_tiles(lived, out);
}

TEST_CASE("an export stays out of what is not its own") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  const fs::path out = lived.directory() / "tiles";
  const auto ends = [&] { return printed_by([&] { return run_export(lived.globals(), out); }).exit; };
  REQUIRE(ends() == Exit::done);
  const std::string own = read_whole(out / "checkpoint");
  const auto log = NoteVerifier::from_vkey(lived.created().vkey);
  const PrivateKey key = lived.log_key();
  const auto note_of = [&](Size size, const std::string& origin) {
    return sign_note(format_checkpoint(origin, {size, sha256("another history")}), origin, key).value();
  };
  SECTION("a folder of other things") {
    write_whole(out / "thesis.tex", "");
    CHECK(ends() == Exit::usage);
  }
  SECTION("another log") {
    write_whole(out / "checkpoint", note_of(2, "elsewhere.example/log"));
    CHECK(ends() == Exit::usage);
  }
  SECTION("another history of the same log") {
    const std::string forked = note_of(2, "ledger.example/test");
    write_whole(out / "checkpoint", forked);
    CHECK(ends() == Exit::not_verified);
    CHECK(read_whole(out / "checkpoint") == forked);
  }
  SECTION("a newer state of it") {
    write_whole(out / "checkpoint", note_of(9, "ledger.example/test"));
    CHECK(ends() == Exit::not_verified);
  }
  SECTION("a checkpoint that was changed") {
    std::string changed = own;
    changed.replace(changed.find("\n2\n"), 3, "\n1\n");
    write_whole(out / "checkpoint", changed);
    CHECK(ends() == Exit::not_verified);
  }
}

TEST_CASE("replay comes to the same decisions, snapshots and views") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.roll_out("logistic", "v1");
  lived.say(Promote{"logistic/production/1", std::nullopt});
  lived.grow(600);
  const Json done = run_json([&] { return run_replay(lived.json(), std::nullopt); });
  CHECK(done["same"] == true);
  CHECK(done["entries"] == 609);
  CHECK(done["refused"] == 1);
  CHECK(done["snapshots"].get<int>() >= 1);
  std::string state;
  lived.with_session([&](Session& session) { state = sha256(session.world().value()->encode()).hex(); });
  CHECK(done["state_hash"] == state);
}

TEST_CASE("replay of a part comes to the state of then") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  Millis then = 0;
  Size size = 0;
  std::string state;
  lived.with_session([&](Session& session) {
    then = session.ledger().entry(1).value().entry.recorded;
    size = 2;
    state = sha256(folded(session.ledger(), size)->encode()).hex();
  });
  while (SystemClock().now() <= then) {
  }
  lived.grow(3);
  const Json done = run_json([&] { return run_replay(lived.json(), format_time(then)); });
  CHECK(done["entries"] == 2);
  CHECK(done["state_hash"] == state);
  CHECK(run_json([&] { return run_replay(lived.json(), "1"); })["state_hash"] == state);
}

TEST_CASE("replay names the entry whose outcome the rules would not have given") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  let_through(lived, {RolloutAdvanced{"logistic/production/1", Stage::full, 100}});
  const Json done = run_json([&] { return run_replay(lived.json(), std::nullopt); }, Exit::not_verified);
  CHECK(done["same"] == false);
  REQUIRE(done["differences"].size() == 1);
  CHECK(done["differences"][0]["seq"] == 2);
  CHECK(run_json([&] { return run_show(lived.json(), "2", ShowAs::text); }, Exit::not_verified)["derived"]["agrees"] ==
        false);
}

TEST_CASE("replay names a snapshot that the entries do not give") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.append({{IncidentOpened{"INC-1", Severity::high, "slow", "logistic", "production"}}},
               [](LiveRules& rules) { return std::make_unique<Forgetful>(rules); });
  const Json done = run_json([&] { return run_replay(lived.json(), std::nullopt); }, Exit::not_verified);
  REQUIRE(done["differences"].size() == 1);
  CHECK(done["differences"][0]["what"].get<std::string>().find("the snapshot at 3 entries") == 0);
}

}  // namespace
}  // namespace cairn::test
