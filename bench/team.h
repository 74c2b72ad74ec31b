// Team: a ledger as a team's would look after years, by a clock that runs ahead.
//
// So many models take traffic in production and are looked at every six hours; each gets a new version every thirty
// days, which climbs the guide's whole ladder. Now and then somebody promotes too early and is refused, a version is
// rolled back with its incident, a lockdown comes and goes, the policy changes. All of it goes through the rules and
// the sequencer, some sixty statements a commit.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/live_rules.h"
#include "commands/session.h"
#include "ledger/sequencer.h"

namespace cairn::bench {

struct SteppedClock final : Clock {
  Millis time = 0;
  Millis now() const override { return time; }
};

class Team {
 public:
  // Makes the ledger in directory/ledger, with the keys of "bench" and "lena" in directory/home; its first entry is of
  // `start`.
  Team(const std::filesystem::path& directory, std::size_t models, Millis start);

  Size size() const { return head_.size; }
  Size refused() const { return refused_; }

  // One hour: what is looked at, then what people do on it.
  void round();

 private:
  // One model name: what it waits for.
  struct Line {
    std::string name;
    std::size_t versions = 0;
    std::size_t next_version = 0;  // the round
  };

  void create(Millis start);
  ActorEnrolled actor(const std::string& handle, const std::vector<Role>& roles);
  World& world() { return rules_->world(); }

  Envelope sign(const std::string& author, std::vector<Event> events) const;
  void say(std::vector<Envelope>& acts, const std::string& author, const Command& command);
  void append(const std::vector<Envelope>& envelopes);

  void look(const Line& line, std::vector<Envelope>& looks);
  EvidenceRecorded monitoring(const Hash& model);
  void act(Line& line, std::vector<Envelope>& acts);
  bool would_be_refused(const std::string& rollout);
  void propose(Line& line, std::vector<Envelope>& acts);
  void roll_back(const Line& line, std::vector<Envelope>& acts);
  void govern(std::vector<Envelope>& acts);
  void follow_incident(std::vector<Envelope>& acts);

  Globals globals_;
  Home home_;
  SteppedClock clock_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<LiveRules> rules_;
  std::unique_ptr<Sequencer> sequencer_;
  std::map<std::string, PrivateKey> keys_;
  Head head_;
  std::vector<Line> lines_;
  std::size_t round_ = 0;
  std::uint64_t looks_ = 0;
  std::uint64_t early_ = 0;
  std::uint64_t idle_ = 0;
  std::optional<std::string> open_incident_;
  int said_of_incident_ = 0;
  Size refused_ = 0;
};

}  // namespace cairn::bench
