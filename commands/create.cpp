#include "commands/create.h"

#include "commands/command.h"
#include "commands/live_rules.h"
#include "commands/waiting_notice.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t passphrase_bytes = 16;

// 128 bits as hex in groups of four: nothing to confuse when it is copied by hand.
std::string make_passphrase() {
  const std::string digits = to_hex(random_bytes(passphrase_bytes));
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); i += 4) grouped += (i == 0 ? "" : "-") + digits.substr(i, 4);
  return grouped;
}

struct ActorKey {
  PrivateKey key;
  bool is_new = false;  // not in this home yet
};

// One that is here already is taken: who runs a second ledger signs there with the key they have. A new one is kept
// only once the place is known to be free.
Result<ActorKey> first_actors_key(const Home& home, const std::string& name) {
  TRY(Home::check_key_name(name));
  TRY_LET(there, file_exists(home.key_path(name)));
  if (there) {
    TRY(home.complete_key(name));
    TRY_LET(key, home.read_key(name));
    return ActorKey{std::move(key), false};
  }
  TRY_LET(key, PrivateKey::generate(KeyType::ed25519));
  return ActorKey{std::move(key), true};
}

Result<ActorEnrolled> first_actor(const std::string& handle, const PrivateKey& key) {
  ActorEnrolled actor;
  actor.handle = handle;
  actor.key = key.public_key().spki();
  TRY_LET(possession, key.sign(possession_text(handle, key.public_key().id())));
  actor.possession = std::move(possession);
  for (const Role role :
       {Role::admin, Role::deployer, Role::approver, Role::monitor, Role::incident_commander, Role::auditor}) {
    actor.roles.push_back({role, Scope{}});
  }
  return actor;
}

Result<Envelope> entry_zero(const CreateLedger& wanted, const std::string& author, const PrivateKey& key, Millis now) {
  TRY_LET(proposal, decide(World(), wanted));
  Statement statement;
  statement.id = to_hex(random_bytes(16));
  statement.author = author;
  statement.at = now;
  statement.expires = now + proposal.validity;
  statement.events = std::move(proposal.events);
  TRY_LET(payload, encode_statement(statement, wanted.ledger.origin));
  // Asked before anything is made, so that a bad policy or key leaves nothing behind.
  TRY_LET(decoded, decode_statement(payload));
  World empty;
  const Decision decision = admit(empty, decoded, key.public_key().id(), payload.size(), Basis::on_history, now);
  if (decision.verdict.refused) {
    const Refused& refused = *decision.verdict.refused;
    std::string message = refused.rule;
    for (const std::string& reason : refused.reasons) message += " " + reason + ".";
    return usage(message + " " + refused.remedy);
  }
  if (decision.door) return usage(decision.door->message);
  return sign_statement(std::move(payload), key);
}

// The ledger is there; what this home cannot note of it makes that no failure.
void note(Created& created, const Result<void>& noted) {
  if (!noted) created.warnings.push_back(noted.error().message);
}

// What has to be on this disk before entry 0 names it.
Result<void> keep_keys(const Home& home, const std::string& actor, const ActorKey& actor_key, const PrivateKey& log_key,
                       const PrivateKey& recovery_key, Created& created) {
  if (actor_key.is_new) TRY(home.keep_key(actor, actor_key.key));
  created.actor_key = home.key_path(actor);
  created.recovery_passphrase = make_passphrase();
  TRY_LET(recovery, home.keep_recovery_key(recovery_key, created.recovery_passphrase));
  created.recovery = std::move(recovery);
  return home.keep_new_log_key(log_key);
}

}  // namespace

Result<Created> create_ledger(const Globals& globals, const Home& home, const NewLedger& wanted) {
  TRY_LET(place, LedgerPlace::parse(globals.where));
  if (!is_note_name(wanted.origin))
    return usage("--origin is a name without spaces or '+', such as example.com/models");
  TRY_LET(actor_key, first_actors_key(home, globals.actor));
  TRY_LET(log_key, wanted.log_key ? Result<PrivateKey>(*wanted.log_key) : PrivateKey::generate(KeyType::ed25519));
  TRY_LET(recovery_key, PrivateKey::generate(KeyType::ed25519));
  TRY_LET(verifier, NoteVerifier::for_log(wanted.origin, log_key.public_key()));
  TRY_LET(nonce, Hash::from_bytes(random_bytes(32)));
  TRY_LET(actor, first_actor(globals.actor, actor_key.key));

  CreateLedger command;
  command.ledger = {wanted.origin, verifier.vkey(), nonce, recovery_key.public_key().spki()};
  command.actors = wanted.more_actors;
  command.actors.insert(command.actors.begin(), std::move(actor));
  command.policy = wanted.policy;
  const SystemClock clock;
  TRY_LET(envelope, entry_zero(command, globals.actor, actor_key.key, clock.now()));

  const WaitingNotice notice;
  TRY_LET(store,
          place.open_store(StoreMode::create, {.lock_timeout = globals.lock_timeout, .grant_to = wanted.grant_to}));
  // Which ledger this home knew here is gone. A crash past the commit leaves the new one unknown, and not another.
  TRY(home.forget_place(place.name()));
  Created created;
  created.vkey = verifier.vkey();
  TRY(keep_keys(home, globals.actor, actor_key, log_key, recovery_key, created));

  LiveRules rules({std::make_unique<World>(), {}});
  const PublicKey log_public = log_key.public_key();
  TRY_LET(sequencer, Sequencer::open(*store, rules, clock, std::move(log_key)));
  TRY_LET(answers, sequencer->append(std::span(&envelope, 1)));
  if (const auto* away = std::get_if<TurnedAway>(&answers.front())) return Error{away->kind, away->message};
  created.receipt = std::get<Receipt>(std::move(answers.front()));
  created.id = created.receipt.leaf;
  TRY_LET(statement, decode_statement(envelope.payload));
  created.statement = std::move(statement.id);
  created.log_key = home.log_key_file(created.id);
  note(created, home.name_log_key(log_public, created.id));
  note(created, home.remember_place(place.name(), created.id));
  note(created, home.remember_head(created.id, created.receipt.checkpoint));
  return created;
}

}  // namespace cairn
