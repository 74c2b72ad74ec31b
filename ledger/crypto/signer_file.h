// Signer files: in a key file's place, who signs instead, a command or a token (FORMAT.md, "Signer file"). Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/pkcs11_uri.h"

namespace cairn {

// A program and its arguments, which no shell reads.
struct SignerCommand {
  std::string program;                   // an absolute path of at most 4,096 bytes
  std::vector<std::string> arguments;    // at most 64 of at most 4,096 bytes, without control characters
  std::vector<std::string> environment;  // at most 64 names of variables that it is given beside always_given
};

// What a signer's command sees of our environment, whatever its file says: no CAIRN_ and no PG variable is among them.
inline constexpr std::string_view always_given[] = {"HOME", "LANG", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER"};

struct SignerFile {
  PublicKey key;
  std::variant<SignerCommand, Pkcs11Uri> by;
};

// A usage error says what no signer file could say.
Result<void> check_signer_command(const SignerCommand& command);

// Who signs, in one line for people: "command /usr/bin/sign --key 7", or the URI.
std::string to_text(const SignerFile& file);

// Whether a key file's text is meant as a signer file; how well it is made, the parser says.
bool is_signer_file(std::string_view text);

// The lines, and behind them a PEM block of the same lines. What is parsed is what the formatter would have written,
// byte for byte; at most 64 KiB.
std::string format_signer_file(const SignerFile& file);
Result<SignerFile> parse_signer_file(std::string_view text);

}  // namespace cairn
