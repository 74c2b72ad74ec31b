#include "commands/anonymise_report.h"

#include "tests/catch.h"

namespace cairn {
namespace {

const std::map<std::string, std::string> aliases = {
    {"dana", "deployer 1"}, {"lee", "approver 1"}, {"ml.ops", "service 1"}};
const std::set<std::string> names = {"dana/net", "lee-2", "prod"};

std::string replaced_in(const std::string& text) {
  return without_handles(text, aliases, names);
}

}  // namespace

TEST_CASE("a handle is replaced wherever it stands as a word, however it is capitalised") {
  CHECK(replaced_in("dana") == "deployer 1");
  CHECK(replaced_in("Dana, LEE and ml.ops.") == "deployer 1, approver 1 and service 1.");
  CHECK(replaced_in("ask dana/lee; (dana)") == "ask deployer 1/approver 1; (deployer 1)");
  CHECK(replaced_in("post-mortem-dana.md") == "post-mortem-deployer 1.md");
  CHECK(replaced_in("danas bandana dana2 dana_x \xc3\xa4"
                    "dana") ==
        "danas bandana dana2 dana_x \xc3\xa4"
        "dana");
}

TEST_CASE("a name of a model or a version that holds a handle stays, and one that is a handle does not") {
  CHECK(replaced_in("took dana/net to 10 %") == "took dana/net to 10 %");
  CHECK(replaced_in("lee-2.") == "lee-2.");
  CHECK(replaced_in("dana/net-3") == "deployer 1/net-3");
  CHECK(without_handles("dana", aliases, {"dana"}) == "deployer 1");
}

}  // namespace cairn
