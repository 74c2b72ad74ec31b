#include "ledger/crypto/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "tests/catch.h"

using namespace cairn;

TEST_CASE("a secret has one owner, and what it moved from holds nothing") {
  Secret first("open sesame");
  Secret second = std::move(first);
  CHECK(second.view() == "open sesame");
  CHECK(first.view().empty());
  Secret third("another");
  third = std::move(second);
  CHECK(third.view() == "open sesame");
  CHECK(second.view().empty());
  CHECK(Secret().view().empty());
}

TEST_CASE("a wiped text holds zeros behind its scope, as long as it was") {
  std::string text = "a passphrase that is longer than a string holds without the heap";
  const auto size = text.size();
  {
    const Wiped wiped(text);
    text += "!";
  }
  CHECK(text == std::string(size + 1, '\0'));
}

TEST_CASE("a process that forbids core dumps writes none, and no other of its user looks into it") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool forbidden = forbid_core_dumps().ok();
    rlimit limit{1, 1};
    ::getrlimit(RLIMIT_CORE, &limit);
    ::_exit(forbidden && limit.rlim_cur == 0 && limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
