// Every author remembers: an older copy, another ledger and a fork are refused with both heads in hand (DESIGN, idea
// 6).
#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

void replace(const fs::path& directory, const fs::path& by) {
  fs::remove_all(directory);
  fs::copy(by, directory, fs::copy_options::recursive);
}

void grant(const Workplace& place, const std::string& home, const std::string& role) {
  const Ran ran =
      place.cairn("dana", {"actor", "role", "ben", "--grant", role}, {{"CAIRN_HOME", place.home(home).string()}});
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
}

// Refused by every command, reading or writing, with all these texts on stderr and nothing on stdout.
void check_refused(const Workplace& place, const std::string& who, const std::vector<std::string>& texts) {
  const std::string envelope = (place.directory() / "never.json").string();
  for (const Words& words :
       {Words{"status"}, Words{"log"}, Words{"checkpoint"}, Words{"actor", "role", "ben", "--grant", "monitor"},
        Words{"actor", "role", "ben", "--grant", "monitor", "--sign-only", envelope}}) {
    const Ran ran = place.cairn(who, words);
    INFO(who << ": cairn " << words.front() << "\n" << ran.out << ran.err);
    CHECK(ran.code == 5);
    CHECK(ran.out.empty());
    for (const std::string& text : texts) CHECK(contains(ran.err, text));
  }
  CHECK(!fs::exists(envelope));
}

TEST_CASE("an older copy of the ledger is refused with both signed heads") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  grant(place, "dana", "deployer");
  const std::string older = place.expect(0, "dana", {"checkpoint"});
  const fs::path copy = place.directory() / "copy";
  replace(copy, place.ledger());
  const fs::path newer_copy = place.directory() / "newer";
  grant(place, "dana", "auditor");
  const std::string newer = place.expect(0, "dana", {"checkpoint"});
  replace(newer_copy, place.ledger());
  replace(place.ledger(), copy);
  check_refused(place, "dana", {older, newer});
  // Wherever the older copy lies, its ledger is known here, and what is said of it is not that it was verified.
  const fs::path elsewhere = place.directory() / "elsewhere";
  fs::copy(place.ledger(), elsewhere, fs::copy_options::recursive);
  const std::string said = place.expect(5, "dana", {"--ledger", elsewhere.string(), "verify"});
  CHECK(contains(said, "NOT VERIFIED"));
  CHECK_FALSE(contains(said, "No key and no ledger id was brought along"));
  // Who never saw the newer head cannot know; and once the true ledger is back, all is well.
  place.expect(0, "ben", {"status"});
  replace(place.ledger(), newer_copy);
  CHECK(place.size() == 3);
  place.expect(0, "ben", {"status"});
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("another ledger at the same place is refused with both ids") {
  const Workplace place;
  const std::string first = place.init(Workplace::Policy::easy)["ledger"];
  place.expect(0, "ben", {"status"});
  fs::remove_all(place.ledger());
  const Json made = place.json(
      0, "eve",
      {"init", "--origin", "ledger.example/test", "--actor", "ben=" + place.public_key("ben").string() + ":approver"});
  check_refused(place, "ben", {first, made["ledger"]});
  check_refused(place, "dana", {first, made["ledger"]});
}

// The log's holder writes two histories from one copy on: branch A at ledger(), branch B at directory()/"b". ben has
// seen A, and signed a statement there.
struct Forked : Workplace {
  Forked() {
    init(Policy::easy);
    fs::copy(ledger(), directory() / "start", fs::copy_options::recursive);
    fs::copy(home("dana"), home("other-self"), fs::copy_options::recursive);
    grant(*this, "dana", "deployer");
    branch_a = expect(0, "ben", {"checkpoint"});
    expect(0, "ben", {"actor", "role", "ben", "--grant", "admin", "--sign-only", envelope()});
    fs::copy(ledger(), directory() / "a", fs::copy_options::recursive);
    replace(ledger(), directory() / "start");
    grant(*this, "other-self", "auditor");
    grant(*this, "other-self", "monitor");
    branch_b = expect(0, "other-self", {"checkpoint"});
  }
  std::string envelope() const { return (directory() / "on-a.json").string(); }
  std::string branch_a;
  std::string branch_b;
};

