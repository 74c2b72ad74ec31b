#include "ledger/evidence/model_directory.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/evidence/audit_chunk.h"
#include "ledger/evidence/directory_names.h"
#include "ledger/evidence/draft.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/manifest.h"
#include "ledger/evidence/readers.h"
#include "ledger/evidence/structure.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t version_digits = 12;
constexpr std::uint64_t max_directory_evidence_bytes = 256 << 20;

// Where a model's files lie, before any of them is read.
struct Candidate {
  std::optional<Stem> stem;  // none: the whole directory is one model
  std::vector<FoundFile> files;
  bool alone = true;  // in its directory
};

// What lies beside the models.
struct Surroundings {
  fs::path directory;
  std::string name;                 // the directory's own, or the one given instead
  std::vector<std::string> beside;  // relative paths of files that are no model's
  std::vector<fs::path> cards;      // in ../metadata
  std::vector<fs::path> chunks;     // in ../metadata and ../training_audit_logs
  std::uint64_t kept = 0;           // bytes of evidence, all models' together
};

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

fs::path full_path(const fs::path& directory) {
  auto full = fs::absolute(directory).lexically_normal();
  return full.has_filename() ? full : full.parent_path();
}

// A sibling directory that is not there holds nothing; one that cannot be read is an error.
Result<std::vector<fs::path>> files_of_sibling(const fs::path& sibling) {
  TRY(check_no_links(sibling.parent_path(), sibling.filename()));
  std::error_code code;
  if (!fs::is_directory(sibling, code)) return std::vector<fs::path>();
  std::vector<fs::path> files;
  for (fs::directory_iterator entries(sibling, code); !code && entries != fs::directory_iterator();
       entries.increment(code)) {
    files.push_back(entries->path());
  }
  if (code) return fault(str("cannot list ", printable(sibling.native()), ": ", code.message()));
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> look_around(Surroundings& around) {
  const auto parent = around.directory.parent_path();
  for (const auto* sibling : {"metadata", "training_audit_logs"}) {
    if (around.directory.filename() == sibling) continue;
    TRY_LET(files, files_of_sibling(parent / sibling));
    for (const auto& file : files) {
      const auto name = file.filename().native();
      if (is_chunk_name(name)) around.chunks.push_back(file);
      if (is_card_name(name) && std::string_view(sibling) == "metadata") around.cards.push_back(file);
    }
  }
  return {};
}

// The one path among those that match, or none.
Result<std::optional<fs::path>> only_one(std::string_view what, const std::string& model,
                                         const std::vector<fs::path>& found) {
  if (found.empty()) return std::optional<fs::path>();
  if (found.size() == 1) return std::optional(found[0]);
  return fault(str("two ", what, " files for ", printable(model), ": ", printable(found[0].native()), " and ",
                   printable(found[1].native()), "; keep the one that belongs to it"));
}

bool is_metrics_of(const Candidate& model, const std::string& name) {
  if (!is_metrics_name(name)) return false;
  if (!model.stem) return true;
  const auto& stem = *model.stem;
  return name == stem.text + "_metrics.json" || name == str(stem.type, "_metrics_", stem.time, ".json") ||
         (model.alone && name == stem.type + "_metrics.json");
}

bool is_card_named_for(const Candidate& model, const std::string& directory, const std::string& name) {
  if (!model.stem) return name == directory + "_card.json";
  return name == model.stem->text + "_card.json" || name == str(model.stem->type, "_", model.stem->time, "_card.json");
}

std::string shown_name(const Candidate& model, const Surroundings& around) {
  return model.stem ? model.stem->text : around.name;
}

// Counts what stays in memory until the whole directory has been read.
Result<void> keep(const Bytes& content, Surroundings& around) {
  around.kept += content.size();
  if (around.kept <= max_directory_evidence_bytes) return {};
  return fault(str("the evidence about the models of ", printable(around.directory.native()), " has more than ",
                   max_directory_evidence_bytes, " bytes; move some of the models to a directory of their own"));
}

Result<Bytes> read_to_keep(const fs::path& file, Surroundings& around) {
  TRY_LET(content, read_file(file, max_evidence_bytes));
  TRY(keep(content, around));
  return content;
}

// Whether the part stands in the text; in steps of the part's length, since each chunk is asked about each model.
bool holds(const Bytes& text, const std::string& part) {
  if (part.empty()) return false;
  return std::search(text.begin(), text.end(), std::boyer_moore_horspool_searcher(part.begin(), part.end())) !=
         text.end();
}

// A model's metrics and card. The card's own evidence waits for the chunks.
struct Beside {
  std::optional<Evidence> metrics;
  std::optional<fs::path> card;
  Bytes card_content;
  std::string audit_root;  // that the card names; empty: none
};

Result<Beside> read_beside(const Candidate& candidate, Surroundings& around) {
  std::vector<fs::path> metrics;
  std::vector<fs::path> cards;
  std::vector<fs::path> other_cards;
  for (const auto& path : around.beside) {
    const auto name = last_part(path);
    if (is_metrics_of(candidate, name)) metrics.push_back(around.directory / path);
    if (!is_card_name(name)) continue;
    (is_card_named_for(candidate, around.name, name) ? cards : other_cards).push_back(around.directory / path);
  }
  for (const auto& file : around.cards) {
    if (is_card_named_for(candidate, around.name, file.filename().native())) cards.push_back(file);
  }
  if (cards.empty() && candidate.alone) cards = other_cards;

  Beside beside;
  const auto shown = shown_name(candidate, around);
  TRY_LET(metrics_file, only_one("metrics", shown, metrics));
  TRY_LET(card_file, only_one("card", shown, cards));
  if (metrics_file) {
    TRY_LET(content, read_to_keep(*metrics_file, around));
    TRY_LET(evidence, read_metrics(metrics_file->native(), std::move(content)));
    beside.metrics = std::move(evidence);
  }
  if (card_file) {
    TRY_LET(content, read_to_keep(*card_file, around));
    beside.audit_root = audit_root_of_card(content);
    beside.card_content = std::move(content);
    beside.card = std::move(card_file);
  }
  return beside;
}

// A chunk speaks of a whole training run; it is evidence about a model that it names, whose card names it, or that it
// lies beside alone. Each is read once, however many models that are.
struct FoundChunk {
  AuditChunk chunk;
  std::vector<std::size_t> models;  // ascending
};

Result<std::vector<FoundChunk>> read_chunks(const std::vector<Candidate>& candidates, const std::vector<Beside>& beside,
                                            Surroundings& around) {
  std::vector<FoundChunk> chunks;
  const auto add = [&](const fs::path& file, bool lies_beside) -> Result<void> {
    TRY_LET(content, read_file(file, max_evidence_bytes));
    FoundChunk found;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& stem = candidates[i].stem;
      const bool wanted = (lies_beside && candidates[i].alone) || (stem && holds(content, stem->text)) ||
                          holds(content, beside[i].audit_root);
      if (wanted) found.models.push_back(i);
    }
    if (found.models.empty()) return {};
    TRY(keep(content, around));
    TRY_LET(chunk, read_audit_chunk(file.native(), std::move(content)));
    found.chunk = std::move(chunk);
    chunks.push_back(std::move(found));
    return {};
  };
  for (const auto& path : around.beside) {
    if (is_chunk_name(last_part(path))) TRY(add(around.directory / path, true));
  }
  for (const auto& file : around.chunks) TRY(add(file, false));
  return chunks;
}

