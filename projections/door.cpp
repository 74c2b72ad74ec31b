// The door (DESIGN, idea 5): what is turned away without being recorded, and the whole answer for one statement.
#include <algorithm>

#include "projections/admit.h"

namespace cairn {

namespace {

Door turned_away(std::string reason, std::string message) {
  return {Door::Kind::turned_away, 0, std::move(reason), std::move(message)};
}

// Who may sign as this author now. Entry 0 and the recovery key's one statement bring their own.
std::optional<Door> wrong_signer(const World& world, const Statement& statement, const KeyId& key) {
  if (world.empty()) {
    const bool enrols_signer = std::any_of(statement.events.begin(), statement.events.end(), [&](const Event& event) {
      const auto* actor = std::get_if<ActorEnrolled>(&event);
      return actor != nullptr && actor->handle == statement.author && sha256(actor->key) == key;
    });
    if (enrols_signer) return std::nullopt;
    return turned_away("unknown_key", "entry 0 is signed by the key of an actor that it enrols");
  }
  if (statement.author == recovery_author) {
    if (key == world.genesis->recovery_id) return std::nullopt;
    return turned_away("unknown_key", "only the recovery key signs as " + statement.author);
  }
  const Key* row = world.signing_key(key);
  if (row != nullptr && row->handle == statement.author) return std::nullopt;
  return turned_away("unknown_key", "the key " + key.hex().substr(0, 16) + " is not an enrolled, unrevoked key of " +
                                        statement.author + "; cairn actor list shows who is");
}

std::optional<Door> outside_bracket(const World& world, const Statement& statement, Millis recorded) {
  if (statement.expires < statement.at || statement.expires - statement.at > max_validity) {
    return turned_away("validity",
                       "a statement is valid for 0 to " + format_duration(max_validity) + " after its `at`");
  }
  if (recorded < statement.at - clock_skew) {
    return turned_away("early", "signed at " + format_time(statement.at) + ", more than " +
                                    format_duration(clock_skew) + " ahead of the log's " + format_time(recorded) +
                                    "; set the clocks right");
  }
  if (statement.basis.size <= world.position->corrected && world.position->corrected > 0) {
    return turned_away("late",
                       str("signed on a head of ", statement.basis.size, " entries, before the log's clock was ",
                           "corrected in entry ", world.position->corrected, "; sign it again"));
  }
  if (recorded > statement.expires) {
    return turned_away("late", "expired at " + format_time(statement.expires) + ", and the log's clock says " +
                                   format_time(recorded) + "; sign it again");
  }
  return std::nullopt;
}

std::optional<Door> at_the_door(const World& world, const Statement& statement, const KeyId& key, Millis recorded) {
  if (statement.ledger != world.genesis->ledger) {
    return turned_away("other_ledger", "the statement was made for ledger " + statement.ledger.hex() +
                                           ", and this is " + world.genesis->ledger.hex());
  }
  if (const auto door = wrong_signer(world, statement, key)) return door;
  const auto short_key = RecentIds::key_of(statement.author, statement.id);
  if (const RecentIds::Row* row = world.ids.find(short_key, std::max(recorded, world.position->recorded) - id_memory)) {
    if (row->events == RecentIds::shorten(statement.events_hash))
      return Door{Door::Kind::repeated, row->seq, "repeated", ""};
    return Door{Door::Kind::conflict, row->seq, "id_used",
                "the id " + printable(statement.id) + " of " + statement.author + " said something else in entry " +
                    str(row->seq) + "; use another --id"};
  }
  if (const auto door = outside_bracket(world, statement, recorded)) return door;
  for (const auto& [subject, expected] : statement.expects) {
    const Seq* last = world.subjects.find(subject);
    if (last != nullptr && *last == expected) continue;
    return Door{Door::Kind::conflict, 0, "expects_unmet",
                subject + " was expected to have changed last in entry " + str(expected) + ", and did in " +
                    (last == nullptr ? std::string("none") : str(*last)) + "; look again and try again"};
  }
  return std::nullopt;
}

// What a refusal may cost the log (DESIGN, idea 5). Signed evidence of a fork has a limit of its own, so that no
// other refusals keep it out, and none of size (decision 0012).
std::optional<Door> refusal_too_many(const World& world, const Statement& statement, std::size_t payload_bytes,
                                     const Refused& refused, Millis recorded) {
  const Policy& policy = world.policy();
  const bool fork = refused.refusal == Refusal::basis_not_on_history;
  const std::string why =
      str(wire_name(refused.refusal), refused.reasons.empty() ? "" : ": " + refused.reasons.front());
  if (!fork && payload_bytes > policy.refusal_bytes) {
    return turned_away("refused_and_large",
                       str("refused, ", why, "; and too large to record: ", payload_bytes, " bytes, where ",
                           policy.refusal_bytes, " are allowed. ", refused.remedy));
  }
  const std::deque<Millis>* times = (fork ? world.forks : world.refusals).find(statement.author);
  if (times == nullptr) return std::nullopt;
  const auto recent = static_cast<std::uint64_t>(
      std::count_if(times->begin(), times->end(), [&](Millis time) { return time > recorded - hour; }));
  if (recent < policy.refusals_per_hour) return std::nullopt;
  return turned_away("too_many_refusals", str("refused, ", why, "; and ", statement.author, " has left ", recent,
                                              " refusals within the hour; use --dry-run or --wait to poll"));
}

}  // namespace

Decision admit(World& world, const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
               Millis recorded) {
  Decision decision;
  decision.door = at_the_door(world, statement, key, recorded);
  if (decision.door) return decision;
  decision.verdict = explain(world, statement, key, basis, recorded);
  const bool first = world.empty();  // a ledger does not begin with a refusal
  if (decision.verdict.refused) {
    if (first) {
      decision.door = turned_away(outcome_of(decision.verdict), decision.verdict.refused->rule);
    } else {
      decision.door = refusal_too_many(world, statement, payload_bytes, *decision.verdict.refused, recorded);
    }
  }
  return decision;
}

}  // namespace cairn
