// What cairn writes beside the store, on a disk that fails: attachments, keys, remembered heads. After whatever goes
// wrong nothing is there by halves, what was answered is there, and the same command given again ends the work.
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/home.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "ledger/crypto/sha256.h"
#include "tests/catch.h"
#include "tests/disk/trial.h"
#include "tests/results.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Result<Secret> nobody() {
  return usage("nobody is asked");
}

std::vector<fs::path> files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  if (!fs::exists(directory)) return files;
  for (const auto& at : fs::recursive_directory_iterator(directory)) {
    if (at.is_regular_file() && !at.path().string().ends_with(".tmp")) files.push_back(at.path());
  }
  return files;
}

// Keys can be used, heads read, and an attachment's bytes are those of its name.
void check_whole(const Workplace& place) {
  for (const fs::path& file : files_below(place.ledger() / "attachments")) {
    INFO(file.string());
    CHECK(sha256(text_of(file)).hex() == file.filename().string());
  }
  for (const fs::path& file : files_below(place.directory() / "homes")) {
    INFO(file.string());
    const std::string name = file.filename().string();
    const std::string text = text_of(file);
    if (name.ends_with(".pub.pem")) {
      CHECK(parse_public_key_file(text).ok());
    } else if (name.ends_with(".pem") && file.parent_path().filename() != "recovery") {
      CHECK(read_private_key(file, nobody).ok());
    } else if (!name.ends_with(".lock")) {
      CHECK(text.ends_with('\n'));
    }
  }
}

// The newest head that this person's home remembers.
Size remembered_size(const Workplace& place, const std::string& who) {
  Size newest = 0;
  for (const fs::path& file : files_below(place.home(who) / "heads")) {
    if (!file.string().ends_with(".lock")) newest = std::max(newest, must(claimed_size(text_of(file))));
  }
  return newest;
}

// It says so where it cannot remember.
void check_remembers(const Workplace& place, const std::string& who, Size size, const Ran& ran) {
  if (!contains(ran.err, "not remembered here")) CHECK(remembered_size(place, who) >= size);
}

// What is to be found of the act, over all its calls.
void tell(const std::string& act, const Trial& trial) {
  std::cout << act << ": " << trial.words() << std::endl;
}

void try_registering(std::uint64_t mishaps) {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path models = ModelFiles().write_to(place.directory() / "models");
  Trial trial(place);
  Act act{"dana", {"register", "--model-path", models.string()}};
  act.whole = [&] { check_whole(place); };
  std::set<std::string> named;  // by the entry, as the first run wrote them
  act.done = [&](const Ran& ran) {
    std::set<std::string> there;
    for (const fs::path& file : files_below(place.ledger() / "attachments")) there.insert(file.filename().string());
    if (named.empty()) {
      const Json report = place.json(0, "dana", {"verify"});
      CHECK(report["attachments"]["verified"] == there.size());
      CHECK(report["attachments"]["missing"].empty());
      named = there;
    }
    REQUIRE(named.size() >= 2);
    for (const std::string& digest : named) CHECK(there.contains(digest));
    check_remembers(place, "dana", 2, ran);
  };
  trial.run(act, mishaps);
  tell("register", trial);
}

void try_key_new(std::uint64_t mishaps) {
  const Workplace place;
  Trial trial(place);
  Act act{"erin", {"key", "new", "erin", "--json"}};
  act.done_before = "a key is never overwritten";
  act.whole = [&] { check_whole(place); };
  act.done = [&](const Ran& ran) {
    const PrivateKey key = must(read_private_key(place.home("erin") / "keys" / "erin.pem", nobody));
    const PublicKeyFile half = must(parse_public_key_file(text_of(place.public_key("erin"))));
    CHECK(half.key.id() == key.public_key().id());
    if (ran.code == 0) CHECK(Json::parse(ran.out)["key_id"] == key.public_key().id().hex());
  };
  trial.run(act, mishaps);
  tell("key new", trial);
}

