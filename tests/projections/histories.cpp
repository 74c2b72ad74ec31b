#include "tests/projections/histories.h"

#include <functional>
#include <random>

namespace cairn {
namespace {

class Life {
 public:
  Life(Scenario& s, std::uint64_t seed, Adopts adopts) : s_(s), dice_(seed), adopts_(adopts) {}

  void attempt() {
    static const std::vector<std::function<void(Life&)>> acts = {
        &Life::watch,   &Life::watch,   &Life::watch,   &Life::watch,   &Life::watch,  &Life::propose, &Life::propose,
        &Life::advance, &Life::advance, &Life::approve, &Life::approve, &Life::notify, &Life::answer,  &Life::go_back,
        &Life::hold,    &Life::handle,  &Life::enrol,   &Life::know,    &Life::adopt,  &Life::push,    &Life::push,
    };
    acts[below(acts.size())](*this);
  }

 private:
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(dice_() % end); }
  template <class T>
  T any(const std::vector<T>& of) {
    return of[below(of.size())];
  }
  std::string version() { return any<std::string>({"v1", "v2", "v3", "v4"}); }
  std::string place() { return any<std::string>({"prod", "prod", "prod", "lab2"}); }
  // The rollout under way, most of the time.
  int number(const std::string& environment) {
    const Slot* slot = s_.world.slots.find({"net", environment});
    const int newest = slot == nullptr ? 0 : static_cast<int>(slot->rollouts);
    return std::max(1, below(8) == 0 ? newest + 1 : newest);
  }
  std::string incident() { return str("INC-", std::max<std::size_t>(1, s_.world.incidents.rows().size())); }
  int next_incident() { return static_cast<int>(s_.world.incidents.rows().size()) + 1; }

