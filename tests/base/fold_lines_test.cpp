#include "ledger/base/fold_lines.h"

#include "tests/catch.h"

namespace cairn::test {
namespace {

TEST_CASE("a page of help that fits stays as it is, byte for byte") {
  const std::string page = "Does a thing\nUsage: cairn do [OPTIONS]\n\nOptions:\n  --a TEXT                    b\n\n";
  CHECK(fold_help(page) == page);
  CHECK(fold_help("").empty());
}

TEST_CASE("a description goes on below its own column") {
  CHECK(fold_help("  --version V                 its version (default: the files' time stamp, or their digest)") ==
        "  --version V                 its version (default: the files' time stamp, or\n"
        "                              their digest)");
  const std::string long_label =
      "  --argument=WITHOUT_ANY_ROOM every word of this goes on where the first one of them stands";
  CHECK(fold_help(long_label) ==
        "  --argument=WITHOUT_ANY_ROOM every word of this goes on where the first one of\n"
        "                              them stands");
}

TEST_CASE("a command of an example is broken as a shell reads it, never within quotes nor before a flag's value") {
  CHECK(fold_help(
            "Example:\n  cairn deploy --model-path models/current/ --deployment-mode canary --rollout-percentage 10") ==
        "Example:\n  cairn deploy --model-path models/current/ --deployment-mode canary \\\n"
        "    --rollout-percentage 10");
  CHECK(
      fold_help(
          "Example:\n  cairn incident open --model logistic --environment e --title \"an answer that is unsafe\" x") ==
      "Example:\n  cairn incident open --model logistic --environment e \\\n"
      "    --title \"an answer that is unsafe\" x");
}

TEST_CASE("behind an example text is text again") {
  const std::string words(70, 'w');
  CHECK(fold_help("Example:\n  cairn x\n\n" + words + " and something more") ==
        "Example:\n  cairn x\n\n" + words + " and\nsomething more");
}

}  // namespace
}  // namespace cairn::test
