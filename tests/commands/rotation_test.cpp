// A rotation whose two halves, the log's and the files', came apart.
#include <filesystem>

#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {

TEST_CASE("a rotation that was cut short after the log had it is finished by the next one") {
  namespace fs = std::filesystem;
  ReadCase place;
  const Home home(place.directory() / "home");
  const std::string old_file = read_whole(home.key_path("dana"));
  const auto rotate = [&] { return run_key_rotate(place.globals(), {}, {}); };
  REQUIRE(printed_by(rotate).exit == Exit::done);
  const std::string new_file = read_whole(home.key_path("dana"));
  REQUIRE(new_file != old_file);

  // As the crash left them.
  fs::rename(home.key_path("dana"), home.key_path("dana.next"));
  write_whole(home.key_path("dana"), old_file);
  fs::permissions(home.key_path("dana"), fs::perms::owner_read | fs::perms::owner_write);
  const auto size_of = [&] {
    Size size = 0;
    place.with_session([&size](Session& session) { size = session.ledger().size(); });
    return size;
  };
  const Size before = size_of();

  const Printed finished = printed_by(rotate);
  INFO(finished.error);
  CHECK(finished.exit == Exit::done);
  CHECK(read_whole(home.key_path("dana")) == new_file);
  CHECK_FALSE(fs::exists(home.key_path("dana.next")));
  CHECK(size_of() == before);  // it was on record already
  CHECK(place.register_model("logistic", "v1", "0.9").outcome.empty());
}

}  // namespace cairn::test
