// status, history, log and show, over ledgers on disk.
#include <nlohmann/json.hpp>

#include "commands/moments.h"
#include "commands/render_timeline.h"
#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/texts.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

// As one line, for what may be continued on the next.
std::string unwrapped(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (!space || (!line.empty() && line.back() != ' ')) line += space ? ' ' : c;
  }
  return line;
}

std::vector<Seq> seqs_of(const Json& log) {
  std::vector<Seq> seqs;
  for (const Json& entry : log["entries"]) seqs.push_back(entry["seq"]);
  return seqs;
}

// Two versions of one model went to full, the second is in canary of a third's way; one attempt was refused.
//   1 register v1   2 propose 3 canary 10 4 canary 50 5 notify 6 approve 7 full
//   8 register v2   9 propose 10 canary 10 11 full at once, refused
struct Lived : ReadCase {
  Lived() {
    register_model("logistic", "v1", "0.9");
    roll_out("logistic", "v1");
    register_model("logistic", "v2", "0.95");
    propose("logistic", "v2");
    say(Promote{"logistic/production/2", std::nullopt}, "dana", "the-step");
    say(Promote{"logistic/production/2", 100});
  }
};

TEST_CASE("status says what takes traffic, by whose approval, and in which entry") {
  const Lived& lived = shared<Lived>();
  const Json status = run_json([&] { return run_status(lived.json(), {}); });
  REQUIRE(status["slots"].size() == 2);
  const Json& full = status["slots"][0];
  CHECK(full["version"] == "v1");
  CHECK(full["stage"] == "full");
  CHECK(full["percent"] == 90);
  CHECK(full["seq"] == 7);
  CHECK(full["digest"] == lived.digest("logistic", "v1").hex());
  REQUIRE(full["approvals"].size() == 1);
  CHECK(full["approvals"][0]["person"] == "lena");
  CHECK(full["approvals"][0]["seq"] == 6);
  const Json& canary = status["slots"][1];
  CHECK(canary["version"] == "v2");
  CHECK(canary["stage"] == "canary");
  CHECK(canary["percent"] == 10);
  CHECK(canary["seq"] == 10);
  CHECK(status["policy"]["adopted_seq"] == 0);
}

TEST_CASE("status names everything that the next step of a rollout lacks, and who can clear it") {
  Lived lived;
  Json rollout = run_json([&] { return run_status(lived.json(), {}); })["rollouts"][0];
  CHECK(rollout["next"]["percent"] == 50);
  CHECK(rollout["due"] == true);
  lived.say(Promote{"logistic/production/2", std::nullopt});
  rollout = run_json([&] { return run_status(lived.json(), {}); })["rollouts"][0];
  CHECK(rollout["next"]["stage"] == "full");
  CHECK(rollout["due"] == false);
  std::vector<std::string> missing;
  for (const Json& no : rollout["blocked_by"]) missing.push_back(no["refusal"]);
  CHECK(missing == std::vector<std::string>{"notice_missing", "approval_missing"});

  const Printed text = printed_by([&] { return run_status(lived.globals(), {}); });
  CHECK(text.exit == Exit::done);
  CHECK(says(text.out, "0 of 1 approvals by approver hold"));
  CHECK(says(text.out, "cairn approve logistic/production/2 --stage full"));
}

TEST_CASE("status of the past shows the past") {
  const Lived& lived = shared<Lived>();
  StatusFlags flags;
  flags.seq = 6;
  Json then = run_json([&] { return run_status(lived.json(), flags); });
  REQUIRE(then["slots"].size() == 1);
  CHECK(then["slots"][0]["stage"] == "canary");
  CHECK(then["slots"][0]["percent"] == 50);
  CHECK(then["size"] == 7);
  CHECK(then["rollouts"][0]["due"] == true);

  flags = {};
  Millis at_full = 0;
  const_cast<Lived&>(lived).with_session(
      [&](Session& session) { at_full = session.ledger().entry(7).value().entry.recorded; });
  flags.at = format_time(at_full);
  then = run_json([&] { return run_status(lived.json(), flags); });
  CHECK(then["size"].get<Size>() >= 8);
  CHECK(then["slots"][0]["stage"] == "full");
  flags.at = "1999-01-01";
  CHECK(printed_by([&] { return run_status(lived.globals(), flags); }).exit == Exit::usage);
  flags = {};
  flags.seq = 12;
  CHECK(printed_by([&] { return run_status(lived.globals(), flags); }).exit == Exit::usage);
}