Result<Evidence> read_structure(const fs::path& directory, const ModelReading& model,
                                const std::vector<FileState>& states) {
  EvidenceDraft draft(EvidenceKind::structure, "manifest", model.manifest);
  std::uint64_t findings = 0;
  std::uint64_t unknown = 0;
  for (std::size_t i = 0; i < model.files.size(); ++i) {
    const auto& path = model.files[i].path;
    if (!has_known_structure(path)) ++unknown;
    TRY_LET(found, check_structure(directory / path, path));
    findings += found.size();
    for (const auto& finding : found) draft.add_finding(str(finding.file, "@", finding.position, ": ", finding.what));
    // What was looked into has to be what was hashed.
    TRY_LET(input, InputFile::open(directory / path));
    if (input.state() == states[i]) continue;
    return fault(str(input.shown(), " was changed while it was read; run again when it is complete"));
  }
  draft.set_count("findings", findings);
  draft.set_count("files", model.files.size());
  draft.set_count("unknown_formats", unknown);
  return std::move(draft).take();
}

// What was read of the directory before any model's files are.
struct Found {
  std::vector<Candidate> candidates;
  std::vector<Beside> beside;  // one a candidate
  std::vector<FoundChunk> chunks;
};

Result<ModelReading> read_model(std::size_t index, Found& found, const Surroundings& around, Tally& tally) {
  const auto& candidate = found.candidates[index];
  auto& beside = found.beside[index];
  ModelReading model;
  std::vector<FileState> states;
  TRY(read_manifest(around.directory, candidate.files, tally, model, states));
  model.name = candidate.stem ? candidate.stem->type : around.name;
  model.version = candidate.stem ? candidate.stem->time : model.digest.hex().substr(0, version_digits);
  TRY_LET(structure, read_structure(around.directory, model, states));
  model.evidence.push_back(std::move(structure));
  if (beside.metrics) model.evidence.push_back(std::move(*beside.metrics));

  std::vector<Evidence> chunks;
  std::vector<std::string> roots;
  for (const auto& chunk : found.chunks) {
    if (!std::binary_search(chunk.models.begin(), chunk.models.end(), index)) continue;
    chunks.push_back(chunk.chunk.evidence);
    roots.push_back(chunk.chunk.root);
  }
  if (beside.card) {
    TRY_LET(evidence, read_card(beside.card->native(), std::move(beside.card_content), roots));
    model.evidence.push_back(std::move(evidence));
  }
  for (auto& chunk : chunks) model.evidence.push_back(std::move(chunk));
  for (auto& evidence : model.evidence) evidence.event.model = model.digest;
  return model;
}

