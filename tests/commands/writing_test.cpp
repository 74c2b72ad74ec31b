// What every writing command answers with --json, and what it does when it is said twice.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

bool is_hash(const Json& json) {
  return json.is_string() && json.get<std::string>().size() == 64 &&
         json.get<std::string>().find_first_not_of("0123456789abcdef") == std::string::npos;
}

// CLI.md: every command that writes prints its receipt.
void check_receipt(const Json& answer, const std::string& outcome, std::uint64_t seq) {
  INFO(answer.dump(2));
  CHECK(answer["outcome"] == outcome);
  CHECK(answer["seq"] == seq);
  REQUIRE(answer.contains("id"));
  CHECK(answer["id"].is_string());
  CHECK(is_hash(answer["leaf_hash"]));
  CHECK(answer["tree_size"].get<std::uint64_t>() > seq);
  CHECK(is_hash(answer["root"]));
  CHECK(contains(answer["checkpoint"], "ledger.example/test\n"));
  REQUIRE(answer.contains("proof"));
  CHECK(answer["proof"].is_array());
}

// What the answer of a refusal must hold, wherever it is given.
void check_refusal(const Json& answer, const std::string& refusal) {
  INFO(answer.dump(2));
  CHECK(answer["outcome"] == "refused");
  CHECK(answer["refusal"] == refusal);
  REQUIRE(answer.contains("reasons"));
  CHECK(answer["reasons"].size() >= 1);
  CHECK(answer["seq"].is_number_unsigned());
}

void check_turned_away(const Json& answer, const std::string& refusal) {
  INFO(answer.dump(2));
  CHECK(answer["outcome"] == "turned_away");
  CHECK(answer["refusal"] == refusal);
  CHECK(!answer.contains("seq"));
  CHECK(answer["reasons"].size() == 1);
}

TEST_CASE("every writing command answers --json with one document: its receipt, and what it made") {
  const Workplace place;
  std::uint64_t seq = 0;
  const Json made = place.init(Workplace::Policy::easy);
  check_receipt(made, "admitted", seq);
  CHECK(is_hash(made["ledger"]));
  CHECK(made["vkey"].get<std::string>().starts_with("ledger.example/test+"));
  const auto writes = [&](const std::string& who, const Words& words) {
    const Json answer = place.json(0, who, words);
    check_receipt(answer, "admitted", ++seq);
    return answer;
  };
  place.expect(0, "eve", {"key", "new", "eve"});
  writes("dana", {"actor", "add", "eve", "--key", place.public_key("eve").string(), "--role", "monitor"});
  writes("dana", {"actor", "role", "eve", "--grant", "auditor"});
  const std::string first = ModelFiles().write_to(place.directory() / "first").string();
  CHECK(is_hash(writes("dana", {"register", "--model-path", first})["model"]));
  const Json deployed = writes("dana", {"deploy", "--model-path", first, "--environment", "production"});
  CHECK(deployed["rollout"] == "logistic/production/1");
  CHECK(writes("dana", {"promote", "logistic/production/1"})["rollout"] == "logistic/production/1");
  const fs::path report = place.directory() / "drift_metrics.json";
  put_text(report, drift_report(ModelFiles().stem()));
  writes("dana", {"monitor", "record", report.string()});
  writes("dana", {"promote", "logistic/production/1"});
  writes("dana", {"notify", "logistic/production/1", "--to", "all"});
  const std::string envelope = (place.directory() / "yes.json").string();
  CHECK(place.json(0, "ben", {"approve", "logistic/production/1", "--sign-only", envelope})["outcome"] == "signed");
  writes("dana", {"submit", envelope});
  writes("dana", {"promote", "logistic/production/1"});
  CHECK(writes("dana", {"rollback", "logistic", "--environment", "production", "--reason", "x"})["incident"] ==
        "INC-1");
  const fs::path policy = place.directory() / "policy-2.json";
  put_text(policy, text_of(place.directory() / "policy.json") + "\n");
  CHECK(is_hash(writes("dana", {"policy", "adopt", policy.string()})["policy"]));
  writes("dana", {"key", "rotate"});
  const std::string key = place.json(0, "eve", {"key", "show", "eve"})["key_id"];
  writes("dana", {"key", "revoke", key, "--reason", "left"});
  CHECK(place.size() == seq + 1);
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("submitted envelopes are answered in one document, whichever way each of them ends") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string good = (place.directory() / "good.json").string();
  const std::string refused = (place.directory() / "refused.json").string();
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer", "--sign-only", good, "--id", "one"});
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "admin", "--sign-only", refused});
  const Json answers = place.json(3, "dana", {"submit", good, refused, good});
  REQUIRE(answers.size() == 3);
  check_receipt(answers[0], "admitted", 1);
  CHECK(answers[0]["id"] == "one");
  check_receipt(answers[1], "refused", 2);
  check_refusal(answers[1], "role_missing");
  CHECK(answers[2]["seq"] == 1);
  CHECK(answers[2]["repeated"] == true);
  check_refusal(place.json(3, "dana", {"submit", refused}), "role_missing");
}

