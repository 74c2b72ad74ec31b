#include "ledger/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64 * 1024;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool ok() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failed(std::string_view what, const fs::path& path) {
  return fault(str("cannot ", what, " ", printable(path.string()), ": ", std::strerror(errno)));
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<void> sync_folder(const fs::path& folder) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok() || ::fsync(opened.get()) != 0) return failed("sync the directory", folder);
  return {};
}

Result<void> make_folders(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {};
  if (folder.has_relative_path() && folder_of(folder) != folder) TRY(make_folders(folder_of(folder)));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("make the directory", folder);
  return sync_folder(folder_of(folder));
}

Result<void> write_all(const File& file, std::string_view text, const fs::path& path) {
  // The umask may have taken even our own right to read.
  if (::fchmod(file.get(), 0600) != 0) return failed("set the mode of", path);
  while (!text.empty()) {
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write the key file", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return failed("sync the key file", path);
  return {};
}

Result<std::string> read_all(const File& file, const fs::path& path) {
  std::string text(largest_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read the key file", path);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > largest_file) return fault(str("the key file ", printable(path.string()), " is larger than 64 KiB"));
  text.resize(size);
  return text;
}

Result<void> check_private(const File& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed("look at the key file", path);
  const auto name = printable(path.string());
  if (!S_ISREG(status.st_mode)) return fault(str("the key file ", name, " is not a regular file"));
  if ((status.st_mode & 077) == 0) return {};
  std::ostringstream mode;
  mode << std::oct << (status.st_mode & 07777);
  return fault(str("the key file ", name, " has mode 0", mode.str(), ", so others could use the key; run: chmod 600 ",
                   name, " (and replace the key if it may have been read)"));
}

}  // namespace

Result<void> write_private_key(const fs::path& file, const PrivateKey& key,
                               const std::optional<std::string>& passphrase) {
  TRY_LET(pem, key.to_pem(passphrase));
  TRY(make_folders(folder_of(file)));
  // A crash from here on leaves no file, or an incomplete one that no one was told of and that read_private_key
  // refuses.
  const File opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.ok() && errno == EEXIST) {
    return usage(str(printable(file.string()), " exists, and a key is never overwritten; choose another name"));
  }
  if (!opened.ok()) return failed("create the key file", file);

  const auto written = write_all(opened, pem, file);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!written) {
    ::unlink(file.c_str());
    return written;
  }
  return sync_folder(folder_of(file));
}

Result<PrivateKey> read_private_key(const fs::path& file, const std::function<Result<std::string>()>& passphrase) {
  // Without O_NONBLOCK a pipe in the file's place would hold us for ever.
  const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.ok()) return failed("open the key file", file);
  TRY(check_private(opened, file));
  TRY_LET(pem, read_all(opened, file));
  auto key = PrivateKey::from_pem(pem, passphrase);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!key) return Error{key.error().kind, str("the key file ", printable(file.string()), ": ", key.error().message)};
  return key;
}

}  // namespace cairn
