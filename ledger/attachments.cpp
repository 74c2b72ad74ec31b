#include "ledger/attachments.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ledger/base/text.h"
#include "ledger/crypto/keys.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

// Modes are left to the umask: who may read the ledger may read these, and the ledger's own folder says who that is.
constexpr mode_t file_mode = 0666;
constexpr mode_t folder_mode = 0777;
constexpr std::string_view temporary_suffix = ".tmp";

Error failed(std::string_view what, const fs::path& path, int code) {
  return fault(str("cannot ", what, " ", path.string(), ": ", std::strerror(code), "; see to it and repeat"));
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, mode_t mode = 0) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  bool close() {
    if (fd_ < 0) return true;
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (!descriptor.ok() || ::fsync(descriptor.get()) != 0) return failed("sync the folder", folder, errno);
  return {};
}

// The folder, and that it stays: its name is synced in its parent even if it is there, since its maker may not have
// come so far.
Result<void> make_folder(const fs::path& folder) {
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  std::error_code code;
  if (!fs::is_directory(parent, code)) TRY(make_folder(parent));
  if (::mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST) return failed("make the folder", folder, errno);
  return sync_folder(parent);
}

Result<void> write_all(const fs::path& file, int fd, BytesView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write", file, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> write_synced(const fs::path& file, BytesView content) {
  Descriptor descriptor(file, O_WRONLY | O_CREAT | O_EXCL, file_mode);
  if (!descriptor.ok()) return failed("create", file, errno);
  TRY(write_all(file, descriptor.get(), content));
  if (::fsync(descriptor.get()) != 0 || !descriptor.close()) return failed("sync", file, errno);
  return {};
}

Result<Bytes> read_at_most(const fs::path& file, std::size_t limit) {
  const Descriptor descriptor(file, O_RDONLY);
  if (!descriptor.ok()) return failed("open the attachment", file, errno);
  Bytes content;
  std::array<char, 65536> buffer;
  while (content.size() <= limit) {
    const ssize_t count = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read the attachment", file, errno);
    if (count == 0) break;
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return content;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "<64 hex>.<16 hex>.tmp", as put names what it has not renamed yet.
bool is_temporary(std::string_view name) {
  if (name.size() != 64 + 1 + 16 + temporary_suffix.size() || !name.ends_with(temporary_suffix)) return false;
  return is_hex(name.substr(0, 64), 64) && name[64] == '.' && is_hex(name.substr(65, 16), 16);
}

Error stranger(const fs::path& path) {
  return fault(str(printable(path.string()), " is not an attachment; move it out of this folder"));
}

Result<void> list_folder(const fs::path& folder, std::vector<Hash>& digests) {
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (is_temporary(name)) continue;
    const Result<Hash> digest = Hash::from_hex(name);
    std::error_code type_code;
    if (!digest.ok() || !name.starts_with(folder.filename().string()) || !at->is_regular_file(type_code)) {
      return stranger(at->path());
    }
    digests.push_back(*digest);
  }
  if (code) return failed("list the folder", folder, code.value());
  return {};
}

}  // namespace

fs::path Attachments::path_of(const Hash& digest) const {
  const std::string hex = digest.hex();
  return directory_ / hex.substr(0, 2) / hex;
}

Result<Hash> Attachments::put(BytesView content) const {
  if (content.size() > max_attachment_bytes) {
    return usage(str("an attachment has ", content.size(), " bytes, more than ", max_attachment_bytes,
                     "; split it or keep it elsewhere and record its digest"));
  }
  const Hash digest = sha256(content);
  const fs::path file = path_of(digest);
  const fs::path folder = file.parent_path();
  // 1. A crash here leaves at most empty folders.
  TRY(make_folder(directory_));
  TRY(make_folder(folder));
  if (has(digest) && get(digest).ok()) {
    TRY(sync_folder(folder));
    return digest;
  }
  // 2. A crash here leaves a file of a name that nobody reads.
  const fs::path temporary = folder / str(digest.hex(), '.', to_hex(random_bytes(8)), temporary_suffix);
  Result<void> written = write_synced(temporary, content);
  // 3. A crash here leaves the old name or the new one, both over synced bytes.
  if (written.ok() && ::rename(temporary.c_str(), file.c_str()) != 0) written = failed("rename to", file, errno);
  if (!written.ok()) {
    ::unlink(temporary.c_str());
    return written.error();
  }
  TRY(sync_folder(folder));
  return digest;
}

Result<Bytes> Attachments::get(const Hash& digest) const {
  const fs::path file = path_of(digest);
  TRY_LET(content, read_at_most(file, max_attachment_bytes));
  if (content.size() > max_attachment_bytes || sha256(content) != digest) {
    return not_verified(
        str("the attachment ", file.string(), " holds other bytes than its name says; restore it from a copy"));
  }
  return content;
}

bool Attachments::has(const Hash& digest) const {
  std::error_code code;
  return fs::is_regular_file(path_of(digest), code);
}

Result<std::vector<Hash>> Attachments::list() const {
  std::vector<Hash> digests;
  std::error_code code;
  if (!fs::exists(directory_, code) && !code) return digests;
  for (fs::directory_iterator at(directory_, code), end; !code && at != end; at.increment(code)) {
    std::error_code type_code;
    if (!is_hex(at->path().filename().string(), 2) || !at->is_directory(type_code)) return stranger(at->path());
    TRY(list_folder(at->path(), digests));
  }
  if (code) return failed("list the folder", directory_, code.value());
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace cairn
