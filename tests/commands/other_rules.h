// The log's key in other hands: rules that are not those of projections/, put before them.
#pragma once

#include "commands/live_rules.h"

namespace cairn::test {

// What is not said otherwise is left to the rules behind.
class OtherRules : public Rules {
 public:
  explicit OtherRules(LiveRules& behind) : behind_(behind) {}
  Result<Bytes> key_for(const KeyId& key) const override { return behind_.key_for(key); }
  Judgement admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                  Millis recorded) override {
    return behind_.admit(statement, key, payload_bytes, basis, recorded);
  }
  Size size() const override { return behind_.size(); }
  void apply(const Recorded& recorded) override { behind_.apply(recorded); }
  Result<void> follow(const Recorded& recorded) override { return behind_.follow(recorded); }
  void keep() override { behind_.keep(); }
  void undo() override { behind_.undo(); }
  Millis newest_recorded() const override { return behind_.newest_recorded(); }
  Bytes snapshot(Size size) override { return behind_.snapshot(size); }

 private:
  LiveRules& behind_;
};

// Somebody who lets through what the rules refuse.
class Lenient final : public OtherRules {
 public:
  using OtherRules::OtherRules;
  Judgement admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                  Millis recorded) override {
    const Judgement judged = OtherRules::admit(statement, key, payload_bytes, basis, recorded);
    return std::holds_alternative<Ruled>(judged) ? Ruled{} : judged;
  }
};

inline std::unique_ptr<Rules> lenient(LiveRules& rules) {
  return std::make_unique<Lenient>(rules);
}

}  // namespace cairn::test
