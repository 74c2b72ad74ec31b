// TilesSource: exported files (C2SP tlog-tiles, and attachment/<sha256>) as evidence, in a directory or a bundle.
//
// Nothing in them is trusted: files are read with bounds, links are not followed, and every message names the file. It
// reads the full tile where the partial one of the checkpoint's size is gone, as tlog-tiles allows.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/tlog/tile.h"
#include "verify/evidence_source.h"

namespace cairn {

class TilesSource final : public EvidenceSource {
 public:
  // A file of the export, at most `most` bytes of it; nothing if it is not there.
  using ReadFile = std::function<Result<std::optional<Bytes>>(const std::string& relative, std::size_t most)>;

  // An error if there is no readable file `checkpoint`; `name` is where it was looked for.
  static Result<TilesSource> open(const std::filesystem::path& directory);
  static Result<TilesSource> over(ReadFile read, const std::string& name);

  Result<std::string> newest_checkpoint() const override { return checkpoint_; }
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override;
  Result<std::vector<SizedNote>> checkpoints(Size, std::size_t) const override { return std::vector<SizedNote>(); }
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const override;
  Result<std::optional<std::vector<Seq>>> postings(const std::string&, Seq, std::size_t) const override {
    return std::optional<std::vector<Seq>>();
  }
  Result<std::optional<std::vector<std::string>>> tags(const std::string&, std::size_t) const override {
    return std::optional<std::vector<std::string>>();
  }
  Result<std::optional<SizedNote>> snapshot(Size) const override { return std::optional<SizedNote>(); }
  Result<std::optional<std::string>> last_signed_by(std::uint32_t key_id) const override;
  Result<std::optional<Bytes>> attachment(const Hash& digest) const override;

 private:
  // A bundle as far as it can be taken apart.
  struct Bundle {
    std::uint64_t index = 0;
    std::vector<Bytes> entries;
    std::optional<Error> rest;  // why there are no more
  };

  explicit TilesSource(ReadFile read) : read_(std::move(read)) {}

  Result<Bundle> read_bundle(std::uint64_t index) const;

  ReadFile read_;
  std::string checkpoint_;
  Size size_ = 0;  // as the checkpoint claims

  // The bundle that was read last, for questions about one entry after the other.
  struct Last {
    std::mutex mutex;
    std::optional<Bundle> bundle;
  };
  std::unique_ptr<Last> last_ = std::make_unique<Last>();
};

// Where an export keeps the newest head by a key that no longer signs: "checkpoint.0a1b2c3d".
std::string last_signed_name(std::uint32_t key_id);
bool is_last_signed_name(std::string_view name);

// At most `most` bytes, or an error; wherever the path leads, since whoever runs the program named it.
Result<Bytes> read_at_most(const std::filesystem::path& file, std::size_t most);

// An error of what this file holds, with its name.
Error in_file(const std::string& file, const Error& error);

// A file that nobody here named: regular and no link besides. Nothing if it is not there.
Result<std::optional<Bytes>> read_foreign_file(const std::filesystem::path& file, std::size_t most);

}  // namespace cairn
