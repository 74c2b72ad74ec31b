#include "bench/process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "bench/measure.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// VmHWM of the process as last seen: before it is another program, and in what wait4 reports, it has the memory of
// whoever forked.
double peak_so_far(pid_t child, double before) {
  std::FILE* file = std::fopen(str("/proc/", child, "/status").c_str(), "r");
  if (file == nullptr) return before;
  char line[256];
  double peak = before;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    std::size_t kilobytes = 0;
    if (std::sscanf(line, "VmHWM: %zu kB", &kilobytes) == 1) peak = 1024 * static_cast<double>(kilobytes);
  }
  std::fclose(file);
  return peak;
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void expect_success(const Program& program, int code) {
  if (code != 0) stop(str(joined(program.words, " "), " ended with ", code));
}

template <class Each>
void each_file(const fs::path& directory, const Each& each) {
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) each(entry.path());
  }
}

}  // namespace

pid_t start(const Program& program, const std::string& log) {
  const std::vector<char*> words = pointers_to(program.words);
  std::vector<std::string> texts = program.environment;
  for (char** one = environ; *one != nullptr; ++one) texts.emplace_back(*one);
  const std::vector<char*> environment = pointers_to(texts);
  const pid_t child = ::vfork();
  if (child < 0) stop("cannot start " + program.words.front());
  if (child > 0) return child;
  const int none = ::open("/dev/null", O_RDONLY);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(none, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (!program.directory.empty() && ::chdir(program.directory.c_str()) != 0) ::_exit(127);
  const bool other = program.user != 0;
  if (other && (::setgroups(0, nullptr) != 0 || ::setgid(program.group) != 0 || ::setuid(program.user) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGINT);  // nothing outlives this program, however it ends
  ::execvpe(words.front(), words.data(), environment.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) stop("cannot wait for a process");
  return code_of(status);
}

double seconds_of(const Program& program) {
  int code = 0;
  const double spent = seconds_of([&] { code = wait_for(start(program)); });
  expect_success(program, code);
  return spent;
}

void run(const Program& program, const std::string& log) {
  expect_success(program, wait_for(start(program, log)));
}

Cost cost_of(const Program& program) {
  Cost cost;
  cost.seconds = seconds_of([&] {
    const pid_t child = start(program);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) != child) {
      cost.peak_bytes = peak_so_far(child, cost.peak_bytes);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    expect_success(program, code_of(status));
  });
  return cost;
}

void drop_cached(const fs::path& directory) {
  each_file(directory, [](const fs::path& file) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.ok() || ::fdatasync(opened.get()) != 0) stop("cannot sync " + file.string());
    if (::posix_fadvise(opened.get(), 0, 0, POSIX_FADV_DONTNEED) != 0) stop("cannot drop " + file.string());
  });
}

double bytes_on_disk(const fs::path& directory) {
  double bytes = 0;
  each_file(directory, [&bytes](const fs::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0) bytes += 512.0 * static_cast<double>(found.st_blocks);
  });
  return bytes;
}

}  // namespace cairn::bench
