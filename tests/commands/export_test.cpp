// export again: what an earlier one left is looked at before it is trusted, and one at a time writes.
#include "commands/export.h"

#include <fcntl.h>
#include <sys/file.h>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

Result<Exported> export_into(ReadCase& place, const fs::path& directory, Millis patience = second) {
  std::optional<Result<Exported>> exported;
  place.with_session([&](Session& session) {
    exported = export_tiles(
        session.ledger(), session.attachments(), directory, [](Size, Size) {}, patience);
  });
  return *exported;
}

std::vector<fs::path> attachments_in(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(directory / "attachment")) files.push_back(file.path());
  return files;
}

TEST_CASE("an export that was cut short leaves attachments that the next one mends") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  const fs::path directory = place.directory() / "tiles";
  REQUIRE(export_into(place, directory).ok());
  fs::remove(directory / "checkpoint");
  const auto files = attachments_in(directory);
  REQUIRE(files.size() >= 2);
  const std::string whole = read_whole(files[0]);
  const std::string other = read_whole(files[1]);
  write_whole(files[0], "");
  write_whole(files[1], other + "x");
  const auto again = export_into(place, directory);
  REQUIRE(again.ok());
  CHECK(again->attachments == 2);
  CHECK(read_whole(files[0]) == whole);
  CHECK(read_whole(files[1]) == other);
  CHECK(export_into(place, directory)->attachments == 0);
}

TEST_CASE("what is erased is taken out of an export through no link, whatever else the export has to do") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  std::vector<std::vector<Event>> roles;
  for (int i = 0; i < 260; ++i) roles.push_back({RoleGranted{"lena", {Role::auditor, Scope{str("e", i), "*"}}}});
  place.append(roles);
  const fs::path directory = place.directory() / "tiles";
  REQUIRE(export_into(place, directory).ok());
  // Entries that name attachments are in the first bundle, which is not looked at again. A manifest stays.
  const auto files = attachments_in(directory);
  for (const fs::path& file : files) {
    const Hash digest = Hash::from_hex(file.filename().string()).value();
    place.append({{AttachmentErased{digest, 1, {}, DeletionGround::legal, "names a person"}}});
  }
  const fs::path moved = place.directory() / "moved";
  fs::rename(directory / "attachment", moved);
  fs::create_directory_symlink(moved, directory / "attachment");
  const auto refused = export_into(place, directory);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("attachment is a symbolic link") != std::string::npos);
  for (const fs::path& file : files) CHECK(fs::exists(moved / file.filename()));
  fs::remove(directory / "attachment");
  fs::rename(moved, directory / "attachment");
  REQUIRE(export_into(place, directory).ok());
  CHECK(attachments_in(directory).size() < files.size());
}

TEST_CASE("one export at a time writes into a directory: another waits, and then says which") {
  ReadCase place;
  const fs::path directory = place.directory() / "tiles";
  REQUIRE(export_into(place, directory).ok());
  std::optional<Descriptor> other(std::in_place, ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::flock(other->get(), LOCK_EX | LOCK_NB) == 0);
  const auto refused = export_into(place, directory, 20);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::fault);
  CHECK(refused.error().message.find(directory.string()) != std::string::npos);
  other.reset();
  CHECK(export_into(place, directory, 20).ok());
}

TEST_CASE("a checkpoint of somebody else's making is shown without its control characters") {
  ReadCase place;
  const fs::path directory = place.directory() / "tiles";
  REQUIRE(export_into(place, directory).ok());
  write_whole(directory / "checkpoint", "ledger.example/test\n1\n\x1b[2Jgone\n");
  const auto refused = export_into(place, directory);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find('\x1b') == std::string::npos);
  CHECK(refused.error().message.find("\\x1b[2Jgone\n") != std::string::npos);
}

}  // namespace
}  // namespace cairn::test
