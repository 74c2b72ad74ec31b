// BundleFile: what `cairn bundle` wrote (FORMAT.md, Bundle), indexed by name and read piece by piece.
//
// Nothing in it is trusted. Opening reads the header of each file, so that an archive of another spelling is refused
// before any of it is believed; contents are read when they are asked for. Holds the index, about 150 bytes a file, and
// never more than one file's contents. For one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/file.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/base/ustar.h"

namespace cairn {

std::string proof_name(Seq seq);                              // entry/17.tlog-proof
std::string entry_name(Seq seq);                              // entry/17
std::optional<Seq> seq_of_entry_name(std::string_view name);  // of these; nothing for entry/017
std::optional<Seq> seq_of_proof_name(std::string_view name);  // entry/17.tlog-proof
bool is_attachment_name(std::string_view name);               // attachment/<64 hex digits>

class BundleFile {
 public:
  // fault or unavailable: the file cannot be read. not_verified: it can, and is no bundle; the message names the byte.
  static Result<BundleFile> open(const std::filesystem::path& path);

  bool complete() const { return complete_; }
  const std::vector<UstarFile>& files() const { return files_; }
  const std::string& name() const { return name_; }

  // Its bytes; nothing if it is not there, an error if it has more than `most`.
  Result<std::optional<Bytes>> read(std::string_view name, std::size_t most) const;

 private:
  BundleFile(std::string name, std::shared_ptr<const Descriptor> opened)
      : name_(std::move(name)), opened_(std::move(opened)) {}

  Result<Bytes> read_at(std::uint64_t at, std::size_t count) const;
  Result<void> index(std::uint64_t bytes);

  std::string name_;
  std::shared_ptr<const Descriptor> opened_;
  std::vector<UstarFile> files_;
  bool complete_ = false;
};

}  // namespace cairn
