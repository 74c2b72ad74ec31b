#include "commands/writing.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "commands/output.h"
#include "commands/sequencing.h"
#include "commands/waiting_notice.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"
#include "projections/timeline.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr Millis longest_sleep = 30 * second;

std::string fresh_id() {
  return to_hex(random_bytes(16));
}

// Entry `seq` as its author meant it: the World that was verified when it was signed.
Result<std::unique_ptr<World>> world_behind(const Ledger& ledger, Seq seq) {
  TRY_LET(entry, ledger.entry(seq));
  const Size size = std::min<Size>(entry.statement.basis.size, seq);
  TRY_LET(loaded, load_world(ledger, size));
  return std::move(loaded.world);
}

struct Draft {
  Statement statement;
  Bytes payload;
  std::vector<Bytes> attachments;
  std::vector<std::string> said;
  std::optional<Unchanged> unchanged;  // then there is no statement
};

// Decides and encodes. An id that was used before is decided in the world of then, so that the same command says the
// same.
Result<Draft> draft(const Ledger& ledger, const World& world, const std::string& author, const WriteFlags& flags,
                    const MakeCommand& make) {
  const Millis now = SystemClock().now();
  std::unique_ptr<World> before;
  if (flags.id) {
    const auto* row = world.ids.find(RecentIds::key_of(author, *flags.id), now - max_validity);
    if (row != nullptr) {
      TRY_LET(then, world_behind(ledger, row->seq));
      before = std::move(then);
    }
  }
  const World& ground = before ? *before : world;
  TRY_LET(wanted, make(ground));
  TRY_LET(proposal, decide(ground, wanted.command));
  Draft made;
  if (proposal.unchanged) {
    made.unchanged = std::move(proposal.unchanged);
    return made;
  }
  made.attachments = std::move(wanted.attachments);
  Statement& statement = made.statement;
  statement.ledger = ledger.id();
  statement.id = flags.id.value_or(fresh_id());
  statement.author = author;
  statement.at = proposal.at.value_or(now);
  statement.expires = statement.at + flags.valid_for.value_or(proposal.validity);
  statement.basis = ledger.checkpoint().head;
  statement.expects = std::move(proposal.expects);
  statement.events = std::move(proposal.events);
  TRY_LET(payload, encode_statement(statement, ledger.origin()));
  // Judged as everybody will read it.
  TRY_LET(decoded, decode_statement(payload));
  made.statement = std::move(decoded);
  made.payload = std::move(payload);
  made.said = sentences_of(made.statement, ModelNames::over(ground));
  return made;
}

Decision try_out(World& world, const Draft& made, const KeyId& key) {
  const Millis now = SystemClock().now();
  const Millis recorded = corrects_clock(made.statement) ? now : std::max(now, world.position->recorded);
  return admit(world, made.statement, key, made.payload.size(), Basis::on_history, recorded);
}

Result<void> put_attachments(const Attachments& attachments, const std::vector<Bytes>& contents) {
  for (const Bytes& content : contents) TRY(attachments.put(content));
  return {};
}

// The statement first, since it alone takes the name from nobody; it is taken back if what it names cannot lie beside
// it.
Result<Written> write_signed_file(const WriteFlags& flags, const Signer& signer, Draft made) {
  const fs::path& file = *flags.sign_only;
  TRY_LET(envelope, sign_statement(std::move(made.payload), signer.key));
  const auto created = create_file(file, format_dsse(envelope) + "\n", everyone_may_read);
  if (!created && created.error().kind == ErrorKind::conflict)
    return usage(printable(file.string()) + " exists; it is not overwritten");
  TRY(created);
  const auto carried = put_attachments(AttachmentDirectory(file.string() + ".attachments"), made.attachments);
  if (!carried) ::unlink(file.c_str());
  TRY(carried);
  TRY(sync_directory(file.has_parent_path() ? file.parent_path() : fs::path(".")));
  return Written(Signed{file, made.statement.expires, std::move(made.said)});
}

// A waiting process is otherwise not to be told from one that hangs. Said once for each thing that it waits for, and
// not for each due time: a soak's comes no nearer while nobody reports, and is a later one at every look.
void say_wait(const Refused& refused, std::string& told) {
  std::string missing = joined(refused.reasons, ", ");
  if (missing.empty()) missing = refused.rule;
  std::string waits_for = str(wire_name(refused.refusal), ", ", printable(missing));
  if (waits_for == told) return;
  warn(str("cairn: waiting, until ", format_time(*refused.due), " at the earliest: ", waits_for, "\n"));
  told = std::move(waits_for);
}

// Sleeps until the rules' due time, looking again now and then in case it came nearer. Returns when time is not what is
// missing.
Result<void> wait_until_due(const Globals& globals, const WriteFlags& flags, const Home& home, const Signer& signer,
                            const MakeCommand& make) {
  for (std::string told;;) {
    TRY_LET(session, Session::open(globals, home));
    TRY_LET(world, session->world());
    TRY_LET(made, draft(session->ledger(), *world, signer.author, flags, make));
    if (made.unchanged) return {};
    const Decision decision = try_out(*world, made, signer.key.public_key().id());
    if (decision.door || !decision.verdict.refused || !decision.verdict.refused->due) return {};
    say_wait(*decision.verdict.refused, told);
    const Millis left = *decision.verdict.refused->due - SystemClock().now();
    session.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(std::clamp<Millis>(left, 10, longest_sleep)));
  }
}

}  // namespace

Result<Written> write_as(const Globals& globals, const WriteFlags& flags, const Home& home, const Signer& signer,
                         const MakeCommand& make) {
  if (flags.dry_run && flags.sign_only) {
    return usage("--dry-run signs nothing and --sign-only signs: give one of them");
  }
  if (flags.wait) TRY(wait_until_due(globals, flags, home, signer, make));
  if (flags.dry_run || flags.sign_only) {
    TRY_LET(session, Session::open(globals, home));
    TRY_LET(world, session->world());
    TRY_LET(made, draft(session->ledger(), *world, signer.author, flags, make));
    if (made.unchanged) return Written(std::move(*made.unchanged));
    if (flags.sign_only) return write_signed_file(flags, signer, std::move(made));
    Decision decision = try_out(*world, made, signer.key.public_key().id());
    return Written(Tried{std::move(decision), std::move(made.said)});
  }
  TRY_LET(writing, start_sequencing(globals, home));
  const Ledger& ledger = writing->session->ledger();
  TRY_LET(made, draft(ledger, writing->rules->world(), signer.author, flags, make));
  if (made.unchanged) return Written(std::move(*made.unchanged));
  std::optional<WaitingNotice> notice(std::in_place);
  TRY(put_attachments(writing->session->attachments(), made.attachments));
  TRY_LET(envelope, sign_statement(std::move(made.payload), signer.key));
  TRY_LET(answers, writing->sequencer->append(std::span(&envelope, 1)));
  notice.reset();
  remember_newest(globals, home, ledger.id(), answers);
  erase_attachments(*writing);
  return explain_answer(*writing, std::move(answers.front()), std::move(made.statement), std::move(made.said));
}

Result<void> check_actor(const Globals& globals) {
  if (globals.actor.empty()) return usage("say who signs: --as ACTOR, or CAIRN_ACTOR");
  return {};
}

Result<Written> write(const Globals& globals, const WriteFlags& flags, const Home& home, const MakeCommand& make) {
  TRY(check_actor(globals));
  TRY_LET(key, home.read_key(globals.actor));
  return write_as(globals, flags, home, Signer{globals.actor, std::move(key)}, make);
}

}  // namespace cairn
