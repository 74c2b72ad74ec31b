// Forge: a signer that holds the log's key and every author's, and writes whatever it is told, true or not.
//
// Outcomes and times are given by the test and never asked of the rules, so a ledger that it writes honestly shows that
// the auditor agrees, and one that lies shows that it does not. Signatures, tree and checkpoints are always in order:
// what is false is only what the log alone says.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "ledger/tlog/snapshot.h"
#include "projections/world.h"
#include "verify/audit.h"

namespace cairn {

// Evidence that lies in memory, all of it open to tampering.
class ForgedEvidence final : public EvidenceSource {
 public:
  Result<std::string> newest_checkpoint() const override { return newest; }
  Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const override;
  Result<std::vector<SizedNote>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const override;
  Result<std::optional<std::vector<Seq>>> postings(const std::string& tag, Seq from, std::size_t limit) const override;
  Result<std::optional<std::vector<std::string>>> tags(const std::string& after, std::size_t limit) const override;
  Result<std::optional<SizedNote>> snapshot(Size at_most) const override;
  Result<std::optional<Bytes>> attachment(const Hash& digest) const override;
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const override;
  Result<std::vector<std::string>> damaged_files() const override { return bad_files; }

  std::string newest;
  std::vector<Bytes> leaves;
  std::map<Size, std::string> notes;
  std::map<NodeId, Hash> nodes;
  std::map<std::string, std::vector<Seq>> index;
  std::map<Size, Bytes> snapshots;
  std::map<Hash, Bytes> attachments;
  std::vector<std::string> rows_of_nothing;
  std::vector<std::string> bad_files;
};

inline void flip(Bytes& bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
}

inline constexpr std::string_view forge_origin = "forge.example/ledger";
inline constexpr Millis forge_start = 1'800'000'000'000;

class Forge {
 public:
  // With entry 0: dana may do everything, erin approves, gus is an auditor only.
  explicit Forge(std::string_view origin = forge_origin, char log_seed = 'L');

  // A statement by this author at `now` on the newest head, with an id of its own.
  Statement statement(const std::string& author, std::vector<Event> events);

  // Signed by this actor's key and recorded as told; `recorded` is `now` unless given. Returns the seq.
  Seq write(const std::string& signer, const Statement& statement, const std::string& outcome = "",
            std::optional<Millis> recorded = std::nullopt);
  Seq admit(const std::string& author, std::vector<Event> events) {
    return write(author, statement(author, std::move(events)));
  }
  Seq refuse(const std::string& author, std::vector<Event> events, const std::string& outcome) {
    return write(author, statement(author, std::move(events)), outcome);
  }
  Seq append(Bytes entry);  // as it is

  void wait(Millis span) { now += span; }
  void seal_snapshot_here();
  void seal_changes_here(Size since);

  // What deployments are made of; each is an honest statement by dana an instant after the one before.
  Hash register_model(const std::string& name, std::string_view accuracy = "0.9");
  void propose(const std::string& name);
  void monitor(const std::string& name);
  void soak(const std::string& name);  // an hour and a passing record
  Event advance(const std::string& name, Stage stage, std::uint64_t percent) const;
  Event grant(const std::string& name) const;  // of full
  void deploy(const std::string& name);        // all the way, with erin's approval

  Hash digest_of(const std::string& name) const;  // of its manifest
  ModelRegistered registration(const std::string& name);
  EvidenceRecorded evidence(const std::string& name, EvidenceKind kind, std::string_view value,
                            std::string_view number);

  const PrivateKey& key_of(const std::string& handle) const { return keys_.at(handle); }
  void add_key(const std::string& handle, char seed);  // known here, enrolled nowhere
  ActorEnrolled enrolment(const std::string& handle, std::vector<Grant> roles) const;
  std::string vkey() const;
  Head head() const { return {tree_.size(), tree_.root()}; }
  std::string note(const Head& head) const;
  Hash id() const { return leaf_hash(evidence_.leaves.front()); }

  const ForgedEvidence& held() const { return evidence_; }
  void export_tiles(const std::filesystem::path& directory) const;

  Millis now = forge_start;
  PrivateKey log;

 private:
  void write_genesis();

  std::string origin_;
  std::map<std::string, PrivateKey> keys_;
  Frontier tree_;
  World world_;
  ForgedEvidence evidence_;
  std::uint64_t next_id_ = 0;
};

// One deployment, one refusal, a snapshot, and an entry behind it.
struct SmallLedger : Forge {
  SmallLedger() {
    deploy("fraud");
    refuse("gus", {registration("mine")}, "role_missing");
    seal_snapshot_here();
    register_model("churn");
  }
};

// A folder of its own, gone with this object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// "3 outcome_wrong", "- root_wrong": each finding's place and kind, in order.
std::vector<std::string> places(const Report& report);
bool names(const Report& report, const std::string& place);

// Audited with the forge's own key; fails the test if the source cannot be read.
Report audit_with_key(const EvidenceSource& source, const Forge& forge);

}  // namespace cairn