void try_init(std::uint64_t mishaps) {
  const Workplace place;
  const fs::path other = place.directory() / "other";
  Trial trial(place);
  Act act{"dana", {"--ledger", other.string(), "init", "--origin", "other.example/test"}};
  act.done_before = "there is a ledger at " + other.string() + " already";
  act.whole = [&] { check_whole(place); };
  act.done = [&](const Ran&) {
    // Signed by dana's key and the log's.
    place.expect(0, "dana",
                 {"--ledger", other.string(), "policy", "propose",
                  (fs::path(CAIRN_SOURCE) / "examples" / "policy-fast.json").string()});
    CHECK(parse_public_key_file(text_of(place.public_key("dana"))).ok());
    CHECK(files_below(place.home("dana") / "recovery").size() >= 2);
    fs::remove_all(other);
  };
  // Making a store takes longest of all, and each key is written as `key new` writes one.
  trial.run(act, mishaps, mishaps == all_mishaps ? 1 : 4);
  tell("init", trial);
}

void try_rotating(std::uint64_t mishaps) {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  Trial trial(place);
  Act act{"dana", {"key", "rotate"}};
  act.whole = [&] { check_whole(place); };
  int acts = 0;
  act.done = [&](const Ran&) {
    place.expect(0, "dana", {"actor", "role", "ben", "--grant", str("auditor@model=any-", ++acts)});
    const PrivateKey key = must(read_private_key(place.home("dana") / "keys" / "dana.pem", nobody));
    CHECK(must(parse_public_key_file(text_of(place.public_key("dana")))).key.id() == key.public_key().id());
  };
  trial.run(act, mishaps);
  tell("key rotate", trial);
}

// Somebody who only reads, and has read before.
void try_remembering(std::uint64_t mishaps) {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "ben", {"status"});
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor@model=any"});
  Trial trial(place);
  Act act{"ben", {"status"}};
  act.whole = [&] {
    check_whole(place);
    CHECK(remembered_size(place, "ben") >= 1);
  };
  act.done = [&](const Ran& ran) { check_remembers(place, "ben", 2, ran); };
  trial.run(act, mishaps);
  tell("remembered head", trial);
}

}  // namespace

TEST_CASE("attachments are there whole or not at all, whichever call to the disk fails or is the last", "[long]") {
  try_registering(1);
}

TEST_CASE("a key is there whole or not at all, whichever call to the disk fails or is the last") {
  try_key_new(2);
  try_rotating(1);
}

TEST_CASE("the keys of a new ledger are there once it is, whichever call to the disk fails or is the last") {
  try_init(1);
}

TEST_CASE("a ledger made where another lay is not held against that one, however soon init ended once it was there") {
  const Workplace place;
  const std::string other = (place.directory() / "other").string();
  const std::string record = (place.directory() / "record").string();
  const Words init = {"--ledger", other, "init", "--origin", "other.example/test"};
  place.expect(0, "dana", init);
  PlayedDisk homes({place.directory() / "homes"}, place.ledger());
  const auto ended_at = [&](std::uint64_t call) {
    fs::remove_all(other);
    fs::remove(record);
    return place.cairn("dana", init, failing(homes, record, call, Way::power)).code;
  };
  REQUIRE(ended_at(0) == 0);
  const std::uint64_t calls = homes.play(record).all;
  REQUIRE(calls > 24);
  int made = 0;
  for (std::uint64_t call = calls - 24; call <= calls; ++call) {
    INFO("ended at call " << call << " of " << calls << " to the home");
    REQUIRE(ended_at(call) == killed);
    if (place.cairn("dana", init).code == 0) continue;
    ++made;
    place.expect(0, "dana", {"--ledger", other, "verify"});
  }
  CHECK(made > 5);
}

TEST_CASE("a head that was seen is remembered, whichever call to the disk fails or is the last") {
  try_remembering(5);
}

TEST_CASE("every call to the disk beside the store fails in every way", "[.soak]") {
  try_registering(all_mishaps);
  try_key_new(all_mishaps);
  try_rotating(all_mishaps);
  try_init(all_mishaps);
  try_remembering(all_mishaps);
}

}  // namespace cairn::test