TEST_CASE("who has seen one branch of a fork refuses the other, with both signed heads") {
  const Forked place;
  check_refused(place, "ben", {"forked", place.branch_a, place.branch_b});
  check_refused(place, "dana", {"forked", place.branch_a, place.branch_b});
  // Each branch looks well on its own: that is why heads are remembered.
  place.expect(0, "other-self", {"verify"});
  replace(place.ledger(), place.directory() / "a");
  place.expect(0, "ben", {"verify"});
}

TEST_CASE("verify --since finds the fork for whoever kept a checkpoint") {
  const Forked place;
  const fs::path note = place.directory() / "kept.note";
  put_text(note, place.branch_a);
  CHECK(place.cairn("other-self", {"verify", "--since", note.string()}).code == 5);
  put_text(note, place.branch_b);
  place.expect(0, "other-self", {"verify", "--since", note.string()});
}

TEST_CASE("a statement that was signed on one branch is recorded on the other as refused: it is evidence of the fork") {
  const Forked place;
  const Ran ran = place.cairn("other-self", {"submit", place.envelope(), "--json"});
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 3);
  const Json answer = Json::parse(ran.out);
  CHECK(answer["outcome"] == "refused");
  CHECK(answer["refusal"] == "basis_not_on_history");
  CHECK(answer["seq"] == 3);
  place.expect(0, "other-self", {"verify"});
}

TEST_CASE("a remembered head never goes back, whoever remembers last") {
  const Workplace place;
  const Hash id = Hash::from_hex(place.init(Workplace::Policy::easy)["ledger"].get<std::string>()).value();
  const std::string older = place.expect(0, "dana", {"checkpoint"});
  grant(place, "dana", "deployer");
  const std::string newer = place.expect(0, "dana", {"checkpoint"});
  const Home home(place.home("dana"));
  REQUIRE(home.remember_head(id, older).ok());
  CHECK(home.remembered_head(id).value() == newer);
  const Home fresh(place.home("eve"));
  REQUIRE(fresh.remember_head(id, older).ok());
  CHECK(fresh.remembered_head(id).value() == older);
  REQUIRE(fresh.remember_head(id, newer).ok());
  CHECK(fresh.remembered_head(id).value() == newer);
}

TEST_CASE("a place whose ledger was refused at first sight is not remembered") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path older = place.directory() / "older";
  replace(older, place.ledger());
  grant(place, "dana", "deployer");
  const Ran ran = place.cairn("dana", {"--ledger", older.string(), "status"});
  INFO(ran.err);
  CHECK(ran.code == 5);
  CHECK(!fs::exists(Home(place.home("dana")).place_file(fs::weakly_canonical(older).string())));
}

// Others of this home write and remember meanwhile, so the head may be newer than the view that was opened before it
// was read.
TEST_CASE("the first sight of a place beside a writer is no rollback") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  // eve remembers dana's heads and never the place: what dana's process keeps is not taken from under it.
  fs::create_directories(place.home("eve"));
  fs::create_directory_symlink(place.home("dana") / "heads", place.home("eve") / "heads");
  for (int round = 0; round < 12; ++round) {
    Started one = place.start("dana", {"actor", "role", "ben", round % 2 == 0 ? "--grant" : "--revoke", "deployer"});
    for (int look = 0; look < 3; ++look) {
      fs::remove_all(place.home("eve") / "ledgers");
      const Ran ran = place.cairn("eve", {"checkpoint"});
      INFO(ran.err);
      REQUIRE(ran.code == 0);
    }
    REQUIRE(one.wait().code == 0);
  }
}

TEST_CASE("a remembered head that cannot be read is not forgotten") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  for (const auto& head : fs::directory_iterator(place.home("dana") / "heads")) put_text(head.path(), "");
  const Ran ran = place.cairn("dana", {"status"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 5);
}

}  // namespace
}  // namespace cairn::test
