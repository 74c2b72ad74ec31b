// What tests of the reading commands share: a ledger on disk with a home of its own, people who write into it, and what
// a command printed.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "commands/create.h"
#include "commands/live_rules.h"
#include "commands/run_questions.h"
#include "commands/writing.h"

namespace cairn::test {

// What a command printed, and how it ended.
struct Printed {
  std::string out;
  Exit exit = Exit::fault;
  std::string error;  // the message, if it ended in an Error
};
Printed printed_by(const std::function<Result<Exit>()>& command);
nlohmann::json run_json(const std::function<Result<Exit>()>& command, Exit expected = Exit::done);

std::string read_whole(const std::filesystem::path& file);
void write_whole(const std::filesystem::path& file, const std::string& content);

// dana has every role; lena approves. Production: shadow, canary, full with one approval and a notice; one gate:
// accuracy >= 0.85.
class ReadCase {
 public:
  ReadCase();
  ~ReadCase();
  ReadCase(const ReadCase&) = delete;
  ReadCase& operator=(const ReadCase&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path ledger() const { return directory_ / "ledger"; }
  Globals globals(const std::string& actor = "dana") const;
  Globals json() const;
  const Created& created() const { return created_; }
  PrivateKey log_key() const;  // the first one

  void take_home() const;  // what is run from now on finds this home

  // Says it and returns the receipt, whatever the rules made of it.
  Receipt say(const Command& command, const std::string& actor = "dana", const std::string& id = "");

  // A version with this accuracy, its manifest and metrics beside the ledger.
  Receipt register_model(const std::string& name, const std::string& version, const std::string& accuracy);
  Hash digest(const std::string& name, const std::string& version) const;

  // Into shadow in production.
  Receipt propose(const std::string& name, const std::string& version);

  // Proposed, at 10 and 50 %, notified, approved by lena and at full: six entries.
  void roll_out(const std::string& name, const std::string& version);

  // What takes traffic of the model "logistic" in production gives way.
  Receipt roll_back(const std::string& reason, Trigger trigger);

  Millis ahead = 0;  // of the clock: where append() and its log stand in time

  // Many small entries in one commit, under rules that `wrap` may put something before.
  using WrapRules = std::function<std::unique_ptr<Rules>(LiveRules&)>;
  std::vector<Answer> append(const std::vector<std::vector<Event>>& statements, const WrapRules& wrap = nullptr);
  void grow(std::size_t count);  // pieces of evidence about the newest registered model

  template <class Ask>
  void with_session(const Ask& ask) const {
    auto session = Session::open(globals(), home());
    if (!session) throw std::runtime_error(session.error().message);
    ask(**session);
  }

 private:
  Home home() const { return Home(directory_ / "home"); }

  std::filesystem::path directory_;
  Created created_;
  Hash newest_;
  std::size_t grown_ = 0;
};

// One ledger for all cases of a file that only read it.
template <class Case>
const Case& shared() {
  static const Case one;
  one.take_home();
  return one;
}

}  // namespace cairn::test
