// Retention, legal holds, deletion and erasure, as people at a terminal meet them (H4, H5).
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string version = "logistic@20261120_101500";

// One candidate, and no time at all for which a candidate is kept.
struct Registered {
  Workplace place;
  fs::path models;

  Registered() {
    place.init(Workplace::Policy::easy);
    ModelFiles files;
    files.time = "20261120_101500";
    models = files.write_to(place.directory() / "models");
    place.expect(0, "dana", {"register", "--model-path", models.string()});
  }

  std::string refusal(const Words& words) const { return place.json(3, "dana", words)["refusal"]; }
  std::string meaning() const { return place.expect(0, "dana", {"retain", "list"}); }
  fs::path file_of(const std::string& digest) const {
    return place.ledger() / "attachments" / digest.substr(0, 2) / digest;
  }
};

}  // namespace

TEST_CASE("retain list says until when each version's files are kept and what asks for it (H4)") {
  const Registered team;
  const Workplace& place = team.place;
  CHECK(contains(team.meaning(), "may be deleted since"));
  place.expect(0, "dana", {"retain", "set", version, "--class", "records"});
  CHECK(contains(team.meaning(), "kept for good: records"));
  const Json row = place.json(0, "dana", {"retain", "list", "logistic"})["versions"][0];
  INFO(row.dump(2));
  CHECK(row["classes"] == Json{"records"});
  CHECK(row["kept_until"].is_null());
  CHECK(row["deletable"] == false);
  CHECK(team.refusal({"retain", "delete", version, "--reason", "full disk"}) == "retention_not_over");
  CHECK(team.refusal({"retain", "set", version, "--class", "recrods"}) == "unknown_class");
  CHECK(place.cairn("dana", {"retain", "list", "nothing"}).code == 2);
  CHECK(place.cairn("dana", {"retain", "delete", version, "--ground", "whim", "--reason", "x"}).code == 2);
}

TEST_CASE("what a case at law holds is not deleted until the case lets go; what is deleted goes nowhere (H5)") {
  const Registered team;
  const Workplace& place = team.place;
  const Words erase = {"retain", "delete", version, "--ground", "legal", "--reason", "asked for"};
  place.expect(0, "dana", {"hold", "place", "LEX-7", "--model", "logistic", "--reason", "claim of a patient"});
  CHECK(team.refusal(erase) == "on_hold");
  CHECK(contains(team.meaning(), "on hold: case LEX-7"));
  const Json hold = place.json(0, "dana", {"hold", "list"})["holds"][0];
  CHECK(hold["case"] == "LEX-7");
  CHECK(hold["model"] == "logistic");
  CHECK(contains(place.expect(0, "dana", {"hold", "list"}), "claim of a patient"));
  const Json no = place.json(3, "dana", {"hold", "release", "LEX-7", "--reason", "settled"});
  CHECK(no["refusal"] == "hold_unchanged");
  CHECK(contains(no.dump(), "case LEX-7 holds logistic"));
  place.expect(0, "dana", {"hold", "release", "LEX-7", "--model", "logistic", "--reason", "settled"});
  CHECK(contains(place.expect(0, "dana", {"hold", "list"}), "Nothing is on hold"));
  place.expect(0, "dana", erase);
  CHECK(contains(team.meaning(), "deleted, entry"));
  CHECK(place.json(0, "dana", {"archive"})["versions"][0]["state"] == "deleted");
  const Json acts = place.json(0, "dana", {"history", "logistic"})["acts"];
  REQUIRE(acts.size() == 3);
  CHECK(contains(acts[0]["what"], "on hold for case LEX-7"));
  CHECK(contains(acts[2]["what"], "deleted the files of logistic 20261120_101500"));
  CHECK(contains(place.expect(0, "dana", {"history", "logistic"}), "deleted the files of"));
  CHECK(team.refusal({"deploy", "--model-path", team.models.string(), "--environment", "staging"}) ==
        "artefact_deleted");
  place.expect(0, "dana", {"verify"});
  place.expect(0, "dana", {"replay"});
}

TEST_CASE("an erased attachment is gone here and from the next export, and verify says which and by which entry (H5)") {
  const Registered team;
  const Workplace& place = team.place;
  const std::string out = (place.directory() / "mirror").string();
  place.expect(0, "dana", {"export", out});
  const auto several = place.cairn("dana", {"retain", "erase", "1", "--ground", "legal", "--reason", "x"});
  CHECK(several.code == 2);
  CHECK(contains(several.err, "--digest"));
  const std::string digest = several.err.substr(several.err.rfind("\n  ") + 3, 64);
  INFO(several.err);
  REQUIRE(fs::exists(team.file_of(digest)));
  REQUIRE(fs::exists(fs::path(out) / "attachment" / digest));
  const Words erase = {"retain", "erase", "1", "--digest", digest, "--ground", "legal", "--reason", "names a patient"};
  const Json receipt = place.json(0, "dana", erase);
  CHECK_FALSE(fs::exists(team.file_of(digest)));
  CHECK(team.refusal(erase) == "attachment_erased");

  place.expect(0, "dana", {"export", out});
  CHECK_FALSE(fs::exists(fs::path(out) / "attachment" / digest));
  const Json report = place.json(0, "dana", {"verify"});
  INFO(report.dump(2));
  REQUIRE(report["attachments"]["erased"].size() == 1);
  CHECK(report["attachments"]["erased"][0]["digest"] == digest);
  CHECK(report["attachments"]["erased"][0]["seq"] == receipt["seq"]);
  CHECK(report["attachments"]["erased"][0]["supplied"] == false);
  CHECK(report["attachments"]["missing"].empty());
  CHECK(contains(place.expect(0, "dana", {"verify"}), digest + "  entry"));
  const std::string vkey = place.expect(0, "dana", {"log-key"});
  const auto mirror = place.cairn_verify({"tiles", out, "--key", vkey.substr(0, vkey.find('\n'))});
  CHECK(mirror.code == 0);
  CHECK(contains(mirror.out, "1 erased"));
}

TEST_CASE("an attachment that comes back after it was erased goes again with the next thing written (H5)") {
  const Registered team;
  const Workplace& place = team.place;
  const auto several = place.cairn("dana", {"retain", "erase", "1", "--ground", "legal", "--reason", "x"});
  const std::string digest = several.err.substr(several.err.rfind("\n  ") + 3, 64);
  std::ifstream file(team.file_of(digest));
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  place.expect(0, "dana", {"retain", "erase", "1", "--digest", digest, "--ground", "legal", "--reason", "x"});
  put_text(team.file_of(digest), content);
  place.expect(0, "dana", {"retain", "set", version, "--class", "records"});
  CHECK_FALSE(fs::exists(team.file_of(digest)));
}

}  // namespace cairn::test
