#include "commands/witness_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "commands/output.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view note_ending = ".note";
constexpr Millis witness_patience = 10 * second;  // others hold the lock for a few small files' time

// The lines of a kept note that this policy still knows, one a witness, with `fresh` in the place of its witness's.
std::string with_cosignature(const NoteParts& parts, std::span<const NoteVerifier> log, const WitnessPolicy& policy,
                             const NoteParts* kept, const PolicyWitness& witness, const std::string& fresh) {
  const auto line_by = [](const NoteParts& from, const NoteVerifier& key) -> std::string {
    const auto by_key = [&key](const SignatureLine& line) { return line.names(key); };
    const auto found = std::find_if(from.lines.begin(), from.lines.end(), by_key);
    return found == from.lines.end() ? std::string() : format_signature_line(*found);
  };
  std::string note = str(parts.text, '\n');
  for (const NoteVerifier& key : log) note += line_by(parts, key);
  for (const PolicyWitness& one : policy.witnesses) {
    if (one.name == witness.name) {
      note += fresh;
    } else if (kept != nullptr) {
      note += line_by(*kept, one.key);
    }
  }
  return note;
}

}  // namespace

WitnessFiles::WitnessFiles(const Home& home, const Hash& ledger)
    : policy_file_(home.directory() / "logs" / (ledger.hex() + ".witnesses")),
      notes_(home.directory() / "logs" / (ledger.hex() + ".cosigned")) {}

fs::path WitnessFiles::note_file(Size size) const {
  return notes_ / str(size, note_ending);
}

Result<std::optional<WitnessPolicy>> WitnessFiles::policy() const {
  TRY_LET(there, file_exists(policy_file_));
  if (!there) return std::optional<WitnessPolicy>();
  TRY_LET(text, read_file(policy_file_, max_witness_policy_bytes));
  auto policy = parse_witness_policy(text);
  if (!policy) return fault(printable(policy_file_.string()) + ": " + policy.error().message);
  return std::optional<WitnessPolicy>(std::move(*policy));
}

Result<std::unique_ptr<Descriptor>> WitnessFiles::lock() const {
  TRY(make_directories(policy_file_.parent_path(), 0700));
  const fs::path path = policy_file_.string() + ".lock";
  auto held = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, owner_only));
  if (!held->ok()) return file_error("open", path, errno);
  TRY_LET(mine, lock_file(*held, witness_patience, path));
  if (!mine) return fault(path.string() + " is held by another process; see what it does, and repeat");
  return held;
}

Result<void> WitnessFiles::change_policy(const std::function<Result<WitnessPolicy>(WitnessPolicy)>& change) const {
  TRY_LET(held, lock());
  TRY_LET(before, policy());
  TRY_LET(after, change(std::move(before).value_or(WitnessPolicy{})));
  // Whatever was changed, what is written can be read.
  const std::string text = format_witness_policy(after);
  const auto read = parse_witness_policy(text);
  if (!read) return usage(read.error().message);
  return replace_file(policy_file_, text, owner_only);
}

Result<std::vector<Size>> WitnessFiles::sizes() const {
  std::vector<Size> sizes;
  TRY_LET(there, file_exists(notes_));
  if (!there) return sizes;
  std::error_code error;
  fs::directory_iterator at(notes_, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.ends_with(note_ending)) continue;  // what a crash left of one
    const auto size = parse_uint(std::string_view(name).substr(0, name.size() - note_ending.size()));
    if (size) sizes.push_back(*size);
  }
  if (error) return file_error("read the directory", notes_, error.value());
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

Result<std::vector<std::string>> WitnessFiles::notes() const {
  TRY_LET(all, sizes());
  std::vector<std::string> notes;
  for (const Size size : all) {
    TRY_LET(note, note_of(size));
    if (note) notes.push_back(std::move(*note));
  }
  return notes;
}

Result<std::optional<std::string>> WitnessFiles::note_of(Size size) const {
  TRY_LET(there, file_exists(note_file(size)));
  if (!there) return std::optional<std::string>();
  TRY_LET(note, read_file(note_file(size), max_note_bytes));
  return std::optional<std::string>(std::move(note));
}

