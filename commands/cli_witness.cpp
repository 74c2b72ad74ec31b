// witness.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_witness.h"
#include "commands/witnessing.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

void add_witness_names(CLI::App& witness, Invocation& invocation) {
  auto flags = std::make_shared<WitnessAddFlags>();
  CLI::App* add = add_command(witness, "add", "Name a witness; from then on it is asked to cosign after every entry",
                              "cairn witness add auditor witness.example.org/w1+09c6a7f3+BNEQr5bX8CM9... "
                              "https://witness.example.org --required");
  add->add_option("NAME", flags->name, "what you call it: no spaces")->required();
  add->add_option("VKEY", flags->vkey, "its public key, as cairn-witness key new printed it")->required();
  add->add_option(
         "URL", flags->url,
         "where it listens; /add-checkpoint is put behind it. https trusts the system's authorities, or those in the "
         "file that SSL_CERT_FILE names")
      ->required();
  add->add_flag("--required", flags->required,
                "the quorum is not met without it (default: it is asked, and not needed)");
  add->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_witness_add(invocation.globals, *flags); };
  });

  auto name = std::make_shared<std::string>();
  CLI::App* remove = add_command(witness, "remove", "Ask a witness no more, and take it out of the quorum",
                                 "cairn witness remove auditor");
  remove->add_option("NAME", *name, "as cairn witness list shows it")->required();
  remove->callback([&invocation, name] {
    invocation.action = [&invocation, name] { return run_witness_remove(invocation.globals, *name); };
  });

  CLI::App* list =
      add_command(witness, "list", "List the witnesses, and how far each has cosigned", "cairn witness list");
  list->callback([&invocation] { invocation.action = [&invocation] { return run_witness_list(invocation.globals); }; });
}

void add_witness_policy(CLI::App& witness, Invocation& invocation) {
  auto file = std::make_shared<std::optional<Path>>();
  CLI::App* policy = add_command(witness, "policy", "Print the policy (C2SP tlog-policy), which readers verify with",
                                 "cairn witness policy > models.witnesses");
  policy->add_option("--set", *file, "put this one in its place: groups, and quorums such as 2 of 3")
      ->type_name("FILE");
  policy->callback([&invocation, file] {
    invocation.action = [&invocation, file] { return run_witness_policy(invocation.globals, *file); };
  });
}

void add_witness_cosign(CLI::App& witness, Invocation& invocation) {
  auto timeout = std::make_shared<Millis>(usual_witness_timeout);
  CLI::App* cosign = add_command(
      witness, "cosign", "Ask every witness to cosign the newest checkpoint; exit 0 only if the quorum is met then",
      "cairn witness cosign --timeout 30s");
  cosign
      ->add_option_function<std::string>(
          "--timeout",
          [timeout](const std::string& text) {
            const auto span = parse_duration(text);
            if (!span) throw CLI::ValidationError("--timeout", span.error().message);
            if (*span <= 0 || *span > hour)
              throw CLI::ValidationError("--timeout", text + ": more than 0s, at most 1h");
            *timeout = *span;
          },
          "how long each answer may take (default 10s); a witness gives one or two")
      ->type_name("DURATION");
  cosign->callback([&invocation, timeout] {
    invocation.action = [&invocation, timeout] { return run_witness_cosign(invocation.globals, *timeout); };
  });
}

}  // namespace

void add_witness_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* witness = add_command(app, "witness", "Name those who cosign this ledger's checkpoints, and ask them",
                                  "cairn witness list");
  witness->require_subcommand(1);
  add_witness_names(*witness, invocation);
  add_witness_policy(*witness, invocation);
  add_witness_cosign(*witness, invocation);
}

}  // namespace cairn
