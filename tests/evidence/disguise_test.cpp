// Files that read as one thing to us and as another to a program that executes them.
#include "tests/evidence/structure_case.h"

namespace cairn {
namespace {

using tests::all_of;
using tests::findings_of;
using tests::golden;
using tests::number;
using tests::says;

constexpr std::size_t block = 512;

// A tar's header block; `sum` is what stands in its checksum's field.
std::string tar_header(const std::string& name, const std::string& sum) {
  std::string header(block, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 8, std::string("0000644\0", 8));
  header.replace(124, 12, std::string("00000000000\0", 12));
  header.replace(148, 8, "        ");
  header[156] = '0';
  header.replace(257, 6, std::string("ustar\0", 6));
  return header.replace(148, sum.size(), sum);
}

int plain_sum(const std::string& block_of) {
  int sum = 0;
  for (const char c : block_of) sum += static_cast<unsigned char>(c);
  return sum;
}

int sum_with_sign(const std::string& block_of) {
  int sum = 0;
  for (const char c : block_of) sum += static_cast<signed char>(c);
  return sum;
}

std::string octal(int value) {
  std::string text;
  for (; value > 0; value /= 8) text.insert(text.begin(), static_cast<char>('0' + value % 8));
  return text;
}

// A pickle of bytes, whose opcodes are a tar's first member's name, followed by the members that torch looks for.
std::string tar_in_pickle() {
  const std::string rest = std::string(3 * block, 'm') + ".";
  const auto name = "\x80\x04\x8e" + number(block + rest.size() - 12, 8);
  const auto sum = octal(plain_sum(tar_header(name, "")));
  return tar_header(name, sum + std::string(1, '\0')) + rest;
}

const std::string tar_words = "reads as a tar archive";

}  // namespace

TEST_CASE("a pickle that is a tar as well is found, for torch tries that first", "[B2]") {
  CHECK(findings_of("m.pkl", tar_in_pickle()).empty());
  for (const auto* name : {"m.pt", "m.pth", "m.ckpt", "m.bin"}) {
    const auto found = findings_of(name, tar_in_pickle());
    INFO(name << "\n" << all_of(found));
    REQUIRE(found.size() == 1);
    CHECK(says(found, tar_words));
    CHECK(found[0].position == 0);
  }
}

TEST_CASE("a tar behind the number that torch's older files begin with is found", "[B2]") {
  const auto magic = golden("structure/legacy.pt").substr(0, 15);
  const std::string pickles = magic + "\x80\x02M\xe9\x03.\x80\x02}.\x80\x02}.\x80\x02].";
  REQUIRE(findings_of("m.pt", pickles + std::string(block, '\0')).empty());
  const auto sum = octal(plain_sum(tar_header(pickles, "")));
  const auto found = findings_of("m.pt", tar_header(pickles, sum + std::string(1, '\0')));
  INFO(all_of(found));
  CHECK(says(found, tar_words));
}

TEST_CASE("a tar's checksum is read as generously as Python reads it", "[B2]") {
  const std::string name = "\x80\x04\xff\xff";  // so that the two sums differ
  const auto plain = plain_sum(tar_header(name, ""));
  const auto with_sign = sum_with_sign(tar_header(name, ""));
  REQUIRE(plain != with_sign);
  const auto big_endian = std::string{static_cast<char>(plain >> 8), static_cast<char>(plain)};
  for (const auto& sum : {octal(plain), "00" + octal(plain), octal(plain) + std::string("\0 ", 2), "  " + octal(plain),
                          "0o" + octal(plain), "+" + octal(plain), octal(plain).insert(1, "_"), octal(with_sign),
                          "\x80" + std::string(5, '\0') + big_endian}) {
    INFO(sum);
    CHECK(says(findings_of("m.pt", tar_header(name, sum)), tar_words));
  }
  for (const auto& sum : {octal(plain + 1), octal(plain) + "8", std::string(), "-" + octal(plain)}) {
    INFO(sum);
    CHECK(!says(findings_of("m.pt", tar_header(name, sum)), tar_words));
  }
}

TEST_CASE("a .bin that a loader would unpickle is looked into, whatever its protocol", "[B2]") {
  for (const auto* content :
       {"\x80\x01"
        "cos\nsystem\n(S'true'\ntR.",
        "cos\nsystem\n(S'true'\ntR.", "(S'true'\nios\nsystem\n.", "(cos\nsystem\nS'true'\no.", "NN0cos\nsystem\n.",
        "L119547037146038801333356L\n.I1001\n.(d.cos\nsystem\n.", "\x8c\x02os\x8c\x06system\x93.",
        "\x80\x09"
        "cos\nsystem\n."}) {
    INFO(content);
    CHECK(says(findings_of("weights.bin", content), "imports os.system"));
  }
  CHECK(says(findings_of("weights.bin", "Vo\\u0073\nVsystem\n\x93."), "whose name can only be known by running"));
  CHECK(!findings_of("weights.bin", std::string("\x80\x00"
                                                "cx",
                                                4))
             .empty());
  std::string wrong_calls;
  for (int i = 0; i < 300; ++i) wrong_calls += "N)R0";
  CHECK(!findings_of("weights.bin", wrong_calls + "cos\nsystem\n.").empty());
}

TEST_CASE("weights and text of other formats under .bin have no findings") {
  for (const auto& content :
       {std::string(), std::string(4096, '\0'), std::string("canned text\nof two lines\nand more\n"),
        std::string("c\x01\x02\x9f\n\xff\x80\n", 8), std::string("\x80\x41 a float's bytes"), std::string("N."),
        std::string("GGUF\3\0\0\0", 8)}) {
    const auto found = findings_of("weights.bin", content);
    INFO(all_of(found));
    CHECK(found.empty());
  }
}

}  // namespace cairn
