// What is at a limit is taken, and one more is refused by the limit's own words: envelopes, statements, and a policy's
// numbers.
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/events/statement.h"
#include "tests/catch.h"
#include "tests/events/examples.h"
#include "tests/events/policy_text.h"

namespace cairn {
namespace {

std::string why_unread(const auto& result) {
  return result.ok() ? "" : result.error().message;
}

}  // namespace

TEST_CASE("an envelope has at most 128 KiB") {
  auto document = nlohmann::json::parse(format_dsse(examples::golden_envelope()));
  document["payload"] = to_base64(Bytes(61'440, 'p'));
  std::string text = document.dump();
  // A text that is longer than any envelope is refused for that, whatever is wrong with it.
  text.resize(128 << 10, ' ');
  CHECK(why_unread(parse_dsse(text)).find("at most 131072") == std::string::npos);
  CHECK(why_unread(parse_dsse(text + ' ')).find("131073 bytes; at most 131072") != std::string::npos);
}

TEST_CASE("a statement has at most 1024 events, for who writes and for who reads") {
  const auto of = [](std::size_t count) {
    return examples::statement_of(std::vector<Event>(count, RolloutPaused{"m/e/1", "x"}));
  };
  const auto most = encode_statement(of(1024), examples::origin);
  INFO(why_unread(most));
  REQUIRE(most.ok());
  const auto read = decode_statement(*most);
  REQUIRE(read.ok());
  CHECK(read->events.size() == 1024);
  CHECK(why_unread(encode_statement(of(1025), examples::origin)).find("at most 1024 events, not 1025") !=
        std::string::npos);
  std::string more = *most;
  const std::size_t at = more.find(R"({"type":"rollout.paused/1")");
  REQUIRE(at != std::string::npos);
  const std::string one = more.substr(at, more.find('}', at) + 1 - at);
  more.insert(at, one + ",");
  CHECK(why_unread(decode_statement(more)).find("more than 1024 events") != std::string::npos);
}

TEST_CASE("a policy asks for at most 16 approvals of another, and keeps at least 1024 bytes of a refusal") {
  const auto refused = [](const char* section, const char* member, std::uint64_t value) {
    auto document = nlohmann::json::parse(policy_text::default_text());
    document[section][member] = value;
    return policy_text::refusal(document.dump());
  };
  CHECK(refused("administration", "policy_approvals", 16).find("policy_approvals: 16 is not") == std::string::npos);
  CHECK(refused("administration", "policy_approvals", 17).find("17 is not within 0 to 16") != std::string::npos);
  CHECK(refused("refusals", "max_bytes", 1024).empty());
  CHECK(refused("refusals", "max_bytes", 1023).find("1023 is not within 1024 to 61440") != std::string::npos);
}

}  // namespace cairn
