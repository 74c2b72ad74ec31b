#include "ledger/events/codec.h"

#include <nlohmann/json.hpp>
#include <set>

#include "ledger/base/text.h"
#include "ledger/events/event_fields.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

using namespace cairn;

namespace {

// A second encoder, by another library: the fields again, as nlohmann values in the order of their members.
class ToJson {
 public:
  static constexpr bool writes = true;
  nlohmann::ordered_json json;

  void operator()(std::string_view member, const std::string& value, const Form&) { put(member, value); }
  void operator()(std::string_view member, std::uint64_t value, std::uint64_t = 0) { put(member, value); }
  void operator()(std::string_view member, Millis value) { put(member, value); }
  void operator()(std::string_view member, const Hash& value) { put(member, value.hex()); }
  void operator()(std::string_view member, const Grant& value) { put(member, to_text(value)); }
  void operator()(std::string_view member, const Scope& value) { put(member, to_text(value)); }
  void operator()(std::string_view member, const std::vector<Guard>& value) {
    put(member, nlohmann::ordered_json::array());
    for (const Guard guard : value) json[std::string(member)].push_back(std::string(to_text(guard)));
  }
  void operator()(std::string_view member, const std::vector<Seq>& value) { put(member, value); }
  void operator()(std::string_view member, const std::vector<std::string>& value, const Form&) { put(member, value); }
  void operator()(std::string_view member, const std::set<std::string>& value, const Form&) { put(member, value); }
  void operator()(std::string_view member, const std::vector<Grant>& value) {
    put(member, nlohmann::ordered_json::array());
    for (const auto& grant : value) json[std::string(member)].push_back(to_text(grant));
  }
  void operator()(std::string_view member, const NamedValues& value) {
    put(member, nlohmann::ordered_json::object());
    for (const auto& [key, decimal] : value) json[std::string(member)][key] = decimal.text();
  }
  void operator()(std::string_view member, Word auto value) { put(member, std::string(to_text(value))); }
  void binary(std::string_view member, const Bytes& value) { put(member, to_base64(value)); }

 private:
  template <class T>
  void put(std::string_view member, const T& value) {
    json[std::string(member)] = value;
  }
};

nlohmann::ordered_json json_of(const Event& event) {
  ToJson io;
  io.json["type"] = std::string(wire_name(event));
  std::visit([&](const auto& e) { fields(io, e); }, event);
  return io.json;
}

void check_round_trip(const Event& event) {
  INFO(wire_name(event));
  const auto payload = examples::payload_of({event});
  const auto decoded = decode_statement(payload);
  if (!decoded.ok()) FAIL(decoded.error().message);
  REQUIRE(decoded->events.size() == 1);
  CHECK(decoded->events[0].index() == event.index());
  CHECK(json_of(decoded->events[0]) == json_of(event));

  const auto again = encode_statement(*decoded, examples::origin);
  REQUIRE(again.ok());
  CHECK(*again == payload);

  const auto foreign = nlohmann::ordered_json::parse(payload);
  CHECK(foreign["predicate"]["events"][0] == json_of(event));
  CHECK(foreign.dump() == payload);
}

std::string refusal_of(const Event& event) {
  const auto payload = encode_statement(examples::statement_of({event}), examples::origin);
  if (payload.ok()) return "";
  CHECK(payload.error().kind == ErrorKind::usage);
  return payload.error().message;
}

}  // namespace

TEST_CASE("every event type comes back as it was said, and another JSON library reads the same values") {
  for (const auto& event : examples::typical_events()) check_round_trip(event);
  for (const auto& event : examples::smallest_events()) check_round_trip(event);
  for (const auto& event : examples::largest_events()) check_round_trip(event);
}

TEST_CASE("the examples hold every event type, and each has a wire name of its own") {
  std::set<std::size_t> types;
  std::set<std::string_view> names;
  for (const auto& events : {examples::typical_events(), examples::smallest_events(), examples::largest_events()}) {
    REQUIRE(events.size() == std::variant_size_v<Event>);
  }
  for (const auto& event : examples::typical_events()) {
    types.insert(event.index());
    names.insert(wire_name(event));
  }
  CHECK(types.size() == std::variant_size_v<Event>);
  CHECK(names.size() == std::variant_size_v<Event>);
}

TEST_CASE("a value that cannot be said is a usage error that names event and member") {
  const Hash model = examples::hash_of("model");
  CHECK(refusal_of(RolloutAdvanced{"m/e/1", Stage::canary, 101}) ==
        "rollout.advanced/1 \"percent\": 101 is more than 100");
  CHECK(refusal_of(RolloutAdvanced{"m/e", Stage::canary, 10})
            .starts_with("rollout.advanced/1 \"rollout\": \"m/e\" is not"));
  CHECK(refusal_of(RolloutAborted{"m/e/1", std::string(1025, 'x')}).find("\"reason\"") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/1", "tab\there"}).find("\"reason\"") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/1", ""}).find("says something") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/1", " \n "}).find("says something") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/1", "\xff"}).find("\"reason\"") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/1", "\x7f"}).find("\"reason\"") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/01", ""}).find("\"rollout\"") != std::string::npos);
  CHECK(refusal_of(RolloutAborted{"m/e/0", ""}).find("\"rollout\"") != std::string::npos);
  CHECK(refusal_of(RolloutProposed{"m/e/1", model, "m", "a/b"}).find("\"environment\"") != std::string::npos);
  CHECK(refusal_of(RoleGranted{"a", {Role::admin, {"a/b", "*"}}}).find("\"grant\"") != std::string::npos);
  CHECK(refusal_of(RoleGranted{"", {Role::admin, {}}}).find("\"handle\"") != std::string::npos);
  CHECK(refusal_of(KeyRevoked{"a", model, -1, ""}).find("\"compromised_since\"") != std::string::npos);
  CHECK(refusal_of(KeyAdded{"a", "", "p"}).find("\"key\"") != std::string::npos);
  CHECK(refusal_of(KeyAdded{"a", "k", Bytes(1025, 'p')}).find("\"possession\"") != std::string::npos);
  CHECK(refusal_of(ModelRegistered{"m", "1", model, max_count + 1, 0}).find("\"files\"") != std::string::npos);
  CHECK(refusal_of(IncidentOpened{"INC-0", Severity::low, "", "m", "e"}).find("\"incident\"") != std::string::npos);
  CHECK(refusal_of(IncidentOpened{"inc-1", Severity::low, "", "m", "e"}).find("\"incident\"") != std::string::npos);
  CHECK(refusal_of(PolicyProposed{""}).find("\"document\"") != std::string::npos);
  CHECK(refusal_of(PolicyProposed{std::string("{}\0", 3)}).find("\"document\"") != std::string::npos);
  CHECK(refusal_of(PolicyProposed{std::string(max_policy_bytes + 1, ' ')}).find("\"document\"") != std::string::npos);
}

