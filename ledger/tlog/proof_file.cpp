#include "ledger/tlog/proof_file.h"

#include <optional>

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"

namespace cairn {
namespace {

constexpr std::string_view proof_header = "c2sp.org/tlog-proof@v1";
constexpr std::string_view consistency_header = "cairn/consistency@v1";
constexpr std::size_t max_inclusion_hashes = 63;
constexpr std::size_t max_consistency_hashes = max_inclusion_hashes + 1;  // where it starts, then the path

Error malformed_proof(std::string_view why) {
  return fault(str("the proof file is malformed: ", why));
}

// The next line of `rest` without its newline; nothing if no newline is left.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<std::uint64_t> take_number(std::string_view& rest, std::string_view keyword) {
  const std::optional<std::string_view> line = take_line(rest);
  if (!line || !line->starts_with(keyword)) return malformed_proof(str("a line '", keyword, "<number>' is missing"));
  const Result<std::uint64_t> number = parse_uint(line->substr(keyword.size()));
  if (!number.ok()) return malformed_proof(str("what follows '", keyword, "' is not a number"));
  return *number;
}

Result<void> append_hash(std::vector<Hash>& hashes, std::string_view line, std::size_t max) {
  if (hashes.size() == max) return malformed_proof(str("it has more than ", max, " hashes"));
  const Result<Bytes> bytes = from_base64(line);
  if (!bytes.ok()) return malformed_proof(str("hash ", hashes.size() + 1, " is not base64"));
  if (bytes->size() != sizeof(Hash::bytes))
    return malformed_proof(str("hash ", hashes.size() + 1, " has not 32 bytes"));
  TRY_LET(hash, Hash::from_bytes(*bytes));
  hashes.push_back(hash);
  return {};
}

Result<void> take_header(std::string_view& rest, std::string_view header) {
  if (rest.size() > max_proof_file_bytes)
    return malformed_proof(str("it has more than ", max_proof_file_bytes, " bytes"));
  if (take_line(rest) != header) return malformed_proof(str("its first line is not '", header, "'"));
  return {};
}

}  // namespace

std::string format_proof_file(const ProofFile& proof) {
  ASSERT(proof.has_extra || proof.extra.empty());
  std::string text = str(proof_header, '\n');
  if (proof.has_extra) text += str("extra ", to_base64(proof.extra), '\n');
  text += str("index ", proof.index, '\n');
  for (const Hash& hash : proof.hashes) text += to_base64(hash.view()) + '\n';
  return text + '\n' + proof.checkpoint;
}

Result<ProofFile> parse_proof_file(std::string_view text) {
  TRY(take_header(text, proof_header));
  ProofFile proof;
  if (constexpr std::string_view keyword = "extra "; text.starts_with(keyword)) {
    const std::optional<std::string_view> line = take_line(text);
    const Result<Bytes> extra = line ? from_base64(line->substr(keyword.size())) : malformed_proof("it ends early");
    if (!extra.ok()) return malformed_proof("what follows 'extra' is not base64");
    proof.extra = *extra;
    proof.has_extra = true;
  }
  TRY_LET(index, take_number(text, "index "));
  proof.index = index;
  for (;;) {
    const std::optional<std::string_view> line = take_line(text);
    if (!line) return malformed_proof("no empty line stands between hashes and checkpoint");
    if (line->empty()) break;
    TRY(append_hash(proof.hashes, *line, max_inclusion_hashes));
  }
  if (text.empty()) return malformed_proof("it has no checkpoint");
  proof.checkpoint = text;
  return proof;
}

Result<Checkpoint> verify_proof_file(const ProofFile& proof, const Hash& leaf, const NoteVerifier& log) {
  TRY_LET(checkpoint, open_checkpoint(proof.checkpoint, log));
  TRY(check_inclusion(leaf, proof.index, checkpoint.head.size, proof.hashes, checkpoint.head.root));
  return checkpoint;
}

std::string format_consistency_file(const ConsistencyFile& proof) {
  std::string text = str(consistency_header, "\nold ", proof.old_size, "\nnew ", proof.new_size, '\n');
  for (const Hash& hash : proof.hashes) text += to_base64(hash.view()) + '\n';
  return text;
}

Result<ConsistencyFile> parse_consistency_file(std::string_view text) {
  TRY(take_header(text, consistency_header));
  ConsistencyFile proof;
  TRY_LET(old_size, take_number(text, "old "));
  TRY_LET(new_size, take_number(text, "new "));
  proof.old_size = old_size;
  proof.new_size = new_size;
  while (!text.empty()) {
    const std::optional<std::string_view> line = take_line(text);
    if (!line) return malformed_proof("its last line does not end in a newline");
    TRY(append_hash(proof.hashes, *line, max_consistency_hashes));
  }
  return proof;
}

}  // namespace cairn
