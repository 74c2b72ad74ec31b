#include "ledger/store/attachments.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "ledger/crypto/keys.h"
#include "tests/catch.h"
#include "tests/temp_directory.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const fs::path& directory, const Hash& digest) {
  return directory / digest.hex().substr(0, 2) / digest.hex();
}

void overwrite(const fs::path& file, const Bytes& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

std::size_t files_below(const fs::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) count += entry.is_regular_file();
  return count;
}

}  // namespace

TEST_CASE("an attachment comes back as it was put, by its digest") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path() / "attachments");
  for (const Bytes& content : {Bytes(), Bytes("text"), Bytes(3, '\0'), Bytes(200'000, 'x')}) {
    CHECK_FALSE(attachments.has(sha256(content)).value());
    const auto digest = attachments.put(content);
    REQUIRE(digest.ok());
    CHECK(*digest == sha256(content));
    CHECK(attachments.has(*digest).value());
    CHECK(*attachments.get(*digest) == content);
    CHECK(fs::file_size(file_of(scratch.path() / "attachments", *digest)) == content.size());
  }
}

TEST_CASE("putting an attachment twice leaves one file and no other") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  REQUIRE(attachments.put("text").ok());
  const auto written = fs::last_write_time(file_of(scratch.path(), sha256("text")));
  REQUIRE(attachments.put("text").ok());
  CHECK(files_below(scratch.path()) == 1);
  CHECK(fs::last_write_time(file_of(scratch.path(), sha256("text"))) == written);
}

TEST_CASE("an attachment of the largest size is taken, a larger one is a wrong question") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const auto digest = attachments.put(Bytes(max_attachment_bytes, 'a'));
  REQUIRE(digest.ok());
  CHECK(attachments.get(*digest)->size() == max_attachment_bytes);
  const auto larger = attachments.put(Bytes(max_attachment_bytes + 1, 'a'));
  REQUIRE_FALSE(larger.ok());
  CHECK(larger.error().kind == ErrorKind::usage);
  CHECK(files_below(scratch.path()) == 1);
}

TEST_CASE("an attachment that holds other bytes is not verified, and putting it again mends it") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const Hash digest = *attachments.put("text");
  for (const Bytes& bad :
       {Bytes("texT"), Bytes("text "), Bytes("tex"), Bytes(), Bytes(max_attachment_bytes + 2, 'x')}) {
    overwrite(file_of(scratch.path(), digest), bad);
    const auto content = attachments.get(digest);
    REQUIRE_FALSE(content.ok());
    CHECK(content.error().kind == ErrorKind::not_verified);
    REQUIRE(attachments.put("text").ok());
    CHECK(*attachments.get(digest) == "text");
  }
}

TEST_CASE("a file larger than an attachment may be is none, even under its own digest") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const Bytes content(max_attachment_bytes + 1, 'a');
  fs::create_directories(file_of(scratch.path(), sha256(content)).parent_path());
  overwrite(file_of(scratch.path(), sha256(content)), content);
  REQUIRE_FALSE(attachments.get(sha256(content)).ok());
}

TEST_CASE("an attachment that is not there is a fault that names the file") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const auto content = attachments.get(sha256("text"));
  REQUIRE_FALSE(content.ok());
  CHECK(content.error().kind == ErrorKind::fault);
  CHECK(content.error().message.find(sha256("text").hex()) != std::string::npos);
}

TEST_CASE("all attachments are listed by ascending digest, and what a crash left half written is not one") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path() / "attachments");
  CHECK(attachments.list()->empty());
  std::vector<Hash> expected;
  for (int i = 0; i < 300; ++i) expected.push_back(*attachments.put(std::to_string(i)));
  std::sort(expected.begin(), expected.end());
  const fs::path one = file_of(scratch.path() / "attachments", expected.front());
  overwrite(one.string() + ".0123456789abcdef.tmp", "half");
  CHECK(*attachments.list() == expected);
}

TEST_CASE("a file that is no attachment is an error of the list that names it") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const Hash digest = *attachments.put("text");
  const fs::path folder = file_of(scratch.path(), digest).parent_path();
  fs::path stranger;
  SECTION("beside the folders") {
    stranger = scratch.path() / "notes.txt";
  }
  SECTION("beside the folders, named like one") {
    stranger = scratch.path() / "zz";
  }
  SECTION("in a folder") {
    stranger = folder / "notes.txt";
  }
  SECTION("a digest in another's folder") {
    const Hash other = sha256("other");
    REQUIRE(other.hex().substr(0, 2) != digest.hex().substr(0, 2));
    stranger = folder / other.hex();
  }
  SECTION("almost a temporary name") {
    stranger = folder / (digest.hex() + ".0123456789abcdeF.tmp");
  }
  SECTION("upper case") {
    std::string name = digest.hex();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'f' ? char(c - 32) : c; });
    REQUIRE(name != digest.hex());
    stranger = folder / name;
  }
  overwrite(stranger, "x");
  const auto list = attachments.list();
  REQUIRE_FALSE(list.ok());
  CHECK(list.error().message.find(stranger.filename().string()) != std::string::npos);
}

TEST_CASE("a put that cannot be written says which file and leaves nothing half done") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  const Hash digest = sha256("text");
  fs::create_directories(file_of(scratch.path(), digest));  // a folder where the file should be
  const auto put = attachments.put("text");
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().message.find(digest.hex()) != std::string::npos);
  CHECK(files_below(scratch.path()) == 0);
}

TEST_CASE("several threads may put the same attachment at once") {
  const test::TempDirectory scratch;
  const AttachmentDirectory attachments(scratch.path());
  std::vector<std::thread> threads;
  std::vector<char> ok(8, 0);
  for (std::size_t i = 0; i < ok.size(); ++i) {
    threads.emplace_back([&, i] { ok[i] = attachments.put("text").ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::count(ok.begin(), ok.end(), 1) == 8);
  CHECK(files_below(scratch.path()) == 1);
  CHECK(*attachments.get(sha256("text")) == "text");
}

}  // namespace cairn
