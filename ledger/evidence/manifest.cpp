#include "ledger/evidence/manifest.h"

#include <algorithm>
#include <system_error>

#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_buffer_bytes = 1 << 20;
constexpr std::size_t max_files = 100'000;
constexpr std::size_t max_directory_depth = 64;

Result<void> check_name(const fs::path& path, std::string_view name) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control) return fault(str(printable(path.native()), " has a control character in its name; rename it"));
  if (name.find('\\') == std::string_view::npos) return {};
  return fault(
      str(printable(path.native()), " has a backslash in its name, which sha256sum would write escaped; rename it"));
}

Result<Hash> hash_file(const InputFile& file, Tally& tally) {
  std::string buffer(hash_buffer_bytes, '\0');
  Sha256 hasher;
  std::uint64_t done = 0;
  while (done < file.size()) {
    const auto want = std::min<std::uint64_t>(buffer.size(), file.size() - done);
    TRY_LET(got, file.read_at(done, buffer.data(), static_cast<std::size_t>(want)));
    if (got == 0) break;
    hasher.update(BytesView(buffer).substr(0, got));
    done += got;
    tally.done += got;
    if (tally.progress) tally.progress(tally.done, tally.total);
  }
  TRY(file.check_unchanged());
  if (done != file.size()) return fault(str(file.shown(), " became shorter while it was read; run again"));
  return hasher.finish();
}

Result<void> list_below(const fs::path& root, const std::string& relative, std::size_t depth,
                        std::vector<FoundFile>& all) {
  if (depth > max_directory_depth) {
    return fault(
        str(printable((root / relative).native()), " is nested deeper than ", max_directory_depth, " directories"));
  }
  TRY_LET(listing, list_directory(root / relative));
  const auto prefix = relative.empty() ? std::string() : relative + '/';
  for (const auto& file : listing.files) all.push_back({prefix + file.path, file.bytes});
  if (all.size() > max_files) {
    return fault(
        str(printable(root.native()), " holds more than ", max_files, " files; give the directory of one model"));
  }
  for (const auto& directory : listing.directories) TRY(list_below(root, prefix + directory, depth + 1, all));
  return {};
}

}  // namespace

Result<Listing> list_directory(const fs::path& directory) {
  const auto failed = [&](const std::error_code& code) {
    return fault(str("cannot list ", printable(directory.native()), ": ", code.message()));
  };
  std::error_code code;
  fs::directory_iterator entries(directory, code);
  if (code) return failed(code);
  Listing listing;
  while (entries != fs::directory_iterator()) {
    const auto& path = entries->path();
    const auto name = path.filename().native();
    TRY(check_name(path, name));
    const auto status = entries->symlink_status(code);
    if (code) return failed(code);
    if (fs::is_symlink(status)) {
      return fault(
          str(printable(path.native()), " is a symbolic link, and those are not followed; put the file in its place"));
    }
    if (fs::is_directory(status)) {
      listing.directories.push_back(name);
    } else if (fs::is_regular_file(status)) {
      const auto bytes = entries->file_size(code);
      if (code) return failed(code);
      listing.files.push_back({name, bytes});
    } else {
      return fault(str(printable(path.native()), " is neither a file nor a directory; remove it"));
    }
    entries.increment(code);
    if (code) return failed(code);
  }
  std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::sort(listing.directories.begin(), listing.directories.end());
  return listing;
}

Result<std::vector<FoundFile>> list_files_below(const fs::path& directory) {
  std::vector<FoundFile> all;
  TRY(list_below(directory, "", 0, all));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return all;
}

Result<void> read_manifest(const fs::path& directory, const std::vector<FoundFile>& found, Tally& tally,
                           ModelReading& model, std::vector<FileState>& states) {
  for (const auto& file : found) {
    TRY_LET(input, InputFile::open(directory / file.path));
    TRY_LET(hash, hash_file(input, tally));
    model.files.push_back({file.path, input.size(), hash});
    model.bytes += input.size();
    model.manifest += str(hash.hex(), "  ", file.path, "\n");
    states.push_back(input.state());
  }
  model.digest = sha256(model.manifest);
  return {};
}

}  // namespace cairn
