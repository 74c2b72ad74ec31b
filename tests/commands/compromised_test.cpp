// What a key signed that was taken: it stands, and whoever reads it is told.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

struct TakenKey : Workplace {
  std::string key;

  TakenKey() {
    init(Policy::easy);
    std::filesystem::copy(home("dana") / "logs", home("ben") / "logs");
    for (const char* model : {"one", "two"}) {  // refused, and on record under ben's key
      const auto models = ModelFiles{.type = model}.write_to(directory() / model);
      json(3, "ben", {"register", "--model-path", models.string()});
    }
    key = json(0, "ben", {"show", "1"})["signatures"][0]["key_id"].get<std::string>();
  }
  void revoke(const std::string& since) const {
    expect(0, "dana", {"key", "revoke", key, "--compromised-since", since, "--reason", "laptop stolen"});
  }
};

TEST_CASE("what a key signed since it was taken is shown with the entry that says so, and still counts as recorded") {
  const TakenKey place;
  place.revoke("2020-01-01T00:00:00Z");
  const std::string doubt = "entry 3 calls the key compromised since";  // where the line breaks
  CHECK(contains(place.expect(0, "dana", {"show", "1"}), doubt));
  CHECK(place.json(0, "dana", {"show", "1"})["key_compromised"]["entry"] == 3);
  CHECK(!contains(place.expect(0, "dana", {"show", "3"}), "calls the key compromised"));
  const Json log = place.json(0, "dana", {"log"});
  CHECK(contains(log["entries"][1]["what"].dump(), doubt));
  CHECK(contains(log["entries"][2]["what"].dump(), doubt));
  CHECK(!contains(log["entries"][3]["what"].dump(), "perhaps by somebody else"));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("what it signed before stands without a word, and a theft that is told of later reaches further back") {
  const TakenKey place;
  place.revoke("2100-01-01T00:00:00Z");
  CHECK(!place.json(0, "dana", {"show", "1"}).contains("key_compromised"));
  CHECK(!contains(place.expect(0, "dana", {"log"}), "perhaps by somebody else"));
  place.revoke("2020-01-01T00:00:00Z");
  CHECK(place.json(0, "dana", {"show", "1"})["key_compromised"]["entry"] == 4);
}

TEST_CASE("a key that is only retired leaves no doubt behind") {
  const TakenKey place;
  place.expect(0, "dana", {"key", "revoke", place.key, "--reason", "left"});
  CHECK(!place.json(0, "dana", {"show", "1"}).contains("key_compromised"));
  CHECK(!contains(place.expect(0, "dana", {"log"}), "perhaps by somebody else"));
}

}  // namespace
}  // namespace cairn::test
