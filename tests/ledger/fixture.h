// What tests of the ledger share: a clock that stands, rules small enough to see through, a store that fails when told
// to, and authors with keys.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/sequencer.h"

namespace cairn {

inline constexpr Millis start_of_test = 1'800'000'000'000;

class FixedClock final : public Clock {
 public:
  Millis now() const override { return time; }
  Millis time = start_of_test;
};

// Everybody enrolled may say anything, except that a grant to "nobody" is refused as "unknown_actor", and a basis off
// this history as "basis_not_on_history". A used id with other events is a conflict.
class FakeRules final : public Rules {
 public:
  Result<Bytes> key_for(const KeyId& key) const override;
  Judgement admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                  Millis recorded) override;
  Size size() const override { return present_.applied; }
  void apply(const Recorded& recorded) override;
  Result<void> follow(const Recorded& recorded) override;
  void keep() override;
  void undo() override;
  Millis newest_recorded() const override { return present_.newest; }
  Bytes snapshot(Size size) override;

  Size applied() const { return present_.applied; }
  void fold(const Ledger& ledger);  // up to its tip, as who opens a ledger does

  int keeps = 0;
  int undos = 0;
  int judged = 0;
  int followed = 0;
  bool newer_rules = false;
  bool refuse_all = false;
  bool keys_fail = false;
  bool takes_snapshots = false;

 private:
  struct State {
    std::map<KeyId, Bytes> keys;
    std::map<std::pair<std::string, std::string>, std::pair<Seq, Hash>> ids;
    Millis newest = 0;
    Size applied = 0;
  };
  State kept_;
  State present_;
};

// A memory store whose commits count, and whose next one fails as told.
class FailingStore final : public Store {
 public:
  Result<void> commit(Size expected, const Batch& batch) override;
  Result<Tip> tip() const override;
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override;
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override;
  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const override;
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override;

  enum class Failure { none, conflict, unavailable_and_lost, unavailable_but_written, fault };
  Failure next = Failure::none;
  bool nodes_fail = false;
  int commits = 0;  // that were tried
  mutable int node_calls = 0;
  mutable std::atomic<std::size_t> largest_read = 0;  // a ledger reads ahead in other threads
  std::function<void()> before_commit;
  std::function<Bytes(Seq, Bytes)> altered;  // what read gives instead
  std::function<Tip(Tip)> altered_tip;
  std::function<Hash(NodeId, Hash)> altered_node;

 private:
  std::unique_ptr<Store> inner_ = open_memory_store();
};

struct Author {
  std::string handle;
  PrivateKey key;
};

Author author(const std::string& handle, char seed);
PrivateKey log_key(char seed = 'L');

inline constexpr std::string_view test_origin = "ledger.example/test";

LedgerCreated ledger_created(const PrivateKey& log = log_key(), std::string_view origin = test_origin);
ActorEnrolled enrolment(const Author& author);
RoleGranted grant_to(const std::string& handle);

// Entry 0 by this author, not signed yet.
Statement first_statement(const Author& author, const PrivateKey& log = log_key());
Envelope sign(const Statement& statement, const Author& author, std::string_view origin = test_origin);

const Receipt& receipt(const Answer& answer);
const TurnedAway& turned_away(const Answer& answer);
std::string reason(const Answer& answer);  // empty if it is a receipt

// The receipt's note opens with the log's key, is of its head, and has its leaf at its seq.
Result<void> verify_receipt(const Receipt& receipt, const PrivateKey& log = log_key());

// A ledger with entry 0, written by `dana`.
struct Fixture {
  Fixture();

  Statement statement(const std::string& id, std::vector<Event> events = {}) const;  // by dana, on the newest head
  Envelope envelope(const std::string& id, std::vector<Event> events = {}) const;
  Result<std::vector<Answer>> append(const std::vector<Envelope>& envelopes);
  Answer append_one(const Envelope& envelope);  // which must not be an error

  Author dana = author("dana", 'd');
  FixedClock clock;
  FailingStore store;
  FakeRules rules;
  std::unique_ptr<Sequencer> sequencer;
  Receipt genesis;
  Head newest;
};

}  // namespace cairn
