// cairn diff over ledgers on disk, and what a question about one model reads.
#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "commands/moments.h"
#include "commands/output.h"
#include "commands/render_timeline.h"
#include "ledger/base/text.h"
#include "projections/model_history.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/store_in_front.h"
#include "tests/texts.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

Json diff_json(const ReadCase& lived, const DiffFlags& flags) {
  return run_json([&] { return run_diff(lived.json(), flags); });
}

std::string diff_text(const ReadCase& lived, const DiffFlags& flags) {
  const Printed printed = printed_by([&] { return run_diff(lived.globals(), flags); });
  INFO(printed.error);
  REQUIRE(printed.exit == Exit::done);
  return printed.out;
}

Json fact_of(const Json& diff, const std::string& kind, const std::string& subject) {
  for (const Json& row : diff["facts"]) {
    if (row["kind"] == kind && row["subject"] == subject) return row;
  }
  return {};
}

// v1 at full, v2 in canary, one attempt refused; see read_test.cpp.
//   1 register v1   2 propose 3 canary 10 4 canary 50 5 notify 6 approve 7 full
//   8 register v2   9 propose 10 canary 10 11 full at once, refused
struct Compared : ReadCase {
  Compared() {
    register_model("logistic", "v1", "0.9");
    roll_out("logistic", "v1");
    register_model("logistic", "v2", "0.95");
    propose("logistic", "v2");
    say(Promote{"logistic/production/2", std::nullopt});
    say(Promote{"logistic/production/2", 100});
  }
};

// Counts what is read of another store.
class CountingStore final : public StoreInFront {
 public:
  using StoreInFront::StoreInFront;

  mutable std::atomic<std::size_t> entries = 0;  // a ledger reads ahead in other threads
  mutable std::size_t snapshots = 0;

  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override {
    TRY_LET(found, StoreInFront::read(from, limit));
    entries += found.size();
    return found;
  }
  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    ++snapshots;
    return StoreInFront::snapshot(at_most);
  }
};

}  // namespace

TEST_CASE("diff names what runs otherwise, at what percent, and the entries that did it") {
  const Compared& lived = shared<Compared>();
  const Json diff = diff_json(lived, {"7", "11", {}, {}});
  CHECK(diff["same"] == false);
  CHECK(diff["entries"] == 4);
  CHECK(diff["from"]["seq"] == 7);
  CHECK(diff["to"]["seq"] == 11);
  REQUIRE(diff["slots"].size() == 2);
  const Json& left = diff["slots"][0];
  CHECK(left["version"] == "v1");
  CHECK(left["before"] == Json({{"stage", "full"}, {"percent", 100}, {"seq", 7}}));
  CHECK(left["after"] == Json({{"stage", "full"}, {"percent", 90}, {"seq", 7}}));
  const Json& came = diff["slots"][1];
  CHECK(came["version"] == "v2");
  CHECK(came["digest"] == lived.digest("logistic", "v2").hex());
  CHECK(came["before"].is_null());
  CHECK(came["after"] == Json({{"stage", "canary"}, {"percent", 10}, {"seq", 10}}));
  REQUIRE(came["steps"].size() == 2);
  CHECK(came["steps"][0]["seq"] == 9);
  CHECK(came["steps"][1]["seq"] == 10);
  CHECK(came["steps"][1]["author"] == "dana");
  CHECK(diff["policy"].is_null());
}

TEST_CASE("diff counts what was refused in between, and names the approvals with who gave them") {
  const Compared& lived = shared<Compared>();
  CHECK(diff_json(lived, {"7", "11", {}, {}})["refused"] ==
        Json::array({{{"refusal", "notice_missing"}, {"seqs", {11}}}}));
  CHECK(diff_json(lived, {"7", "10", {}, {}})["refused"].empty());
  const Json approval = fact_of(diff_json(lived, {"5", "7", {}, {}}), "approval", "logistic/production/1, full, lena");
  CHECK(approval["before"].is_null());
  CHECK(approval["after"]["text"] == "granted");
  CHECK(approval["after"]["seq"] == 6);
  CHECK(approval["steps"][0]["author"] == "lena");
}

