// A store that hands every question on to the one behind it; a test says what is otherwise.
#pragma once

#include <utility>

#include "ledger/store/store.h"

namespace cairn::test {

class StoreInFront : public Store {
 public:
  explicit StoreInFront(const Store& behind) : behind_(behind) {}

  Result<void> commit(Size, const Batch&) override { return fault("only read here"); }
  Result<Tip> tip() const override { return behind_.tip(); }
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override { return behind_.read(from, limit); }
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override { return behind_.nodes(ids); }
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override {
    return behind_.find(tag, from, limit);
  }
  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const override {
    return behind_.tags(after, limit);
  }
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override {
    return behind_.checkpoints(from, limit);
  }
  Result<std::optional<AtSize>> snapshot(Size at_most) const override { return behind_.snapshot(at_most); }
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const override { return behind_.wrong_rows(limit); }
  Result<std::vector<std::string>> damaged_files() const override { return behind_.damaged_files(); }

 private:
  const Store& behind_;
};

// A store whose disk somebody wrote to: one entry has another byte, its hashes and signatures are as they were.
class Altered : public StoreInFront {
 public:
  Altered(const Store& store, Seq seq) : StoreInFront(store), seq_(seq) {}
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override {
    auto page = StoreInFront::read(from, limit);
    if (page && seq_ >= from && seq_ - from < page->size()) (*page)[seq_ - from][8] ^= 1;  // its recorded time
    return page;
  }

 private:
  Seq seq_;
};

// One snapshot is other bytes, or, where those are empty, is not there.
class Swapped : public StoreInFront {
 public:
  Swapped(const Store& store, Size size, Bytes bytes) : StoreInFront(store), size_(size), bytes_(std::move(bytes)) {}
  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    auto row = StoreInFront::snapshot(at_most);
    if (!row || !*row || (*row)->size != size_) return row;
    if (bytes_.empty()) return StoreInFront::snapshot(size_ - 1);
    (*row)->bytes = bytes_;
    return row;
  }

 private:
  Size size_;
  Bytes bytes_;
};

}  // namespace cairn::test
