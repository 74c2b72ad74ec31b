// A bit of any stored value that is another one is found as what it is, and at its place.
#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "tests/catch.h"
#include "tests/tamper/kept_ledgers.h"

namespace cairn::test {
namespace {

// What every change of an entry comes to: no head from there on has the root that was signed. What was signed by its
// author, or is asked of the rules, is named by its place besides; alone the recorded time may be another one that
// contradicts nothing else.
bool is_found_in_entry(const StoredLedger& ledger, Seq seq, std::size_t byte, const Examined& found) {
  const Size head = ledger.first_head_over(seq);
  const std::string which =
      head == ledger.forge.head().size ? "the newest checkpoint, of size " : "the kept checkpoint of size ";
  const bool in_recorded = byte >= 1 && byte <= 8;
  return found.says(FindingKind::root_wrong, str(which, head, " has root ")) && (in_recorded || found.names_entry(seq));
}

// A tag's seqs: the auditor says which tag, or that a row of it does not parse.
bool is_found_in_index(const PostingKey& row, const Examined& found) {
  return found.says(FindingKind::index_wrong, str("the index of ", row.tag)) ||
         found.says(FindingKind::index_wrong, str("the posting row from seq ", row.first));
}

bool is_found(const StoredLedger& ledger, const Bytes& key, std::size_t byte, const Examined& found) {
  const Size newest = ledger.forge.head().size;
  const auto number = [&] { return *number_of_key(key, key[0]); };
  switch (key[0]) {
    case 'm':
      return found.unopened.find("has the format") != std::string::npos;
    case 'e':
      return is_found_in_entry(ledger, number(), byte, found);
    case 'c':
      return found.says(FindingKind::checkpoint_bad,
                        number() == newest ? "the newest checkpoint" : str("the kept checkpoint of size ", number()));
    case 'p':
      return is_found_in_index(*parse_posting_key(key), found);
    case 'v':
      return found.says(FindingKind::snapshot_wrong, str("the snapshot of size ", parse_snapshot_key(key)->size));
    case 't':
      return found.says(FindingKind::node_wrong, str("the stored hash of entry ", 256 * number() + byte / 32, " is "));
    case 'h':
      return found.says(FindingKind::node_wrong, "the stored hash of entries 0 to 255") ||
             found.says(FindingKind::node_wrong, "the stored hash of entries 256 to 511");
    default:
      return false;
  }
}

enum class Bits { one, all };

// Of every `step`th byte of these values.
void flip_each(const StoredLedger& ledger, const std::string& kinds, Bits bits, std::size_t step, bool quick = false) {
  RowMap rows = ledger.rows;
  std::size_t flipped = 0;
  for (auto& [key, value] : rows) {
    if (kinds.find(key[0]) == std::string::npos) continue;
    const std::size_t every = value.size() < 4 * step ? 1 : step;
    for (std::size_t byte = 0; byte < value.size(); byte += every) {
      for (unsigned bit = bits == Bits::one ? byte / every % 8 : 0; bit < 8; ++bit) {
        value[byte] = static_cast<char>(value[byte] ^ (1 << bit));
        const Examined found = examine(rows, ledger.forge, quick);
        value[byte] = static_cast<char>(value[byte] ^ (1 << bit));
        ++flipped;
        if (is_found(ledger, key, byte, found)) {
          if (bits == Bits::one) break;
          continue;
        }
        FAIL_CHECK(name_of(key) << ", byte " << byte << ", bit " << bit << " was not found: " << found.text());
        break;
      }
    }
  }
  CHECK(flipped > 0);
  CHECK(examine(rows, ledger.forge).clean());
}

}  // namespace

TEST_CASE("nothing is found in the rows of a ledger as they were written") {
  for (const StoredLedger* ledger : {&small_ledger(), &wide_ledger()}) {
    const Examined found = examine(ledger->rows, ledger->forge);
    INFO(found.text());
    CHECK(found.clean());
    CHECK(found.report.entries == ledger->forge.head().size);
    CHECK(found.report.snapshots == ledger->forge.held().snapshots.size());
  }
  CHECK(kinds_of(small_ledger().rows) == "cempv");
  CHECK(kinds_of(wide_ledger().rows) == "cehmptv");
}

TEST_CASE("a bit flipped in any entry, checkpoint, index row, snapshot or in the format is found there") {
  flip_each(small_ledger(), "ecpvm", Bits::one, 13);
}

TEST_CASE("a bit flipped in the rows of full tiles is found at the entry or the subtree") {
  flip_each(wide_ledger(), "th", Bits::one, 29, true);
}

TEST_CASE("a bit flipped in any part of a long snapshot is found as a snapshot of that size") {
  flip_each(wide_ledger(), "v", Bits::one, 2039);
}

TEST_CASE("every bit of every stored value", "[.soak]") {
  flip_each(small_ledger(), "ecpvm", Bits::all, 1);
  flip_each(wide_ledger(), "th", Bits::all, 1, true);
}

}  // namespace cairn::test
