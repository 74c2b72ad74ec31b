// What a bundle carries folds into the very state that the ledger has.
#include <filesystem>
#include <memory>

#include "commands/bundle.h"
#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"
#include "tests/results.h"
#include "verify/bundle_check.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_each = 700;  // more than two tiles

// A ledger that holds a generated history, under a head that the log signed.
std::unique_ptr<Store> store_of(const std::vector<Recorded>& history) {
  Batch batch;
  for (const Recorded& entry : history) {
    batch.entries.push_back(encode_entry(entry.entry));
    batch.leaf_hashes.push_back(entry.leaf);
    for (const std::string& tag : index_tags(entry.statement, entry.entry.outcome)) {
      batch.postings[tag].push_back(entry.seq);
    }
  }
  const Head head{history.size(), roots_of(history).back()};
  batch.sign = [&head, &history]() -> Result<SignedHead> {
    TRY_LET(note, sign_note(format_checkpoint(generated_origin, head), generated_origin, log_keys_of(history)));
    return SignedHead{std::move(note), {}};
  };
  auto store = open_memory_store();
  REQUIRE(store->commit(0, batch).ok());
  return store;
}

TEST_CASE("A fold in one go and one through a bundle and its audit end in the same state, for any history", "[long]") {
  const fs::path folder = fs::temp_directory_path() / ("cairn-fold-" + to_hex(random_bytes(8)));
  fs::create_directories(folder);
  for (const std::uint64_t seed : history_seeds(4)) {
    for (const Log log : {Log::honest, Log::lying}) {
      INFO("seed " << seed << (log == Log::lying ? ", lying" : ""));
      const auto history = generate_history(seed, entries_each, log);
      const auto store = store_of(history);
      const Ledger ledger = must(Ledger::open(*store));
      const fs::path file = folder / "bundle.tar";
      const AttachmentDirectory attachments(folder / "attachments");
      const Bundled bundled = must(write_complete_bundle(ledger, attachments, true, file, [](Size, Size) {}));
      REQUIRE(bundled.entries == history.size());
      AuditOptions options;
      options.vkey = ledger.vkey();
      const Report report = must(audit_complete(must(BundleFile::open(file)), options));
      REQUIRE(report.state.has_value());
      CHECK(*report.state == sha256(fold(history)));
      CHECK(report.verified() == (log == Log::honest));
      fs::remove(file);
    }
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace cairn::test
