// What is held against the model after a step, and what somebody sees who reads beside the writers.
#include <algorithm>

#include "commands/ledger_source.h"
#include "commands/session.h"
#include "commands/status.h"
#include "commands/world_walk.h"
#include "ledger/base/text.h"
#include "tests/simulation/stage.h"
#include "tests/tlog/oracle.h"
#include "verify/audit.h"

namespace cairn::simulation {
namespace {

constexpr Size small_ledger = 60;          // is audited after every step
constexpr std::size_t audited_every = 16;  // steps, where it is larger and nothing happened to it
constexpr Size entries_a_step = 60;        // between two audits: they cost what there are entries

template <class T>
T must(Result<T> result) {
  if (!result.ok()) broken(Promise::errors_have_causes, result.error().message);
  return std::move(result).value();
}

}  // namespace

void Stage::check(Step step) {
  if (disk_failed_) return;  // what it shows now is shown again when it is opened
  check_store();
  check_views();
  const bool small = model_.size() < small_ledger && step != Step::wait;
  const bool wanted = shaken_ || small || run_.steps % audited_every == 0;
  if (wanted && run_.steps >= audited_at_ + model_.size() / entries_a_step) check_audit();
}

// Every entry to the byte, and the newest heads.
void Stage::check_store() {
  const Tip tip = must(store_->tip());
  if (tip.size != model_.size()) {
    broken(tip.size < model_.size() ? Promise::acknowledged_stays : Promise::nothing_unsaid,
           str("the store has ", tip.size, " entries, and should have ", model_.size()));
  }
  if (model_.see(tip.checkpoint).size != tip.size)
    broken(Promise::heads_only_grow, "the tip's checkpoint is another's");
  for (Seq seq = 0; seq < tip.size;) {
    const std::vector<Bytes> page = must(store_->read(seq, {}));
    if (page.empty()) broken(Promise::acknowledged_stays, str("entry ", seq, " is gone"));
    for (const Bytes& entry : page) {
      if (entry != model_.entry(seq)) broken(Promise::acknowledged_stays, str("entry ", seq, " has other bytes"));
      ++seq;
    }
  }
  for (const AtSize& row : must(store_->checkpoints(kept_up_to_ + 1, 1000))) {
    if (model_.see(row.bytes).size != row.size) broken(Promise::heads_only_grow, "a checkpoint is of another size");
    kept_up_to_ = row.size;
  }
}

void Stage::check_views() {
  for (const Writer& writer : writers_) {
    if (!writer.is_up()) continue;
    const World& world = writer.rules->world();
    const Size size = world.position->size;
    if (size > model_.size() || sha256(world.encode()) != model_.state(size)) {
      broken(Promise::views_agree, str("writer ", writer.number, "'s World at size ", size));
    }
  }
}

void Stage::check_audit() {
  shaken_ = false;
  audited_at_ = run_.steps;
  ++run_.tally["audits"]["clean"];
  const LedgerSource source(*store_, attachments_);
  AuditOptions options;
  options.vkey = dice_.one_of(model_.signers(model_.size())).vkey();
  options.ledger_id = model_.leaf(0);
  options.threads = 1;
  for (const auto& [author, kept] : kept_notes_) options.known_heads.push_back(kept);
  const Report report = must(audit(source, options));
  for (const Finding& finding : report.findings) {
    broken(Promise::audit_is_clean,
           str(wire_name(finding.kind), " at ", finding.seq ? str(*finding.seq) : "-", ": ", finding.what));
  }
  if (report.head != model_.head() || report.decided != model_.size() || report.state != model_.state(model_.size())) {
    broken(Promise::audit_is_clean, str("the audit comes to another head, state or number of decisions: ",
                                        report.decided, " at size ", report.head.size));
  }
}

// An author opens the ledger: what they see continues what they saw, and it becomes what they stand on.
void Stage::look() {
  if (disk_failed_) return;
  const std::string handle = dice_.row_of(model_.world().actors.rows())->first;
  UnsteadyStore store(*store_);
  if (dice_.chance(20)) {
    store.away_after = dice_.below(10);
    store.away_for = 1;
  }
  const Home home(directory_.path() / "homes" / handle);
  const auto looked = [&]() -> Result<void> {
    TRY_LET(ledger, Ledger::open(store));
    TRY_LET(remembered, home.remembered_head(ledger.id()));
    TRY(check_remembered_head(ledger, home, remembered));
    people_.heads[handle] = ledger.checkpoint().head;
    kept_notes_[handle] = ledger.checkpoint_note();
    model_.see(ledger.checkpoint_note());
    return {};
  }();
  count("looks", looked.ok() ? "done" : "store away");
  if (!looked.ok()) {
    if (store.met() == 0) broken(Promise::heads_only_grow, looked.error().message);
    return;
  }
  note(str(handle, " stands on ", people_.heads[handle].size));
  read_something(must(Ledger::open(*store_)));
}

// By subject, by place, with proofs, and as of an earlier moment.
void Stage::read_something(const Ledger& ledger) {
  const std::vector<std::string> tags = model_.tags();
  const std::string& tag = dice_.one_of(tags);
  const std::vector<Seq> found = must(ledger.find(tag, 0, model_.size()));
  if (found != model_.tagged(tag)) broken(Promise::views_agree, "the entries about " + tag + " are others");
  const auto each = [&](const Recorded& entry) -> Result<void> {
    if (entry.leaf != model_.leaf(entry.seq)) broken(Promise::views_agree, str("entry ", entry.seq, " is another"));
    return {};
  };
  const Result<void> visited = ledger.visit(found, each);
  if (!visited.ok()) broken(Promise::errors_have_causes, visited.error().message);

  const Size size = 1 + dice_.below(model_.size());
  const Size before = 1 + dice_.below(size);
  const Seq seq = dice_.below(size);
  const auto path = must(ledger.prove_inclusion(seq, size));
  const auto growth = must(ledger.prove_consistency(before, size));
  if (!check_inclusion(model_.leaf(seq), seq, size, path, model_.root(size)).ok() ||
      !check_consistency(before, model_.root(before), size, model_.root(size), growth).ok()) {
    broken(Promise::receipts_verify, str("a proof of entry ", seq, " or of size ", before, " in size ", size));
  }

  WorldWalk walk(ledger);
  for (const Size at : {size, before}) {
    World& world = *must(walk.at(at));
    const Status status = must(status_of(world, {}, clock_.time));
    if (sha256(world.encode()) != model_.state(at)) broken(Promise::views_agree, str("the World as of size ", at));
    count("status views", status.slots.empty() ? "of nothing" : "of something");
  }
}

void Stage::check_final() {
  check_store();
  check_views();
  check_audit();
  World folded;
  for (Seq seq = 0; seq < model_.size(); ++seq) folded.apply(must(decode_recorded(seq, model_.entry(seq))));
  if (sha256(folded.encode()) != model_.state(model_.size())) broken(Promise::views_agree, "a fold from zero");
  if (oracle::mth(model_.entries()) != model_.root(model_.size())) {
    broken(Promise::heads_only_grow, "the root is not that of RFC 6962");
  }
}

}  // namespace cairn::simulation
