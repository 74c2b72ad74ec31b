#include "ledger/tlog/add_checkpoint.h"

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::string_view old_keyword = "old ";

Error malformed_request(std::string_view why) {
  return fault(str("the request is malformed: ", why));
}

}  // namespace

std::string format_add_checkpoint(const AddCheckpoint& request) {
  ASSERT(request.proof.size() <= max_add_checkpoint_hashes);
  std::string body = str(old_keyword, request.old_size, '\n');
  for (const Hash& hash : request.proof) body += to_base64(hash.view()) + '\n';
  return body + '\n' + request.note;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  const std::size_t end = body.find("\n\n");
  if (end == std::string_view::npos) return malformed_request("no empty line stands before a checkpoint");
  const std::vector<std::string_view> lines = split(body.substr(0, end), '\n');
  if (!lines.front().starts_with(old_keyword)) return malformed_request("its first line is not 'old <size>'");
  const Result<std::uint64_t> old_size = parse_uint(lines.front().substr(old_keyword.size()));
  if (!old_size.ok()) return malformed_request("what follows 'old' is not a size");
  AddCheckpoint request;
  request.old_size = *old_size;
  if (lines.size() - 1 > max_add_checkpoint_hashes) {
    return malformed_request(str("its proof has more than ", max_add_checkpoint_hashes, " hashes"));
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Result<Bytes> bytes = from_base64(lines[i]);
    if (!bytes.ok() || bytes->size() != sizeof(Hash::bytes)) {
      return malformed_request(str("hash ", i, " of its proof is not 32 bytes in base64"));
    }
    TRY_LET(hash, Hash::from_bytes(*bytes));
    request.proof.push_back(hash);
  }
  request.note = body.substr(end + 2);
  return request;
}

}  // namespace cairn
