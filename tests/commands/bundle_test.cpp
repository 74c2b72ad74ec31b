// bundle and sample, as an auditor at a terminal meets them: what one program writes the other verifies, and tar and
// Python agree with both.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A version at full in production, and a key of dana's that was rotated after it.
struct Audited {
  Workplace place;
  std::string vkey;
  std::string rollout;

  Audited() {
    vkey = place.init(Workplace::Policy::easy)["vkey"];
    const std::string models = ModelFiles().write_to(place.directory() / "models").string();
    fs::copy(place.home("dana") / "logs", place.home("ben") / "logs");
    const auto deploy = [&](const std::string& mode) {
      place.expect(0, "dana",
                   {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode", mode});
    };
    deploy("shadow");
    deploy("canary");
    rollout = place.json(0, "dana", {"status"})["rollouts"][0]["rollout"];
    place.expect(0, "dana", {"notify", rollout, "--to", "#ml"});
    place.expect(0, "ben", {"approve", rollout, "--stage", "full"});
    deploy("full");
  }

  std::string file(const std::string& name) const { return (place.directory() / name).string(); }

  Ran verify(const Words& words) const {
    Words all = words;
    all.insert(all.end(), {"--key", vkey});
    return place.cairn_verify(all);
  }
  Json verified(int code, const Words& words) const {
    Words all = words;
    all.push_back("--json");
    const Ran ran = verify(all);
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == code);
    return Json::parse(ran.out);
  }

  Ran run(const Words& words) const { return Started(place.directory() / "printed", words, {}).wait(); }
};

std::vector<std::uint64_t> seqs_listed(const Json& rows) {
  std::vector<std::uint64_t> seqs;
  for (const Json& row : rows) seqs.push_back(row["seq"]);
  return seqs;
}

}  // namespace

TEST_CASE("a whole bundle unpacks to what export writes, and both ways of verifying it agree", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  const std::string file = audited.file("all.tar");
  const Json made = place.json(0, "dana", {"bundle", "--attachments", "--out", file});
  CHECK(made["bundle"] == "complete");
  CHECK(made["attachments"] > 0);
  CHECK(made["attachments_missing"] == Json::array());

  const Json report = audited.verified(0, {"bundle", file});
  CHECK(report["bundle"] == "complete");
  CHECK(report["entries"] == place.size());
  CHECK(report["decided"] == place.size());
  CHECK(report["attachments"]["missing"].empty());

  const fs::path unpacked = place.directory() / "unpacked";
  fs::create_directories(unpacked);
  REQUIRE(audited.run({"/bin/tar", "-xf", file, "-C", unpacked.string()}).code == 0);
  const Json tiles = audited.verified(0, {"tiles", unpacked.string()});
  for (const char* same : {"head", "ledger", "decided", "signatures", "attachments", "asserted"}) {
    CHECK(tiles[same] == report[same]);
  }
  const fs::path exported = place.directory() / "exported";
  place.expect(0, "dana", {"export", exported.string()});
  CHECK(audited.run({"/usr/bin/diff", "-r", exported.string(), unpacked.string()}).code == 0);

  const std::string listed = audited.run({"/bin/tar", "-tf", file}).out;
  CHECK(count_lines(listed) == made["files"]);
  CHECK(contains(listed, "checkpoint\ntile/0/000.p/"));
  const std::string again = audited.file("again.tar");
  place.expect(0, "dana", {"bundle", "--attachments", "--out", again});
  CHECK(text_of(again) == text_of(file));
  CHECK(contains(place.expect(0, "dana", {"bundle", "--out", again}), "cairn-verify bundle"));
  CHECK(audited.verified(0, {"bundle", again})["attachments"]["verified"] == 0);
}

TEST_CASE("a rollout's bundle carries its entries and what they rest on, and claims inclusion only", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  place.expect(0, "dana", {"key", "rotate"});
  const std::string file = audited.file("part.tar");
  const Json made = place.json(0, "dana", {"bundle", audited.rollout, "--out", file});
  CHECK(made["bundle"] == "partial");
  CHECK(made["chosen"] < made["entries"]);

  const Json report = audited.verified(0, {"bundle", file});
  CHECK(report["bundle"] == "partial");
  CHECK(report["redecided"] == false);
  CHECK(seqs_listed(report["included"]) == made["seqs"]);
  CHECK(report["included"][0]["seq"] == 0);
  // The rotation came after the rollout, and belongs to it all the same: it changed the key of an author.
  CHECK(report["included"].back()["seq"] == place.size() - 1);
  const Ran text = audited.verify({"bundle", file});
  CHECK(contains(text.out, "VERIFIED, inclusion only"));
  CHECK(contains(text.out, "Inclusion only: "));

  const fs::path unpacked = place.directory() / "unpacked";
  fs::create_directories(unpacked);
  REQUIRE(audited.run({"/bin/tar", "-xf", file, "-C", unpacked.string()}).code == 0);
  const std::string one = (unpacked / "entry" / "0").string();
  CHECK(audited.verify({"proof", one + ".tlog-proof", "--leaf", one}).code == 0);
  CHECK(text_of(one) == place.expect(0, "dana", {"show", "0", "--entry"}));

  CHECK(audited.verify({"sample", file, "--seed", "1"}).code == 2);
}

