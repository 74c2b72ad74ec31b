// fork
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/live_rules.h"
#include "commands/output.h"
#include "commands/render_receipt.h"
#include "commands/run_operate.h"
#include "commands/sequencing.h"
#include "ledger/base/text.h"
#include "ledger/store/attachments.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// The newest head of the ledger that is known, as far as a text of an event can hold it: its cosignatures may go.
Result<std::string> newest_known(const Home& home, const Ledger& ledger) {
  TRY_LET(remembered, home.remembered_head(ledger.id()));
  std::string note = remembered.value_or(ledger.checkpoint_note());
  while (note.size() > max_text_bytes) {
    const std::size_t line = note.rfind('\n', note.size() - 2);
    if (line == std::string::npos) return std::string();
    note.resize(line + 1);
  }
  return note;
}

struct OwnKey {
  PrivateKey key;
  NoteVerifier verifier;
};

Result<OwnKey> make_own_key(const Ledger& ledger, const std::string& origin) {
  TRY_LET(key, PrivateKey::generate(KeyType::ed25519));
  const std::string name =
      origin.empty() ? ledger.origin() + "/fork-" + key.public_key().id().hex().substr(0, 8) : origin;
  TRY_LET(verifier, NoteVerifier::for_log(name, key.public_key()));
  return OwnKey{std::move(key), std::move(verifier)};
}

Result<Statement> say_fork(const Globals& globals, const Home& home, const Ledger& ledger, const OwnKey& own,
                           const std::string& reason) {
  LedgerForked forked;
  forked.origin = ledger.origin();
  forked.size = ledger.size();
  forked.root = ledger.checkpoint().head.root;
  TRY_LET(newest, newest_known(home, ledger));
  forked.newest = std::move(newest);
  forked.log_key = own.verifier.vkey();
  TRY_LET(possession, own.key.sign(log_possession_text(ledger.id(), forked.log_key)));
  forked.possession = std::move(possession);
  forked.reason = reason;
  Statement statement;
  statement.ledger = ledger.id();
  statement.id = to_hex(random_bytes(16));
  statement.author = globals.actor;
  statement.at = SystemClock().now();
  statement.expires = statement.at + default_validity;
  statement.basis = ledger.checkpoint().head;
  statement.events = {std::move(forked)};
  return statement;
}

void show_forked(const Globals& globals, const Ledger& ledger, const std::filesystem::path& key_file) {
  const Size at = ledger.log_keys().forked_at().value_or(0);
  if (globals.json) {
    print(json_text({{"ledger", ledger.id().hex()},
                     {"origin", ledger.origin()},
                     {"vkey", ledger.vkey()},
                     {"entry", at},
                     {"log_key_file", key_file.string()}}));
    return;
  }
  print(toned("Forked", Tone::good) + str(": entry ", at, " makes it a ledger of its own, which takes statements\n"));
  print(table({{"  ledger id", ledger.id().hex()},
               {"  origin", printable(ledger.origin())},
               {"  log's key", ledger.vkey()},
               {"  in", printable(key_file.string())}}));
  print("\n" + wrapped("Give the id and the log's key to whoever audits it: to them, and to every home that saw the "
                       "ledger that it continues, it is another one.",
                       2));
}

// After the entry is durable. A crash on the way leaves a ledger that only reads still, with the fork as its newest
// entry; the same command comes here again.
Result<Exit> finish(const Globals& globals, const Home& home, const LedgerPlace& place, Store& store) {
  TRY_LET(ledger, Ledger::open(store));
  TRY(home.log_keys(ledger.log_keys(), ledger.size()));  // under its name from now on
  TRY(home.remember_head(ledger.id(), ledger.checkpoint_note()));
  TRY(home.remember_place(place.name(), ledger.id()));
  TRY(store.mark(Copying::done));
  show_forked(globals, ledger, home.log_key_file(ledger.id()));
  return Exit::done;
}

}  // namespace

Result<Exit> run_fork(const Globals& globals, const ForkFlags& flags) {
  TRY(check_actor(globals));
  TRY_LET(home, Home::from_environment());
  TRY_LET(place, LedgerPlace::parse(globals.where));
  TRY_LET(there, place.holds_something());
  if (!there) return fault("nothing lies at " + printable(place.name()) + "; give --ledger where the older copy is");
  if (is_postgres_url(globals.where)) return usage("what is restored into a database takes statements: migrate a fork");
  {
    TRY_LET(look, place.open_store(StoreMode::read, {}));
    if (!look->is_backup()) {
      return usage(printable(place.name()) + " takes statements as it is; fork is for an older copy that was restored");
    }
    if (!look->is_older_copy()) {
      return usage(printable(place.name()) + " is a backup, and would be none any more; restore it to a place first, " +
                   "cairn --ledger WHERE restore " + printable(place.name()) + ", and fork what lies there then");
    }
  }
  TRY_LET(author_key, home.read_key(globals.actor));
  TRY_LET(store, place.open_store(StoreMode::fork, {.lock_timeout = globals.lock_timeout}));
  TRY_LET(ledger, Ledger::open(*store));
  if (ledger.log_keys().forked_at() == ledger.size() - 1) {
    // Its own first entry is its newest: a fork that was cut short here, unless more of it was seen since.
    TRY_LET(seen, home.remembered_head(ledger.id()));
    const Result<Size> size = seen ? claimed_size(*seen) : Result<Size>(Size{0});
    if (size && *size <= ledger.size()) return finish(globals, home, place, *store);
  }

  TRY_LET(own, make_own_key(ledger, flags.origin));
  TRY_LET(statement, say_fork(globals, home, ledger, own, flags.reason));
  TRY_LET(payload, encode_statement(statement, ledger.origin()));
  TRY_LET(loaded, load_world(ledger, ledger.size()));
  // The log cannot record a refusal here: its key signs nothing more.
  const KeyId key = author_key.public_key().id();
  TRY_LET(decoded, decode_statement(payload));
  Decision decision = admit(*loaded.world, decoded, key, payload.size(), Basis::on_history,
                            std::max(decoded.at, loaded.world->position->recorded));
  if (decision.door || decision.verdict.refused) {
    return show_written(globals, Tried{std::move(decision), sentences_of(decoded, ModelNames())});
  }
  TRY(home.keep_new_log_key(own.key));
  TRY_LET(envelope, sign_statement(std::move(payload), author_key));
  LiveRules rules(std::move(loaded));
  const SystemClock clock;
  SequencerOptions options;
  options.brings_keys = true;
  options.clock_is_right = true;  // an old copy's newest entry is old
  TRY_LET(sequencer, Sequencer::open(*store, rules, clock, std::move(own.key), options));
  TRY_LET(answers, sequencer->append(std::span(&envelope, 1)));
  if (const auto* away = std::get_if<TurnedAway>(&answers.front())) return Error{away->kind, away->message};
  return finish(globals, home, place, *store);
}

}  // namespace cairn
