// The passphrase prompt, on a terminal of its own.
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

// cairn at a terminal: what it wrote up to its prompt, and how it ended.
struct AtTerminal {
  AtTerminal(const Workplace& place, const Words& words) {
    std::vector<std::string> texts = words;
    std::vector<char*> argv = {const_cast<char*>(CAIRN_PROGRAM)};
    for (std::string& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    REQUIRE(::openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0);
    pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid > 0) return;
    for (const auto& [name, value] : place.environment("dana")) ::setenv(name.c_str(), value.c_str(), 1);
    if (::login_tty(theirs) == 0) ::execv(CAIRN_PROGRAM, argv.data());
    ::_exit(127);
  }
  ~AtTerminal() {
    if (pid > 0) ::kill(pid, SIGKILL), ::waitpid(pid, nullptr, 0);
    ::close(ours);
    ::close(theirs);
  }
  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;

  void read_until(const std::string& text) {
    while (!contains(seen, text)) {
      std::array<char, 256> buffer;
      const ssize_t count = ::read(ours, buffer.data(), buffer.size());
      INFO(seen);
      REQUIRE(count > 0);
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  void type(char key) { REQUIRE(::write(ours, &key, 1) == 1); }
  int wait() {
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  bool echoes() const {
    termios now{};
    REQUIRE(::tcgetattr(theirs, &now) == 0);
    return (now.c_lflag & ECHO) != 0;
  }

  int ours = -1;
  int theirs = -1;
  pid_t pid = -1;
  std::string seen;
};

TEST_CASE("the passphrase prompt: end of input is a mistake, an interrupt gives the echo back") {
  const Workplace place;
  const std::string recovery = place.init(Workplace::Policy::easy)["recovery_key"];
  place.expect(0, "eve", {"key", "new", "eve"});
  AtTerminal terminal(place, {"actor", "add", "eve", "--key", place.public_key("eve").string(), "--role", "admin",
                              "--recovery-key", recovery});
  terminal.read_until("Passphrase");
  CHECK(!terminal.echoes());
  SECTION("end of input") {
    terminal.type('\x04');
    CHECK(terminal.wait() == 2);
  }
  SECTION("interrupt") {
    terminal.type('\x03');
    CHECK(terminal.wait() == 128 + SIGINT);
  }
  CHECK(terminal.echoes());
  CHECK(place.size() == 1);
}

}  // namespace
}  // namespace cairn::test
