// init, key, actor, policy.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/create.h"
#include "commands/default_policy.h"
#include "commands/json_text.h"
#include "commands/moments.h"
#include "commands/passphrase.h"
#include "commands/render_receipt.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "ledger/evidence/readers.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_key_file = 64 << 10;
constexpr std::size_t least_key_digits = 8;

Result<std::string> read_policy_file(const Path& file) {
  TRY_LET(document, read_file(file, max_policy_bytes));
  const auto policy = parse_policy(document);
  if (!policy) return usage(file.string() + ": " + policy.error().message);
  return document;
}

Result<PublicKeyFile> read_public_key_file(const Path& file) {
  TRY_LET(text, read_file(file, max_key_file));
  auto key = parse_public_key_file(text);
  if (!key) return usage(file.string() + ": " + key.error().message);
  return key;
}

Result<std::vector<Grant>> parse_grants(const std::vector<std::string>& texts) {
  std::vector<Grant> grants;
  for (const std::string& text : texts) {
    const auto grant = parse_grant(text);
    if (!grant) return usage(grant.error().message);
    grants.push_back(*grant);
  }
  std::sort(grants.begin(), grants.end());
  return grants;
}

// HANDLE=PUB.pem:ROLE,...
Result<ActorEnrolled> parse_actor(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':');
  if (equals == std::string::npos || colon == std::string::npos || colon < equals) {
    return usage("--actor " + printable(text) + ": it is HANDLE=PUB.pem:ROLE,...");
  }
  ActorEnrolled actor;
  actor.handle = text.substr(0, equals);
  TRY_LET(key, read_public_key_file(text.substr(equals + 1, colon - equals - 1)));
  actor.key = key.key.spki();
  actor.possession = std::move(key.possession);
  std::vector<std::string> roles;
  for (const std::string_view role : split(std::string_view(text).substr(colon + 1), ',')) roles.emplace_back(role);
  TRY_LET(grants, parse_grants(roles));
  actor.roles = std::move(grants);
  return actor;
}

Result<Secret> read_passphrase(const std::optional<Path>& file) {
  if (file) {
    TRY_LET(text, read_file(*file, max_key_file));
    const Wiped wiped(text);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return Secret(text);
  }
  return ask_secret("Passphrase of the recovery key: ", "give --passphrase-file FILE");
}

void print_key(const Globals& globals, const Home& home, const std::string& name, const PrivateKey& key) {
  const PublicKey& half = key.public_key();
  const auto signer = key.signer();
  const std::string private_file = home.key_path(name).string();
  const std::string public_file = home.public_key_path(name).string();
  if (globals.json) {
    Json json = {{"name", name}, {"type", to_text(half.type())}, {"key_id", half.id().hex()}, {"file", public_file}};
    if (signer) json["signer"] = *signer;
    print(json_text(json));
    return;
  }
  print(table({{"name", name},
               {"type", std::string(to_text(half.type()))},
               {"key id", half.id().hex()},
               {"signs by", printable(signer ? *signer : "the key in " + private_file)},
               {"public key", printable(public_file)}}));
}

// Whether the log has enrolled the key that an earlier rotation made: then a crash, or a submission by somebody else,
// has only left the files here behind.
Result<bool> next_key_signs(const Globals& globals, const Home& home) {
  TRY_LET(next, home.next_key(globals.actor));
  if (!next) return false;
  TRY_LET(session, Session::open(globals, home));
  TRY_LET(world, session->world());
  const Key* row = world->signing_key(next->public_key().id());
  return row != nullptr && row->handle == globals.actor;
}