TEST_CASE("a refusal is recorded, and --json names it, its reasons and its seq") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const Words full = {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode",
                      "full",   "--id",         "f"};
  const Json answer = place.json(3, "dana", full);
  check_receipt(answer, "refused", 1);
  check_refusal(answer, "stage_order");
  CHECK(place.size() == 2);

  const Json again = place.json(3, "dana", full);
  check_receipt(again, "refused", 1);
  check_refusal(again, "stage_order");
  CHECK(again["repeated"] == true);
  CHECK(place.size() == 2);

  const Ran text = place.cairn(
      "dana", {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode", "full"});
  CHECK(text.code == 3);
  CHECK(contains(text.out, "stage_order"));
  CHECK(contains(text.out, "To clear it:"));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("what is turned away has no seq, and exits 3, or 4 for a used id") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const Words grant = {"actor", "role", "ben", "--grant", "deployer", "--id", "job-1"};
  const Json first = place.json(0, "dana", grant);
  check_turned_away(place.json(4, "dana", {"actor", "role", "ben", "--grant", "auditor", "--id", "job-1"}), "id_used");
  check_turned_away(place.json(4, "dana", {"actor", "role", "ben", "--grant", "auditor", "--id", "job-1", "--dry-run"}),
                    "id_used");
  // eve's key was never enrolled.
  place.expect(0, "eve", {"key", "new", "eve"});
  const std::string envelope = (place.directory() / "eve.json").string();
  place.expect(0, "eve", {"actor", "role", "ben", "--grant", "auditor", "--sign-only", envelope});
  check_turned_away(place.json(3, "dana", {"submit", envelope}), "unknown_key");
  const Ran text = place.cairn("dana", {"submit", envelope});
  CHECK(text.code == 3);
  CHECK(contains(text.out, "not recorded"));
  CHECK(place.size() == 2);
}

TEST_CASE("a statement that expects what is no longer so is a conflict, and nothing is recorded") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  const std::string envelope = (place.directory() / "promote.json").string();
  place.expect(0, "dana", {"promote", "logistic/production/1", "--sign-only", envelope});
  place.expect(0, "dana", {"promote", "logistic/production/1"});
  check_turned_away(place.json(4, "dana", {"submit", envelope}), "expects_unmet");
  CHECK(place.size() == 3);
}

