// What is handed to an auditor as a bundle or an export and is neither.
#include <sys/stat.h>

#include "tests/catch.h"
#include "tests/temp_directory.h"
#include "verify/bundle_file.h"
#include "verify/tiles_source.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a pipe in the place of a bundle or of an export's file is said so at once") {
  const TempDirectory scratch;
  const fs::path pipe = scratch.path() / "checkpoint";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto bundle = BundleFile::open(pipe);
  REQUIRE_FALSE(bundle.ok());
  CHECK(bundle.error().message.find("checkpoint is no file; give the one that `cairn bundle` wrote") !=
        std::string::npos);
  const auto tiles = TilesSource::open(scratch.path());
  REQUIRE_FALSE(tiles.ok());
  CHECK(tiles.error().message.find("checkpoint is not a regular file") != std::string::npos);
}

}  // namespace
}  // namespace cairn::test