TEST_CASE("a bundle without --attachments says that they were left out, and not that none are missing", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  const std::string file = audited.file("all.tar");
  for (const Words& choice : {Words{}, Words{"0"}}) {
    Words words = {"bundle", "--out", file};
    words.insert(words.end(), choice.begin(), choice.end());
    const std::string text = place.expect(0, "dana", words);
    CHECK(contains(text, "left out; --attachments adds the files that the entries name"));
    CHECK_FALSE(contains(text, "named and not here"));
    const Json made = place.json(0, "dana", words);
    CHECK(made["attachments"] == 0);
    CHECK(made["attachments_missing"].is_null());
  }
  CHECK(contains(place.expect(0, "dana", {"bundle", "--attachments", "--out", file}), ", 0 named and not here"));
}

TEST_CASE("an entry's bundle holds the enrolment of its author, and the policy that was in force") {
  const Workplace place;
  const std::string vkey = place.init(Workplace::Policy::easy)["vkey"];
  place.expect(0, "ida", {"key", "new", "ida"});
  fs::copy(place.home("dana") / "logs", place.home("ida") / "logs");
  place.expect(
      0, "dana",
      {"actor", "add", "ida", "--key", place.public_key("ida").string(), "--role", "incident-commander"});  // 1
  const fs::path policy = place.directory() / "other.json";
  std::string text = text_of(place.directory() / "policy.json");
  text.insert(text.find('{') + 1, "\n");
  put_text(policy, text);
  place.expect(0, "dana", {"policy", "propose", policy.string()});                                 // 2
  place.expect(0, "dana", {"policy", "adopt", policy.string()});                                   // 3
  place.expect(0, "ida", {"lockdown", "engage", "--scope", "all", "--reason", "unsafe answers"});  // 4
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});                        // 5
  const std::string file = (place.directory() / "part.tar").string();
  const Json made = place.json(0, "dana", {"bundle", "4", "--out", file});
  CHECK(made["seqs"] == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
  CHECK(place.json(0, "dana", {"bundle", "1", "--out", file})["seqs"] == std::vector<std::uint64_t>{0, 1});
  CHECK(place.json(0, "dana", {"bundle", "5", "--out", file})["seqs"] == std::vector<std::uint64_t>{0, 2, 3, 5});
  CHECK(place.cairn_verify({"bundle", file, "--key", vkey}).code == 0);
}

TEST_CASE("a bundle's choice is narrowed by time, and a choice of nothing is the caller's mistake", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  const std::string file = audited.file("part.tar");
  const Json last = place.json(0, "dana", {"bundle", std::to_string(place.size() - 1), "--out", file});
  CHECK(last["chosen"] == 1);
  const Json model = place.json(0, "dana", {"bundle", "--model", "logistic", "--attachments", "--out", file});
  CHECK(model["chosen"] == place.size() - 1);
  CHECK(model["attachments"] > 0);
  audited.verified(0, {"bundle", file});
  const Json all = place.json(0, "dana", {"bundle", "--since", "2020-01-01", "--out", file});
  CHECK(all["chosen"] == place.size());
  fs::remove(file);
  for (const Words& wrong :
       {Words{"99999"}, Words{"nothing/like/1"}, Words{"--model", "nobody"}, Words{"--until", "2020-01-01"},
        Words{"0", "--since", "2199-01-01"}, Words{"--since", "soon"}}) {
    Words words = {"bundle", "--out", file};
    words.insert(words.end(), wrong.begin(), wrong.end());
    const Ran ran = place.cairn("dana", words);
    INFO(ran.err);
    CHECK(ran.code == 2);
  }
  const auto left = place.files();
  CHECK(std::none_of(left.begin(), left.end(), [](const std::string& name) { return contains(name, "part.tar"); }));
}

