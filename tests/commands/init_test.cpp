// cairn init: what it shows, and what is not lost if nobody sees it.
#include <nlohmann/json.hpp>

#include "ledger/crypto/key_file.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// The guide's policy asks for somebody who approves.
Words init_with_ben(const Workplace& place) {
  place.expect(0, "ben", {"key", "new", "ben"});
  return {"init", "--origin", "ledger.example/test", "--actor",
          "ben=" + place.public_key("ben").string() + ":approver"};
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(folder, none)) files.push_back(file.path());
  return files;
}

TEST_CASE("init whose output nobody gets keeps the recovery key's passphrase beside it") {
  const Workplace place;
  Words words = {"/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full", CAIRN_PROGRAM};
  for (const std::string& word : init_with_ben(place)) words.push_back(word);
  const Ran ran = Started(place.directory() / "printed", words, place.environment("dana")).wait();
  INFO(ran.err);
  CHECK(ran.code == 1);
  CHECK(place.size() == 1);
  const fs::path folder = place.home("dana") / "recovery";
  REQUIRE(files_of(folder).size() == 2);
  fs::path key;
  fs::path passphrase;
  for (const fs::path& file : files_of(folder)) (file.extension() == ".pem" ? key : passphrase) = file;
  CHECK((fs::status(passphrase).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  std::string line = text_of(passphrase);
  REQUIRE(!line.empty());
  line.pop_back();
  CHECK(read_private_key(key, [&]() -> Result<Secret> { return Secret(line); }).ok());
}

TEST_CASE("init prints its receipt, and where each key lies") {
  const Workplace place;
  const std::string out = place.expect(0, "dana", init_with_ben(place));
  INFO(out);
  for (const std::string word : {"entry", "leaf", "tree", "root", "1 entries"}) CHECK(contains(out, word));
  for (const std::string folder : {"keys", "logs", "recovery"}) {
    for (const fs::path& file : files_of(place.home("dana") / folder)) {
      INFO(file);
      CHECK((contains(out, file.string()) || file.string().ends_with(".pub.pem")));
    }
  }
}

TEST_CASE("init where a ledger is already makes no key") {
  const Workplace place;
  const Words init = init_with_ben(place);
  place.expect(0, "dana", init);
  const Ran ran = place.cairn("eve", init);
  INFO(ran.err);
  CHECK(ran.code != 0);
  CHECK(!fs::exists(place.home("eve") / "keys"));
  CHECK(!fs::exists(place.home("eve") / "recovery"));
}

TEST_CASE("a home that cannot note the new ledger is a warning: the ledger is there, and its receipt is shown") {
  const Workplace place;
  put_text(place.home("dana") / "ledgers", "in the way\n");
  Words words = init_with_ben(place);
  words.push_back("--json");
  const Ran ran = place.cairn("dana", words);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(Json::parse(ran.out)["seq"] == 0);
  CHECK(contains(ran.err, "the ledger is made"));
  CHECK(contains(ran.err, (place.home("dana") / "ledgers").string()));
}

}  // namespace
}  // namespace cairn::test
