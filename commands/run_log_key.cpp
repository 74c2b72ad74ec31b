// log-key, clock
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/moments.h"
#include "commands/output.h"
#include "commands/render_receipt.h"
#include "commands/run_operate.h"
#include "ledger/base/text.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// The rules refuse a head that there never was. Said before a key is made, since where the log's only key is lost not
// even their refusal could be signed.
Result<void> check_taken_from(std::optional<Size> from, Size size) {
  if (!from || (*from > 0 && *from <= size)) return {};
  return usage(str("--compromised-from ", *from, ": the heads of this log are of 1 to ", size, " entries"));
}

// The key that the log is to sign with, and what it says to that. A dry run keeps none.
Result<LogKeyAdded> key_to_add(const Globals& globals, const Home& home, const WriteFlags& write,
                               std::optional<Size> taken_from = {}) {
  TRY_LET(session, Session::open(globals, home));
  const Ledger& ledger = session->ledger();
  TRY(check_taken_from(taken_from, ledger.size()));
  TRY_LET(key, write.dry_run ? PrivateKey::generate(KeyType::ed25519) : home.next_log_key(ledger.log_keys()));
  TRY_LET(verifier, NoteVerifier::for_log(ledger.origin(), key.public_key()));
  TRY_LET(possession, key.sign(log_possession_text(ledger.id(), verifier.vkey())));
  return LogKeyAdded{verifier.vkey(), possession};
}

std::vector<std::string> signing_now(const World& world) {
  std::vector<std::string> vkeys;
  for (const auto& [vkey, key] : world.genesis->log_keys) {
    if (!key.ended) vkeys.push_back(vkey);
  }
  return vkeys;
}

// By the whole vkey, or by the part of it that is shown.
Result<std::string> named_key(const World& world, const std::string& name) {
  std::vector<std::string> matching;
  for (const auto& [vkey, key] : world.genesis->log_keys) {
    if (vkey == name || short_vkey(vkey) == name) matching.push_back(vkey);
  }
  if (matching.size() == 1) return matching.front();
  return usage("\"" + printable(name) + "\" names " + str(matching.size()) +
               " keys of this log; cairn log-key shows those that sign");
}

Speaker speaker(const Globals& globals, const World& world) {
  return {globals.actor, moment_of(world)};
}

}  // namespace

Result<Exit> run_log_key(const Globals& globals) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  Json vkeys = Json::array();
  std::string lines;
  for (const NoteVerifier& key : ledger.log_keys().at(ledger.size())) {
    vkeys.push_back(key.vkey());
    lines += key.vkey() + "\n";
  }
  if (globals.json) {
    print(json_text({{"vkey", ledger.vkey()},
                     {"vkeys", std::move(vkeys)},
                     {"ledger", ledger.id().hex()},
                     {"origin", ledger.origin()}}));
  } else {
    print(lines);
  }
  return Exit::done;
}

Result<Exit> run_log_key_add(const Globals& globals, const WriteFlags& write) {
  TRY(check_actor(globals));
  TRY_LET(home, Home::from_environment());
  TRY_LET(added, key_to_add(globals, home, write));
  return write_and_show(globals, write, [&](const World& world) {
    return Wanted{ChangeLogKeys{added, {}, {}, "", speaker(globals, world)}, {}};
  });
}

Result<Exit> run_log_key_replace(const Globals& globals, const WriteFlags& write, const LogKeyFlags& flags) {
  TRY(check_actor(globals));
  TRY_LET(home, Home::from_environment());
  TRY_LET(added, key_to_add(globals, home, write, flags.compromised_from));
  return write_and_show(globals, write, [&](const World& world) {
    return Wanted{
        ChangeLogKeys{added, signing_now(world), flags.compromised_from, flags.reason, speaker(globals, world)}, {}};
  });
}

Result<Exit> run_log_key_retire(const Globals& globals, const WriteFlags& write, const LogKeyFlags& flags) {
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(vkey, named_key(world, flags.retire.value_or("")));
    return Wanted{ChangeLogKeys{std::nullopt, {vkey}, flags.compromised_from, flags.reason, speaker(globals, world)},
                  {}};
  });
}

Result<Exit> run_clock_correct(const Globals& globals, const WriteFlags& write, const std::string& reason) {
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    const Millis now = SystemClock().now();
    if (world.position->recorded <= now) {
      return usage("the newest entry was recorded at " + format_time(world.position->recorded) +
                   ", and it is later now: there is nothing to correct");
    }
    return Wanted{CorrectClock{reason, Speaker{globals.actor, now}}, {}};
  });
}

}  // namespace cairn
