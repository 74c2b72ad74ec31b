#include "ledger/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/crypto/pkcs11_token.h"
#include "ledger/crypto/signer_command.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64 << 10;

// Into `text`, which its owner wipes, whatever becomes of it.
Result<void> read_all(const Descriptor& file, const fs::path& path, std::string& text) {
  text.assign(largest_file + 1, '\0');
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
  return {};
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

Result<void> read_guarded(const fs::path& path, std::string& text) {
  // Without O_NONBLOCK a pipe in the file's place would hold us for ever.
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.ok()) return file_error("open the key file", path, errno);
  TRY(check_private(opened, path));
  return read_all(opened, path, text);
}

// One session for all copies of a key; made again after the token was away.
class TokenSigner {
 public:
  TokenSigner(Pkcs11Uri uri, KeyType type, AskSecret pin) : uri_(std::move(uri)), type_(type), pin_(std::move(pin)) {}

  Result<Bytes> sign(BytesView message) {
    const std::lock_guard alone(mutex_);
    if (!token_) {
      TRY_LET(opened, Pkcs11Token::open(uri_));
      TRY(opened->log_in(pin_));
      token_ = std::move(opened);
    }
    auto signature = token_->sign(type_, message);
    if (!signature) token_.reset();
    return signature;
  }

 private:
  Pkcs11Uri uri_;
  KeyType type_;
  AskSecret pin_;
  std::mutex mutex_;
  std::unique_ptr<Pkcs11Token> token_;
};

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

PrivateKey signing_as(const SignerFile& file, const AskSecret& pin) {
  Elsewhere elsewhere{to_text(file), format_signer_file(file), {}};
  if (const auto* uri = std::get_if<Pkcs11Uri>(&file.by)) {
    const auto from_file = [path = uri->pin_file] { return read_secret_file(path); };
    const auto token =
        std::make_shared<TokenSigner>(*uri, file.key.type(), uri->pin_file.empty() ? pin : AskSecret(from_file));
    elsewhere.sign = [token](BytesView message) { return token->sign(message); };
  } else {
    elsewhere.sign = [command = std::get<SignerCommand>(file.by)](BytesView message) {
      return sign_by_command(command, message);
    };
  }
  return PrivateKey::elsewhere(file.key, std::move(elsewhere));
}

Result<PublicKey> public_key_on_token(const Pkcs11Uri& uri) {
  TRY_LET(token, Pkcs11Token::open(uri));
  return token->public_key();
}

Result<Secret> read_secret_file(const fs::path& file) {
  std::string text;
  const Wiped wiped(text);
  TRY(read_guarded(file, text));
  const auto end = text.find_last_not_of("\r\n");
  const auto secret = std::string_view(text).substr(0, end == std::string::npos ? 0 : end + 1);
  if (!secret.empty() && secret.size() <= longest_secret) return Secret(secret);
  return usage(
      str("the file ", printable(file.string()), " holds no passphrase or PIN: 1 to 1024 bytes and a line break"));
}

Result<PrivateKey> read_private_key(const fs::path& file, const AskSecret& secret) {
  std::string text;
  const Wiped wiped(text);
  TRY(read_guarded(file, text));
  const auto at_file = [&](const Error& error) {
    return Error{error.kind, str("the key file ", printable(file.string()), ": ", error.message)};
  };
  if (is_signer_file(text)) {
    const auto signer = parse_signer_file(text);
    return signer ? Result<PrivateKey>(signing_as(*signer, secret)) : at_file(signer.error());
  }
  auto key = PrivateKey::from_pem(text, secret);
  return key ? std::move(key) : at_file(key.error());
}

}  // namespace cairn
