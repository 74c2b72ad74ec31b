// Several keys of one log, its clock and its forks, as an auditor sees them: told truly, and by a log that lies.
#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

namespace cairn {
namespace {

PrivateKey seeded(char seed) {
  return PrivateKey::from_ed25519_seed(std::string(32, seed)).value();
}

std::string vkey_of(const PrivateKey& key, std::string_view origin = forge_origin) {
  return NoteVerifier::for_log(origin, key.public_key())->vkey();
}

// A ledger whose log signs with a second key from entry `added` on, and with that alone from entry `retired` on. It
// keeps a snapshot that the first key sealed.
struct Rotated : Forge {
  PrivateKey second = seeded('M');
  Seq added = 0;
  Seq retired = 0;

  // The first key is only retired, or called compromised.
  explicit Rotated(std::optional<Size> compromised = std::nullopt) {
    register_model("fraud");
    seal_snapshot_here();
    added =
        admit("dana", {LogKeyAdded{vkey_of(second), second.sign(log_possession_text(id(), vkey_of(second))).value()}});
    register_model("churn");
    retired = compromised ? admit("dana", {LogKeyCompromised{vkey(), *compromised, "taken"}})
                          : admit("dana", {LogKeyRetired{vkey(), "yearly"}});
    register_model("spam");
  }

  std::string signed_by_keys(Size size, const std::vector<PrivateKey>& keys) const {
    const auto opened = open_checkpoint(held().notes.at(size), NoteVerifier::from_log_vkey(vkey()).value());
    return sign_note(format_checkpoint(opened->origin, opened->head), opened->origin, keys).value();
  }

