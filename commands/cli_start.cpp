// init, submit, key, actor, policy.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_init(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<InitFlags>();
  CLI::App* command = add_command(app, "init", "Make a ledger, its log key and recovery key, and the first actor",
                                  "cairn init --origin example.com/models --actor ben=ben.pub.pem:approver");
  command->add_option("--origin", flags->origin, "the log's name, in every checkpoint")->required()->type_name("NAME");
  command->add_option("--policy", flags->policy, "the policy to begin with (default: the guide's)")->type_name("FILE");
  command->add_option("--actor", flags->actors, "further actors to enrol")
      ->type_name("HANDLE=PUB.pem:ROLE,...")
      ->take_all();
  command->add_option("--grant-to", flags->grant_to, "in PostgreSQL: the role that may append and read from then on")
      ->type_name("ROLE");
  command
      ->add_option("--log-key", flags->log_key,
                   "sign for the log with this key, which lies elsewhere (cairn key refer; Ed25519)")
      ->type_name("NAME");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_init(invocation.globals, *flags); };
  });
}

void add_submit(CLI::App& app, Invocation& invocation) {
  auto files = std::make_shared<std::vector<Path>>();
  CLI::App* command = add_command(app, "submit", "Give signed statements to the sequencer, and print each receipt",
                                  "cairn submit approval.dsse.json");
  command->add_option("FILE", *files, "what --sign-only wrote; of a .jsonl file each line is such an envelope")
      ->required();
  command->callback([&invocation, files] {
    invocation.action = [&invocation, files] { return run_submit(invocation.globals, *files); };
  });
}

void add_key_refer(CLI::App& key, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  auto flags = std::make_shared<ReferFlags>();
  CLI::App* refer = add_command(
      key, "refer", "Sign with a key that lies elsewhere: on a token (PKCS#11), or behind a command",
      "cairn key refer dana \\\n"
      "    --pkcs11 'pkcs11:token=t;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so'\n"
      "  cairn key refer ci --public-key ci.pem --command /usr/local/bin/kms-sign --argument=--key --argument=ci\n\n"
      "The command gets the bytes to sign on its stdin and answers with the raw\n"
      "signature on stdout (Ed25519: 64 bytes; P-256 over SHA-256: DER) within 30 s,\n"
      "exit code 0. A token's PIN is asked for, or read from the file of\n"
      "&pin-source=file:/PATH in the URI. One signature is made and verified before\n"
      "anything is written.");
  refer->add_option("NAME", *name, "the handle that it will sign as")->required();
  refer->add_option("--pkcs11", flags->pkcs11, "which key on which token, by which module (RFC 7512)")
      ->type_name("URI");
  refer->add_option("--command", flags->command.program, "the program that signs; an absolute path, and no shell")
      ->type_name("PROGRAM");
  refer->add_option("--argument", flags->command.arguments, "one argument of it; --argument=... for each")
      ->allow_extra_args(false)
      ->type_name("TEXT");
  refer->add_option("--environment", flags->command.environment, "a variable that it is given as well")
      ->allow_extra_args(false)
      ->type_name("NAME");
  refer->add_option("--public-key", flags->public_key, "the key that it signs with, in PEM; a token may tell itself")
      ->type_name("FILE");
  refer->callback([&invocation, name, flags] {
    invocation.action = [&invocation, name, flags] { return run_key_refer(invocation.globals, *name, *flags); };
  });
}

void add_key_files(CLI::App& key, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  auto type = std::make_shared<std::string>("ed25519");
  CLI::App* make =
      add_command(key, "new", "Make a signing key in CAIRN_HOME (default: ~/.config/cairn)", "cairn key new dana");
  make->add_option("NAME", *name, "the handle that it will sign as")->required();
  make->add_option("--type", *type, "ed25519 or ecdsa-p256")->capture_default_str();
  make->callback([&invocation, name, type] {
    invocation.action = [&invocation, name, type] { return run_key_new(invocation.globals, *name, *type); };
  });
  add_key_refer(key, invocation);
  CLI::App* show = add_command(key, "show", "Show a key of CAIRN_HOME", "cairn key show dana");
  show->add_option("NAME", *name, "its handle")->required();
  show->callback([&invocation, name] {
    invocation.action = [&invocation, name] { return run_key_show(invocation.globals, *name); };
  });
}

