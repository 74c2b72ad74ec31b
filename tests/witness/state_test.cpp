// What a witness keeps: before it answers, for its next life, and against damage.
#include <fstream>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/tlog/cosignature.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/texts.h"
#include "tests/witness/witnessed_log.h"

using namespace cairn;
using namespace cairn::test;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// Begins again on this state, which must be refused as a fault that names the file.
void refuses_to_begin(WitnessAtWork& witness, const std::string& state) {
  INFO(state);
  witness.end();
  put(witness.state_file(), state);
  const Result<void> begun = witness.begin();
  REQUIRE_FALSE(begun.ok());
  CHECK(begun.error().kind == ErrorKind::fault);
  CHECK(says(begun.error().message, witness.state_file().filename().string()));
}

}  // namespace

TEST_CASE("what was answered is in the state file, whole and for the owner only") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  const HttpAnswer answer = witness->add_checkpoint(log.request(0, 5));
  CHECK(witness.state() == log.note(5) + answer.body);
  CHECK((fs::status(witness.state_file()).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(must(open_note(witness.state(), std::vector{log.verifier(), witness.verifier()})).text == log.text(5));
}

TEST_CASE("on a full disk the answer is 500 without a cosignature, and the state is the old one") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  REQUIRE(witness->add_checkpoint(log.request(0, 5)).status == 200);
  const std::string before = witness.state();
  HttpAnswer answer;
  {
    const FullDisk full;
    answer = witness->add_checkpoint(log.request(5, 9));
  }
  CHECK(answer.status == 500);
  CHECK_FALSE(says(answer.body, "\xE2\x80\x94"));
  CHECK_FALSE(says(answer.body, witness.directory().string()));  // the operator's to know
  CHECK(says(answer.remark, witness.directory().string()));
  CHECK(witness.state() == before);
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).body == before);
  CHECK(witness->add_checkpoint(log.request(5, 9)).status == 200);
}

TEST_CASE("on a full disk a log's first checkpoint is not cosigned, and is still the first") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  HttpAnswer answer;
  {
    const FullDisk full;
    answer = witness->add_checkpoint(log.request(0, 5));
  }
  CHECK(answer.status == 500);
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).status == 404);
  CHECK(witness->add_checkpoint(log.request(0, 9)).status == 200);
}

TEST_CASE("a state directory that has gone gives 500, for a new log and for an old one") {
  const WitnessedLog log;
  const WitnessedLog other("example.org/other", 'O');
  WitnessAtWork witness({log.verifier(), other.verifier()});
  REQUIRE(witness->add_checkpoint(log.request(0, 5)).status == 200);
  fs::remove_all(witness.directory());
  CHECK(witness->add_checkpoint(other.request(0, 5)).status == 500);
  CHECK(witness->add_checkpoint(log.request(5, 9)).status == 500);
  CHECK(witness->add_checkpoint(log.request(0, 9)).status == 500);
  // An empty one in its place, as under a mount that is gone, is no state of a witness that has cosigned.
  fs::create_directory(witness.directory());
  CHECK(witness->add_checkpoint(log.request(0, 9)).status == 500);
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).status == 500);
}

TEST_CASE("an older state put back under a running witness is noticed") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  witness->add_checkpoint(log.request(0, 5));
  const std::string older = witness.state();
  witness->add_checkpoint(log.request(5, 9));
  const std::string newer = witness.state();
  put(witness.state_file(), older);
  CHECK(witness->add_checkpoint(log.forked(6).request(5, 12)).status == 500);
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).status == 500);
  put(witness.state_file(), newer);
  witness.end();
  REQUIRE(witness.begin().ok());
  put(witness.state_file(), older);
  CHECK(witness->add_checkpoint(log.forked(6).request(5, 12)).status == 500);
}

TEST_CASE("a witness that begins again goes on where it was") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  witness->add_checkpoint(log.request(0, 5));
  const std::string state = witness.state();
  witness.end();
  REQUIRE(witness.begin().ok());
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).body == state);
  CHECK(witness->add_checkpoint(log.request(0, 9)).body == "5\n");
  CHECK(witness->add_checkpoint(log.forked(3).request(5, 9)).status == 422);
  CHECK(witness->add_checkpoint(log.request(5, 9)).status == 200);
}

