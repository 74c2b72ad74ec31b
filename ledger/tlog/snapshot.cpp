#include "ledger/tlog/snapshot.h"

#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"

namespace cairn {
namespace {

// With its spaces it is no key name, so no checkpoint can begin with it and no signature serves for both.
constexpr std::string_view first_line = "cairn snapshot v1\n";
constexpr std::string_view signature_word = "signature ";
constexpr std::size_t max_header_bytes = 512;

std::string signed_text(const Head& head, BytesView state) {
  return str(first_line, "size ", head.size, "\nroot ", head.root.hex(), "\nstate ", state.size(), ' ',
             sha256(state).hex(), '\n');
}

Error damaged(std::string_view why) {
  return not_verified(str("the snapshot is not usable: ", why, "; fold the entries from 0 instead"));
}

// The head that the text names. What else it says is compared by the caller.
Result<Head> parse_head(std::string_view text) {
  const std::vector<std::string_view> lines = split(text, '\n');
  if (lines.size() < 3 || !lines[1].starts_with("size ") || !lines[2].starts_with("root ")) {
    return damaged("its first lines are not format, size and root");
  }
  const Result<std::uint64_t> size = parse_uint(lines[1].substr(5));
  if (!size.ok()) return damaged("its size is not a number");
  const Result<Hash> root = Hash::from_hex(lines[2].substr(5));
  if (!root.ok()) return damaged("its root is not 64 lowercase hexadecimal digits");
  return Head{*size, *root};
}

}  // namespace

Result<Bytes> seal_snapshot(const Snapshot& snapshot, const PrivateKey& log_key) {
  std::string sealed = signed_text(snapshot.head, snapshot.state);
  TRY_LET(signature, log_key.sign(sealed));
  sealed.append(signature_word).append(to_base64(signature)).append("\n\n").append(snapshot.state);
  return sealed;
}

Result<Snapshot> open_snapshot(BytesView bytes, const PublicKey& log_key) {
  const std::size_t header_end = bytes.substr(0, max_header_bytes).find("\n\n");
  if (header_end == BytesView::npos) return damaged("it has no header");
  const BytesView header = bytes.substr(0, header_end + 1);
  const BytesView state = bytes.substr(header_end + 2);
  const std::size_t newline = header.rfind('\n', header_end - 1);
  if (newline == BytesView::npos) return damaged("its header has one line only");
  const BytesView text = header.substr(0, newline + 1);
  BytesView last_line = header.substr(newline + 1, header_end - newline - 1);
  if (!last_line.starts_with(signature_word)) return damaged("its header does not end in a signature");
  last_line.remove_prefix(signature_word.size());
  const Result<Bytes> signature = from_base64(last_line);
  if (!signature.ok()) return damaged("its signature is not base64");
  if (const auto verified = log_key.verify(text, *signature); !verified.ok()) return damaged(verified.error().message);

  TRY_LET(head, parse_head(text));
  if (text != signed_text(head, state)) return damaged("its header does not fit its state");
  return Snapshot{head, state};
}

}  // namespace cairn
