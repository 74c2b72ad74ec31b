#include "ledger/crypto/signer_command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "tests/catch.h"
#include "tests/temp_directory.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

std::string whole_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A directory with a key in it, and commands of /bin/sh that sign with it or do not.
struct Desk {
  explicit Desk(KeyType type = KeyType::ed25519) : key(PrivateKey::generate(type).value()) {
    REQUIRE(write_private_key(at("key.pem"), key, std::nullopt).ok());
  }

  fs::path at(const std::string& name) const { return directory.path() / name; }

  // What signs well, by OpenSSL's own program.
  std::string good() const {
    const auto file = "'" + at("key.pem").string() + "'";
    return key.public_key().type() == KeyType::ed25519 ? "openssl pkeyutl -sign -rawin -in /dev/stdin -inkey " + file
                                                       : "openssl dgst -sha256 -sign " + file;
  }

  SignerCommand shell(const std::string& script) const { return {"/bin/sh", {"-c", script, "signer"}, {}}; }

  PrivateKey signing_by(const SignerCommand& command) const {
    return signing_as({key.public_key(), command}, [] { return Result<Secret>(usage("nobody to ask")); });
  }
  PrivateKey signing_by(const std::string& script) const { return signing_by(shell(script)); }

  test::TempDirectory directory;
  PrivateKey key;
};

std::string why_unsigned(const PrivateKey& key) {
  const auto signature = key.sign("message");
  REQUIRE_FALSE(signature.ok());
  CHECK(signature.error().kind == ErrorKind::fault);
  CHECK(signature.error().message.starts_with("the signer command /bin/sh -c "));
  return signature.error().message;
}

bool holds_text(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

// What is written to descriptor 2 while this is there.
class CaughtErrors {
 public:
  explicit CaughtErrors(const fs::path& file) : file_(file), before_(::dup(STDERR_FILENO)) {
    const int into = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(into, STDERR_FILENO);
    ::close(into);
  }
  ~CaughtErrors() { stop(); }
  std::string stop() {
    if (before_ >= 0) ::dup2(before_, STDERR_FILENO), ::close(before_);
    before_ = -1;
    return whole_file(file_);
  }

 private:
  fs::path file_;
  int before_;
};

}  // namespace

TEST_CASE("a key behind a command signs what the key itself would: Ed25519 and P-256") {
  for (const auto type : {KeyType::ed25519, KeyType::ecdsa_p256}) {
    const Desk desk(type);
    const auto key = desk.signing_by(desk.good());
    CHECK(key.signer()->starts_with("command /bin/sh"));
    // With P-256 often enough that half of the answers have a high s.
    for (int i = 0; i < 8; ++i) {
      const auto message = str("message ", i) + std::string(static_cast<std::size_t>(i) * 9000, 'x');
      const auto signature = key.sign(message);
      INFO((signature.ok() ? "" : signature.error().message));
      REQUIRE(signature.ok());
      CHECK(desk.key.public_key().verify(message, *signature).ok());
    }
  }
}

TEST_CASE("a key behind a command has a signer file in its key file's place, and reads back from it") {
  const Desk desk;
  const auto key = desk.signing_by(desk.good());
  REQUIRE(write_private_key(desk.at("dana.pem"), key, std::nullopt).ok());
  CHECK_FALSE(write_private_key(desk.at("sealed.pem"), key, "a passphrase").ok());
  const auto never = []() -> Result<Secret> { return usage("asked"); };
  const auto again = read_private_key(desk.at("dana.pem"), never);
  REQUIRE(again.ok());
  CHECK(again->public_key().id() == desk.key.public_key().id());
  CHECK(again->signer() == key.signer());
  CHECK(again->sign("message").ok());
  // Whoever may write to it chooses the command, so its mode is looked at as that of a key.
  REQUIRE(::chmod(desk.at("dana.pem").c_str(), 0620) == 0);
  CHECK_FALSE(read_private_key(desk.at("dana.pem"), never).ok());
  std::ofstream(desk.at("dana.pem"), std::ios::app) << "\n";
  REQUIRE(::chmod(desk.at("dana.pem").c_str(), 0600) == 0);
  const auto spoilt = read_private_key(desk.at("dana.pem"), never);
  REQUIRE_FALSE(spoilt.ok());
  CHECK(holds_text(spoilt.error().message, "dana.pem: the signer file does not say the same twice"));
}

