// import: files of other tools as evidence about registered models, marked as what nobody signed where it was made.
#include <algorithm>
#include <map>

#include "commands/render_receipt.h"
#include "commands/reports.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/events/fields.h"
#include "ledger/evidence/readers.h"
#include "ledger/evidence/report_kinds.h"
#include "ledger/evidence/report_readers.h"

namespace cairn {

namespace {

constexpr const char* mark = "imported, unsigned at source";

// An audit chunk whose root was recomputed, from the files given or from what is on record.
struct Chunk {
  std::string root;
  bool holds = false;              // its events have the root that it claims
  std::vector<std::string> saved;  // the models that its events name as saved, by stem
};

Result<Chunk> chunk_of(const std::string& source, const Bytes& content) {
  TRY_LET(chunk, read_audit_chunk(source, content));
  TRY_LET(saved, models_in_report(EvidenceKind::audit_chunk, source, content));
  const auto matches = chunk.evidence.event.values.find("root_matches");
  const bool holds = matches != chunk.evidence.event.values.end() && matches->second == Decimal::from_int(1);
  return Chunk{std::move(chunk.root), holds, std::move(saved)};
}

// The files given, and what of them could not be taken.
struct Batch {
  std::vector<ReportFile> files;
  std::vector<std::string> refused;
  std::vector<Chunk> chunks;
  std::map<std::string, std::string> drift_reports;  // a card's drift_report_id -> the model's stem
};

Result<Batch> read_batch(const std::vector<Path>& paths) {
  Batch batch;
  for (const Path& path : paths) {
    auto file = read_report_file(path);
    if (!file) {
      batch.refused.push_back(file.error().message);
      continue;
    }
    if (file->kind == EvidenceKind::audit_chunk) {
      TRY_LET(chunk, chunk_of(file->source, file->content));
      batch.chunks.push_back(std::move(chunk));
    }
    if (file->kind == EvidenceKind::card && file->models.size() == 1) {
      const std::string report = drift_report_of_card(file->content);
      if (!report.empty()) batch.drift_reports[report] = file->models.front();
    }
    batch.files.push_back(std::move(file).value());
  }
  return batch;
}

Result<std::optional<Hash>> model_given(const World& world, const std::string& model) {
  if (model.empty()) return std::optional<Hash>();
  const auto at = model.rfind('@');
  const Hash* known =
      at == std::string::npos ? nullptr : world.versions.find({model.substr(0, at), model.substr(at + 1)});
  if (known != nullptr) return std::optional<Hash>(*known);
  return usage("--model " + printable(model) +
               ": no such NAME@VERSION is registered; cairn history NAME lists versions");
}

// The registered model that a file means by this name.
std::optional<Hash> model_meant(const World& world, const Batch& batch, const ReportFile& file,
                                const std::string& named) {
  if (const auto model = model_of_stem(world, named)) return model;
  const auto report = batch.drift_reports.find(named);
  if (file.kind != EvidenceKind::cohort_drift || report == batch.drift_reports.end()) return std::nullopt;
  return model_of_stem(world, report->second);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

// Whether a file of this kind has a row for each model.
bool has_rows(EvidenceKind kind) {
  return kind == EvidenceKind::monitoring || kind == EvidenceKind::comparison || kind == EvidenceKind::training ||
         kind == EvidenceKind::cohort_drift;
}

// How the file names the model that was given: by a name that means it, else, of a kind with one model a file, not at
// all; a cohort is named for its model and the time of the run.
Result<std::string> name_in_file(const World& world, const Batch& batch, const ReportFile& file, const Hash& model) {
  std::vector<std::string> fitting;
  for (const std::string& named : file.models) {
    if (model_meant(world, batch, file, named) == model) fitting.push_back(named);
  }
  const Model& known = *world.models.find(model);
  if (fitting.empty() && file.kind == EvidenceKind::cohort_drift) {
    for (const std::string& named : file.models) {
      if (named.starts_with(known.name + "_")) fitting.push_back(named);
    }
  }
  // Cohorts are named freely; of a file with one alone, who names the model says which it is.
  const bool only_cohort = file.kind == EvidenceKind::cohort_drift && file.models.size() == 1;
  if (fitting.empty() && only_cohort) fitting = file.models;
  if (fitting.size() == 1) return fitting.front();
  const bool rows = has_rows(file.kind);
  if (!rows && file.models.empty()) return std::string();
  // A plain name, as "logistic" of metrics without a time, contradicts no version of it.
  if (!rows && std::find(file.models.begin(), file.models.end(), known.name) != file.models.end()) return known.name;
  return fault(printable(file.source) + " speaks of " + listed(file.models) + ", and not of " + known.name + " " +
               known.version + "; leave --model away, or give the file that does");
}

Result<std::vector<AboutModel>> models_about(const World& world, const Batch& batch, const ReportFile& file,
                                             const std::optional<Hash>& given) {
  std::vector<AboutModel> models;
  const std::string kind(to_text(file.kind));
  if (has_rows(file.kind) && file.models.empty())
    return fault(printable(file.source) + " (" + kind + ") reports on no model at all, so it is evidence of nothing");
  if (given) {
    TRY_LET(name, name_in_file(world, batch, file, *given));
    models.push_back({*given, name});
    return models;
  }
  for (const std::string& named : file.models) {
    if (const auto model = model_meant(world, batch, file, named)) models.push_back({*model, named});
  }
  if (!models.empty()) {
    if (models.size() < file.models.size()) {
      warn(str("cairn: of ", file.models.size(), " models that ", printable(file.source), " speaks of, ", models.size(),
               " are registered; the others are left out\n"));
    }
    return models;
  }
  if (file.models.empty())
    return fault(printable(file.source) + " (" + kind + ") names no model; say which with --model NAME@VERSION");
  return fault(printable(file.source) + " (" + kind + ") speaks of " + listed(file.models) +
               ", and none of them is registered; cairn register --model-path DIR first, or say which with --model");
}

// Whether the events name a file of the model's manifest as saved.
bool saves(const Chunk& chunk, const Bytes& manifest) {
  constexpr std::size_t before_path = 66;  // the digest and two spaces
  for (const std::string_view line : split(manifest, '\n')) {
    if (line.size() <= before_path) continue;
    const std::string stem = stem_of_path(line.substr(before_path));
    if (std::find(chunk.saved.begin(), chunk.saved.end(), stem) != chunk.saved.end()) return true;
  }
  return false;
}

// A chunk of an earlier import counts as well as one that is given now.
Result<AuditRoots> roots_for(const Ground& ground, const Batch& batch, const Hash& model) {
  const Attachments& attachments = ground.session->attachments();
  std::vector<Chunk> chunks = batch.chunks;
  const EvidenceRow* recorded = ground.world->evidence.find({model, "", EvidenceKind::audit_chunk});
  TRY_LET(chunk_there, recorded == nullptr ? Result<bool>(false) : attachments.has(recorded->digest));
  if (chunk_there) {
    TRY_LET(content, attachments.get(recorded->digest));
    TRY_LET(chunk, chunk_of("the recorded chunk", content));
    chunks.push_back(std::move(chunk));
  }
  AuditRoots roots;
  // Without the manifest, which may have been erased, nothing says which files are the model's.
  Bytes manifest;
  TRY_LET(manifest_there, attachments.has(model));
  if (manifest_there) {
    TRY_LET(content, attachments.get(model));
    manifest = std::move(content);
  }
  for (const Chunk& chunk : chunks) {
    roots.chunks.push_back(chunk.root);
    if (roots.saved.empty() && chunk.holds && saves(chunk, manifest)) roots.saved = chunk.root;
  }
  return roots;
}

struct Import {
  ImportEvidence command;
  std::vector<Bytes> attachments;

  void add(Evidence evidence, const Hash& model, const std::string& environment) {
    evidence.event.model = model;
    evidence.event.environment = environment;
    evidence.event.values["imported"] = Decimal::from_int(1);
    auto& findings = evidence.event.findings;
    if (findings.size() == max_findings) findings.pop_back();
    findings.insert(findings.begin(), mark);
    command.evidence.push_back(std::move(evidence.event));
  }
};

// Where it was measured: as the flag says, or as the record itself does, if the policy knows the place.
Result<std::string> place_of(const World& world, const ReportFile& file, const ImportFlags& flags) {
  if (!flags.environment.empty() || file.kind != EvidenceKind::deployment) return flags.environment;
  TRY_LET(record, read_deployment_record(file.source, file.content));
  return world.policy().environment(record.environment) == nullptr ? std::string() : record.environment;
}

Result<void> add_file(const Ground& ground, const Batch& batch, const ReportFile& file, const ImportFlags& flags,
                      const std::vector<AboutModel>& models, Import& import) {
  TRY_LET(place, place_of(*ground.world, file, flags));
  for (const AboutModel& about : models) {
    TRY_LET(roots, roots_for(ground, batch, about.model));
    TRY_LET(evidence, evidence_of(file, about.stem, roots));
    import.add(std::move(evidence), about.model, place);
  }
  import.attachments.push_back(file.content);
  return {};
}

// The card on record of a model, read again with the chunk that came now: it may stand in for a root that is null.
Result<void> add_card_again(const Ground& ground, const Batch& batch, const Hash& model, Import& import) {
  const EvidenceRow* row = ground.world->evidence.find({model, "", EvidenceKind::card});
  if (row == nullptr || row->values.contains("audit_root_verified")) return {};
  for (const EvidenceRecorded& evidence : import.command.evidence) {
    if (evidence.kind == EvidenceKind::card && evidence.model == model) return {};
  }
  TRY_LET(entry, ground.session->ledger().entry(row->seq));
  std::string source = "the recorded card";
  for (const Event& event : entry.statement.events) {
    const auto* card = std::get_if<EvidenceRecorded>(&event);
    if (card != nullptr && card->digest == row->digest) source = card->source;
  }
  TRY_LET(card_there, ground.session->attachments().has(row->digest));
  if (!card_there) return {};
  TRY_LET(content, ground.session->attachments().get(row->digest));
  TRY_LET(roots, roots_for(ground, batch, model));
  TRY_LET(evidence, read_card(source, std::move(content), roots.chunks, roots.saved));
  if (evidence.event.values.contains("audit_root_verified")) import.add(std::move(evidence), model, "");
  return {};
}

Result<Import> import_of(const Ground& ground, Batch& batch, const ImportFlags& flags) {
  Import import;
  TRY_LET(given, model_given(*ground.world, flags.model));
  std::vector<Hash> with_chunk;
  for (const ReportFile& file : batch.files) {
    const auto models = models_about(*ground.world, batch, file, given);
    if (!models) {
      batch.refused.push_back(models.error().message);
      continue;
    }
    TRY(add_file(ground, batch, file, flags, *models, import));
    for (const AboutModel& about : *models) {
      if (file.kind == EvidenceKind::audit_chunk) with_chunk.push_back(about.model);
    }
  }
  for (const Hash& model : with_chunk) TRY(add_card_again(ground, batch, model, import));
  return import;
}

}  // namespace

Result<Exit> run_import(const Globals& globals, const WriteFlags& write_flags, const ImportFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(batch, read_batch(flags.files));
  Ground ground;
  TRY_LET(session, Session::open(globals, home));
  TRY(session->world());
  ground.world = session->take_world().world;
  ground.session = std::move(session);
  TRY_LET(import, import_of(ground, batch, flags));
  ground.session.reset();  // the ledger is opened anew for writing
  for (const std::string& reason : batch.refused) warn("cairn: not imported: " + printable(reason) + "\n");
  if (import.command.evidence.empty()) {
    return fault(str("none of ", flags.files.size(), flags.files.size() == 1 ? " file" : " files",
                     " was imported; the reasons are above"));
  }
  TRY_LET(written, write(globals, write_flags, home, [&](const World&) {
            return Wanted{import.command, import.attachments};
          }));
  const Exit ended = show_written(globals, written);
  if (ended != Exit::done || batch.refused.empty()) return ended;
  warn(str("cairn: ", batch.refused.size(), " of ", flags.files.size(), " files were not imported\n"));
  return Exit::fault;
}

}  // namespace cairn
