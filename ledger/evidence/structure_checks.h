// One check a file format, each in memory that does not grow with the file, none of them executing anything of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/structure.h"

namespace cairn {

// What was found in one file so far; bounded, because hostile files can hold millions of things to find.
class StructureFindings {
 public:
  explicit StructureFindings(std::string file) : file_(std::move(file)) {}

  void add(std::uint64_t position, std::string_view what);
  bool full() const;
  std::size_t count() const { return found_.size(); }

  // From here on positions count from `base` and are about a part of the file: "archive/data.pkl: imports ...". A part
  // that is compressed has no positions in the file of its own.
  void enter(std::string part, std::uint64_t base, bool compressed);
  void leave() { enter({}, 0, false); }

  std::vector<StructureFinding> take() && { return std::move(found_); }

 private:
  std::string file_;
  std::string part_;
  std::uint64_t base_ = 0;
  bool compressed_ = false;
  std::vector<StructureFinding> found_;
};

struct PickleRules {
  bool persistent_ids = false;     // torch's own loader answers these; for plain pickles nobody does
  std::size_t at_most = SIZE_MAX;  // pickles in a row; what follows these is not read
  bool until_import = false;       // what follows the first import is not read
};

// Walks the opcodes of protocols 0 to 5, one pickle after the other to the end of the source.
Result<void> check_pickles(ByteSource& source, const PickleRules& rules, StructureFindings& findings);

// Whether unpickling would import something before it fails: then it is a pickle, whatever else it may be.
Result<bool> imports_like_pickle(ByteSource& source);

// Whether Python's tarfile would open it: a first block whose checksum is right.
Result<bool> begins_like_tar(const InputFile& file);

// Whether unpickling may import this: pure data types, and the rebuilders of numpy, torch and some scikit-learn models.
bool is_allowed_import(std::string_view module, std::string_view name);

// Bytes of something else than a pickle may hold an import by chance, but hardly one of a name like a module's.
bool could_name_module(std::string_view text);

// Whether a module or something in one is called this in what may be imported.
bool names_allowed_import(std::string_view text);

Result<void> check_torch(const InputFile& file, StructureFindings& findings);
Result<void> check_safetensors(const InputFile& file, StructureFindings& findings);
Result<void> check_onnx(const InputFile& file, StructureFindings& findings);

// Little-endian.
template <class T>
T little_endian(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<T>(value);
}

}  // namespace cairn