TEST_CASE("what is damaged on its way is found with exit 5, and what is no bundle is named by the byte") {
  const Workplace place;
  const std::string vkey = place.init(Workplace::Policy::easy)["vkey"];
  const std::string file = (place.directory() / "part.tar").string();
  place.expect(0, "dana", {"bundle", "0", "--out", file});
  const std::string good = text_of(file);
  const auto answer = [&](const std::string& bytes) {
    put_text(file, bytes);
    const Ran ran = place.cairn_verify({"bundle", file, "--key", vkey, "--json"});
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == 5);
    return Json::parse(ran.out);
  };
  std::string entry = good;
  entry[entry.find("ledger.created") - 40] ^= 1;
  const Json damaged = answer(entry);
  CHECK(damaged["findings"][0]["seq"] == 0);
  const Json cut = answer(good.substr(0, good.size() - 512));
  CHECK(cut["findings"][0]["kind"] == "archive_malformed");
  CHECK(contains(cut["findings"][0]["what"], str("at byte ", good.size() - 512)));
  for (const char* none : {"no archive", ""}) {
    const Json report = answer(none);
    CHECK(report["findings"][0]["kind"] == "archive_malformed");
    CHECK_FALSE(report.contains("head"));
    // Nothing was read of it: a size or a root beside the reason would look like an answer.
    const std::string text = place.cairn_verify({"bundle", file, "--key", vkey}).out;
    CHECK(contains(text, "NOT VERIFIED\n\n  "));
    CHECK(contains(text, "malformed"));
    CHECK_FALSE(contains(text, "  root "));
    CHECK_FALSE(contains(text, "  entries "));
  }
  CHECK(place.cairn_verify({"bundle", file}).code == 2);
  CHECK(place.cairn_verify({"bundle", file + "x", "--key", vkey}).code == 1);
}

TEST_CASE("both programs and the decision page's script draw the same sample", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  const std::string file = audited.file("all.tar");
  place.expect(0, "dana", {"bundle", "--out", file});
  const Words question = {"--seed", "4711", "--n", "4", "--model", "logistic"};
  Words drawn = {"sample"};
  drawn.insert(drawn.end(), question.begin(), question.end());
  Words redrawn = {"sample", file};
  redrawn.insert(redrawn.end(), question.begin(), question.end());
  const Json sample = place.json(0, "dana", drawn);
  CHECK(sample == audited.verified(0, redrawn));
  CHECK(place.expect(0, "dana", drawn) == audited.verify(redrawn).out);
  CHECK(sample["all"] == false);
  CHECK(sample["population"] == place.size() - 1);
  const Ran exchanged =
      audited.verify({"sample", file, "--seed", "1", "--since", "2026-02-01", "--until", "2026-01-01"});
  CHECK(exchanged.code == 2);
  CHECK(contains(exchanged.err, "--until 2026-01-01 is before --since"));

  const std::string page = text_of(fs::path(CAIRN_SOURCE) / "docs" / "decisions" / "0024-sample.md");
  const std::string fence = "```python draw\n";
  const std::size_t from = page.find(fence);
  REQUIRE(from != std::string::npos);
  const std::size_t begin = from + fence.size();
  const std::string script = audited.file("draw.py");
  put_text(script, page.substr(begin, page.find("```", begin) - begin));
  std::string population;
  for (std::uint64_t seq = 1; seq < place.size(); ++seq) population += str(seq, '\n');
  put_text(audited.file("population"), population);
  const std::string root = sample["root"];
  const Ran ran =
      audited.run({"/bin/sh", "-c", "python3 \"$0\" \"$1\" 4711 4 < \"$2\"", script, root, audited.file("population")});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  std::string seqs;
  for (const std::uint64_t seq : seqs_listed(sample["drawn"])) seqs += str(seq, '\n');
  CHECK(ran.out == seqs);
}

TEST_CASE("a sample under an older head stays the same when the log grows", "[long]") {
  const Audited audited;
  const Workplace& place = audited.place;
  const std::string note = audited.file("then.note");
  put_text(note, place.expect(0, "dana", {"checkpoint"}));
  const Words question = {"sample", "--seed", "7", "--n", "3"};
  const Json before = place.json(0, "dana", question);
  place.expect(0, "dana", {"key", "rotate"});
  Words then = question;
  then.insert(then.end(), {"--checkpoint", note});
  CHECK(place.json(0, "dana", then) == before);
  CHECK(place.json(0, "dana", question)["root"] != before["root"]);

  const std::string file = audited.file("all.tar");
  place.expect(0, "dana", {"bundle", "--out", file});
  CHECK(audited.verified(0, {"sample", file, "--seed", "7", "--n", "3", "--checkpoint", note}) == before);
  const Json all = place.json(0, "dana", {"sample", "--seed", "7", "--n", "1000", "--checkpoint", note});
  CHECK(all["all"] == true);
  CHECK(all["drawn"].size() == place.size() - 1);

  std::string other = text_of(note);
  other.insert(other.find('\n') + 1, "1");
  put_text(note, other);
  CHECK(place.cairn("dana", then).code == 5);
  for (const Words& wrong :
       {Words{"sample"}, Words{"sample", "--seed", "-1"}, Words{"sample", "--seed", "9007199254740992"},
        Words{"sample", "--seed", "1", "--n", "0"}, Words{"sample", "--seed", "1", "--model", "nobody"}}) {
    CHECK(place.cairn("dana", wrong).code == 2);
  }
  CHECK(contains(place.cairn("dana", {"sample", "--seed", "1", "--model", "nobody"}).err, "there are logistic"));
}

}  // namespace cairn::test
