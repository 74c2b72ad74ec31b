// Rows that are gone, lie elsewhere as well, changed places or were cut short: by what they are, and where.
#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/tlog/snapshot.h"
#include "tests/catch.h"
#include "tests/tamper/kept_ledgers.h"

namespace cairn::test {
namespace {

struct Check {
  const StoredLedger& ledger;
  RowMap rows = ledger.rows;
  Size size = ledger.forge.head().size;

  Examined examined() const { return examine(rows, ledger.forge); }
  void check_unopened(const std::string& what) const {
    const Examined found = examined();
    INFO(found.text());
    CHECK(found.unopened.find(what) != std::string::npos);
  }
  void check_found(FindingKind kind, const std::string& what) const {
    const Examined found = examined();
    INFO("wanted " << wire_name(kind) << " with '" << what << "', found:\n" << found.text());
    CHECK(found.unopened.empty());
    CHECK(found.says(kind, what));
  }
  // The one finding there is.
  void check_only(FindingKind kind, const std::string& what) const {
    check_found(kind, what);
    CHECK(examined().report.findings.size() == 1);
  }
};

std::string in_hex(const Bytes& key) {
  return "the row with the key " + to_hex(key) + " ";
}

std::vector<Bytes> keys_of(const RowMap& rows, char kind) {
  std::vector<Bytes> keys;
  for (const auto& [key, value] : rows) {
    if (key[0] == kind) keys.push_back(key);
  }
  return keys;
}

}  // namespace

TEST_CASE("an entry that is gone is named, and without the last one the ledger does not open") {
  const StoredLedger& ledger = small_ledger();
  for (Seq seq = 0; seq < ledger.forge.head().size; ++seq) {
    Check check{ledger};
    check.rows.erase(entry_key(seq));
    if (seq + 1 == check.size) {
      check.check_unopened(str("is of ", check.size, " entries, but the last entry is number ", seq));
    } else {
      check.check_found(FindingKind::entry_malformed, str("entry ", seq, " of the ledger"));
      CHECK(check.examined().names_entry(seq));
    }
  }
}

TEST_CASE("an entry in another's place is named, and one behind the last keeps the ledger shut") {
  const StoredLedger& ledger = small_ledger();
  for (Seq seq = 1; seq < ledger.forge.head().size; ++seq) {
    Check swapped{ledger};
    std::swap(swapped.rows[entry_key(seq)], swapped.rows[entry_key(seq - 1)]);
    const Examined found = swapped.examined();
    INFO(found.text());
    CHECK(found.names_entry(seq - 1));
    CHECK(found.says(FindingKind::root_wrong, str("of size ", ledger.first_head_over(seq - 1))));

    Check repeated{ledger};
    repeated.rows[entry_key(seq)] = repeated.rows[entry_key(seq - 1)];
    if (seq > 1) repeated.check_found(FindingKind::id_repeated, "");
    CHECK(repeated.examined().names_entry(seq));
    repeated.check_found(FindingKind::root_wrong, str("of size ", ledger.first_head_over(seq)));
  }
  Check behind{ledger};
  behind.rows[entry_key(behind.size)] = behind.rows[entry_key(1)];
  behind.check_unopened(str("is of ", behind.size, " entries, but the last entry is number ", behind.size + 1));
  Check between{ledger};
  between.rows[entry_key(3) + "x"] = between.rows[entry_key(3)];
  between.check_found(FindingKind::row_wrong, in_hex(entry_key(3) + "x"));
}

TEST_CASE("an entry that was put in with all behind it moved on is named") {
  Check check{small_ledger()};
  for (Seq seq = check.size - 1; seq > 4; --seq) check.rows[entry_key(seq)] = check.rows[entry_key(seq - 1)];
  check.rows[entry_key(4)] = check.rows[entry_key(2)];
  check.check_found(FindingKind::id_repeated, "");
  CHECK(check.examined().names_entry(4));
  check.check_found(FindingKind::root_wrong, str("of size ", check.ledger.first_head_over(4)));
}

TEST_CASE("a value that was cut short is found as what it is") {
  for (const auto& [key, value] : small_ledger().rows) {
    if (value.empty()) continue;
    for (const std::size_t length : {std::size_t{0}, value.size() / 2, value.size() - 1}) {
      Check check{small_ledger()};
      check.rows[key].resize(length);
      INFO(name_of(key) << " cut to " << length << " bytes");
      const Size at = key.size() == 9 ? *number_of_key(key, key[0]) : 0;
      if (key[0] == 'm') check.check_unopened("has the format");
      if (key[0] == 'e') CHECK(check.examined().names_entry(at));
      if (key[0] == 'c')
        check.check_found(FindingKind::checkpoint_bad, at == check.size ? "newest" : str("of size ", at));
      if (key[0] == 'p') check.check_found(FindingKind::index_wrong, "");
      if (key[0] == 'v') check.check_found(FindingKind::snapshot_wrong, str(parse_snapshot_key(key)->size));
    }
  }
}

TEST_CASE("a row that was made longer is found as what it is") {
  for (const auto& [key, value] : small_ledger().rows) {
    Check check{small_ledger()};
    check.rows[key] += '\1';
    INFO(name_of(key));
    if (key[0] == 'p') check.check_found(FindingKind::index_wrong, "");
    CHECK_FALSE(check.examined().clean());
  }
}

TEST_CASE("a checkpoint in another's place is found, and without the newest the ledger does not open") {
  const StoredLedger& ledger = small_ledger();
  const std::vector<Bytes> keys = keys_of(ledger.rows, 'c');
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const Size before = *number_of_key(keys[i - 1], 'c');
    Check swapped{ledger};
    std::swap(swapped.rows[keys[i]], swapped.rows[keys[i - 1]]);
    swapped.check_found(FindingKind::checkpoint_bad, str("of size ", before));
    Check repeated{ledger};
    if (repeated.rows.contains(checkpoint_key(before + 1))) continue;
    repeated.rows[checkpoint_key(before + 1)] = repeated.rows[keys[i - 1]];
    repeated.check_only(FindingKind::checkpoint_bad, str("of size ", before + 1, " is of size ", before));
  }
  Check gone{ledger};
  gone.rows.erase(keys.back());
  gone.check_unopened("the newest checkpoint of the ledger");
  Check behind{ledger};
  behind.rows[checkpoint_key(behind.size + 1)] = behind.rows[keys.back()];
  behind.check_unopened("the newest checkpoint of the ledger");
}

