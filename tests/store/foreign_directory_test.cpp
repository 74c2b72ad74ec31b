// A ledger's directory that somebody else made, or may write to: links, pipes and second names of files in it.
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/base/text.h"
#include "ledger/store/attachments.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

const Bytes another = "what lies elsewhere, and longer than a process's number";

// A ledger of some entries, and a file of its maker's outside it.
struct Foreign {
  TempDirectory scratch;
  fs::path ledger = scratch.path() / "ledger";
  fs::path victim = scratch.path() / "victim";

  Foreign() {
    grow(*must_open(ledger, StoreMode::create), 20);
    write_file(victim, another);
  }

  // Why it is not opened; the victim is as it was.
  std::string closed(StoreMode mode) const {
    const auto store = open_rocks_store(ledger, mode, {});
    const std::string why = store.ok() ? "" : store.error().message;
    CHECK(file_bytes(victim) == another);
    return why;
  }
};

std::string why_not(const auto& result) {
  return result.ok() ? "" : result.error().message;
}

TEST_CASE("the writer's number is written to no file but the ledger's own") {
  const Foreign place;
  const fs::path lock = place.ledger / "writer.lock";
  fs::remove(lock);
  SECTION("a link") {
    fs::create_symlink(place.victim, lock);
    CHECK(place.closed(StoreMode::write).find("writer.lock is a symbolic link") != std::string::npos);
  }
  SECTION("a link that leads nowhere") {
    fs::create_symlink(place.scratch.path() / "made", lock);
    CHECK(place.closed(StoreMode::write).find("writer.lock is a symbolic link") != std::string::npos);
    CHECK_FALSE(fs::exists(place.scratch.path() / "made"));
  }
  SECTION("a second name of a file") {
    fs::create_hard_link(place.victim, lock);
    CHECK(place.closed(StoreMode::write).find("remove writer.lock from the copy") != std::string::npos);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
    CHECK(place.closed(StoreMode::write).find("is no file of this ledger's own") != std::string::npos);
  }
  fs::remove(lock);
  CHECK(place.closed(StoreMode::write).empty());
}

TEST_CASE("a store that holds a link or a pipe is opened by nobody, and nobody waits for it") {
  const Foreign place;
  std::string name = "CURRENT";
  std::string says = "CURRENT is a symbolic link";
  fs::path moved = place.scratch.path() / "moved";
  SECTION("a link in a file's place") {
    fs::rename(place.ledger / name, moved);
    fs::create_symlink(moved, place.ledger / name);
  }
  SECTION("a pipe in a file's place") {
    says = "CURRENT is neither a file nor a directory";
    fs::rename(place.ledger / name, moved);
    REQUIRE(::mkfifo((place.ledger / name).c_str(), 0600) == 0);
  }
  SECTION("a link of a name that the engine will want") {
    name = "LOG";
    says = "LOG is a symbolic link";
    moved.clear();
    fs::remove(place.ledger / name);
    fs::create_symlink(place.victim, place.ledger / name);
  }
  SECTION("a name with control characters is shown escaped") {
    name = "a\x1b[2J\n";
    says = "a\\x1b[2J\\x0a is a symbolic link";
    moved.clear();
    fs::create_symlink(place.victim, place.ledger / name);
  }
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    const std::string why = place.closed(mode);
    INFO(why);
    CHECK(why.find(says) != std::string::npos);
  }
  fs::remove(place.ledger / name);
  if (!moved.empty()) fs::rename(moved, place.ledger / name);
  CHECK(place.closed(StoreMode::read).empty());
}

TEST_CASE("attachments are neither read, written nor erased through a link, and a pipe holds nobody up") {
  const Foreign place;
  const fs::path folder = place.ledger / "attachments";
  const AttachmentDirectory attachments(folder);
  const Hash digest = attachments.put(another).value();
  const fs::path file = folder / digest.hex().substr(0, 2) / digest.hex();
  const fs::path elsewhere = place.scratch.path() / "elsewhere";
  const auto refused = [&](const std::string& says) {
    for (const std::string& why : {why_not(attachments.get(digest)), why_not(attachments.has(digest)),
                                   why_not(attachments.put(another)), why_not(attachments.erase(digest))}) {
      INFO(why);
      CHECK(why.find(says) != std::string::npos);
    }
    CHECK_FALSE(attachments.list().ok());
  };
  SECTION("in the file's place") {
    fs::remove(file);
    fs::create_symlink(place.victim, file);  // the very bytes that its name asks for
    refused(digest.hex() + " is a symbolic link");
  }
  SECTION("in its folder's place") {
    fs::rename(file.parent_path(), elsewhere);
    fs::create_directory_symlink(elsewhere, file.parent_path());
    refused(digest.hex().substr(0, 2) + " is a symbolic link");
    CHECK(file_bytes(elsewhere / digest.hex()) == another);
  }
  SECTION("in the place of all") {
    fs::rename(folder, elsewhere);
    fs::create_directory_symlink(elsewhere, folder);
    refused("attachments is a symbolic link");
    CHECK(file_bytes(elsewhere / digest.hex().substr(0, 2) / digest.hex()) == another);
  }
  SECTION("a pipe in the file's place") {
    fs::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    CHECK(why_not(attachments.get(digest)).find("is not an attachment") != std::string::npos);
    CHECK(attachments.has(digest).value() == false);
    CHECK(why_not(attachments.put(another)).find("is a device, a pipe or a directory") != std::string::npos);
    CHECK(why_not(attachments.list()).find("is not an attachment") != std::string::npos);
  }
  CHECK(file_bytes(place.victim) == another);
}

}  // namespace
}  // namespace cairn::test
