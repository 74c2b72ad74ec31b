// Files that are broken, or that claim what they are not: one clear line, the exit code of CLI.md, and nothing written.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/bad_input.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// One ledger for what may change nothing of it, and an empty folder for each who tries.
struct Untouched : Workplace {
  Untouched() { init(Policy::easy); }

  static const Untouched& tidied() {
    static const Untouched place;
    fs::remove_all(place.folder());
    fs::create_directory(place.folder());
    return place;
  }

  fs::path folder() const { return directory() / "folder"; }
};

TEST_CASE("a policy that cannot be read is named with the position, and not adopted", "[long]") {
  const Untouched& place = Untouched::tidied();
  const fs::path file = place.folder() / "bad-policy.json";
  const std::string good = text_of(place.directory() / "policy.json");
  const auto both = [&](int code, const std::string& what) {
    check_fails(place, code, {"policy", "check", file.string()}, what);
    check_fails(place, code, {"policy", "adopt", file.string()}, what);
  };
  SECTION("empty") {
    put_text(file, "");
    both(2, file.string());
  }
  SECTION("truncated: the position is where it ends") {
    put_text(file, good.substr(0, 300));
    both(2, "byte 301");
  }
  SECTION("binary") {
    put_text(file, binary_noise());
    both(2, file.string());
  }
  SECTION("an unknown member") {
    std::string changed = good;
    changed.insert(changed.find("\"name\""), "\"nome\": 1, ");
    put_text(file, changed);
    both(2, "nome");
  }
  SECTION("a gigabyte") {
    make_sparse(file, gigabyte);
    both(1, "1073741824");
  }
  SECTION("missing") {
    both(1, file.string());
  }
  SECTION("a directory") {
    fs::create_directory(file);
    both(1, file.string());
    fs::remove(file);
  }
}

TEST_CASE("a drift report that cannot be read is named with the position, and not recorded", "[long]") {
  const Untouched& place = Untouched::tidied();
  const fs::path file = place.folder() / "drift_metrics.json";
  const auto fails = [&](int code, const std::string& what) {
    check_fails(place, code, {"monitor", "record", file.string()}, what);
  };
  SECTION("empty") {
    put_text(file, "");
    fails(1, file.string());
  }
  SECTION("truncated") {
    put_text(file, drift_report("logistic_model_20261120_101500").substr(0, 120));
    fails(1, "120");
  }
  SECTION("binary") {
    put_text(file, binary_noise());
    fails(1, file.string());
  }
  SECTION("a gigabyte") {
    make_sparse(file, gigabyte);
    fails(1, "1073741824");
  }
  SECTION("of a model that is not registered") {
    put_text(file, drift_report("other_model_20261120_101500"));
    const Ran ran = place.cairn("dana", {"monitor", "record", file.string()});
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "other_model_20261120_101500"));
    CHECK(place.size() == 1);
  }
  SECTION("a link that leads elsewhere") {
    put_text(place.folder() / "elsewhere.json", drift_report("logistic_model_20261120_101500"));
    fs::create_symlink(place.folder() / "elsewhere.json", file);
    fails(1, file.string());
  }
}

TEST_CASE("an envelope that cannot be read is named, and nothing of the call is recorded", "[long]") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path good = place.directory() / "good.dsse.json";
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer", "--sign-only", good.string()});
  const std::string text = text_of(good);
  const fs::path bad = place.directory() / "bad.dsse.json";
  int code = 1;
  std::string what = bad.string();
  SECTION("empty") {
    put_text(bad, "");
  }
  SECTION("truncated") {
    put_text(bad, text.substr(0, text.size() / 2));
  }
  SECTION("binary") {
    put_text(bad, binary_noise());
  }
  SECTION("of another type") {
    std::string other = text;
    other.replace(other.find("in-toto"), 7, "in-tutu");
    put_text(bad, other);
  }
  SECTION("twice the same member") {
    std::string twice = text;
    twice.insert(1, "\"payloadType\":\"application/vnd.in-toto+json\",");
    put_text(bad, twice);
  }
  SECTION("a gigabyte") {
    make_sparse(bad, gigabyte);
    what = "1073741824";
  }
  SECTION("missing") {}
  check_fails(place, code, {"submit", good.string(), bad.string()}, what);
  place.expect(0, "dana", {"submit", good.string()});
  CHECK(place.size() == 2);
}

TEST_CASE("a model directory without a model, or that is none, is said so", "[long]") {
  const Untouched& place = Untouched::tidied();
  const fs::path models = place.folder() / "models";
  const Words words = {"register", "--model-path", models.string()};
  SECTION("missing") {
    check_fails(place, 1, words, models.string());
  }
  SECTION("empty") {
    fs::create_directory(models);
    check_fails(place, 1, words, models.string());
  }
  SECTION("a file") {
    put_text(models, "weights");
    check_fails(place, 1, words, models.string());
  }
  SECTION("a link in it") {
    ModelFiles().write_to(models);
    fs::create_symlink("/etc/hostname", models / "logistic_model_20261120_101500.pkl");
    check_fails(place, 1, words, "logistic_model_20261120_101500.pkl");
  }
  SECTION("a name that would break the manifest") {
    ModelFiles().write_to(models);
    put_text(models / "logistic_model_20261120_101500\n.pkl", "x");
    check_fails(place, 1, words, "control character");
  }
}

