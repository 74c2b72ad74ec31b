#include "ledger/crypto/signer_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t longest_answer = 1024;
constexpr std::size_t most_remarks = 16 << 10;

Error system_fault(std::string_view what, int code) {
  return fault(str(what, ": ", std::generic_category().message(code)));
}

// A descriptor above 2, so that putting the three in their places never closes one of them.
int above_standard(int descriptor) {
  if (descriptor < 0 || descriptor > 2) return descriptor;
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  ::close(descriptor);
  return copy;
}

// A file in memory and no pipe: the command may read it late, in part or not at all, and nobody waits or dies of it.
Result<std::unique_ptr<Descriptor>> message_file(BytesView message) {
  auto file = std::make_unique<Descriptor>(above_standard(::memfd_create("cairn-message", MFD_CLOEXEC)));
  if (!file->ok()) return system_fault("gets no message, since no file in memory could be made", errno);
  while (!message.empty()) {
    const auto written = ::write(file->get(), message.data(), message.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_fault("gets no message, since it could not be written to memory", errno);
    message.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file->get(), 0, SEEK_SET) != 0) return system_fault("gets no message", errno);
  return file;
}

struct Pipe {
  std::unique_ptr<Descriptor> from;
  std::unique_ptr<Descriptor> to;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_fault("cannot be asked, since no pipe could be made", errno);
  Pipe pipe{std::make_unique<Descriptor>(above_standard(ends[0])),
            std::make_unique<Descriptor>(above_standard(ends[1]))};
  if (!pipe.from->ok() || !pipe.to->ok() || ::fcntl(pipe.from->get(), F_SETFL, O_NONBLOCK) != 0) {
    return system_fault("cannot be asked, since no pipe could be made", errno);
  }
  return pipe;
}

std::vector<std::string> environment_for(const SignerCommand& command) {
  std::vector<std::string> all;
  const auto give = [&](const std::string& name) {
    if (const char* value = std::getenv(name.c_str()); value != nullptr) all.push_back(str(name, "=", value));
  };
  for (const auto name : always_given) give(std::string(name));
  for (const auto& name : command.environment) give(name);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// The command with these three as its stdin, stdout and stderr, and nothing else of ours: no descriptor, no blocked or
// ignored signal.
Result<pid_t> start_command(const SignerCommand& command, int in, int out, int err) {
  std::vector<std::string> words = {command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  auto variables = environment_for(command);
  const auto argv = pointers_to(words);
  const auto envp = pointers_to(variables);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ASSERT(::posix_spawn_file_actions_init(&actions) == 0 && ::posix_spawnattr_init(&attributes) == 0);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  const bool ready = ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) == 0 &&
                     ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) == 0 &&
                     ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO) == 0 &&
                     ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1) == 0 &&
                     ::posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
                     ::posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
                     ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
  pid_t child = -1;
  const int failed =
      ready ? ::posix_spawn(&child, command.program.c_str(), &actions, &attributes, argv.data(), envp.data()) : ENOMEM;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return system_fault("cannot be started", failed);
  return child;
}

// A running command, which is killed with this object unless its end was seen.
class Running {
 public:
  explicit Running(pid_t child) : child_(child) {}
  ~Running() {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // How it ended, as waitpid says, or nothing if it did not by then.
  Result<std::optional<int>> end_by(SteadyTime deadline) {
    for (auto pause = std::chrono::microseconds(50);; pause = std::min(2 * pause, std::chrono::microseconds(10'000))) {
      int status = 0;
      const pid_t ended = ::waitpid(child_, &status, WNOHANG);
      if (ended == child_) {
        child_ = -1;
        return std::optional<int>(status);
      }
      if (ended < 0 && errno != EINTR) return system_fault("ended, and how is not known (is SIGCHLD ignored?)", errno);
      if (std::chrono::steady_clock::now() >= deadline) return std::optional<int>();
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  pid_t child_;
};

// What has come by now, as far as a few reads go, since whoever writes without end shall meet the time limit; false at
// the end of it. Bytes beyond `most` are read and left out.
bool take_some(const Descriptor& from, Bytes& into, std::size_t most) {
  std::array<char, 4096> buffer{};
  for (int reads = 0; reads < 16; ++reads) {
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    into.append(buffer.data(), std::min(static_cast<std::size_t>(count), most - std::min(most, into.size())));
  }
  return true;
}

// The command's own words, as soon as they come: it may be asking somebody to touch a device.
class Remarks {
 public:
  bool pass_on(const Descriptor& from) {
    const auto before = said_.size();
    const bool more = take_some(from, said_, most_remarks);
    std::vector<std::string> lines;
    for (const auto line : split(std::string_view(said_).substr(before), '\n')) lines.push_back(printable(line));
    const auto text = joined(lines, "\n");
    // Nobody may be there to read it, which is no reason not to sign.
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
    return more;
  }

 private:
  Bytes said_;
};

}  // namespace

Result<Bytes> sign_by_command(const SignerCommand& command, BytesView message, Millis patience) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience);
  TRY_LET(in, message_file(message));
  TRY_LET(out, make_pipe());
  TRY_LET(err, make_pipe());
  TRY_LET(child, start_command(command, in->get(), out.to->get(), err.to->get()));
  Running running(child);
  out.to.reset();
  err.to.reset();

  const auto late = fault(str("did not answer and end within ", patience, " ms, and was killed"));
  Bytes answer;
  Remarks remarks;
  for (bool more = true, more_said = true; more;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return late;
    std::array<pollfd, 2> waits = {{{out.from->get(), POLLIN, 0}, {more_said ? err.from->get() : -1, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) {
      return system_fault("cannot be waited for", errno);
    }
    if (waits[1].revents != 0) more_said = remarks.pass_on(*err.from);
    if (waits[0].revents != 0) more = take_some(*out.from, answer, longest_answer + 1);
    if (answer.size() > longest_answer) return fault("answered more than 1024 bytes, and was killed");
  }
  TRY_LET(status, running.end_by(deadline));
  remarks.pass_on(*err.from);
  if (!status) return late;
  if (WIFSIGNALED(*status)) return fault(str("was ended by signal ", WTERMSIG(*status)));
  if (WEXITSTATUS(*status) != 0)
    return fault(str("ended with exit code ", WEXITSTATUS(*status), " and signed nothing"));
  if (answer.empty()) return fault("ended with exit code 0 and wrote no signature to its stdout");
  return answer;
}

}  // namespace cairn
