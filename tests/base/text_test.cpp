#include "ledger/base/text.h"

#include <algorithm>
#include <regex>

#include "tests/catch.h"

using namespace cairn;

namespace {

// Every text of exactly `length` characters of `alphabet`.
template <class Visit>
void for_each_of_length(std::string_view alphabet, std::size_t length, const Visit& visit, std::string prefix = "") {
  if (length == 0) return visit(prefix);
  for (const char c : alphabet) for_each_of_length(alphabet, length - 1, visit, prefix + c);
}

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

// RFC 3629's own table of well-formed sequences, as an oracle.
bool is_in_utf8_table(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto in = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const auto tail = [&](std::size_t i) { return i < text.size() && in(i, 0x80, 0xbf); };
  if (text.empty()) return true;
  std::size_t length = 0;
  if (byte(0) <= 0x7f) length = 1;
  if (in(0, 0xc2, 0xdf) && tail(1)) length = 2;
  if (byte(0) == 0xe0 && in(1, 0xa0, 0xbf) && tail(2)) length = 3;
  if ((in(0, 0xe1, 0xec) || in(0, 0xee, 0xef)) && tail(1) && tail(2)) length = 3;
  if (byte(0) == 0xed && in(1, 0x80, 0x9f) && tail(2)) length = 3;
  if (byte(0) == 0xf0 && in(1, 0x90, 0xbf) && tail(2) && tail(3)) length = 4;
  if (in(0, 0xf1, 0xf3) && tail(1) && tail(2) && tail(3)) length = 4;
  if (byte(0) == 0xf4 && in(1, 0x80, 0x8f) && tail(2) && tail(3)) length = 4;
  return length != 0 && is_in_utf8_table(text.substr(length));
}

}  // namespace

TEST_CASE("Hexadecimal reads back every byte and is lowercase") {
  REQUIRE(to_hex(all_bytes()).substr(0, 8) == "00010203");
  REQUIRE(to_hex("\xde\xad\xbe\xef") == "deadbeef");
  REQUIRE(from_hex(to_hex(all_bytes())).value() == all_bytes());
  REQUIRE(from_hex("").value().empty());
}

TEST_CASE("Hexadecimal has one spelling: each pair of bytes is read only if it would be written so") {
  int accepted = 0;
  for_each_of_length(all_bytes(), 2, [&](const std::string& text) {
    const auto bytes = from_hex(text);
    if (!bytes) return;
    ++accepted;
    REQUIRE(to_hex(*bytes) == text);
  });
  CHECK(accepted == 256);
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("abc"));
}

TEST_CASE("Base64 writes the vectors of RFC 4648 and reads them back") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text).value() == bytes);
  }
  REQUIRE(from_base64(to_base64(all_bytes())).value() == all_bytes());
}

