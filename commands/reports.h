// Reports on their way into the ledger, written here or by the field's scripts: which registered models they speak of,
// and what they mean for those.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/model_input.h"
#include "commands/run.h"
#include "ledger/evidence/model_directory.h"
#include "projections/world.h"

namespace cairn {

// "logistic_model_20261101_120000" or "logistic_20261101_120000": the scripts name a version of a model so.
std::optional<Hash> model_of_stem(const World& world, const std::string& stem);

// What runs or is on its way under this name in the environment.
std::optional<Hash> live_model(const World& world, const SlotKey& slot);

// By its stem; or, by its name alone, the one that is live in the environment.
std::optional<Hash> model_named(const World& world, const std::string& name, const std::string& environment);

// How a report names this model: by the stem of its files, or by name and version.
std::string stem_of_reading(const ModelReading& reading);

struct ReportFile {
  std::string source;  // the file's name
  Bytes content;
  EvidenceKind kind = EvidenceKind::monitoring;
  std::vector<std::string> models;  // as it names them
};
Result<ReportFile> read_report_file(const Path& file);

// One of the kinds that `monitor record` takes: measured while a model runs.
bool is_measured_live(EvidenceKind kind);

// The audit roots that a card or a training summary can be checked against (readers.h, read_card).
struct AuditRoots {
  std::vector<std::string> chunks;
  std::string saved;
};

// Its values about the model that it names so.
Result<Evidence> evidence_of(const ReportFile& file, const std::string& stem, const AuditRoots& roots = {});

// Which model a row is about, and how the file names it.
struct AboutModel {
  Hash model;
  std::string stem;
};

// One piece of evidence for each, in the environment where it was measured; if nobody said where: in production if the
// version runs or is on its way there, else where it does. A usage error if that is in several places.
Result<RecordMonitoring> record_of(const World& world, const ReportFile& file, const std::vector<AboutModel>& models,
                                   const std::optional<std::string>& environment);

// A line for each piece of evidence: whether it passes, and what that means for a soak under way.
std::string meaning_of(const World& world, const RecordMonitoring& command, Millis recorded);

// The guide's World, or the ledger's; an error if a ledger was named and is not there.
Result<Ground> named_ground(const Globals& globals);

// Atomically, in the place of an older one. That another program's file gives way is said on stderr.
Result<void> write_report(const Path& file, const std::string& content);

// Records what `make` takes out of a report, and shows it; without a ledger says that nothing was recorded. `document`
// is what --json prints then.
Result<Exit> record_report(const Globals& globals, const WriteFlags& flags, Ground& ground, const std::string& document,
                           const MakeCommand& make);

}  // namespace cairn