TEST_CASE("diff between a point and itself says that nothing changed, also by a time") {
  const Compared& lived = shared<Compared>();
  CHECK(says(diff_text(lived, {"9", "9", {}, {}}), "Nothing changed."));
  const Json diff = diff_json(lived, {"2099-01-01", "2099-01-01", {}, {}});
  CHECK(diff["same"] == true);
  CHECK(diff["to"]["seq"] == 11);
  CHECK_FALSE(says(diff_text(lived, {"8", "9", {}, {}}), "Nothing changed."));
}

TEST_CASE("diff says in its heading what it was asked about, so that nothing changed there is not nothing at all") {
  const Compared& lived = shared<Compared>();
  const std::string staging = diff_text(lived, {"7", "11", "staging", {}});
  CHECK(says(staging, "Nothing changed."));
  CHECK(says(staging, "4 entries\nonly what concerns environment staging\n"));
  CHECK(says(diff_text(lived, {"7", "11", "staging", "logistic"}),
             "only what concerns model logistic, environment staging\n"));
  CHECK_FALSE(says(diff_text(lived, {"7", "11", {}, {}}), "only what concerns"));
  const Json diff = diff_json(lived, {"7", "11", "staging", {}});
  CHECK(diff["same"] == true);
  CHECK(diff["environment"] == "staging");
  CHECK(diff["model"].is_null());
}

TEST_CASE("diff takes its points in their order, and points that there are") {
  const Compared& lived = shared<Compared>();
  const auto refused = [&](const DiffFlags& flags) {
    const Printed printed = printed_by([&] { return run_diff(lived.globals(), flags); });
    CHECK(printed.exit == Exit::usage);
    CHECK(printed.out.empty());
    return printed.error;
  };
  CHECK(refused({"9", "7", {}, {}}) == "--from 9 is after --to 7; exchange the two");
  CHECK(says(refused({"2099-01-01", "11", {}, {}}), "exchange the two"));
  CHECK(says(refused({"9", "12", {}, {}}), "--to 12: this ledger holds entries 0 to 11"));
  CHECK(says(refused({"12", "9", {}, {}}), "--from 12: this ledger holds entries 0 to 11"));
  CHECK(says(refused({"yesterday", "9", {}, {}}), "yesterday"));
  CHECK(says(refused({"7", "9", {}, "logistics"}), "no entry speaks of a model logistics"));
  CHECK(says(refused({"7", "9", "produktion", {}}), "no entry speaks of the environment produktion"));
}

TEST_CASE("diff of a policy shows which values differ, and the entry that adopted it") {
  Compared lived;
  std::string document;
  lived.with_session([&](Session& session) { document = (*session.world())->force->document; });
  const std::string before = document;
  document.replace(document.find("0.85"), 4, "0.88");
  lived.say(AdoptPolicy{document});
  const Json policy = diff_json(lived, {"11", "12", {}, {}})["policy"];
  CHECK(policy["before"] == Json({{"digest", sha256(before).hex()}, {"adopted_seq", 0}}));
  CHECK(policy["after"] == Json({{"digest", sha256(document).hex()}, {"adopted_seq", 12}}));
  REQUIRE(policy["values"].size() == 1);
  CHECK(policy["values"][0]["path"] == "gates.accuracy.threshold");
  CHECK(policy["values"][0]["before"] == "\"0.85\"");
  CHECK(policy["values"][0]["after"] == "\"0.88\"");
  CHECK(policy["steps"][0]["seq"] == 12);
  const std::string text = diff_text(lived, {"11", "12", {}, {}});
  CHECK(says(text, "~ gates.accuracy.threshold: \"0.85\" -> \"0.88\""));
  CHECK(says(text, "by dana (12)"));
  // Also of one model: what it is judged by is otherwise.
  CHECK_FALSE(diff_json(lived, {"11", "12", {}, "logistic"})["policy"].is_null());
}

TEST_CASE("diff of one model leaves out the others, and keeps its incidents and what reaches it from a wider scope") {
  Compared lived;
  lived.register_model("forest", "v1", "0.9");                                      // 12
  lived.say(Record{LockdownEngaged{Scope{}, "an alarm"}});                          // 13
  lived.roll_back("complaints", Trigger::system);                                   // 14
  lived.say(Record{IncidentAcknowledged{"INC-1", "looking"}});                      // 15
  lived.say(Record{LockdownEngaged{Scope{"*", "forest"}, "not of this concern"}});  // 16
  const Json diff = diff_json(lived, {"11", "16", {}, "logistic"});
  CHECK(fact_of(diff, "model", "forest v1").is_null());
  CHECK(fact_of(diff, "lockdown", "model=forest").is_null());
  CHECK(fact_of(diff, "lockdown", "all")["steps"][0]["seq"] == 13);
  const Json incident = fact_of(diff, "incident", "INC-1");
  REQUIRE(incident["steps"].size() == 2);
  CHECK(incident["steps"][0]["seq"] == 14);
  CHECK(incident["steps"][1]["seq"] == 15);
  CHECK(fact_of(diff_json(lived, {"11", "16", {}, {}}), "model", "forest v1")["steps"][0]["seq"] == 12);
  CHECK(fact_of(diff_json(lived, {"11", "16", "staging", {}}), "incident", "INC-1").is_null());
}

