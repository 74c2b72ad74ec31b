// Directories that somebody else may have made: what lies behind a link in them is neither read, written nor removed,
// and no pipe in them holds a command up.
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// A ledger with a model and its files, and a directory of somebody's that nothing may touch.
struct Beside {
  Workplace place;
  fs::path elsewhere = place.directory() / "elsewhere";
  std::string made;  // the ledger's id

  Beside() {
    made = place.init(Workplace::Policy::easy)["ledger"].get<std::string>();
    const fs::path models = ModelFiles().write_to(place.directory() / "models");
    place.expect(0, "dana", {"register", "--model-path", models.string()});
    fs::create_directories(elsewhere);
    put_text(elsewhere / "file", "somebody's");
  }

  std::string at(const std::string& name) const { return (place.directory() / name).string(); }

  // Ends with a fault that says that `link` is one; and elsewhere is as it was.
  void refuses(const Words& words, const fs::path& link) const {
    const Ran ran = place.cairn("dana", words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, link.string() + " is a symbolic link"));
    check_untouched();
  }
  void check_untouched() const {
    CHECK(std::distance(fs::directory_iterator(elsewhere), {}) == 1);
    CHECK(text_of(elsewhere / "file") == "somebody's");
  }
};

TEST_CASE("an export writes nothing through a link in its directory, be it of a folder or of a file") {
  const Beside beside;
  for (const fs::path name : {"tile", "tile/0", "tile/entries", "attachment"}) {
    const fs::path out = beside.at("mirror");
    fs::create_directories((out / name).parent_path());
    fs::create_directory_symlink(beside.elsewhere, out / name);
    beside.refuses({"export", out.string()}, out / name);
    fs::remove_all(out);
  }
  for (const fs::path name : {"checkpoint", "tile/entries/000.p/2", "tile/0/000.p/2"}) {
    const fs::path out = beside.at("mirror");
    fs::create_directories((out / name).parent_path());
    fs::create_symlink(beside.elsewhere / "file", out / name);
    beside.refuses({"export", out.string()}, out / name);
    fs::remove_all(out);
  }
}

TEST_CASE("an export removes nothing through a link in its directory") {
  const Beside beside;
  const std::string out = beside.at("mirror");
  beside.place.expect(0, "dana", {"export", out});
  const fs::path attachment = fs::path(out) / "attachment";
  const Ran several = beside.place.cairn("dana", {"retain", "erase", "1", "--ground", "legal", "--reason", "x"});
  const std::string digest =
      several.err.substr(several.err.rfind("\n  ") + 3, 64);  // it lists them, the manifest first
  beside.place.expect(0, "dana",
                      {"retain", "erase", "1", "--digest", digest, "--ground", "legal", "--reason", "a name"});
  fs::rename(attachment, beside.at("moved"));
  fs::create_directory_symlink(beside.at("moved"), attachment);
  beside.refuses({"export", out}, attachment);
  CHECK(fs::exists(fs::path(beside.at("moved")) / digest));
  fs::remove(attachment);
  fs::rename(beside.at("moved"), attachment);
  beside.place.expect(0, "dana", {"export", out});
  CHECK_FALSE(fs::exists(attachment / digest));
}

TEST_CASE("a backup is written through no link, and none is restored through one") {
  const Beside beside;
  const fs::path backup = beside.at("backup");
  fs::create_directories(backup);
  fs::create_directory_symlink(beside.elsewhere, backup / "attachments");
  beside.refuses({"backup", backup.string()}, backup / "attachments");
  fs::remove(backup / "attachments");
  beside.place.expect(0, "dana", {"backup", backup.string()});

  fs::rename(backup / "attachments", beside.at("moved"));
  fs::create_directory_symlink(beside.at("moved"), backup / "attachments");
  beside.refuses({"restore", backup.string()}, backup / "attachments");
  fs::remove(backup / "attachments");
  fs::rename(beside.at("moved"), backup / "attachments");

  // What lies where a restore begins is removed, and of a link that is the link.
  fs::create_directory_symlink(beside.elsewhere, beside.place.ledger().string() + ".restoring");
  beside.place.expect(0, "dana", {"restore", backup.string()});
  beside.check_untouched();
  CHECK_FALSE(fs::is_symlink(beside.place.ledger()));
  beside.place.expect(0, "dana", {"verify"});
}