void add_key(CLI::App& app, Invocation& invocation) {
  CLI::App* key = add_command(app, "key", "Make, show, rotate and revoke keys; refer to one that lies elsewhere",
                              "cairn key new dana");
  key->require_subcommand(1);
  add_key_files(*key, invocation);

  auto rotation = std::make_shared<RotateFlags>();
  CLI::App* rotate =
      add_command(*key, "rotate", "Put a new key in the place of your own", "cairn --as dana key rotate");
  CLI::Option* new_type = rotate->add_option("--type", rotation->type, "ed25519 or ecdsa-p256")->capture_default_str();
  rotate->add_option("--to", rotation->to, "no new key, but this one, which lies elsewhere (cairn key refer)")
      ->type_name("NAME")
      ->excludes(new_type);
  auto rotate_write = add_write_flags(*rotate);
  rotate->callback([&invocation, rotation, rotate_write] {
    invocation.action = [&invocation, rotation, rotate_write] {
      return run_key_rotate(invocation.globals, *rotate_write, *rotation);
    };
  });

  auto flags = std::make_shared<RevokeFlags>();
  CLI::App* revoke =
      add_command(*key, "revoke", "End a key: from then on it signs nothing",
                  "cairn key revoke 5f0c2ab19e77 --compromised-since 2026-11-20T08:00:00Z --reason \"laptop stolen\"");
  revoke->add_option("KEY", flags->key, "its id, or the first 8 or more digits")->required();
  revoke->add_option("--compromised-since", flags->compromised_since, "since when others may have had it")
      ->type_name("TIME");
  revoke->add_option("--reason", flags->reason, "why")->type_name("TEXT");
  auto revoke_write = add_write_flags(*revoke);
  revoke->callback([&invocation, flags, revoke_write] {
    invocation.action = [&invocation, flags, revoke_write] {
      return run_key_revoke(invocation.globals, *revoke_write, *flags);
    };
  });
}

void add_actor_add(CLI::App& actor, Invocation& invocation) {
  auto flags = std::make_shared<ActorAddFlags>();
  CLI::App* command = add_command(actor, "add", "Enrol an actor with a key and roles",
                                  "cairn actor add ben --key ben.pub.pem --role approver@environment=production");
  command->add_option("NAME", flags->handle, "the handle, given once and never again")->required();
  command->add_option("--key", flags->key, "the public key file that cairn key new wrote")
      ->required()
      ->type_name("PUB.pem");
  command->add_option("--role", flags->roles, "a role, with its scope if it has one")
      ->type_name("ROLE[@SCOPE]")
      ->take_all();
  command->add_flag("--service", flags->service, "a program, not a person");
  command->add_option("--owner", flags->owner, "of a service: the person who answers for it")->type_name("PERSON");
  command->add_option("--recovery-key", flags->recovery_key, "sign with the recovery key, to enrol an admin")
      ->type_name("FILE");
  command->add_option("--passphrase-file", flags->passphrase_file, "the recovery key's passphrase")->type_name("FILE");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_actor_add(invocation.globals, *write, *flags); };
  });
}

void add_actor(CLI::App& app, Invocation& invocation) {
  CLI::App* actor = add_command(app, "actor", "Enrol actors and change their roles", "cairn actor list");
  actor->require_subcommand(1);
  add_actor_add(*actor, invocation);

  CLI::App* list = add_command(*actor, "list", "List actors, roles and keys", "cairn actor list");
  list->callback([&invocation] { invocation.action = [&invocation] { return run_actor_list(invocation.globals); }; });

  auto request = std::make_shared<Seq>(0);
  CLI::App* confirm =
      add_command(*actor, "confirm", "As another admin, do what one has asked for", "cairn actor confirm 17");
  confirm->add_option("SEQ", *request, "the entry that asks; cairn actor list shows them")
      ->required()
      ->check(whole_number);
  auto confirm_write = add_write_flags(*confirm);
  confirm->callback([&invocation, request, confirm_write] {
    invocation.action = [&invocation, request, confirm_write] {
      return run_actor_confirm(invocation.globals, *confirm_write, *request);
    };
  });

  auto flags = std::make_shared<ActorRoleFlags>();
  CLI::App* role = add_command(*actor, "role", "Grant and revoke roles",
                               "cairn actor role ben --grant incident-commander --revoke deployer");
  role->add_option("NAME", flags->handle, "whose")->required();
  role->add_option("--grant", flags->grant, "a role to give")->type_name("ROLE[@SCOPE]")->take_all();
  role->add_option("--revoke", flags->revoke, "a role to take")->type_name("ROLE[@SCOPE]")->take_all();
  auto write = add_write_flags(*role);
  role->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_actor_role(invocation.globals, *write, *flags); };
  });
}

