// why: what a rollout, an incident or an entry stands on; as a tree, as JSON and for Graphviz.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/render_why.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/texts.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (const std::string_view line : split(text, '\n')) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
    most = std::max(most, static_cast<std::size_t>(std::count_if(line.begin(), line.end(), begins)));
  }
  return most;
}

// What can stand outside of quotes, and nothing else; the quoted texts as Graphviz would read them.
std::vector<std::string> read_dot(const std::string& dot) {
  std::vector<std::string> texts;
  int depth = 0;
  for (std::size_t at = 0; at < dot.size(); ++at) {
    if (dot[at] == '"') {
      std::string text;
      for (++at; at < dot.size() && dot[at] != '"'; ++at) {
        REQUIRE(static_cast<unsigned char>(dot[at]) >= 0x20);
        if (dot[at] == '\\') ++at;
        REQUIRE(at < dot.size());
        text += dot[at - 1] == '\\' && dot[at] == 'l' ? '\n' : dot[at];
      }
      REQUIRE(at < dot.size());
      texts.push_back(text);
      continue;
    }
    depth += dot[at] == '{' ? 1 : dot[at] == '}' ? -1 : 0;
    INFO(dot.substr(at));
    REQUIRE(std::string_view("abcdefghijklmnopqrstuvwxyzLR0123456789 \n[]{}=;,->").find(dot[at]) !=
            std::string_view::npos);
  }
  CHECK(depth == 0);
  return texts;
}

//   1 register v1   2 propose 3 canary 10 4 canary 50 5 notify 6 approve 7 full
//   8 register v2   9 propose 10 canary 10 11 full at once, refused 12 canary 50
struct Explained : ReadCase {
  Explained() {
    register_model("logistic", "v1", "0.9");
    roll_out("logistic", "v1");
    register_model("logistic", "v2", "0.95");
    propose("v2");
    say(Promote{"logistic/production/2", std::nullopt});
    say(Promote{"logistic/production/2", 100}, "dana", "the-leap");
    say(Promote{"logistic/production/2", std::nullopt});
  }

  Seq propose(const std::string& version) { return ReadCase::propose("logistic", version).seq; }

  Json why(const std::string& subject, std::size_t depth = 3) const {
    const Printed printed = printed_by([&] { return run_why(json(), {subject, depth, false}); });
    INFO(printed.error << printed.out);
    REQUIRE(printed.exit == Exit::done);
    return Json::parse(printed.out);
  }

  std::string text(const std::string& subject, std::size_t width = 80, std::size_t depth = 3) const {
    std::string shown;
    with_session([&](Session& session) {
      World& world = **session.world();
      const auto why = why_of(session.ledger(), world, subject, depth, world.position->recorded);
      REQUIRE(why.ok());
      shown = why_text(*why, width);
    });
    return shown;
  }

  std::string dot(const std::string& subject) const {
    const Printed printed = printed_by([&] { return run_why(globals(), {subject, 3, true}); });
    REQUIRE(printed.exit == Exit::done);
    return printed.out;
  }
};

bool has_edge(const Json& edges, const Json& from, Seq to, const std::string& kind, const std::string& note = "") {
  UNSCOPED_INFO(edges.dump(1));
  return std::any_of(edges.begin(), edges.end(), [&](const Json& edge) {
    return edge["from"] == from && edge["to"] == to && edge["kind"] == kind &&
           says(edge["note"].get<std::string>(), note);
  });
}

Json node_of(const Json& why, Seq seq) {
  for (const Json& node : why["nodes"]) {
    if (node["seq"] == seq) return node;
  }
  FAIL("no node " << seq);
  return {};
}

