#include "ledger/base/decimal.h"

#include <regex>
#include <vector>

#include "tests/catch.h"

using namespace cairn;

namespace {

Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}

template <class Visit>
void for_each_text(std::string_view alphabet, std::size_t longest, const Visit& visit, const std::string& text = "") {
  visit(text);
  if (text.size() == longest) return;
  for (const char c : alphabet) for_each_text(alphabet, longest, visit, text + c);
}

}  // namespace

TEST_CASE("A decimal in a statement has one spelling") {
  const std::regex canonical("-?(0|[1-9][0-9]{0,17})([.][0-9]{0,17}[1-9])?");
  for_each_text("-+.019eE ", 5, [&](const std::string& text) {
    const auto value = Decimal::parse(text);
    REQUIRE(value.ok() == (std::regex_match(text, canonical) && text != "-0"));
    if (value) REQUIRE(value->text() == text);
  });
  for (const auto* text :
       {"NaN", "Infinity", "-Infinity", "999999999999999999.999999999999999999",
        "-999999999999999999.999999999999999999", "0.000000000000000001", "123.000000000000000001"}) {
    CHECK(decimal(text).text() == text);
  }
  for (const auto* text : {"nan", "-NaN", "+Infinity", "inf", "1000000000000000000", "0.0000000000000000001", "1e2",
                           "1.10", "999999999999999999.9999999999999999999", "0x10", "1,5", " 1", "1 "}) {
    INFO(text);
    CHECK_FALSE(Decimal::parse(text));
  }
}

TEST_CASE("A number of a file is read exactly where JSON or Python would write it") {
  const std::regex json("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?");
  for_each_text("-+.01eE ", 6, [&](const std::string& text) {
    const auto value = Decimal::from_lexeme(text);
    if (!std::regex_match(text, json)) REQUIRE_FALSE(value.ok());
    if (value) REQUIRE(Decimal::parse(value->text()).value() == *value);
  });
  CHECK(Decimal::from_lexeme("NaN")->is_nan());
  CHECK(Decimal::from_lexeme("-Infinity")->text() == "-Infinity");
  CHECK_FALSE(Decimal::from_lexeme("nan"));
  CHECK_FALSE(Decimal::from_lexeme("1_000"));
}

TEST_CASE("A number of a file is rounded half-even to 18 places") {
  // The second column by Python's decimal module, ROUND_HALF_EVEN.
  const std::pair<const char*, const char*> vectors[] = {
      {"0.5", "0.5"},
      {"-0", "0"},
      {"-0.0e5", "0"},
      {"5e-19", "0"},
      {"15e-19", "0.000000000000000002"},
      {"25e-19", "0.000000000000000002"},
      {"-25e-19", "-0.000000000000000002"},
      {"5.000000000000000000000000001e-19", "0.000000000000000001"},
      {"4.999999999999999e-19", "0"},
      {"9.5e-18", "0.00000000000000001"},
      {"0.1e-17", "0.000000000000000001"},
      {"1E3", "1000"},
      {"1.50", "1.5"},
      {"-4.9e-19", "0"},
      {"999999999999999999.9999999999999999994", "999999999999999999.999999999999999999"},
      {"0.3333333333333333333333", "0.333333333333333333"},
      {"0.6666666666666666666666", "0.666666666666666667"},
      {"1e-400", "0"},
      {"0e400", "0"},
      {"0.0015e3", "1.5"},
      {"99999999999999999.9999999999999999995", "100000000000000000"},
      {"-21250919908.54335349840e-2", "-212509199.085433534984"},
      {"5991.996681516149e-27", "0"},
      {"-444.262293031823e-1", "-44.4262293031823"},
      {"72.248882401373e10", "722488824013.73"},
      {"73.53243337236e-25", "0"},
      {"153540110946965195.156419011138e-7", "15354011094.696519515641901114"},
      {"2929179284.629563178897e-12", "0.002929179284629563"},
      {"-8974.618744967223e-16", "-0.000000000000897462"},
      {"-9578621805965652.346935555864e-12", "-9578.621805965652346936"},
      {"-271870429101.857700650132e-1", "-27187042910.1857700650132"},
      {"-6550669089.492759215392e-31", "0"},
      {"-8387.829637194964e2", "-838782.9637194964"},
      {"10924971798992.629462142330e-19", "0.000001092497179899"},
      {"50230911119.637788361803e-32", "0"}};
  for (const auto& [lexeme, text] : vectors) {
    INFO(lexeme);
    CHECK(Decimal::from_lexeme(lexeme).value().text() == text);
  }
}