void print_created(const Globals& globals, const Created& created) {
  if (globals.json) {
    Json json = {{"ledger", created.id.hex()},
                 {"vkey", created.vkey},
                 {"actor_key", created.actor_key.string()},
                 {"log_key", created.log_key.string()},
                 {"recovery_key", created.recovery.key.string()},
                 {"recovery_passphrase", created.recovery_passphrase},
                 {"recovery_passphrase_file", created.recovery.passphrase.string()}};
    const Json receipt = Json::parse(receipt_json(created.receipt, created.statement));
    json.insert(receipt.begin(), receipt.end());
    print(json_text(json));
    return;
  }
  print(toned("A ledger is made.", Tone::good) + "\n");
  print(table({{"  ledger id", created.id.hex()},
               {"  log's vkey", created.vkey},
               {"  log's key", printable(created.log_key.string())},
               {"  first actor", globals.actor + ", with every role"},
               {"  actor's key", printable(created.actor_key.string())},
               {"  recovery key", printable(created.recovery.key.string())},
               {"  passphrase", toned(created.recovery_passphrase, Tone::strong)},
               {"  kept in", printable(created.recovery.passphrase.string())}}));
  print(receipt_text(created.receipt));
  print("\n" +
        wrapped("Give the ledger id or the vkey to every auditor: it is all they need. Carry the recovery key to "
                "a safe and its passphrase to another, and delete both files here: together they can enrol a "
                "new admin if all keys are lost.",
                2));
}

// A rotation that the log has: only the files here are behind.
Result<Exit> finish_rotation(const Globals& globals, const WriteFlags& flags, const Home& home) {
  if (flags.dry_run) {
    return show_written(globals, Unchanged{"the log has the new key of " + globals.actor +
                                               "; cairn key rotate without --dry-run puts it in place here",
                                           {}});
  }
  TRY(home.replace_key(globals.actor));
  TRY_LET(key, home.read_key(globals.actor));
  print_key(globals, home, globals.actor, key);
  return Exit::done;
}

// The key of this home that lies elsewhere and goes by this name.
Result<PrivateKey> referred_key(const Home& home, const std::string& name) {
  TRY_LET(key, home.read_key(name));
  if (key.signer()) return key;
  return usage("the key " + name + " lies in a file here and signs as " + name +
               "; name one that cairn key refer wrote of a key that lies elsewhere");
}

// The key to rotate to: the one that a rotation which was cut short had chosen, or a new one. One that is only tried
// out is written nowhere.
Result<PrivateKey> key_to_come(const Home& home, const std::string& name, const RotateFlags& flags, bool dry_run) {
  TRY_LET(key_type, parse_key_type(flags.type));
  const auto wanted = [&] { return flags.to ? referred_key(home, *flags.to) : PrivateKey::generate(key_type); };
  TRY_LET(chosen, home.next_key(name));
  if (chosen && !flags.to) return std::move(*chosen);
  TRY_LET(key, wanted());
  if (chosen && chosen->public_key().id() == key.public_key().id()) return std::move(*chosen);
  if (chosen) {
    return usage(printable(home.key_path(name + ".next").string()) +
                 " is the key of a rotation that was begun before: end that one with cairn key rotate, or remove the "
                 "file if the log never had it");
  }
  if (!dry_run) TRY(home.keep_next_key(name, key));
  return key;
}

// What the flags say of a key that lies elsewhere.
Result<SignerFile> signer_of(const ReferFlags& flags) {
  SignerFile file;
  if (flags.command.program.empty() == flags.pkcs11.empty()) {
    return usage("say where the key lies: either --command PROGRAM or --pkcs11 URI");
  }
  if (!flags.pkcs11.empty()) {
    if (!flags.command.arguments.empty() || !flags.command.environment.empty()) {
      return usage("--argument and --environment are for a --command");
    }
    TRY_LET(uri, parse_pkcs11_uri(flags.pkcs11));
    file.by = std::move(uri);
  } else {
    TRY(check_signer_command(flags.command));
    file.by = flags.command;
  }
  if (flags.public_key) {
    TRY_LET(text, read_file(*flags.public_key, max_key_file));
    TRY_LET(key, PublicKey::from_pem(text));
    file.key = std::move(key);
  } else if (const auto* uri = std::get_if<Pkcs11Uri>(&file.by)) {
    TRY_LET(key, public_key_on_token(*uri));
    file.key = std::move(key);
  } else {
    return usage("of a --command, --public-key FILE is needed: nothing else tells what key it signs with");
  }
  return file;
}

}  // namespace

