// Writers: how they are asked, end and begin again, and what their answers are held against.
#include <algorithm>

#include "commands/views.h"
#include "ledger/base/text.h"
#include "tests/projections/generated.h"
#include "tests/simulation/stage.h"

namespace cairn::simulation {
namespace {

constexpr int most_opens = 20;
constexpr Millis for_ever = 36500 * day;  // so that the machine's clock ends nobody's patience

std::string answer_words(const Answer& answer) {
  if (const auto* away = std::get_if<TurnedAway>(&answer)) return "turned away: " + away->reason;
  const auto& receipt = std::get<Receipt>(answer);
  if (receipt.repeated) return str("repeats entry ", receipt.seq);
  return str("entry ", receipt.seq, receipt.outcome.empty() ? "" : " ", receipt.outcome);
}

std::string answer_class(const Answer& answer) {
  if (std::holds_alternative<TurnedAway>(answer)) return "turned away";
  const auto& receipt = std::get<Receipt>(answer);
  return receipt.repeated ? "repeated" : receipt.outcome.empty() ? "admitted" : "refused";
}

}  // namespace

Writer* Stage::any_writer() {
  Writer& writer = dice_.chance(swarm_.favour) ? writers_.front() : writers_[dice_.below(writers_.size())];
  if (writer.is_up()) return &writer;
  restart(writer);
  return writer.is_up() ? &writer : nullptr;
}

void Stage::shut(Writer& writer) {
  writer.sequencer.reset();
  writer.rules.reset();
  writer.store.reset();
}

// As a process begins: the ledger, the views from a snapshot, and the sequencer behind them.
Result<void> Stage::try_open(Writer& writer) {
  TRY_LET(ledger, Ledger::open(*writer.store));
  TRY_LET(loaded, load_world(ledger, ledger.size(), Noting::yes));
  if (sha256(loaded.world->encode()) != model_.state(ledger.size())) {
    broken(Promise::views_agree, str("the World that is loaded at size ", ledger.size(), " is not the folded one"));
  }
  writer.rules = std::make_unique<LiveRules>(std::move(loaded));
  SequencerOptions options;
  options.clock_is_right = writer.clock_is_right;
  options.patience = writer.patient ? for_ever : 0;
  TRY_LET(sequencer, Sequencer::open(*writer.store, *writer.rules, clock_, bring_keys(writer), options));
  writer.sequencer = std::move(sequencer);
  return {};
}

// All that the log has had, and perhaps the next ones; not those that others will bring.
std::vector<PrivateKey> Stage::bring_keys(Writer& writer) {
  std::vector<PrivateKey> keys = {generated_log_key()};
  const std::size_t known = model_.log_keys() + dice_.below(3);
  for (std::size_t i = 1; i <= known; ++i) keys.push_back(key_held(str("log ", i)));
  writer.held.clear();
  for (const PrivateKey& key : keys) {
    writer.held.insert(NoteVerifier::for_log(generated_origin, key.public_key())->vkey());
  }
  return keys;
}

bool Stage::lacks_a_key(const Writer& writer) const {
  const std::vector<NoteVerifier> signers = model_.signers(model_.size());
  return std::any_of(signers.begin(), signers.end(),
                     [&](const NoteVerifier& signer) { return !writer.held.contains(signer.vkey()); });
}

void Stage::open(Writer& writer) {
  shut(writer);
  writer.store = std::make_unique<UnsteadyStore>(*store_);
  if (dice_.chance(20)) {
    writer.store->away_after = dice_.below(12);
    writer.store->away_for = 1;
  }
  for (int tries = 0; tries < most_opens; ++tries) {
    const std::uint64_t met = writer.store->met();
    const Result<void> opened = try_open(writer);
    if (opened.ok()) return writer.store->steady();
    if (disk_ != nullptr && disk_->failed()) return shut(writer);
    if (writer.store->met() == met) broken(Promise::errors_have_causes, "a writer begins: " + opened.error().message);
  }
  broken(Promise::goes_on, "a writer does not begin");
}

// A rival: somebody else who is up says something to another writer.
bool Stage::speak_first(const Writer& but) {
  for (Writer& writer : writers_) {
    if (&writer == &but || !writer.is_up() || writer.store->before_commit) continue;
    call(writer, {people_.write(dice_.chance(30) ? Kind::again : Kind::fresh, clock_.time)});
    return true;
  }
  return false;
}

void Stage::hook(Call& call) {
  UnsteadyStore& store = *call.writer.store;
  call.met_before = store.met();
  call.overtaken_before = std::exchange(store.overtaken_at, 0);
  store.commits = 0;
  store.said_done = false;
  store.on_written = [this, &call](const Batch& batch) { absorb(call, batch); };
  store.on_lost = [this](const std::string& signed_note) {
    people_.lost_heads.push_back(parse_checkpoint(split_note(signed_note)->text)->head);
  };
  store.on_failed = [this, &call](const Batch& batch) { doubt(call, batch); };
}

void Stage::call(Writer& writer, std::vector<Letter> letters) {
  Call call{writer, std::move(letters), {}, {}, false, 0, 0, 0};
  std::string words = str("to writer ", writer.number, ":");
  for (const Letter& letter : call.letters) {
    call.envelopes.push_back(letter.envelope);
    words += str(" [", name_of(letter.kind), ": ", letter.words, "]");
  }
  note(words);
  hook(call);
  const bool ahead = model_.size() > 0 && !writer.clock_is_right && is_ahead();
  try {
    const Result<std::vector<Answer>> answers = writer.sequencer->append(call.envelopes);
    if (!answers.ok()) return check_error(call, answers.error(), ahead);
    if (ahead) broken(Promise::clock_is_watched, "answered by a clock that says " + format_time(clock_.time));
    check_answers(call, *answers);
  } catch (const Crashed&) {
    note(str("writer ", writer.number, " crashed"));
    count("faults", "writer crashed");
    shaken_ = true;
    shut(writer);
  }
}

// What is said of the log itself is seldom, and has to be there.
void Stage::count_of_log(const Envelope& envelope) {
  const Result<Statement> statement = decode_statement(envelope.payload);
  for (const Event& event : statement->events) {
    const bool of_log = std::holds_alternative<LogKeyAdded>(event) || std::holds_alternative<LogKeyRetired>(event) ||
                        std::holds_alternative<LogKeyCompromised>(event) ||
                        std::holds_alternative<ClockCorrected>(event);
    if (of_log) count("of the log", std::string(wire_name(event)));
  }
}

// A batch that the store has now. It was said by who is called, and what the rules make of it is known.
void Stage::absorb(Call& call, const Batch& batch) {
  std::size_t next = 0;
  call.expected.clear();
  for (const Envelope& envelope : call.envelopes) {
    const Expected expected = model_.expect(envelope, clock_.time, call.writer.held);
    if (expected.kind == Expected::Kind::recorded) {
      if (next == batch.entries.size()) broken(Promise::rules_decide, "a statement was left out: " + expected.word);
      model_.record(envelope, expected, batch.entries[next++]);
      if (expected.word.empty()) count_of_log(envelope);
    }
    call.expected.push_back(expected);
  }
  if (next != batch.entries.size()) broken(Promise::nothing_unsaid, "a batch holds more than was said");
  call.written = true;
  call.met_when_written = call.writer.store->met();
}

void Stage::doubt(const Call& call, const Batch& batch) {
  disk_failed_ = shaken_ = true;
  if (in_doubt_) return;  // what came after the first failure cannot be there
  in_doubt_ = InDoubt{batch.entries, call.envelopes, clock_.time, call.writer.held};
}

void Stage::check_answers(Call& call, const std::vector<Answer>& answers) {
  if (answers.size() != call.letters.size()) broken(Promise::goes_on, "not every statement has an answer");
  const bool last_try = call.written && call.met_when_written == call.writer.store->met();
  if (!last_try) {
    call.expected.clear();
    for (const Envelope& envelope : call.envelopes) {
      call.expected.push_back(model_.expect(envelope, clock_.time, call.writer.held));
    }
  }
  std::string words;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    words += str(i == 0 ? "" : "; ", answer_words(answers[i]));
    count(std::string(name_of(call.letters[i].kind)), answer_class(answers[i]));
  }
  note("  " + words);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto* receipt = std::get_if<Receipt>(&answers[i]);
    if (receipt != nullptr && !receipt->repeated && !call.writer.store->said_done) {
      broken(Promise::acknowledged_stays,
             str("entry ", receipt->seq, " is acknowledged, and the store did not say so"));
    }
    if (!last_try && call.expected[i].kind == Expected::Kind::recorded) {
      broken(Promise::answers_are_current,
             str("\"", answer_words(answers[i]), "\" to ", call.letters[i].words, ", which is to be recorded"));
    }
    check_answer(call.letters[i], answers[i], call.expected[i]);
  }
}

