#include "tests/commands/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>

#include "tests/catch.h"

namespace cairn::test {

namespace {

struct News {
  char what = 0;
  int value = 0;
};

void tell(int news, char what, int value) {
  const News one{what, value};
  if (::write(news, &one, sizeof one) != sizeof one) ::_exit(126);
}

// The session's leader: what a shell with job control does for one job.
[[noreturn]] void lead(const Words& words, int news, int orders) {
  ::signal(SIGTTOU, SIG_IGN);
  const pid_t program = ::fork();
  if (program == 0) {
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
    ::signal(SIGTTOU, SIG_DFL);
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  tell(news, 'p', program);
  for (;;) {
    int status = 0;
    if (::waitpid(program, &status, WUNTRACED) != program) ::_exit(126);
    if (WIFSTOPPED(status)) {
      ::tcsetpgrp(STDIN_FILENO, ::getpid());
      tell(news, 's', 0);
      char order = 0;
      if (::read(orders, &order, 1) != 1) ::_exit(126);
      ::tcsetpgrp(STDIN_FILENO, program);
      ::kill(-program, SIGCONT);
      continue;
    }
    tell(news, 'x', WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    // The terminal stays until the test has looked at it.
    char order = 0;
    [[maybe_unused]] const ssize_t last = ::read(orders, &order, 1);
    ::_exit(0);
  }
}

}  // namespace

PseudoTerminal::PseudoTerminal(const Words& words, const Environment& environment, unsigned short columns,
                               unsigned short lines) {
  int news[2] = {-1, -1};
  int orders[2] = {-1, -1};
  REQUIRE(::pipe2(news, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(orders, O_CLOEXEC) == 0);
  const winsize size{lines, columns, 0, 0};
  leader_ = ::forkpty(&master_, nullptr, nullptr, &size);
  REQUIRE(leader_ >= 0);
  if (leader_ == 0) {
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::close(news[0]);
    ::close(orders[1]);
    lead(words, news[1], orders[0]);
  }
  ::close(news[1]);
  ::close(orders[0]);
  news_ = news[0];
  orders_ = orders[1];
  ::tcgetattr(master_, &before_);
}

PseudoTerminal::~PseudoTerminal() {
  if (program_ > 0 && code_ < 0) ::kill(program_, SIGKILL);
  ::close(orders_);
  ::kill(leader_, SIGKILL);
  int status = 0;
  ::waitpid(leader_, &status, 0);
  ::close(news_);
  ::close(master_);
}

void PseudoTerminal::type(const std::string& keys) const {
  REQUIRE(::write(master_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
}

// The kernel tells the foreground job of the new size with SIGWINCH.
void PseudoTerminal::resize(unsigned short columns, unsigned short lines) const {
  const winsize size{lines, columns, 0, 0};
  REQUIRE(::ioctl(master_, TIOCSWINSZ, &size) == 0);
}

void PseudoTerminal::signal(int signal) const {
  REQUIRE(program_ > 0);
  REQUIRE(::kill(program_, signal) == 0);
}

void PseudoTerminal::foreground() const {
  REQUIRE(::write(orders_, "f", 1) == 1);
}

void PseudoTerminal::hear() {
  News one;
  if (::read(news_, &one, sizeof one) != sizeof one) {
    code_ = 126;
  } else if (one.what == 'p') {
    program_ = one.value;
  } else if (one.what == 's') {
    stopped_ = true;
  } else {
    code_ = one.value;
  }
}

void PseudoTerminal::read_some() {
  std::array<pollfd, 2> inputs = {{{master_, POLLIN, 0}, {news_, POLLIN, 0}}};
  constexpr int pause = 50;
  if (::poll(inputs.data(), inputs.size(), pause) <= 0) return;
  // What it wrote before it ended comes before the news of its end.
  if ((inputs[0].revents & POLLIN) != 0) {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(master_, bytes.data(), bytes.size());
    if (count > 0) written_.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (inputs[1].revents != 0) {
    hear();
  }
}

bool PseudoTerminal::see(const std::function<bool()>& enough) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end) {
    if (enough()) return true;
    if (code_ >= 0) return false;
    read_some();
  }
  return enough();
}

bool PseudoTerminal::see(const std::string& text) {
  return see([&] {
    for (const std::string& line : screen()) {
      if (contains(line, text)) return true;
    }
    return false;
  });
}

std::vector<std::string> PseudoTerminal::screen() const {
  const std::string begins = "\x1b[H";
  const std::string ends = "\x1b[J";
  const auto end = written_.rfind(ends);
  if (end == std::string::npos) return {};
  const auto begin = written_.rfind(begins, end);
  if (begin == std::string::npos) return {};
  std::vector<std::string> lines(1);
  for (std::size_t at = begin; at < end; ++at) {
    const char c = written_[at];
    if (c == '\x1b') {
      at = written_.find_first_of("ABCDHJKhlm", at + 1);
    } else if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\r') {
      lines.back() += c;
    }
  }
  return lines;
}

termios PseudoTerminal::settings() const {
  termios now{};
  REQUIRE(::tcgetattr(master_, &now) == 0);
  return now;
}

bool PseudoTerminal::settings_as_before() const {
  const termios now = settings();
  return now.c_iflag == before_.c_iflag && now.c_oflag == before_.c_oflag && now.c_cflag == before_.c_cflag &&
         now.c_lflag == before_.c_lflag && std::memcmp(now.c_cc, before_.c_cc, sizeof now.c_cc) == 0;
}

bool PseudoTerminal::stopped() {
  const bool seen = see([this] { return stopped_; });
  stopped_ = false;
  return seen;
}

int PseudoTerminal::wait() {
  see([this] { return code_ >= 0; });
  return code_;
}

}  // namespace cairn::test
