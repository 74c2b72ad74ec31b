// FORMAT.md's layout of the World is held against its bytes: a reader that knows nothing but that page takes them
// apart.
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "ledger/base/decimal.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;  // name, type

std::map<std::string, Fields> layout_of_page() {
  std::ifstream in(CAIRN_SOURCE "/ledger/FORMAT.md", std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  const std::string fence = "```text world\n";
  const std::size_t begin = page.find(fence);
  REQUIRE(begin != std::string::npos);
  const std::size_t from = begin + fence.size();
  std::map<std::string, Fields> layout;
  std::string row;
  std::istringstream words(page.substr(from, page.find("```", from) - from));
  for (std::string word; words >> word;) {
    const std::size_t colon = word.find(':');
    if (colon == std::string::npos) {
      row = word;
    } else {
      layout[row].emplace_back(word.substr(0, colon), word.substr(colon + 1));
    }
  }
  return layout;
}

// Takes bytes apart by a layout. What it meets by name it counts, so that a test sees that rows were really there.
class PageReader {
 public:
  PageReader(std::map<std::string, Fields> layout, BytesView bytes) : layout_(std::move(layout)), rest_(bytes) {}

  void read(const std::string& type) {
    if (type == "u64") {
      number();
    } else if (type == "spelled_text") {
      REQUIRE(texts_.insert(take(number())).second);
    } else if (type == "spelled_hash") {
      REQUIRE(hashes_.insert(take(32)).second);
    } else if (type == "text") {
      named(texts_, named_texts_);
    } else if (type == "hash") {
      named(hashes_, named_hashes_);
    } else if (type == "decimal") {
      REQUIRE(Decimal::parse(take(number())).ok());
    } else if (type == "half") {
      take(16);
    } else if (const std::size_t open = type.find('('); open != std::string::npos) {
      REQUIRE(type.back() == ')');
      read_of(type.substr(0, open), type.substr(open + 1, type.size() - open - 2));
    } else {
      INFO("the row " << type);
      REQUIRE(layout_.count(type) == 1);
      ++rows[type];
      for (const auto& [name, field] : layout_[type]) read(field);
    }
  }

  // To the last byte, and every text and hash was named.
  bool done() const { return rest_.empty() && named_texts_ == texts_.size() && named_hashes_ == hashes_.size(); }

  std::map<std::string, int> rows;
  int repeated = 0;

 private:
  void read_of(const std::string& outer, const std::string& inner) {
    if (outer == "opt") {
      if (number() == 1) read(inner);
      return;
    }
    const std::size_t comma = split_at(inner);
    const auto both = [&] {
      read(inner.substr(0, comma));
      read(inner.substr(comma + 1));
    };
    if (outer == "pair") return both();
    for (std::uint64_t left = number(); left > 0; --left) {
      if (outer != "rows") {
        outer == "map" ? both() : read(inner);
        continue;
      }
      const std::uint64_t size = number();
      const std::size_t before = rest_.size();
      both();
      REQUIRE(before - rest_.size() == size);
    }
  }

  // The comma between the two of a map or a pair, whose first may be a pair itself.
  static std::size_t split_at(const std::string& inner) {
    int depth = 0;
    for (std::size_t i = 0; i < inner.size(); ++i) {
      if (inner[i] == '(') ++depth;
      if (inner[i] == ')') --depth;
      if (inner[i] == ',' && depth == 0) return i;
    }
    return std::string::npos;
  }

  // They come in the order in which they are named.
  void named(const std::set<BytesView>& spelled, std::uint64_t& so_far) {
    const std::uint64_t place = number();
    REQUIRE(place < spelled.size());
    REQUIRE(place <= so_far);
    if (place == so_far) {
      ++so_far;
    } else {
      ++repeated;
    }
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      REQUIRE(shift < 63);
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte >= 128) continue;
      REQUIRE((byte > 0 || shift == 0));
      return value;
    }
  }
  BytesView take(std::uint64_t count) {
    REQUIRE(count <= rest_.size());
    const BytesView taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::map<std::string, Fields> layout_;
  BytesView rest_;
  std::set<BytesView> texts_;
  std::set<BytesView> hashes_;
  std::uint64_t named_texts_ = 0;
  std::uint64_t named_hashes_ = 0;
};

}  // namespace

TEST_CASE("FORMAT.md's layout takes the bytes of the World, and of what changed in it, apart to the last") {
  Scenario s;
  s.world.note_changes();
  const Size since = s.world.position->size;
  s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1").given_canary(3, "v3");
  s.given("ci", {ApprovalRequested{rollout_id(3), Stage::full, {"lee"}, "x"}});
  s.given("ida", rollback("v3", "v1", 1, 3));
  s.given("watch", {drift("v1", "prod", "0.9")});
  s.given("ida", {IncidentResolved{"INC-1", "mended"}, ActionOpened{"INC-1", 1, "lee", s.now + hour, "add a test"}});
  s.given("ida", {opened(2), BreakGlassInvoked{"net", "prod", {Guard::soak}, s.now + hour, "INC-2", "x"}});
  s.given("ida", {LockdownEngaged{{"lab", "*"}, "x"}, FreezeDeclared{{"*", "net"}, 0, "x"}});
  s.given("dana", {key_revoked("lee", "lee", s.now)}).when("watch", {registered("v4")});
  s.given("dana", {PolicyProposed{replaced(small_policy(), "small", "other")}});
  s.given("dana", {AdministrationRequested{*encode_events({key_added("ida", "ida 2")})}});
  s.given("dana", {person("mia", {{Role::admin, {}}})});
  s.given("mia", {PolicyApproved{s.world.proposals.rows().begin()->first, s.world.policy().digest}});
  s.given("dana", {AttachmentErased{digest_of("a file"), 1, {}, DeletionGround::legal, "names a person"}});
  s.given("dana", {HoldPlaced{"LEX-7", "net", "a claim"}, RetentionSet{digest_of("v1"), {"audited"}}});
  const auto layout = layout_of_page();
  std::map<std::string, int> rows;
  for (const auto& [row, bytes] :
       {std::pair("world", s.world.encode()), std::pair("changes", s.world.encode_changes(since))}) {
    INFO("a state of " << row);
    const std::string magic = str("cairn ", row, "\n");
    REQUIRE(bytes.starts_with(magic));
    PageReader reader(layout, BytesView(bytes).substr(magic.size()));
    reader.read(row);
    CHECK(reader.done());
    CHECK(reader.repeated > 0);
    for (const auto& [name, count] : reader.rows) rows[name] += count;
  }
  for (const auto& [row, fields] : layout) {
    INFO("the row " << row);
    CHECK(rows[row] > 0);
  }
}

}  // namespace cairn