TEST_CASE("status keeps to one environment or model when asked to") {
  const Lived& lived = shared<Lived>();
  StatusFlags flags;
  flags.environment = "staging";
  Json status = run_json([&] { return run_status(lived.json(), flags); });
  CHECK(status["slots"].empty());
  CHECK(status["rollouts"].empty());
  flags = {};
  flags.model = "logistic";
  CHECK(run_json([&] { return run_status(lived.json(), flags); })["slots"].size() == 2);
}

TEST_CASE("status shows a rollback as what brought the version back, and its incident") {
  Lived lived;
  lived.roll_back("wrong answers", Trigger::safety);
  const Json status = run_json([&] { return run_status(lived.json(), {}); });
  REQUIRE(status["slots"].size() == 1);
  CHECK(status["slots"][0]["version"] == "v1");
  CHECK(status["slots"][0]["percent"] == 100);
  CHECK(status["rollouts"].empty());
  REQUIRE(status["incidents"].size() == 1);
  CHECK(status["incidents"][0]["incident"] == "INC-1");
  CHECK(status["incidents"][0]["severity"] == "critical");
  CHECK(status["incidents"][0]["seq"] == 12);
}

TEST_CASE("status shows a slot that a rollback left with nothing") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.roll_out("logistic", "v1");
  lived.roll_back("unsafe", Trigger::system);
  const Printed shown = printed_by([&] { return run_status(lived.globals(), {}); });
  CHECK(shown.out.find("Empty: logistic in production") != std::string::npos);
  CHECK(shown.out.find("The last there was v1.") != std::string::npos);
  const Json status = run_json([&] { return run_status(lived.json(), {}); });
  REQUIRE(status["empty_slots"].size() == 1);
  CHECK(status["empty_slots"][0] == Json({{"environment", "production"},
                                          {"model", "logistic"},
                                          {"last_version", "v1"},
                                          {"last_digest", lived.digest("logistic", "v1").hex()},
                                          {"last_seq", 7}}));
}

TEST_CASE("history tells a model's versions, tenures, rollouts and refused attempts, each with its entry") {
  Lived lived;
  lived.register_model("other", "v1", "0.9");
  lived.roll_back("wrong answers", Trigger::safety);
  const Json history = run_json([&] { return run_history(lived.json(), "logistic"); });
  REQUIRE(history["versions"].size() == 2);
  CHECK(history["versions"][1]["version"] == "v2");
  CHECK(history["versions"][1]["registered"]["seq"] == 8);
  REQUIRE(history["tenures"].size() == 1);
  CHECK(history["tenures"][0]["version"] == "v1");
  CHECK(history["tenures"][0]["began"]["seq"] == 7);
  CHECK(history["tenures"][0]["by"] == "logistic/production/1");
  CHECK(history["tenures"][0]["ended"].is_null());
  REQUIRE(history["rollouts"].size() == 2);
  CHECK(history["rollouts"][0]["state"] == "full");
  CHECK(history["rollouts"][0]["steps"].size() == 6);
  CHECK(history["rollouts"][1]["state"] == "aborted");
  CHECK(history["rollouts"][1]["steps"].back()["seq"] == 13);
  REQUIRE(history["refused"].size() == 1);
  CHECK(history["refused"][0]["seq"] == 11);
  CHECK(history["refused"][0]["refusal"] == "notice_missing");
  CHECK(printed_by([&] { return run_history(lived.globals(), "nothing"); }).exit == Exit::usage);
}

TEST_CASE("history ends a tenure where another version took its place") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.roll_out("logistic", "v1");
  lived.register_model("logistic", "v2", "0.95");
  lived.roll_out("logistic", "v2");
  lived.roll_back("slow", Trigger::system);
  const Json tenures = run_json([&] { return run_history(lived.json(), "logistic"); })["tenures"];
  REQUIRE(tenures.size() == 3);
  REQUIRE(!tenures[0]["ended"].is_null());
  REQUIRE(!tenures[1]["ended"].is_null());
  CHECK(tenures[0]["ended"]["seq"] == 14);
  CHECK(tenures[0]["why_ended"] == "replaced by v2");
  CHECK(tenures[1]["ended"]["seq"] == 15);
  CHECK(tenures[1]["why_ended"] == "rolled back: slow");
  CHECK(tenures[2]["version"] == "v1");
  CHECK(tenures[2]["by"] == "INC-1");
}

