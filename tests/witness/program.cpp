#include "tests/witness/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {

namespace {

const std::string before_port = "listens  http://127.0.0.1:";

}  // namespace

// Its stderr is a file, which would be as full as the disk: /dev/null takes its place then.
Program::Program(const std::filesystem::path& scratch, const std::vector<std::string>& words, Disk disk)
    : scratch_(scratch) {
  std::array<int, 2> ends{-1, -1};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  std::vector<char*> arguments = {const_cast<char*>(CAIRN_WITNESS_PROGRAM)};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string err = disk == Disk::full ? "/dev/null" : (scratch / "err").string();
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), STDERR_FILENO);
    if (disk == Disk::full) {
      const rlimit nothing{0, 0};
      ::setrlimit(RLIMIT_FSIZE, &nothing);
    }
    ::execv(CAIRN_WITNESS_PROGRAM, arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ends[0];
}

Program::~Program() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
}

bool Program::listens() {
  for (;;) {
    const std::size_t at = told_.find(before_port);
    if (at != std::string::npos && told_.find('\n', at) != std::string::npos) return true;
    pollfd waiting{out_, POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, 20000) == 1);
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(out_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    told_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::uint16_t Program::port() {
  REQUIRE(listens());
  const std::size_t begin = told_.find(before_port) + before_port.size();
  return static_cast<std::uint16_t>(parse_uint(told_.substr(begin, told_.find('\n', begin) - begin)).value());
}

void Program::signal(int number) const {
  REQUIRE(pid_ > 0);
  REQUIRE(::kill(pid_, number) == 0);
}

Ended Program::wait() {
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  pid_ = -1;
  Ended ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::array<char, 4096> buffer;
  for (ssize_t count = ::read(out_, buffer.data(), buffer.size()); count > 0;
       count = ::read(out_, buffer.data(), buffer.size())) {
    told_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ended.out = told_;
  std::ifstream err(scratch_ / "err", std::ios::binary);
  ended.err = {std::istreambuf_iterator<char>(err), {}};
  return ended;
}

}  // namespace cairn::test
