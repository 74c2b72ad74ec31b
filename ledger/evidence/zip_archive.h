// A zip archive judged without trusting it: the central directory against the local headers, every byte against an
// owner.
//
// Readers of zips differ in which of two contradicting headers they believe; so each contradiction is a finding. Spec:
// PKWARE APPNOTE 6.3, with ZIP64 and data descriptors as torch writes them. Memory: one record an entry, at most 65,536
// of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {

struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;  // 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t header = 0;  // of the local header
  std::uint64_t data = 0;    // of the packed bytes; 0 if the local header could not be read
};

// The entries in the order of their bytes; none if the directory cannot be read at all, which is then a finding.
Result<std::vector<ZipEntry>> read_zip_directory(const InputFile& file, StructureFindings& findings);

// An entry's content, expanded piece by piece and never beyond its declared size.
class ZipEntrySource final : public ByteSource {
 public:
  ZipEntrySource(const InputFile& file, const ZipEntry& entry);
  ~ZipEntrySource() override;

  std::uint64_t size() const override;
  Result<std::size_t> read(char* to, std::size_t count) override;

  // Reads what is left, then says what is wrong with the content: damaged, of another size, or with another CRC.
  Result<std::optional<std::string>> check_rest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cairn
