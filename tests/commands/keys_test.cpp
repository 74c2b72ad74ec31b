// Key files of a home: names that are not another key's files, and rotations that say what stands in their way.
#include <functional>
#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "ledger/events/entry.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST_CASE("no key is named like a file of another key, and none writes over another") {
  const Workplace place;
  const fs::path keys = place.home("dana") / "keys";
  for (const std::string name : {"dana.pub", "dana.next", "dana.0123456789abcdef", "dana.pub.next"}) {
    const Ran ran = place.cairn("dana", {"key", "new", name});
    INFO(name << "\n" << ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "choose another name"));
    CHECK(!fs::exists(keys / (name + ".pem")));
  }
  for (const std::string name : {"dana", "dana.publisher", "dana.0123", "next"})
    place.expect(0, "dana", {"key", "new", name});
  const std::string before = text_of(keys / "dana.pem") + text_of(keys / "dana.pub.pem");
  CHECK(place.cairn("dana", {"key", "new", "dana"}).code == 2);
  CHECK(text_of(keys / "dana.pem") + text_of(keys / "dana.pub.pem") == before);
}

TEST_CASE(
    "a hash covers every byte of an entry, a signature every member of its statement, and no key comes with the "
    "program "
    "(I5)") {
  const Workplace place;
  const Json made = place.init(Workplace::Policy::easy);
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  const Bytes bytes = place.expect(0, "dana", {"show", "1", "--entry"});
  const std::string leaf = place.json(0, "dana", {"show", "1"})["leaf_hash"];
  CHECK(leaf_hash(bytes).hex() == leaf);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    REQUIRE(leaf_hash(altered).hex() != leaf);
  }

  const Entry entry = decode_entry(bytes).value();
  const PublicKey key = parse_public_key_file(text_of(place.public_key("dana")))->key;
  REQUIRE(entry.signatures.size() == 1);
  CHECK(entry.signatures[0].key == sha256(key.spki()));
  const Statement said = decode_statement(entry.payload).value();
  const auto holds = [&](const std::function<void(Statement&)>& change) {
    Statement statement = said;
    change(statement);
    const auto payload = encode_statement(statement, "ledger.example/test");
    INFO((payload.ok() ? "" : payload.error().message));
    REQUIRE(payload.ok());
    return key.verify(pae(*payload), entry.signatures[0].bytes).ok();
  };
  CHECK(holds([](Statement&) {}));
  CHECK_FALSE(holds([](Statement& s) { s.ledger = sha256("another"); }));
  CHECK_FALSE(holds([](Statement& s) { s.id += "x"; }));
  CHECK_FALSE(holds([](Statement& s) { s.author = "ben"; }));
  CHECK_FALSE(holds([](Statement& s) { ++s.at; }));
  CHECK_FALSE(holds([](Statement& s) { ++s.expires; }));
  CHECK_FALSE(holds([](Statement& s) { s.basis.root = sha256("another"); }));
  CHECK_FALSE(holds([](Statement& s) { s.expects["model:logistic"] = 0; }));
  CHECK_FALSE(holds([](Statement& s) { s.events.push_back(s.events.front()); }));

  const Workplace another;
  CHECK(another.init(Workplace::Policy::easy)["vkey"] != made["vkey"]);
  CHECK(text_of(another.public_key("dana")) != text_of(place.public_key("dana")));
  const Ran keyless = place.cairn("eve", {"actor", "role", "ben", "--grant", "monitor"});
  CHECK(keyless.code == 1);
  CHECK(contains(keyless.err, "cairn key new eve"));
}

TEST_CASE("a public file that is there already stays, and no private key is left without its own") {
  const Workplace place;
  put_text(place.public_key("dana"), "somebody's\n");
  const Ran ran = place.cairn("dana", {"key", "new", "dana"});
  INFO(ran.err);
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "dana.pub.pem"));
  CHECK(text_of(place.public_key("dana")) == "somebody's\n");
  CHECK(!fs::exists(place.home("dana") / "keys" / "dana.pem"));
}

TEST_CASE("a rotation can be tried out, and leaves nothing") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto files = place.files();
  CHECK(place.json(0, "dana", {"key", "rotate", "--dry-run"})["outcome"] == "would_be_admitted");
  CHECK(place.files() == files);
  CHECK(place.size() == 1);
}

TEST_CASE("a next key that cannot be read is named, not taken for none") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path next = place.home("dana") / "keys" / "dana.next.pem";
  put_text(next, "damaged\n");
  fs::permissions(next, fs::perms::owner_read | fs::perms::owner_write);
  const Ran ran = place.cairn("dana", {"key", "rotate"});
  INFO(ran.err);
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, next.string()));
  CHECK(!contains(ran.err, "choose another name"));
  CHECK(place.size() == 1);
}

TEST_CASE("an actor without a role, and a service without an owner, are mistakes before anything is signed") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "eve", {"key", "new", "eve"});
  const Words add = {"actor", "add", "eve", "--key", place.public_key("eve").string()};
  const auto with = [&add](const Words& more) {
    Words all = add;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  CHECK(contains(place.cairn("dana", add).err, "--role"));
  CHECK(place.cairn("dana", add).code == 2);
  CHECK(contains(place.cairn("dana", with({"--role", "deployer", "--service"})).err, "--owner"));
  CHECK(place.cairn("dana", with({"--role", "deployer", "--service"})).code == 2);
  CHECK(place.size() == 1);
  place.expect(0, "dana", with({"--role", "deployer", "--service", "--owner", "dana"}));
}

}  // namespace
}  // namespace cairn::test
