#include "tests/commands/shell.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>
#include <utility>

#include "ledger/base/text.h"
#include "ledger/crypto/keys.h"
#include "tests/catch.h"

extern char** environ;

namespace cairn::test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

std::string fresh_name() {
  return to_hex(random_bytes(8));
}

// Under AddressSanitizer a program looks for leaks when it ends, which takes as long as all that most of these do
// before. They are looked for in the test programs, and in every command of examples/tour.
std::string without_leak_check(const char* options) {
  return str("ASAN_OPTIONS=", options, ":detect_leaks=0");
}

std::vector<std::string> environment_of(const Environment& wanted) {
  std::vector<std::string> all;
  const char* options = std::getenv("ASAN_OPTIONS");
  if (options != nullptr && !wanted.contains("ASAN_OPTIONS")) all.push_back(without_leak_check(options));
  for (char** row = environ; *row != nullptr; ++row) {
    const std::string line = *row;
    const std::string name = line.substr(0, line.find('='));
    if (!name.starts_with("CAIRN_") && name != "ASAN_OPTIONS" && !wanted.contains(name)) all.push_back(line);
  }
  for (const auto& [name, value] : wanted) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Hundreds of processes that sync each of their files would make these tests a test of the disk. What a power cut
// leaves is for others; a killed process leaves the same in memory.
fs::path place_for_files(Workplace::Place place) {
  if (place == Workplace::Place::disk) return fs::temp_directory_path();
  constexpr std::uintmax_t enough = 1 << 30;
  std::error_code error;
  const fs::path memory = "/dev/shm";
  const fs::space_info space = fs::space(memory, error);
  return !error && space.available >= enough ? memory : fs::temp_directory_path();
}

void redirect(int to, const fs::path& file, int flags) {
  const int descriptor = ::open(file.c_str(), flags, 0600);
  if (descriptor < 0 || ::dup2(descriptor, to) < 0) ::_exit(126);
  ::close(descriptor);
}

// What the program prints meets the limit as well: messages are shorter than any that is used.
void limit_files(std::uint64_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);  // a full disk answers with an error, not with a signal
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(126);
}

constexpr std::string_view easy_policy = R"({
  "name": "easy", "rules": 1,
  "gates": [
    {"name": "accuracy", "evidence": "metrics", "value": "accuracy", "is": ">=", "threshold": "0.85", "class": "artefact"}
  ],
  "environments": {
    "production": {"ladder": [
      {"stage": "shadow"},
      {"stage": "canary", "percent": [5, 50], "steps": [10, 50]},
      {"stage": "full", "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "72h", "notice": true}]},
    "staging": {"ladder": [{"stage": "shadow"}, {"stage": "full"}]}
  },
  "monitoring": {"max_gap": "7h"},
  "retention": {"candidate": "0s", "classes": {"records": "for-good"}},
  "refusals": {"per_hour": 60, "max_bytes": 8192}
})";

std::string guide_policy() {
  std::string text = text_of(fs::path(CAIRN_SOURCE) / "examples" / "policy-fast.json");
  const std::string soak = "\"soak\": \"2s\"";
  for (std::size_t at = text.find(soak); at != std::string::npos; at = text.find(soak)) {
    text.replace(at, soak.size(), "\"soak\": \"1s\"");
  }
  return text;
}

}  // namespace

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void put_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Started::Started(const fs::path& scratch, const Words& words, const Environment& environment,
                 std::optional<std::uint64_t> largest_file) {
  const std::string name = fresh_name();
  out_ = scratch / (name + ".out");
  err_ = scratch / (name + ".err");
  std::vector<std::string> arguments = words;
  std::vector<std::string> settings = environment_of(environment);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(settings);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
  redirect(STDOUT_FILENO, out_, O_WRONLY | O_CREAT | O_EXCL);
  redirect(STDERR_FILENO, err_, O_WRONLY | O_CREAT | O_EXCL);
  if (::chdir(scratch.parent_path().c_str()) != 0) ::_exit(126);
  if (largest_file) limit_files(*largest_file);
  ::execve(argv.front(), argv.data(), envp.data());
  ::_exit(127);
}