Result<Exit> run_init(const Globals& globals, const InitFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY(check_actor(globals));
  NewLedger wanted;
  wanted.origin = flags.origin;
  wanted.grant_to = flags.grant_to;
  wanted.policy = std::string(default_policy);
  if (flags.policy) {
    TRY_LET(document, read_policy_file(*flags.policy));
    wanted.policy = std::move(document);
  }
  for (const std::string& text : flags.actors) {
    TRY_LET(actor, parse_actor(text));
    wanted.more_actors.push_back(std::move(actor));
  }
  if (flags.log_key) {
    TRY_LET(key, referred_key(home, *flags.log_key));
    wanted.log_key = std::move(key);
  }
  TRY_LET(created, create_ledger(globals, home, wanted));
  print_created(globals, created);
  for (const std::string& warning : created.warnings)
    warn("cairn: the ledger is made, and its first entry recorded; but " + warning + "\n");
  return Exit::done;
}

Result<Exit> run_key_new(const Globals& globals, const std::string& name, const std::string& type) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(key_type, parse_key_type(type));
  TRY_LET(key, home.make_key(name, key_type));
  print_key(globals, home, name, key);
  return Exit::done;
}

// The proof of possession is what the signer is tried with: nothing is written of one that cannot sign.
Result<Exit> run_key_refer(const Globals& globals, const std::string& name, const ReferFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(file, signer_of(flags));
  const PrivateKey key = signing_as(file, ask_for_pin(name));
  TRY(home.keep_key(name, key));
  print_key(globals, home, name, key);
  return Exit::done;
}

Result<Exit> run_key_show(const Globals& globals, const std::string& name) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(key, home.read_key(name));
  print_key(globals, home, name, key);
  return Exit::done;
}

Result<Exit> run_key_rotate(const Globals& globals, const WriteFlags& write_flags, const RotateFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY(check_actor(globals));
  TRY_LET(old_key, home.read_key(globals.actor));
  TRY_LET(enrolled, next_key_signs(globals, home));
  if (enrolled) return finish_rotation(globals, write_flags, home);
  TRY_LET(new_key, key_to_come(home, globals.actor, flags, write_flags.dry_run));
  RotateKey command{globals.actor, old_key.public_key().id(), new_key.public_key().spki(), {}};
  TRY_LET(possession, new_key.sign(possession_text(globals.actor, new_key.public_key().id())));
  command.possession = std::move(possession);
  TRY_LET(written, write(globals, write_flags, home, [&](const World&) { return Wanted{command, {}}; }));
  const auto* appended = std::get_if<Appended>(&written);
  const bool rotated = appended != nullptr && appended->receipt.outcome.empty();
  const Result<void> replaced = rotated ? home.replace_key(globals.actor) : Result<void>();
  const Exit ended = show_written(globals, written);
  if (replaced) return ended;
  warn(str("cairn: entry ", appended->receipt.seq,
           " has the new key, which is not in place here yet: ", replaced.error().message, " with cairn key rotate\n"));
  return Exit::fault;
}

Result<Exit> run_key_revoke(const Globals& globals, const WriteFlags& write_flags, const RevokeFlags& flags) {
  TRY_LET(home, Home::from_environment());
  Millis since = 0;
  if (flags.compromised_since) {
    TRY_LET(time, read_moment(*flags.compromised_since));
    since = time;
  }
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) -> Result<Wanted> {
            std::vector<KeyId> matching;
            for (const auto& [id, row] : world.keys.rows()) {
              if (flags.key.size() >= least_key_digits && id.hex().starts_with(flags.key)) matching.push_back(id);
            }
            if (matching.size() != 1) {
              return usage(str("\"", printable(flags.key), "\" names ", matching.size(), " keys; give at least ",
                               least_key_digits, " digits of a key id (cairn actor list)"));
            }
            return Wanted{RevokeKey{matching.front(), since, flags.reason}, {}};
          }));
  return show_written(globals, written);
}

