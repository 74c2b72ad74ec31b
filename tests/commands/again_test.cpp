// Said again, or said without effect: what a job that runs twice, or a home that is full, makes of a command.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST_CASE("what is done already is done: a job that runs again ends well and records nothing") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const std::vector<std::pair<Words, std::string>> commands = {
      {{"deploy", "--model-path", models, "--environment", "production"}, "rollout"},
      {{"policy", "adopt", (place.directory() / "policy.json").string()}, "policy"},
  };
  place.expect(0, "dana", commands.front().first);
  const std::uint64_t size = place.size();
  for (const auto& [words, made] : commands) {
    INFO(words.front());
    const Json again = place.json(0, "dana", words);
    INFO(again.dump(2));
    CHECK(again["outcome"] == "unchanged");
    CHECK(again["reasons"].size() == 1);
    CHECK(again.contains(made));
    CHECK(!again.contains("seq"));
    CHECK(contains(place.expect(0, "dana", words), "Nothing to do: "));
    Words tried = words;
    tried.push_back("--dry-run");
    CHECK(place.json(0, "dana", tried)["outcome"] == "unchanged");
  }
  CHECK(place.size() == size);
}

TEST_CASE("files that are registered under one name are not registered under another, and who asks is told which") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  place.expect(0, "dana", {"register", "--model-path", models, "--version", "1.0"});
  const std::uint64_t size = place.size();
  for (const Words& words : {Words{"register", "--model-path", models, "--version", "2.0"},
                             Words{"deploy", "--model-path", models, "--version", "2.0"},
                             Words{"register", "--model-path", models, "--version", "2.0", "--dry-run"}}) {
    const Ran ran = place.cairn("dana", words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "registered as logistic 1.0"));
    CHECK(contains(ran.err, "--version"));
  }
  CHECK(place.size() == size);
  // Said as it stands, or not said, it is what was said before.
  place.expect(0, "dana", {"register", "--model-path", models, "--version", "1.0"});
  place.expect(0, "dana", {"register", "--model-path", models, "--name", "logistic"});
  place.expect(0, "dana", {"register", "--model-path", models});
  CHECK(!contains(place.expect(0, "dana", {"log"}), "2.0"));
}

TEST_CASE("a head that cannot be remembered is a warning behind the receipt of what is recorded") {
  const Workplace place;
  const Json made = place.init(Workplace::Policy::easy);
  // No file can be opened for writing where a directory is, whoever runs this.
  const fs::path lock = place.home("dana") / "heads" / (made["ledger"].get<std::string>() + ".lock");
  fs::remove(lock);
  fs::create_directories(lock);
  const Words words = {"actor", "role", "ben", "--grant", "deployer", "--json"};
  const Ran ran = place.cairn("dana", words);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(Json::parse(ran.out)["seq"] == 1);
  CHECK(contains(ran.err, "entry 1 is recorded"));
  CHECK(contains(ran.err, lock.string()));
  fs::remove(lock);
  CHECK(place.size() == 2);
}

TEST_CASE("each of several envelopes of one id keeps its own answer") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string refused = (place.directory() / "refused.json").string();
  const std::string other = (place.directory() / "other.json").string();
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "admin", "--id", "x", "--sign-only", refused});
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "auditor", "--id", "x", "--sign-only", other});
  const Ran ran = place.cairn("dana", {"submit", refused, other, refused, "--json"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  const Json answers = Json::parse(ran.out);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["refusal"] == "role_missing");
  CHECK(answers[0]["reasons"].size() >= 1);
  CHECK(answers[0]["rule"].is_string());
  CHECK(answers[1]["refusal"] == "id_used");
  CHECK(answers[2]["repeated"] == true);
  CHECK(answers[2]["reasons"] == answers[0]["reasons"]);
}

TEST_CASE("a share of traffic is 1 to 100 in the user's own words, and no full rollout takes a part") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const Words deploy = {"deploy", "--model-path", models, "--environment", "production"};
  const auto said = [&](const std::string& mode, const std::string& share) {
    Words words = deploy;
    words.insert(words.end(), {"--deployment-mode", mode, "--rollout-percentage", share});
    return place.cairn("dana", words);
  };
  for (const std::string share : {"-10", "99999999999999999999", "0", "101", "010", "5.5", "ten"}) {
    const Ran ran = said("canary", share);
    INFO(share << "\n" << ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "--rollout-percentage " + share));
  }
  for (const std::string share : {"50", "10"}) {
    const Ran ran = said("full", share);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "--deployment-mode canary"));
  }
  for (const std::string share : {"-10", "99999999999999999999", "0"}) {
    CHECK(place.cairn("dana", {"promote", "logistic/production/1", "--percent", share}).code == 2);
  }
  CHECK(place.size() == 1);
  CHECK(contains(place.expect(0, "dana", {"deploy", "--help"}), "P=10"));
  CHECK(said("canary", "10").code != 2);
}

TEST_CASE("a rollback that finds nothing to go back to says so aloud, and what it passed over") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto to_full = [&](const std::string& time, const std::string& content, const std::string& rollout) {
    ModelFiles model;
    model.time = time;
    model.content = content;
    const std::string models = model.write_to(place.directory() / time).string();
    const std::string envelope = (place.directory() / (time + ".json")).string();
    place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
    place.expect(0, "dana", {"promote", rollout});
    place.expect(0, "dana", {"promote", rollout});
    place.expect(0, "dana", {"notify", rollout, "--to", "all"});
    place.expect(0, "ben", {"approve", rollout, "--sign-only", envelope});
    place.expect(0, "dana", {"submit", envelope});
    place.expect(0, "dana", {"promote", rollout});
    return models;
  };
  to_full("20261120_101500", R"({"weights": [1]})", "logistic/production/1");
  to_full("20261121_101500", R"({"weights": [2]})", "logistic/production/2");
  const Words back = {"rollback", "logistic", "--environment", "production", "--reason", "x"};
  const Ran first = place.cairn("dana", back);
  CHECK(first.code == 0);
  CHECK(first.err.empty());
  const std::string elsewhere = ModelFiles{.type = "other"}.write_to(place.directory() / "elsewhere").string();
  Words with_files = back;
  with_files.insert(with_files.end(), {"--model-path", elsewhere});
  const Ran second = place.cairn("dana", with_files);
  INFO(second.out << second.err);
  CHECK(second.code == 0);
  CHECK(contains(second.err, "NOTHING TO GO BACK TO"));
  CHECK(contains(second.err, "20261121_101500: it was rolled back from"));
  CHECK(contains(second.err, "the files under --model-path are of none"));
}

}  // namespace
}  // namespace cairn::test
