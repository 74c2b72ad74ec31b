#include "witness/witness.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/tree.h"

namespace cairn {
namespace {

HttpAnswer refuse(int status, std::string_view why) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = str(why, '\n');
  return answer;
}

// What is wrong on this machine is its operator's to know, and no stranger's.
HttpAnswer fail(const std::string& origin, const Error& error) {
  HttpAnswer answer = refuse(500, "this witness cannot read or write its state; nothing was cosigned, try again later");
  answer.remark = str(printable(origin), ": ", error.message);
  return answer;
}

// The text, one line of each of the log's keys, and the cosignature: what monitors are shown and the state is.
std::string cosigned_note(const NoteParts& parts, const std::vector<NoteVerifier>& keys, const std::string& line) {
  std::string note = str(parts.text, '\n');
  for (const NoteVerifier& key : keys) {
    const auto by_key = [&key](const SignatureLine& signature) { return signature.names(key); };
    const auto found = std::find_if(parts.lines.begin(), parts.lines.end(), by_key);
    if (found != parts.lines.end()) note += format_signature_line(*found);
  }
  return note + line;
}

}  // namespace

Result<std::unique_ptr<Witness>> Witness::open(std::string name, PrivateKey key, const std::filesystem::path& state,
                                               const std::vector<NoteVerifier>& logs, const Clock& clock) {
  TRY_LET(verifier, NoteVerifier::for_witness(name, key.public_key()));
  TRY_LET(directory, StateDirectory::open(state, verifier));
  std::unique_ptr<Witness> witness(
      new Witness(std::move(name), std::move(key), std::move(verifier), std::move(directory), clock));
  for (const NoteVerifier& log_key : logs) {
    if (log_key.is_witness()) return usage(str(printable(log_key.vkey()), " is a witness's key, and no log's"));
    Log& log = witness->logs_[cairn::origin_hash(log_key.name())];
    log.origin = log_key.name();
    for (const NoteVerifier& other : log.keys) {
      if (other.vkey() == log_key.vkey()) return usage(str(printable(log_key.vkey()), " is given twice"));
      if (other.key_id() == log_key.key_id()) {
        return usage(str("two keys of ", printable(log.origin), " have the same key id; trust one"));
      }
    }
    log.keys.push_back(log_key);
  }
  for (auto& [hash, log] : witness->logs_) {
    TRY_LET(cosigned, witness->read(log));
    log.newest = cosigned.head.size;
  }
  return witness;
}

Witness::Log* Witness::find(std::string_view hash) {
  const auto found = logs_.find(hash);
  return found == logs_.end() ? nullptr : &found->second;
}

// A disk that is not mounted any more, or a directory put back under our feet, would look like a smaller state.
Result<Cosigned> Witness::read(Log& log) {
  TRY_LET(cosigned, state_->read(log.origin));
  if (cosigned.head.size < log.newest) {
    return fault(str("the state says size ", cosigned.head.size, ", and ", log.newest, " was cosigned"));
  }
  return cosigned;
}

HttpAnswer Witness::add_checkpoint(std::string_view body) {
  const Result<AddCheckpoint> request = parse_add_checkpoint(body);
  if (!request.ok()) return refuse(400, request.error().message);
  const Result<NoteParts> parts = split_note(request->note);
  if (!parts.ok()) return refuse(400, parts.error().message);
  const Result<Checkpoint> checkpoint = parse_checkpoint_of_any_root(parts->text);
  if (!checkpoint.ok()) return refuse(400, checkpoint.error().message);
  Log* log = find(cairn::origin_hash(checkpoint->origin));
  if (log == nullptr) return refuse(404, "this witness does not know the log");
  const Result<Note> opened = open_note(request->note, log->keys);
  if (!opened.ok()) return refuse(403, opened.error().message);
  if (request->old_size > checkpoint->head.size) return refuse(400, "the old size is larger than the checkpoint's");
  return extend(*log, *request, *parts, checkpoint->head);
}

HttpAnswer Witness::extend(Log& log, const AddCheckpoint& request, const NoteParts& parts, const Head& head) {
  const std::lock_guard lock(log.mutex);
  const Result<Cosigned> latest = read(log);
  if (!latest.ok()) return fail(log.origin, latest.error());
  if (request.old_size != latest->head.size) {
    HttpAnswer conflict = refuse(409, str(latest->head.size));
    conflict.type = "text/x.tlog.size";
    return conflict;
  }
  const Result<void> grown =
      check_consistency(latest->head.size, latest->head.root, head.size, head.root, request.proof);
  if (grown.ok()) return cosign_and_keep(log, parts, head);
  HttpAnswer refused = refuse(422, grown.error().message);
  refused.remark = str("refused ", printable(log.origin), ": ", grown.error().message);
  if (head.size == latest->head.size && head.root != latest->head.root) {
    const Result<void> kept = state_->keep_fork(log.origin, request.note);
    refused.remark +=
        kept.ok() ? "; what the log signed there is kept beside the state" : str("; ", kept.error().message);
  }
  return refused;
}

HttpAnswer Witness::cosign_and_keep(Log& log, const NoteParts& parts, const Head& head) {
  const Millis now = std::max(clock_.now(), Millis{0});
  const Result<Cosignature> made = cosign(parts.text, name_, key_, static_cast<std::uint64_t>(now / second));
  if (!made.ok()) return fail(log.origin, made.error());
  // A crash before this is done leaves the older state, and nobody who has the cosignature.
  const Result<void> kept = state_->write(log.origin, cosigned_note(parts, log.keys, made->line));
  if (!kept.ok()) return fail(log.origin, kept.error());
  log.newest = head.size;
  HttpAnswer answer;
  answer.status = 200;
  answer.body = made->line;
  answer.remark = str("cosigned ", printable(log.origin), " at size ", head.size);
  return answer;
}

HttpAnswer Witness::checkpoint(std::string_view origin_hash) {
  Log* log = find(origin_hash);
  if (log == nullptr) return refuse(404, "this witness does not know the log");
  const std::lock_guard lock(log->mutex);
  const Result<Cosigned> latest = read(*log);
  if (!latest.ok()) return fail(log->origin, latest.error());
  if (latest->note.empty()) return refuse(404, "this witness has not cosigned a checkpoint of the log yet");
  HttpAnswer answer;
  answer.status = 200;
  answer.body = latest->note;
  return answer;
}

}  // namespace cairn
