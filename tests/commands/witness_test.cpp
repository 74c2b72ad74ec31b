// Witnesses as their operators run them: named, asked, away and back.
#include <future>
#include <nlohmann/json.hpp>
#include <random>

#include "ledger/base/text.h"
#include "ledger/tlog/witness_policy.h"
#include "tests/catch.h"
#include "tests/commands/witness_place.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// How far each witness has cosigned, by name; 0: nothing.
std::map<std::string, Size> cosigned_by(const WitnessPlace& place) {
  std::map<std::string, Size> sizes;
  const Json listed = place.json(0, "dana", {"witness", "list"});
  for (const Json& row : listed["witnesses"]) {
    sizes[row["name"].get<std::string>()] = row["cosigned"].is_null() ? 0 : row["cosigned"].get<Size>();
  }
  return sizes;
}

std::size_t signatures_of(const std::string& note) {
  const auto parts = split_note(note);
  return parts ? parts->lines.size() : 0;
}

// The size of the newest witnessed head, or 0.
Size witnessed_size(const WitnessPlace& place) {
  const Ran ran = place.cairn("dana", {"checkpoint", "--witnessed"});
  return ran.code == 0 ? claimed_size(ran.out).value() : 0;
}

TEST_CASE("while a witness is away every command is done as without it, and one request brings it to the newest") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  place.grow();
  REQUIRE(cosigned_by(place)[host->name()] == 2);
  const std::string policy = place.policy_file();
  host->kill();
  for (int i = 0; i < 3; ++i) {
    const std::string said = place.grow();
    CHECK(contains(said, host->name()));
    CHECK(contains(said, "The entry stands"));
    CHECK(count_lines(said) == 1);
  }
  const std::string bare = place.expect(0, "dana", {"checkpoint"});
  CHECK(signatures_of(bare) == 1);
  CHECK(witnessed_size(place) == 2);
  CHECK(contains(place.expect(0, "dana", {"witness", "list"}), "3 entries behind"));
  const Json away = place.json(1, "dana", {"witness", "cosign"});
  CHECK(away["quorum_met"] == false);
  CHECK(away["missing"] == Json{host->name()});
  const Json report = place.json(5, "dana", {"verify", "--witness", policy});
  CHECK(reports(report, "not_witnessed", host->name()));
  CHECK(reports(report, "not_witnessed", "that has enough is of size 2"));

  host->start();
  CHECK(contains(place.expect(0, "dana", {"witness", "cosign"}), "The quorum is met"));
  CHECK(witnessed_size(place) == 5);
  CHECK(cosigned_by(place)[host->name()] == 5);
  place.expect(0, "dana", {"verify", "--witness", policy});
  // What nothing asks for any more is not kept.
  CHECK_FALSE(fs::exists(place.kept() / "2.note"));
  CHECK(fs::exists(place.kept() / "5.note"));
}

TEST_CASE("two of three witnesses make a quorum, which the newest head that two of them cosigned meets") {
  const WitnessPlace place;
  std::vector<std::unique_ptr<WitnessHost>> hosts;
  std::string text;
  std::string group = "group g 2";
  for (const std::string name : {"a", "b", "c"}) {
    hosts.push_back(place.witness(name));
    text += str("witness ", name, ' ', hosts.back()->vkey(), ' ', hosts.back()->url(), '\n');
    group += " " + name;
  }
  place.expect(0, "dana",
               {"witness", "policy", "--set", place.file("two", "# two of them\n" + text + group + "\nquorum g\n")});
  const std::string policy = place.policy_file();
  CHECK(contains(text_of(policy), "log " + place.log_key()));
  hosts[2]->kill();
  place.grow();
  CHECK(witnessed_size(place) == 2);
  const Json report = place.json(0, "dana", {"verify", "--witness", policy});
  CHECK(report["witnesses"] == Json{"a", "b"});
  hosts[1]->kill();
  place.grow();
  const Json unmet = place.json(1, "dana", {"witness", "cosign"});
  CHECK(unmet["missing"] == Json{"b", "c"});
  CHECK(witnessed_size(place) == 2);
  CHECK(cosigned_by(place) == std::map<std::string, Size>{{"a", 3}, {"b", 2}, {"c", 0}});
  // The head that two cosigned stays although both have gone further, each to another size.
  hosts[0]->kill();
  hosts[1]->start();
  place.grow();
  CHECK(cosigned_by(place) == std::map<std::string, Size>{{"a", 3}, {"b", 4}, {"c", 0}});
  CHECK(witnessed_size(place) == 2);
  hosts[2]->start();
  place.expect(0, "dana", {"witness", "cosign"});
  CHECK(witnessed_size(place) == 4);
  CHECK_FALSE(fs::exists(place.kept() / "2.note"));
}

TEST_CASE("a witness of which nothing is known here says from which size it goes on") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  place.grow();
  fs::remove_all(place.kept());
  CHECK(cosigned_by(place)[host->name()] == 0);
  place.expect(0, "dana", {"witness", "cosign"});
  CHECK(witnessed_size(place) == 2);
  fs::remove_all(place.kept());
  CHECK(place.grow().empty());
  CHECK(witnessed_size(place) == 3);
}

