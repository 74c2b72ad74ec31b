// What each command does, behind the flags that cli.cpp reads. Every function prints its answer and says how it ended;
// an Error is printed by main.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/output.h"
#include "commands/session.h"
#include "commands/writing.h"
#include "ledger/base/result.h"
#include "ledger/base/text.h"
#include "ledger/crypto/signer_file.h"

namespace cairn {

using Path = std::filesystem::path;

struct StatusFilter;

// A word that a flag cannot take is the caller's mistake, with the flag's name.
template <class T>
Result<T> given(std::string_view flag, Result<T> parsed) {
  if (!parsed) return usage(str(flag, ": ", parsed.error().message));
  return parsed;
}

// A ledger as it stands, for a command that only reads.
struct Reading {
  std::unique_ptr<Session> session;
  World* world = nullptr;
  Millis moment = 0;  // as of moment_of
};
Result<Reading> open_reading(const Globals& globals);

// ---- start (run_start.cpp)

struct InitFlags {
  std::string origin;
  std::optional<Path> policy;          // default: the guide's
  std::vector<std::string> actors;     // HANDLE=PUB.pem:ROLE,...
  std::string grant_to;                // a role of the database
  std::optional<std::string> log_key;  // a key of this home that lies elsewhere; default: a new key in a file
};
Result<Exit> run_init(const Globals& globals, const InitFlags& flags);

Result<Exit> run_submit(const Globals& globals, const std::vector<Path>& files);

Result<Exit> run_key_new(const Globals& globals, const std::string& name, const std::string& type);
Result<Exit> run_key_show(const Globals& globals, const std::string& name);
struct ReferFlags {
  SignerCommand command;  // no program: none
  std::string pkcs11;     // a URI, or empty
  std::optional<Path> public_key;
};
Result<Exit> run_key_refer(const Globals& globals, const std::string& name, const ReferFlags& flags);
struct RotateFlags {
  std::string type = "ed25519";
  std::optional<std::string> to;  // a key of this home that lies elsewhere, and no new one
};
Result<Exit> run_key_rotate(const Globals& globals, const WriteFlags& write, const RotateFlags& flags);
struct RevokeFlags {
  std::string key;                               // key id in hex, or its first 8 or more digits
  std::optional<std::string> compromised_since;  // a time
  std::string reason;
};
Result<Exit> run_key_revoke(const Globals& globals, const WriteFlags& write, const RevokeFlags& flags);

struct ActorAddFlags {
  std::string handle;
  Path key;
  std::vector<std::string> roles;  // ROLE[@SCOPE]
  bool service = false;
  std::string owner;
  std::optional<Path> recovery_key;     // sign with it instead: the one thing that it can do
  std::optional<Path> passphrase_file;  // its passphrase; else asked for on the terminal
};
Result<Exit> run_actor_add(const Globals& globals, const WriteFlags& write, const ActorAddFlags& flags);
Result<Exit> run_actor_list(const Globals& globals);
struct ActorRoleFlags {
  std::string handle;
  std::vector<std::string> grant;
  std::vector<std::string> revoke;
};
Result<Exit> run_actor_role(const Globals& globals, const WriteFlags& write, const ActorRoleFlags& flags);

Result<Exit> run_actor_confirm(const Globals& globals, const WriteFlags& write, Seq request);

Result<Exit> run_policy_propose(const Globals& globals, const WriteFlags& write, const Path& file);
Result<Exit> run_policy_approve(const Globals& globals, const WriteFlags& write, const Path& file);
struct WindowFlags {
  std::string name;
  std::string scope;
  std::string zone;
  std::string from;
  std::string until;
  std::string horizon = "365d";
};
Result<Exit> run_policy_windows(const Globals& globals, const WindowFlags& flags);
Result<Exit> run_policy_show(const Globals& globals, const std::optional<std::string>& at);
struct PolicyFile {
  std::string document;
  Policy policy;
};
Result<PolicyFile> read_policy(const Path& file);  // a usage error that names the file and the path in it
Result<Exit> run_policy_check(const Globals& globals, const Path& file);
Result<Exit> run_policy_adopt(const Globals& globals, const WriteFlags& write, const Path& file);

// ---- deploy (run_deploy.cpp)

struct ModelFlags {
  Path path;
  std::string name;
  std::string version;
};
Result<Exit> run_register(const Globals& globals, const WriteFlags& write, const ModelFlags& model);

// A share of traffic in the user's own words: a number type would wrap "-10" around before anybody could say so.
struct ShareText {
  std::string text;
  bool given = false;