void add_policy_act(CLI::App& policy, Invocation& invocation, const std::string& name, const std::string& description,
                    Result<Exit> (*run)(const Globals&, const WriteFlags&, const Path&)) {
  auto file = std::make_shared<Path>();
  CLI::App* command = add_command(policy, name, description, "cairn policy " + name + " policy.json");
  command->add_option("FILE", *file, "the document")->required();
  auto write = add_write_flags(*command);
  command->callback([&invocation, run, file, write] {
    invocation.action = [&invocation, run, file, write] { return run(invocation.globals, *write, *file); };
  });
}

void add_policy_windows(CLI::App& policy, Invocation& invocation) {
  auto flags = std::make_shared<WindowFlags>();
  CLI::App* windows = add_command(policy, "windows", "Work out a policy's \"freezes\" from a time zone's rule",
                                  "cairn policy windows --name weekend --scope environment=production \\\n"
                                  "    --zone Europe/Berlin --from \"Fri 18:00\" --until \"Mon 07:00\"");
  windows->add_option("--name", flags->name, "the window's name")->required();
  windows->add_option("--scope", flags->scope, "all, environment=E, model=M or environment=E,model=M")
      ->required()
      ->type_name("SCOPE");
  windows->add_option("--zone", flags->zone, "such as Europe/Berlin")->required();
  windows->add_option("--from", flags->from, "local time: \"Fri 18:00\", or \"2026-12-20 00:00\" for once")->required();
  windows->add_option("--until", flags->until, "likewise")->required();
  windows->add_option("--for", flags->horizon, "how far ahead every week's are worked out, at most 730d")
      ->type_name("DURATION")
      ->capture_default_str();
  windows->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_policy_windows(invocation.globals, *flags); };
  });
}

void add_policy(CLI::App& app, Invocation& invocation) {
  CLI::App* policy = add_command(app, "policy", "Show, check and adopt the policy", "cairn policy show");
  policy->require_subcommand(1);

  auto at = std::make_shared<std::optional<std::string>>();
  CLI::App* show =
      add_command(*policy, "show", "Print the policy in force, byte for byte", "cairn policy show > policy.json");
  show->add_option("--at", *at, "as it was at this time")->type_name("TIME");
  show->callback([&invocation, at] {
    invocation.action = [&invocation, at] { return run_policy_show(invocation.globals, *at); };
  });

  auto file = std::make_shared<Path>();
  CLI::App* check = add_command(*policy, "check", "Say whether a policy reads well, and where it does not",
                                "cairn policy check policy.json");
  check->add_option("FILE", *file, "the document")->required();
  check->callback([&invocation, file] {
    invocation.action = [&invocation, file] { return run_policy_check(invocation.globals, *file); };
  });

  add_policy_windows(*policy, invocation);
  add_policy_act(*policy, invocation, "propose", "Lay a policy before the other admins, after listing what it changes",
                 run_policy_propose);
  add_policy_act(*policy, invocation, "approve", "As another admin, say yes to a proposed policy", run_policy_approve);
  add_policy_act(*policy, invocation, "adopt", "Put a policy in force, after listing what it changes",
                 run_policy_adopt);
}

}  // namespace

void add_start_commands(CLI::App& app, Invocation& invocation) {
  add_init(app, invocation);
  add_submit(app, invocation);
  add_key(app, invocation);
  add_actor(app, invocation);
  add_policy(app, invocation);
}

}  // namespace cairn
