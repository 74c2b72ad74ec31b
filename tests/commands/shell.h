// Running programs as a user would: a directory of one's own, people with homes, and what a command left on stdout,
// stderr and in its exit code.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cairn::test {

using Words = std::vector<std::string>;
Words with(Words words, const Words& more);  // one after the other
inline const Words in_production = {"--environment", "production"};
using Environment = std::map<std::string, std::string>;

struct Ran {
  int code = -1;  // the exit code; 128 and the signal's number, if it was killed by one
  std::string out;
  std::string err;
};

// A program under way. It is killed with this object.
class Started {
 public:
  // `words` begins with the program. Nothing that begins with CAIRN_ is passed on but what `environment` says. With
  // `largest_file`, no file grows beyond so many bytes: writing fails as on a full disk.
  Started(const std::filesystem::path& scratch, const Words& words, const Environment& environment,
          std::optional<std::uint64_t> largest_file = std::nullopt);
  Started(Started&& other) noexcept;
  Started& operator=(Started&&) = delete;
  ~Started();

  pid_t pid() const { return pid_; }
  std::uint64_t peak_memory() const;  // watches it to its end: bytes resident at most, as last seen before
  Ran wait();
  void kill();  // SIGKILL, and waits for its end

 private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  pid_t pid_ = -1;
};

// A directory with a ledger at ledger(), a home for each who acts, and nobody there yet.
class Workplace {
 public:
  // In memory, where a sync costs nothing, or on a disk, where a commit takes its time.
  enum class Place { memory, disk };
  explicit Workplace(Place place = Place::memory);
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path ledger() const { return directory_ / "ledger"; }
  std::filesystem::path home(const std::string& who) const { return directory_ / "homes" / who; }
  std::filesystem::path public_key(const std::string& who) const { return home(who) / "keys" / (who + ".pub.pem"); }
  Environment environment(const std::string& who) const;

  // cairn, as this person, on ledger().
  Ran cairn(const std::string& who, const Words& words, const Environment& more = {},
            std::optional<std::uint64_t> largest_file = std::nullopt) const;
  Started start(const std::string& who, const Words& words) const;
  Ran cairn_verify(const Words& words) const;

  // The same, which must end with `code`: its stdout, with --json parsed as the one document that it must be.
  std::string expect(int code, const std::string& who, const Words& words) const;
  nlohmann::json json(int code, const std::string& who, const Words& words) const;

  // dana makes the ledger and holds the log's key; ben approves. Gates and soak as in examples/policy-fast.json, with a
  // soak of one second; or one gate only, accuracy >= 0.85, and no soak.
  enum class Policy { guide, easy };
  nlohmann::json init(Policy policy) const;

  // How many entries there are, by the checkpoint that dana is shown.
  std::uint64_t size() const;

  // Everything below directory() but the store's own files, whose names change with every open.
  std::vector<std::string> files() const;

 private:
  std::filesystem::path directory_;
};

std::uint64_t seed_of_run();  // CAIRN_TEST_SEED, to see again what another run saw, or any

std::string text_of(const std::filesystem::path& file);
void put_text(const std::filesystem::path& file, const std::string& text);
bool contains(const std::string& text, const std::string& part);
std::size_t count_lines(const std::string& text);

// A report of the monitoring script about one model, good enough for every gate.
std::string drift_report(const std::string& stem, const std::string& drift_score = "0.02");

// A model as the field's trainer leaves it: <type>_model_<time> with metrics, card and audit chunk, whose values pass
// every gate of the guide. Parts may be replaced before it is written.
struct ModelFiles {
  std::string type = "logistic";
  std::string time = "20261120_101500";
  std::string accuracy = "0.951";
  std::string ece = "0.031";
  std::string ending = ".json";
  std::string content = R"({"weights": [0.25, -1.5], "bias": 0.125})";

  std::string stem() const { return type + "_model_" + time; }
  std::filesystem::path write_to(const std::filesystem::path& directory) const;
};

}  // namespace cairn::test
