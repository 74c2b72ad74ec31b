// Input that is broken, missing or not meant for us: one clear line, the exit code of CLI.md, and nothing written.
#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// The size that a file claims without having the bytes on any disk.
void make_sparse(const fs::path& file, std::uint64_t size) {
  put_text(file, "");
  fs::resize_file(file, size);
}

constexpr std::uint64_t gigabyte = 1 << 30;

std::string binary_noise() {
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(i * 37 % 251);
  return noise;
}

// It must fail with this code and one line that names `what`, and leave everything as it was.
void check_fails(const Workplace& place, int code, const Words& words, const std::string& what) {
  const auto files = place.files();
  const std::uint64_t size = fs::exists(place.ledger()) ? place.size() : 0;
  const Ran ran = place.cairn("dana", words);
  std::string line;
  for (const std::string& word : words) line += " " + word;
  INFO("cairn" << line << "\nexit " << ran.code << "\n" << ran.out << ran.err);
  CHECK(ran.code == code);
  CHECK(ran.out.empty());
  CHECK(ran.err.starts_with("cairn: "));
  CHECK(count_lines(ran.err) == 1);
  CHECK(contains(ran.err, what));
  CHECK(place.files() == files);
  if (size > 0) CHECK(place.size() == size);
}

TEST_CASE("a policy that cannot be read is named with the position, and not adopted") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path file = place.directory() / "bad-policy.json";
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

TEST_CASE("a drift report that cannot be read is named with the position, and not recorded") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path file = place.directory() / "drift_metrics.json";
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
    put_text(place.directory() / "elsewhere.json", drift_report("logistic_model_20261120_101500"));
    fs::create_symlink(place.directory() / "elsewhere.json", file);
    fails(1, file.string());
  }
}

TEST_CASE("an envelope that cannot be read is named, and nothing of the call is recorded") {
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

TEST_CASE("a model directory without a model, or that is none, is said so") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path models = place.directory() / "models";
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

TEST_CASE("metrics and cards that cannot be read are an error with file and position, not a gate that is skipped") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path models = ModelFiles().write_to(place.directory() / "models");
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
    "a model file that is empty, truncated or claims a gigabyte fails the gate artefact-safe, with file and position") {
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

TEST_CASE("a model file far larger than memory may be is hashed, not loaded") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  ModelFiles model;
  model.ending = ".bin";
  const fs::path models = model.write_to(place.directory() / "models");
  make_sparse(models / (model.stem() + ".bin"), gigabyte / 32);
  const std::string shell =
      "ulimit -v 400000; exec " + std::string(CAIRN_PROGRAM) + " register --model-path " + models.string();
  const bool sanitized = contains(text_of(CAIRN_PROGRAM), "__asan_init");  // whose shadow memory meets every such limit
  const std::string limited = sanitized ? shell.substr(shell.find("exec")) : shell;
  const Ran ran = Started(place.directory() / "printed", {"/bin/sh", "-c", limited}, place.environment("dana")).wait();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
}

TEST_CASE("where no ledger is, reading and writing say so and how to make one, and make nothing") {
  const Workplace place;
  place.expect(0, "dana", {"key", "new", "dana"});
  const fs::path file = place.directory() / "a-file";
  put_text(file, "not a ledger");
  const fs::path empty = place.directory() / "empty";
  fs::create_directory(empty);
  const fs::path full = place.directory() / "full";
  put_text(full / "thesis.tex", "words");
  for (const fs::path& where : {place.directory() / "absent", empty, full, file}) {
    for (const Words& command : {Words{"status"}, Words{"verify"}, Words{"notify", "a/production/1", "--to", "all"}}) {
      Words words = {"--ledger", where.string()};
      words.insert(words.end(), command.begin(), command.end());
      check_fails(place, 1, words, "no ledger at " + where.string());
    }
  }
  CHECK(text_of(file) == "not a ledger");
  check_fails(place, 2, {"--ledger", "postgresql://db.example/ledger", "status"}, "postgresql");
  check_fails(place, 2, {"--ledger", "postgresql://db.example/ledger", "init", "--origin", "x"}, "postgresql");
}