Started::Started(Started&& other) noexcept
    : out_(std::move(other.out_)), err_(std::move(other.err_)), pid_(std::exchange(other.pid_, -1)) {}

Started::~Started() {
  kill();
}

void Started::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

// Not from wait4: ru_maxrss begins with what the test program held when it forked. The kernel's mark of the program
// itself only rises, so the last that was seen counts.
std::uint64_t Started::peak_memory() const {
  const std::string label = "VmHWM:";
  std::uint64_t kilobytes = 0;
  for (;;) {
    siginfo_t ended{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0);
    if (ended.si_pid == pid_) return kilobytes * 1024;
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(label)) kilobytes = std::stoull(line.substr(label.size()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Ran Started::wait() {
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  Ran ran;
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = text_of(out_);
  ran.err = text_of(err_);
  fs::remove(out_);
  fs::remove(err_);
  return ran;
}

Workplace::Workplace(Place place) : directory_(place_for_files(place) / ("cairn-" + fresh_name())) {
  fs::create_directories(directory_ / "printed");
}

Workplace::~Workplace() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

Environment Workplace::environment(const std::string& who) const {
  return {{"CAIRN_HOME", home(who).string()},
          {"CAIRN_LEDGER", ledger().string()},
          {"CAIRN_ACTOR", who},
          {"HOME", directory_.string()}};
}

Ran Workplace::cairn(const std::string& who, const Words& words, const Environment& more,
                     std::optional<std::uint64_t> largest_file) const {
  Words all = {CAIRN_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  Environment environment = this->environment(who);
  for (const auto& [name, value] : more) environment[name] = value;
  return Started(directory_ / "printed", all, environment, largest_file).wait();
}

Started Workplace::start(const std::string& who, const Words& words) const {
  Words all = {CAIRN_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  return Started(directory_ / "printed", all, environment(who));
}

Ran Workplace::cairn_verify(const Words& words) const {
  Words all = {CAIRN_VERIFY_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  return Started(directory_ / "printed", all, {}).wait();
}

std::string Workplace::expect(int code, const std::string& who, const Words& words) const {
  Ran ran = cairn(who, words);
  std::string line;
  for (const std::string& word : words) line += " " + word;
  INFO("cairn" << line << "\n" << ran.out << ran.err);
  REQUIRE(ran.code == code);
  return std::move(ran.out);
}

Json Workplace::json(int code, const std::string& who, const Words& words) const {
  Words all = words;
  all.push_back("--json");
  const std::string out = expect(code, who, all);
  INFO(out);
  REQUIRE(Json::accept(out));
  return Json::parse(out);
}

Json Workplace::init(Policy policy) const {
  expect(0, "ben", {"key", "new", "ben"});
  const fs::path file = directory_ / "policy.json";
  put_text(file, policy == Policy::easy ? std::string(easy_policy) : guide_policy());
  return json(0, "dana",
              {"init", "--origin", "ledger.example/test", "--policy", file.string(), "--actor",
               "ben=" + public_key("ben").string() + ":approver"});
}

std::uint64_t Workplace::size() const {
  const std::string note = expect(0, "dana", {"checkpoint"});
  const std::size_t line = note.find('\n') + 1;
  return std::stoull(note.substr(line, note.find('\n', line) - line));
}

std::vector<std::string> Workplace::files() const {
  std::vector<std::string> all;
  for (const auto& file : fs::recursive_directory_iterator(directory_)) {
    const bool store = file.is_regular_file() && file.path().parent_path() == ledger();
    if (!store) all.push_back(file.path().lexically_relative(directory_).string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::uint64_t seed_of_run() {
  const char* given = std::getenv("CAIRN_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device()();
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace cairn::test
