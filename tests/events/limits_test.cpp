// What is at a limit is taken, and one more is refused by the limit's own words: sizes, depths and counts of what this
// folder reads.
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/events/json_document.h"
#include "ledger/events/statement.h"
#include "tests/catch.h"
#include "tests/events/examples.h"
#include "tests/events/policy_text.h"

using namespace cairn;
using nlohmann::json;

namespace {

std::string refused_with(const json& policy) {
  return policy_text::refusal(policy.dump());
}

// Why it was refused; empty if it was not.
template <class T>
std::string why_refused(const Result<T>& result) {
  return result.ok() ? "" : result.error().message;
}

std::string said_or_refused(std::vector<Event> events) {
  return why_refused(encode_statement(examples::statement_of(std::move(events)), examples::origin));
}

json default_policy_document() {
  return json::parse(policy_text::default_text());
}

}  // namespace

TEST_CASE("an envelope has at most 16 signatures of at most 1024 bytes") {
  auto document = json::parse(format_dsse(examples::golden_envelope()));
  auto& signatures = document["signatures"];
  signatures[0]["sig"] = to_base64(Bytes(1024, 's'));
  for (int i = 1; i < 16; ++i) {
    signatures.push_back({{"keyid", to_hex(Bytes(32, static_cast<char>(i)))}, {"sig", to_base64("s")}});
  }
  const auto most = parse_dsse(document.dump());
  INFO((most.ok() ? "" : most.error().message));
  REQUIRE(most.ok());
  CHECK(most->signatures.size() == 16);

  auto longer = document;
  longer["signatures"][0]["sig"] = to_base64(Bytes(1025, 's'));
  CHECK(why_refused(parse_dsse(longer.dump())).find("\"sig\" has 1025 bytes, not 1 to 1024") != std::string::npos);
  signatures.push_back({{"keyid", to_hex(Bytes(32, '\x7f'))}, {"sig", to_base64("s")}});
  CHECK(why_refused(parse_dsse(document.dump())).find("17 signatures, not 1 to 16") != std::string::npos);
}

TEST_CASE("a JSON document has at most 32 levels, and an object at most 1024 members") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(read_json(nested(32)).ok());
  CHECK(why_refused(read_json(nested(33))).find("more than 32 levels deep") != std::string::npos);
  const auto object = [](std::size_t members) {
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i) text += str(i == 0 ? "" : ",", "\"m", i, "\":0");
    return text + "}";
  };
  CHECK(read_json(object(1024)).ok());
  CHECK(why_refused(read_json(object(1025))).find("more than 1024 members") != std::string::npos);
}

TEST_CASE("a policy has at most 128 gates, 64 environments, 128 freezes, 64 classes and 32 clocks") {
  struct Counted {
    json::json_pointer place;
    std::size_t most = 0;
    json one;          // of an array: its items but for the name
    std::string says;  // of one more
  };
  const auto document = default_policy_document();
  const json freeze = {{"scope", {{"environment", "*"}, {"model", "*"}}},
                       {"from", "2026-12-20T00:00:00Z"},
                       {"until", "2026-12-21T00:00:00Z"}};
  const auto filled = [&](const Counted& counted, std::size_t count) {
    auto changed = document;
    auto& place = changed[counted.place];
    if (counted.one.is_null()) {
      place.clear();
      for (std::size_t i = 0; i < count; ++i) place[str("n", i)] = document[counted.place].begin().value();
      return changed;
    }
    place = json::array();
    for (std::size_t i = 0; i < count; ++i) {
      place.push_back(counted.one);
      place.back()["name"] = str("n", i);
    }
    return changed;
  };
  const Counted all[] = {
      {"/gates"_json_pointer, 128, document["gates"][0], "gates: more than 128 of them"},
      {"/environments"_json_pointer, 64, nullptr, "environments: has 65 members, not 1 to 64"},
      {"/freezes"_json_pointer, 128, freeze, "freezes: more than 128 of them"},
      {"/retention/classes"_json_pointer, 64, nullptr, "retention.classes: more than 64 of them"},
      {"/incidents/regulatory"_json_pointer, 32, document["incidents"]["regulatory"][0],
       "incidents.regulatory: more than 32 of them"},
  };
  for (const auto& counted : all) {
    INFO(counted.says);
    const auto at_most = refused_with(filled(counted, counted.most));
    CHECK(at_most.find(counted.says.substr(0, counted.says.find(':')) + ": ") == std::string::npos);
    CHECK(refused_with(filled(counted, counted.most + 1)).find(counted.says) != std::string::npos);
  }
}

TEST_CASE("a policy keeps from one to 100,000 refusals an hour of at most a payload each") {
  auto document = default_policy_document();
  const auto refused = [&](const char* member, std::uint64_t value) {
    auto changed = document;
    changed["refusals"][member] = value;
    return refused_with(changed);
  };
  CHECK(refused("per_hour", 1).empty());
  CHECK(refused("per_hour", 100'000).empty());
  CHECK(!refused("per_hour", 0).empty());
  CHECK(!refused("per_hour", 100'001).empty());
  CHECK(refused("max_bytes", 61'440).empty());
  CHECK(!refused("max_bytes", 61'441).empty());
}

TEST_CASE("an event lists at most 64 roles and 1024 entries seen, and a statement expects at most 256 things") {
  std::vector<Grant> roles;
  for (int i = 0; i < 65; ++i) roles.push_back({Role::deployer, {str("e", 100 + i), "*"}});
  const auto enrolled = [&](std::size_t count) {
    return said_or_refused(
        {ActorEnrolled{"a", ActorKind::person, "", "k", "p",
                       std::vector<Grant>(roles.begin(), roles.begin() + static_cast<std::ptrdiff_t>(count))}});
  };
  CHECK(enrolled(64).empty());
  CHECK(enrolled(65).find("\"roles\"") != std::string::npos);

  const Hash model = examples::hash_of("model");
  std::vector<Seq> seen(1024);
  for (Seq i = 0; i < seen.size(); ++i) seen[i] = i;
  CHECK(said_or_refused({ApprovalGranted{"m/e/1", model, "e", Stage::full, model, seen, ""}}).empty());
  seen.push_back(seen.size());
  CHECK(said_or_refused({ApprovalGranted{"m/e/1", model, "e", Stage::full, model, seen, ""}}).find("\"seen\"") !=
        std::string::npos);

  auto statement = examples::statement_of({RolloutAborted{"m/e/1", "x"}});
  statement.expects.clear();
  for (int i = 0; i < 256; ++i) statement.expects[str("model:m", i)] = 0;
  const auto most = encode_statement(statement, examples::origin);
  INFO((most.ok() ? "" : most.error().message));
  REQUIRE(most.ok());
  CHECK(decode_statement(*most).ok());
  statement.expects["model:one-more"] = 0;
  CHECK(why_refused(encode_statement(statement, examples::origin)).find("\"expects\"") != std::string::npos);
}
