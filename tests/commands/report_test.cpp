// Reports, as whoever writes a post-mortem or audits a month reads them.
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/commands/harm.h"
#include "tests/commands/report_json.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;

const std::vector<Words> reports = {{"incident", "INC-1"},
                                    {"incident", "INC-2"},
                                    {"rollout", "logistic/production/2"},
                                    {"period", "--since", "2026-01-01"}};

Json row_that_says(const Json& report, const std::string& words) {
  for (const Json& row : report["timeline"]) {
    if (contains(row["what"].dump(), words)) return row;
  }
  FAIL("no row says " << words);
  return {};
}

// Every member by one of these names, wherever it is.
void collect(const Json& json, const std::set<std::string>& names, std::vector<Json>& found) {
  for (const auto& item : json.items()) {
    if (json.is_object() && names.contains(item.key())) found.push_back(item.value());
    if (item.value().is_structured()) collect(item.value(), names, found);
  }
}

std::set<std::uint64_t> seqs_in(const Json& report) {
  std::vector<Json> found;
  collect(report, {"seq", "seqs", "evidence_seqs", "evidence_seq", "baseline_seq", "opened_seq", "closed_seq"}, found);
  std::set<std::uint64_t> seqs;
  for (const Json& one : found) {
    if (one.is_number()) seqs.insert(one.get<std::uint64_t>());
    if (!one.is_array()) continue;
    for (const Json& seq : one) seqs.insert(seq.get<std::uint64_t>());
  }
  return seqs;
}

std::set<std::string> words_in(const std::string& text, const std::string& pattern) {
  const std::regex word(pattern);
  std::set<std::string> words;
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) words.insert(at->str());
  return words;
}

}  // namespace

TEST_CASE("a report on an incident says who did what, on what ground, and what came of it", "[long]") {
  const Json report = Harm::once().report_json({"incident", "INC-2"});
  CHECK(fact(report["header"], "Severity")["value"] == "critical");
  CHECK(fact(report["header"], "State")["value"] == "closed");
  CHECK(contains(fact(report["header"], "Version")["value"], Harm::newer));
  CHECK(fact(report["header"], "Brought by")["value"] == "logistic/production/2, proposed by erin");
  CHECK(contains(fact(report["header"], "Approved by")["value"], "ben, for full"));
  CHECK(report["models"] == Json({"logistic"}));
  CHECK(report["timeline"][0]["what"][0].get<std::string>().starts_with("registered logistic"));
  CHECK(row_that_says(report, "closed INC-2") == report["timeline"].back());

  const Json rollback = row_that_says(report, "rolled logistic in production back");
  CHECK(contains(rollback["change"], std::string("full: ") + Harm::newer + " -> " + Harm::older));
  CHECK(contains(rollback["change"], "INC-2: none -> open"));
  CHECK(contains(rollback["change"], "lockdown: none -> engaged"));
  CHECK(contains(fact(report["rollback"], "To")["value"], Harm::older));
  CHECK(contains(fact(report["rollback"], "Why this one")["value"], "without recorded violations"));
  CHECK(contains(fact(report["rollback"], "Passed over")["value"], Harm::newer));

  const Json canary = row_that_says(report, "took logistic/production/2 to canary, 10 %");
  CHECK(canary["change"] ==
        std::string("under way: ") + Harm::newer + " in shadow -> " + Harm::newer + " in canary, 10 %");
  CHECK(canary["causes"].size() > 2);
  CHECK(report["gates"].size() >= 3);
  CHECK(report["deviations"].dump().find("notice_missing") != std::string::npos);
  CHECK(report["deviations"].dump().find("locked_down") != std::string::npos);
  CHECK(report["deviations"].dump().find("could not reach the files") != std::string::npos);
  CHECK(contains(report["similar"][0]["what"], "INC-1, medium"));
  CHECK(report["actions"][0]["owner"] == "erin");
  CHECK(report["actions"][0]["closed_seq"].is_number());
}

