#include "ledger/tlog/checkpoint.h"

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"

namespace cairn {
namespace {

Error malformed_checkpoint(std::string_view why) {
  return fault(str("the checkpoint is malformed: ", why));
}

Result<Hash> parse_root(std::string_view text) {
  const Result<Bytes> bytes = from_base64(text);
  if (!bytes.ok()) return malformed_checkpoint("its root is not base64");
  if (bytes->size() != sizeof(Hash::bytes))
    return malformed_checkpoint(str("its root has ", bytes->size(), " bytes, not 32"));
  return Hash::from_bytes(*bytes);
}

}  // namespace

std::string format_checkpoint(const std::string& origin, const Head& head) {
  ASSERT(!origin.empty() && origin.find('\n') == std::string::npos);
  return str(origin, '\n', head.size, '\n', to_base64(head.root.view()), '\n');
}

Result<Checkpoint> parse_checkpoint_of_any_root(std::string_view text) {
  if (!is_note_text(text)) return malformed_checkpoint("it is not UTF-8 lines that each end in a newline");
  text.remove_suffix(1);
  const std::vector<std::string_view> lines = split(text, '\n');
  if (lines.size() < 3) return malformed_checkpoint("it has fewer lines than origin, size and root");
  for (const std::string_view line : lines) {
    if (line.empty()) return malformed_checkpoint("it has an empty line");
  }
  const Result<std::uint64_t> size = parse_uint(lines[1]);
  if (!size.ok()) return malformed_checkpoint(str("'", printable(lines[1].substr(0, 40)), "' is not a size"));
  TRY_LET(root, parse_root(lines[2]));
  Checkpoint checkpoint{std::string(lines[0]), {*size, root}, {}};
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  TRY_LET(checkpoint, parse_checkpoint_of_any_root(text));
  if (checkpoint.head.size == 0 && checkpoint.head.root != empty_root()) {
    return malformed_checkpoint("its root is not the one that size 0 has");
  }
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& log) {
  TRY_LET(opened, open_note(note, {&log, 1}));
  TRY_LET(checkpoint, parse_checkpoint(opened.text));
  if (checkpoint.origin != log.name()) {
    return not_verified(str("the checkpoint is of ", printable(checkpoint.origin), ", not of ", printable(log.name()),
                            "; check which log it came from"));
  }
  return checkpoint;
}

Result<Size> claimed_size(std::string_view note) {
  const std::size_t first = note.find('\n');
  const std::size_t second = first == std::string_view::npos ? first : note.find('\n', first + 1);
  if (second == std::string_view::npos) return malformed_checkpoint("it has no line with a size");
  const Result<std::uint64_t> size = parse_uint(note.substr(first + 1, second - first - 1));
  if (!size.ok()) return malformed_checkpoint("its second line is not a size");
  return *size;
}

}  // namespace cairn
