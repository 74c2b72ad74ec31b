#include "ledger/evidence/structure.h"

#include <algorithm>
#include <iterator>

#include "ledger/base/text.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

constexpr std::size_t max_findings_of_file = 256;
constexpr std::size_t max_line_bytes = 512;

Result<void> check_whole_json(const InputFile& file, StructureFindings& findings) {
  FileSource source(file, 0, file.size());
  TRY_LET(problem, check_json(source));
  if (problem) findings.add(problem->position, str("is not RFC 8259 JSON: ", problem->what));
  return {};
}

Result<void> check_pickle_file(const InputFile& file, StructureFindings& findings) {
  FileSource source(file, 0, file.size());
  return check_pickles(source, {}, findings);
}

using Check = Result<void> (*)(const InputFile&, StructureFindings&);

struct Format {
  std::string_view ending;
  Check check;
};

constexpr Format formats[] = {
    {".json", check_whole_json},    {".pkl", check_pickle_file},
    {".pickle", check_pickle_file}, {".joblib", check_pickle_file},
    {".pt", check_torch},           {".pth", check_torch},
    {".ckpt", check_torch},         {".safetensors", check_safetensors},
    {".onnx", check_onnx},
};

Check check_for(const std::string& name) {
  const auto folded = fold_case(name);
  const auto found = std::find_if(std::begin(formats), std::end(formats),
                                  [&](const Format& format) { return folded.ends_with(format.ending); });
  return found == std::end(formats) ? nullptr : found->check;
}

// A `.bin` may be anything, but one that torch would unpickle is looked into like torch's own. A pickle of protocols 0
// and 1 has no beginning of its own, so it is known by what it imports.
Result<bool> is_torch_bin(const InputFile& file, const std::string& name) {
  if (!fold_case(name).ends_with(".bin")) return false;
  std::string front(4, '\0');
  TRY_LET(got, file.read_at(0, front.data(), front.size()));
  front.resize(got);
  const bool has_protocol = got > 1 && front[0] == '\x80' && static_cast<unsigned char>(front[1]) <= 5;
  if (front == "PK\3\4" || has_protocol) return true;
  TRY_LET(tar, begins_like_tar(file));
  if (tar) return true;
  FileSource source(file, 0, file.size());
  return imports_like_pickle(source);
}

}  // namespace

void StructureFindings::add(std::uint64_t position, std::string_view what) {
  if (full()) return;
  auto text = part_.empty() ? std::string(what) : str(part_, ": ", what);
  if (compressed_) text += str(" (at byte ", position, " of the expanded content)");
  if (text.size() > max_line_bytes) text.resize(max_line_bytes);
  found_.push_back({file_, compressed_ ? base_ : base_ + position, printable(text)});
  if (full()) found_.back().what = "the rest of the file was not looked into: there is too much to find";
}

bool StructureFindings::full() const {
  return found_.size() >= max_findings_of_file;
}

void StructureFindings::enter(std::string part, std::uint64_t base, bool compressed) {
  part_ = std::move(part);
  base_ = base;
  compressed_ = compressed;
}

bool has_known_structure(const std::string& name) {
  return check_for(name) != nullptr;
}

Result<std::vector<StructureFinding>> check_structure(const std::filesystem::path& file, const std::string& shown_as) {
  StructureFindings findings(shown_as);
  TRY_LET(input, InputFile::open(file));
  auto* check = check_for(shown_as);
  TRY_LET(torch, is_torch_bin(input, shown_as));
  if (torch) check = check_torch;
  if (check != nullptr && input.size() == 0) {
    findings.add(0, "the file is empty");
  } else if (check != nullptr) {
    TRY(check(input, findings));
  }
  TRY(input.check_unchanged());
  return std::move(findings).take();
}

}  // namespace cairn