TEST_CASE("a cosignature that could not be kept, or whose asker was killed, is had again") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  const Ran full = place.cairn("dana", {"witness", "cosign"}, {}, 100);
  INFO(full.out << full.err);
  CHECK(full.code == 1);
  CHECK(contains(full.out, "not cosigned"));
  CHECK(cosigned_by(place)[host->name()] == 0);
  place.expect(0, "dana", {"witness", "cosign"});
  std::mt19937_64 random(seed_of_run());
  for (int round = 0; round < 24; ++round) {
    place.grow();
    fs::remove_all(place.kept());
    Started asker = place.start("dana", {"witness", "cosign"});
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 25000));
    asker.kill();
    // Whatever it left can be read, and is whole or not there.
    place.expect(0, "dana", {"witness", "list"});
    place.expect(0, "dana", {"witness", "cosign"});
    REQUIRE(witnessed_size(place) == place.size());
  }
}

TEST_CASE("several that ask at once all end well, and leave one note") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  const auto other = place.witness("w2");
  place.name_witness(*host);
  place.name_witness(*other);
  host->kill();
  other->kill();
  place.grow();
  place.grow();
  host->start();
  other->start();
  std::vector<Started> askers;
  for (int i = 0; i < 4; ++i) askers.push_back(place.start("dana", {"witness", "cosign"}));
  for (Started& asker : askers) {
    const Ran ran = asker.wait();
    INFO(ran.out << ran.err);
    CHECK((ran.code == 0 || contains(ran.out, "409 again")));
  }
  CHECK(witnessed_size(place) == 3);
  CHECK(signatures_of(place.expect(0, "dana", {"checkpoint"})) == 3);
  CHECK(std::distance(fs::directory_iterator(place.kept()), {}) == 1);
}

TEST_CASE("where no witness is named nothing is asked and nothing is kept") {
  const WitnessPlace place;
  CHECK(place.grow().empty());
  for (const Words& words : {Words{"witness", "list"},
                             {"witness", "policy"},
                             {"witness", "cosign"},
                             {"witness", "remove", "w"},
                             {"checkpoint", "--witnessed"}}) {
    const Ran ran = place.cairn("dana", words);
    INFO(words.back() << ran.out << ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "cairn witness add"));
  }
  for (const auto& file : fs::directory_iterator(place.home("dana") / "logs")) {
    CHECK(file.path().extension() == ".pem");
  }
}

TEST_CASE("submit asks the witnesses once, behind its answers") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  std::string lines;
  for (int i = 0; i < 3; ++i) {
    const std::string file = (place.directory() / str("s", i)).string();
    place.expect(0, "dana",
                 {"actor", "role", "ben", "--grant",
                  i == 0   ? "monitor"
                  : i == 1 ? "auditor"
                           : "deployer",
                  "--sign-only", file});
    lines += text_of(file);
  }
  place.expect(0, "dana", {"submit", place.file("all.jsonl", lines)});
  CHECK(witnessed_size(place) == 4);
  CHECK(cosigned_by(place)[host->name()] == 4);
}

TEST_CASE("neither a dry run nor a signed file asks a witness, and --json is one document with a witness away") {
  const WitnessPlace place;
  const SeemingWitness seeming([](const std::string&, int socket) { send_all(socket, http_answer(500, "")); });
  place.expect(0, "dana", {"witness", "add", "w", SeemingWitness::vkey(), seeming.url()});
  const Words grant = {"actor", "role", "ben", "--grant", "deployer"};
  place.expect(0, "dana", with(grant, {"--dry-run"}));
  place.expect(0, "dana", with(grant, {"--sign-only", (place.directory() / "signed").string()}));
  place.expect(0, "dana", {"status"});
  CHECK(seeming.requests() == 0);
  CHECK(place.json(0, "dana", grant)["outcome"] == "admitted");
  CHECK(seeming.requests() == 1);
  place.json(3, "dana", grant);  // recorded as refused: an entry as any
  CHECK(seeming.requests() == 2);
}

TEST_CASE("a checkpoint goes to the address that was named, whatever proxies the environment knows") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  const Ran ran = place.cairn("dana", {"witness", "cosign"},
                              {{"http_proxy", "http://127.0.0.1:1"}, {"ALL_PROXY", "http://127.0.0.1:1"}});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
}

TEST_CASE("a damaged note of this home is named, and keeps no command from its own work") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  place.grow();
  const fs::path kept = place.kept() / "2.note";
  const std::string whole = text_of(kept);
  std::string flipped = whole;
  flipped[flipped.size() - 10] ^= 1;  // in the cosignature
  for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() / 2), flipped}) {
    put_text(kept, damaged);
    const Ran ran = place.cairn("dana", {"witness", "cosign"});
    INFO(ran.out << ran.err);
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, kept.string()));
  }
  put_text(kept, "");
  const Ran plain = place.cairn("dana", {"checkpoint"});
  CHECK(plain.code == 0);
  CHECK(signatures_of(plain.out) == 1);
  CHECK(contains(plain.err, "left out"));
  CHECK(contains(place.grow(), kept.string()));
  fs::remove(kept);
  place.expect(0, "dana", {"witness", "cosign"});
  CHECK(witnessed_size(place) == 3);
}

}  // namespace
}  // namespace cairn::test
