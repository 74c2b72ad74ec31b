// Ledgers, keys, names and disks that are missing or wrong: one clear line, the exit code of CLI.md, and nothing
// written.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/bad_input.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

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
  const std::string nobody = "postgresql://127.0.0.1:1/ledger";
  check_fails(place, 1, {"--ledger", nobody, "status"}, nobody);
  check_fails(place, 1, {"--ledger", nobody, "init", "--origin", "x"}, nobody);
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
    check_fails(place, 2, {"actor", "add", "eve", "--key", pub.string(), "--role", "monitor"}, pub.string());
  }
}

TEST_CASE("names, roles, scopes, stages and rollouts that cannot be are said before anything is signed") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "eve", {"key", "new", "eve"});
  const std::string key = place.public_key("eve").string();
  const fs::path models = ModelFiles().write_to(place.directory() / "models");
  check_fails(place, 2, {"actor", "add", "eve smith", "--key", key, "--role", "monitor"}, "eve smith");
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
