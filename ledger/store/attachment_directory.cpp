#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/store/attachments.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

// Modes are left to the umask: who may read the ledger may read these, and the ledger's own folder says who that is.
constexpr unsigned file_mode = 0666;
constexpr unsigned folder_mode = 0777;
constexpr std::string_view temporary_suffix = ".tmp";

Error stranger(const fs::path& path) {
  return fault(str(printable(path.string()), " is not an attachment; move it out of this folder"));
}

Result<Bytes> read_at_most(const fs::path& file, std::size_t limit) {
  // Not blocking: a pipe in its place would hold us for ever before we could see what it is.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!descriptor.ok()) return file_error("open the attachment", file, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return file_error("look at the attachment", file, errno);
  if (!S_ISREG(status.st_mode)) return stranger(file);
  Bytes content;
  std::array<char, 65536> buffer;
  while (content.size() <= limit) {
    const ssize_t count = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read the attachment", file, errno);
    if (count == 0) break;
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return content;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "<64 hex>.<16 hex>.tmp", as replace_file names what it has not renamed yet.
bool is_temporary(std::string_view name) {
  if (name.size() != 64 + 1 + 16 + temporary_suffix.size() || !name.ends_with(temporary_suffix)) return false;
  return is_hex(name.substr(0, 64), 64) && name[64] == '.' && is_hex(name.substr(65, 16), 16);
}

Result<void> list_folder(const fs::path& folder, std::vector<Hash>& digests) {
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (is_temporary(name)) continue;
    const Result<Hash> digest = Hash::from_hex(name);
    std::error_code type_code;
    const bool is_file = at->symlink_status(type_code).type() == fs::file_type::regular;
    if (!digest.ok() || !name.starts_with(folder.filename().string()) || !is_file) {
      return stranger(at->path());
    }
    digests.push_back(*digest);
  }
  if (code) return file_error("list the folder", folder, code.value());
  return {};
}

// From the ledger's directory down to an attachment's file.
Result<void> check_way(const fs::path& file) {
  const fs::path folder = file.parent_path();
  const fs::path attachments = folder.parent_path();
  return check_no_links(attachments.parent_path(), attachments.filename() / folder.filename() / file.filename());
}

}  // namespace

Result<void> check_attachment_size(BytesView content) {
  if (content.size() <= max_attachment_bytes) return {};
  return usage(str("an attachment has ", content.size(), " bytes, more than ", max_attachment_bytes,
                   "; split it or keep it elsewhere and record its digest"));
}

fs::path AttachmentDirectory::path_of(const Hash& digest) const {
  const std::string hex = digest.hex();
  return directory_ / hex.substr(0, 2) / hex;
}

Result<Hash> AttachmentDirectory::put(BytesView content) const {
  TRY(check_attachment_size(content));
  const Hash digest = sha256(content);
  const fs::path file = path_of(digest);
  const fs::path folder = file.parent_path();
  TRY(check_way(file));
  // 1. A crash here leaves at most empty folders.
  TRY(make_directories(directory_, folder_mode));
  TRY(make_directories(folder, folder_mode));
  if (get(digest).ok()) {
    TRY(sync_directory(folder));
    return digest;
  }
  // 2. A crash here leaves the older file or the new one, both whole, and perhaps one of a name that nobody reads.
  TRY(replace_file(file, content, file_mode));
  return digest;
}

Result<Bytes> AttachmentDirectory::get(const Hash& digest) const {
  const fs::path file = path_of(digest);
  TRY(check_way(file));
  TRY_LET(content, read_at_most(file, max_attachment_bytes));
  if (content.size() > max_attachment_bytes || sha256(content) != digest) {
    return not_verified(
        str("the attachment ", file.string(), " holds other bytes than its name says; restore it from a copy"));
  }
  return content;
}

Result<bool> AttachmentDirectory::has(const Hash& digest) const {
  const fs::path file = path_of(digest);
  TRY(check_way(file));
  std::error_code code;
  return fs::is_regular_file(file, code);
}

Result<void> AttachmentDirectory::erase(const Hash& digest) const {
  const fs::path file = path_of(digest);
  TRY(check_way(file));  // what a link leads to would stay
  if (::unlink(file.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return file_error("erase the attachment", file, errno);
  }
  // A crash here may bring the file back; whoever erases asks again.
  return sync_directory(file.parent_path());
}

Result<std::vector<Hash>> AttachmentDirectory::list() const {
  std::vector<Hash> digests;
  std::error_code code;
  if (!fs::exists(directory_, code) && !code) return digests;
  TRY(check_no_links(directory_.parent_path(), directory_.filename()));
  for (fs::directory_iterator at(directory_, code), end; !code && at != end; at.increment(code)) {
    std::error_code type_code;
    const bool is_folder = at->symlink_status(type_code).type() == fs::file_type::directory;
    if (!is_hex(at->path().filename().string(), 2) || !is_folder) return stranger(at->path());
    TRY(list_folder(at->path(), digests));
  }
  if (code) return file_error("list the folder", directory_, code.value());
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace cairn
