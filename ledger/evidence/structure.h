// Whether a model's file is what its name says, found out without executing anything of it.
//
// A pickle's opcodes are walked and its imports listed; an import outside a small allow-list is a finding. A `.pt`
// zip's directory and CRCs are checked, and the pickles in it walked. A safetensors header is checked against the
// file's size. JSON must parse. An `.onnx` file's protobuf wire format is walked. Reads the file once, a `.bin` up to
// twice, in bounded memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

struct StructureFinding {
  std::string file;        // as in the manifest
  std::uint64_t position;  // byte offset in the file
  std::string what;        // "imports os.system, which is not on the allow-list"
};

// Findings of one file, at most 256, judged by its ending; none for endings that are not known (`unknown_formats`
// counts those), but for a `.bin` that begins like a pickle of protocols 0 to 5, a zip or a tar, or that imports
// something when it is unpickled: torch would load that like its own.
Result<std::vector<StructureFinding>> check_structure(const std::filesystem::path& file, const std::string& shown_as);

// Whether check_structure knows how to read files of this name.
bool has_known_structure(const std::string& name);

}  // namespace cairn
