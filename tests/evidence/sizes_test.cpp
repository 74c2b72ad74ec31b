// What is at a limit is taken, and one more is refused by the limit's own words: sizes and counts of files of the field
// that take long to reach.
#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/manifest.h"
#include "ledger/evidence/model_directory.h"
#include "ledger/evidence/predictions.h"
#include "ledger/evidence/readers.h"
#include "tests/evidence/said.h"
#include "tests/evidence/structure_case.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using namespace tests;

template <class T>
std::string why_too_much(const Result<T>& result) {
  return result.ok() ? "" : result.error().message;
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  all.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string pickled(const std::string& body) {
  return "\x80\x04" + body + ".";
}

// BINUNICODE, and MEMOIZE
std::string memoized(const std::string& text) {
  return "X" + number(text.size(), 4) + text + "\x94";
}

// The three records of an archive's directory: of data.pkl, of the version, and of the one that was deflated.
std::vector<std::size_t> directory_records(const std::string& zip) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; (at = zip.find("PK\1\2", at)) != std::string::npos; ++at) found.push_back(at);
  return found;
}

std::uint64_t four_bytes(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

TEST_CASE("predictions are at most 10,000,000 samples") {
  // The line that is refused is the first beyond: every one before it was taken.
  const auto more = parse_predictions("p.csv", "prediction\n" + times(10'000'001, "1\n"));
  CHECK(why_too_much(more).find("there are more than 10000000 samples; give a part of the file") != std::string::npos);
  CHECK(why_too_much(more).find("10000002") != std::string::npos);
}

TEST_CASE("predictions are at most 256 MiB, whatever they hold") {
  std::string content(256 << 20, '\n');
  CHECK(parse_predictions("p.csv", content).ok());
  content += '\n';
  CHECK(why_too_much(parse_predictions("p.csv", content)) ==
        "p.csv has more than 268435456 bytes; give a part of the file");
}

TEST_CASE("a model has at most 100,000 files, in all its directories together") {
  const Scratch scratch;
  for (int i = 0; i < 100'000; ++i) {
    if (i % 50'000 == 0) fs::create_directories(scratch.path() / str("d", i / 50'000));
    std::ofstream(scratch.path() / str("d", i / 50'000) / str(i));
  }
  const auto most = list_files_below(scratch.path());
  REQUIRE(most.ok());
  CHECK(most->size() == 100'000);
  scratch.write("d0/one-more", "");
  CHECK(
      why_too_much(list_files_below(scratch.path())).find("holds more than 100000 files; give the directory of one") !=
      std::string::npos);
}

TEST_CASE("a file of evidence has at most 16 MiB, and a directory's evidence 256 MiB together") {
  const Scratch scratch;
  for (int i = 10; i < 26; ++i) {
    const auto stem = str("logistic_model_202601", i, "_000000");
    scratch.write(stem + ".bin", "w");
    fs::resize_file(scratch.write(stem + "_card.json", ""), 16 << 20);
  }
  // At both limits: what is wrong with it is that a card of zeros is no JSON.
  CHECK(why_too_much(read_model_directory(scratch.path(), {})).find("is not JSON") != std::string::npos);
  fs::resize_file(scratch.path() / "logistic_model_20260112_000000_card.json", (16 << 20) + 1);
  CHECK(why_too_much(read_model_directory(scratch.path(), {})).find("has 16777217 bytes; at most 16777216 are read") !=
        std::string::npos);
}

TEST_CASE("JSON of the field has at most 1,000,000 values") {
  const auto zeros = [](std::size_t count) { return "[" + times(count - 1, "0,") + "0]"; };
  CHECK(parse_json(zeros(999'999)).ok());  // and the array
  CHECK(why_too_much(parse_json(zeros(1'000'000))).find("more than 1000000 values") != std::string::npos);
}

TEST_CASE("a pickle's memo has 2^26 places, and its stack 4,000,000 values") {
  CHECK(findings_of("m.pkl", pickled("Nr" + number((1 << 26) - 1, 4))).empty());
  CHECK(says(findings_of("m.pkl", pickled("Nr" + number(1 << 26, 4))), "the memo's index 67108864 is larger than any"));
  CHECK(!says(findings_of("m.pkl", times(4'000'000, "N") + "."), "lie on the stack"));
  CHECK(says(findings_of("m.pkl", times(4'000'001, "N") + "."), "more than 4000000 values lie on the stack"));
}

TEST_CASE("of a pickle's memo 1,000,000 texts are remembered, and an import by one that is not is found") {
  const std::string import = memoized("collections") + "0" + memoized("OrderedDict") + "0";
  const auto got = [](std::size_t index) { return "j" + number(index, 4); };
  const auto after = [&](std::size_t texts) {
    return findings_of("m.pkl", pickled(times(texts,
                                              "\x8c\x01x\x94"
                                              "0") +
                                        import + got(texts) + got(texts + 1) + "\x93"));
  };
  CHECK(after(999'998).empty());
  CHECK(says(after(999'999), "imports something whose name can only be known by running the pickle"));
}

TEST_CASE("a name of more than 256 bytes is none that a module may have, and its import is found") {
  const auto importing = [](std::size_t bytes) {
    return findings_of("m.pkl", pickled(memoized(std::string(bytes, 'm')) + memoized("f") + "\x93"));
  };
  CHECK(says(importing(256), "imports " + std::string(256, 'm') + ".f"));
  CHECK(says(importing(257), "imports something whose name can only be known by running the pickle"));
}

TEST_CASE("an archive expands to at most 64 MiB and a hundred times its own size") {
  const std::string zip = golden("structure/deflated.pt");
  const auto records = directory_records(zip);
  REQUIRE(records.size() > 2);
  const std::uint64_t before = four_bytes(zip, records[0] + 24) + four_bytes(zip, records[1] + 24);
  const std::uint64_t most = zip.size() * 100 + (64 << 20) - before;
  const auto declaring = [&](std::uint64_t size) {
    std::string changed = zip;
    const std::size_t local = four_bytes(zip, records[2] + 42);
    changed.replace(records[2] + 24, 4, number(size, 4));
    changed.replace(local + 22, 4, number(size, 4));
    return findings_of("m.pt", changed);
  };
  CHECK(says(declaring(most), str("bytes where ", most, " are declared")));
  CHECK(!says(declaring(most), str("would expand to ", most)));
  CHECK(says(declaring(most + 1), str("would expand to ", most + 1, " bytes; it was not")));
}

TEST_CASE("a finding has at most 512 bytes of what the file says, and a file's evidence 8192 bytes of findings") {
  const auto importing = [](std::size_t bytes) {
    const auto found = findings_of(
        "m.pkl", pickled(memoized(std::string(256, 'm')) + memoized(std::string(bytes - 256, 'f')) + "\x93"));
    REQUIRE(found.size() == 1);
    return found[0].what;
  };
  const std::size_t most = 512 - std::string("imports ., which is not on the allow-list").size();
  CHECK(importing(most).size() == 512);
  CHECK(importing(most).ends_with("allow-list"));
  CHECK(importing(most + 1).size() == 512);
  CHECK(importing(most + 1).ends_with("allow-lis"));

  std::string metrics = "{";
  for (int i = 0; i < 100; ++i) metrics += str("\"", std::string(200, 'x'), " ", i, "\": 1,");
  const auto evidence = read_metrics("m_metrics.json", metrics + "\"z\": 1}");
  REQUIRE(evidence.ok());
  std::size_t bytes = 0;
  for (const auto& finding : evidence->event.findings) bytes += finding.size();
  CHECK(bytes > 7'000);
  CHECK(bytes <= 8'192 + 100);  // and the line that counts the others
  CHECK(mentions(*evidence, "more findings are not listed"));
}

}  // namespace cairn
