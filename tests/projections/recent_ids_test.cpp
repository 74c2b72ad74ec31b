#include "projections/recent_ids.h"

#include <map>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

constexpr Millis memory = 7 * day;

RecentIds::Short key(Seq seq) {
  return RecentIds::key_of("ci", str(seq % 5000));  // so that ids come again, long after they are forgotten
}

TEST_CASE("what a clock recorded that ran ahead keeps nothing else from being forgotten") {
  Journal journal;
  RecentIds ids(journal);
  std::map<RecentIds::Short, Seq> newest;
  std::vector<RecentIds::Row> all;
  const Seq ahead = 10;
  std::size_t most = 0;
  for (Seq seq = 0; seq < 60'000; ++seq) {
    const Millis now = static_cast<Millis>(seq) * 10 * minute;
    const RecentIds::Row row{key(seq), {}, seq, seq < ahead ? 3650 * day : now};
    all.push_back(row);
    newest[row.key] = seq;
    ids.push(row);
    ids.forget(now - memory);
    most = std::max(most, ids.rows().size());
    if (seq % 997 != 0) continue;
    // Every answer is that of who forgets nothing.
    for (Seq asked = seq > 1200 ? seq - 1200 : 0; asked <= seq; asked += 7) {
      const RecentIds::Row& last = all[newest[key(asked)]];
      const RecentIds::Row* found = ids.find(key(asked), now - memory);
      REQUIRE((found != nullptr) == (last.recorded >= now - memory));
      if (found != nullptr) REQUIRE(found->seq == last.seq);
    }
  }
  CHECK(most < 4 * (7 * 24 * 6));  // 1,008 of seven days; 60,000 where nothing goes
  for (Seq seq = 0; seq < ahead; ++seq) CHECK(ids.rows()[seq].seq == seq);
}

}  // namespace
}  // namespace cairn::test
