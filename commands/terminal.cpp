#include "commands/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace cairn {

namespace {

// The alternate screen without the cursor, where a line that is too long does not wrap; and back.
constexpr std::string_view take_screen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view give_screen_back = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

constexpr std::array endings = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT};
constexpr std::array all_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGTSTP, SIGCONT, SIGWINCH};
constexpr int escape_pause = 50;  // milliseconds in which the rest of an escape sequence comes

// What a handler needs, and what it found.
termios before{};
volatile sig_atomic_t taken = 0;
volatile sig_atomic_t to_draw = 0;

// Both are called by handlers: no call in them but those that a handler may make.
void write_whole(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Not while it is another's, as after a shell's `bg`: whoever brings the program back continues it again.
void take_terminal() {
  if (::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) return;
  taken = 1;  // before it is, so that no end comes between
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  write_whole(take_screen);
}

void give_terminal_back() {
  if (taken == 0) return;
  taken = 0;
  write_whole(give_screen_back);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void as_by_default(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::raise(signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);  // here it ends, or stops until it is continued
}

void end(int signal) {
  give_terminal_back();
  as_by_default(signal);
}

void redraw(int /*signal*/) {
  to_draw = 1;
}

void suspend(int signal);

sigset_t set_of_all() {
  sigset_t all;
  ::sigemptyset(&all);
  for (const int signal : all_signals) ::sigaddset(&all, signal);
  return all;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_mask = set_of_all();  // one at a time, so that none gives back what another has just taken
  ::sigaction(signal, &action, nullptr);
}

void suspend(int signal) {
  const int error = errno;
  give_terminal_back();
  as_by_default(signal);
  handle(SIGTSTP, suspend);
  take_terminal();
  to_draw = 1;
  errno = error;
}

// Continued: after a SIGSTOP, of which nobody is told, a shell has made the terminal its own meanwhile.
void go_on(int /*signal*/) {
  const int error = errno;
  take_terminal();
  to_draw = 1;
  errno = error;
}

}  // namespace

bool Terminal::present() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

Terminal::Terminal() {
  std::fflush(stdout);
  ::tcgetattr(STDIN_FILENO, &before);
  for (const int signal : endings) handle(signal, end);
  handle(SIGTSTP, suspend);
  handle(SIGCONT, go_on);
  handle(SIGWINCH, redraw);
  take_terminal();
}

Terminal::~Terminal() {
  const sigset_t all = set_of_all();
  sigset_t usual;
  ::sigprocmask(SIG_BLOCK, &all, &usual);
  give_terminal_back();
  for (const int signal : all_signals) handle(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &usual, nullptr);
}

ScreenSize Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void Terminal::draw(const std::vector<std::string>& lines, bool cursor) {
  if (taken == 0) return;
  std::string frame = "\x1b[?25l\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame += (i == 0 ? "" : "\r\n") + std::string("\x1b[K") + lines[i];
  }
  write_whole(frame + "\x1b[J" + (cursor ? "\x1b[?25h" : ""));
}

void Terminal::read_keys() {
  std::array<char, 1024> bytes{};
  const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) return keys_.push_back({KeyPress::Kind::gone, ""});
  for (KeyPress& key : decoder_.feed({bytes.data(), static_cast<std::size_t>(count)})) keys_.push_back(std::move(key));
}

KeyPress Terminal::next_key() {
  // What happens between the look at to_draw and the wait has to end the wait.
  sigset_t held;
  ::sigemptyset(&held);
  ::sigaddset(&held, SIGWINCH);
  ::sigaddset(&held, SIGCONT);
  ::sigaddset(&held, SIGTSTP);
  sigset_t usual;
  ::sigprocmask(SIG_BLOCK, &held, &usual);
  while (keys_.empty() && to_draw == 0) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const timespec pause{0, escape_pause * 1'000'000L};
    const int ready = ::ppoll(&input, 1, decoder_.waits() ? &pause : nullptr, &usual);
    if (ready > 0) read_keys();
    if (ready < 0 && errno != EINTR) keys_.push_back({KeyPress::Kind::gone, ""});
    if (ready == 0) {
      for (KeyPress& key : decoder_.give_up()) keys_.push_back(std::move(key));
    }
  }
  ::sigprocmask(SIG_SETMASK, &usual, nullptr);
  if (to_draw != 0) {
    to_draw = 0;
    return {KeyPress::Kind::resized, ""};
  }
  KeyPress key = std::move(keys_.front());
  keys_.pop_front();
  return key;
}

}  // namespace cairn
