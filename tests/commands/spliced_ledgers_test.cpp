// A ledger's rows under another's, heads signed by another key, and a ledger that went back: by every command, and by
// `verify` with what it is.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/store/rocks_rows.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using LedgerRows = std::map<Bytes, Bytes>;

constexpr std::string_view ledger_origin = "ledger.example/test";

LedgerRows rows_at(const fs::path& directory) {
  const auto opened = RocksRows::open_reader(directory, {});
  REQUIRE(opened.ok());
  LedgerRows rows;
  const auto all = (*opened)->cursor(Bytes(), Bytes(32, '\xff'));
  for (all->seek(""); all->at(); all->next()) rows.emplace(all->key(), all->value());
  REQUIRE(all->status().ok());
  return rows;
}

// A database of these rows in the place of the one that is there.
void put_rows(const fs::path& directory, const LedgerRows& rows) {
  fs::remove_all(directory);
  fs::create_directories(directory);
  const auto opened = RocksRows::open_writer(directory, true, {});
  REQUIRE(opened.ok());
  std::vector<Row> written;
  for (const auto& [key, value] : rows) written.push_back({key, value});
  REQUIRE((*opened)->write(written).ok());
}

// Of the first `size` entries: those rows that are not about later ones.
LedgerRows up_to(const LedgerRows& rows, Size size) {
  LedgerRows some;
  for (const auto& [key, value] : rows) {
    Size place = 0;
    if (key[0] == 'e') place = *number_of_key(key, 'e') + 1;
    if (key[0] == 'c') place = *number_of_key(key, 'c');
    if (key[0] == 'p') place = parse_posting_key(key)->first + 1;
    if (key[0] == 'v') place = parse_snapshot_key(key)->size;
    if (place <= size) some.emplace(key, value);
  }
  return some;
}

std::vector<std::string> kinds_found(const Json& report) {
  std::vector<std::string> kinds;
  for (const Json& finding : report["findings"]) kinds.push_back(finding["kind"]);
  return kinds;
}

bool has_finding(const Json& report, const std::string& kind, const std::string& what) {
  for (const Json& finding : report["findings"]) {
    if (finding["kind"] == kind && contains(finding["what"].get<std::string>(), what)) return true;
  }
  return false;
}

bool names_entry(const Json& report, Size seq) {
  const Json& all = report["findings"];
  return std::any_of(all.begin(), all.end(), [&](const Json& finding) { return finding["seq"] == seq; });
}

// A ledger of four entries, and the words to say something in it.
struct Grown : Workplace {
  Grown() {
    ledger_id = init(Policy::easy)["ledger"];
    for (const char* role : {"deployer", "auditor", "monitor"}) grant(role);
    REQUIRE(size() == 4);
  }
  void grant(const std::string& role) const { expect(0, "dana", {"actor", "role", "ben", "--grant", role}); }
  // As somebody who knows nothing but the ledger in front of them, and as who was here before.
  Json found_by(const std::string& who) const { return json(5, who, {"verify"}); }
  void check_nobody_answers(const std::string& who) const {
    for (const Words& words :
         {Words{"status"}, Words{"log"}, Words{"checkpoint"}, Words{"export", (directory() / "exported").string()}}) {
      const Ran ran = cairn(who, words);
      INFO(who << ": cairn " << words.front() << "\n" << ran.out << ran.err);
      CHECK(ran.code == 5);
      CHECK(ran.out.empty());
    }
  }
  std::string ledger_id;
};

TEST_CASE("the end of another ledger behind the beginning of this one is refused, and found where it begins") {
  const Grown place;
  const Grown other;
  LedgerRows spliced = up_to(rows_at(place.ledger()), 2);
  const LedgerRows beginning = up_to(rows_at(other.ledger()), 2);
  for (const auto& [key, value] : rows_at(other.ledger())) {
    if (!beginning.contains(key)) spliced.emplace(key, value);
  }
  put_rows(place.ledger(), spliced);
  for (const char* who : {"dana", "stranger"}) {
    place.check_nobody_answers(who);
    const Json report = place.found_by(who);
    INFO(report.dump(1));
    CHECK(has_finding(report, "checkpoint_bad", "the newest checkpoint, of size 4"));
    CHECK(has_finding(report, "checkpoint_bad", "the kept checkpoint of size 3"));
    CHECK_FALSE(has_finding(report, "checkpoint_bad", "the kept checkpoint of size 2"));
    CHECK(report["findings"][0]["seq"].is_null());
    CHECK_FALSE(names_entry(report, 1));
    CHECK(names_entry(report, 2));
  }
}

