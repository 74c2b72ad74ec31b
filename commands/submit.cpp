#include "commands/submit.h"

#include <fstream>
#include <set>

#include "commands/sequencing.h"
#include "commands/waiting_notice.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"
#include "ledger/store/attachments.h"
#include "ledger/writer.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_envelope_bytes = 128 << 10;
constexpr std::size_t window = LiveRules::most_verdicts;  // statements whose verdicts are there when they are shown

struct Handed {
  std::string name;
  Envelope envelope;
};
using EachEnvelope = std::function<Result<void>(Handed)>;

Result<Envelope> parse_named(const std::string& name, std::string_view text) {
  Result<Envelope> envelope = parse_dsse(text);
  if (!envelope) return fault(printable(name) + ": " + envelope.error().message);
  return envelope;
}

Result<void> read_lines(const fs::path& file, const EachEnvelope& each) {
  std::ifstream lines(file);
  if (!lines) return file_error("read", file, errno);
  std::string line(max_envelope_bytes + 2, '\0');
  for (std::size_t number = 1; lines.getline(line.data(), static_cast<std::streamsize>(line.size())); ++number) {
    const std::string name = str(file.string(), " line ", number);
    const auto taken = static_cast<std::size_t>(lines.gcount());
    const std::string_view text(line.data(), lines.eof() ? taken : taken - 1);
    if (text.empty()) continue;
    TRY_LET(envelope, parse_named(name, text));
    TRY(each({name, std::move(envelope)}));
  }
  if (lines.eof()) return {};
  return fault(str(printable(file.string()), ": a line is longer than ", max_envelope_bytes,
                   " bytes or cannot be read; an envelope is one line of JSON"));
}

Result<void> read_envelopes(const fs::path& file, const EachEnvelope& each) {
  if (holds_lines(file)) return read_lines(file, each);
  TRY_LET(text, read_file(file, max_envelope_bytes));
  TRY_LET(envelope, parse_named(file.string(), text));
  return each({file.string(), std::move(envelope)});
}

// The digests that a statement names, if an enrolled key signed it; else none.
std::set<Hash> named_by(const LiveRules& rules, const Envelope& envelope) {
  if (check_shape(envelope)) return {};
  const auto spki = rules.key_for(envelope.signatures.front().key);
  if (!spki) return {};
  const auto key = PublicKey::from_spki(*spki);
  if (!key) return {};
  const Opening opening = open_envelope(envelope, *key);
  const auto* statement = std::get_if<Statement>(&opening);
  if (statement == nullptr) return {};
  std::set<Hash> named;
  for (const Event& event : statement->events) {
    if (const auto file = attachment_of(event)) named.insert(file->digest);
  }
  return named;
}

// What lies beside an envelope is kept only if a statement that will be read names it: a stranger fills no disk.
Result<void> put_carried(const Sequencing& writing, const Attachments& carried, const Envelope& envelope) {
  for (const Hash& digest : named_by(*writing.rules, envelope)) {
    TRY_LET(brought, carried.has(digest));
    if (!brought) continue;
    TRY_LET(content, carried.get(digest));
    TRY(writing.session->attachments().put(content));
  }
  return {};
}

// One window after the other through writers of their own: between two of them nobody touches the rules, so what they
// said can be looked up.
class Submitting {
 public:
  Submitting(const Globals& globals, const Sequencing& writing, const Home& home, const EachAnswer& each)
      : globals_(globals), writing_(writing), home_(home), each_(each) {}

  Result<void> add(Handed handed) {
    waiting_.push_back(std::move(handed));
    return waiting_.size() < window ? Result<void>() : append();
  }

  Result<void> append() {
    if (waiting_.empty()) return {};
    TRY_LET(answers, append_waiting());
    remember_newest(globals_, home_, writing_.session->ledger().id(), answers);
    const ModelNames known = ModelNames::over(writing_.rules->world());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      // What was turned away may be no statement at all.
      auto decoded = decode_statement(waiting_[i].envelope.payload);
      Statement statement = decoded ? std::move(decoded).value() : Statement{};
      auto said = sentences_of(statement, known);
      TRY_LET(one, explain_answer(writing_, std::move(answers[i]), std::move(statement), std::move(said)));
      each_(waiting_[i].name, one);
    }
    waiting_.clear();
    return {};
  }

 private:
  // Nobody is shown an answer before all of the window have one: an error is of the store, and ends everything.
  Result<std::vector<Answer>> append_waiting() {
    const WaitingNotice notice;
    TRY_LET(writer, Writer::start(*writing_.sequencer));
    std::vector<std::future<Result<Answer>>> coming;
    coming.reserve(waiting_.size());
    for (const Handed& handed : waiting_) coming.push_back(writer->submit(handed.envelope));
    std::vector<Answer> answers;
    for (auto& one : coming) {
      TRY_LET(answer, one.get());
      answers.push_back(std::move(answer));
    }
    return answers;
  }

  const Globals& globals_;
  const Sequencing& writing_;
  const Home& home_;
  const EachAnswer& each_;
  std::vector<Handed> waiting_;
};

}  // namespace

bool holds_lines(const fs::path& file) {
  return file.extension() == ".jsonl";
}

Result<void> submit(const Globals& globals, const Home& home, const std::vector<fs::path>& files,
                    const EachAnswer& each) {
  for (const fs::path& file : files) {
    TRY(read_envelopes(file, [](const Handed&) { return Result<void>(); }));
  }
  TRY_LET(writing, start_sequencing(globals, home));
  Submitting submitting(globals, *writing, home, each);
  for (const fs::path& file : files) {
    const fs::path beside = file.string() + ".attachments";
    TRY_LET(carries, file_exists(beside));
    const AttachmentDirectory carried(beside);
    const auto hand_in = [&](Handed handed) -> Result<void> {
      if (carries) TRY(put_carried(*writing, carried, handed.envelope));
      return submitting.add(std::move(handed));
    };
    TRY(read_envelopes(file, hand_in));
  }
  TRY(submitting.append());
  erase_attachments(*writing);
  return {};
}

}  // namespace cairn
