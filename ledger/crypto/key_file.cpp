#include "ledger/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64 * 1024;

Result<std::string> read_all(const Descriptor& file, const fs::path& path) {
  std::string text(largest_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read the key file", path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > largest_file) return fault(str("the key file ", printable(path.string()), " is larger than 64 KiB"));
  text.resize(size);
  return text;
}

Result<void> check_private(const Descriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return file_error("look at the key file", path, errno);
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
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  TRY(make_directories(folder, 0700));
  // A crash from here on leaves no file, or an incomplete one that no one was told of and that read_private_key
  // refuses.
  const auto written = create_file(file, pem, owner_only);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!written && written.error().kind == ErrorKind::conflict) {
    return usage(str(printable(file.string()), " exists, and a key is never overwritten; choose another name"));
  }
  if (!written) return written;
  return sync_directory(folder);
}

Result<PrivateKey> read_private_key(const fs::path& file, const std::function<Result<std::string>()>& passphrase) {
  // Without O_NONBLOCK a pipe in the file's place would hold us for ever.
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.ok()) return file_error("open the key file", file, errno);
  TRY(check_private(opened, file));
  TRY_LET(pem, read_all(opened, file));
  auto key = PrivateKey::from_pem(pem, passphrase);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!key) return Error{key.error().kind, str("the key file ", printable(file.string()), ": ", key.error().message)};
  return key;
}

}  // namespace cairn
