// Table: rows that were stored are read one by one, as if all had been there from the start.
#include "projections/table.h"

#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace cairn {
namespace {

using Numbers = Table<int, std::string>;

// Rows 0, 2, 4, ... below 2 * count, and how often each was read.
struct Kept {
  std::vector<int> reads;

  StoredRows<int, std::string> rows(std::size_t count) {
    reads.assign(count, 0);
    return {count, [](std::size_t place) { return static_cast<int>(2 * place); },
            [this](std::size_t place) {
              ++reads.at(place);
              return std::pair(static_cast<int>(2 * place), std::optional("stored " + std::to_string(place)));
            }};
  }
  int all() const { return std::accumulate(reads.begin(), reads.end(), 0); }
};

std::vector<int> keys_from(const Numbers& table, int first, std::size_t most) {
  std::vector<int> keys;
  table.each_from(first, [&](int key, const std::string&) {
    keys.push_back(key);
    return keys.size() < most;
  });
  return keys;
}

// Some rows made, changed and erased in `table`, as they would be stored.
StoredRows<int, std::string> random_changes(std::mt19937& random, Numbers& table) {
  std::map<int, std::optional<std::string>> changes;
  for (std::size_t left = random() % 12; left > 0; --left) {
    const int key = static_cast<int>(random() % 44) - 2;
    if (random() % 3 == 0) {
      table.erase(key);
      changes[key].reset();
    } else {
      changes[key] = table.edit(key) = "later " + std::to_string(left);
    }
  }
  const std::vector<std::pair<int, std::optional<std::string>>> rows(changes.begin(), changes.end());
  return {rows.size(), [rows](std::size_t place) { return rows[place].first; },
          [rows](std::size_t place) { return rows[place]; }};
}

}  // namespace

TEST_CASE("Of stored rows only those are read that are asked for, and each once") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(1000));
  CHECK(kept.all() == 0);
  REQUIRE(table.find(500) != nullptr);
  CHECK(*table.find(500) == "stored 250");
  CHECK(table.find(501) == nullptr);
  CHECK(table.find(-1) == nullptr);
  CHECK(table.find(2000) == nullptr);
  CHECK(kept.all() == 1);
  CHECK(keys_from(table, 497, 3) == std::vector<int>{498, 500, 502});
  CHECK(kept.all() == 3);
  CHECK(table.rows().size() == 1000);
  CHECK(kept.all() == 1000);
}

TEST_CASE("A stored row that was erased does not come back") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(4));
  SECTION("for good") {
    table.erase(2);
    CHECK(table.find(2) == nullptr);
    CHECK(keys_from(table, 0, 9) == std::vector<int>{0, 4, 6});
    CHECK(table.rows().count(2) == 0);
  }
  SECTION("unless that is undone") {
    const auto mark = journal.mark();
    table.erase(2);
    CHECK(table.find(2) == nullptr);
    journal.undo_to(mark);
    CHECK(*table.find(2) == "stored 1");
    CHECK(table.rows().size() == 4);
  }
}

TEST_CASE("A change of a stored row that is undone leaves what was stored") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(4));
  const auto mark = journal.mark();
  table.edit(4) = "changed";
  table.edit(5) = "made";
  journal.undo_to(mark);
  CHECK(*table.find(4) == "stored 2");
  CHECK(table.find(5) == nullptr);
  CHECK(table.rows().size() == 4);
}

TEST_CASE("Who asks as often as there are stored rows has them all read, and asks no stored bytes again") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(10));
  for (int asked = 0; asked < 10; ++asked) CHECK_FALSE(table.has(2 * asked + 1));
  for (int asked = 0; asked < 10; ++asked) CHECK_FALSE(table.has(1));  // which is known by now
  CHECK(kept.all() == 0);
  CHECK_FALSE(table.has(21));
  CHECK(kept.all() == 10);
  kept.reads.clear();
  CHECK(*table.find(18) == "stored 9");
}

