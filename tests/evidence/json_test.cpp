#include "ledger/evidence/json.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/evidence/scratch.h"

namespace cairn {
namespace {

using tests::golden;

// A front, then one byte many times, then an end; remembers how much memory was in use while it was read.
class LongSource final : public ByteSource {
 public:
  LongSource(std::string front, char filling, std::uint64_t count, std::string end)
      : front_(std::move(front)), filling_(filling), left_(count), end_(std::move(end)) {}

  std::uint64_t size() const override { return front_.size() + left_ + end_.size(); }
  Result<std::size_t> read(char* to, std::size_t count) override {
    most_in_use_ = std::max(most_in_use_, in_use());
    if (!front_.empty()) return take(front_, to, count);
    if (left_ == 0) return take(end_, to, count);
    const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(count, left_));
    std::fill_n(to, got, filling_);
    left_ -= got;
    return got;
  }
  std::size_t most_in_use() const { return most_in_use_; }

  static std::size_t in_use() {
#ifdef __GLIBC__
    const auto now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
#else
    return 0;
#endif
  }

 private:
  static std::size_t take(std::string& from, char* to, std::size_t count) {
    const auto got = from.copy(to, count);
    from.erase(0, got);
    return got;
  }

  std::string front_;
  char filling_;
  std::uint64_t left_;
  std::string end_;
  std::size_t most_in_use_ = 0;
};

std::optional<JsonProblem> problem_of(const std::string& text) {
  LongSource source(text, ' ', 0, "");
  const auto problem = check_json(source);
  REQUIRE(problem.ok());
  return *problem;
}

std::string error_of(const std::string& text) {
  const auto json = parse_json(text);
  return json.ok() ? std::string() : json.error().message;
}

}  // namespace

TEST_CASE("checking JSON takes no more memory for a longer file", "[B2]") {
  constexpr std::uint64_t length = 8 << 20;
  for (const char filling : {' ', '[', '1', 'x'}) {
    const std::string front = filling == 'x' ? "[\"" : "[";
    const std::string end = filling == 'x' ? "\"]" : filling == '[' ? "" : filling == '1' ? "]" : " 1 ]";
    LongSource source(front, filling, length, end);
    const auto before = LongSource::in_use();
    const auto problem = check_json(source);
    INFO("filled with " << filling);
    REQUIRE(problem.ok());
    CHECK(problem->has_value() == (filling == '['));
    CHECK(source.most_in_use() < before + (1 << 20));
  }
}

TEST_CASE("the check of a whole file says what the library says, of any damage", "[B2]") {
  std::string whole =
      R"( {"a": [1, -0.5e+3, 0, 10E2, true, false, null, {}, []],)"
      "\n\t\"b\\u00e9\\ud83d\\ude00\\n\\\"\": \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", \"\": \"\"}\r\n";
  REQUIRE(!problem_of(whole));
  int wrong = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char c : std::string("\"\\{}[],:.-+eE019tfnuda \t\x1f\x7f\x80\xbf\xc0\xed\xf4\xff")) {
      auto damaged = whole;
      damaged[at] = c;
      if (nlohmann::json::accept(damaged) == !problem_of(damaged)) continue;
      ++wrong;
      INFO("byte " << at << " as " << static_cast<int>(c));
      CHECK(false);
    }
    if (nlohmann::json::accept(whole.substr(0, at)) != !problem_of(whole.substr(0, at))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a problem is at the byte that does not fit") {
  const std::pair<std::string, std::uint64_t> cases[] = {
      {"", 0},     {"  ", 2},      {"nul", 3},          {"[1 2]", 3},     {"{\"a\" 1}", 5}, {"{a:1}", 1},
      {"[01]", 2}, {"\"\\q\"", 2}, {"\"\\ud83dx\"", 7}, {"\"\xc3(\"", 1}, {"\"a\nb\"", 2}};
  for (const auto& [text, position] : cases) {
    const auto problem = problem_of(text);
    INFO(text);
    REQUIRE(problem);
    INFO(problem->what);
    CHECK(problem->position == position);
  }
}

TEST_CASE("a number of any size is JSON, and keeps its digits", "[B1][B2]") {
  const std::string digits(400, '9');
  const auto json =
      parse_json("{\"a\": 1e400, \"b\": [-1E+999, " + digits + "], \"c\": \"1e400\", \"d\": 1e-400, \"e\": 1.5}");
  REQUIRE(json.ok());
  CHECK(json->member("a")->is_number());
  CHECK(json->member("a")->text == "1e400");
  CHECK(json->member("b")->items[0].text == "-1E+999");
  CHECK(json->member("b")->items[1].text == digits);
  CHECK(json->member("c")->is_string());
  CHECK(json->member("c")->text == "1e400");
  CHECK(json->member("d")->text == "1e-400");
  CHECK(!problem_of("[1e400, -1e400, " + digits + "]"));
}

TEST_CASE("what only looks like a large number is no JSON") {
  for (const auto* text :
       {"[01e400]", "[1e400.5]", "[1e400e1]", "[.1e400]", "[1.e400]", "[+1e400]", "[1e]", "[-]", "[--1e400]",
        "[1e400 1e400]", "[1e400\"\"]", "{1e400: 1}", "1e400x", "[-NaN]", "[NaN1e400]"}) {
    INFO(text);
    CHECK(error_of(text).starts_with("not JSON"));
  }
}

TEST_CASE("nothing hides behind a NUL byte or a byte order mark", "[B2]") {
  using namespace std::string_literals;
  CHECK(error_of("{}\0{\"a\": 1}"s) == "not JSON at byte 2: a NUL byte");
  CHECK(error_of("{\"a\0\": 1}"s) == "not JSON at byte 3: a NUL byte");
  CHECK(error_of("\xef\xbb\xbf{}") == "not JSON at byte 0: a byte order mark");
  CHECK(problem_of("{}\0"s)->position == 2);
  CHECK(problem_of("\xef\xbb\xbf{}")->position == 0);
}

}  // namespace cairn