TEST_CASE("a report's durations and clocks begin with what is on record, and what nobody said is not made up",
          "[long]") {
  const Json report = Harm::once().report_json({"incident", "INC-2"});
  const Json detection = fact(report["durations"], "Detection: first failing record to opened");
  const Json alarm = row_that_says(report, "recorded monitoring");
  CHECK(detection["value"].is_string());
  CHECK(detection["seqs"][0].get<std::uint64_t>() > alarm["seq"].get<std::uint64_t>());  // the first look passed
  for (const char* name : {"Acknowledgement: opened to acknowledged", "Mitigation: opened to mitigated",
                           "Recovery: opened to resolved", "Exposure: first traffic to opened"}) {
    CHECK(fact(report["durations"], name)["value"].is_string());
  }
  CHECK(report["deadlines"][0]["state"] == "met");
  CHECK(report["deadlines"].back()["name"] == "EU-AI-Act-73");
  CHECK(report["deadlines"].back()["done"].is_null());
  CHECK(contains(fact(report["impact"], "As noted by ida")["value"], "212 applications"));
  CHECK(contains(report["factors"][0]["what"], "the extract dropped rows"));

  const Json silent = Harm::once().report_json({"incident", "INC-1"});
  CHECK(fact(silent["durations"], "Detection: first failing record to opened")["value"].is_null());
  CHECK(fact(silent["durations"], "Recovery: opened to resolved")["value"].is_null());
  CHECK(fact(silent["impact"], "People or requests affected")["value"].is_null());
  CHECK(silent["factors"].empty());
  CHECK(silent["rollback"].empty());
}

TEST_CASE("\"not recorded\" stands where nothing was said, and not where something was", "[long]") {
  const auto section = [](const std::string& text, const std::string& title) {
    const std::size_t begin = text.find("\n" + title + "\n");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find("\n\n", begin + 1) - begin);
  };
  const std::string silent = Harm::once().report({"incident", "INC-1"}).out;
  const std::string told = Harm::once().report({"incident", "INC-2"}).out;
  for (const char* title : {"Impact", "Durations", "Contributing factors", "Rollback", "Action items"}) {
    INFO(title);
    CHECK(contains(section(silent, title), "not recorded"));
    CHECK_FALSE(contains(section(told, title), "not recorded"));
  }
}

TEST_CASE("as text and as Markdown a report has all its sections", "[long]") {
  const auto check_sections = [](const Words& words, const std::vector<std::string>& titles) {
    const std::string text = Harm::once().report(words).out;
    const std::string markdown = Harm::once().report(with(words, {"--format", "md"})).out;
    for (const std::string& title : titles) {
      INFO(words.front() << ": " << title);
      CHECK(contains(text, "\n" + title + "\n"));
      CHECK(contains(markdown, "\n## " + title + "\n"));
    }
  };
  check_sections(reports[1],
                 {"Impact", "Durations", "Clocks", "Traffic", "Timeline", "Contributing factors", "Deviations",
                  "What the gates said", "Metrics", "Policy, and what the newest one says", "Rollback",
                  "Similar incidents before", "Action items", "Annex: what this report is proved by"});
  check_sections(reports[2], {"Durations", "Traffic", "Timeline", "Deviations", "What the gates said", "Metrics",
                              "Policy, and what the newest one says", "Rollback", "Incidents since it was proposed",
                              "Annex: what this report is proved by"});
  check_sections(reports[3],
                 {"Entries by kind", "Every change and approval of the period", "Separation of duties", "Broken glass",
                  "Refusals", "Incidents", "Policy", "Traffic", "Annex: what this report is proved by"});
}

TEST_CASE("the same question gives the same bytes, also after the ledger has grown", "[long]") {
  const Harm place;  // its own: it grows
  const std::string last = std::to_string(place.size() - 1);
  std::vector<std::string> before;
  for (const Words& words : reports) {
    for (const char* format : {"text", "md", "json"}) {
      const Words asked = with(words, {"--format", format});
      before.push_back(place.report(asked).out);
      CHECK(before.back().size() > 1000);
      CHECK(place.report(asked).out == before.back());
    }
  }
  place.expect(0, "ida", {"incident", "note", "INC-2", "--text", "it came again"});
  std::size_t i = 0;
  for (const Words& words : reports) {
    for (const char* format : {"text", "md", "json"}) {
      const Words asked = with(words, {"--format", format});
      CHECK(place.report(with(asked, {"--seq", last})).out == before[i]);
      CHECK(place.report(asked).out != before[i++]);
    }
  }
}