TEST_CASE("a ledger is not made twice, nor with a bad name, policy or actor") {
  const Workplace place;
  const Words init = {"init", "--origin", "ledger.example/test"};
  put_text(place.directory() / "bad.json", "{");
  check_fails(place, 2, {"init", "--origin", "two words"}, "--origin");
  check_fails(place, 2, {"init", "--origin", ""}, "--origin");
  check_fails(place, 2, {"init", "--origin", "x", "--policy", (place.directory() / "bad.json").string()}, "bad.json");
  check_fails(place, 2, {"init", "--origin", "x", "--actor", "ben"}, "HANDLE=PUB.pem:ROLE");
  check_fails(place, 1, {"init", "--origin", "x", "--actor", "ben=absent.pem:approver"}, "absent.pem");
  CHECK(!fs::exists(place.ledger()));
  place.expect(0, "dana", init);
  check_fails(place, 1, init, place.ledger().string());
}

TEST_CASE("a missing key is named with the command that makes one") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  check_fails(place, 1, {"--as", "nobody", "notify", "a/production/1", "--to", "all"}, "cairn key new nobody");
  check_fails(place, 1, {"key", "show", "nobody"}, "cairn key new nobody");
  check_fails(place, 2, {"--as", "../dana", "notify", "a/production/1", "--to", "all"}, "../dana");
  check_fails(place, 2, {"key", "new", "../dana"}, "../dana");
  check_fails(place, 2, {"key", "new", "eve", "--type", "rsa"}, "rsa");
  check_fails(place, 2, {"key", "new", "dana"}, "dana.pem");
  // Who has no log key is told of the way that needs none.
  place.expect(0, "ben", {"status"});
  const Ran ran = place.cairn("ben", {"actor", "role", "ben", "--grant", "deployer"});
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "--sign-only"));
}

TEST_CASE("a key that others can read is refused, whoever's it is") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const Words words = {"actor", "role", "ben", "--grant", "deployer"};
  const fs::path key = place.home("dana") / "keys" / "dana.pem";
  for (const fs::perms loose : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(key, loose, fs::perm_options::add);
    check_fails(place, 1, words, "chmod 600 " + key.string());
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
  }
  for (const auto& log : fs::directory_iterator(place.home("dana") / "logs")) {
    fs::permissions(log.path(), fs::perms::others_read, fs::perm_options::add);
    check_fails(place, 1, words, "chmod 600 " + log.path().string());
    fs::permissions(log.path(), fs::perms::owner_read | fs::perms::owner_write);
  }
  place.expect(0, "dana", words);
}

TEST_CASE("a key file that holds no key is named") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path key = place.home("dana") / "keys" / "dana.pem";
  const std::string good = text_of(key);
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() / 2), binary_noise(), text_of(place.public_key("ben"))}) {
    put_text(key, bad);
    check_fails(place, 1, {"actor", "role", "ben", "--grant", "deployer"}, key.string());
  }
  const fs::path pub = place.directory() / "pub.pem";
  for (const std::string& bad : {std::string(), binary_noise(), good}) {
    put_text(pub, bad);
    put_text(key, good);
    check_fails(place, 2, {"actor", "add", "eve", "--key", pub.string()}, pub.string());
  }
}

TEST_CASE("names, roles, scopes, stages and rollouts that cannot be are said before anything is signed") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "eve", {"key", "new", "eve"});
  const std::string key = place.public_key("eve").string();
  const fs::path models = ModelFiles().write_to(place.directory() / "models");
  check_fails(place, 2, {"actor", "add", "eve smith", "--key", key}, "eve smith");
  check_fails(place, 2, {"actor", "add", "eve", "--key", key, "--role", "king"}, "king");
  check_fails(place, 2, {"actor", "add", "eve", "--key", key, "--role", "approver@planet=mars"}, "planet");
  check_fails(place, 2, {"actor", "role", "ben"}, "--grant");
  check_fails(place, 2, {"actor", "role", "ben", "--grant", "king"}, "king");
  check_fails(place, 2, {"promote", "logistic/production/9"}, "logistic/production/9");
  check_fails(place, 2, {"approve", "logistic/production/9"}, "logistic/production/9");
  check_fails(place, 2, {"notify", "logistic/production/9", "--to", "all"}, "logistic/production/9");
  check_fails(place, 2, {"rollback", "logistic", "--environment", "production", "--reason", "x"}, "logistic");
  check_fails(place, 2, {"rollback", "logistic", "--environment", "production", "--reason", "x", "--trigger", "mood"},
              "mood");
  check_fails(place, 2, {"deploy", "--model-path", models.string(), "--deployment-mode", "loud"}, "loud");
  check_fails(place, 2, {"register", "--model-path", models.string(), "--version", "a b"}, "a b");
  check_fails(place, 2, {"deploy", "--model-path", models.string(), "--environment", "prod uction"}, "prod uction");
  check_fails(place, 2, {"key", "revoke", "1234"}, "1234");
  check_fails(place, 2, {"key", "revoke", std::string(64, '0')}, "0000");
  check_fails(place, 2, {"key", "revoke", "12345678", "--compromised-since", "yesterday"}, "yesterday");
  check_fails(place, 2, {"actor", "role", "ben", "--grant", "deployer", "--id", std::string(200, 'x')}, "id");
  check_fails(place, 2, {"show", "99"}, "99");
  check_fails(place, 2, {"history", "nothing"}, "nothing");
  check_fails(place, 2, {"log", "--since", "tomorrowish"}, "tomorrowish");
  check_fails(place, 2, {"prove", "99", "--out", (place.directory() / "p").string()}, "99");
}