// One candidate a stem, by name and version.
Result<std::vector<Candidate>> group_by_stem(const Listing& listing, Surroundings& around) {
  std::map<std::pair<std::string, std::string>, Candidate> models;
  for (const auto& file : listing.files) {
    const auto stem = stem_of(file.path);
    if (!stem) {
      around.beside.push_back(file.path);
      continue;
    }
    if (!is_name(stem->type)) {
      return fault(str(printable((around.directory / file.path).native()), ": \"", printable(stem->type),
                       "\" cannot name a model (letters, digits and ._- only); rename the file"));
    }
    auto& model = models[{stem->type, stem->time}];
    if (model.stem && *model.stem != *stem) {
      return fault(str(printable(around.directory.native()), " holds both ", model.stem->text, " and ", stem->text,
                       ", which are one name and version; rename one"));
    }
    model.stem = stem;
    model.files.push_back(file);
  }
  std::vector<Candidate> found;
  for (auto& [key, model] : models) {
    model.alone = models.size() == 1;
    found.push_back(std::move(model));
  }
  return found;
}

Result<Candidate> whole_directory(Surroundings& around) {
  Candidate model;
  around.beside.clear();
  TRY_LET(files, list_files_below(around.directory));
  for (auto& file : files) {
    if (is_model_file_name(last_part(file.path))) {
      model.files.push_back(std::move(file));
    } else {
      around.beside.push_back(std::move(file.path));
    }
  }
  if (model.files.empty()) {
    return fault(str(printable(around.directory.native()), " holds no model file; give the directory that does"));
  }
  if (is_name(around.name)) return model;
  return usage(
      str("\"", printable(around.name), "\" cannot name a model (letters, digits and ._- only); give one with --name"));
}

}  // namespace

Result<std::vector<ModelReading>> read_model_directory(const fs::path& directory, const Progress& progress,
                                                       const std::string& name) {
  Surroundings around;
  around.directory = full_path(directory);
  around.name = name.empty() ? around.directory.filename().native() : name;
  TRY_LET(listing, list_directory(around.directory));
  Found found;
  TRY_LET(candidates, group_by_stem(listing, around));
  if (candidates.empty()) {
    TRY_LET(model, whole_directory(around));
    candidates.push_back(std::move(model));
  }
  found.candidates = std::move(candidates);
  TRY(look_around(around));
  for (const auto& candidate : found.candidates) {
    TRY_LET(beside, read_beside(candidate, around));
    found.beside.push_back(std::move(beside));
  }
  TRY_LET(chunks, read_chunks(found.candidates, found.beside, around));
  found.chunks = std::move(chunks);

  Tally tally{progress};
  for (const auto& candidate : found.candidates) {
    for (const auto& file : candidate.files) tally.total += file.bytes;
  }
  std::vector<ModelReading> models;
  for (std::size_t i = 0; i < found.candidates.size(); ++i) {
    TRY_LET(model, read_model(i, found, around, tally));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace cairn