TEST_CASE("log shows every entry once, refused ones as such") {
  const Lived& lived = shared<Lived>();
  const Json log = run_json([&] { return run_log(lived.json(), {}); });
  CHECK(seqs_of(log) == std::vector<Seq>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(log["entries"][11]["outcome"] == "refused");
  CHECK(log["entries"][11]["refusal"] == "notice_missing");
  CHECK(log["entries"][10]["outcome"] == "admitted");
  CHECK(log["entries"][0]["leaf_hash"] == lived.created().id.hex());
  const Printed text = printed_by([&] { return run_log(lived.globals(), {}); });
  CHECK(says(unwrapped(text.out), "notice_missing, tried: took logistic/production/2 to full, 100 %"));
}

TEST_CASE("filters of the log combine, and a model's evidence is about the model") {
  Lived lived;
  lived.register_model("other", "v1", "0.9");
  lived.append({{[&] {
    EvidenceRecorded evidence;
    evidence.kind = EvidenceKind::card;
    evidence.model = lived.digest("logistic", "v2");
    evidence.source = "card.json";
    return evidence;
  }()}});
  LogFlags flags;
  flags.model = "logistic";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })) ==
        std::vector<Seq>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13});
  flags.type = "rollout.advanced";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })) == std::vector<Seq>{3, 4, 7, 10, 11});
  flags.type = "rollout.advanced/1";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })).size() == 5);
  flags = {};
  flags.actor = "lena";
  flags.environment = "production";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })) == std::vector<Seq>{6});
  flags = {};
  flags.since = "2100-01-01";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })).empty());
  flags = {};
  flags.until = "2000-01-01";
  CHECK(seqs_of(run_json([&] { return run_log(lived.json(), flags); })).empty());
  flags.until = "yesterday";
  CHECK(printed_by([&] { return run_log(lived.globals(), flags); }).exit == Exit::usage);
}

TEST_CASE("a time stands for the entries recorded until then") {
  const Lived& lived = shared<Lived>();
  lived.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    for (Seq seq = 0; seq < ledger.size(); ++seq) {
      const Millis recorded = ledger.entry(seq).value().entry.recorded;
      Size linear = 0;
      while (linear < ledger.size() && ledger.entry(linear).value().entry.recorded <= recorded) ++linear;
      CHECK(size_at(ledger, recorded).value() == linear);
    }
    CHECK(size_at(ledger, Millis{0}).value() == 0);
  });
}

TEST_CASE("an entry is shown as the leaf's bytes, as an envelope that verifies, and by its statement's id") {
  const Lived& lived = shared<Lived>();
  const Printed leaf = printed_by([&] { return run_show(lived.globals(), "10", ShowAs::entry); });
  const Json shown = run_json([&] { return run_show(lived.json(), "10", ShowAs::text); });
  CHECK(leaf_hash(leaf.out).hex() == shown["leaf_hash"]);
  CHECK(run_json([&] { return run_show(lived.json(), "the-step", ShowAs::text); })["seq"] == 10);
  CHECK(shown["statement"]["predicate"]["id"] == "the-step");
  CHECK(shown["signer"] == "dana");

  const Printed dsse = printed_by([&] { return run_show(lived.globals(), "the-step", ShowAs::dsse); });
  const auto envelope = parse_dsse(dsse.out);
  REQUIRE(envelope.ok());
  const Entry entry = decode_entry(leaf.out).value();
  CHECK(envelope->payload == entry.payload);
  CHECK(envelope->signatures.front().bytes == entry.signatures.front().bytes);

  CHECK(printed_by([&] { return run_show(lived.globals(), "12", ShowAs::text); }).exit == Exit::usage);
  CHECK(printed_by([&] { return run_show(lived.globals(), "no-such-id", ShowAs::text); }).exit == Exit::usage);
}

TEST_CASE("show derives again why an entry was refused, in the world that it met") {
  Lived lived;
  // What was missing then is there now, and changes nothing about then.
  lived.say(Promote{"logistic/production/2", std::nullopt});
  lived.say(Notify{"logistic/production/2", "the on-call list"});
  const Json shown = run_json([&] { return run_show(lived.json(), "11", ShowAs::text); });
  CHECK(shown["refusal"] == "notice_missing");
  CHECK(shown["derived"]["agrees"] == true);
  CHECK(shown["derived"]["refused_by"][0]["refusal"] == "notice_missing");
  CHECK(shown["derived"]["refused_by"][1]["refusal"] == "approval_missing");
  CHECK(shown["derived"]["gates"][0]["result"] == "PASS");
  const Printed text = printed_by([&] { return run_show(lived.globals(), "11", ShowAs::text); });
  CHECK(says(text.out, "refused: notice_missing"));
  CHECK(says(text.out, "rollout.advanced/1"));
  CHECK(says(text.out, "accuracy: 0.95 is >= 0.85 (entry 8)"));
}