TEST_CASE("cairn-verify names a proof, note or leaf that it cannot read, and never says verified") {
  const Workplace place;
  const std::string vkey = place.init(Workplace::Policy::easy)["vkey"];
  const fs::path proof = place.directory() / "0.tlog-proof";
  const fs::path leaf = place.directory() / "0.leaf";
  place.expect(0, "dana", {"prove", "0", "--out", proof.string()});
  put_text(leaf, place.expect(0, "dana", {"show", "0", "--entry"}));
  const auto verified = [&] {
    return place.cairn_verify({"proof", proof.string(), "--leaf", leaf.string(), "--key", vkey});
  };
  REQUIRE(verified().code == 0);
  const std::string good = text_of(proof);
  int code = 0;
  std::string what = proof.string();
  SECTION("empty") {
    put_text(proof, "");
    code = 1;
  }
  SECTION("truncated") {
    put_text(proof, good.substr(0, good.size() - 20));
    code = 1;
  }
  SECTION("binary") {
    put_text(proof, binary_noise());
    code = 1;
  }
  SECTION("a gigabyte") {
    make_sparse(proof, gigabyte);
    code = 1;
  }
  SECTION("missing") {
    fs::remove(proof);
    code = 1;
  }
  SECTION("another leaf") {
    put_text(leaf, text_of(leaf) + "x");
    code = 5;
  }
  const Ran ran = verified();
  INFO(ran.out << ran.err);
  CHECK(ran.code == code);
  CHECK(ran.out.empty());
  CHECK(count_lines(ran.err) == 1);
  CHECK(contains(ran.err, what));
}

TEST_CASE("a full disk refuses the commit, and the ledger verifies and accepts again") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  // Longer than all that opening a store writes into one file, so that limits meet the commit alone; with less room
  // RocksDB's own diary would meet them first.
  const fs::path file = place.directory() / "long-policy.json";
  std::string policy = text_of(place.directory() / "policy.json");
  policy.insert(policy.find("\"name\""), std::string(40000, ' '));
  put_text(file, policy);
  int failed = 0;
  for (const std::uint64_t limit : {20000U, 25000U, 30000U, 38000U}) {
    INFO("files of at most " << limit << " bytes");
    const Ran ran = place.cairn("dana", {"policy", "adopt", file.string()}, {}, limit);
    INFO("exit " << ran.code << " " << ran.out << ran.err);
    CHECK(ran.code == 1);
    CHECK(count_lines(ran.err) == 1);
    failed += ran.code == 1;
    REQUIRE(place.size() == 1);
    place.expect(0, "dana", {"verify"});
  }
  CHECK(failed == 4);
  place.expect(0, "dana", {"policy", "adopt", file.string()});
  CHECK(place.size() == 2);
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("with --json an error is one document too") {
  const Workplace place;
  const Ran ran = place.cairn("dana", {"--json", "status"});
  CHECK(ran.code == 1);
  REQUIRE(nlohmann::json::accept(ran.out));
  const auto answer = nlohmann::json::parse(ran.out);
  CHECK(answer["outcome"] == "error");
  CHECK(contains(answer["error"], "no ledger"));
}

}  // namespace
}  // namespace cairn::test