  // What a log that keeps to its word holds.
  ForgedEvidence honest() const {
    ForgedEvidence evidence = held();
    for (auto& [size, note] : evidence.notes) {
      std::vector<PrivateKey> keys;
      if (size <= retired) keys.push_back(log);
      if (size > added) keys.push_back(second);
      note = signed_by_keys(size, keys);
    }
    evidence.newest = evidence.notes.rbegin()->second;
    return evidence;
  }
};

std::vector<std::string> found(const EvidenceSource& source, const std::optional<std::string>& vkey,
                               bool quick = false) {
  AuditOptions options;
  options.vkey = vkey;
  options.quick = quick;
  const auto report = audit(source, options);
  REQUIRE(report.ok());
  return places(*report);
}

const std::vector<std::string> nothing;

TEST_CASE("a log that changed its key as it said is verified by either key, and by what it says of itself") {
  const Rotated log;
  const ForgedEvidence honest = log.honest();
  CHECK(found(honest, log.vkey()) == nothing);
  CHECK(found(honest, vkey_of(log.second)) == nothing);
  CHECK(found(honest, std::nullopt) == nothing);
  AuditOptions stranger;
  stranger.vkey = vkey_of(seeded('X'));
  CHECK(names(*audit(honest, stranger), "0 genesis_wrong"));
}

TEST_CASE("a snapshot that a key sealed before it was called compromised is held against the entries like any other") {
  const Rotated log(Size{1});
  ForgedEvidence evidence = log.honest();
  CHECK(found(evidence, vkey_of(log.second)) == nothing);
  auto& [size, sealed] = *evidence.snapshots.begin();
  const Snapshot honest = *open_snapshot(sealed, log.log.public_key());
  Bytes state(honest.state);
  flip(state, state.size() - 1);
  const Head head = honest.head;
  sealed = *seal_snapshot({head, state}, log.log);
  CHECK(found(evidence, vkey_of(log.second)) == std::vector<std::string>{"- snapshot_wrong"});
}

TEST_CASE("who signs is never taken from entries that nobody judged") {
  const Rotated log;
  for (const std::optional<std::string>& key :
       {std::optional(log.vkey()), std::optional(vkey_of(log.second)), std::optional<std::string>()}) {
    AuditOptions options;
    options.quick = true;
    options.vkey = key;
    const auto report = audit(log.honest(), options);
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().message.find("audit without --quick") != std::string::npos);
  }
}

TEST_CASE("a newest head that claims more entries than there are ends no audit late") {
  const Rotated log;
  ForgedEvidence claims = log.honest();
  const Head head{std::numeric_limits<Size>::max() - 1, sha256("?")};
  claims.newest = sign_note(format_checkpoint(std::string(forge_origin), head), forge_origin, log.second).value();
  CHECK(found(claims, log.vkey()) != nothing);
}

TEST_CASE("a log that retires every key of its own is not verified") {
  Forge forge;
  forge.admit("dana", {LogKeyRetired{forge.vkey(), "none is left"}});
  ForgedEvidence told = forge.held();
  const auto opened = open_checkpoint(told.newest, NoteVerifier::from_log_vkey(forge.vkey()).value());
  told.newest = sign_note(format_checkpoint(opened->origin, opened->head), opened->origin, seeded('X')).value();
  told.notes[opened->head.size] = told.newest;
  CHECK(names(*audit(told, {}), "1 outcome_wrong"));
}

TEST_CASE("a head that lacks the line of a key that signs at its size is found, newest or kept") {
  const Rotated log;
  ForgedEvidence lacking = log.honest();
  SECTION("kept, without the second") {
    lacking.notes[log.added + 1] = log.signed_by_keys(log.added + 1, {log.log});
  }
  SECTION("kept, without the first") {
    lacking.notes[log.retired] = log.signed_by_keys(log.retired, {log.second});
  }
  SECTION("newest, by the key that was retired") {
    lacking.newest = log.signed_by_keys(log.head().size, {log.log});
    lacking.notes.erase(log.head().size);
  }
  CHECK(found(lacking, std::nullopt) == std::vector<std::string>{"- checkpoint_bad"});
}

TEST_CASE("a key that signed for a while has to have signed every head of that while") {
  Forge forge;
  const PrivateKey second = seeded('M');
  const Bytes possession = second.sign(log_possession_text(forge.id(), vkey_of(second))).value();
  const Seq added = forge.admit("dana", {LogKeyAdded{vkey_of(second), possession}});
  forge.register_model("fraud");
  const Seq ended = forge.admit("dana", {LogKeyRetired{vkey_of(second), "no need"}});
  forge.register_model("churn");
  // By the first key alone: so is the newest rightly, and the two between are not.
  CHECK(found(forge.held(), forge.vkey()) == std::vector<std::string>(ended - added, "- checkpoint_bad"));
  ForgedEvidence honest = forge.held();
  for (Size size = added + 1; size <= ended; ++size) {
    const auto opened = open_checkpoint(honest.notes.at(size), NoteVerifier::from_log_vkey(forge.vkey()).value());
    honest.notes[size] = sign_note(format_checkpoint(opened->origin, opened->head), opened->origin,
                                   std::vector<PrivateKey>{forge.log, second})
                             .value();
  }
  CHECK(found(honest, forge.vkey()) == nothing);
}

TEST_CASE("what was refused has no key sign, and ends none") {
  Forge forge;
  const PrivateKey mine = seeded('M');
  const Bytes possession = mine.sign(log_possession_text(forge.id(), vkey_of(mine))).value();
  forge.refuse("gus", {LogKeyAdded{vkey_of(mine), possession}}, "role_missing");
  forge.refuse("gus", {LogKeyRetired{forge.vkey(), "mine is better"}}, "role_missing");
  forge.register_model("fraud");
  CHECK(found(forge.held(), forge.vkey()) == nothing);
  CHECK(found(forge.held(), std::nullopt) == nothing);
}

TEST_CASE("a key that no entry added signs nothing for the log") {
  const Rotated log;
  ForgedEvidence strange = log.honest();
  const Size newest = log.head().size;
  strange.newest = log.signed_by_keys(newest, {seeded('X')});
  strange.notes.erase(newest);
  CHECK(found(strange, std::nullopt) == std::vector<std::string>{"- checkpoint_bad"});
}

TEST_CASE("a key that has ended is trusted for what leads on only where a head shows that it was this log's") {
  const Rotated log;
  ForgedEvidence without = log.honest();
  without.notes.clear();
  CHECK(found(without, log.vkey()) == std::vector<std::string>{"- checkpoint_bad"});
  CHECK(found(without, vkey_of(log.second)) == nothing);

  AuditOptions options;
  options.vkey = log.vkey();
  options.known_heads = {log.signed_by_keys(2, {log.log})};
  CHECK(places(*audit(without, options)) == nothing);
}

TEST_CASE("nobody but an admin has the log sign with another key, whatever the log records") {
  Forge forge;
  const PrivateKey mine = seeded('M');
  forge.admit("erin", {LogKeyAdded{vkey_of(mine), mine.sign(log_possession_text(forge.id(), vkey_of(mine))).value()}});
  ForgedEvidence told = forge.held();
  const auto opened = open_checkpoint(told.newest, NoteVerifier::from_log_vkey(forge.vkey()).value());
  told.newest = sign_note(format_checkpoint(opened->origin, opened->head), opened->origin,
                          std::vector<PrivateKey>{forge.log, mine})
                    .value();
  told.notes[opened->head.size] = told.newest;
  CHECK(found(told, forge.vkey()) == std::vector<std::string>{"1 outcome_wrong"});
}

TEST_CASE("recorded time goes back for an admitted correction of the clock, and for nothing else") {
  Forge forge;
  forge.register_model("fraud");
  const Millis right = forge.now;
  forge.wait(30 * day);
  forge.register_model("churn");
  const Millis wrong = forge.now;
  forge.now = right;
  SECTION("corrected") {
    forge.admit("dana", {ClockCorrected{wrong, "ahead"}});
    forge.register_model("spam");
    CHECK(found(forge.held(), forge.vkey()) == nothing);
  }
  SECTION("corrected by nobody who may") {
    const Seq lie = forge.admit("gus", {ClockCorrected{wrong, "ahead"}});
    CHECK(found(forge.held(), forge.vkey()) == std::vector<std::string>{str(lie, " outcome_wrong")});
  }
  SECTION("refused, and gone back all the same") {
    const Seq lie = forge.refuse("gus", {ClockCorrected{wrong, "ahead"}}, "role_missing");
    CHECK(names(*audit(forge.held(), {}), str(lie, " time_out_of_order")));
  }
  SECTION("from another time than the newest") {
    const Seq lie = forge.admit("dana", {ClockCorrected{wrong - 1, "ahead"}});
    CHECK(found(forge.held(), forge.vkey()) == std::vector<std::string>{str(lie, " outcome_wrong")});
  }
  SECTION("with nothing said") {
    const Seq lie = forge.admit("dana", {RoleGranted{"gus", {Role::monitor, {}}}});
    CHECK(names(*audit(forge.held(), {}), str(lie, " time_out_of_order")));
  }
}

}  // namespace
}  // namespace cairn