TEST_CASE("every entry that a report names is in its annex, as the log's root says", "[long]") {
  for (const Words& words : reports) {
    const Json report = Harm::once().report_json(words);
    std::set<std::uint64_t> proved;
    const Hash root = *Hash::from_hex(report["verifier"]["root"].get<std::string>());
    for (const Json& entry : report["annex"]) {
      const Hash leaf = *Hash::from_hex(entry["leaf_hash"].get<std::string>());
      std::vector<Hash> proof;
      for (const Json& hash : entry["proof"]) proof.push_back(*Hash::from_hex(hash.get<std::string>()));
      const std::uint64_t seq = entry["seq"];
      CHECK(check_inclusion(leaf, seq, report["verifier"]["size"], proof, root).ok());
      if (entry["bytes"].is_string()) CHECK(leaf_hash(*from_base64(entry["bytes"].get<std::string>())) == leaf);
      proved.insert(seq);
    }
    CHECK(proved.size() == report["verifier"]["entries"]);
    for (const std::uint64_t seq : seqs_in(report)) {
      INFO(words.front() << " names entry " << seq);
      CHECK(proved.contains(seq));
    }
  }
}

TEST_CASE("a report names nothing that is not in the ledger: no version, no handle, no digest, no share", "[long]") {
  const std::string log = Harm::once().whole_log();
  for (const Words& words : reports) {
    Json report = Harm::once().report_json(words);
    std::string all = report.dump();
    for (const std::string& version : words_in(all, "2026[0-9]{4}_[0-9]{6}")) CHECK(contains(log, version));
    std::vector<Json> actors;
    collect(report, {"actor", "owner"}, actors);
    for (const Json& actor : actors) CHECK(contains(log, "\"" + actor.get<std::string>() + "\""));
    // What the tree and the checkpoint are made of stands in no entry.
    report.erase("annex");
    report.erase("verifier");
    for (Json& row : report["timeline"]) row.erase("leaf_hash");
    all = report.dump();
    for (const std::string& digest : words_in(all, "\\b[0-9a-f]{12,64}\\b")) {
      INFO(digest);
      const bool number = digest.find_first_of("abcdef") == std::string::npos;
      CHECK((number || contains(log, digest)));
    }
    for (const std::string& share : words_in(all, "[0-9]+ %")) {
      const int percent = std::stoi(share);
      INFO(share);
      const auto said = [&](int value) { return contains(log, "\"percent\":" + std::to_string(value) + "}"); };
      CHECK((said(percent) || said(100 - percent)));
    }
  }
}

TEST_CASE("an anonymised report holds no handle, in no format", "[long]") {
  for (const Words& words : reports) {
    for (const char* format : {"text", "md", "json"}) {
      const std::string text = Harm::once().report(with(words, {"--anonymise", "--format", format})).out;
      CHECK(contains(text, "named by a role and a number"));
      for (const char* who : {"dana", "ben", "ida", "erin"}) {
        INFO(words.front() << " " << format << ": " << who);
        CHECK(words_in(fold_case(text), std::string("\\b") + who + "\\b").empty());
      }
    }
  }
  const Json report = Harm::once().report_json({"incident", "INC-2", "--anonymise"});
  CHECK(report["timeline"][0]["actor"] == "deployer 1");
  CHECK(contains(report["title"], "as deployer 1 saw"));
  CHECK(contains(row_that_says(report, "acknowledged INC-2")["what"][0], " and deployer 1 are on the call"));
  for (const Json& entry : report["annex"]) CHECK(entry["bytes"].is_null());
  CHECK(contains(report.dump(), Harm::newer));
}

TEST_CASE("in Markdown what people wrote forms no markup, and every row of a table has its cells", "[long]") {
  for (const Words& words : reports) {
    const std::string markdown = Harm::once().report(with(words, {"--format", "md"})).out;
    CHECK(markdown.starts_with("# "));
    CHECK_FALSE(contains(markdown, "<b>"));
    std::size_t cells = 0;
    for (const std::string_view line : split(markdown, '\n')) {
      std::size_t bars = 0;
      for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
      const bool row = line.starts_with("| ");
      if (row && cells > 0) CHECK(bars == cells);
      cells = row || line.starts_with("|---") ? bars : 0;
    }
  }
  CHECK(contains(Harm::once().report({"incident", "INC-2", "--format", "md"}).out, "harmful \\| \\<b\\>answers"));
}