TEST_CASE("diff for people is as wide as the terminal at most, and says who in which entry") {
  const Compared& lived = shared<Compared>();
  const std::string text = diff_text(lived, {"0", "11", {}, {}});
  for (const std::string_view line : split(text, '\n')) {
    INFO(line);
    CHECK(line.size() <= 100);
  }
  CHECK(says(text, "logistic"));
  CHECK(says(text, "+ logistic/production/1, full, lena"));
  CHECK(says(text, "lena (6)"));
  CHECK(says(text, "notice_missing"));
}

TEST_CASE("history and log of one model read its own entries and no World") {
  Compared lived;
  lived.register_model("forest", "v1", "0.9");
  lived.grow(400);  // of forest
  lived.roll_back("complaints", Trigger::system);
  lived.with_session([&](Session& session) {
    const CountingStore counting(session.store());
    const auto ledger = Ledger::open(counting);
    REQUIRE(ledger.ok());
    counting.entries = 0;
    const auto seqs = find_history(*ledger, "logistic");
    REQUIRE(seqs.ok());
    CHECK(seqs->size() == 13);  // 0 to 11 and the rollback
    CHECK(seqs->back() == ledger->size() - 1);
    std::size_t visited = 0;
    REQUIRE(ledger
                ->visit(*seqs,
                        [&](const Recorded&) -> Result<void> {
                          ++visited;
                          return {};
                        })
                .ok());
    CHECK(visited == 13);
    CHECK(counting.snapshots == 0);
    CHECK(counting.entries <= 2 * 13);  // once for the digests it goes by, once for what they say
  });
}

TEST_CASE("History reads nothing of what was only measured of a model's versions, and tells the same without it") {
  Compared lived;
  lived.grow(400);
  lived.say(Record{ModelQuarantined{lived.digest("logistic", "v2"), "scores drift on weekends"}});
  lived.say(Record{ModelReleased{lived.digest("logistic", "v2"), "the feed was fixed"}});
  const Receipt refused = lived.say(Record{RetrainingRequested{lived.digest("logistic", "v1"), "drift", ""}}, "lena");
  REQUIRE(refused.outcome == "role_missing");
  lived.with_session([&](Session& session) {
    const auto seqs = find_history(session.ledger(), "logistic");
    REQUIRE(seqs.ok());
    CHECK(seqs->size() == 12 + 3);
    ModelHistory of_these("logistic");
    ModelHistory of_all("logistic");
    const auto into = [](ModelHistory& history) {
      return [&history](const Recorded& entry) -> Result<void> {
        history.apply(entry);
        return {};
      };
    };
    REQUIRE(session.ledger().visit(*seqs, into(of_these)).ok());
    REQUIRE(session.ledger().walk(0, session.ledger().size(), into(of_all)).ok());
    CHECK(of_these.acts().size() == 2);
    CHECK(history_json(of_these) == history_json(of_all));
    CHECK(history_text(of_these) == history_text(of_all));
  });
}

TEST_CASE("What is visited comes in order and whole, however far apart it lies") {
  Compared lived;
  lived.grow(600);
  lived.with_session([&](Session& session) {
    const std::vector<Seq> wanted = {0, 1, 9, 10, 100, 109, 300, 301, 302, 611};
    std::vector<Seq> visited;
    REQUIRE(session.ledger()
                .visit(wanted,
                       [&](const Recorded& entry) -> Result<void> {
                         visited.push_back(entry.seq);
                         return {};
                       })
                .ok());
    CHECK(visited == wanted);
    CHECK_FALSE(session.ledger().visit(std::vector<Seq>{612}, [](const Recorded&) -> Result<void> { return {}; }).ok());
  });
}