Result<Exit> run_actor_add(const Globals& globals, const WriteFlags& write_flags, const ActorAddFlags& flags) {
  if (flags.roles.empty()) return usage("an actor without a role can do nothing: give --role ROLE");
  if (flags.service && flags.owner.empty()) return usage("a person answers for every --service: give --owner PERSON");
  TRY_LET(home, Home::from_environment());
  ActorEnrolled actor;
  actor.handle = flags.handle;
  actor.kind = flags.service ? ActorKind::service : ActorKind::person;
  actor.owner = flags.owner;
  TRY_LET(key, read_public_key_file(flags.key));
  actor.key = key.key.spki();
  actor.possession = key.possession;
  TRY_LET(grants, parse_grants(flags.roles));
  actor.roles = std::move(grants);
  const MakeCommand make = [&](const World& world) {
    const std::string person = flags.recovery_key ? std::string(recovery_author) : globals.actor;
    return Wanted{EnrolActor{actor, Speaker{person, moment_of(world)}}, {}};
  };
  if (!flags.recovery_key) {
    TRY_LET(written, write(globals, write_flags, home, make));
    return show_written(globals, written);
  }
  TRY_LET(recovery, read_private_key(*flags.recovery_key, [&] { return read_passphrase(flags.passphrase_file); }));
  const Signer signer{std::string(recovery_author), std::move(recovery)};
  TRY_LET(written, write_as(globals, write_flags, home, signer, make));
  return show_written(globals, written);
}

Result<Exit> run_actor_list(const Globals& globals) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(session, Session::open(globals, home));
  TRY_LET(world, session->world());
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows = {{"actor", "kind", "roles", "key", "since entry"}};
  for (const auto& [handle, actor] : world->actors.rows()) {
    std::string roles;
    Json role_list = Json::array();
    for (const Grant& grant : actor.roles) {
      roles += (roles.empty() ? "" : " ") + to_text(grant);
      role_list.push_back(to_text(grant));
    }
    std::string kind(to_text(actor.kind));
    if (!actor.owner.empty()) kind += " of " + actor.owner;
    Json keys = Json::array();
    std::string name = handle;
    for (const auto& [id, key] : world->keys.rows()) {
      if (key.handle != handle) continue;
      keys.push_back(
          {{"key_id", id.hex()}, {"added", key.added}, {"revoked", key.revoked ? Json(*key.revoked) : Json()}});
      const std::string state = key.revoked ? str(key.added, ", revoked in ", *key.revoked) : str(key.added);
      rows.push_back({name, kind, roles, id.hex().substr(0, 16), state});
      name = kind = roles = "";
    }
    list.push_back({{"handle", handle},
                    {"kind", to_text(actor.kind)},
                    {"owner", actor.owner},
                    {"roles", role_list},
                    {"enrolled", actor.enrolled},
                    {"keys", keys}});
  }
  Json requests = Json::array();
  std::string open;
  ModelNames names;
  names.learn(*world);
  for (const auto& [hash, request] : world->requests.rows()) {
    const std::string what = describe(AdministrationRequested{request.events}, names);
    requests.push_back({{"seq", request.said.seq}, {"author", request.said.by}, {"what", what}});
    open += wrapped(printable(str(request.said.seq, ": ", request.said.by, " ", what)), 2);
  }
  if (!open.empty()) open = "\nWaiting for another admin (cairn actor confirm ENTRY):\n" + open;
  const Json json = {{"actors", list}, {"requests", requests}};
  print(globals.json ? json_text(json) : table(rows) + open);
  return Exit::done;
}

Result<Exit> run_actor_confirm(const Globals& globals, const WriteFlags& write, Seq request) {
  return write_and_show(globals, write, [&](const World&) { return Wanted{ConfirmRequest{request}, {}}; });
}

Result<Exit> run_actor_role(const Globals& globals, const WriteFlags& write_flags, const ActorRoleFlags& flags) {
  ChangeRoles command;
  command.handle = flags.handle;
  TRY_LET(grant, parse_grants(flags.grant));
  TRY_LET(revoke, parse_grants(flags.revoke));
  command.grant = std::move(grant);
  command.revoke = std::move(revoke);
  return write_and_show(globals, write_flags, [&](const World& world) {
    command.by = Speaker{globals.actor, moment_of(world)};
    return Wanted{command, {}};
  });
}

}  // namespace cairn
