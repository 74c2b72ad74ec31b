// A state directory that somebody else may write to: links in it are not followed.
#include <fstream>

#include "tests/catch.h"
#include "tests/texts.h"
#include "tests/witness/witnessed_log.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a state that is a link is refused, however whole what it leads to is, and nothing is written there") {
  const WitnessedLog log;
  WitnessAtWork witness({log.verifier()});
  REQUIRE(witness->add_checkpoint(log.request(0, 5)).status == 200);
  const std::string state = witness.state();
  const fs::path file = witness.state_file();
  const fs::path elsewhere = witness.directory().string() + ".elsewhere";
  fs::rename(file, elsewhere);
  fs::create_symlink(elsewhere, file);
  const HttpAnswer answer = witness->add_checkpoint(log.request(5, 9));
  CHECK(answer.status == 500);
  CHECK(says(answer.remark, "is a symbolic link"));
  CHECK(says(answer.remark, file.filename().string()));
  witness.end();
  const Result<void> begun = witness.begin();
  REQUIRE_FALSE(begun.ok());
  CHECK(says(begun.error().message, "is a symbolic link"));
  std::ifstream in(elsewhere, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == state);
  // One that leads nowhere, such as to a disk that is not mounted, is no state of nothing.
  fs::remove(file);
  fs::create_symlink("nowhere", file);
  const Result<void> unmounted = witness.begin();
  if (unmounted.ok()) CHECK(witness->add_checkpoint(log.request(0, 9)).status == 500);
  witness.end();
  CHECK(fs::is_symlink(file));
  fs::remove(file);
  fs::rename(elsewhere, file);
  REQUIRE(witness.begin().ok());
  CHECK(witness->add_checkpoint(log.request(5, 9)).status == 200);
}

}  // namespace
}  // namespace cairn::test
