#include "commands/passphrase.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "commands/output.h"

namespace cairn {

namespace {

// A signal handler is told nothing, so what it has to restore lies here. One prompt at a time.
termios terminal_before{};

// tcsetattr and raise are among the few calls that a handler may make.
void restore_and_end(int signal) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

class NoEcho {
 public:
  NoEcho() {
    ::tcgetattr(STDIN_FILENO, &terminal_before);
    for (std::size_t i = 0; i < endings.size(); ++i) handlers_[i] = ::signal(endings[i], restore_and_end);
    termios silent = terminal_before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  }
  ~NoEcho() {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    for (std::size_t i = 0; i < endings.size(); ++i) ::signal(endings[i], handlers_[i]);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  static constexpr std::array endings = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  std::array<sighandler_t, endings.size()> handlers_{};
};

}  // namespace

Result<std::string> ask_passphrase(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) != 1) return usage("the recovery key has a passphrase: give --passphrase-file FILE");
  std::string line;
  bool given = false;
  {
    const NoEcho silent;
    warn(prompt);
    given = static_cast<bool>(std::getline(std::cin, line));
  }
  warn("\n");
  if (!given) return usage("no passphrase was given; type it, or give --passphrase-file FILE");
  return line;
}

}  // namespace cairn
