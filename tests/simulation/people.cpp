#include "tests/simulation/people.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"
#include "tests/simulation/promises.h"

namespace cairn::simulation {
namespace {

constexpr std::size_t most_moves_tried = 50;
constexpr int most_keys = 8;

std::string statement_words(const Statement& statement) {
  return str(statement.author, " ", statement.id, " ", wire_name(statement.events.front()), " on ",
             statement.basis.size);
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"fresh",      "again",     "signed anew", "id for other",  "off history",
                                        "late",       "early",     "elsewhere",   "expects other", "forged",
                                        "by another", "malformed", "misshapen"};
  return names[static_cast<std::size_t>(kind)];
}

// Deriving a key costs as much as signing with it.
const PrivateKey& key_held(const std::string& holder) {
  static std::map<std::string, PrivateKey> keys;
  const auto found = keys.find(holder);
  return found != keys.end() ? found->second : keys.emplace(holder, key_of(holder)).first->second;
}

Letter People::send(Kind kind, const Statement& statement, const PrivateKey& key) {
  const Result<Bytes> payload = encode_statement(statement, generated_origin);
  if (!payload.ok()) broken(Promise::errors_have_causes, "cannot be said: " + payload.error().message);
  sent_.push_back({statement, sign_statement(*payload, key).value()});
  return {kind, sent_.back().envelope, statement_words(statement)};
}

Letter People::first(Millis now) {
  LedgerCreated created = ledger_created();
  created.origin = generated_origin;
  created.log_key = model_.log().vkey();
  std::vector<Event> events = genesis_events(Moves::policies()[dice_.below(3)]);
  events.front() = created;
  Statement said;
  said.id = "first";
  said.author = "dana";
  said.at = now;
  said.expires = now + default_validity;
  said.events = std::move(events);
  return send(Kind::fresh, said, key_held("dana"));
}

std::vector<std::string> People::handles() const {
  std::vector<std::string> all;
  for (const auto& [handle, actor] : model_.world().actors.rows()) {
    if (!holders_of(handle).empty()) all.push_back(handle);
  }
  return all;
}

std::vector<std::string> People::holders_of(const std::string& handle) const {
  std::vector<std::string> holders = {handle, handle + " last"};
  for (int i = 2; i <= most_keys; ++i) holders.push_back(str(handle, " ", i));
  std::erase_if(holders, [&](const std::string& holder) {
    const Key* row = model_.world().signing_key(key_held(holder).public_key().id());
    return row == nullptr || row->handle != handle;
  });
  return holders;
}

const PrivateKey& People::key_for(const std::string& handle) {
  const std::vector<std::string> holders = holders_of(handle);
  return key_held(holders.empty() || dice_.chance(1) ? handle : dice_.one_of(holders));
}

Statement People::statement(const std::string& author, std::vector<Event> events, Millis now) {
  Statement said;
  said.ledger = model_.leaf(0);
  said.id = str("id-", ++ids_);
  said.author = author;
  said.at = now - static_cast<Millis>(dice_.below(100)) * second;
  said.expires = said.at + (dice_.chance(20) ? max_validity : default_validity);
  const auto remembered = heads.find(author);
  const bool lags = remembered != heads.end() && dice_.chance(lag);
  said.basis = lags ? remembered->second : model_.head();
  said.events = std::move(events);
  return said;
}

Move People::next_move(Millis now) {
  for (std::size_t tries = 0; tries < most_moves_tried; ++tries) {
    Move move = moves_.next(now);
    if (!move.events.empty()) return move;
  }
  return {"dana", {RoleGranted{"lee", {Role::approver, {}}}}};
}

Letter People::repeat(Kind kind, Millis now) {
  const std::size_t recent = std::min<std::size_t>(sent_.size(), dice_.chance(70) ? 20 : sent_.size());
  const Sent chosen = sent_[sent_.size() - 1 - dice_.below(recent)];
  if (kind == Kind::again) return {kind, chosen.envelope, statement_words(chosen.statement)};
  Statement said = chosen.statement;
  if (said.basis.size == 0) return {kind, chosen.envelope, statement_words(said)};  // entry 0 can only be as it was
  said.at = now;
  said.expires = now + default_validity;
  said.basis = model_.head();
  if (kind == Kind::id_for_other) said.events = next_move(now).events;
  return send(kind, said, key_for(said.author));
}

Head People::another_head(const Head& head) {
  const std::size_t newest = std::min<std::size_t>(lost_heads.size(), 3);  // others know them for a while
  if (newest > 0 && dice_.chance(80)) return lost_heads[lost_heads.size() - 1 - dice_.below(newest)];
  if (dice_.chance(50)) return {head.size, sha256("another branch")};
  return {head.size + 1 + dice_.below(3), head.root};
}

Letter People::write(Kind kind, Millis now) {
  if (kind == Kind::again || kind == Kind::signed_anew || kind == Kind::id_for_other) return repeat(kind, now);
  Move move = next_move(now);
  if (dice_.chance(4)) move.author = dice_.row_of(model_.world().actors.rows())->first;
  Statement said = statement(move.author, std::move(move.events), now);
  const PrivateKey* key = &key_for(move.author);
  const auto* subject = dice_.row_of(model_.world().subjects.rows());
  switch (kind) {
    case Kind::off_history:
      said.basis = another_head(said.basis);
      break;
    case Kind::late:
      said.at = now - hour - static_cast<Millis>(dice_.below(10)) * day;
      said.expires = said.at + default_validity;
      break;
    case Kind::early:
      said.at = now + clock_skew + 1 + static_cast<Millis>(dice_.below(3)) * hour;
      said.expires = said.at + default_validity;
      break;
    case Kind::elsewhere:
      said.ledger = sha256("another ledger");
      break;
    case Kind::by_another:
      key = &key_held(dice_.chance(50) ? "nobody" : dice_.row_of(model_.world().actors.rows())->first);
      break;
    case Kind::expects_other:
      if (subject != nullptr) said.expects[subject->first] = subject->second + 1;
      break;
    default:
      if (subject != nullptr && dice_.chance(10)) said.expects[subject->first] = subject->second;
  }
  return spoil(kind, send(kind, said, *key), move.author);
}

// What is wrong with the envelope and not with what it says. Nobody repeats such a one: it was never theirs.
Letter People::spoil(Kind kind, Letter letter, const std::string& author) {
  Envelope& envelope = letter.envelope;
  if (kind == Kind::forged) {
    Bytes& bytes = dice_.chance(50) ? envelope.payload : envelope.signatures.front().bytes;
    bytes[dice_.below(bytes.size())] ^= static_cast<char>(1 << dice_.below(7));
  } else if (kind == Kind::malformed) {
    Bytes payload = envelope.payload;
    payload.insert(dice_.below(payload.size()), dice_.chance(50) ? " " : "}");
    envelope = sign_statement(std::move(payload), key_for(author)).value();
  } else if (kind == Kind::misshapen) {
    const std::uint64_t how = dice_.below(3);
    if (how == 0) envelope.signatures.clear();
    if (how == 1) envelope.signatures.push_back(envelope.signatures.front());
    if (how == 2) envelope.payload.clear();
  } else {
    return letter;
  }
  sent_.pop_back();
  return letter;
}

std::vector<std::string> People::admins() const {
  std::vector<std::string> all;
  for (const std::string& handle : handles()) {
    const Actor* actor = model_.world().actors.find(handle);
    const bool is_person = actor != nullptr && actor->kind == ActorKind::person;
    if (is_person && model_.world().has_role(handle, Role::admin, "*", "*")) all.push_back(handle);
  }
  return all;
}

// Who asks another admin does so as of the wrong time, since it is recorded then.
Letter People::correct_clock(Millis now) {
  const std::vector<std::string> able = admins();
  if (able.empty()) return write(Kind::fresh, now);
  const Millis wrong = model_.newest_recorded();
  const std::vector<Event> events = {ClockCorrected{wrong, "it ran ahead"}};
  const std::string& author = dice_.one_of(able);
  const std::string bytes = *encode_events(events);
  const OpenRequest* request = model_.world().requests.find(sha256(bytes));
  const bool asks = model_.world().takes_second_admin() && (request == nullptr || dice_.chance(10));
  Statement said = asks ? statement(author, {AdministrationRequested{bytes}}, wrong) : statement(author, events, now);
  said.basis = model_.head();
  return send(Kind::fresh, said, key_for(author));
}

Letter People::last_word(const std::string& handle, int number, Millis now) {
  const std::vector<std::string> holders = holders_of(handle);
  Statement said = statement(handle, {key_added(handle, str(handle, " last ", number))}, now);
  said.at = now;
  said.expires = now + default_validity;
  said.basis = model_.head();
  return send(Kind::fresh, said, key_held(holders.front()));
}

}  // namespace cairn::simulation
