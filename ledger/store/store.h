// Store: the bytes of one ledger, whole and durable or not at all. It knows seqs, tags and hashes, never what an entry
// means.
//
// There is one write, commit, and it has one caller, the Sequencer. There is no put, no update, no delete. One contract
// test suite (tests/store/contract.h) runs against every engine.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/tlog/tree.h"

namespace rocksdb {
class Env;
}

namespace cairn {

// What entries are about ("model:logistic", "actor:dana"): by tag, 1 to 200 bytes without NUL, the seqs, ascending.
// Kept together from the start: hundreds of entries share a tag, and sorting them apart costs more than writing them.
using Postings = std::unordered_map<std::string, std::vector<Seq>>;

// A signed note or a snapshot, and the tree size that it speaks of.
struct AtSize {
  Size size = 0;
  Bytes bytes;
};

// What the log signs when a batch has its place.
struct SignedHead {
  Bytes checkpoint;  // the signed note of the tree after the batch
  Bytes snapshot;    // of the views after it; empty: none
};

struct Batch {
  std::vector<Bytes> entries;     // at least one, each at most 65,535 bytes, in order
  std::vector<Hash> leaf_hashes;  // one for each entry
  Postings postings;              // of seqs of this batch only

  // Called by commit at most once, and only when nobody else can take this batch's place any more, so that two heads of
  // one size are never signed. What it gives is stored with the batch or goes no further; its error ends the commit
  // with nothing written.
  std::function<Result<SignedHead>()> sign;
};

struct Tip {
  Size size = 0;
  Bytes checkpoint;  // empty while the store is
};

struct ReadLimit {
  std::size_t count = 256;
  std::size_t bytes = 4 << 20;  // stops once this many are gathered; at least one entry is always given
};

// What a store holds that was opened to copy a ledger into.
enum class Copying { under_way, done, older };

class Store {
 public:
  virtual ~Store() = default;

  // Appends the batch at `expected` = the present size. Returns once it is durable. conflict: somebody else was first
  // and nothing was written. unavailable: it may or may not be there; read the tip. fault: nothing is acknowledged and
  // this object accepts no further commit.
  virtual Result<void> commit(Size expected, const Batch& batch) = 0;

  virtual Result<Tip> tip() const = 0;

  // Entries from `from` on, contiguous; fewer than asked only at a limit or the tip, none at or past the tip.
  virtual Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const = 0;

  // These entries, which ascend and are below the tip, in their order: what one subject has among many.
  virtual Result<std::vector<Bytes>> gather(std::span<const Seq> seqs) const;

  // The hash of each complete subtree; a fault if one is not complete yet. One call a proof.
  virtual Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const = 0;

  // Seqs >= from that carry the tag, ascending, at most `limit`.
  virtual Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const = 0;

  // Distinct tags in byte order, strictly after `after`, at most `limit`. For the auditor, who rebuilds and compares.
  virtual Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const = 0;

  // Every checkpoint is kept: those with size >= from, ascending.
  virtual Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const = 0;

  // The newest snapshot of a size <= at_most. It is a cache: its reader verifies it or folds from zero.
  virtual Result<std::optional<AtSize>> snapshot(Size at_most) const = 0;

  // What none of these questions meets, for the auditor, one line each: rows that belong to nothing in the ledger, or
  // show that one is gone, at most `limit`; and files with bytes that are not those that were written. A store that
  // knows of no such things has none.
  virtual Result<std::vector<std::string>> wrong_rows(std::size_t limit) const;
  virtual Result<std::vector<std::string>> damaged_files() const;

  // Of a store that was opened with StoreMode::copy: while a copy is under way nobody else writes to it, for what goes
  // on from half a ledger is a fork. Of one opened with StoreMode::backup: Copying::done makes it a ledger like others,
  // and Copying::older a copy in its ledger's place that only reads, until a fork goes on from it.
  // Durable when it returns. One that nobody else can open has nothing to remember.
  virtual Result<void> mark(Copying) { return {}; }

  // A copy that is kept: it is older than its ledger by its nature, and takes nothing but what a newer one adds. Or an
  // older copy, as above, which is both.
  virtual bool is_backup() const { return false; }
  virtual bool is_older_copy() const { return false; }

  // Every snapshot of a size <= at_most, ascending, one at a time, since they are large. `each` may end it by an error.
  virtual Result<void> snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const;
};

// The model that every other store is tested against.
std::unique_ptr<Store> open_memory_store();

enum class StoreMode { create, write, read, copy, backup, fork };

struct RocksOptions {
  Millis lock_timeout = 30 * second;     // how long a second writer waits for the first
  std::size_t memtable_bytes = 8 << 20;  // 8 MiB keeps a reader's open near 25 ms (DESIGN 7)
  rocksdb::Env* env = nullptr;           // through which RocksDB uses the machine; null: its own
};

// The embedded store, one directory. create: the directory must not hold a ledger. write: waits for another writing
// process, then fails naming its pid. read: beside any writer, never writes; what it sees is contiguous up to its tip.
// copy: as write, a new ledger or one that was begun, and the only mode that writes to one whose copy is under way.
// backup: the same for a copy that is kept, which no other mode writes to.
Result<std::unique_ptr<Store>> open_rocks_store(const std::filesystem::path& directory, StoreMode mode,
                                                const RocksOptions& options);

struct PostgresOptions {
  Millis lock_timeout = 30 * second;  // how long a commit waits for another writer's to end
  Millis patience = 30 * second;      // how long a lost server is asked for again before a question is unavailable
  std::string grant_to = "";          // create: the role that may append and read from then on; empty: only who creates
};

// A ledger in a PostgreSQL database, or any engine that speaks its protocol and keeps its keys (README). create: makes
// the tables, as a role that may; the database must not hold a ledger. write: beside any number of other writers, from
// the primary. read: never writes, from the primary or, if there is none, from a standby. The first connection is tried
// once, unless only standbys answer; one that is lost later is made anew, to whichever of the URL's hosts is the
// primary then. copy: as the owner of the tables; see open_rocks_store. A backup is a directory.
Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url, StoreMode mode,
                                                   const PostgresOptions& options);

// Whether a database holds the tables of a ledger. One that may not be read counts as one.
Result<bool> holds_postgres_ledger(const std::string& url);

bool is_postgres_url(std::string_view where);

// Hosts and database of such a URL, for messages and as the name of the place: never user, password or settings.
Result<std::string> postgres_place(const std::string& url);

}  // namespace cairn