TEST_CASE("as text a report fits 80 columns", "[long]") {
  for (const Words& words : reports) {
    const Ran ran = Harm::once().report(words);
    CHECK(ran.code == 0);
    for (const std::string_view line : split(ran.out, '\n')) {
      INFO(line);
      CHECK(line.size() <= 80);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("a report's digest can be put on record, and whoever makes it again finds it there", "[long]") {
  const Harm place;
  const auto file = place.directory() / "post-mortem-INC-2.md";
  const Words words = {"report", "incident", "INC-2", "--format", "md", "--out", file.string()};
  CHECK(place.cairn("dana", {"report", "incident", "INC-2", "--record"}).code == 2);
  CHECK(place.cairn("dana", with(words, {"--dry-run"})).code == 2);
  const Json receipt = place.json(0, "ben", with(words, {"--record"}));
  const std::string digest = sha256(text_of(file)).hex();
  const Json entry = place.json(0, "dana", {"show", std::to_string(receipt["seq"].get<std::uint64_t>())});
  const Json event = entry["statement"]["predicate"]["events"][0];
  CHECK(event["type"] == "report.recorded/1");
  CHECK(event["digest"] == digest);
  CHECK(event["bytes"] == text_of(file).size());
  const std::string again = std::to_string(event["size"].get<std::uint64_t>() - 1);
  CHECK(sha256(place.report({"incident", "INC-2", "--format", "md", "--seq", again}).out).hex() == digest);
  CHECK(contains(place.expect(0, "dana", {"incident", "show", "INC-2"}), "recorded the report on INC-2 as md"));
  place.expect(0, "dana", {"verify"});
  place.expect(0, "dana", {"replay"});
}

TEST_CASE("a report on a period holds every entry once, and says who did what alone", "[long]") {
  const Json report = Harm::once().report_json({"period", "--since", "2026-01-01"});
  std::vector<std::uint64_t> counted;
  for (const Json& one : report["counts"]) {
    CHECK(one["value"] == std::to_string(one["seqs"].size()));
    for (const Json& seq : one["seqs"]) counted.push_back(seq);
  }
  std::sort(counted.begin(), counted.end());
  REQUIRE(counted.size() == Harm::once().size());
  for (std::uint64_t seq = 0; seq < counted.size(); ++seq) CHECK(counted[seq] == seq);
  CHECK(contains(report["population_proof"], "entries 0 to " + std::to_string(counted.size() - 1)));
  CHECK(report["refusals"].size() == 3);
  std::size_t refused = 0;
  for (const Json& row : report["population"]) refused += row["outcome"] == "refused" ? 1 : 0;
  CHECK(refused == 3);
  const std::string separation = report["separation"].dump();
  INFO(separation);
  CHECK(contains(
      separation,
      "2 steps took approval. Approval by who answers for the proposer: the rules refuse it, and nobody tried"));
  CHECK(
      contains(separation, "2 steps of logistic/production/1 went by evidence that its proposer, dana, or a service"));
  CHECK(contains(separation, "1 lockdown was lifted, each by one who asked and another"));
  CHECK(contains(separation, "dana alone proposed the policy"));
  CHECK(contains(separation, "dana may both deploy and approve"));
  CHECK(report["incidents"].size() == 2);
  CHECK(report["broken_glass"].empty());

  const Json nothing = Harm::once().report_json({"period", "--since", "2020-01-01", "--until", "2020-02-01"});
  CHECK(nothing["population"].empty());
  CHECK(contains(nothing["population_proof"], "No entry"));
}

TEST_CASE("a report on a rollout tells its steps, who allowed them, and what came after", "[long]") {
  const Json report = Harm::once().report_json({"rollout", "logistic/production/2"});
  CHECK(fact(report["header"], "State")["value"] == "full");
  CHECK(contains(fact(report["header"], "Approved, full")["value"], "by ben"));
  CHECK(fact(report["header"], "Stakeholders")["seqs"].size() == 1);
  CHECK(fact(report["durations"], "In canary, 10 %")["value"].is_string());
  CHECK(contains(fact(report["rollback"], "Would go back to")["value"], Harm::older));
  CHECK(contains(report["incidents"][0]["what"], "INC-2, critical"));
  CHECK(report["hindsight"].size() >= 4);  // the policy was another then
  CHECK(row_that_says(report, "approved full")["actor"] == "ben");
}

TEST_CASE("what a report cannot be made of is the caller's mistake, and leaves no file", "[long]") {
  const Harm& place = Harm::once();
  const auto file = place.directory() / "none.md";
  for (const Words& words : std::vector<Words>{{"incident", "INC-9", "--out", file.string()},
                                               {"rollout", "logistic/production/9"},
                                               {"period", "--since", "2026-02-01", "--until", "2026-01-01"},
                                               {"period", "--since", "yesterday"},
                                               {"incident", "INC-2", "--seq", "100000"},
                                               {"incident", "INC-2", "--seq", "3"},
                                               {"incident", "INC-2", "--at", "1999-01-01"},
                                               {"incident", "INC-2", "--format", "pdf"}}) {
    const Ran ran = place.report(words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace cairn::test
