// approve --request, and what status says of approvals: who was asked, who may still answer, what has expired.
#include <nlohmann/json.hpp>

#include "commands/render_status.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

const std::string rollout = "logistic/production/1";

// At 50 %, so that full is next.
struct BeforeFull : ReadCase {
  BeforeFull() {
    register_model("logistic", "v1", "0.9");
    propose("logistic", "v1");
    say(Promote{rollout, std::nullopt});
    say(Promote{rollout, std::nullopt});
  }

  Printed ask(const ApproveFlags& flags) const {
    return printed_by([&] { return run_approve(globals(), {}, flags); });
  }

  // The rollout as status shows it so much later, as text and as JSON.
  struct Shown {
    std::string text;
    Json json;
  };
  Shown shown(Millis later = 0) {
    Shown shown;
    with_session([&](Session& session) {
      World& world = *session.world().value();
      const StatusMoment at{world.position->size, world.position->recorded + later};
      const Status status = status_of(world, {}, at.moment).value();
      shown.text = status_text(status, world, at);
      shown.json = Json::parse(status_json(status, world, at, session.ledger()))["rollouts"][0];
    });
    return shown;
  }
};

ApproveFlags request_of(const std::vector<std::string>& handles) {
  ApproveFlags flags;
  flags.rollout = rollout;
  flags.request = true;
  flags.of = handles;
  return flags;
}

}  // namespace

TEST_CASE("status shows an approval that was given ahead, for a stage after the next") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.propose("logistic", "v1");
  place.say(Promote{rollout, std::nullopt});
  place.say(Approve{rollout, Stage::full, ApprovalVerdict::grant, "looks well"}, "lena");
  const Json shown = run_json([&] { return run_status(place.json(), {}); })["rollouts"][0]["approvals"];
  CHECK(shown["asked"].empty());
  CHECK(shown["ahead"][0]["person"] == "lena");
  CHECK(contains(printed_by([&] { return run_status(place.globals(), {}); }).out, "ahead, for full: lena\n"));
}

TEST_CASE("C2 E9: status says which places are open, who could fill one, whom was asked and how long ago") {
  BeforeFull lived;
  auto shown = lived.shown();
  CHECK(shown.json["approvals"]["asked"] == Json::parse(R"([{"role": "approver", "persons": 1, "filled": 0}])"));
  CHECK(shown.json["approvals"]["awaited"] == Json::parse(R"(["lena"])"));
  CHECK(shown.json["approvals"]["held"].empty());
  CHECK(shown.json["request"].is_null());
  CHECK(contains(shown.text, "0 of 1 approvals by approver\n"));
  CHECK(contains(shown.text, "waits for any of lena\n"));
  CHECK_FALSE(contains(shown.text, "asked of"));

  const Printed asked = lived.ask(request_of({"lena", "lena"}));
  CHECK(asked.exit == Exit::done);
  CHECK(contains(asked.out, "asked for approval of full of " + rollout + " of lena"));
  shown = lived.shown(3 * hour);
  CHECK(shown.json["request"]["of"] == Json::parse(R"(["lena"])"));
  CHECK(shown.json["request"]["by"] == "dana");
  CHECK(shown.json["request"]["stage"] == "full");
  const Seq seq = shown.json["request"]["seq"];
  CHECK(contains(shown.text, str("asked of lena, ", describe_duration(3 * hour), " ago, for full, entry ", seq)));

  CHECK(lived.ask(request_of({})).exit == Exit::done);
  CHECK(contains(lived.shown().text, "asked of anybody who may, "));
}

TEST_CASE("C2: status shows a grant that holds, and one that has expired as expired") {
  BeforeFull lived;
  const Seq seq = lived.say(Approve{rollout, Stage::full, ApprovalVerdict::grant, ""}, "lena").seq;
  auto shown = lived.shown(72 * hour);
  CHECK(shown.json["approvals"]["asked"][0]["filled"] == 1);
  CHECK(shown.json["approvals"]["held"][0]["person"] == "lena");
  CHECK(shown.json["approvals"]["expired"].empty());
  CHECK(shown.json["approvals"]["awaited"].empty());
  CHECK(contains(shown.text, str("1 of 1 approvals by approver: lena (", seq, ")\n")));
  CHECK_FALSE(contains(shown.text, "expired"));
  shown = lived.shown(72 * hour + 1);
  CHECK(shown.json["approvals"]["asked"][0]["filled"] == 0);
  CHECK(shown.json["approvals"]["held"].empty());
  CHECK(shown.json["approvals"]["expired"][0]["person"] == "lena");
  CHECK(shown.json["approvals"]["expired"][0]["seq"] == seq);
  CHECK(shown.json["approvals"]["awaited"] == Json::parse(R"(["lena"])"));
  CHECK(contains(shown.text, str("expired: lena (", seq, ")\n")));
}

TEST_CASE("--request says one thing, and --of belongs to it") {
  const BeforeFull lived;
  ApproveFlags flags = request_of({"lena"});
  flags.deny = true;
  CHECK(lived.ask(flags).exit == Exit::usage);
  flags = request_of({"lena"});
  flags.request = false;
  CHECK(lived.ask(flags).exit == Exit::usage);
  flags = request_of({"not a handle"});
  CHECK(lived.ask(flags).exit == Exit::usage);
  flags = request_of({});
  flags.rollout = "logistic/production/7";
  CHECK(lived.ask(flags).exit == Exit::usage);
  CHECK(lived.ask(request_of({"dana"})).exit == Exit::refused);
}

TEST_CASE("a request is typed, answered, and found again in log and history (C2, E9)") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  place.expect(0, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  place.expect(0, "dana", {"promote", rollout});
  const Words ask = {"approve", rollout, "--stage", "full", "--request", "--of", "ben", "--reason", "ends tonight"};
  const Json receipt = place.json(0, "dana", ask);
  CHECK(receipt["outcome"] == "admitted");
  const auto by_ben = [&](int code, Words words) {
    const std::string said = (place.directory() / "said.json").string();
    std::filesystem::remove(said);
    words.insert(words.end(), {"--sign-only", said});
    place.expect(0, "ben", words);
    return place.expect(code, "dana", {"submit", said});
  };
  CHECK(contains(by_ben(3, ask), "role_missing"));
  CHECK(contains(place.expect(0, "dana", {"log", "--actor", "ben"}), "asked for approval of full"));
  CHECK(contains(place.expect(0, "dana", {"history", "logistic"}), "asked for approval of full"));
  CHECK(contains(place.expect(0, "dana", {"show", std::to_string(receipt["seq"].get<Seq>())}), "ben"));
  by_ben(0, {"approve", rollout, "--stage", "full"});
  place.expect(0, "dana", {"verify"});
}

}  // namespace cairn::test