TEST_CASE("metrics and cards that cannot be read are an error with file and position, not a gate that is skipped",
          "[long]") {
  const Untouched& place = Untouched::tidied();
  const fs::path models = ModelFiles().write_to(place.folder() / "models");
  const fs::path metrics = models / "logistic_metrics_20261120_101500.json";
  const Words words = {"register", "--model-path", models.string()};
  const std::string good = text_of(metrics);
  SECTION("empty metrics") {
    put_text(metrics, "");
    check_fails(place, 1, words, metrics.filename().string());
  }
  SECTION("truncated metrics") {
    put_text(metrics, good.substr(0, 40));
    check_fails(place, 1, words, "40");
  }
  SECTION("metrics that are no object") {
    put_text(metrics, "[1, 2]");
    check_fails(place, 1, words, metrics.filename().string());
  }
  SECTION("binary metrics") {
    put_text(metrics, binary_noise());
    check_fails(place, 1, words, metrics.filename().string());
  }
  SECTION("a gigabyte of metrics") {
    make_sparse(metrics, gigabyte);
    check_fails(place, 1, words, "1073741824");
  }
  SECTION("a truncated card") {
    const fs::path card = models / "logistic_model_20261120_101500_card.json";
    put_text(card, text_of(card).substr(0, 100));
    check_fails(place, 1, words, card.filename().string());
  }
}

TEST_CASE(
    "a model file that is empty, truncated or claims a gigabyte fails the gate artefact-safe, with file and position",
    "[long]") {
  const Workplace place;
  place.init(Workplace::Policy::guide);
  ModelFiles model;
  std::string names;
  SECTION("an empty pickle") {
    model.ending = ".pkl";
    model.content = "";
  }
  SECTION("a truncated pickle") {
    model.ending = ".pkl";
    const std::string whole = text_of(fs::path(CAIRN_GOLDEN) / "evidence/structure/model_protocol4.pkl");
    model.content = whole.substr(0, whole.size() / 2);
  }
  SECTION("a pickle whose string claims a gigabyte") {
    model.ending = ".pkl";
    model.content = std::string("\x80\x04\x58\x00\x00\x00\x40xyz.", 11);  // BINUNICODE of 2^30 bytes
  }
  SECTION("noise for a pickle") {
    model.ending = ".pkl";
    model.content = binary_noise();
  }
  SECTION("a safetensors header that claims a gigabyte") {
    model.ending = ".safetensors";
    model.content = std::string("\x00\x00\x00\x40\x00\x00\x00\x00{}", 10);
  }
  SECTION("an empty safetensors file") {
    model.ending = ".safetensors";
    model.content = "";
  }
  SECTION("a truncated safetensors file") {
    model.ending = ".safetensors";
    const std::string whole = text_of(fs::path(CAIRN_GOLDEN) / "evidence/structure/good.safetensors");
    model.content = whole.substr(0, whole.size() - 1);
  }
  SECTION("half a torch archive") {
    model.ending = ".pt";
    const std::string whole = text_of(fs::path(CAIRN_GOLDEN) / "evidence/structure/stored.pt");
    model.content = whole.substr(0, whole.size() / 2);
  }
  const fs::path models = model.write_to(place.directory() / "models");
  const Ran ran =
      place.cairn("dana", {"deploy", "--model-path", models.string(), "--environment", "production", "--json"});
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 3);
  const auto answer = nlohmann::json::parse(ran.out);
  CHECK(answer["outcome"] == "refused");
  const std::string reasons = answer["reasons"].dump();
  CHECK(contains(reasons, "artefact-safe"));
  CHECK(answer["reasons"].size() == 1);
  // What was found, and where, is on record.
  const std::string shown = place.expect(0, "dana", {"show", "1"});
  CHECK(contains(shown, model.stem() + model.ending));
}

TEST_CASE("a model file of a gigabyte is hashed piece by piece, not loaded", "[long]") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  ModelFiles model;
  model.ending = ".bin";
  const fs::path models = model.write_to(place.directory() / "models");
  make_sparse(models / (model.stem() + ".bin"), gigabyte);
  Started registering = place.start("dana", {"register", "--model-path", models.string()});
  const std::uint64_t peak = registering.peak_memory();
  const Ran ran = registering.wait();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(peak > 0);
  CHECK(peak < gigabyte / 2);
}

}  // namespace
}  // namespace cairn::test
