// What is at a limit is said and read again, and one more is refused by the event's member: counts, and the length of
// what an index row is found by.
#include "ledger/base/text.h"
#include "ledger/events/names.h"
#include "ledger/events/statement.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

namespace cairn {
namespace {

// Empty: it can be said, and is read as it was said.
std::string unsaid(const Event& event) {
  const auto said = encode_statement(examples::statement_of({event}), examples::origin);
  if (!said) return said.error().message;
  const auto read = decode_statement(*said);
  return read.ok() ? "" : read.error().message;
}

// The event's bytes with one more item behind the last of this array: what no writer of ours would write.
std::string unread_with_one_more(const Event& event, const std::string& last, const std::string& more) {
  auto said = encode_statement(examples::statement_of({event}), examples::origin).value();
  const std::size_t at = said.find(last);
  REQUIRE(at != std::string::npos);
  said.insert(at + last.size(), more);
  const auto read = decode_statement(said);
  REQUIRE_FALSE(read.ok());
  return read.error().message;
}

}  // namespace

TEST_CASE("evidence has at most 512 values and 64 findings, for who writes and for who reads") {
  EvidenceRecorded evidence;
  evidence.model = examples::hash_of("model");
  evidence.source = "m.json";
  evidence.digest = examples::hash_of("file");
  for (int i = 0; i < 512; ++i) evidence.values[str("v", 100 + i)] = Decimal();
  for (int i = 0; i < 64; ++i) evidence.findings.push_back(str("finding ", i));
  CHECK(unsaid(evidence).empty());
  CHECK(unread_with_one_more(evidence, R"("v611":"0")", R"(,"w":"0")").find("more than 512 of them") !=
        std::string::npos);
  CHECK(unread_with_one_more(evidence, R"("finding 63")", R"(,"one more")").find("more than 64 of them") !=
        std::string::npos);
  auto more = evidence;
  more.values["w"] = Decimal();
  CHECK(unsaid(more).find("\"values\": 513 of them; at most 512") != std::string::npos);
  more = evidence;
  more.findings.push_back("one more");
  CHECK(unsaid(more).find("\"findings\": 65 of them; at most 64") != std::string::npos);
}

TEST_CASE("a version is in at most 64 classes of retention, for who writes and for who reads") {
  RetentionSet kept{examples::hash_of("model"), {}};
  for (int i = 0; i < 64; ++i) kept.classes.insert(str("c", 100 + i));
  CHECK(unsaid(kept).empty());
  CHECK(unread_with_one_more(kept, R"("c163")", R"(,"d")").find("more than 64 of them") != std::string::npos);
  kept.classes.insert("d");
  CHECK(unsaid(kept).find("65 of them; at most 64") != std::string::npos);
}

TEST_CASE("a rollout's id has at most 192 bytes, so that its tag has the 200 that an index row holds") {
  const auto id_of = [](std::size_t bytes) {
    return str(std::string(100, 'm'), "/", std::string(bytes - 103, 'e'), "/1");
  };
  const auto aborted = [](const std::string& id) { return RolloutAborted{id, "x"}; };
  REQUIRE(id_of(192).size() == 192);
  CHECK(unsaid(aborted(id_of(192))).empty());
  const auto said = encode_statement(examples::statement_of({aborted(id_of(192))}), examples::origin);
  const auto tags = index_tags(decode_statement(*said).value(), "");
  std::size_t longest = 0;
  for (const std::string& tag : tags) longest = std::max(longest, tag.size());
  CHECK(longest == 200);
  CHECK(unsaid(aborted(id_of(193))).find("at most 192 bytes") != std::string::npos);
}

}  // namespace cairn
