// What is at a limit is taken, and one more is refused by the limit's own words: depths and counts of files of the
// field.
#include "ledger/base/text.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/manifest.h"
#include "tests/evidence/structure_case.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using namespace tests;

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  Result<std::size_t> read(char* to, std::size_t count) override {
    const auto got = text_.copy(to, count, at_);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

// An archive of empty entries with names of this length.
std::string archive_of(std::size_t entries, std::size_t name_bytes) {
  std::string zip;
  std::string directory;
  for (std::size_t i = 0; i < entries; ++i) {
    std::string name = str(100'000 + i);
    name.resize(name_bytes, 'n');
    const auto common = number(0, 20) + number(name.size(), 2) + number(0, 2);
    directory += "PK\1\2" + number(20, 2) + number(20, 2) + common + number(0, 10) + number(zip.size(), 4) + name;
    zip += "PK\3\4" + number(20, 2) + common + name;
  }
  const auto count = number(std::min<std::size_t>(entries, 0xffff), 2);
  return zip + directory + "PK\5\6" + number(0, 4) + count + count + number(directory.size(), 4) +
         number(zip.size(), 4) + number(0, 2);
}

}  // namespace

TEST_CASE("JSON of the field has at most 64 levels, for the reader and for the check alike") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(parse_json(nested(64)).ok());
  const auto deeper = parse_json(nested(65));
  REQUIRE_FALSE(deeper.ok());
  CHECK(deeper.error().message.find("nested deeper than 64 levels") != std::string::npos);
  for (const auto& [levels, fits] : {std::pair(std::size_t{64}, true), {std::size_t{65}, false}}) {
    TextSource source(nested(levels));
    const auto problem = check_json(source);
    REQUIRE(problem.ok());
    REQUIRE(problem->has_value() != fits);
    if (!fits) CHECK((*problem)->what == "nested deeper than 64 levels");
  }
}

TEST_CASE("a model's directory is at most 64 directories deep") {
  const Scratch scratch;
  fs::path deep;
  for (int i = 0; i < 64; ++i) deep /= "d";
  scratch.write((deep / "weights").string(), "w");
  const auto found = list_files_below(scratch.path());
  REQUIRE(found.ok());
  CHECK(found->size() == 1);
  scratch.write((deep / "d" / "weights").string(), "w");
  const auto deeper = list_files_below(scratch.path());
  REQUIRE_FALSE(deeper.ok());
  CHECK(deeper.error().message.find("is nested deeper than 64 directories") != std::string::npos);
}

TEST_CASE("an archive has at most 65,536 entries with names of at most 1024 bytes") {
  CHECK(!says(findings_of("m.pt", archive_of(2, 1024)), "longer than the directory"));
  CHECK(says(findings_of("m.pt", archive_of(2, 1025)), "or its name than any of a model"));
  CHECK(says(findings_of("m.pt", archive_of(65'537, 8)), "has more than 65536 entries"));
  CHECK(!says(findings_of("m.pt", archive_of(65'536, 8)), "has more than 65536 entries"));
}

TEST_CASE("a safetensors header of more than 16 MiB is not read") {
  const auto sized = [](std::uint64_t size) { return number(size, 8) + std::string(17 << 20, ' '); };
  CHECK(says(findings_of("m.safetensors", sized((16 << 20) + 1)), "16777216 are read"));
  CHECK(!says(findings_of("m.safetensors", sized(16 << 20)), "16777216 are read"));
}

}  // namespace cairn