TEST_CASE("--dry-run asks the rules and leaves nothing; --sign-only leaves one file and needs no log key") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "ben", {"status"});
  const auto files = place.files();
  CHECK(place.json(0, "dana", {"actor", "role", "ben", "--grant", "deployer", "--dry-run"})["outcome"] ==
        "would_be_admitted");
  const Json refused = place.json(3, "ben", {"actor", "role", "ben", "--grant", "admin", "--dry-run"});
  CHECK(refused["outcome"] == "would_be_refused");
  CHECK(refused["refusal"] == "role_missing");
  CHECK(place.files() == files);
  const fs::path envelope = place.directory() / "envelope.json";
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "admin", "--sign-only", envelope.string()});
  CHECK(place.files().size() == files.size() + 1);
  const std::string before = text_of(envelope);
  CHECK(place.cairn("ben", {"actor", "role", "ben", "--grant", "admin", "--sign-only", envelope.string()}).code == 2);
  CHECK(text_of(envelope) == before);
  CHECK(place.size() == 1);
}

TEST_CASE("the same id and the same command give the first receipt, though the decision would be another by now") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const std::vector<Words> commands = {
      {"register", "--model-path", models, "--id", "register"},
      {"deploy", "--model-path", models, "--environment", "production", "--id", "deploy"},
      {"promote", "logistic/production/1", "--id", "promote"},
      {"notify", "logistic/production/1", "--to", "all", "--id", "notify"},
      {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode", "canary",
       "--rollout-percentage", "50", "--id", "canary"},
      {"rollback", "logistic", "--environment", "production", "--reason", "x", "--id", "rollback"},
  };
  std::vector<Json> first;
  for (const Words& command : commands) first.push_back(place.json(0, "dana", command));
  const std::uint64_t size = place.size();
  REQUIRE(size == commands.size() + 1);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    INFO(commands[i].front());
    const Json again = place.json(0, "dana", commands[i]);
    CHECK(again["seq"] == first[i]["seq"]);
    CHECK(again["leaf_hash"] == first[i]["leaf_hash"]);
    CHECK(again["repeated"] == true);
    CHECK(again["id"] == first[i]["id"]);
  }
  CHECK(place.size() == size);
  check_turned_away(place.json(4, "dana", {"notify", "logistic/production/1", "--to", "others", "--id", "notify"}),
                    "id_used");
  CHECK(place.size() == size);
}

TEST_CASE("ids are each author's own") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string envelope = (place.directory() / "ben.json").string();
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer", "--id", "job-1"});
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "auditor", "--id", "job-1", "--sign-only", envelope});
  CHECK(place.json(3, "dana", {"submit", envelope})["seq"] == 2);
}

TEST_CASE("two processes that say the same id at once make one entry and hold the same receipt") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  for (int round = 1; round <= 4; ++round) {
    const Words words = {
        "actor", "role", "ben", round % 2 == 1 ? "--grant" : "--revoke", "deployer", "--id", str("job-", round),
        "--json"};
    Started one = place.start("dana", words);
    Started two = place.start("dana", words);
    const Ran first = one.wait();
    const Ran second = two.wait();
    INFO(first.out << first.err << second.out << second.err);
    REQUIRE(first.code == 0);
    REQUIRE(second.code == 0);
    const Json a = Json::parse(first.out);
    const Json b = Json::parse(second.out);
    CHECK(a["seq"] == round);
    CHECK(b["seq"] == round);
    CHECK(a["leaf_hash"] == b["leaf_hash"]);
    CHECK(a["repeated"] != b["repeated"]);
  }
  CHECK(place.size() == 5);
}

TEST_CASE("--wait sleeps until the soak is done") {
  const Workplace place;
  place.init(Workplace::Policy::guide);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const fs::path report = place.directory() / "drift_metrics.json";
  place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  place.expect(3, "dana", {"promote", "logistic/production/1", "--dry-run"});
  // Time after the last record does not count yet, so somebody has to go on monitoring while the other waits.
  Started waiting = place.start("dana", {"promote", "logistic/production/1", "--wait"});
  for (int i = 0; i < 3; ++i) {
    Started(place.directory() / "printed", {"/bin/sleep", "0.5"}, {}).wait();
    put_text(report, drift_report(ModelFiles().stem()));
    place.expect(0, "dana", {"monitor", "record", report.string()});
  }
  const Ran ran = waiting.wait();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
}

}  // namespace
}  // namespace cairn::test
