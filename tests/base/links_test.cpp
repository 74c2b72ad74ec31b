// Links on the way to a file: those below a directory that somebody else may have made are not followed.
#include "ledger/base/file.h"
#include "tests/catch.h"
#include "tests/temp_directory.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

std::string link_on(const fs::path& directory, const fs::path& below) {
  const auto checked = check_no_links(directory, below);
  return checked.ok() ? "" : checked.error().message;
}

TEST_CASE("a link anywhere below a directory is named, one above it or a path that is not there is not") {
  const TempDirectory scratch;
  const fs::path top = scratch.path() / "top";
  fs::create_directories(top / "a" / "b");
  fs::create_directories(scratch.path() / "elsewhere" / "b");
  REQUIRE(create_file(top / "a" / "b" / "file", "x", everyone_may_read).ok());
  CHECK(link_on(top, "a/b/file").empty());
  CHECK(link_on(top, "a/c/file").empty());
  CHECK(link_on(top, "a/b/file/below").empty());

  fs::create_directory_symlink(top, scratch.path() / "named");
  CHECK(link_on(scratch.path() / "named", "a/b/file").empty());

  fs::create_directory_symlink(scratch.path() / "elsewhere", top / "linked");
  CHECK(link_on(top, "linked").find("linked is a symbolic link") != std::string::npos);
  CHECK(link_on(top, "linked/b/file").find("linked is a symbolic link") != std::string::npos);
  fs::create_symlink("nowhere", top / "a" / "nowhere\n");
  CHECK(link_on(top, "a/nowhere\n").find("nowhere\\x0a is a symbolic link") != std::string::npos);
}

}  // namespace
}  // namespace cairn::test