TEST_CASE(
    "why a rollout is at full: proposal, canary, evidence against its threshold, notice and grant, each with its seq") {
  const Explained& lived = shared<Explained>();
  const Json why = lived.why("logistic/production/1");
  CHECK(why["kind"] == "rollout");
  CHECK(why["root"] == 7);
  CHECK(why["stands"] == "is at full");
  CHECK(why["next"].is_null());
  const Json& edges = why["edges"];
  CHECK(has_edge(edges, 7, 2, "proposal", "by dana"));
  CHECK(has_edge(edges, 7, 4, "step", "canary, 50 %"));
  CHECK(has_edge(edges, 7, 1, "evidence", "accuracy 0.9 >= 0.85"));
  CHECK(has_edge(edges, 7, 6, "approval", "granted by lena: looks well"));
  CHECK(has_edge(edges, 7, 5, "notice"));
  CHECK(has_edge(edges, 7, 0, "policy", "in force"));
  CHECK(has_edge(edges, 4, 3, "step", "canary, 10 %"));
  CHECK(node_of(why, 6)["seen"] == "had verified the head of size 6 and seen entry 1");
  CHECK(node_of(why, 7)["gates"][0]["result"] == "PASS");
  std::set<Seq> seqs;
  for (const Json& node : why["nodes"]) seqs.insert(node["seq"].get<Seq>());
  for (const Json& edge : edges) {
    CHECK(edge["to"] < edge["from"]);
    CHECK(seqs.contains(edge["to"].get<Seq>()));
  }
  CHECK(why["checkpoint"]["size"] == 13);
  CHECK(lived.why("logistic/production/1") == why);
}

TEST_CASE("why as a tree tells each entry once, points to it from elsewhere, and fits 80 columns") {
  const Explained& lived = shared<Explained>();
  const std::string text = lived.text("logistic/production/1");
  INFO(text);
  CHECK(widest(text) <= 80);
  CHECK(says(text, "logistic/production/1 is at full\n"));
  CHECK(says(text, "approval: entry 6, "));
  CHECK(says(text, "evidence: entry 1, "));
  CHECK(says(text, "here: accuracy 0.9 >= 0.85"));
  CHECK(says(text, "from entry 0: the policy in force; dana, who had "));
  CHECK(occurrences(text, "from entry 0: the policy in force; dana") == 1);
  CHECK(says(text, "from entry 0, as before\n"));
  CHECK(says(text, "lena had verified the head of size 6 and seen entry 1"));
  for (const Seq seq : {1U, 2U, 4U, 5U, 6U}) {
    CHECK(occurrences(text, str(": entry ", seq, ", ")) - occurrences(text, str(": entry ", seq, ", told elsewhere")) ==
          1);
  }
  CHECK(occurrences(text, ": entry 1, told elsewhere") > 0);
  CHECK(says(text, "cairn prove SEQ"));
}

TEST_CASE("why goes so many steps back as --depth says, and says what it left out") {
  const Explained& lived = shared<Explained>();
  const Json near = lived.why("logistic/production/1", 1);
  for (const Json& edge : near["edges"]) CHECK(edge["from"] == 7);
  CHECK(node_of(near, 6)["asked"] == false);
  CHECK(says(lived.text("logistic/production/1", 80, 1), "--depth 2 goes a step further"));
  CHECK_FALSE(says(lived.text("logistic/production/1", 80, 9), "goes a step further"));
  CHECK(printed_by([&] { return run_why(lived.globals(), {"7", 0, false}); }).exit == Exit::usage);
}

TEST_CASE("why a rollout under way is held back: what its next step would meet now, and on which entries that rests") {
  Explained lived;
  lived.say(Approve{"logistic/production/2", Stage::full, ApprovalVerdict::deny, "too soon"}, "lena");  // 13
  const Json why = lived.why("logistic/production/2");
  CHECK(why["root"] == 12);
  CHECK(why["stands"] == "is in canary at 50 %");
  const Json& next = why["next"];
  CHECK(next["stage"] == "full");
  CHECK(next["refused_by"][0]["refusal"] == "notice_missing");
  CHECK(has_edge(next["edges"], nullptr, 13, "approval", "denied by lena: too soon"));
  CHECK(node_of(why, 13)["author"] == "lena");
  const std::string text = lived.text("logistic/production/2");
  INFO(text);
  CHECK(says(text, "Its next step, full, would be refused now\n"));
  CHECK(says(text, "denied by lena in entry 13: too soon"));
  CHECK(says(text, "To clear it: "));
  CHECK(widest(text) <= 80);
}

