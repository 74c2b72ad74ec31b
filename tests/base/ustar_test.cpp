#include "ledger/base/ustar.h"

#include <map>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

using Files = std::map<std::string, Bytes>;

Bytes written(const Files& files) {
  Bytes archive;
  for (const auto& [name, content] : files)
    archive += ustar_header(name, content.size()) + content + ustar_padding(content.size());
  return archive + ustar_end();
}

Result<std::vector<UstarFile>> index_of(const Bytes& archive) {
  return index_ustar(archive.size(), [&](std::uint64_t at, std::size_t count) -> Result<Bytes> {
    REQUIRE(at + count <= archive.size());
    return archive.substr(at, count);
  });
}

// With its checksum put right, so that what refuses it is the field and not the sum.
void resign(Bytes& archive, std::size_t header) {
  archive.replace(header + 148, 8, 8, ' ');
  unsigned sum = 0;
  for (std::size_t i = 0; i < ustar_block; ++i) sum += static_cast<unsigned char>(archive[header + i]);
  Bytes digits(6, '0');
  for (std::size_t i = 6; i-- > 0; sum >>= 3) digits[i] = static_cast<char>('0' + (sum & 7));
  archive.replace(header + 148, 8, digits + Bytes(1, '\0') + " ");
}

std::string not_an_archive(const Bytes& archive) {
  const auto index = index_of(archive);
  REQUIRE_FALSE(index.ok());
  CHECK(index.error().kind == ErrorKind::fault);
  return index.error().message;
}

const Files three = {{"a/b", Bytes(512, 'x')}, {"checkpoint", "note\n"}, {"empty", ""}};

}  // namespace

TEST_CASE("what is written is read: each file's name, place and size") {
  const Bytes archive = written(three);
  const auto index = index_of(archive);
  REQUIRE(index.ok());
  REQUIRE(index->size() == 3);
  for (const UstarFile& file : *index) CHECK(archive.substr(file.begin, file.size) == three.at(file.name));
  CHECK(find_file(*index, "checkpoint")->size == 5);
  CHECK(find_file(*index, "check") == nullptr);
  CHECK(index_of(written({}))->empty());
}

TEST_CASE("every byte of a header, of the filling and of the end has one value") {
  const Bytes good = written(three);
  const auto index = index_of(good);
  for (std::size_t at = 0; at < good.size(); ++at) {
    bool content = false;
    for (const UstarFile& file : *index) content = content || (at >= file.begin && at < file.begin + file.size);
    if (content) continue;
    for (const int bit : {1, 32, 128}) {
      Bytes bad = good;
      bad[at] = static_cast<char>(bad[at] ^ bit);
      const auto read = index_of(bad);
      INFO("byte " << at << ", bit " << bit);
      CHECK_FALSE(read.ok());
    }
  }
}

TEST_CASE(
    "links, folders, owners and other modes are refused with the byte and the field, even where the sum is right") {
  struct Case {
    std::size_t at;
    char value;
    const char* field;
  };
  const auto one =
      GENERATE(Case{156, '1', "type"}, Case{156, '2', "type"}, Case{156, '5', "type"}, Case{156, 'x', "type"},
               Case{156, '\0', "type"}, Case{104, '7', "mode"}, Case{108, '1', "uid"}, Case{146, '1', "mtime"},
               Case{157, 'a', "link name"}, Case{265, 'r', "owner"}, Case{345, 'p', "prefix"}, Case{257, 'U', "magic"},
               Case{263, ' ', "version"}, Case{511, 'z', "rest"});
  Bytes bad = written(three);
  const std::size_t second = 1024;
  bad[second + one.at] = one.value;
  resign(bad, second);
  CHECK(says(not_an_archive(bad), str("at byte ", second + one.at)));
  CHECK(says(not_an_archive(bad), one.field));
}

TEST_CASE("names that lead elsewhere, and those of other characters, are none") {
  for (const char* name :
       {"", "/etc", "../x", "a/../b", "a/..", "./a", "a//b", "a/", "A", "a b", "a\\b", "a\nb", "\xc3\xa4"}) {
    INFO(name);
    CHECK_FALSE(is_ustar_name(name));
    Bytes bad = written(three);
    bad.replace(0, 100, std::string(name) + Bytes(100 - std::string(name).size(), '\0'));
    resign(bad, 0);
    CHECK(says(not_an_archive(bad), "malformed at byte 0: "));
  }
  CHECK(is_ustar_name("tile/entries/x001/234.p/5"));
  CHECK(is_ustar_name(std::string(100, 'a')));
  CHECK_FALSE(is_ustar_name(std::string(101, 'a')));
}

TEST_CASE("names ascend, none twice, and none is both a file and a folder") {
  const auto piece = [](const std::string& name) { return ustar_header(name, 0); };
  CHECK(says(not_an_archive(piece("b") + piece("a") + ustar_end()), "at byte 512: the name a does not ascend"));
  CHECK(says(not_an_archive(piece("a") + piece("a") + ustar_end()), "at byte 512: the name a does not ascend"));
  CHECK(says(not_an_archive(piece("a") + piece("a.b") + piece("a/b") + ustar_end()), "a is both a file and a folder"));
}

TEST_CASE("an archive that is cut anywhere, or has something behind its end, is refused") {
  const Bytes good = written(three);
  for (std::size_t size = 0; size < good.size(); ++size) {
    INFO(size);
    CHECK_FALSE(index_of(good.substr(0, size)).ok());
  }
  CHECK(says(not_an_archive(good + "x"), str("at byte ", good.size(), ": something follows its end")));
  CHECK(says(not_an_archive(good + ustar_end()), "something follows its end"));
}

TEST_CASE("a size past the limit, or in other digits, is refused and never read") {
  for (const char* digits : {"00100000401", "77777777777", "0000000000 ", "        5\0 ", "-0000000001"}) {
    Bytes bad = written(three);
    bad.replace(124, 11, digits, 11);
    resign(bad, 0);
    CHECK(says(not_an_archive(bad), "malformed at byte 124: the size of a/b"));
  }
}

TEST_CASE("an error of the disk below is passed on as it is") {
  const auto index = index_ustar(4096, [](std::uint64_t, std::size_t) -> Result<Bytes> { return unavailable("gone"); });
  REQUIRE_FALSE(index.ok());
  CHECK(index.error().kind == ErrorKind::unavailable);
}
