// Files that are there whole or not at all, as far as a test can see it without cutting the power.
#include "ledger/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/catch.h"

namespace fs = std::filesystem;
using namespace cairn;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "cairn-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

Result<void> create_secret(const fs::path& file) {
  return create_file(file, "secret", owner_only);
}

Result<void> replace_secret(const fs::path& file) {
  return replace_file(file, "secret", owner_only);
}

Result<void> write_secret_in_parts(const fs::path& file) {
  TRY_LET(replacement, Replacement::begin(file, owner_only));
  TRY(replacement->write("sec"));
  TRY(replacement->write("ret"));
  return replacement->publish();
}

}  // namespace

TEST_CASE("a new file takes no name that is taken, be it by a link that leads nowhere") {
  const Folder folder;
  REQUIRE(create_file(folder / "a", "first", 0644).ok());
  const auto again = create_file(folder / "a", "second", 0644);
  REQUIRE(!again.ok());
  CHECK(again.error().kind == ErrorKind::conflict);
  CHECK(content_of(folder / "a") == "first");
  fs::create_symlink("nowhere", folder / "link");
  CHECK(create_file(folder / "link", "third", 0644).error().kind == ErrorKind::conflict);
  CHECK(!fs::exists(folder / "nowhere"));
}

TEST_CASE("a file that is replaced holds the new content alone, and nothing lies beside it") {
  const Folder folder;
  const auto sync = GENERATE(Sync::here, Sync::by_caller);
  REQUIRE(replace_file(folder / "a", "a long first content", 0644, sync).ok());
  REQUIRE(replace_file(folder / "a", "second", 0644, sync).ok());
  CHECK(content_of(folder / "a") == "second");
  CHECK(folder.count() == 1);
}

TEST_CASE("a pipe, a directory or a link to one is not replaced by a file, and a link to a file is") {
  const Folder folder;
  REQUIRE(create_file(folder / "a", "first", 0644).ok());
  fs::create_symlink("a", folder / "link");
  fs::create_symlink("/dev/null", folder / "device");
  fs::create_directory(folder / "directory");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const char* name : {"device", "directory", "pipe"}) {
    const auto replaced = replace_file(folder / name, "second", 0644);
    REQUIRE_FALSE(replaced.ok());
    CHECK(replaced.error().kind == ErrorKind::usage);
    CHECK(replaced.error().message.find("give the path of a file") != std::string::npos);
  }
  CHECK(fs::is_symlink(folder / "device"));
  REQUIRE(replace_file(folder / "link", "second", 0644).ok());
  CHECK(content_of(folder / "link") == "second");
  CHECK(content_of(folder / "a") == "first");
  CHECK(folder.count() == 5);
}

TEST_CASE("a file for its owner only is that under every umask, however it is written") {
  const auto write = GENERATE(create_secret, replace_secret, write_secret_in_parts);
  const Folder folder;
  const mode_t before = ::umask(0377);
  const auto written = write(folder / "key");
  ::umask(before);
  REQUIRE(written.ok());
  CHECK(content_of(folder / "key") == "secret");
  CHECK(mode_of(folder / "key") == 0600);
}

TEST_CASE("a file that everyone may read is its owner's alone once it is replaced by such a one") {
  const auto write = GENERATE(replace_secret, write_secret_in_parts);
  const Folder folder;
  REQUIRE(create_file(folder / "key", "known to all", 0666).ok());
  REQUIRE(write(folder / "key").ok());
  CHECK(content_of(folder / "key") == "secret");
  CHECK(mode_of(folder / "key") == 0600);
}

TEST_CASE("directories are made down to the last, and what stands in their place is named") {
  const Folder folder;
  REQUIRE(make_directories(folder / "a/b/c", 0700).ok());
  CHECK(mode_of(folder / "a/b") == 0700);
  CHECK(make_directories(folder / "a/b/c", 0700).ok());
  REQUIRE(create_file(folder / "file", "", 0644).ok());
  const auto made = make_directories(folder / "file/x", 0700);
  REQUIRE(!made.ok());
  CHECK(made.error().message.find((folder / "file").string()) != std::string::npos);
}

TEST_CASE("what cannot be replaced stays, and what was begun for it goes") {
  const Folder folder;
  const auto replaced = [&folder]() -> Result<void> {
    TRY_LET(replacement, Replacement::begin(folder / "taken", 0644));
    TRY(replacement->write("content"));
    TRY(make_directories(folder / "taken/by", 0700));
    return replacement->publish();
  }();
  REQUIRE(!replaced.ok());
  CHECK(replaced.error().kind == ErrorKind::fault);
  CHECK(fs::is_directory(folder / "taken/by"));
  CHECK(folder.count() == 1);
}

TEST_CASE("only what the system says is absent is absent") {
  const Folder folder;
  REQUIRE(create_file(folder / "file", "", 0644).ok());
  CHECK(file_exists(folder / "file").value());
  CHECK(!file_exists(folder / "none").value());
  CHECK(!file_exists(folder / "file/none").value());
  fs::create_symlink("loop", folder / "loop");
  const auto asked = file_exists(folder / "loop");
  REQUIRE(!asked.ok());
  CHECK(asked.error().message.find((folder / "loop").string()) != std::string::npos);
}

TEST_CASE("a lock has one holder, for whom others wait no longer than they say") {
  const Folder folder;
  REQUIRE(create_file(folder / "lock", "", 0644).ok());
  const Descriptor other(::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC));
  {
    const Descriptor holder(::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC));
    CHECK(lock_file(holder, 0, folder / "lock").value());
    CHECK(!lock_file(other, 20, folder / "lock").value());
  }
  CHECK(lock_file(other, 0, folder / "lock").value());
}
