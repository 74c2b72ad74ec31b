// What status says of approvals: which places are open, who may fill them, what has expired.
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
    Deploy deploy;
    deploy.model = {"logistic", "v1", digest("logistic", "v1"), 1, 20, {}};
    deploy.environment = "production";
    say(deploy);
    say(Promote{rollout, std::nullopt});
    say(Promote{rollout, std::nullopt});
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

}  // namespace

TEST_CASE("C2: status says which places are open, and who could fill one") {
  BeforeFull lived;
  const auto shown = lived.shown();
  CHECK(shown.json["approvals"]["asked"] == Json::parse(R"([{"role": "approver", "persons": 1, "filled": 0}])"));
  CHECK(shown.json["approvals"]["awaited"] == Json::parse(R"(["lena"])"));
  CHECK(shown.json["approvals"]["held"].empty());
  CHECK(contains(shown.text, "0 of 1 approvals by approver\n"));
  CHECK(contains(shown.text, "waits for any of lena\n"));
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

}  // namespace cairn::test
