// An incident from the first alarm to the last action item, as people at a terminal meet it (E4, E5).
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

TEST_CASE("an incident goes from open to closed, and not past its post-mortem and its actions") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  std::filesystem::copy(place.home("dana") / "logs", place.home("ben") / "logs");  // ben appends as well
  place.expect(0, "dana", {"register", "--model-path", ModelFiles().write_to(place.directory() / "models").string()});
  const Json opened = place.json(0, "dana",
                                 {"incident", "open", "--model", "logistic", "--environment", "production",
                                  "--severity", "critical", "--title", "Unsafe | <b>answers</b>"});
  CHECK(opened["incident"] == "INC-1");
  place.expect(0, "dana", {"incident", "ack", "INC-1", "--note", "looking at it"});
  place.expect(0, "ben", {"incident", "note", "INC-1", "--text", "began with entry 1", "--about", "1"});
  place.expect(0, "dana", {"incident", "escalate", "INC-1", "--to", "team lead", "--reason", "users see it"});
  place.expect(0, "dana", {"incident", "mitigate", "INC-1", "--how", "rolled back"});
  place.expect(0, "dana", {"incident", "resolve", "INC-1", "--how", "the filter was mended"});
  CHECK(place.json(3, "dana", {"incident", "close", "INC-1"})["refusal"] == "postmortem_missing");
  const auto page = place.directory() / "INC-1.md";
  put_text(page, "# What went wrong\n");
  place.expect(0, "dana", {"incident", "postmortem", "INC-1", "--file", page.string()});
  const Json action = place.json(0, "dana",
                                 {"incident", "action", "INC-1", "--owner", "ben", "--due", "2027-01-01", "--task",
                                  "add the answers to the test set"});
  CHECK(action["action"] == 1);
  CHECK(place.json(3, "dana", {"incident", "close", "INC-1"})["refusal"] == "actions_open");

  const Json shown = place.json(0, "dana", {"incident", "show", "INC-1"});
  INFO(shown.dump(2));
  CHECK(shown["state"] == "resolved");
  CHECK(shown["missing"] == Json({"action 1 of ben"}));
  CHECK(shown["entries"].size() == 10);
  CHECK(shown["deadlines"][0]["name"] == "acknowledge");
  CHECK(shown["deadlines"][0]["state"] == "met");

  place.expect(0, "ben", {"incident", "action", "INC-1", "--close", "1", "--how", "merged"});
  place.expect(0, "dana", {"incident", "close", "INC-1"});
  CHECK(contains(place.expect(0, "dana", {"incident", "list"}), "No incident"));
  CHECK(place.json(0, "dana", {"incident", "list", "--all"})["incidents"][0]["state"] == "closed");
  CHECK(place.json(0, "dana", {"status"})["incidents"].empty());

  const std::string text = place.expect(0, "dana", {"incident", "show", "INC-1"});
  CHECK(contains(text, "missing   nothing"));
  CHECK(contains(text, "acknowledged INC-1: looking at it"));
  const std::string markdown = place.expect(0, "dana", {"incident", "show", "INC-1", "--format", "md"});
  CHECK(markdown.starts_with("# INC-1: Unsafe \\| \\<b\\>answers"));
  CHECK(contains(markdown, "- [x] 1. add the answers to the test set (ben"));
  CHECK(contains(markdown, "Labels: ml-ops, security, critical"));
  CHECK(contains(place.expect(0, "dana", {"verify"}), "that incidents were mitigated or resolved, by dana"));
  place.expect(0, "dana", {"replay"});

  // The post-mortem travels with the log, and the auditor holds it against its digest.
  place.expect(0, "dana", {"export", (place.directory() / "public").string()});
  bool exported = false;
  for (const auto& file : std::filesystem::directory_iterator(place.directory() / "public" / "attachment")) {
    exported = exported || text_of(file.path()) == "# What went wrong\n";
  }
  CHECK(exported);
}

TEST_CASE("an incident that is misspelt or half said is the caller's mistake, and nothing is recorded") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::uint64_t size = place.size();
  const Words open = {"incident", "open", "--model", "m", "--environment", "production", "--title"};
  Words grave = open;
  grave.insert(grave.end(), {"x", "--severity", "grave"});
  Words empty = open;
  empty.push_back(" ");
  for (const Words& words : std::vector<Words>{{"incident", "ack", "INC-9"},
                                               {"incident", "show", "INC-9"},
                                               {"incident"},
                                               {"incident", "open"},
                                               grave,
                                               empty,
                                               {"incident", "action", "INC-1"},
                                               {"incident", "action", "INC-1", "--close", "1"},
                                               {"incident", "action", "INC-1", "--owner", "ben", "--task", "x"}}) {
    INFO(words[0] << " " << (words.size() > 1 ? words[1] : ""));
    const Ran ran = place.cairn("dana", words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 2);
  }
  CHECK(place.size() == size);
}

}  // namespace
}  // namespace cairn::test
