#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/evidence/structure_checks.h"
#include "ledger/evidence/zip_archive.h"

namespace cairn {
namespace {

// Weights hardly compress: an archive that grows more than this is one that is meant to fill a disk.
constexpr std::uint64_t max_expansion = 100;
constexpr std::uint64_t free_expansion = 64 << 20;

// What torch wrote before 1.6: five pickles (this number first), then the raw bytes of the tensors.
constexpr std::string_view legacy_magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
constexpr std::size_t legacy_pickles = 5;

bool is_pickle(const ZipEntry& entry) {
  return fold_case(entry.name).ends_with(".pkl");
}

Result<void> check_content(const InputFile& file, const ZipEntry& entry, StructureFindings& findings) {
  ZipEntrySource source(file, entry);
  findings.enter(printable(entry.name), entry.data, entry.method != 0);
  if (is_pickle(entry)) TRY(check_pickles(source, {.persistent_ids = true}, findings));
  TRY_LET(problem, source.check_rest());
  if (problem) findings.add(0, *problem);
  findings.leave();
  return {};
}

Result<void> check_archive(const InputFile& file, StructureFindings& findings) {
  TRY_LET(entries, read_zip_directory(file, findings));
  std::uint64_t left = file.size() * max_expansion + free_expansion;
  for (const auto& entry : entries) {
    if (findings.full()) break;
    const bool readable = entry.data != 0 && (entry.flags & 1) == 0 && (entry.method == 0 || entry.method == 8);
    if (!readable) continue;
    if (entry.size > left) {
      findings.add(entry.header, str(printable(entry.name), " would expand to ", entry.size, " bytes; it was not"));
      continue;
    }
    left -= entry.size;
    TRY(check_content(file, entry, findings));
  }
  if (std::none_of(entries.begin(), entries.end(), is_pickle))
    findings.add(0, "the archive holds no data.pkl; it is not torch's");
  return {};
}

}  // namespace

Result<void> check_torch(const InputFile& file, StructureFindings& findings) {
  // What torch tries before it unpickles, whatever else the file reads as.
  TRY_LET(tar, begins_like_tar(file));
  if (tar) findings.add(0, "reads as a tar archive, whose members torch would unpickle");
  std::string front(legacy_magic.size(), '\0');
  TRY_LET(got, file.read_at(0, front.data(), front.size()));
  front.resize(got);
  if (front.starts_with("PK")) return check_archive(file, findings);
  FileSource source(file, 0, file.size());
  PickleRules rules{.persistent_ids = true};
  if (front == legacy_magic) rules.at_most = legacy_pickles;
  return check_pickles(source, rules, findings);
}

}  // namespace cairn
