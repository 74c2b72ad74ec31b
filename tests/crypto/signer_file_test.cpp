#include "ledger/crypto/signer_file.h"

#include "ledger/base/text.h"
#include "ledger/crypto/pem.h"
#include "tests/catch.h"

using namespace cairn;

namespace {

const std::string key_line = "key MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n";
const std::string head = "cairn signer v1\n" + key_line;
const std::string by_command =
    head + "command /usr/bin/sign\nargument --key\nargument \nargument a b\nenvironment AWS_PROFILE\n";
const std::string by_token = head + "pkcs11 pkcs11:token=t;id=%01?module-path=/m.so\n";

// What says the same twice, in lines and in a block.
std::string twice(const std::string& lines) {
  return lines + format_pem("CAIRN SIGNER", lines);
}

std::string why_no_signer(const std::string& text) {
  const auto file = parse_signer_file(text);
  INFO(text);
  REQUIRE_FALSE(file.ok());
  return file.error().message;
}

bool tells(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a signer file says who signs, in lines and in a PEM block of the same lines") {
  const auto command = parse_signer_file(twice(by_command));
  REQUIRE(command.ok());
  const auto& by = std::get<SignerCommand>(command->by);
  CHECK(by.program == "/usr/bin/sign");
  CHECK(by.arguments == std::vector<std::string>{"--key", "", "a b"});
  CHECK(by.environment == std::vector<std::string>{"AWS_PROFILE"});
  CHECK(format_signer_file(*command) == twice(by_command));
  CHECK(to_text(*command) == "command /usr/bin/sign --key  a b");

  const auto token = parse_signer_file(twice(by_token));
  REQUIRE(token.ok());
  CHECK(std::get<Pkcs11Uri>(token->by).token == "t");
  CHECK(format_signer_file(*token) == twice(by_token));
  CHECK(to_text(*token) == "pkcs11:token=t;id=%01?module-path=/m.so");
  CHECK(is_signer_file(twice(by_token)));
  CHECK_FALSE(is_signer_file(format_pem("PRIVATE KEY", "der")));
}

TEST_CASE("a signer file that says two things, or says one in another way, is refused") {
  CHECK(tells(why_no_signer(by_command + format_pem("CAIRN SIGNER", by_token)), "does not say the same twice"));
  CHECK(tells(why_no_signer(format_pem("CAIRN SIGNER", by_command)), "does not say the same twice"));
  CHECK(tells(why_no_signer("\n" + twice(by_command)), "does not say the same twice"));
  CHECK(tells(why_no_signer(twice(by_command) + "\n"), "does not say the same twice"));
  CHECK(
      tells(why_no_signer(twice(head + "pkcs11 pkcs11:id=%01;token=t?module-path=/m.so\n")), "does not say the same"));
  CHECK(tells(why_no_signer(by_command), "no PEM block"));
  CHECK(tells(why_no_signer(by_command + format_pem("PRIVATE KEY", by_command)), "no block CAIRN SIGNER"));
  CHECK(tells(why_no_signer(twice("cairn signer v2\n" + key_line + "command /x\n")), "not of version v1"));
  CHECK(tells(why_no_signer(twice("cairn signer v1\ncommand /x\n")), "second line"));
  CHECK(tells(why_no_signer(twice("cairn signer v1\nkey !\ncommand /x\n")), "base64"));
  CHECK(tells(why_no_signer(twice("cairn signer v1\nkey AAAA\ncommand /x\n")), "not a public key"));
  CHECK(tells(why_no_signer(twice(head)), "third line"));
  CHECK(tells(why_no_signer(twice(head + "argument x\ncommand /x\n")), "third line"));
  CHECK(tells(why_no_signer(twice(head + "command /x\nenvironment A\nargument x\n")), "in no place"));
  CHECK(tells(why_no_signer(twice(head + "command /x\ncommand /y\n")), "in no place"));
  CHECK(tells(why_no_signer(twice(head + "command /x")), "no PEM block"));
  CHECK(tells(why_no_signer(twice(head + "command /x\n\n")), "in no place"));
  CHECK(tells(why_no_signer(std::string(64 * 1024 + 1, 'x')), "larger than 64 KiB"));
}

TEST_CASE("a signer's command is an absolute path with at most 64 arguments and 64 names of at most 4096 bytes") {
  SignerCommand command{"/bin/true", std::vector<std::string>(64, std::string(4096, 'a')),
                        std::vector<std::string>(64, "NAME_1")};
  REQUIRE(check_signer_command(command).ok());
  const auto refused = [&](auto change) {
    SignerCommand other = command;
    change(other);
    return !check_signer_command(other).ok();
  };
  CHECK(refused([](SignerCommand& c) { c.program = "sign"; }));
  CHECK(refused([](SignerCommand& c) { c.program = ""; }));
  CHECK(refused([](SignerCommand& c) { c.program = "/bin/a\nb"; }));
  CHECK_FALSE(refused([](SignerCommand& c) { c.program = "/" + std::string(4095, 'a'); }));
  CHECK(refused([](SignerCommand& c) { c.program = "/" + std::string(4096, 'a'); }));
  CHECK(refused([](SignerCommand& c) { c.arguments.push_back("x"); }));
  CHECK(refused([](SignerCommand& c) { c.arguments[3] += "a"; }));
  CHECK(refused([](SignerCommand& c) { c.arguments[3] = "a\x1b"; }));
  CHECK(refused([](SignerCommand& c) { c.environment.push_back("X"); }));
  CHECK(refused([](SignerCommand& c) { c.environment[0] = "A=b"; }));
  CHECK(refused([](SignerCommand& c) { c.environment[0] = "1A"; }));
  CHECK(refused([](SignerCommand& c) { c.environment[0] = ""; }));
}
