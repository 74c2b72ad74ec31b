#include "verify/bundle_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"
#include "verify/tiles_source.h"

namespace cairn {
namespace {

constexpr std::string_view entry_folder = "entry/";
constexpr std::string_view proof_suffix = ".tlog-proof";
constexpr std::string_view tile_folder = "tile/";
constexpr std::string_view attachment_folder = "attachment/";

bool is_of_entry(std::string_view name) {
  return seq_of_entry_name(name) || seq_of_proof_name(name);
}

Error no_bundle(const std::string& file, std::string_view why) {
  return not_verified(str(file, " is no bundle: ", why));
}

}  // namespace

std::string entry_name(Seq seq) {
  return str(entry_folder, seq);
}

std::string proof_name(Seq seq) {
  return str(entry_folder, seq, proof_suffix);
}

std::optional<Seq> seq_of_entry_name(std::string_view name) {
  if (!name.starts_with(entry_folder)) return std::nullopt;
  const Result<std::uint64_t> seq = parse_uint(name.substr(entry_folder.size()));
  return seq.ok() ? std::optional<Seq>(*seq) : std::nullopt;
}

std::optional<Seq> seq_of_proof_name(std::string_view name) {
  if (!name.ends_with(proof_suffix)) return std::nullopt;
  return seq_of_entry_name(name.substr(0, name.size() - proof_suffix.size()));
}

bool is_attachment_name(std::string_view name) {
  return name.starts_with(attachment_folder) && Hash::from_hex(name.substr(attachment_folder.size())).ok();
}

Result<BundleFile> BundleFile::open(const std::filesystem::path& path) {
  // Not blocking: a pipe that nobody writes to would hold us for ever before we could see what it is.
  auto opened = std::make_shared<const Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened->ok()) return file_error("open", path, errno);
  struct stat status {};
  if (::fstat(opened->get(), &status) != 0) return file_error("look at", path, errno);
  BundleFile bundle(printable(path.string()), std::move(opened));
  if (!S_ISREG(status.st_mode)) return fault(bundle.name_ + " is no file; give the one that `cairn bundle` wrote");
  TRY(bundle.index(static_cast<std::uint64_t>(status.st_size)));
  return bundle;
}

Result<Bytes> BundleFile::read_at(std::uint64_t at, std::size_t count) const {
  Bytes bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(opened_->get(), bytes.data() + done, count - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unavailable(file_error("read", name_, errno).message);
    if (got == 0) return unavailable(str(name_, " became shorter while it was read"));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> BundleFile::index(std::uint64_t bytes) {
  Result<std::vector<UstarFile>> files =
      index_ustar(bytes, [this](std::uint64_t at, std::size_t count) { return read_at(at, count); });
  if (!files.ok() && files.error().kind == ErrorKind::unavailable) return files.error();
  if (!files.ok()) return no_bundle(name_, files.error().message);
  files_ = std::move(*files);
  if (find_file(files_, "checkpoint") == nullptr) return no_bundle(name_, "it holds no file checkpoint");
  const auto is_tile = [](const UstarFile& file) { return file.name.starts_with(tile_folder); };
  complete_ = std::any_of(files_.begin(), files_.end(), is_tile);
  for (const UstarFile& file : files_) {
    const bool ours = file.name == "checkpoint" || is_attachment_name(file.name) ||
                      (complete_ ? is_tile(file) || is_last_signed_name(file.name) : is_of_entry(file.name));
    if (ours) continue;
    return no_bundle(name_, str("at byte ", file.begin - ustar_block, " begins a file ", file.name, ", which no ",
                                complete_ ? "complete" : "partial", " bundle holds"));
  }
  return {};
}

Result<std::optional<Bytes>> BundleFile::read(std::string_view name, std::size_t most) const {
  const UstarFile* file = find_file(files_, name);
  if (file == nullptr) return std::optional<Bytes>();
  if (file->size > most) {
    return fault(str(name, " has more than ", most, " bytes, which is all that it can need"));
  }
  TRY_LET(bytes, read_at(file->begin, file->size));
  return std::optional<Bytes>(std::move(bytes));
}

}  // namespace cairn
