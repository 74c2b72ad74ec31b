#include "ledger/evidence/structure.h"

#include "ledger/base/text.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/json.h"

namespace cairn {

bool has_known_structure(const std::string& name) {
  return fold_case(name).ends_with(".json");
}

Result<std::vector<StructureFinding>> check_structure(const std::filesystem::path& file, const std::string& shown_as) {
  std::vector<StructureFinding> findings;
  if (!has_known_structure(shown_as)) return findings;
  TRY_LET(input, InputFile::open(file));
  FileSource source(input, 0, input.size());
  TRY_LET(problem, check_json(source));
  if (problem) findings.push_back({shown_as, problem->position, str("is not RFC 8259 JSON: ", problem->what)});
  TRY(input.check_unchanged());
  return findings;
}

}  // namespace cairn