  void watch() {
    const std::string where = place();
    const Rollout* way = s_.world.under_way({"net", where});
    std::string of = version();
    for (const char* one : {"v1", "v2", "v3", "v4"}) {
      if (way != nullptr && digest_of(one) == way->model && below(4) > 0) of = one;
    }
    s_.later(hour).when("watch", {drift(of, where, below(8) == 0 ? "0.2" : below(3) == 0 ? "0.12" : "0.05")});
  }
  void know() { s_.when("ci", {registered(version()), metrics(version(), any<std::string>({"0.8", "0.9", "0.97"}))}); }
  void propose() {
    const std::string where = place();
    const Slot* slot = s_.world.slots.find({"net", where});
    const int next = slot == nullptr ? 1 : static_cast<int>(slot->rollouts) + 1;
    const std::string of = version();
    if (!s_.world.models.has(digest_of(of))) s_.when("ci", {registered(of), metrics(of, "0.9")});
    s_.when("ci", {proposed(below(8) == 0 ? next + 1 : next, of, where)});
  }
  void advance() {
    const std::string where = place();
    const int nth = number(where);
    const Rollout* rollout = s_.world.rollouts.find(rollout_id(nth, where));
    const bool canary = rollout == nullptr || (rollout->stage == Stage::shadow && where == "prod") || below(3) == 0;
    const Tenure* full = s_.world.at_full({"net", where});
    std::vector<Event> events = {canary ? advanced(nth, Stage::canary, any<std::uint64_t>({10, 25, 50, 60}), where)
                                        : advanced(nth, Stage::full, 100, where)};
    if (!canary && full != nullptr && rollout != nullptr && below(10) > 0)
      events.push_back(ModelArchived{full->model, where, rollout->model});
    s_.when("ci", std::move(events));
  }
  void approve() {
    const int nth = number("prod");
    if (!s_.world.rollouts.has(rollout_id(nth))) return;
    ApprovalGranted grant = s_.approval(nth);
    if (below(6) == 0) grant.rules = sha256("other rules");
    s_.when(any<std::string>({"lee", "lee", "mia", "dana"}), {grant});
  }
  void answer() {
    const std::string who = any<std::string>({"lee", "mia"});
    const std::string id = rollout_id(number("prod"));
    if (below(2) == 0) s_.when(who, {ApprovalDenied{id, Stage::full, "no"}});
    s_.when(who, {ApprovalWithdrawn{id, Stage::full, "I looked again"}});
  }
  // What it takes to get on, in its order.
  void push() {
    for (int looks = 0; looks < 2; ++looks) {
      const Rollout* way = s_.world.under_way({"net", "prod"});
      if (way == nullptr) return propose();
      for (const char* one : {"v1", "v2", "v3", "v4"}) {
        if (digest_of(one) == way->model) s_.later(hour).when("watch", {drift(one, "prod", "0.05")});
      }
    }
    notify();
    approve();
    advance();
  }
  void notify() { s_.when("ci", {StakeholdersNotified{rollout_id(number("prod")), "all"}}); }
  void go_back() {
    const std::string id = rollout_id(number("prod"));
    switch (below(4)) {
      case 0:
        s_.when("ci", {RolloutPaused{id, "look"}});
        return void(s_.when("ci", {RolloutResumed{id, "looked"}}));
      case 1:
        return void(s_.when("ci", {RolloutAborted{id, "worse"}}));
      case 2: {
        const bool under_way = s_.world.under_way({"net", "prod"}) != nullptr;
        s_.when("ida", rollback(version(), version(), next_incident(), under_way ? number("prod") : 0));
        return;
      }
      default:
        s_.when("ida", emptied(version(), next_incident()));
    }
  }
  void hold() {
    const Scope scope = any<Scope>({{}, {"prod", "*"}});
    switch (below(4)) {
      case 0:
        s_.when("watch", {LockdownEngaged{scope, "harm"}});
        s_.when("ida", {LockdownLiftRequested{scope, "over"}});
        return void(s_.when("dana", {LockdownLifted{scope, "over"}}));
      case 1:
        s_.when("ida", {FreezeDeclared{scope, s_.now + 3 * hour, "holidays"}});
        return void(below(2) == 0 ? s_.when("dana", {FreezeEnded{scope, "back"}}) : s_);
      case 2:
        s_.when("watch", {ModelQuarantined{digest_of(version()), "odd"}});
        return void(s_.when("ida", {ModelReleased{digest_of(version()), "was nothing"}}));
      default:
        s_.when("ida", {BreakGlassInvoked{
                           "net", "prod", {Guard::soak, Guard::approvals}, s_.now + 2 * hour, incident(), "urgent"}});
        if (below(2) == 0) s_.later(3 * hour).when("lee", {BreakGlassReviewed{"net", "prod", "was right"}});
    }
  }
  void handle() {
    s_.when("ida", {opened(below(8) == 0 ? 1 : next_incident())});
    s_.when("ida", {IncidentAcknowledged{incident(), "seen"}});
    if (below(2) == 0) s_.when("ida", {IncidentResolved{incident(), "done"}, IncidentClosed{incident()}});
  }
  void enrol() {
    if (below(3) == 0) return void(s_.when("dana", {person("mia", {{Role::approver, {}}})}));
    if (below(2) == 0) return void(s_.when("dana", {RoleRevoked{"mia", {Role::approver, {}}}}));
    s_.when("dana", {RoleGranted{"mia", {Role::approver, {}}}});
  }
  void adopt() {
    if (adopts_ == Adopts::never || below(3) > 0) return;
    const std::string soak = any<std::string>({"1h", "2h", "3h"});
    const std::string next = replaced(small_policy(), R"("soak": "2h"})", R"("soak": ")" + soak + R"("})");
    s_.when("dana", {PolicyProposed{next}, PolicyAdopted{sha256(next), s_.world.policy().digest}});
  }

  Scenario& s_;
  std::mt19937_64 dice_;
  Adopts adopts_;
};

}  // namespace

void live_at_random(Scenario& s, std::uint64_t seed, int attempts, Adopts adopts) {
  Life life(s, seed, adopts);
  for (int i = 0; i < attempts; ++i) life.attempt();
}

}  // namespace cairn