TEST_CASE("entries of another ledger under the heads of this one are refused by verify, and named") {
  const Grown place;
  const Grown other;
  LedgerRows spliced = rows_at(place.ledger());
  const LedgerRows theirs = rows_at(other.ledger());
  spliced[entry_key(2)] = theirs.at(entry_key(2));
  put_rows(place.ledger(), spliced);
  for (const char* who : {"dana", "stranger"}) {
    const Json report = place.found_by(who);
    INFO(report.dump(1));
    CHECK(has_finding(report, "root_wrong", "the kept checkpoint of size 3"));
    CHECK_FALSE(has_finding(report, "root_wrong", "the kept checkpoint of size 2"));
    CHECK(names_entry(report, 2));
  }
}

TEST_CASE("heads that another key signed are refused by every command, and verify names each") {
  const Grown place;
  const LedgerRows whole = rows_at(place.ledger());
  const auto key = PrivateKey::generate(KeyType::ed25519);
  REQUIRE(key.ok());
  LedgerRows resigned = whole;
  for (auto& [row, note] : resigned) {
    if (row[0] != 'c') continue;
    const std::string text = note.substr(0, note.find("\n\n") + 1);
    note = sign_note(text, std::string(ledger_origin), *key).value();
  }
  put_rows(place.ledger(), resigned);
  for (const char* who : {"dana", "stranger"}) {
    place.check_nobody_answers(who);
    const Json report = place.found_by(who);
    INFO(report.dump(1));
    CHECK(kinds_found(report) == std::vector<std::string>(4, "checkpoint_bad"));
    CHECK(has_finding(report, "checkpoint_bad", "the newest checkpoint, of size 4"));
  }
  put_rows(place.ledger(), whole);
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("a log key file that holds another key signs nothing, and the ledger stays as it is") {
  const Grown place;
  const Grown other;
  const auto key_file = [](const Grown& at) { return at.home("dana") / "logs" / (at.ledger_id + ".pem"); };
  const std::string before = place.expect(0, "dana", {"checkpoint"});
  const std::string own = text_of(key_file(place));
  put_text(key_file(place), text_of(key_file(other)));
  const Ran ran = place.cairn("dana", {"actor", "role", "ben", "--grant", "incident-commander"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "does not hold the log's key"));
  CHECK(place.expect(0, "dana", {"checkpoint"}) == before);
  place.expect(0, "dana", {"verify"});
  put_text(key_file(place), own);
  place.grant("incident-commander");
}

TEST_CASE(
    "a ledger whose first entry names another log key is another ledger to who was here, and holds together for "
    "nobody") {
  const Grown place;
  const Grown other;
  LedgerRows rows = rows_at(place.ledger());
  rows[entry_key(0)] = rows_at(other.ledger()).at(entry_key(0));
  put_rows(place.ledger(), rows);
  for (const char* who : {"dana", "stranger"}) {
    place.check_nobody_answers(who);
    const Json report = place.found_by(who);
    INFO(report.dump(1));
    CHECK(has_finding(report, "checkpoint_bad", "the newest checkpoint, of size 4"));
    CHECK(has_finding(report, "key_not_enrolled", "which no entry before enrols"));
    CHECK(names_entry(report, 1));
    CHECK(has_finding(report, "genesis_wrong", place.ledger_id) == (std::string(who) == "dana"));
  }
}

// Rows of an earlier version's kind fill blocks of their own, into which no question comes.
TEST_CASE("a byte that changed where no question reads is found, and said of its file") {
  const Grown place;
  LedgerRows rows = rows_at(place.ledger());
  Bytes noise;
  while (noise.size() < 20'000) noise += sha256(noise.substr(0, 1000) + str(noise.size())).view();
  for (Size size = 1; size <= 6; ++size) rows["s" + checkpoint_key(size).substr(1)] = noise;
  put_rows(place.ledger(), rows);
  REQUIRE(RocksRows::open_writer(place.ledger(), false, {}).ok());  // moves all from the log into a table
  fs::path table;
  for (const auto& file : fs::directory_iterator(place.ledger())) {
    if (file.path().extension() == ".sst") table = file.path();
  }
  REQUIRE(kinds_found(place.found_by("dana")) == std::vector<std::string>(6, "row_wrong"));
  std::string bytes = text_of(table);
  REQUIRE(bytes.size() > 100'000);
  bytes[60'000] = static_cast<char>(bytes[60'000] ^ 4);
  put_text(table, bytes);
  const Json report = place.found_by("dana");
  INFO(report.dump(1));
  const std::vector<std::string> kinds = kinds_found(report);
  CHECK(std::count(kinds.begin(), kinds.end(), "file_damaged") == 1);
  CHECK(std::count(kinds.begin(), kinds.end(), "row_wrong") + 1 == static_cast<std::ptrdiff_t>(kinds.size()));
  CHECK(has_finding(report, "file_damaged", table.filename().string() + " is damaged: Corruption"));
  place.expect(0, "dana", {"verify", "--quick"});
}

TEST_CASE("a row of another version's, which nobody reads, is found") {
  const Grown place;
  LedgerRows rows = rows_at(place.ledger());
  rows["s" + checkpoint_key(3).substr(1)] = "a snapshot as it was stored once";
  put_rows(place.ledger(), rows);
  const Json report = place.found_by("dana");
  CHECK(kinds_found(report) == std::vector<std::string>{"row_wrong"});
}

// What somebody else kept of the four entries, told apart by where it leads.
TEST_CASE("a ledger that went back is found by any newer head that somebody kept, and by nothing without one") {
  const Grown place;
  const LedgerRows older = rows_at(place.ledger());
  const std::string head_of_then = place.expect(0, "dana", {"checkpoint"});
  place.grant("incident-commander");
  const std::string newer = place.expect(0, "dana", {"checkpoint"});
  put_rows(place.ledger(), older);
  const fs::path note = place.directory() / "kept.note";
  put_text(note, newer);
  const Json report = place.json(5, "stranger", {"verify", "--since", note.string()});
  INFO(report.dump(1));
  CHECK(kinds_found(report) == std::vector<std::string>{"entry_missing"});
  CHECK(
      has_finding(report, "entry_missing", "the head of size 5 that was brought along is signed, and only 4 entries"));
  const std::string said = place.expect(5, "stranger", {"verify", "--since", note.string()});
  CHECK(contains(said, "NOT VERIFIED"));
  CHECK(contains(said, "entry_missing"));
  put_text(note, "nothing of the kind");
  CHECK(place.cairn("stranger", {"verify", "--since", note.string()}).code == 1);
  put_text(note, head_of_then);
  place.expect(0, "stranger", {"verify", "--since", note.string()});
  CHECK(place.cairn("dana", {"verify"}).code == 5);
}

TEST_CASE("a ledger that went back is found by a receipt and by a signed statement that somebody kept") {
  const Grown place;
  const LedgerRows older = rows_at(place.ledger());
  const fs::path receipt = place.directory() / "receipt.json";
  put_text(receipt, place.expect(0, "dana", {"actor", "role", "ben", "--grant", "incident-commander", "--json"}));
  const fs::path statement = place.directory() / "statement.json";
  place.expect(0, "ben", {"actor", "role", "ben", "--grant", "admin", "--sign-only", statement.string()});
  for (const fs::path& kept : {receipt, statement}) {
    place.expect(0, "stranger", {"verify", "--since", kept.string()});
  }
  put_rows(place.ledger(), older);
  fs::remove_all(place.home("stranger"));
  place.expect(0, "stranger", {"verify"});
  for (const fs::path& kept : {receipt, statement}) {
    fs::remove_all(place.home("stranger"));
    const Json report = place.json(5, "stranger", {"verify", "--since", kept.string()});
    INFO(report.dump(1));
    CHECK(kinds_found(report) == std::vector<std::string>{"entry_missing"});
    CHECK(has_finding(report, "entry_missing", "the head of size 5 "));
    CHECK(has_finding(report, "entry_missing", "only 4 entries are here"));
  }
}

}  // namespace
}  // namespace cairn::test