TEST_CASE("log of one model calls another model by its name, though it reads no World") {
  Compared lived;
  lived.register_model("forest", "v7", "0.9");
  EvidenceRecorded one;
  one.model = lived.digest("logistic", "v1");
  one.source = "both.json";
  EvidenceRecorded other = one;
  other.model = lived.digest("forest", "v7");
  lived.append({{one, other}});
  LogFlags flags;
  flags.model = "logistic";
  const Printed printed = printed_by([&] { return run_log(lived.globals(), flags); });
  REQUIRE(printed.exit == Exit::done);
  CHECK(says(printed.out, "of forest v7"));
  CHECK(says(printed.out, "of logistic v1"));
}

TEST_CASE("history names the model's incidents to their end, and the policy that each step was judged by") {
  Compared lived;
  std::string document;
  lived.with_session([&](Session& session) { document = (*session.world())->force->document; });
  document.replace(document.find("0.85"), 4, "0.88");
  lived.say(AdoptPolicy{document});                             // 12
  lived.roll_back("complaints", Trigger::system);               // 13
  lived.say(Record{IncidentAcknowledged{"INC-1", "looking"}});  // 14
  const Printed printed = printed_by([&] { return run_history(lived.json(), "logistic"); });
  REQUIRE(printed.exit == Exit::done);
  const Json history = Json::parse(printed.out);
  REQUIRE(history["policies"].size() == 2);
  CHECK(history["policies"][0]["adopted"]["seq"] == 0);
  CHECK(history["policies"][1]["adopted"]["seq"] == 12);
  CHECK(history["policies"][1]["digest"] == sha256(document).hex());
  const Json& steps = history["rollouts"][1]["steps"];
  CHECK(steps.front()["policy_seq"] == 0);
  CHECK(steps.back()["policy_seq"] == 12);  // aborted by the rollback
  REQUIRE(history["incidents"].size() == 1);
  CHECK(history["incidents"][0]["incident"] == "INC-1");
  CHECK(history["incidents"][0]["state"] == "acknowledged");
  CHECK(history["incidents"][0]["steps"].back()["seq"] == 14);
  const Printed text = printed_by([&] { return run_history(lived.globals(), "logistic"); });
  CHECK(says(text.out, "INC-1"));
  CHECK(says(text.out, sha256(document).hex().substr(0, 12)));
}

TEST_CASE("A refused adoption of a policy is no attempt on the model") {
  Compared lived;
  lived.append({{PolicyAdopted{sha256("nowhere"), Hash{}}}});
  const Printed printed = printed_by([&] { return run_history(lived.json(), "logistic"); });
  REQUIRE(printed.exit == Exit::done);
  CHECK(Json::parse(printed.out)["refused"].size() == 1);
}

TEST_CASE("status carries the policy it was derived under, and the entry behind each step of an incident") {
  Compared lived;
  lived.roll_back("complaints", Trigger::system);               // 12
  lived.say(Record{IncidentAcknowledged{"INC-1", "looking"}});  // 13
  const Printed printed = printed_by([&] { return run_status(lived.json(), {}); });
  REQUIRE(printed.exit == Exit::done);
  const Json status = Json::parse(printed.out);
  CHECK(status["policy"]["name"] == "test");
  CHECK(status["policy"]["adopted_seq"] == 0);
  CHECK(status["incidents"][0]["seq"] == 12);
  CHECK(status["incidents"][0]["acknowledged_seq"] == 13);
  CHECK(status["incidents"][0]["resolved_seq"].is_null());
  const Printed text = printed_by([&] { return run_status(lived.globals(), {}); });
  CHECK(says(text.out, "Policy test, "));
  CHECK(says(text.out, "in force since entry 0"));
}

TEST_CASE("status names the entry that asked for a lockdown's lift") {
  Compared lived;
  lived.say(Record{LockdownEngaged{Scope{}, "an alarm"}});
  const auto hold = [&] {
    const Printed printed = printed_by([&] { return run_status(lived.json(), {}); });
    REQUIRE(printed.exit == Exit::done);
    return Json::parse(printed.out)["holds"][0];
  };
  CHECK_FALSE(hold().contains("lift_seq"));
  lived.say(Record{LockdownLiftRequested{Scope{}, "over"}});
  CHECK(hold()["seq"] == 12);
  CHECK(hold()["lift_seq"] == 13);
}

}  // namespace cairn::test
