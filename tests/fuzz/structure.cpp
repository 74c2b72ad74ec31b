#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <string>

#include "ledger/evidence/structure.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// The first byte says which kind of file the rest claims to be. The reader takes a path, so each input becomes a file.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* const names[] = {"model.pkl",  "model.pt",   "model.safetensors",
                                      "model.onnx", "model.json", "model.bin"};
  static const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("cairn-fuzz-" + std::to_string(::getpid()));
  if (size == 0) return 0;
  const auto content = fuzz::view(data + 1, size - 1);
  std::ofstream(file, std::ios::binary) << content;
  const auto findings = check_structure(file, names[data[0] % std::size(names)]);
  std::filesystem::remove(file);
  ASSERT(findings.ok());
  for (const StructureFinding& finding : *findings) ASSERT(finding.position <= content.size() && !finding.what.empty());
  return 0;
}