TEST_CASE("what a signer answers is verified before anybody uses it") {
  const Desk desk;
  const Desk stranger;
  const std::string no_signature = "what is no signature by key " + desk.key.public_key().id().hex();
  CHECK(holds_text(why_unsigned(desk.signing_by(stranger.good())), no_signature));
  CHECK(holds_text(why_unsigned(desk.signing_by("echo wrong >&2; printf '%064d' 0")), no_signature));
  CHECK(holds_text(why_unsigned(desk.signing_by(desk.good() + "; echo")), no_signature));
  CHECK(holds_text(why_unsigned(desk.signing_by(desk.good() + " | head -c 63")), no_signature));
  // It signs, but not what it was given.
  CHECK(holds_text(
      why_unsigned(desk.signing_by("printf x >'" + desk.at("x").string() + "'; openssl pkeyutl -sign -rawin -in '" +
                                   desk.at("x").string() + "' -inkey '" + desk.at("key.pem").string() + "'")),
      no_signature));
  const Desk p256(KeyType::ecdsa_p256);
  CHECK(holds_text(why_unsigned(p256.signing_by("printf '%064d' 0")), "not in DER"));
  // s above the group's order is no other value of s.
  CHECK(holds_text(why_unsigned(p256.signing_by(
                       R"(printf '\060\046\002\001\001\002\041\000'; head -c 32 /dev/zero | tr '\000' '\377')")),
                   "no signature"));
}

TEST_CASE("a signer that answers nothing, too much, too late or with an exit code is told apart") {
  const Desk desk;
  CHECK(holds_text(why_unsigned(desk.signing_by("exit 0")), "wrote no signature"));
  CHECK(
      holds_text(why_unsigned(desk.signing_by(desk.good() + "; exit 1")), "ended with exit code 1 and signed nothing"));
  CHECK(holds_text(why_unsigned(desk.signing_by("kill -9 $$")), "ended by signal 9"));
  CHECK(holds_text(why_unsigned(desk.signing_by("head -c 1025 /dev/zero")), "answered more than 1024 bytes"));
  CHECK(holds_text(why_unsigned(desk.signing_by("head -c 1024 /dev/zero")), "no signature"));
  CHECK(holds_text(why_unsigned(desk.signing_by("yes")), "answered more than 1024 bytes"));

  const auto missing = desk.signing_by(SignerCommand{"/nonexistent/signer", {}, {}}).sign("m");
  CHECK(holds_text(missing.error().message, "/nonexistent/signer cannot be started: No such file"));
  const auto folder = desk.signing_by(SignerCommand{desk.directory.path().string(), {}, {}}).sign("m");
  CHECK(holds_text(folder.error().message, "cannot be started: Permission denied"));
}

TEST_CASE("a signer is waited for no longer than its time, whatever it does meanwhile, and killed") {
  const Desk desk;
  const auto pid_file = desk.at("pid").string();
  for (const std::string rest : {"exec sleep 60", "exec sleep 60 >&-", "exec yes >&2", "exec 2>&-; exec sleep 60"}) {
    const auto before = std::chrono::steady_clock::now();
    const CaughtErrors quiet(desk.at("err"));
    const auto late = sign_by_command(desk.shell("echo $$ >'" + pid_file + "'; " + rest), "m", 300);
    const auto took = std::chrono::steady_clock::now() - before;
    INFO(rest);
    REQUIRE_FALSE(late.ok());
    CHECK(late.error().message == "did not answer and end within 300 ms, and was killed");
    CHECK(took >= std::chrono::milliseconds(300));
    CHECK(took < std::chrono::seconds(20));
    const auto pid = whole_file(pid_file);
    REQUIRE(pid.size() > 1);
    CHECK_FALSE(fs::exists("/proc/" + pid.substr(0, pid.size() - 1)));
  }
  CHECK(fs::file_size(desk.at("err")) <= 16 * 1024 * 4);
}

