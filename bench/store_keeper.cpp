#include "bench/keeper.h"
#include "bench/measure.h"
#include "ledger/base/text.h"
#include "ledger/crypto/keys.h"
#include "ledger/events/entry.h"

namespace cairn::bench {
namespace {

constexpr const char* name = "bench.example/store";

class StoreKeeper final : public Keeper {
 public:
  StoreKeeper(std::unique_ptr<Store> store, std::span<const Bytes> all) : store_(std::move(store)), all_(all) {
    for (const Bytes& entry : all) {
      hashes_.push_back(leaf_hash(entry));
      tags_.push_back(tags_of(need(decode_recorded(0, entry)).statement));
    }
  }

  void append(std::span<const Bytes> entries) override {
    const auto first = static_cast<std::size_t>(entries.data() - all_.data());
    ASSERT(first + entries.size() <= all_.size());
    Batch batch;
    batch.entries.assign(entries.begin(), entries.end());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      batch.leaf_hashes.push_back(hashes_[first + i]);
      tree_.push(hashes_[first + i]);
      for (const std::string& tag : tags_[first + i]) batch.postings[tag].push_back(tree_.size() - 1);
    }
    batch.sign = [this]() -> Result<SignedHead> {
      TRY_LET(note, sign_note(format_checkpoint(name, {tree_.size(), tree_.root()}), name, key_));
      return SignedHead{std::move(note), {}};
    };
    need(store_->commit(tree_.size() - entries.size(), batch));
  }

 private:
  std::unique_ptr<Store> store_;
  std::span<const Bytes> all_;
  std::vector<Hash> hashes_;
  std::vector<std::vector<std::string>> tags_;
  Frontier tree_;
  PrivateKey key_ = need(PrivateKey::generate(KeyType::ed25519));
};

}  // namespace

std::unique_ptr<Keeper> open_store_keeper(std::unique_ptr<Store> store, std::span<const Bytes> all) {
  return std::make_unique<StoreKeeper>(std::move(store), all);
}

}  // namespace cairn::bench
