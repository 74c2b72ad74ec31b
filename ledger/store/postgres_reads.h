// PostgresReads: all that is asked of a ledger in PostgreSQL. Safe from many threads, which take turns on one
// connection.
//
// A commit shows all its rows at once or none, and no row ever changes. So one statement sees whole commits only, and
// of several that follow each other the later one sees at least what the earlier one did. Pages go by the primary key:
// a page needs no cursor that a lost connection would take away.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/store/postgres_link.h"
#include "ledger/store/store.h"
#include "ledger/store/tile_nodes.h"

namespace cairn {

class PostgresReads final : public TileRows {
 public:
  explicit PostgresReads(PostgresLink link) : link_(std::move(link)) {}

  Result<void> open();
  void reconnect();  // before the next question
  std::uint64_t generation() const;

  Result<Size> size() const;
  Result<Tip> tip() const;
  Result<std::vector<Bytes>> entries(Seq from, ReadLimit limit) const;
  Result<std::vector<Bytes>> gather(std::span<const Seq> seqs) const;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const;
  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const;
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const;
  Result<std::optional<AtSize>> snapshot(Size at_most) const;
  Result<std::vector<Size>> snapshot_sizes(Size at_most) const;
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const;

  Result<std::vector<std::optional<Bytes>>> leaf_rows(std::span<const std::uint64_t> tiles) const override;
  Result<std::vector<Hash>> subtree_roots(unsigned level, std::uint64_t first, std::size_t count) const override;
  Result<std::vector<Hash>> entry_hashes(Seq first, Seq end) const override;

 private:
  Result<PostgresRows> run(const PostgresStatement& statement, std::vector<PostgresValue> values) const;
  Error missing(Seq seq) const;
  Error no_first_row() const;

  mutable std::mutex mutex_;
  mutable PostgresLink link_;
};

}  // namespace cairn
