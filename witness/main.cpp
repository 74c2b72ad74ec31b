// cairn-witness: cosigns the checkpoints of logs that only grow. No database, and no network but its one address.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "ledger/base/fold_lines.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/crypto/key_file.h"
#include "ledger/crypto/secret.h"
#include "ledger/tlog/note.h"
#include "witness/routes.h"
#include "witness/server.h"
#include "witness/witness.h"

namespace cairn {
namespace {

struct Arguments {
  std::string name;
  std::string key_file;
  std::string state;
  std::string listen;
  std::vector<std::string> logs;
};

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::conflict:
      return 4;
    case ErrorKind::turned_away:
    case ErrorKind::not_verified:
    case ErrorKind::fault:
    case ErrorKind::needs_newer:
    case ErrorKind::unavailable:
      break;
  }
  return 1;
}

Server* running = nullptr;  // for the handler of signals, which knows nothing else

void stop_running(int) {
  running->stop();
}

void on_stop_signals(void handle(int)) {
  struct sigaction action {};
  action.sa_handler = handle;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

// Both are errors of a write, and told as such.
void ignore_signals_of_writes() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

Result<Secret> nobody_to_ask() {
  return usage(
      "nobody is there to give a witness a passphrase or a PIN: take a key file without a passphrase, or name the file "
      "that holds the token's PIN as its pin-source");
}

Result<std::vector<NoteVerifier>> read_logs(const std::vector<std::string>& vkeys) {
  std::vector<NoteVerifier> logs;
  for (const std::string& vkey : vkeys) {
    Result<NoteVerifier> log = NoteVerifier::from_log_vkey(vkey);
    if (!log.ok()) return usage(str("--log: ", log.error().message));
    logs.push_back(std::move(log).value());
  }
  return logs;
}

Result<int> serve(const Arguments& arguments) {
  ignore_signals_of_writes();
  const SystemClock clock;
  TRY_LET(logs, read_logs(arguments.logs));
  TRY_LET(key, read_private_key(arguments.key_file, nobody_to_ask));
  TRY_LET(witness, Witness::open(arguments.name, std::move(key), arguments.state, logs, clock));
  const auto handler = [&witness, &clock](const HttpRequest& request) {
    HttpAnswer answer = answer_to(request, *witness);
    if (!answer.remark.empty()) std::cerr << time_to_the_second(clock.now()) << "  " << answer.remark << std::endl;
    return answer;
  };
  TRY_LET(server, Server::listen(arguments.listen, ServerLimits{}, handler, clock));
  running = server.get();
  on_stop_signals(stop_running);
  const std::string host = arguments.listen.substr(0, arguments.listen.rfind(':'));
  std::cout << "witness  " << witness->verifier().vkey() << "\nlistens  http://" << host << ':' << server->port()
            << std::endl;
  const Result<void> ran = server->run();
  on_stop_signals(SIG_IGN);  // it is stopping, and soon there is no server to be told again
  TRY(ran);
  return 0;
}

Result<int> make_key(const Arguments& arguments) {
  TRY_LET(key, PrivateKey::generate(KeyType::ed25519));
  TRY_LET(verifier, NoteVerifier::for_witness(arguments.name, key.public_key()));
  TRY(write_private_key(arguments.key_file, key, std::nullopt));
  std::cout << verifier.vkey() << '\n';
  return 0;
}

using Verb = std::function<Result<int>(const Arguments&)>;

void add_name(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--name", arguments.name,
                  "the witness's name, part of its public key: a URL without a scheme, such as witness.example.org/w1")
      ->required();
}

void add_serve(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command = *app.add_subcommand("serve", "Cosign what the logs send, until SIGTERM or SIGINT");
  add_name(command, arguments);
  command.add_option("--key", arguments.key_file, "the key file that `cairn-witness key new` made")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--state", arguments.state,
                  "an existing directory: what was cosigned last, of each log; lost, it takes a new key")
      ->required()
      ->type_name("DIR");
  command.add_option("--listen", arguments.listen, "a numeric IPv4 address and a port; port 0 takes a free one")
      ->required()
      ->type_name("ADDRESS:PORT");
  command
      .add_option("--log", arguments.logs,
                  "the public key of a log that may submit, as `cairn log-key` prints it; one --log for each key")
      ->required()
      ->allow_extra_args(false)
      ->type_name("VKEY");
  command.footer(
      "It prints its public key and its address. POST /add-checkpoint is for logs,\n"
      "GET /<hex SHA-256 of a log's origin>/checkpoint for monitors (C2SP\n"
      "tlog-witness).\n"
      "It speaks no TLS: listen on 127.0.0.1, behind a proxy that does.\n\n"
      "Example:\n  cairn-witness serve --name witness.example.org/w1 --key w1.pem \\\n"
      "    --state w1.state --listen 127.0.0.1:8077 --log 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = serve; });
}

void add_key(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& key = *app.add_subcommand("key", "The witness's key");
  key.require_subcommand(1);
  CLI::App& command =
      *key.add_subcommand("new", "Make a key file, and print the public key for those who shall trust it");
  command.add_option("FILE", arguments.key_file, "where to; a file that exists is never overwritten")->required();
  add_name(command, arguments);
  command.footer("Example:\n  cairn-witness key new w1.pem --name witness.example.org/w1");
  command.callback([&chosen] { chosen = make_key; });
}

int complain(const Error& error) {
  std::cerr << "cairn-witness: " << printable(error.message) << '\n';
  return exit_code(error.kind);
}

int run(int argc, char** argv) {
  Arguments arguments;
  Verb chosen;
  CLI::App app(
      "A witness of transparency logs: cosigns a checkpoint only if the log's tree has grown from the last one.",
      "cairn-witness");
  app.formatter_fn([](const CLI::App* one, const std::string& name, CLI::AppFormatMode mode) {
    return fold_help(CLI::Formatter().make_help(one, name, mode));
  });
  app.footer("Exit: 0 done or stopped, 1 fault, 2 usage, 4 another witness uses the state.");
  app.require_subcommand(1);
  add_serve(app, arguments, chosen);
  add_key(app, arguments, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return complain(usage(str(error.what(), "; see cairn-witness --help")));
  }
  if (const auto forbidden = forbid_core_dumps(); !forbidden) return complain(forbidden.error());
  const Result<int> code = chosen(arguments);
  if (!code.ok()) return complain(code.error());
  if (!std::cout.flush()) return complain(fault("the answer could not be written to standard output"));
  return *code;
}

}  // namespace
}  // namespace cairn

int main(int argc, char** argv) {
  try {
    return cairn::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "cairn-witness: " << cairn::printable(error.what()) << '\n';
  } catch (...) {
    std::cerr << "cairn-witness: an unknown failure\n";
  }
  return 1;
}