TEST_CASE("a signer that reads nothing, or only the beginning, stops nobody") {
  const Desk desk;
  const std::string message(200'000, 'm');
  for (const std::string script : {"exec <&-; echo signature", "head -c 1 >'/dev/null'; echo signature"}) {
    CHECK(sign_by_command(desk.shell(script), message).value() == "signature\n");
  }
  // And it gets all, from the beginning.
  REQUIRE(sign_by_command(desk.shell("cat >'" + desk.at("all").string() + "'; echo s"), message).ok());
  CHECK(whole_file(desk.at("all")) == message);
}

TEST_CASE("a signer gets none of our descriptors, and of our environment only what is named") {
  const Desk desk;
  const int ours = ::open("/dev/null", O_RDONLY);  // one that is not closed on exec
  REQUIRE(ours > 2);
  ::setenv("CAIRN_LEDGER", "postgresql://user:password@host/db", 1);
  ::setenv("PGPASSWORD", "password", 1);
  ::setenv("SIGNER_REGION", "north", 1);
  const auto listing = desk.at("seen").string();
  auto command = desk.shell("{ ls /proc/$$/fd; env; } >'" + listing + "'; echo s");
  REQUIRE(sign_by_command(command, "m").ok());
  auto seen = "\n" + whole_file(listing);
  CHECK_FALSE(holds_text(seen, "password"));
  CHECK_FALSE(holds_text(seen, "SIGNER_REGION"));
  CHECK_FALSE(holds_text(seen, str("\n", ours, "\n")));
  CHECK(holds_text(seen, "\nPATH="));
  command.environment = {"SIGNER_REGION", "NOT_SET_AT_ALL"};
  REQUIRE(sign_by_command(command, "m").ok());
  seen = whole_file(listing);
  CHECK(holds_text(seen, "SIGNER_REGION=north"));
  CHECK_FALSE(holds_text(seen, "NOT_SET_AT_ALL"));
  ::close(ours);
  for (const char* name : {"CAIRN_LEDGER", "PGPASSWORD", "SIGNER_REGION"}) ::unsetenv(name);
}

TEST_CASE("a signer's signals are as they were before ours") {
  const Desk desk;
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto status = desk.at("status").string();
  REQUIRE(sign_by_command(desk.shell("grep SigIgn /proc/$$/status >'" + status + "'; echo s"), "m").ok());
  ::signal(SIGPIPE, before);
  const auto line = whole_file(status);
  REQUIRE(line.starts_with("SigIgn:\t"));
  const auto ignored = std::stoull(line.substr(8), nullptr, 16);
  CHECK((ignored & 0x7fffffff) == 0);  // above are two of the C library's own
}

TEST_CASE("what a signer says on stderr is passed on escaped, as it comes, and up to 16 KiB") {
  const Desk desk;
  CaughtErrors errors(desk.at("err"));
  REQUIRE(sign_by_command(desk.shell(R"(printf 'touch \033[31mit\nnow\n' >&2; echo s)"), "m").ok());
  CHECK(errors.stop() == "touch \\x1b[31mit\nnow\n");
  CaughtErrors flood(desk.at("err"));
  REQUIRE(sign_by_command(desk.shell("head -c 300000 /dev/zero | tr '\\000' x >&2; echo s"), "m").ok());
  CHECK(flood.stop() == std::string(16 * 1024, 'x'));
}