void Stage::check_answer(const Letter& letter, const Answer& answer, const Expected& expected) {
  if (const auto* receipt = std::get_if<Receipt>(&answer)) return check_receipt(letter, *receipt, expected);
  const auto& away = std::get<TurnedAway>(answer);
  if (expected.kind != Expected::Kind::turned_away || expected.word != away.reason) {
    broken(Promise::answers_are_current, str("\"", away.reason, "\" to ", letter.words, ", where \"", expected.word,
                                             "\" was expected: ", away.message));
  }
}

void Stage::check_receipt(const Letter& letter, const Receipt& receipt, const Expected& expected) {
  if (expected.kind == Expected::Kind::turned_away) {
    broken(Promise::rules_decide, str("a receipt for ", letter.words, ", where \"", expected.word, "\" was expected"));
  }
  if (receipt.seq >= model_.size() || receipt.seq != expected.seq) {
    broken(Promise::acknowledged_stays, str("a receipt for entry ", receipt.seq, " of ", model_.size(),
                                            ", where entry ", expected.seq, " was expected"));
  }
  const Entry entry = decode_entry(model_.entry(receipt.seq)).value();
  const bool same = receipt.leaf == model_.leaf(receipt.seq) && receipt.outcome == entry.outcome &&
                    receipt.recorded == entry.recorded &&
                    receipt.repeated == (expected.kind == Expected::Kind::repeated);
  if (!same) broken(Promise::receipts_verify, str("the receipt of entry ", receipt.seq, " is not that of its bytes"));
  const Head head = model_.see(receipt.checkpoint);
  if (head != receipt.head) broken(Promise::receipts_verify, "the receipt's head is not its checkpoint's");
  const auto proved = check_inclusion(receipt.leaf, receipt.seq, head.size, receipt.proof, head.root);
  if (!proved.ok()) broken(Promise::receipts_verify, "the receipt's proof: " + proved.error().message);
}