TEST_CASE("a checkpoint that is gone is found where two commits of one subject meet, or a snapshot lies") {
  const StoredLedger& ledger = small_ledger();
  const std::vector<Bytes> keys = keys_of(ledger.rows, 'c');
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    const Size size = *number_of_key(keys[i], 'c');
    Check gone{ledger};
    gone.rows.erase(keys[i]);
    INFO(name_of(keys[i]));
    gone.check_only(FindingKind::row_wrong, str(' ', size, ' '));
    gone.check_only(FindingKind::row_wrong, "is not kept any more");
    gone.rows[keys[i]] = ledger.rows.at(keys[i]);
    CHECK(gone.examined().clean());
  }
}

TEST_CASE("an index row that is gone, lies elsewhere as well or changed places is found") {
  const StoredLedger& ledger = small_ledger();
  const std::vector<Bytes> keys = keys_of(ledger.rows, 'p');
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const PostingKey row = *parse_posting_key(keys[i]);
    INFO(name_of(keys[i]));
    Check gone{ledger};
    gone.rows.erase(keys[i]);
    gone.check_only(FindingKind::index_wrong, str("the index of ", row.tag, " lacks this entry"));
    CHECK(gone.examined().names_entry(row.first));

    Check elsewhere{ledger};
    elsewhere.rows[posting_key("model:ghost", row.first)] = elsewhere.rows[keys[i]];
    elsewhere.check_only(FindingKind::index_wrong, "the index has model:ghost");

    Check behind{ledger};
    behind.rows[posting_key(row.tag, behind.size + 3)] = behind.rows[keys[i]];
    behind.check_only(FindingKind::row_wrong, in_hex(posting_key(row.tag, behind.size + 3)));

    if (i == 0 || ledger.rows.at(keys[i]) == ledger.rows.at(keys[i - 1])) continue;
    Check swapped{ledger};
    std::swap(swapped.rows[keys[i]], swapped.rows[keys[i - 1]]);
    swapped.check_found(FindingKind::index_wrong, "");
  }
}