  ShareText& operator=(std::string said) {
    text = std::move(said);
    given = true;
    return *this;
  }
};
std::ostream& operator<<(std::ostream& out, const ShareText& share);  // the default, in --help

struct DeployFlags {
  ModelFlags model;
  std::string mode = "shadow";
  ShareText percent = {"10", false};
  std::string environment = "staging";
  bool validate_only = false;
};
Result<Exit> run_deploy(const Globals& globals, const WriteFlags& write, const DeployFlags& flags);

Result<Exit> run_promote(const Globals& globals, const WriteFlags& write, const std::string& rollout,
                         std::optional<std::uint64_t> percent);
struct ApproveFlags {
  std::string rollout;
  std::string stage = "full";
  bool deny = false;
  bool withdraw = false;
  bool request = false;
  std::vector<std::string> of;
  std::string reason;
};
Result<Exit> run_approve(const Globals& globals, const WriteFlags& write, const ApproveFlags& flags);
// What most writing commands are: say it, and show what came of it.
Result<Exit> write_and_show(const Globals& globals, const WriteFlags& write, const MakeCommand& make);

// The same of one fact that asks nothing of the World.
Result<Exit> record(const Globals& globals, const WriteFlags& write, const Event& event);

// Now, or when the newest entry was recorded: the log's clock may be ahead of this machine's.
Millis moment_of(const World& world);

// A text for whoever reads the ledger later: a usage error if it says nothing.
Result<void> said_something(std::string_view flag, const std::string& text);
Result<Exit> run_notify(const Globals& globals, const WriteFlags& write, const std::string& rollout,
                        const std::string& to);

struct RollbackFlags {
  std::string model;
  std::string environment;
  std::string reason;
  std::string trigger = "regression";
  std::optional<std::string> to;
  std::optional<Path> model_path;  // where the target's files are, to be checked against its manifest
  bool drill = false;
};
Result<Exit> run_rollback(const Globals& globals, const WriteFlags& write, const RollbackFlags& flags);

// ---- monitor (run_monitor.cpp, run_drift.cpp, run_compare.cpp, run_import.cpp)

inline constexpr const char* usual_environment = "production";
struct RecordFlags {
  Path file;
  std::optional<std::string> environment;  // default: production if the model is there, else where it is
  std::optional<std::string> model;  // the row of the file to record, by registered name; default: every registered one
};
Result<Exit> run_monitor_record(const Globals& globals, const WriteFlags& write, const RecordFlags& flags);

// The script's flags, and those for who has no script.
struct MonitorFlags {
  std::optional<Path> path;  // default: models/current
  bool calculate_drift = false;
  bool compare_baseline = false;
  bool inference_mode = false;
  bool list_models = false;
  std::optional<std::uint64_t> num_samples;  // the newest so many; default: all
  std::optional<Path> output;                // default: the script's name for what is written
  std::optional<Path> predictions;           // default: what lies beside the model
  std::optional<Path> reference;
  std::optional<std::string> environment;  // as of RecordFlags
  std::string name;  // which model, where there are several, or without a directory the one that is live
};
inline constexpr const char* default_model_path = "models/current";
Result<Exit> run_monitor(const Globals& globals, const WriteFlags& write, const MonitorFlags& flags);
Result<Exit> run_drift(const Globals& globals, const WriteFlags& write, const MonitorFlags& flags);
Result<Exit> run_compare_baseline(const Globals& globals, const WriteFlags& write, const MonitorFlags& flags);

struct CompareFlags {
  Path current;
  Path baseline;
  Path history = "performance_history";
  Path output = "performance_comparison.json";
  std::string threshold = "0.02";
};
Result<Exit> run_compare(const Globals& globals, const WriteFlags& write, const CompareFlags& flags);

// ---- protection (run_protect.cpp)

// One word and its reason: what pause, resume, abort, quarantine and archive take.
struct ReasonedFlags {
  std::string subject;  // a rollout, or MODEL@VERSION
  std::string reason;
};
enum class RolloutAct { pause, resume, abort };
Result<Exit> run_rollout_act(const Globals& globals, const WriteFlags& write, RolloutAct act,
                             const ReasonedFlags& flags);

enum class ModelAct { quarantine, release, retire };
Result<Exit> run_model_act(const Globals& globals, const WriteFlags& write, ModelAct act, const ReasonedFlags& flags);

// Every version and what it is; empty: of all models.
Result<Exit> run_archive(const Globals& globals, const std::string& model);

// ---- retention (run_retain.cpp)

struct RetainFlags {
  std::string subject;               // MODEL@VERSION
  std::vector<std::string> classes;  // for set
  std::string ground = "retention";
  std::string reason;
};
Result<Exit> run_retain_list(const Globals& globals, const std::string& model);  // empty: all
Result<Exit> run_retain_set(const Globals& globals, const WriteFlags& write, const RetainFlags& flags);
Result<Exit> run_retain_delete(const Globals& globals, const WriteFlags& write, const RetainFlags& flags);
Result<Exit> run_retain_erase(const Globals& globals, const WriteFlags& write, Seq entry,
                              const std::optional<std::string>& digest, const RetainFlags& flags);

struct HoldFlags {
  std::string case_id;
  std::string model;  // empty: every one
  std::string reason;
};
Result<Exit> run_hold_place(const Globals& globals, const WriteFlags& write, const HoldFlags& flags);
Result<Exit> run_hold_release(const Globals& globals, const WriteFlags& write, const HoldFlags& flags);
Result<Exit> run_hold_list(const Globals& globals);

// ---- holding deployments back (run_protect.cpp)

struct ScopeFlags {
  std::string scope;
  std::string reason;
  std::optional<std::string> until;  // a time
  std::optional<std::string> span;   // a duration from now
};
Result<Exit> run_lockdown_engage(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags);
Result<Exit> run_lockdown_lift(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags);
Result<Exit> run_freeze_declare(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags);
Result<Exit> run_freeze_end(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags);

struct BreakGlassFlags {
  ScopeFlags scope;
  std::vector<std::string> lifts;
  std::string incident;
};
Result<Exit> run_break_glass_invoke(const Globals& globals, const WriteFlags& write, const BreakGlassFlags& flags);
Result<Exit> run_break_glass_review(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags);

// The digest of a MODEL@VERSION; a usage error if none is registered (run_protect.cpp).
Result<Hash> version_named(const World& world, const std::string& subject);

// ---- what is due, and what to do (run_due.cpp)

Result<Exit> run_due(const Globals& globals);
Result<Exit> run_due_record(const Globals& globals, const WriteFlags& write);
Result<Exit> run_advise(const Globals& globals, const std::string& model, const std::string& environment);
struct AllowedFlags {
  std::string subject;  // MODEL@VERSION
  std::string environment;
  std::string stage = "full";
};
Result<Exit> run_allowed(const Globals& globals, const AllowedFlags& flags);
Result<Exit> run_alert_ack(const Globals& globals, const WriteFlags& write, Seq alert, const std::string& note);
Result<Exit> run_retrain(const Globals& globals, const WriteFlags& write, const ReasonedFlags& flags,
                         const std::string& ticket);

// ---- incidents (run_incident.cpp)

struct IncidentOpenFlags {
  std::string model;
  std::string environment;
  std::string severity = "high";
  std::string title;
};
Result<Exit> run_incident_open(const Globals& globals, const WriteFlags& write, const IncidentOpenFlags& flags);

// What one step of an incident takes; which of these, cli_incident.cpp says.
struct IncidentFlags {
  std::string incident;
  std::string text;  // --note, --text, --reason, --how
  std::string to;
  std::optional<std::string> severity;
  std::vector<Seq> about;
  Path file;
};
enum class IncidentAct { acknowledge, note, escalate, mitigate, resolve, close };
Result<Exit> run_incident_act(const Globals& globals, const WriteFlags& write, IncidentAct act,
                              const IncidentFlags& flags);
Result<Exit> run_incident_postmortem(const Globals& globals, const WriteFlags& write, const IncidentFlags& flags);

struct IncidentActionFlags {
  std::string incident;
  std::optional<std::string> owner;
  std::optional<std::string> due;   // a time
  std::optional<std::string> task;  // with owner and due: a new item
  std::optional<Seq> close;         // the number of one to close
  std::optional<std::string> how;
};
Result<Exit> run_incident_action(const Globals& globals, const WriteFlags& write, const IncidentActionFlags& flags);

enum class IncidentFormat { text, md };
Result<Exit> run_incident_list(const Globals& globals, bool all);
Result<Exit> run_incident_show(const Globals& globals, const std::string& incident, IncidentFormat format);

struct ImportFlags {
  std::vector<Path> files;
  std::string model;        // NAME@VERSION; default: those that the files name
  std::string environment;  // where it was measured; default: what the file says, or nothing: about the artefact
};
Result<Exit> run_import(const Globals& globals, const WriteFlags& write, const ImportFlags& flags);

}  // namespace cairn