TEST_CASE("A number of a file with more than 18 digits before the point is refused, however it is spelled") {
  for (const auto* text : {"1000000000000000000", "1e18", "-1E+18", "0.1e19", "1e9223372036854775808",
                           "1e99999999999999999999999", "999999999999999999.9999999999999999995",
                           "1"
                           "000000000000000000000000000000e-12"}) {
    INFO(text);
    CHECK_FALSE(Decimal::from_lexeme(text));
  }
  CHECK(Decimal::from_lexeme("1"
                             "000000000000000000000000000000e-13")
            ->text() == "100000000000000000");
  CHECK(Decimal::from_lexeme("0." + std::string(5000, '0') + "1e5001")->text() == "1");
}

TEST_CASE("Decimals are ordered by value, and NaN by nothing") {
  const std::vector<std::string> ascending = {"-Infinity",
                                              "-10",
                                              "-9.5",
                                              "-9.499999999999999999",
                                              "-0.000000000000000001",
                                              "0",
                                              "0.000000000000000001",
                                              "0.3",
                                              "2",
                                              "10",
                                              "Infinity"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CHECK((decimal(ascending[i]) <=> decimal(ascending[j])) == std::partial_ordering(i <=> j));
      CHECK((decimal(ascending[i]) == decimal(ascending[j])) == (i == j));
    }
    CHECK((decimal("NaN") <=> decimal(ascending[i])) == std::partial_ordering::unordered);
    CHECK((decimal(ascending[i]) <=> decimal("NaN")) == std::partial_ordering::unordered);
  }
  CHECK_FALSE(decimal("NaN") == decimal("NaN"));
}

TEST_CASE("Subtraction is exact where doubles are not, and NaN where it has no answer") {
  CHECK(decimal("0.3").minus(decimal("0.1")) == decimal("0.2"));
  CHECK(decimal("1").minus(decimal("0.000000000000000001")).text() == "0.999999999999999999");
  CHECK(decimal("-999999999999999999").minus(decimal("0.999999999999999999")).text() ==
        "-999999999999999999.999999999999999999");
  CHECK(decimal("-999999999999999999").minus(decimal("1")).is_nan());
  CHECK(decimal("999999999999999999.999999999999999999").minus(decimal("-0.000000000000000001")).is_nan());
  CHECK(decimal("Infinity").minus(decimal("Infinity")).is_nan());
  CHECK(decimal("Infinity").minus(decimal("1")).is_nan());
  CHECK(decimal("1").minus(decimal("-Infinity")).is_nan());
  CHECK(decimal("NaN").minus(decimal("1")).is_nan());
}

TEST_CASE("A decimal is an integer only if it is whole and within 2^53-1") {
  CHECK(decimal("9007199254740991").to_int().value() == 9007199254740991);
  CHECK(decimal("-9007199254740991").to_int().value() == -9007199254740991);
  CHECK(decimal("0").to_int().value() == 0);
  for (const auto* text : {"9007199254740992", "-9007199254740992", "0.5", "1.000000000000000001", "NaN", "Infinity"}) {
    CHECK_FALSE(decimal(text).to_int());
  }
  CHECK(Decimal::from_int(-42) == decimal("-42"));
  CHECK(Decimal::from_int(999'999'999'999'999'999).text() == "999999999999999999");
  CHECK(Decimal() == decimal("0"));
}
