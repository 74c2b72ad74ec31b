#include "ledger/crypto/signer_file.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/crypto/pem.h"

namespace cairn {
namespace {

constexpr std::string_view signer_version = "cairn signer v1\n";
constexpr std::string_view signer_label = "CAIRN SIGNER";
constexpr std::string_view signer_begin = "-----BEGIN CAIRN SIGNER-----\n";
constexpr std::size_t largest_signer_file = 64 << 10;
constexpr std::size_t most_words = 64;
constexpr std::size_t longest_word = 4096;

bool is_variable_name(std::string_view text) {
  if (text.empty() || text.size() > longest_word || is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::string lines_of(const SignerFile& file) {
  std::string lines = str(signer_version, "key ", to_base64(file.key.spki()), "\n");
  if (const auto* uri = std::get_if<Pkcs11Uri>(&file.by)) {
    return lines + str("pkcs11 ", format_pkcs11_uri(*uri), "\n");
  }
  const auto& command = std::get<SignerCommand>(file.by);
  lines += str("command ", command.program, "\n");
  for (const auto& argument : command.arguments) lines += str("argument ", argument, "\n");
  for (const auto& name : command.environment) lines += str("environment ", name, "\n");
  return lines;
}

// The rest of the next line, if it begins with this word; the lines are then one fewer.
std::optional<std::string_view> take_line(std::string_view& lines, std::string_view word) {
  const auto end = lines.find('\n');
  const auto line = lines.substr(0, end);
  if (end == std::string_view::npos || !line.starts_with(word) || !line.substr(word.size()).starts_with(' ')) {
    return std::nullopt;
  }
  lines.remove_prefix(end + 1);
  return line.substr(word.size() + 1);
}

Result<SignerFile> parse_lines(std::string_view lines) {
  const auto malformed = [](std::string_view why) { return fault(str("the signer file is malformed: ", why)); };
  if (!lines.starts_with(signer_version)) {
    return needs_newer("the signer file is not of version v1, or is malformed: its first line is \"cairn signer v1\"");
  }
  lines.remove_prefix(signer_version.size());
  const auto key = take_line(lines, "key");
  if (!key) return malformed("its second line is \"key\" and the public key");
  TRY_LET(spki, from_base64(*key));
  SignerFile file;
  TRY_LET(parsed_key, PublicKey::from_spki(spki));
  file.key = std::move(parsed_key);
  if (const auto uri = take_line(lines, "pkcs11")) {
    TRY_LET(parsed, parse_pkcs11_uri(*uri));
    file.by = std::move(parsed);
  } else if (const auto program = take_line(lines, "command")) {
    SignerCommand command;
    command.program = *program;
    while (const auto argument = take_line(lines, "argument")) command.arguments.emplace_back(*argument);
    while (const auto name = take_line(lines, "environment")) command.environment.emplace_back(*name);
    TRY(check_signer_command(command));
    file.by = std::move(command);
  } else {
    return malformed("its third line is \"command\" and a program, or \"pkcs11\" and a URI");
  }
  if (!lines.empty()) return malformed("a line is in no place where it may be");
  return file;
}

}  // namespace

Result<void> check_signer_command(const SignerCommand& command) {
  const auto is_word = [](const std::string& text) { return text.size() <= longest_word && printable(text) == text; };
  if (!command.program.starts_with('/') || !is_word(command.program)) {
    return usage(str("a signer's command is an absolute path of at most 4096 bytes, and no shell looks for it: \"",
                     printable(command.program.substr(0, 200)), "\" is none"));
  }
  if (command.arguments.size() > most_words || command.environment.size() > most_words) {
    return usage("a signer's command has at most 64 arguments, and is given at most 64 variables by name");
  }
  if (!std::all_of(command.arguments.begin(), command.arguments.end(), is_word)) {
    return usage("an argument of a signer's command is UTF-8 of at most 4096 bytes without control characters");
  }
  if (!std::all_of(command.environment.begin(), command.environment.end(), is_variable_name)) {
    return usage("what a signer's command is given of the environment is named: letters, digits and _, no value");
  }
  return {};
}

std::string to_text(const SignerFile& file) {
  if (const auto* uri = std::get_if<Pkcs11Uri>(&file.by)) return format_pkcs11_uri(*uri);
  const auto& command = std::get<SignerCommand>(file.by);
  std::string text = "command " + command.program;
  for (const auto& argument : command.arguments) text += " " + argument;
  return text;
}

bool is_signer_file(std::string_view text) {
  return text.starts_with("cairn signer ") || text.find(signer_begin) != std::string_view::npos;
}

std::string format_signer_file(const SignerFile& file) {
  const auto lines = lines_of(file);
  return lines + format_pem(signer_label, lines);
}

Result<SignerFile> parse_signer_file(std::string_view text) {
  if (text.size() > largest_signer_file) return fault("the signer file is larger than 64 KiB");
  TRY_LET(block, parse_pem(text));
  if (block.label != signer_label) return fault("the signer file has no block CAIRN SIGNER");
  TRY_LET(file, parse_lines(block.der));
  if (format_signer_file(file) != text) {
    return fault(
        "the signer file does not say the same twice, in its lines and in its block, or spells it in another way; make "
        "it with cairn key refer");
  }
  return file;
}

}  // namespace cairn
