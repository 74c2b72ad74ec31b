#include "commands/passphrase.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

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

enum class Typed { line, nothing, too_much };

// Up to the line's end, and not through a stream, whose buffer would keep it.
Typed read_typed_line(std::string& line) {
  for (;;) {
    char c = '\0';
    const auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return line.empty() ? Typed::nothing : Typed::line;
    if (c == '\n') return Typed::line;
    if (line.size() == longest_secret) return Typed::too_much;
    line += c;
  }
}

}  // namespace

Result<Secret> ask_secret(const std::string& prompt, const std::string& otherwise) {
  if (::isatty(STDIN_FILENO) != 1) return usage("a secret is asked for, and there is no terminal: " + otherwise);
  std::string line;
  line.reserve(longest_secret);
  const Wiped wiped(line);
  Typed typed;
  {
    const NoEcho silent;
    warn(prompt);
    typed = read_typed_line(line);
  }
  warn("\n");
  if (typed == Typed::line) return Secret(line);
  return usage(std::string(typed == Typed::nothing ? "nothing was typed" : "more than 1024 bytes were typed") +
               "; type it, or " + otherwise);
}

}  // namespace cairn
