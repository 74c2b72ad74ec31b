// A ledger whose clock ran ahead, and how it is set right.
#include "commands/run_operate.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

constexpr Millis wrong_by = 29 * day;  // as far as nobody has to say that it is right

struct RanAhead : ReadCase {
  RanAhead() {
    ahead = wrong_by;
    append({{RoleGranted{"lena", {Role::auditor, Scope{}}}}});
    ahead = 0;
  }
  Printed grant(const std::string& environment) const {
    return printed_by([&] {
      return run_actor_role(globals(), {}, {"lena", {"auditor@environment=" + environment}, {}});
    });
  }
  Printed correct(const Globals& globals) const {
    return printed_by([&] { return run_clock_correct(globals, {}, "the host ran a month ahead"); });
  }
  Printed verify() const {
    return printed_by([&] { return run_verify(globals(), {}); });
  }
  Millis recorded(Seq seq) const {
    Millis time = 0;
    with_session([&](Session& session) { time = session.ledger().entry(seq)->entry.recorded; });
    return time;
  }
};

TEST_CASE("a clock that ran ahead turns everybody away as late, until an admin sets it right") {
  const RanAhead place;
  place.take_home();
  const Printed late = place.grant("one");
  CHECK(late.exit == Exit::refused);
  CHECK(late.out.find("late") != std::string::npos);
  const Printed corrected = place.correct(place.globals());
  CHECK(corrected.exit == Exit::done);
  CHECK(place.recorded(2) < place.recorded(1));
  CHECK(place.recorded(1) - place.recorded(2) > wrong_by - hour);
  CHECK(place.grant("two").exit == Exit::done);
  CHECK(place.recorded(3) >= place.recorded(2));
  CHECK(place.verify().exit == Exit::done);
  CHECK(printed_by([&] { return run_replay(place.globals(), {}); }).exit == Exit::done);
}

TEST_CASE("there is nothing to correct where the newest entry is not ahead") {
  const ReadCase place;
  place.take_home();
  const Printed corrected = printed_by([&] { return run_clock_correct(place.globals(), {}, "just so"); });
  CHECK(corrected.exit == Exit::usage);
  CHECK(corrected.error.find("there is nothing to correct") != std::string::npos);
}

TEST_CASE("who is no admin corrects no clock, and leaves no entry at a time before the newest") {
  const RanAhead place;
  place.take_home();
  const Printed corrected = place.correct(place.globals("lena"));
  CHECK(corrected.exit == Exit::refused);
  CHECK(corrected.out.find("role_missing") != std::string::npos);
  place.with_session([](Session& session) { CHECK(session.ledger().size() == 2); });
}

TEST_CASE("where there are two admins, the one asks at the time that is wrong, and the other corrects it") {
  RanAhead place;
  place.take_home();
  place.ahead = wrong_by;
  const Home home(place.directory() / "home");
  REQUIRE(home.make_key("mia", KeyType::ed25519).ok());
  const auto mia = parse_public_key_file(read_whole(home.public_key_path("mia")));
  REQUIRE(mia.ok());
  ActorEnrolled enrolled;
  enrolled.handle = "mia";
  enrolled.key = mia->key.spki();
  enrolled.possession = mia->possession;
  enrolled.roles = {{Role::admin, Scope{}}};
  std::string policy;
  place.with_session([&](Session& session) { policy = (*session.world())->force->document; });
  const Hash before = sha256(policy);
  policy.insert(policy.find("\"monitoring\""), R"("administration": {"second_admin": true}, )");
  place.append({{enrolled}, {PolicyProposed{policy}, PolicyAdopted{sha256(policy), before}}});
  place.ahead = 0;

  CHECK(place.correct(place.globals()).exit == Exit::done);  // asks
  CHECK(place.recorded(4) >= place.recorded(3));
  CHECK(place.grant("one").exit == Exit::refused);
  const Printed own = printed_by([&] { return run_actor_confirm(place.globals(), {}, 4); });
  CHECK(own.exit == Exit::refused);
  CHECK(printed_by([&] { return run_actor_confirm(place.globals("mia"), {}, 4); }).exit == Exit::done);
  CHECK(place.recorded(5) < place.recorded(4));
  CHECK(place.grant("two").exit == Exit::done);
  CHECK(place.verify().exit == Exit::done);
}

}  // namespace
}  // namespace cairn::test
