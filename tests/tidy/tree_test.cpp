// The tree as it stands: every check over every file.
#include <array>
#include <cstdio>
#include <functional>

#include "tests/catch.h"
#include "tests/tidy/includes.h"
#include "tests/tidy/lengths.h"
#include "tests/tidy/names.h"
#include "tests/tidy/rules.h"

namespace tidy {
namespace {

const std::vector<File>& tree() {
  static const std::vector<File> files = read_tree(CAIRN_SOURCE);
  return files;
}

// Each entry has a reason why the limit would make the code worse.
const std::vector<Longer>& allowed_to_be_longer() {
  static const std::vector<Longer> allowed = {
      {"ledger/events/event_fields.h", "", "the wire form of every event is one list (DESIGN 4)"},
      {"ledger/events/event.h", "", "what can be said is one page on purpose (DESIGN 3)"},
      {"projections/fold.cpp", "", "what each event changes is one list, in the order of event.h"},
      {"projections/admit.cpp", "", "what is allowed is one page on purpose: who reads it knows the rules (DESIGN 3)"},
  };
  return allowed;
}

std::string listed(const Complaints& found) {
  std::string text;
  for (const std::string& one : found) text += "\n  " + one;
  return text;
}

void require_none(const std::function<Complaints(const File&)>& check) {
  Complaints found;
  for (const File& file : tree()) {
    const Complaints here = check(file);
    found.insert(found.end(), here.begin(), here.end());
  }
  INFO(listed(found));
  REQUIRE(found.empty());
}

std::string libraries_of(const std::string& program) {
  std::string libraries;
  std::FILE* pipe = ::popen(("ldd '" + program + "' 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) libraries += buffer.data();
  REQUIRE(::pclose(pipe) == 0);
  return libraries;
}

}  // namespace

TEST_CASE("the tree that is checked is the real one") {
  std::size_t product = 0;
  for (const File& file : tree()) {
    if (file.is_product() && file.is_cpp()) ++product;
  }
  REQUIRE(product > 40);
}

TEST_CASE("every include is in the table of who may include whom") {
  require_none(check_includes);
}

TEST_CASE("the auditor, the folds and the witness reach no store and no writer through any header") {
  const Complaints found = check_reach(tree());
  INFO(listed(found));
  REQUIRE(found.empty());
}

TEST_CASE("commit has one caller, the sequencer") {
  Complaints calls;
  for (const File& file : tree()) {
    const Complaints here = calls_of_commit(file);
    calls.insert(calls.end(), here.begin(), here.end());
  }
  INFO(listed(calls));
  REQUIRE(calls.size() == 1);
  REQUIRE(calls.front().starts_with("ledger/sequencer.cpp:"));
}

TEST_CASE("folds, rules and decisions are pure") {
  require_none(check_purity);
}
TEST_CASE("no type has a name that says nothing") {
  require_none(check_type_names);
}
TEST_CASE("no two headers offer types of one name") {
  const Complaints found = repeated_types(tree());
  INFO(listed(found));
  REQUIRE(found.empty());
}
TEST_CASE("no two files of a folder keep different things of one name") {
  const Complaints found = repeated_names(tree());
  INFO(listed(found));
  REQUIRE(found.empty());
}
TEST_CASE("nothing says that it is unfinished") {
  require_none(check_finished);
}
TEST_CASE("no file names a path of somebody's machine") {
  require_none(check_machine_paths);
}
TEST_CASE("every header opens with a comment and is included once") {
  require_none(check_header);
}
TEST_CASE("no stray white space") {
  require_none(check_whitespace);
}

TEST_CASE("no file and no function is longer than it may be") {
  require_none([](const File& file) { return check_lengths(file, allowed_to_be_longer()); });
  for (const Longer& longer : allowed_to_be_longer()) REQUIRE(longer.reason.size() > 20);
}

TEST_CASE("cairn-verify and cairn-witness link no database, no network and no token's library") {
  for (const char* program : {CAIRN_VERIFY_PROGRAM, CAIRN_WITNESS_PROGRAM}) {
    const std::string libraries = libraries_of(program);
    INFO(libraries);
    REQUIRE(libraries.find("libcrypto") != std::string::npos);
    for (const char* library : {"rocksdb", "libpq", "libcurl", "sqlite", "libssl", "p11", "pkcs11", "softhsm"}) {
      INFO(library);
      REQUIRE(libraries.find(library) == std::string::npos);
    }
  }
  // That the same look would find one:
  REQUIRE(libraries_of(CAIRN_PROGRAM).find("rocksdb") != std::string::npos);
}

TEST_CASE("cairn loads PostgreSQL's library and libcurl, with all that comes with them, only where they are needed") {
  const std::string libraries = libraries_of(CAIRN_PROGRAM);
  REQUIRE(libraries.find("libpq") == std::string::npos);
  REQUIRE(libraries.find("libcurl") == std::string::npos);
}

}  // namespace tidy
