// A model's directory, and those beside it, as somebody else may have made them: nothing in them leads elsewhere, and
// nothing in them is waited for.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ledger/base/file.h"
#include "ledger/evidence/model_directory.h"
#include "ledger/evidence/readers.h"
#include "tests/catch.h"
#include "tests/evidence/scratch.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using tests::Scratch;

std::string why_unread(const fs::path& directory) {
  const auto models = read_model_directory(directory, {});
  return models.ok() ? "" : models.error().message;
}

}  // namespace

TEST_CASE("a directory of cards or chunks that is a link is not looked into") {
  for (const char* sibling : {"metadata", "training_audit_logs"}) {
    const Scratch scratch;
    scratch.write("current/net.bin", "w");
    scratch.write("elsewhere/net_card.json", "{}");
    scratch.write("elsewhere/chunk_1.json", "{}");
    CHECK(why_unread(scratch.path() / "current").empty());
    fs::create_directory_symlink(scratch.path() / "elsewhere", scratch.path() / sibling);
    CHECK(why_unread(scratch.path() / "current").find(std::string(sibling) + " is a symbolic link") !=
          std::string::npos);
  }
}

TEST_CASE("a link or a pipe in the place of a model's card is named, and nobody waits for it") {
  const Scratch scratch;
  scratch.write("current/net.bin", "w");
  const auto file = scratch.write("metadata/current_card.json", "{}");
  fs::remove(file);
  SECTION("a link") {
    fs::create_symlink("/dev/zero", file);
    CHECK(why_unread(scratch.path() / "current").find("current_card.json is a symbolic link") != std::string::npos);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    CHECK(why_unread(scratch.path() / "current").find("current_card.json is not a regular file") != std::string::npos);
  }
}

TEST_CASE("a socket or a device among a model's files is an error, and a second name of a file is a file") {
  const Scratch scratch;
  scratch.write("net/net.bin", "w");
  fs::create_hard_link(scratch.write("other", "o"), scratch.path() / "net" / "second");
  const auto models = read_model_directory(scratch.path() / "net", {});
  REQUIRE(models.ok());
  CHECK((*models)[0].files.size() == 2);

  const Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (scratch.path() / "net" / "socket").string();
  REQUIRE(name.size() < sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  REQUIRE(::bind(descriptor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK(why_unread(scratch.path() / "net").find("socket is neither a file nor a directory; remove it") !=
        std::string::npos);
  CHECK(read_file("/dev/zero", 10).error().message.find("/dev/zero is not a regular file") != std::string::npos);
}

}  // namespace cairn
