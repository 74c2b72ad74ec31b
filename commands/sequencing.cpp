#include "commands/sequencing.h"

#include "commands/output.h"
#include "commands/past_verdict.h"
#include "commands/waiting_notice.h"
#include "ledger/base/text.h"

namespace cairn {

Result<std::unique_ptr<Sequencing>> start_sequencing(const Globals& globals, const Home& home) {
  auto all = std::make_unique<Sequencing>();
  std::optional<WaitingNotice> notice(std::in_place);
  TRY_LET(session, Session::open_for_writing(globals, home));
  notice.reset();
  all->session = std::move(session);
  const Ledger& ledger = all->session->ledger();
  TRY_LET(log_keys, home.log_keys(ledger.log_keys(), ledger.size()));
  TRY(all->session->world());
  all->rules = std::make_unique<LiveRules>(all->session->take_world());
  SequencerOptions options;
  options.clock_is_right = globals.clock_is_right;
  for (const NoteVerifier& signer : ledger.log_keys().at(ledger.size())) {
    if (held_key(log_keys, signer) == nullptr) options.brings_keys = true;
  }
  options.find_key = [home, keys = ledger.log_keys()](const NoteVerifier& wanted) {
    return home.find_log_key(keys, wanted);
  };
  options.patience = globals.lock_timeout;
  notice.emplace();
  TRY_LET(sequencer, Sequencer::open(all->session->store(), *all->rules, all->clock, std::move(log_keys), options));
  all->sequencer = std::move(sequencer);
  return all;
}

void erase_attachments(const Sequencing& writing) {
  for (const auto& [digest, entry] : writing.rules->world().erased.rows()) {
    const auto gone = writing.session->attachments().erase(digest);
    if (gone) continue;
    warn(str("cairn: entry ", entry, " erased an attachment, and its file is still here; the next command that writes ",
             "tries again: ", gone.error().message, "\n"));
  }
}

void remember_newest(const Globals& globals, const Home& home, const Hash& ledger, const std::vector<Answer>& answers) {
  const Receipt* newest = nullptr;
  for (const Answer& answer : answers) {
    const auto* receipt = std::get_if<Receipt>(&answer);
    if (receipt != nullptr && (newest == nullptr || receipt->seq > newest->seq)) newest = receipt;
  }
  if (newest == nullptr) return;
  if (globals.appended_to != nullptr) *globals.appended_to = ledger;
  const auto kept = home.remember_head(ledger, newest->checkpoint);
  if (kept) return;
  warn(str("cairn: entry ", newest->seq, " is recorded, and nothing has to be said again; but its head is not ",
           "remembered here, so an older copy of the ledger would go unnoticed: ", kept.error().message, "\n"));
}

Result<Written> explain_answer(const Sequencing& writing, Answer answer, Statement statement,
                               std::vector<std::string> said) {
  if (auto* away = std::get_if<TurnedAway>(&answer)) return Written(std::move(*away));
  auto& receipt = std::get<Receipt>(answer);
  const Verdict* ruled = receipt.repeated ? nullptr : writing.rules->verdict_on(statement.author, statement.id);
  Verdict verdict = ruled == nullptr ? Verdict{} : *ruled;
  if (receipt.repeated && !receipt.outcome.empty()) {
    TRY_LET(ledger, Ledger::open(writing.session->store()));
    TRY_LET(then, past_verdict(ledger, receipt.seq));
    verdict = std::move(then);
  }
  return Written(Appended{std::move(receipt), std::move(verdict), std::move(statement.id), std::move(statement.events),
                          std::move(said)});
}

std::vector<std::string> sentences_of(const Statement& statement, const ModelNames& known) {
  ModelNames names = ModelNames::over(known);
  names.learn(statement.events);
  return sentences(statement.events, names);
}

}  // namespace cairn