TEST_CASE("why an entry was refused: every no with its reasons, by seq and by the statement's id") {
  const Explained& lived = shared<Explained>();
  const Json why = lived.why("the-leap");
  CHECK(why == [&] {
    Json same = lived.why("11");
    same["subject"] = "the-leap";
    return same;
  }());
  CHECK(why["root"] == 11);
  const Json node = node_of(why, 11);
  CHECK(node["outcome"] == "refused");
  CHECK(node["agrees"] == true);
  CHECK(node["refused_by"][0]["refusal"] == node["refusal"]);
  CHECK(has_edge(why["edges"], 11, 9, "proposal"));
  CHECK(has_edge(why["edges"], 11, 10, "step", "canary, 10 %"));
  const std::string text = lived.text("11");
  INFO(text);
  CHECK(says(text, ", refused: notice_missing"));
  CHECK(says(text, "tried: took logistic/production/2 to full, 100 %"));
}

TEST_CASE("why a rollout that was taken back ended: the rollback, what it left and went to, and its incident") {
  Explained lived;
  lived.say(Notify{"logistic/production/2", "all"});
  lived.say(Approve{"logistic/production/2", Stage::full, ApprovalVerdict::grant, ""}, "lena");
  lived.say(Promote{"logistic/production/2", std::nullopt});                // 15
  const Seq back = lived.roll_back("unsafe answers", Trigger::safety).seq;  // 16
  lived.say(Record{IncidentAcknowledged{"INC-1", "on it"}});                // 17
  const Json why = lived.why("logistic/production/2");
  CHECK(why["root"] == back);
  CHECK(says(why["stands"].get<std::string>(), "was at full from entry 15, until it was rolled back"));
  CHECK(has_edge(why["edges"], back, 15, "step", "logistic v2 at full"));
  CHECK(has_edge(why["edges"], back, 7, "step", "logistic v1 was at full there"));

  const Json incident = lived.why("INC-1");
  CHECK(incident["kind"] == "incident");
  CHECK(incident["root"] == back);
  CHECK(incident["led_to"] == Json::array({17}));
  CHECK(node_of(incident, 17)["author"] == "dana");
  const std::string text = lived.text("INC-1");
  INFO(text);
  CHECK(says(text, "INC-1 is acknowledged, critical"));
  CHECK(says(text, "locked down "));
  CHECK(says(text, "rolled logistic in production back from v2 to v1, safety: unsafe answers"));
  CHECK(says(text, "What followed\n"));
  CHECK(says(text, "entry 17, "));
  CHECK(widest(text) <= 80);

  lived.say(Record{LockdownEngaged{{"production", "*"}, "all of it"}});  // 18
  CHECK(lived.why("INC-1")["led_to"] == Json::array({17, 18}));
  lived.say(Record{LockdownEngaged{{"staging", "*"}, "elsewhere"}});
  CHECK(lived.why("INC-1")["led_to"] == Json::array({17, 18}));
}

TEST_CASE("why a rollout ended otherwise: aborted, or pushed aside by the next") {
  Explained lived;
  const Seq aborted = lived.say(Record{RolloutAborted{"logistic/production/2", "worse"}}).seq;
  CHECK(lived.why("logistic/production/2")["root"] == aborted);
  CHECK(lived.why("logistic/production/2")["stands"] == "is aborted");
  lived.propose("v2");
  lived.register_model("logistic", "v3", "0.96");
  const Seq third = lived.propose("v3");
  CHECK(lived.why("logistic/production/3")["stands"] == "is superseded");
  CHECK(lived.why("logistic/production/3")["root"] == third);
}

