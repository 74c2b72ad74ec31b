#include "ledger/crypto/key_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "ledger/base/text.h"
#include "tests/catch.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("cairn-key-file-" + to_hex(random_bytes(8)))) {
    fs::create_directory(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<Secret> no_passphrase() {
  return usage("none given");
}

bool mentions(const Error& error, std::string_view part) {
  return error.message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A key file is written for its owner alone, with the folders above it, and reads back") {
  const Folder folder;
  const auto file = folder / "home/keys/alice.pem";
  const auto key = PrivateKey::generate(KeyType::ed25519).value();
  const auto umask_before = ::umask(0);
  const auto written = write_private_key(file, key, std::nullopt);
  ::umask(umask_before);
  REQUIRE(written.ok());
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(folder / "home") == 0700);
  CHECK(mode_of(folder / "home/keys") == 0700);
  CHECK(content_of(file) == key.to_pem(std::nullopt).value());
  CHECK(read_private_key(file, no_passphrase)->public_key().id() == key.public_key().id());
}

TEST_CASE("A umask that takes the owner's rights does not make an unreadable key") {
  const Folder folder;
  const auto umask_before = ::umask(0777);
  const auto written =
      write_private_key(folder / "k.pem", PrivateKey::generate(KeyType::ed25519).value(), std::nullopt);
  ::umask(umask_before);
  REQUIRE(written.ok());
  CHECK(mode_of(folder / "k.pem") == 0600);
}

TEST_CASE("A key file is never overwritten, nor written through a link") {
  const Folder folder;
  const auto first = PrivateKey::generate(KeyType::ed25519).value();
  const auto second = PrivateKey::generate(KeyType::ed25519).value();
  REQUIRE(write_private_key(folder / "k.pem", first, std::nullopt).ok());
  const auto again = write_private_key(folder / "k.pem", second, std::nullopt);
  REQUIRE_FALSE(again.ok());
  CHECK(mentions(again.error(), "never overwritten"));
  CHECK(content_of(folder / "k.pem") == first.to_pem(std::nullopt).value());

  fs::create_symlink(folder / "elsewhere.pem", folder / "link.pem");
  CHECK_FALSE(write_private_key(folder / "link.pem", second, std::nullopt).ok());
  CHECK_FALSE(fs::exists(folder / "elsewhere.pem"));
}

TEST_CASE("A key file that others may use is refused, with its mode and the cure") {
  const Folder folder;
  const auto file = folder / "k.pem";
  REQUIRE(write_private_key(file, PrivateKey::generate(KeyType::ed25519).value(), std::nullopt).ok());
  for (const unsigned mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0601u, 0666u}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto key = read_private_key(file, no_passphrase);
    REQUIRE_FALSE(key.ok());
    CHECK(mentions(key.error(), "chmod 600 " + file.string()));
    CHECK(mentions(key.error(), mode == 0640u ? "mode 0640" : "mode 06"));
  }
  for (const unsigned mode : {0600u, 0400u}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK(read_private_key(file, no_passphrase).ok());
  }
}

TEST_CASE("A key file with a passphrase asks for it, and a wrong one is named with the file") {
  const Folder folder;
  const auto file = folder / "k.pem";
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  REQUIRE(write_private_key(file, key, "right").ok());
  const auto right = read_private_key(file, [] { return Result<Secret>(Secret("right")); });
  CHECK(right->public_key().id() == key.public_key().id());
  const auto wrong = read_private_key(file, [] { return Result<Secret>(Secret("wrong")); });
  REQUIRE_FALSE(wrong.ok());
  CHECK(mentions(wrong.error(), "passphrase is wrong"));
  CHECK(mentions(wrong.error(), file.string()));
}

TEST_CASE("What is no key file is refused without waiting for it") {
  const Folder folder;
  const auto refused = [&](const char* name, std::string_view why) {
    const auto key = read_private_key(folder / name, no_passphrase);
    INFO(name);
    REQUIRE_FALSE(key.ok());
    CHECK(mentions(key.error(), why));
  };
  refused("missing.pem", "No such file");

  REQUIRE(::mkfifo((folder / "pipe.pem").c_str(), 0600) == 0);
  refused("pipe.pem", "not a regular file");

  REQUIRE(::mkdir((folder / "folder.pem").c_str(), 0700) == 0);
  refused("folder.pem", "not a regular file");

  const auto key = PrivateKey::generate(KeyType::ed25519).value();
  REQUIRE(write_private_key(folder / "large.pem", key, std::nullopt).ok());
  const auto size = fs::file_size(folder / "large.pem");
  std::ofstream(folder / "large.pem", std::ios::app) << std::string(64 * 1024 - size, '\n');
  CHECK(read_private_key(folder / "large.pem", no_passphrase).ok());
  std::ofstream(folder / "large.pem", std::ios::app) << '\n';
  refused("large.pem", "larger than 64 KiB");

  REQUIRE(write_private_key(folder / "cut.pem", key, std::nullopt).ok());
  fs::resize_file(folder / "cut.pem", 60);
  refused("cut.pem", "cut short");
}