TEST_CASE("What was stored later counts, and where it says that a row is gone there is none") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(4));
  const std::vector<std::pair<int, std::optional<std::string>>> later = {{1, "new"}, {2, std::nullopt}, {6, "other"}};
  table.store({later.size(), [later](std::size_t place) { return later[place].first; },
               [later](std::size_t place) { return later[place]; }});
  SECTION("asked one by one") {
    CHECK(table.find(2) == nullptr);
    CHECK(*table.find(1) == "new");
    CHECK(*table.find(6) == "other");
    CHECK(*table.find(4) == "stored 2");
    CHECK(keys_from(table, 0, 9) == std::vector<int>{0, 1, 4, 6});
  }
  SECTION("read at once") {
    CHECK(table.rows() == std::map<int, std::string>{{0, "stored 0"}, {1, "new"}, {4, "stored 2"}, {6, "other"}});
  }
  SECTION("and a row that is made again is there") {
    table.edit(2) = "again";
    CHECK(table.rows().at(2) == "again");
  }
  CHECK(kept.reads[1] == 0);
}

TEST_CASE("A table tells which rows an entry changed, made or erased, of what was not taken back or forgotten") {
  Journal journal;
  Numbers table(journal);
  journal.at_entry(1);
  table.edit(1) = "before anybody notes";
  journal.note_since(2);
  journal.at_entry(2);
  table.edit(2) = "made";
  journal.at_entry(3);
  table.edit(1) = "changed";
  table.erase(2);
  table.erase(9);  // was not there
  const auto mark = journal.mark();
  journal.at_entry(4);
  table.edit(3) = "made and taken back";
  table.edit(1) = "changed and taken back";
  table.erase(1);
  journal.undo_to(mark);
  table.edit(4) = "made";
  const auto changed_since = [&](Seq entry) {
    std::vector<int> keys;
    for (const int* key : table.changed_since(entry)) keys.push_back(*key);
    return keys;
  };
  CHECK(changed_since(0) == std::vector<int>{1, 2, 4});
  CHECK(changed_since(3) == std::vector<int>{1, 2, 4});
  CHECK(changed_since(4) == std::vector<int>{4});
  table.forget_notes_before(4);
  CHECK(changed_since(0) == std::vector<int>{4});
}

TEST_CASE("A row that was asked for last and is gone is not there, and one that comes in its place is another") {
  Journal journal;
  Numbers table(journal);
  table.edit(1) = "first";
  REQUIRE(table.has(1));
  table.erase(1);
  CHECK_FALSE(table.has(1));
  const std::size_t mark = journal.mark();
  table.edit(1) = "made";
  REQUIRE(*table.find(1) == "made");
  journal.undo_to(mark);
  CHECK_FALSE(table.has(1));
  table.edit(1) = "again";
  CHECK(*table.find(1) == "again");
  CHECK(table.rows().size() == 1);
}

TEST_CASE("A table with stored rows answers as one that holds them all, whatever is done to both") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    Journal journal;
    Numbers lazy(journal);
    Numbers whole(journal);
    Kept kept;
    const std::size_t count = random() % 20;
    lazy.store(kept.rows(count));
    for (std::size_t i = 0; i < count; ++i) whole.edit(static_cast<int>(2 * i)) = "stored " + std::to_string(i);
    for (std::size_t layers = random() % 4; layers > 0; --layers) lazy.store(random_changes(random, whole));
    std::optional<std::size_t> mark;
    int key = 0;
    for (int step = 0; step < 40; ++step) {
      if (random() % 3 > 0) key = static_cast<int>(random() % 44) - 2;  // else the one that was asked for just now
      switch (random() % 7) {
        case 0:
          lazy.edit(key) = whole.edit(key) = std::to_string(step);
          break;
        case 1:
          lazy.erase(key);
          whole.erase(key);
          break;
        case 2:
          if (!mark) mark = journal.mark();
          break;
        case 3:
          if (mark) journal.undo_to(*mark);
          break;
        case 4: {
          const std::string* one = lazy.find(key);
          const std::string* other = whole.find(key);
          REQUIRE((one == nullptr) == (other == nullptr));
          if (one != nullptr) REQUIRE(*one == *other);
          REQUIRE((one != nullptr) == whole.rows().contains(key));
          break;
        }
        case 5:
          REQUIRE(keys_from(lazy, key, 3) == keys_from(whole, key, 3));
          break;
        default:
          if (random() % 4 == 0) REQUIRE(lazy.rows() == whole.rows());
      }
    }
    REQUIRE(lazy.rows() == whole.rows());
  }
}

}  // namespace cairn