void Stage::check_error(const Call& call, const Error& error, bool clock_is_ahead) {
  note(str("  error ", static_cast<int>(error.kind)), ": " + error.message);
  for (const Letter& letter : call.letters) count(std::string(name_of(letter.kind)), "error");
  const bool passes = error.kind == ErrorKind::conflict || error.kind == ErrorKind::unavailable;
  if (passes && call.writer.patient) broken(Promise::goes_on, "a patient writer gave up: " + error.message);
  const UnsteadyStore& store = *call.writer.store;
  if (store.commits == 1 && error.kind == ErrorKind::conflict && store.overtaken_at == model_.size() &&
      call.overtaken_before == model_.size()) {
    broken(Promise::goes_on, str("a writer comes second at size ", model_.size(), " once more, and follows nobody"));
  }
  const bool met = call.writer.store->met() != call.met_before;
  const bool lacks = error.kind == ErrorKind::usage && lacks_a_key(call.writer);
  if (lacks) count("faults", "a writer lacks a key of the log");
  const bool caused = met || clock_is_ahead || lacks || disk_failed_ || (disk_ != nullptr && disk_->failed());
  if (!caused || error.kind == ErrorKind::not_verified) broken(Promise::errors_have_causes, error.message);
}

// All processes end with the machine, or with the disk that failed them.
void Stage::lose_power(test::Cut cut) {
  if (disk_ == nullptr) return;
  for (Writer& writer : writers_) shut(writer);
  store_.reset();
  disk_->cut(cut);
  constexpr std::string_view ways[] = {"ended with its machine going on", "power cut, the rest lost",
                                       "power cut, the rest torn", "power cut, the rest reordered"};
  count("faults", str("disk: ", ways[static_cast<std::size_t>(cut)]));
  for (int tries = 0; store_ == nullptr; ++tries) {
    if (tries == most_opens) broken(Promise::goes_on, "the disk does not open");
    test::Fault fault;
    if (tries < 3 && dice_.chance(20)) fault = any_fault(40, dice_);
    auto opened = disk_->open(StoreMode::write, fault);
    if (opened.ok() && disk_->failed()) {  // what was met at the open and did no harm may still have cut the power
      opened.value().reset();
      disk_->cut(test::Cut::kept);
      continue;
    }
    if (opened.ok()) {
      store_ = std::move(opened).value();
      disk_->arm({});
      break;
    }
    if (!disk_->failed()) broken(Promise::acknowledged_stays, "the ledger does not open: " + opened.error().message);
    count("faults", "disk: failed an open");
    disk_->cut(static_cast<test::Cut>(dice_.below(4)));
  }
  settle();
  for (Writer& writer : writers_) open(writer);
}

// What was in doubt is there as a whole, or not at all.
void Stage::settle() {
  disk_failed_ = false;
  shaken_ = true;
  const Result<Tip> tip = store_->tip();
  if (!tip.ok()) broken(Promise::errors_have_causes, tip.error().message);
  const auto doubt = std::exchange(in_doubt_, std::nullopt);
  if (tip->size == model_.size()) return;
  if (tip->size < model_.size()) {
    broken(Promise::acknowledged_stays, str("the store has ", tip->size, " of ", model_.size(), " entries"));
  }
  if (!doubt || tip->size != model_.size() + doubt->entries.size()) {
    broken(doubt ? Promise::whole_or_not_at_all : Promise::nothing_unsaid,
           str("the store has ", tip->size, " entries, ", model_.size(), " were acknowledged"));
  }
  note("what was in doubt is there");
  std::size_t next = 0;
  for (const Envelope& envelope : doubt->envelopes) {
    const Expected expected = model_.expect(envelope, doubt->now, doubt->held);
    if (expected.kind == Expected::Kind::recorded) model_.record(envelope, expected, doubt->entries[next++]);
  }
}

}  // namespace cairn::simulation