TEST_CASE("a ledger somebody prepared is written to through no link") {
  const Beside beside;
  const fs::path ledger = beside.place.ledger();
  fs::rename(ledger / "attachments", beside.at("moved"));
  fs::create_directory_symlink(beside.at("moved"), ledger / "attachments");
  beside.refuses({"status"}, ledger / "attachments");
  beside.refuses({"register", "--model-path", beside.at("models")}, ledger / "attachments");
  fs::remove(ledger / "attachments");
  fs::rename(beside.at("moved"), ledger / "attachments");
  fs::remove(ledger / "writer.lock");
  fs::create_symlink(beside.elsewhere / "file", ledger / "writer.lock");
  beside.refuses({"actor", "role", "ben", "--grant", "auditor"}, ledger / "writer.lock");
}

TEST_CASE("what a home remembers is read and written through no link") {
  const Beside beside;
  const fs::path note = beside.place.home("dana") / "heads" / (beside.made + ".note");
  const std::string head = text_of(note);
  fs::rename(note, beside.elsewhere / "note");
  fs::create_symlink(beside.elsewhere / "note", note);
  const Ran ran = beside.place.cairn("dana", {"status"});
  INFO(ran.err);
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, note.string() + " is a symbolic link"));
  CHECK(text_of(beside.elsewhere / "note") == head);
  fs::remove(note);
  fs::create_symlink("nowhere", note);  // a disk that is not mounted, say: what was seen is not forgotten for it
  CHECK(beside.place.cairn("dana", {"status"}).code == 1);
  CHECK(fs::is_symlink(note));
  fs::remove(note);
  beside.place.expect(0, "dana", {"status"});
  CHECK(text_of(note) == head);

  const fs::path lock = beside.place.home("dana") / "heads" / (beside.made + ".lock");
  fs::remove(lock);
  fs::create_symlink(beside.elsewhere / "made", lock);
  const Ran grown = beside.place.cairn("dana", {"actor", "role", "ben", "--grant", "auditor"});
  CHECK(grown.code == 0);  // the entry stands
  CHECK(contains(grown.err, lock.string()));
  CHECK(text_of(note) == head);
  CHECK_FALSE(fs::exists(beside.elsewhere / "made"));
}

TEST_CASE("a home that is another's, or that everybody may write to, is nobody's to keep keys in") {
  const Workplace place;
  const fs::path home = place.directory() / "own";
  fs::create_directories(home);
  if (::geteuid() == 0) REQUIRE(::chown(home.c_str(), 1234, 1234) == 0);  // root's is anybody's to trust
  struct stat status {};
  REQUIRE(::stat(home.c_str(), &status) == 0);
  CHECK(Home::at(home, status.st_uid).ok());
  const auto of_another = Home::at(home, status.st_uid + 1);
  REQUIRE_FALSE(of_another.ok());
  CHECK(contains(of_another.error().message, str("is the user ", status.st_uid, "'s")));
  CHECK(contains(of_another.error().message, "set CAIRN_HOME to a directory of your own"));
  CHECK(Home::at(home / "not there", status.st_uid + 1).ok());

  fs::create_directories(place.home("dana"));
  fs::permissions(place.home("dana"), fs::perms::others_write, fs::perm_options::add);
  const Ran ran = place.cairn("dana", {"key", "new", "dana"});
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "chmod o-w " + place.home("dana").string()));
  CHECK(fs::is_empty(place.home("dana")));
  fs::permissions(place.home("dana"), fs::perms::others_write, fs::perm_options::remove);
  place.expect(0, "dana", {"key", "new", "dana"});
}

