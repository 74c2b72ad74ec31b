// Key files of a home: names that are not another key's files, and rotations that say what stands in their way.
#include <nlohmann/json.hpp>

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
