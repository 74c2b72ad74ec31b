// replay --policy: the same history under another policy, as people at a terminal and scripts meet it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// One version at full in production, after an attempt without a notice that was refused and is on record.
struct Deployed {
  Workplace place;
  std::string policy;

  Deployed() {
    place.init(Workplace::Policy::easy);
    fs::copy(place.home("dana") / "logs", place.home("ben") / "logs");
    policy = place.expect(0, "dana", {"policy", "show"});
    const std::string model = ModelFiles().write_to(place.directory() / "models").string();
    const Words deploy = {"deploy", "--model-path", model, "--environment", "production", "--deployment-mode"};
    const auto to = [&](int code, const std::string& mode) {
      Words words = deploy;
      words.push_back(mode);
      place.expect(code, "dana", words);
    };
    to(0, "shadow");
    to(0, "canary");
    to(3, "full");
    place.expect(0, "dana", {"notify", "logistic/production/1", "--to", "#ml"});
    place.expect(0, "ben", {"approve", "logistic/production/1", "--stage", "full"});
    to(0, "full");
  }

  std::string other(const std::string& what, const std::string& with) const {
    std::string text = policy;
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), with);
    const fs::path file = place.directory() / "other.json";
    put_text(file, text);
    return file.string();
  }
  std::string stricter() const { return other("0.85", "0.99"); }
};

// By how they come out.
std::map<std::string, std::vector<std::uint64_t>> seqs_by_change(const Json& answer) {
  std::map<std::string, std::vector<std::uint64_t>> seqs;
  for (const Json& row : answer.at("entries")) seqs[row.at("change")].push_back(row.at("seq"));
  return seqs;
}

}  // namespace

TEST_CASE("replay --policy lists what comes out otherwise, in a table and as JSON, and leaves the record as it was",
          "[long]") {
  const Deployed deployed;
  const Workplace& place = deployed.place;
  const auto before = place.files();
  const std::uint64_t size = place.size();
  const std::string strict = deployed.stricter();

  const std::string text = place.expect(0, "dana", {"replay", "--policy", strict});
  INFO(text);
  CHECK(contains(text, "each entry alone"));
  CHECK(contains(text, "the policy of entry 0"));
  CHECK(contains(text, "Would have been refused: 3"));
  CHECK(contains(text, "gates_not_passed: accuracy: 0.951 is not >= 0.99"));
  CHECK(contains(text, "Refused for another reason") == false);
  for (const std::string& line : {std::string("proposed logistic"), std::string("--cascade")})
    CHECK(contains(text, line));

  const Json alone = place.json(0, "dana", {"replay", "--policy", strict});
  CHECK(alone["mode"] == "alone");
  CHECK(alone["size"] == size);
  CHECK(alone["totals"]["changed"]["refused"] == 3);
  CHECK(seqs_by_change(alone)["refused"].size() == 3);
  const Json& row = alone["entries"][0];
  CHECK(row["outcome"] == "admitted");
  CHECK(row["then"]["agrees"] == true);
  CHECK(row["other"]["refusal"] == "gates_not_passed");
  CHECK(row["other"]["gates"][0]["result"] == "FAIL");
  CHECK(row["then"]["gates"][0]["result"] == "PASS");
  CHECK(alone["state_hash"] == place.json(0, "dana", {"replay"})["state_hash"]);
  CHECK(place.size() == size);

  const Json cascade = place.json(0, "dana", {"replay", "--policy", strict, "--cascade"});
  CHECK(seqs_by_change(cascade)["refused"].size() == 1);
  const auto moot = seqs_by_change(cascade)["moot"];
  CHECK(moot.size() == 5);
  for (const Json& one : cascade["entries"]) {
    if (one["change"] != "moot") continue;
    CHECK(one["other"]["outcome"] == "moot");
    CHECK(one["other"]["missing"] == "rollout logistic/production/1");
    CHECK(one["other"]["missing_seq"] == seqs_by_change(cascade)["refused"][0]);
  }
  CHECK(cascade["slots"][0]["on_record"][0]["stage"] == "full");
  CHECK(cascade["slots"][0]["there"].empty());
  CHECK(cascade["slots"][0]["same"] == false);
  CHECK(cascade["state_hash"] == alone["state_hash"]);
  const std::string there = place.expect(0, "dana", {"replay", "--policy", strict, "--cascade"});
  INFO(there);
  CHECK(contains(there, "Moot"));
  CHECK(contains(there, "rollout logistic/production/1 is not there"));
  CHECK(contains(there, "What would be where: 1 of 1 differ"));
  CHECK(contains(there, "nothing"));

  const Json part =
      place.json(0, "dana", {"replay", "--policy", strict, "--to", std::to_string(row["seq"].get<int>())});
  CHECK(part["entries"].size() == 1);
  CHECK(part["size"] == row["seq"].get<std::uint64_t>() + 1);
  const std::string asks_no_notice = deployed.other(R"("notice": true)", R"("notice": false)");
  const Json laxer = place.json(0, "dana", {"replay", "--policy", asks_no_notice});
  CHECK(seqs_by_change(laxer)["refused_otherwise"].size() == 1);
  CHECK(laxer["totals"]["refusals"] == Json({{"approval_missing", 1}}));
  auto after = place.files();
  after.erase(std::remove(after.begin(), after.end(), "other.json"), after.end());
  CHECK(after == before);
}

TEST_CASE("replay --policy with the policy that was in force throughout finds nothing", "[long]") {
  const Deployed deployed;
  const std::string same = deployed.other("0.85", "0.85");
  for (const bool cascade : {false, true}) {
    Words words = {"replay", "--policy", same};
    if (cascade) words.push_back("--cascade");
    const Json answer = deployed.place.json(0, "dana", words);
    CHECK(answer["entries"].empty());
    const std::string text = deployed.place.expect(0, "dana", words);
    CHECK(contains(text, "Every entry keeps its outcome, and each refusal its first reason."));
    CHECK(contains(text, "it is the policy that was in force throughout"));
  }
}

TEST_CASE("replay --policy says of a bad file what policy check says, and --cascade takes a policy") {
  Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path file = place.directory() / "bad.json";
  put_text(file, R"({"name": "bad", "rules": 1, "gates": 7})");
  const Ran checked = place.cairn("dana", {"policy", "check", file.string()});
  const Ran replayed = place.cairn("dana", {"replay", "--policy", file.string()});
  CHECK(checked.code == 2);
  CHECK(replayed.code == 2);
  CHECK(replayed.err == checked.err);
  CHECK(contains(replayed.err, "gates"));
  CHECK(place.cairn("dana", {"replay", "--policy", (place.directory() / "none.json").string()}).code == 1);
  CHECK(place.cairn("dana", {"replay", "--cascade"}).code == 2);
}

}  // namespace cairn::test
