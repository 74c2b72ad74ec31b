// Table: rows that were stored are read one by one, as if all had been there from the start.
#include "projections/table.h"

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
              return std::pair(static_cast<int>(2 * place), "stored " + std::to_string(place));
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

}  // namespace

TEST_CASE("Of stored rows only those are read that are asked for, and each once") {
  Journal journal;
  Numbers table(journal);
  Kept kept;
  table.store(kept.rows(1000));
  CHECK(table.size() == 1000);
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
  CHECK(table.size() == 1000);
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
    CHECK(table.size() == 3);
    CHECK(keys_from(table, 0, 9) == std::vector<int>{0, 4, 6});
    CHECK(table.rows().count(2) == 0);
  }
  SECTION("unless that is undone") {
    const auto mark = journal.mark();
    table.erase(2);
    CHECK(table.find(2) == nullptr);
    journal.undo_to(mark);
    CHECK(*table.find(2) == "stored 1");
    CHECK(table.size() == 4);
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
  CHECK(table.size() == 5);
  journal.undo_to(mark);
  CHECK(*table.find(4) == "stored 2");
  CHECK(table.find(5) == nullptr);
  CHECK(table.size() == 4);
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
    std::optional<std::size_t> mark;
    for (int step = 0; step < 40; ++step) {
      const int key = static_cast<int>(random() % 44) - 2;
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
          break;
        }
        case 5:
          REQUIRE(keys_from(lazy, key, 3) == keys_from(whole, key, 3));
          break;
        default:
          REQUIRE(lazy.size() == whole.size());
      }
    }
    REQUIRE(lazy.rows() == whole.rows());
  }
}

}  // namespace cairn
