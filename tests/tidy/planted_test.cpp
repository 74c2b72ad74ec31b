// Each check finds what was planted for it, and is silent on its neighbour that is right.
#include "tests/catch.h"
#include "tests/tidy/includes.h"
#include "tests/tidy/lengths.h"
#include "tests/tidy/names.h"
#include "tests/tidy/rules.h"

namespace tidy {
namespace {

Complaints includes_in(const std::string& path, const std::string& line) {
  return check_includes({path, line + "\n"});
}

std::string function_of(std::size_t lines) {
  std::string text = "void f() {\n";
  for (std::size_t i = 2; i < lines; ++i) text += "  g();\n";
  return text + "}\n";
}

}  // namespace

TEST_CASE("an include upwards is found, and one downwards is not") {
  REQUIRE(includes_in("ledger/base/text.cpp", "#include \"ledger/crypto/sha256.h\"").size() == 1);
  REQUIRE(includes_in("ledger/crypto/keys.cpp", "#include \"ledger/tlog/tree.h\"").size() == 1);
  REQUIRE(includes_in("ledger/tlog/tree.cpp", "  #  include \"ledger/events/event.h\"").size() == 1);
  REQUIRE(includes_in("ledger/events/event.h", "#include \"ledger/store/store.h\"").size() == 1);
  REQUIRE(includes_in("ledger/store/store.h", "#include \"ledger/events/event.h\"").size() == 1);
  REQUIRE(includes_in("ledger/evidence/card.cpp", "#include \"ledger/tlog/tree.h\"").size() == 1);
  REQUIRE(includes_in("ledger/ledger.h", "#include \"projections/world.h\"").size() == 1);
  REQUIRE(includes_in("projections/world.h", "#include \"ledger/ledger.h\"").size() == 1);
  REQUIRE(includes_in("projections/world.h", "#include \"ledger/crypto/keys.h\"").size() == 1);
  REQUIRE(includes_in("verify/audit.cpp", "#include \"ledger/store/store.h\"").size() == 1);
  REQUIRE(includes_in("verify/audit.cpp", "#include \"ledger/sequencer.h\"").size() == 1);
  REQUIRE(includes_in("verify/audit.cpp", "#include \"commands/command.h\"").size() == 1);
  REQUIRE(includes_in("witness/witness.cpp", "#include \"ledger/events/entry.h\"").size() == 1);
  REQUIRE(includes_in("witness/witness.cpp", "#include \"ledger/store/store.h\"").size() == 1);
  REQUIRE(includes_in("commands/submit.cpp", "#include \"witness/http.h\"").size() == 1);
  REQUIRE(includes_in("commands/init.cpp", "#include \"tests/catch.h\"").size() == 1);
  REQUIRE(includes_in("commands/init.cpp", "#include \"sequencer.h\"").size() == 1);

  REQUIRE(includes_in("ledger/crypto/keys.cpp", "#include \"ledger/base/text.h\"").empty());
  REQUIRE(includes_in("ledger/sequencer.cpp", "#include \"ledger/store/store.h\"").empty());
  REQUIRE(includes_in("projections/world.h", "#include \"ledger/crypto/sha256.h\"").empty());
  REQUIRE(includes_in("verify/audit.cpp", "#include \"projections/admit.h\"").empty());
  REQUIRE(includes_in("witness/witness.cpp", "#include \"ledger/tlog/tree.h\"").empty());
  REQUIRE(includes_in("commands/init.cpp", "#include \"ledger/sequencer.h\"").empty());
  REQUIRE(includes_in("tests/base/text_test.cpp", "#include \"commands/command.h\"").empty());
}

TEST_CASE("a new folder needs a row in the include table") {
  REQUIRE(includes_in("ledger/cache/lru.h", "#include <map>").size() == 1);
  REQUIRE(includes_in("commands/web/page.h", "#include <map>").size() == 1);
}

TEST_CASE("a foreign header outside the files named for it is found") {
  REQUIRE(includes_in("ledger/store/store.h", "#include <rocksdb/db.h>").size() == 1);
  REQUIRE(includes_in("ledger/store/memory_store.cpp", "#include <rocksdb/db.h>").size() == 1);
  REQUIRE(includes_in("ledger/crypto/keys.h", "#include <openssl/evp.h>").size() == 1);
  REQUIRE(includes_in("projections/admit.cpp", "#include <nlohmann/json.hpp>").size() == 1);
  REQUIRE(includes_in("ledger/events/policy.cpp", "#include <nlohmann/json.hpp>").size() == 1);
  REQUIRE(includes_in("commands/render.cpp", "#include <CLI/CLI.hpp>").size() == 1);
  REQUIRE(includes_in("ledger/evidence/zip.h", "#include <zlib.h>").size() == 1);
  REQUIRE(includes_in("projections/world.cpp", "#include <unistd.h>").size() == 1);
  REQUIRE(includes_in("commands/init.cpp", "#include <simdjson.h>").size() == 1);
  REQUIRE(includes_in("verify/audit.cpp", "#include <netinet/in.h>").size() == 1);
  REQUIRE(includes_in("witness/witness.cpp", "#include <arpa/inet.h>").size() == 1);

  REQUIRE(includes_in("ledger/store/rocks_store.cpp", "#include <rocksdb/db.h>").empty());
  REQUIRE(includes_in("ledger/crypto/keys.cpp", "#include <openssl/evp.h>").empty());
  REQUIRE(includes_in("ledger/events/json_document.cpp", "#include <nlohmann/json.hpp>").empty());
  REQUIRE(includes_in("commands/cli.cpp", "#include <CLI/CLI.hpp>").empty());
  REQUIRE(includes_in("witness/server.cpp", "#include <netinet/in.h>").empty());
  REQUIRE(includes_in("projections/world.cpp", "#include <map>").empty());
}

TEST_CASE("a store that is reached through another header is found") {
  const std::vector<File> files = {{"verify/audit.cpp", "#include \"ledger/events/entry.h\"\n"},
                                   {"ledger/events/entry.h", "#include \"ledger/store/store.h\"\n"},
                                   {"ledger/store/store.h", "#include \"ledger/base/types.h\"\n"}};
  REQUIRE(reached_from("verify/audit.cpp", files) ==
          std::vector<std::string>{"ledger/events/entry.h", "ledger/store/store.h"});
  REQUIRE(check_reach(files).size() == 1);
  REQUIRE(check_reach({files[0], {"ledger/events/entry.h", "#include <map>\n"}, files[2]}).empty());
}

TEST_CASE("calls of commit are counted, in code only") {
  REQUIRE(calls_of_commit({"ledger/sequencer.cpp", "TRY(store_->commit(size, batch));\n"}).size() == 1);
  REQUIRE(calls_of_commit({"commands/import.cpp", "  store.commit (0, {});\n"}).size() == 1);
  REQUIRE(calls_of_commit({"commands/import.cpp", "// store.commit(0, {})\nauto text = \"store.commit(\";\n"}).empty());
  REQUIRE(calls_of_commit({"ledger/store/store.h", "virtual Result<void> commit(Size expected) = 0;\n"}).empty());
  REQUIRE(
      calls_of_commit({"commands/import.cpp", "store.commit_later(0); store.size(); database.Commit();\n"}).empty());
  REQUIRE(calls_of_commit({"tests/store/contract.cpp", "store.commit(0, {});\n"}).empty());
}

TEST_CASE("a clock, the environment, a file or dice in pure code is found") {
  for (const char* line : {"auto now = std::chrono::system_clock::now();", "SystemClock clock;", "std::time(nullptr);",
                           "auto t = ::time(nullptr);", "return time(nullptr);", "if (std::getenv(\"A\")) {}",
                           "std::ifstream in(path);", "FILE* f = fopen(path, \"r\");", "int f = open(path, 0);",
                           "std::filesystem::exists(path);", "std::random_device dice;", "std::printf(\"x\");"}) {
    INFO(line);
    REQUIRE(check_purity({"projections/world.cpp", line}).size() == 1);
    REQUIRE(check_purity({"commands/decide_deploy.cpp", line}).size() == 1);
    REQUIRE(check_purity({"commands/render.cpp", line}).empty());
  }
  for (const char* line :
       {"// the time( of the entry", "const Millis time = recorded.entry.recorded;", "format_time(at);",
        "world.open(incident);", "incidents->open(id);", "void open(const Id& id);", "bool is_open() {}"}) {
    INFO(line);
    REQUIRE(check_purity({"projections/world.cpp", line}).empty());
  }
}

TEST_CASE("a type with a name that says nothing is found") {
  for (const char* line : {"class StoreManager {", "struct TextHelper;", "enum class BuildInfo { a };",
                           "using StringUtils = int;", "class KeyImpl final : public Key {", "struct AuditService {"}) {
    INFO(line);
    REQUIRE(check_type_names({"ledger/a.h", line}).size() == 1);
  }
  for (const char* line :
       {"class Ledger {", "struct Information {", "// class Manager", "enum class Outcome { info };"}) {
    INFO(line);
    REQUIRE(check_type_names({"ledger/a.h", line}).empty());
  }
}

TEST_CASE("a second type of one name is found, and one that is only announced is none") {
  const File one{"ledger/a.h", "struct Fact {\n};\nenum class State : int { on };\n"};
  REQUIRE(repeated_types({one, {"commands/b.h", "class Ledger;\nstruct Fact {\n};\n"}}) ==
          Complaints{"commands/b.h:2: Fact is a type of ledger/a.h already"});
  REQUIRE(repeated_types({one, {"verify/b.h", "enum class State { off };\n"}}).size() == 1);
  REQUIRE(repeated_types({one, {"verify/b.h", "enum class State {\n  off\n};\n"}}).size() == 1);
  REQUIRE(
      repeated_types({one, {"tests/b.h", "struct Fact {\n};\n"}, {"commands/b.cpp", "struct Fact {\n};\n"}}).empty());
}

TEST_CASE("a name that two files of a folder keep to themselves is found, and an overload or the same alias is none") {
  const auto kept = [](const std::string& path, const std::string& text) {
    return File{path, "namespace {\n\n" + text + "\n}  // namespace\n"};
  };
  const File one =
      kept("commands/a.cpp",
           "using Json = nlohmann::json;\nconstexpr int most = 3;\nstruct Way {\n};\n"
           "bool has(const std::string& text, std::map<int, int> part = {},\n         int at = f(1)) {\n}\n");
  const auto found_beside = [&](const std::string& text) {
    return repeated_names({one, kept("commands/b.cpp", text)});
  };
  CHECK(found_beside("int has(const std::string& a, std::map<int, int> b, int c) {\n}\n") ==
        Complaints{
            "commands/b.cpp:3: has(const std::string&, std::map<int, int>, int) is a name of commands/a.cpp already"});
  CHECK(found_beside("const std::string most = \"x\";\n").size() == 1);
  CHECK(found_beside("class Way {\n};\n").size() == 1);
  CHECK(found_beside("using Json = nlohmann::ordered_json;\n").size() == 1);
  CHECK(found_beside("using Json = nlohmann::json;\n").empty());
  CHECK(found_beside("bool has(const std::string& text) {\n  return has(text, {}, 1);\n}\nTEST_CASE(\"x\") {\n}\n")
            .empty());
  CHECK(repeated_names({one, kept("verify/b.cpp", "class Way {\n};\n")}).empty());
  CHECK(repeated_names({one, {"commands/b.cpp", "class Way {\n};\n"}}).empty());  // the header's rule
}

TEST_CASE("words that say unfinished are found, also in comments") {
  REQUIRE(check_finished({"README.md", "a\n\nTODO: write this\n"}) == Complaints{"README.md:3: says \"TODO\""});
  REQUIRE(check_finished({"a.cpp", "// FIXME\n"}).size() == 1);
  REQUIRE(check_finished({"a.cpp", "// XXX later\n"}).size() == 1);
  REQUIRE(check_finished({"a.cpp", "return fault(\"not implemented\");\n"}).size() == 1);
  REQUIRE(check_finished({"a.cpp", "mkdtemp(\"cairn-XXXXXX\"); autodot();\n"}).empty());
}

TEST_CASE("a path of somebody's machine is found") {
  for (const char* path : {"/work/main", "/home/kim/cairn", "/root/x", "/tmp/b-one"}) {
    INFO(path);
    REQUIRE(check_machine_paths({"a.md", "see " + std::string(path) + " there\n"}).size() == 1);
  }
  REQUIRE(check_machine_paths({"a.md", "framework/network/x, ./root/y and $here/work/z\n"}).empty());
}

TEST_CASE("a header without its comment or its pragma, or with a namespace opened, is found") {
  REQUIRE(check_header({"a.h", "// A thing.\n#pragma once\n"}).empty());
  REQUIRE(check_header({"a.h", "#pragma once\n"}).size() == 1);
  REQUIRE(check_header({"a.h", "// A thing.\n#include <map>\n"}).size() == 1);
  REQUIRE(check_header({"a.h", "// A thing.\n#pragma once\nusing namespace std;\n"}).size() == 1);
  REQUIRE(check_header({"a.cpp", "using namespace std;\n"}).empty());
}

TEST_CASE("stray white space is found") {
  REQUIRE(check_whitespace({"a", "a\n\nb\n"}).empty());
  REQUIRE(check_whitespace({"a", "a\tb\n"}).size() == 1);
  REQUIRE(check_whitespace({"a", "a \n"}).size() == 1);
  REQUIRE(check_whitespace({"a", "a\r\n"}).size() == 1);
  REQUIRE(check_whitespace({"a", "a"}).size() == 1);
  REQUIRE(check_whitespace({"a", "a\n\n"}).size() == 1);
}

TEST_CASE("code is told from comments, literals and directives") {
  REQUIRE(code_of("a; // b\nc /* d\n e */ f") == "a;     \nc     \n      f");
  REQUIRE(code_of("x(\"{\\\"}\", '{', 1'000'000);") == "x(      ,    , 1'000'000);");
  REQUIRE(code_of("R\"j({\")j\" y") == "R         y");
  REQUIRE(code_of("#define A { \\\n  b\nc") == "             \n   \nc");
}

TEST_CASE("a file or function that is too long is found, one at the limit is not") {
  REQUIRE(check_lengths({"a.cpp", function_of(70)}, {}).empty());
  REQUIRE(check_lengths({"a.cpp", function_of(71)}, {}) == Complaints{"a.cpp:1: f has 71 lines; at most 70"});
  REQUIRE(check_lengths({"a.cpp", function_of(71)}, {{"a.cpp", "f", "planted"}}).empty());
  REQUIRE(check_lengths({"a.cpp", function_of(71)}, {{"b.cpp", "f", "planted"}}).size() == 1);
  std::string file;
  for (int i = 0; i < 400; ++i) file += "int a;\n";
  REQUIRE(check_lengths({"a.cpp", file}, {}).empty());
  REQUIRE(check_lengths({"a.cpp", file + "int b;\n"}, {}).size() == 1);
  REQUIRE(check_lengths({"a.cpp", file + "int b;\n"}, {{"a.cpp", "", "planted"}}).empty());
}

TEST_CASE("functions are found wherever C++ lets them stand") {
  const auto functions = functions_of(R"code(
namespace a {
const int table[] = {1, 2};
struct [[nodiscard]] S final : T {
  S(int x) : x_{x}, y_(x) {
    f();
  }
  bool ok() const noexcept { return true; }
  auto operator<=>(const S&) const = default;
  std::vector<int> v{1, 2};
 private:
  int x_ = 0;
};
template <class A, class B = std::pair<A, A>>
Result<B> free(const A& a = {}) {
  const auto each = [&](int i) {
    return i;
  };
  if (a) {
    return each(1);
  }
}
}  // namespace a
TEST_CASE("a { brace") {
}
)code");
  std::vector<std::string> names;
  std::vector<std::size_t> lines;
  for (const Function& function : functions) {
    names.push_back(function.name);
    lines.push_back(function.lines);
  }
  REQUIRE(names == std::vector<std::string>{"S", "ok", "free", "TEST_CASE"});
  REQUIRE(lines == std::vector<std::size_t>{3, 1, 9, 2});
}

}  // namespace tidy
