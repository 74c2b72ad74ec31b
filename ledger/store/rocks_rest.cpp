#include "ledger/store/rocks_rest.h"

#include <algorithm>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/tlog/tile.h"

namespace cairn {
namespace {

// Goes through all keys, which ascend: checkpoints come before the rows that show one missing.
class RestOfRows {
 public:
  explicit RestOfRows(Size size) : size_(size), kept_(size + 1) {}

  // What is wrong with this row; nothing if nothing is.
  std::optional<std::string> look_at(BytesView key, std::size_t bytes) {
    if (key == version_key()) return std::nullopt;
    if (const auto seq = number_of_key(key, 'e'); seq.ok() && *seq < size_) return std::nullopt;
    if (const auto at = number_of_key(key, 'c'); at.ok() && *at > 0 && *at <= size_) {
      kept_[*at] = true;
      return std::nullopt;
    }
    if (const auto tile = number_of_key(key, 't'); tile.ok() && *tile < complete(1)) return std::nullopt;
    if (is_subtree(key)) return std::nullopt;
    if (const auto row = parse_posting_key(key); row.ok() && row->first < size_) {
      look_at_posting(*row);
      return std::nullopt;
    }
    if (const auto row = parse_snapshot_key(key); row.ok() && row->size > 0 && row->size <= size_) {
      if (row->part == 0 && !kept_[row->size]) lost_.push_back({row->size, row->size});
      return std::nullopt;
    }
    return str("the row with the key ", to_hex(key), " and ", bytes, " bytes belongs to nothing in the ledger");
  }

  // Checkpoints that are gone: one for all rows that may speak of the same.
  std::vector<std::string> lost() {
    std::sort(lost_.begin(), lost_.end(), [](const Sizes& a, const Sizes& b) { return a.last < b.last; });
    std::vector<std::string> found;
    for (auto at = lost_.begin(); at != lost_.end();) {
      Sizes among = *at;
      for (; at != lost_.end() && at->first <= among.last; ++at) among.first = std::max(among.first, at->first);
      const std::string size = among.first == among.last ? str(among.last) : str(among.first, " to ", among.last);
      found.push_back(
          str("a checkpoint of size ", size, " is not kept any more, and by other rows a commit ended there"));
    }
    return found;
  }

 private:
  struct Sizes {
    Size first = 0;
    Size last = 0;
  };

  // The number of complete subtrees of 256^level leaves.
  std::uint64_t complete(unsigned level) const {
    return level * tile_height >= 64 ? 0 : size_ >> (level * tile_height);
  }

  bool is_subtree(BytesView key) const {
    if (key.size() < 2 || key[0] != 'h') return false;
    const unsigned level = static_cast<unsigned char>(key[1]);
    const auto index = number_of_key(Bytes("h").append(key.substr(2)), 'h');
    return level > 0 && index.ok() && *index < complete(level);
  }

  // Between two rows of one tag a commit ended.
  void look_at_posting(const PostingKey& row) {
    if (row.tag == tag_) {
      Size end = first_ + 1;
      while (end <= row.first && !kept_[end]) ++end;
      if (end > row.first) lost_.push_back({first_ + 1, row.first});
    }
    tag_ = row.tag;
    first_ = row.first;
  }

  Size size_;
  std::vector<bool> kept_;  // whether there is a checkpoint of this size
  std::string tag_;         // of the posting row before
  Seq first_ = 0;
  std::vector<Sizes> lost_;
};

}  // namespace

std::vector<std::string> find_wrong_rows(RowCursor& rows, Size size, std::size_t limit) {
  constexpr int last_kind = 0xff;
  std::vector<std::string> found;
  RestOfRows rest(size);
  int kind = 0;  // of the row that was looked at last
  for (rows.seek(""); found.size() < limit;) {
    if (!rows.at()) {
      if (rows.status().ok() || kind == last_kind) break;
      rows.seek(Bytes(1, static_cast<char>(++kind)));
      continue;
    }
    const BytesView key = rows.key();
    kind = key.empty() ? 0 : static_cast<unsigned char>(key[0]);
    if (auto wrong = rest.look_at(key, rows.value().size())) found.push_back(std::move(*wrong));
    rows.next();
  }
  for (std::string& checkpoint : rest.lost()) {
    if (found.size() < limit) found.push_back(std::move(checkpoint));
  }
  return found;
}

}  // namespace cairn