TEST_CASE(
    "a change of what runs is on record: who, when, what, why, what was there before and after, signature and hash "
    "(G4)") {
  Lived lived;
  lived.say(Promote{"logistic/production/2", std::nullopt});
  lived.roll_back("wrong answers", Trigger::safety);
  const Seq changed = 13;
  const auto runs_after = [&](Seq seq) -> Json {
    StatusFlags flags;
    flags.seq = seq;
    return run_json([&] { return run_status(lived.json(), flags); })["slots"];
  };
  const Json before = runs_after(changed - 1);
  const Json after = runs_after(changed);
  const Json shown = run_json([&] { return run_show(lived.json(), str(changed), ShowAs::text); });
  INFO(shown.dump(2));
  REQUIRE(before.size() == 2);
  CHECK(before[1]["version"] == "v2");
  CHECK(before[1]["percent"] == 50);
  REQUIRE(after.size() == 1);
  CHECK(after[0]["version"] == "v1");
  CHECK(after[0]["percent"] == 100);

  const Json& said = shown["statement"]["predicate"];
  const auto event = std::find_if(said["events"].begin(), said["events"].end(),
                                  [](const Json& one) { return one["type"] == "rollback.executed/1"; });
  REQUIRE(event != said["events"].end());
  CHECK((*event)["from"] == lived.digest("logistic", "v2").hex());
  CHECK((*event)["to"] == lived.digest("logistic", "v1").hex());
  CHECK((*event)["reason"] == "wrong answers");
  CHECK(shown["statement"]["subject"][0]["name"] == "logistic");
  CHECK(said["author"] == "dana");
  CHECK(said["id"].get<std::string>().size() == 32);
  CHECK(shown["outcome"] == "admitted");
  lived.with_session([&](Session& session) {
    const Recorded entry = session.ledger().entry(changed).value();
    CHECK(shown["recorded"] == entry.entry.recorded);
    CHECK(shown["leaf_hash"] == entry.leaf.hex());
    const PublicKey key = Home(lived.directory() / "home").read_key("dana")->public_key();
    CHECK(shown["signatures"][0]["key_id"] == key.id().hex());
    const auto signature = from_base64(shown["signatures"][0]["signature"].get<std::string>());
    CHECK(key.verify(pae(entry.entry.payload), *signature).ok());
  });
}

TEST_CASE("entry 0 and every other one can be shown") {
  const Lived& lived = shared<Lived>();
  for (Seq seq = 0; seq < 12; ++seq) {
    const Printed text = printed_by([&] { return run_show(lived.globals(), str(seq), ShowAs::text); });
    INFO(seq << ": " << text.error);
    CHECK(text.exit == Exit::done);
    CHECK(says(text.out, "Why"));
  }
}

TEST_CASE("what entries hold cannot write to the terminal") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.append({{IncidentOpened{"INC-1", Severity::high, "a\nb \xe2\x80\xae txt.exe", "logistic", "production"}}});
  const auto shows_none = [](const Printed& printed) {
    CHECK(printed.exit == Exit::done);
    CHECK(!says(printed.out, "\xe2\x80\xae"));
    CHECK(says(printed.out, "\\u{202e}"));
  };
  shows_none(printed_by([&] { return run_status(lived.globals(), {}); }));
  shows_none(printed_by([&] { return run_log(lived.globals(), {}); }));
  shows_none(printed_by([&] { return run_show(lived.globals(), "2", ShowAs::text); }));

  TimelineRow row;
  row.author = "dana\x1b[2J";
  row.said = {"said \x1b]0;owned\x07"};
  CHECK(!says(log_line(row), "\x1b"));
}

TEST_CASE("a long line of the log goes on below its own beginning") {
  TimelineRow row;
  row.seq = 7;
  row.author = "dana";
  row.said = {std::string(60, 'a') + " " + std::string(60, 'b')};
  const std::string line = log_line(row);
  const std::size_t first = line.find('a', line.find("admitted") + 8);
  const std::size_t second = line.find("\n") + 1;
  CHECK(line.find('b') - second == first);
  CHECK(line.back() == '\n');
}

}  // namespace
}  // namespace cairn::test
