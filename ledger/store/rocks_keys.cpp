#include "ledger/store/rocks_keys.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/store/batch_check.h"

namespace cairn {
namespace {

constexpr unsigned number_bytes = 8;
constexpr unsigned part_bytes = 4;

Bytes numbered(char kind, std::uint64_t number) {
  Bytes key(1, kind);
  append_big_endian(key, number, number_bytes);
  return key;
}

}  // namespace

Bytes version_key() {
  return "m";
}
Bytes entry_key(Seq seq) {
  return numbered('e', seq);
}
Bytes checkpoint_key(Size size) {
  return numbered('c', size);
}
Bytes leaves_key(std::uint64_t index) {
  return numbered('t', index);
}
Bytes snapshot_key(Size size, std::uint32_t part) {
  Bytes key = numbered('v', size);
  append_big_endian(key, part, part_bytes);
  return key;
}

Bytes subtree_key(std::uint8_t level, std::uint64_t index) {
  Bytes key = "h";
  key.push_back(static_cast<char>(level));
  append_big_endian(key, index, number_bytes);
  return key;
}

Bytes posting_key(std::string_view tag, Seq first) {
  Bytes key(posting_begin);
  key.append(tag);
  key.push_back('\0');
  append_big_endian(key, first, number_bytes);
  return key;
}

Bytes behind_tag(std::string_view tag) {
  Bytes key(posting_begin);
  key.append(tag);
  key.push_back('\1');
  return key;
}

Result<std::uint64_t> number_of_key(BytesView key, char kind) {
  if (key.size() != 1 + number_bytes || key[0] != kind) {
    return fault(str("the key ", to_hex(key), " is not of kind '", kind, "'"));
  }
  return from_big_endian(key.substr(1));
}

Result<SnapshotKey> parse_snapshot_key(BytesView key) {
  if (key.size() != 1 + number_bytes + part_bytes || key[0] != 'v') {
    return fault(str("the key ", to_hex(key), " is not one of a snapshot"));
  }
  return SnapshotKey{from_big_endian(key.substr(1, number_bytes)),
                     static_cast<std::uint32_t>(from_big_endian(key.substr(1 + number_bytes)))};
}

Result<PostingKey> parse_posting_key(BytesView key) {
  const Error bad = fault(str("the key ", to_hex(key), " is not one of a tag"));
  if (key.size() < 3 + number_bytes || key.substr(0, 1) != posting_begin) return bad;
  const BytesView tag = key.substr(1, key.size() - number_bytes - 2);
  if (tag.size() > max_tag_bytes || tag.find('\0') != BytesView::npos) return bad;
  if (key[1 + tag.size()] != '\0') return bad;
  return PostingKey{tag, from_big_endian(key.substr(key.size() - number_bytes))};
}

}  // namespace cairn