TEST_CASE("lists that are too long, out of order or hold one thing twice cannot be said") {
  const Hash model = examples::hash_of("model");
  const auto grants = [](std::vector<Grant> roles) {
    return refusal_of(ActorEnrolled{"a", ActorKind::person, "", "k", "p", std::move(roles)});
  };
  const auto seen = [&](std::vector<Seq> seqs) {
    return refusal_of(ApprovalGranted{"m/e/1", model, "e", Stage::full, model, std::move(seqs), ""});
  };
  CHECK(grants({{Role::admin, {}}, {Role::deployer, {}}}).empty());
  CHECK(!grants({{Role::deployer, {}}, {Role::admin, {}}}).empty());
  CHECK(!grants({{Role::admin, {}}, {Role::admin, {}}}).empty());
  CHECK(seen({1, 2}).empty());
  CHECK(!seen({2, 1}).empty());
  CHECK(!seen({1, 1}).empty());
  CHECK(!seen({max_count + 1}).empty());

  EvidenceRecorded evidence{EvidenceKind::metrics, model, "", "f", model, 0, {}, std::vector<std::string>(64, "x")};
  CHECK(refusal_of(evidence).empty());
  evidence.findings.emplace_back("x");
  CHECK(refusal_of(evidence).find("\"findings\"") != std::string::npos);
  evidence.findings.clear();
  evidence.values = {{"not a name", Decimal()}};
  CHECK(refusal_of(evidence).find("\"values\"") != std::string::npos);
  evidence.values = {};
  for (std::size_t i = 0; i <= max_values; ++i) evidence.values[str("v", i)] = Decimal();
  CHECK(refusal_of(evidence).find("\"values\"") != std::string::npos);
  evidence.values = {};
  evidence.source = "folder/file";
  CHECK(refusal_of(evidence).find("\"source\"") != std::string::npos);
}

TEST_CASE("an event that this program does not know asks for a newer one") {
  auto payload = examples::payload_of({RolloutAborted{"m/e/1", "x"}});
  const auto at = payload.find("rollout.aborted/1");
  payload[at + 16] = '2';
  const auto decoded = decode_statement(payload);
  REQUIRE(!decoded.ok());
  CHECK(decoded.error().kind == ErrorKind::needs_newer);
  CHECK(decoded.error().message ==
        str("not a statement: byte ", at - 1,
            ": \"type\": \"rollout.aborted/2\" is not an event known here; a newer cairn may read it"));
}

TEST_CASE("lists that are out of order or hold one thing twice are not read either") {
  const auto with = [](Event event, std::string_view what, std::string_view instead) {
    auto payload = examples::payload_of({std::move(event)});
    const auto at = payload.find(what);
    REQUIRE(at != std::string::npos);
    const auto decoded = decode_statement(payload.replace(at, what.size(), instead));
    return decoded.ok() ? std::string() : decoded.error().message;
  };
  const ActorEnrolled actor{"a", ActorKind::person, "", "k", "p", {{Role::admin, {}}, {Role::deployer, {}}}};
  const ApprovalGranted approval{"m/e/1", {}, "e", Stage::full, {}, {17, 21}, ""};
  CHECK(with(actor, R"(["admin","deployer"])", R"(["admin","auditor"])").empty());
  CHECK(with(actor, R"(["admin","deployer"])", R"(["admin","admin"])").find("roles ascend") != std::string::npos);
  CHECK(with(actor, R"(["admin","deployer"])", R"(["deployer","admin"])").find("roles ascend") != std::string::npos);
  const ApprovalRequested request{"m/e/1", Stage::full, {"ben", "erin"}, ""};
  CHECK(with(request, R"(["ben","erin"])", R"(["ben","mia"])").empty());
  CHECK(with(request, R"(["ben","erin"])", R"(["ben","ben"])").find("they ascend") != std::string::npos);
  CHECK(with(request, R"(["ben","erin"])", R"(["erin","ben"])").find("they ascend") != std::string::npos);
  CHECK(with(request, R"(["ben","erin"])", R"(["ben",""])").find("is not a name") != std::string::npos);
  CHECK(with(approval, "[17,21]", "[17,22]").empty());
  CHECK(with(approval, "[17,21]", "[17,17]").find("numbers ascend") != std::string::npos);
  CHECK(with(approval, "[17,21]", "[21,17]").find("numbers ascend") != std::string::npos);
}