TEST_CASE("rows of full tiles that are gone or changed places are found, and those of tiles that there are not") {
  const StoredLedger& ledger = wide_ledger();
  for (const Bytes& key : {leaves_key(0), leaves_key(1), subtree_key(1, 0), subtree_key(1, 1)}) {
    Check gone{ledger};
    gone.rows.erase(key);
    gone.check_found(FindingKind::node_wrong, "");
  }
  Check swapped{ledger};
  std::swap(swapped.rows[leaves_key(0)], swapped.rows[leaves_key(1)]);
  swapped.check_found(FindingKind::node_wrong, "the stored hash of entry 0 is ");
  Check roots{ledger};
  std::swap(roots.rows[subtree_key(1, 0)], roots.rows[subtree_key(1, 1)]);
  roots.check_found(FindingKind::node_wrong, "the stored hash of entries 0 to 255");
  for (const Bytes& key : {leaves_key(2), subtree_key(1, 2), subtree_key(2, 0), subtree_key(0, 0), subtree_key(9, 0)}) {
    Check behind{ledger};
    behind.rows[key] = behind.rows[key[0] == 't' ? leaves_key(0) : subtree_key(1, 0)];
    behind.check_only(FindingKind::row_wrong, in_hex(key));
  }
}

TEST_CASE("a snapshot is a cache: at another place, or without a part of it, it is found") {
  const StoredLedger& ledger = wide_ledger();
  const std::vector<Bytes> keys = keys_of(ledger.rows, 'v');
  REQUIRE(keys.size() > 3);
  const Size at = parse_snapshot_key(keys[0])->size;
  const std::string which = str("the snapshot of size ", at);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Check gone{ledger};
    gone.rows.erase(keys[i]);
    gone.check_only(FindingKind::snapshot_wrong, which);
    const Bytes next = i + 1 < keys.size() ? keys[i + 1] : snapshot_key(at, 99);
    Check moved{ledger};  // the bytes of all parts, one after the other, are the same
    for (std::size_t part = keys.size(); part-- > i;) {
      moved.rows[snapshot_key(at, static_cast<std::uint32_t>(part + 1))] = moved.rows[keys[part]];
    }
    moved.rows.erase(keys[i]);
    moved.check_only(FindingKind::snapshot_wrong, which);
    if (i + 1 == keys.size()) break;
    Check swapped{ledger};
    std::swap(swapped.rows[keys[i]], swapped.rows[next]);
    swapped.check_only(FindingKind::snapshot_wrong, which);
  }
  const auto copied_to = [&](Size size) {
    Check copied{ledger};
    for (std::uint32_t part = 0; part < keys.size(); ++part) {
      copied.rows[snapshot_key(size, part)] = copied.rows[keys[part]];
    }
    return copied;
  };
  const Check next_to_it = copied_to(at + 1);
  next_to_it.check_found(FindingKind::snapshot_wrong, str("the snapshot of size ", at + 1, " is of size ", at));
  next_to_it.check_found(FindingKind::row_wrong, str("a checkpoint of size ", at + 1, " is not kept any more"));
  CHECK(next_to_it.examined().report.findings.size() == 2);
  const Check behind = copied_to(ledger.forge.head().size + 1);
  CHECK(behind.examined().report.findings.size() == keys.size());
  behind.check_found(FindingKind::row_wrong, in_hex(snapshot_key(behind.size + 1, 0)));
}

TEST_CASE(
    "a snapshot that is gone whole leaves nothing to find, and no question is answered from another in its place") {
  const StoredLedger& ledger = small_ledger();
  const std::vector<Bytes> keys = keys_of(ledger.rows, 'v');
  REQUIRE(keys.size() == 2);
  Check check{ledger};
  check.rows.erase(keys[1]);
  CHECK(check.examined().clean());
  const Size first = parse_snapshot_key(keys[0])->size;
  CHECK((*open_rows(check.rows)->snapshot(check.size))->size == first);
  // What the later one holds is what changed since: without the earlier it says nothing, and that is found.
  Check without_whole{ledger};
  without_whole.rows.erase(keys[0]);
  without_whole.check_only(FindingKind::snapshot_wrong, str("holds what changed since ", first));
}

TEST_CASE("a row of a kind that nobody reads is found") {
  const StoredLedger& ledger = small_ledger();
  Bytes old_snapshot = checkpoint_key(4);
  old_snapshot[0] = 's';
  for (const Bytes& key : {Bytes("a"), old_snapshot, Bytes("mm"), Bytes("zebra"), Bytes(1, '\0'), Bytes("\xfe", 1)}) {
    Check check{ledger};
    check.rows[key] = "anything";
    check.check_only(FindingKind::row_wrong, in_hex(key) + "and 8 bytes belongs to nothing in the ledger");
  }
  Check many{ledger};
  for (int i = 0; i < 100; ++i) many.rows[str("x", i)] = "";
  CHECK(many.examined().report.findings.size() == 64);
  many.check_found(FindingKind::row_wrong, "; and there are more than these 64");
  Check unmarked{ledger};
  unmarked.rows.erase("m");
  unmarked.check_unopened("is not a ledger of cairn");
}

}  // namespace cairn::test