TEST_CASE("why names the records that a stage was watched by, and the entry that gave its author the role") {
  Explained lived;
  EvidenceRecorded record;
  record.kind = EvidenceKind::monitoring;
  record.model = lived.digest("logistic", "v2");
  record.environment = "production";
  record.source = "report.json";
  for (const char* file : {"a", "b"}) {  // 13, 14
    record.digest = sha256(file);
    lived.append({{record}});
  }
  lived.say(Record{RoleGranted{"lena", {Role::deployer, {}}}});  // 15
  lived.say(Notify{"logistic/production/2", "all"}, "lena");     // 16
  lived.say(Promote{"logistic/production/2", std::nullopt});     // 17, refused
  const Json why = lived.why("17");
  CHECK(node_of(why, 17)["soak"] == Json::array({13, 14}));
  CHECK(has_edge(why["edges"], 17, 16, "notice"));
  CHECK(has_edge(why["edges"], 16, 15, "authority", "gave lena deployer"));
  CHECK(says(lived.text("17"), "watched in that stage by entries 13, 14"));

  lived.say(Record{RolloutAborted{"logistic/production/2", "again"}});
  lived.propose("v2");
  const Seq step = lived.say(Promote{"logistic/production/3", std::nullopt}).seq;
  CHECK(node_of(lived.why(str(step)), step)["soak"].empty());  // they watched another stage
}

TEST_CASE("what others wrote is escaped in every form of why") {
  Explained lived;
  const std::string reason = "say \"no\" \\ &lt;\nentry 99 \u202e " + std::string(200, 'x');
  const Seq seq = lived.say(Record{RolloutPaused{"logistic/production/2", reason}}).seq;
  const std::string text = lived.text("logistic/production/2");
  INFO(text);
  CHECK(widest(text) <= 80);
  CHECK(widest(lived.text("logistic/production/2", 60)) <= 60);
  CHECK_FALSE(says(text, "\nentry 99"));
  CHECK_FALSE(says(text, "\u202e"));
  CHECK(says(text, "say \"no\""));
  const Json why = lived.why("logistic/production/2");
  CHECK(says(node_of(why, seq)["what"][0].get<std::string>(), reason));
  const std::string dot = lived.dot("logistic/production/2");
  const std::vector<std::string> texts = read_dot(dot);
  CHECK(std::any_of(texts.begin(), texts.end(), [](const std::string& one) {
    return says(one, "say \"no\" \\") && says(one, "&amp;lt;\\x0aentry 99");
  }));
  CHECK(says(dot, "next -> e" + str(seq) + " [label="));
  CHECK(says(dot, "e12 -> e9 [label="));
}

TEST_CASE("why asked about what is not there says what there is") {
  const Explained& lived = shared<Explained>();
  const auto error = [&](const std::string& subject) {
    const Printed printed = printed_by([&] { return run_why(lived.globals(), {subject, 3, false}); });
    CHECK(printed.exit == Exit::usage);
    return printed.error;
  };
  for (const char* subject : {"logistic/production/9", "INC-4", "99", "nobody"}) {
    INFO(error(subject));
    CHECK(says(error(subject), subject));
    CHECK(says(error(subject), "there are rollouts logistic/production/1, logistic/production/2; no incidents"));
    CHECK(says(error(subject), "entries 0 to 12"));
  }
  const Printed both = printed_by([&] { return run_why(lived.json(), {"7", 3, true}); });
  CHECK(both.exit == Exit::usage);
}

TEST_CASE("why the beginning: entry 0 stands on nothing") {
  const Explained& lived = shared<Explained>();
  const Json why = lived.why("0");
  CHECK(why["edges"].empty());
  CHECK(why["nodes"].size() == 1);
  CHECK(says(lived.text("0"), "created the ledger ledger.example/test"));
}

}  // namespace
}  // namespace cairn::test
