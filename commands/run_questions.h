// What each command does that asks and writes nothing, behind the flags that cli_*.cpp read; run.h has those that
// write. A report may put its digest on record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/run.h"

namespace cairn {

// ---- read (run_read.cpp)

struct StatusFlags {
  std::optional<std::string> environment;
  std::optional<std::string> model;
  std::optional<std::string> at;  // a time
  std::optional<Seq> seq;
};
Result<Exit> run_status(const Globals& globals, const StatusFlags& flags);
Result<Exit> run_history(const Globals& globals, const std::string& model);

struct LogFlags {
  std::optional<std::string> model;
  std::optional<std::string> environment;
  std::optional<std::string> actor;
  std::optional<std::string> type;
  std::optional<std::string> since;
  std::optional<std::string> until;
  bool follow = false;
};
Result<Exit> run_log(const Globals& globals, const LogFlags& flags);

// Nothing but what is known of: "nothing runs" would be a dangerous answer to a misspelt question.
Result<void> check_filter(const World& world, const StatusFilter& filter);

enum class ShowAs { text, entry, dsse };
Result<Exit> run_show(const Globals& globals, const std::string& seq_or_id, ShowAs as);

// ---- what changed (run_diff.cpp)

struct DiffFlags {
  std::string from;  // a time, or an entry's number
  std::string to;
  std::optional<std::string> environment;
  std::optional<std::string> model;
};
Result<Exit> run_diff(const Globals& globals, const DiffFlags& flags);

// ---- why (run_why.cpp)

struct WhyFlags {
  std::string subject;  // a rollout, an incident, a seq or an id
  std::size_t depth = 3;
  bool dot = false;
};
Result<Exit> run_why(const Globals& globals, const WhyFlags& flags);

// ---- reports (run_report.cpp)

struct ReportFlags {
  ReportKind kind = ReportKind::incident;
  std::string subject;  // an incident or a rollout
  std::string since;    // of a period: times
  std::optional<std::string> until;
  std::optional<std::string> at;  // a time
  std::optional<Seq> seq;
  std::string format = "text";
  std::optional<Path> out;
  bool anonymise = false;
  bool record = false;
};
Result<Exit> run_report(const Globals& globals, const WriteFlags& write, const ReportFlags& flags);

// ---- delivery metrics (run_dora.cpp)

struct DoraFlags {
  std::string since;                 // a time
  std::optional<std::string> until;  // a time; default: the newest entry's
  std::optional<std::string> model;
  std::optional<std::string> environment;
  bool seqs = false;
};
Result<Exit> run_dora(const Globals& globals, const DoraFlags& flags);

// ---- walking (run_step.cpp)

Result<Exit> run_step(const Globals& globals, const std::optional<std::string>& to);

// ---- the same history under another policy (run_what_if.cpp)

struct WhatIfFlags {
  Path policy;
  bool cascade = false;
  std::optional<std::string> to;  // as of run_replay
};
Result<Exit> run_what_if(const Globals& globals, const WhatIfFlags& flags);

// ---- verify (run_verify.cpp)

Result<Exit> run_checkpoint(const Globals& globals);

struct ProveFlags {
  std::optional<Seq> seq;
  std::optional<Path> extends;
  Path out;
};
Result<Exit> run_prove(const Globals& globals, const ProveFlags& flags);

struct VerifyFlags {
  bool quick = false;
  std::optional<Path> since;
  std::optional<std::string> key;
  std::optional<Path> witness;  // a policy
};
Result<Exit> run_verify(const Globals& globals, const VerifyFlags& flags);
Result<Exit> run_export(const Globals& globals, const Path& directory);
Result<Exit> run_replay(const Globals& globals, const std::optional<std::string>& to);

// ---- for auditors (run_audit.cpp)

struct BundleFlags {
  Path out;
  std::vector<std::string> subjects;  // SEQ, ROLLOUT or INCIDENT
  std::optional<std::string> model;
  std::optional<std::string> since;
  std::optional<std::string> until;
  bool attachments = false;
};
Result<Exit> run_bundle(const Globals& globals, const BundleFlags& flags);

struct SampleFlags {
  std::size_t count = 25;
  std::uint64_t seed = 0;
  std::optional<std::string> since;
  std::optional<std::string> until;
  std::optional<std::string> model;
  std::optional<std::string> environment;
  std::optional<Path> checkpoint;  // an older head to draw under
};
Result<Exit> run_sample(const Globals& globals, const SampleFlags& flags);

}  // namespace cairn