TEST_CASE("Base64 has one spelling: whatever is read would be written so") {
  std::size_t accepted = 0;
  for_each_of_length("AQgwEBCDIMYZ/+-_=\n z", 4, [&](const std::string& text) {
    const auto bytes = from_base64(text);
    if (!bytes) return;
    ++accepted;
    REQUIRE(to_base64(*bytes) == text);
  });
  // 15 letters and signs: four of them; three where the last leaves no bits (AQgwEIMY); two, the same (AQgw).
  CHECK(accepted == 15 * 15 * 15 * 15 + 15 * 15 * 8 + 15 * 4);

  for (const auto* text :
       {"Zg", "Zg=", "Zg===", "Zg==Zg==", "Zm8", "Zh==", "Zm9=", "Zm9v\n", " Zg=", "====", "Z===", "Zm=v"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("Whole numbers have one spelling and end at 2^64-1") {
  CHECK(parse_uint("0").value() == 0);
  CHECK(parse_uint("18446744073709551615").value() == UINT64_MAX);
  CHECK_FALSE(parse_uint("18446744073709551616"));
  CHECK_FALSE(parse_uint("18446744073709551620"));
  CHECK_FALSE(parse_uint("99999999999999999999999"));
  CHECK_FALSE(parse_uint(""));
  for (std::size_t length = 1; length <= 4; ++length) {
    for_each_of_length("019+-. ax", length, [](const std::string& text) {
      const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
      const bool canonical = digits && (text == "0" || text[0] != '0');
      const auto value = parse_uint(text);
      REQUIRE(value.ok() == canonical);
      if (value) REQUIRE(std::to_string(*value) == text);
    });
  }
}

TEST_CASE("UTF-8 is valid exactly as RFC 3629's table has it") {
  for_each_of_length(all_bytes(), 2, [](const std::string& text) { REQUIRE(is_utf8(text) == is_in_utf8_table(text)); });

  // Every first byte with the bytes on both sides of each border.
  const std::string borders = "\x01\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xff";
  for (int first = 0; first < 256; ++first) {
    for (std::size_t length = 2; length <= 3; ++length) {
      for_each_of_length(
          borders, length, [](const std::string& text) { REQUIRE(is_utf8(text) == is_in_utf8_table(text)); },
          std::string(1, static_cast<char>(first)));
    }
  }
}

TEST_CASE("A name begins with a letter or digit and has 1 to 128 characters of five kinds") {
  const std::string bytes = all_bytes();
  for (const char c : bytes) {
    const bool alphanumeric = std::regex_match(std::string(1, c), std::regex("[A-Za-z0-9]"));
    const bool mark = c != '\0' && std::string_view("._/-").find(c) != std::string_view::npos;
    CHECK(is_name(std::string(1, c)) == alphanumeric);
    CHECK(is_name(std::string("a") + c) == (alphanumeric || mark));
  }
  CHECK_FALSE(is_name(""));
  CHECK(is_name(std::string(128, 'x')));
  CHECK_FALSE(is_name(std::string(129, 'x')));
}

TEST_CASE("Folding lowers ASCII letters and nothing else") {
  CHECK(fold_case("Fraud-Model_V2/@[`{") == "fraud-model_v2/@[`{");
  CHECK(fold_case("\xc3\x84Z") == "\xc3\x84z");
}

TEST_CASE("Printable text shows what a terminal would obey or hide") {
  CHECK(printable("plain, \xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82") == "plain, \xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82");
  CHECK(printable(std::string_view("\0\x1b[2J\n\x7f", 7)) == "\\x00\\x1b[2J\\x0a\\x7f");
  CHECK(printable("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0") == "\\u{0080}\\u{009b}\\u{009f}\xc2\xa0");
  CHECK(printable("a\xe2\x80\xae"
                  "b\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c") == "a\\u{202e}b\\u{2066}\\u{200f}\\u{061c}");
  CHECK(printable("\xff\xe2\x82") == "\\xff\\xe2\\x82");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("Whatever bytes come in, printable text is valid UTF-8 without controls") {
  for_each_of_length(all_bytes(), 2, [](const std::string& text) {
    const auto shown = printable(text);
    REQUIRE(is_utf8(shown));
    REQUIRE(std::none_of(shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
    REQUIRE(printable(shown) == shown);
  });
}

TEST_CASE("Texts, characters and whole numbers are joined as they are written") {
  CHECK(str() == "");
  CHECK(str("a", std::string("b"), std::string_view("c"), 'd') == "abcd");
  CHECK(str(0, ' ', -1, ' ', INT64_MIN, ' ', UINT64_MAX, ' ', std::uint16_t{65}) ==
        "0 -1 -9223372036854775808 18446744073709551615 65");
  CHECK(str(std::string("\0x", 2)).size() == 2);
}

TEST_CASE("Splitting keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("", ',') == Parts{""});
  CHECK(split("a", ',') == Parts{"a"});
  CHECK(split(",a,,b,", ',') == Parts{"", "a", "", "b", ""});
}
