// Structure findings of bytes under a file name.
#pragma once

#include <string>
#include <vector>

#include "ledger/evidence/structure.h"
#include "tests/evidence/scratch.h"

namespace cairn::tests {

using Found = std::vector<StructureFinding>;

class StructureCase {
 public:
  Found check(const std::string& name, const std::string& content) const {
    // A file that is truncated and written again is flushed to disk by some file systems, which makes thousands of them
    // slow.
    std::filesystem::remove(scratch_.path() / "it");
    const auto file = scratch_.write("it", content);
    auto found = check_structure(file, name);
    INFO((found.ok() ? std::string() : found.error().message));
    REQUIRE(found.ok());
    return *found;
  }

 private:
  Scratch scratch_;
};

inline Found findings_of(const std::string& name, const std::string& content) {
  return StructureCase().check(name, content);
}

inline bool says(const Found& found, const std::string& words) {
  for (const auto& finding : found) {
    if (finding.what.find(words) != std::string::npos) return true;
  }
  return false;
}

inline std::string all_of(const Found& found) {
  std::string text;
  for (const auto& finding : found) text += std::to_string(finding.position) + ": " + finding.what + "\n";
  return text;
}

// `width` bytes, little-endian.
inline std::string number(std::uint64_t value, int width) {
  std::string bytes;
  for (; width > 0; --width, value >>= 8) bytes += static_cast<char>(static_cast<unsigned char>(value));
  return bytes;
}

}  // namespace cairn::tests
