#include "ledger/events/entry.h"

#include <algorithm>

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"

namespace cairn {
namespace {

constexpr std::size_t max_outcome_bytes = 64;

bool is_outcome(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
  return text.size() <= max_outcome_bytes && std::all_of(text.begin(), text.end(), fits);
}

// Takes fields off the front of an entry and says at which byte one is cut short.
class Cursor {
 public:
  explicit Cursor(BytesView bytes) : bytes_(bytes) {}

  Result<BytesView> take(std::size_t count, std::string_view what) {
    if (bytes_.size() - at_ < count) {
      return fault(str("not an entry: it ends at byte ", bytes_.size(), ", within ", what, " at byte ", at_));
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  Result<std::uint64_t> number(unsigned count, std::string_view what) {
    TRY_LET(field, take(count, what));
    return from_big_endian(field);
  }

  BytesView rest() const { return bytes_.substr(at_); }
  std::size_t position() const { return at_; }

 private:
  BytesView bytes_;
  std::size_t at_ = 0;
};

Result<std::vector<Signature>> take_signatures(Cursor& cursor) {
  TRY_LET(count, cursor.number(1, "the number of signatures"));
  std::vector<Signature> signatures;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto position = cursor.position();
    Signature signature;
    TRY_LET(id, cursor.take(32, "a key id"));
    TRY_LET(key, KeyId::from_bytes(id));
    signature.key = key;
    if (!signatures.empty() && signatures.back().key >= key) {
      return fault(str("not an entry: byte ", position, ": signatures ascend by key id, no key twice"));
    }
    TRY_LET(length, cursor.number(2, "a signature's length"));
    TRY_LET(bytes, cursor.take(length, "a signature"));
    signature.bytes = Bytes(bytes);
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

}  // namespace

KeyId signed_by(const Entry& entry) {
  return entry.signatures.empty() ? KeyId{} : entry.signatures.front().key;
}

Bytes encode_entry(const Entry& entry) {
  ASSERT(entry.recorded >= 0 && static_cast<std::uint64_t>(entry.recorded) <= max_count);
  ASSERT(is_outcome(entry.outcome));
  ASSERT(entry.signatures.size() <= 255);
  Bytes out;
  out.reserve(128 + entry.payload.size());
  append_big_endian(out, entry_version, 1);
  append_big_endian(out, static_cast<std::uint64_t>(entry.recorded), 8);
  append_big_endian(out, entry.outcome.size(), 1);
  out += entry.outcome;
  append_big_endian(out, entry.signatures.size(), 1);
  for (std::size_t i = 0; i < entry.signatures.size(); ++i) {
    const auto& signature = entry.signatures[i];
    ASSERT(i == 0 || entry.signatures[i - 1].key < signature.key);
    ASSERT(signature.bytes.size() <= 65535);
    out += signature.key.view();
    append_big_endian(out, signature.bytes.size(), 2);
    out += signature.bytes;
  }
  out += entry.payload;
  ASSERT(out.size() <= max_entry_bytes);
  return out;
}

Result<Entry> decode_entry(BytesView bytes) {
  if (bytes.size() > max_entry_bytes) {
    return fault(str("not an entry: ", bytes.size(), " bytes; at most ", max_entry_bytes));
  }
  Cursor cursor(bytes);
  TRY_LET(version, cursor.number(1, "the version"));
  if (version == 0) return fault("not an entry: byte 0: version 0 is from before the format was frozen");
  if (version != entry_version) {
    return needs_newer(str("an entry of version ", version, "; this cairn reads version ", unsigned{entry_version},
                           ", so use a newer one"));
  }
  Entry entry;
  TRY_LET(recorded, cursor.number(8, "the recorded time"));
  if (recorded > max_count) return fault("not an entry: byte 1: the recorded time is more than 2^53-1");
  entry.recorded = static_cast<Millis>(recorded);
  TRY_LET(length, cursor.number(1, "the outcome's length"));
  TRY_LET(outcome, cursor.take(length, "the outcome"));
  if (!is_outcome(outcome)) return fault("not an entry: byte 10: the outcome is not at most 64 of a-z, 0-9 and _");
  entry.outcome = std::string(outcome);
  TRY_LET(signatures, take_signatures(cursor));
  entry.signatures = std::move(signatures);
  entry.payload = Bytes(cursor.rest());
  return entry;
}

Result<Recorded> decode_recorded(Seq seq, BytesView bytes) {
  Recorded recorded;
  recorded.seq = seq;
  auto entry = decode_entry(bytes);
  if (!entry.ok()) return Error{entry.error().kind, str("entry ", seq, ": ", entry.error().message)};
  auto statement = decode_statement(entry->payload);
  if (!statement.ok()) return Error{statement.error().kind, str("entry ", seq, ": ", statement.error().message)};
  recorded.leaf = leaf_hash(bytes);
  recorded.entry = std::move(*entry);
  recorded.statement = std::move(*statement);
  return recorded;
}

}  // namespace cairn