TEST_CASE("a file of a home has at most 1 MiB, and a public key file 64 KiB") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const Home home(place.home("dana"));
  const fs::path note = *fs::directory_iterator(place.home("dana") / "logs");
  const Hash ledger = Hash::from_hex(note.stem().string()).value();
  const fs::path head = place.home("dana") / "heads" / (ledger.hex() + ".note");
  fs::resize_file(head, 1 << 20);
  CHECK(home.remembered_head(ledger).ok());
  fs::resize_file(head, (1 << 20) + 1);
  const auto more = home.remembered_head(ledger);
  REQUIRE_FALSE(more.ok());
  CHECK(contains(more.error().message, "has 1048577 bytes; at most 1048576 are read"));
  fs::remove(head);

  place.expect(0, "eve", {"key", "new", "eve"});
  std::string text = text_of(place.public_key("eve"));
  text.resize(64 << 10, '\n');
  put_text(place.directory() / "large.pem", text + "\n");
  const Words add = {"actor", "add", "eve", "--role", "auditor", "--key", (place.directory() / "large.pem").string()};
  const Ran large = place.cairn("dana", add);
  CHECK(large.code == 1);
  CHECK(contains(large.err, "has 65537 bytes; at most 65536 are read"));
  put_text(place.directory() / "large.pem", text);
  place.expect(0, "dana", add);
}

TEST_CASE("an envelope has at most 128 KiB, in a file of its own and as a line of many") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto why = [&](const std::string& file, std::size_t bytes) {
    put_text(place.directory() / file, std::string(bytes, ' '));
    const Ran ran = place.cairn("dana", {"submit", (place.directory() / file).string()});
    CHECK(ran.code == 1);
    return ran.err;
  };
  CHECK_FALSE(contains(why("one.dsse", 128 << 10), "131072"));
  CHECK(contains(why("one.dsse", (128 << 10) + 1), "has 131073 bytes; at most 131072 are read"));
  CHECK_FALSE(contains(why("many.intoto.jsonl", 128 << 10), "is longer than"));
  CHECK(contains(why("many.intoto.jsonl", (128 << 10) + 2), "a line is longer than 131072 bytes"));
}

TEST_CASE("a path with control characters is shown without them, whichever command it is given to") {
  const Beside beside;
  const std::string name = "a\x1b[2J\x9b\r";
  const std::string there = beside.at(name);
  fs::create_directories(there);
  put_text(there + "/" + name + "_metrics.json", R"({"accuracy": 0.9})");
  const std::string file = there + "/" + name + "_metrics.json";
  const std::vector<Words> all = {{"--ledger", there, "status"},
                                  {"import", file},
                                  {"monitor", "record", file},
                                  {"submit", file},
                                  {"policy", "check", file},
                                  {"register", "--model-path", there},
                                  {"actor", "add", "eve", "--role", "auditor", "--key", file},
                                  {"bundle", "--out", file},
                                  {"export", there + "/tiles"},
                                  {"backup", there + "/backup"},
                                  {"restore", there + "/nothing"},
                                  {"export", there},
                                  {"verify", "--since", file},
                                  {"prove", "1", "--out", file},
                                  {"migrate", beside.place.ledger().string(), there + "/copy"}};
  for (const Words& words : all) {
    const Ran ran = beside.place.cairn("dana", words);
    INFO(words[0] << ' ' << words[1] << ": " << ran.out << ran.err);
    CHECK(ran.code < 128);
    for (const char control : {'\x1b', '\r', '\x9b'}) {
      CHECK(ran.out.find(control) == std::string::npos);
      CHECK(ran.err.find(control) == std::string::npos);
    }
  }
  for (const Words& words : std::vector<Words>{{"tiles", there, "--key", "k"}, {"bundle", file, "--key", "k"}}) {
    const Ran ran = beside.place.cairn_verify(words);
    CHECK((ran.out + ran.err).find('\x1b') == std::string::npos);
  }
}

}  // namespace
}  // namespace cairn::test
