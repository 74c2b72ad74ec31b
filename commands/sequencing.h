// Sequencing: the writing half of a process. One place open for writing, the rules at its tip, and the sequencer in
// front of both; and what every command that appended has to see to afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/live_rules.h"
#include "commands/session.h"
#include "commands/writing.h"
#include "ledger/sequencer.h"
#include "projections/timeline.h"

namespace cairn {

struct Sequencing {
  std::unique_ptr<Session> session;
  std::unique_ptr<LiveRules> rules;
  std::unique_ptr<Sequencer> sequencer;
  SystemClock clock;
};

// With the log's key from this home. Waits for another writing process where the place knows only one, and for rivals
// where it knows several, both for --lock-timeout.
Result<std::unique_ptr<Sequencing>> start_sequencing(const Globals& globals, const Home& home);

// What the ledger calls erased goes, and goes again if it was carried here once more: also where whoever said so did
// not come so far. The entries stand, whatever becomes of the files.
void erase_attachments(const Sequencing& writing);

// Remembers the newest head of these answers, and tells `globals` that there is one. The entries are there whatever
// becomes of this home: what it cannot remember is said, and the receipts are shown.
void remember_newest(const Globals& globals, const Home& home, const Hash& ledger, const std::vector<Answer>& answers);

// An answer with what the rules said. A refusal that lay there already is explained again: who asks twice needs its
// reasons twice.
Result<Written> explain_answer(const Sequencing& writing, Answer answer, Statement statement,
                               std::vector<std::string> said);

// What a statement says, a sentence an event, with the names that people have for digests: those known, and before them
// those that it gives itself.
std::vector<std::string> sentences_of(const Statement& statement, const ModelNames& known);

}  // namespace cairn