Result<CosignedHead> WitnessFiles::read_note(Size size, const WitnessPolicy& policy,
                                             std::span<const NoteVerifier> log) const {
  TRY_LET(note, read_file(note_file(size), max_note_bytes));
  auto witnessed = check_witnessed(note, log, policy);
  if (witnessed && witnessed->checkpoint.head.size == size) return CosignedHead{std::move(note), std::move(*witnessed)};
  const std::string why =
      witnessed ? str("it is of size ", witnessed->checkpoint.head.size) : witnessed.error().message;
  return fault(str(printable(note_file(size).string()), " is damaged: ", why,
                   "; move it away, and the witnesses are asked again"));
}

Result<std::vector<CosignedHead>> WitnessFiles::cosigned(const WitnessPolicy& policy,
                                                         std::span<const NoteVerifier> log) const {
  TRY_LET(all, sizes());
  std::vector<CosignedHead> heads;
  for (const Size size : all) {
    auto head = read_note(size, policy, log);
    if (!head) {
      // Another process drops what is of no use any more.
      TRY_LET(there, file_exists(note_file(size)));
      if (!there) continue;
      return head.error();
    }
    heads.push_back(std::move(*head));
  }
  return heads;
}

// A crash before the note is in its place leaves a witness that has cosigned what nobody kept: it is asked again, from
// the size that it says. One after it leaves notes of no use, which go the next time.
Result<void> WitnessFiles::keep(const WitnessPolicy& policy, std::span<const NoteVerifier> log, std::string_view note,
                                const PolicyWitness& witness, const Cosignature& cosignature) const {
  TRY_LET(held, lock());
  TRY(make_directories(notes_, 0700));
  TRY_LET(size, claimed_size(note));
  TRY_LET(parts, split_note(note));
  TRY_LET(before, note_of(size));
  std::optional<NoteParts> kept;
  if (before) {
    TRY(read_note(size, policy, log));
    TRY_LET(lines, split_note(*before));
    if (lines.text != parts.text) {
      return not_verified(str(printable(note_file(size).string()), " is another head of size ", size,
                              " by the same log: keep it, it is evidence of a fork"));
    }
    kept = std::move(lines);
  }
  const std::string whole = with_cosignature(parts, log, policy, kept ? &*kept : nullptr, witness, cosignature.line);
  TRY(replace_file(note_file(size), whole, owner_only));
  return drop_useless(policy, log);
}

Result<void> WitnessFiles::drop_useless(const WitnessPolicy& policy, std::span<const NoteVerifier> log) const {
  TRY_LET(heads, cosigned(policy, log));
  std::set<const CosignedHead*> useful = {newest_witnessed(heads)};
  for (const PolicyWitness& witness : policy.witnesses) useful.insert(newest_by(heads, witness.name));
  for (const CosignedHead& head : heads) {
    if (useful.contains(&head)) continue;
    const fs::path file = note_file(head.head().size);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) return file_error("remove", file, errno);
  }
  return {};
}

const CosignedHead* newest_by(const std::vector<CosignedHead>& heads, const std::string& witness) {
  const auto found = std::find_if(heads.rbegin(), heads.rend(), [&witness](const CosignedHead& head) {
    const auto& by = head.witnessed.by;
    return std::find(by.begin(), by.end(), witness) != by.end();
  });
  return found == heads.rend() ? nullptr : &*found;
}

const CosignedHead* newest_witnessed(const std::vector<CosignedHead>& heads) {
  const auto found =
      std::find_if(heads.rbegin(), heads.rend(), [](const CosignedHead& head) { return head.witnessed.lacks.empty(); });
  return found == heads.rend() ? nullptr : &*found;
}

Result<std::unique_ptr<Session>> open_with_cosignatures(const Globals& globals) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(session, Session::open(globals, home));
  const WitnessFiles files(home, session->ledger().id());
  const auto note = files.note_of(session->ledger().size());
  const Result<void> shown = !note   ? Result<void>(note.error())
                             : *note ? session->show_cosigned(**note)
                                     : Result<void>();
  if (!shown) warn(str("cairn: the cosignatures of the newest checkpoint are left out: ", shown.error().message, "\n"));
  return session;
}

}  // namespace cairn
