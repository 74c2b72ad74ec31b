// LedgerSource: a live ledger as evidence, up to the head that it has when this is made: what others append meanwhile
// is left out. It hands the auditor the store's bytes as they are and vouches for none of them.
#pragma once

#include "ledger/store/attachments.h"
#include "ledger/store/store.h"
#include "verify/evidence_source.h"

namespace cairn {

class LedgerSource final : public EvidenceSource {
 public:
  LedgerSource(const Store& store, const Attachments& attachments)
      : store_(store), attachments_(attachments), tip_(store.tip()) {}

  Result<std::string> newest_checkpoint() const override;
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override;
  Result<std::vector<SizedNote>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const override;
  Result<std::optional<std::vector<Seq>>> postings(const std::string& tag, Seq from, std::size_t limit) const override;
  Result<std::optional<std::vector<std::string>>> tags(const std::string& after, std::size_t limit) const override;
  Result<std::optional<SizedNote>> snapshot(Size at_most) const override;
  Result<std::optional<Bytes>> attachment(const Hash& digest) const override;
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const override { return store_.wrong_rows(limit); }
  Result<std::vector<std::string>> damaged_files() const override { return store_.damaged_files(); }

 private:
  Result<Size> size_now() const;

  const Store& store_;
  const Attachments& attachments_;
  Result<Tip> tip_;
};

}  // namespace cairn