TEST_CASE("a damaged state is a fault and never size 0") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  witness->add_checkpoint(log.request(0, 5));
  const std::string good = witness.state();
  const std::string cosignature = good.substr(log.note(5).size());
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("0\n"), good.substr(0, good.size() - 1), good + "\n",
        good.substr(0, good.size() / 2), log.text(5), log.note(5), replaced(good, "\n5\n", "\n4\n"),
        replaced(good, "\n5\n", "\n0\n"), log.note(4) + cosignature, std::string(good.size(), '\0'),
        std::string(max_note_bytes + 2, 'a')}) {
    refuses_to_begin(witness, bad);
  }
  for (std::size_t i = 0; i < good.size(); i += 7) {
    // A byte of the log's line may change: whose keys the log has is not asked, and it is no part of what we signed.
    if (i >= log.text(5).size() && i < log.note(5).size()) continue;
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    refuses_to_begin(witness, bad);
  }
  put(witness.state_file(), good);
  CHECK(witness.begin().ok());
}

TEST_CASE("another log's state, or another witness's, is a fault") {
  const WitnessedLog log;
  const WitnessedLog other("example.org/other", 'O');
  WitnessAtWork witness({log.verifier(), other.verifier()});
  witness->add_checkpoint(log.request(0, 5));
  witness->add_checkpoint(other.request(0, 5));
  refuses_to_begin(witness, witness.state("example.org/other"));
  const PrivateKey key = PrivateKey::from_ed25519_seed(std::string(32, 'X')).value();
  refuses_to_begin(witness, log.note(5) + cosign(log.text(5), witness_name, key, 7)->line);
  refuses_to_begin(witness, log.note(5) + cosign(log.text(5), "witness.example.org/w2", witness.key(), 7)->line);
}

TEST_CASE("a state that is damaged while the witness runs gives 500, and no size") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  witness->add_checkpoint(log.request(0, 5));
  put(witness.state_file(), "old 0\n");
  for (const std::string& body : {log.request(5, 9), log.request(0, 9), log.request(5, 5)}) {
    CHECK(witness->add_checkpoint(body).status == 500);
  }
  CHECK(witness->checkpoint(origin_hash(witnessed_origin)).status == 500);
  CHECK(witness.state() == "old 0\n");
}

TEST_CASE("a directory in the place of a state file is a fault") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  fs::create_directory(witness.state_file());
  CHECK(witness->add_checkpoint(log.request(0, 5)).status == 500);
  witness.end();
  CHECK_FALSE(witness.begin().ok());
}

TEST_CASE("a state directory that is not there is not made: a slip in its path would forget everything") {
  const WitnessedLog log;
  const TempDirectory place;
  const SetClock clock(second);
  const auto opened = Witness::open(witness_name, log.key(), place.path() / "slip", std::vector{log.verifier()}, clock);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().kind == ErrorKind::usage);
  CHECK_FALSE(fs::exists(place.path() / "slip"));
}

TEST_CASE("two witnesses do not share a state directory") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  const auto second_one =
      Witness::open(witness_name, witness.key(), witness.directory(), std::vector{log.verifier()}, witness.clock());
  REQUIRE_FALSE(second_one.ok());
  CHECK(second_one.error().kind == ErrorKind::conflict);
}

TEST_CASE("a witness is not begun with keys that cannot be meant") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  witness.end();
  const auto begins = [&](const std::string& name, const std::vector<NoteVerifier>& logs) {
    return Witness::open(name, witness.key(), witness.directory(), logs, witness.clock()).ok();
  };
  CHECK(begins(witness_name, {log.verifier()}));
  CHECK_FALSE(begins(witness_name, {log.verifier(), log.verifier()}));
  CHECK_FALSE(begins(witness_name, {witness.verifier()}));
  CHECK_FALSE(begins("a name with blanks", {log.verifier()}));
  CHECK_FALSE(begins("", {log.verifier()}));
}

TEST_CASE("of two requests that race from one size, one is cosigned and the other is told the new size") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  Size size = 1;
  REQUIRE(witness->add_checkpoint(log.request(0, size)).status == 200);
  for (int round = 0; round < 40; ++round) {
    const std::string nearer = log.request(size, size + 1);
    const std::string farther = log.request(size, size + 2);
    HttpAnswer one;
    HttpAnswer two;
    std::thread racer([&] { one = witness->add_checkpoint(nearer); });
    two = witness->add_checkpoint(farther);
    racer.join();
    INFO(round << ": " << one.status << " " << two.status);
    REQUIRE(one.status + two.status == 200 + 409);
    size += one.status == 200 ? 1 : 2;
    REQUIRE((one.status == 409 ? one : two).body == str(size, '\n'));
    REQUIRE(says(witness.state(), log.text(size)));
  }
}

TEST_CASE("with a clock before 1970 nothing is cosigned") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  for (const Millis time : {Millis{0}, Millis{999}, Millis{-5000}}) {
    witness.clock().set(time);
    CHECK(witness->add_checkpoint(log.request(0, 5)).status == 500);
  }
  CHECK(witness.state().empty());
}
