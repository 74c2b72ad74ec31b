#include "verify/bundle_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/text.h"
#include "ledger/crypto/keys.h"
#include "ledger/events/entry.h"
#include "ledger/events/log_keys.h"
#include "ledger/tlog/proof_file.h"
#include "ledger/tlog/tile.h"
#include "verify/tiles_source.h"
#include "verify/witness_check.h"

namespace cairn {
namespace {

std::string short_key(const KeyId& key) {
  return key.hex().substr(0, 16) + "...";
}

// Who may sign by which key, as far as the entries of a bundle say so.
class KeyRing {
 public:
  // Of an entry that holds.
  void learn(const Recorded& recorded) {
    if (!recorded.entry.outcome.empty()) return;
    for (const Event& event : recorded.statement.events) {
      if (const auto* created = std::get_if<LedgerCreated>(&event))
        add(std::string(recovery_author), created->recovery_key);
      if (const auto* actor = std::get_if<ActorEnrolled>(&event)) add(actor->handle, actor->key);
      if (const auto* added = std::get_if<KeyAdded>(&event)) add(added->handle, added->key);
      if (const auto* revoked = std::get_if<KeyRevoked>(&event)) revoke(revoked->key, recorded.seq);
    }
  }

  // What is wrong with the entry's signature; nothing if it holds.
  std::optional<Finding> check(const Recorded& recorded) const {
    const Entry& entry = recorded.entry;
    const auto bad = [&](FindingKind kind, std::string what) { return Finding{kind, recorded.seq, std::move(what)}; };
    if (entry.signatures.size() != 1) {
      return bad(FindingKind::signature_bad,
                 str("carries ", entry.signatures.size(), " signatures, and rules 1 take one"));
    }
    const Signature& signature = entry.signatures.front();
    const std::string& author = recorded.statement.author;
    const auto row = keys_.find(signature.key);
    if (row == keys_.end()) {
      return bad(FindingKind::key_not_enrolled,
                 str("signed by key ", short_key(signature.key), ", which no entry before it in this bundle enrols"));
    }
    if (row->second.handle != author) {
      return bad(FindingKind::key_not_enrolled, str("says it is by ", printable(author), ", and is signed by key ",
                                                    short_key(signature.key), " of ", printable(row->second.handle)));
    }
    if (row->second.revoked) {
      return bad(FindingKind::key_not_enrolled,
                 str("signed by key ", short_key(signature.key), " of ", printable(author), ", which entry ",
                     *row->second.revoked, " revoked"));
    }
    const Result<PublicKey> key = PublicKey::from_spki(row->second.spki);
    if (!key.ok()) return bad(FindingKind::signature_bad, str("its key is none: ", key.error().message));
    const Result<void> verified = key->verify(pae(entry.payload), signature.bytes);
    if (!verified.ok()) return bad(FindingKind::signature_bad, verified.error().message);
    return std::nullopt;
  }

 private:
  struct Row {
    std::string handle;
    Bytes spki;
    std::optional<Seq> revoked;
  };

  void add(const std::string& handle, const Bytes& spki) {
    keys_.emplace(sha256(spki), Row{handle, spki, std::nullopt});
  }

  void revoke(const KeyId& key, Seq seq) {
    const auto row = keys_.find(key);
    if (row != keys_.end() && !row->second.revoked) row->second.revoked = seq;
  }

  std::map<KeyId, Row> keys_;
};

class PartialCheck {
 public:
  PartialCheck(const BundleFile& bundle, NoteVerifier log, PartialReport& report)
      : bundle_(bundle), log_(std::move(log)), report_(report) {}

  Result<void> run(const std::optional<Hash>& ledger_id, const std::optional<WitnessPolicy>& witnesses) {
    TRY(open_head());
    if (witnesses && opened_) {
      TRY_LET(by, check_witnesses(*witnesses, {&log_, 1}, note_, {}, report_.findings));
      report_.witnesses = std::move(by);
    }
    for (const Seq seq : seqs()) TRY(check_entry(seq));
    check_log_key();
    check_ledger(ledger_id);
    return check_attachments();
  }

 private:
  void find(FindingKind kind, std::optional<Seq> seq, std::string what) {
    report_.findings.push_back({kind, seq, std::move(what)});
  }

  Result<void> open_head() {
    TRY_LET(note, read("checkpoint", max_note_bytes, FindingKind::checkpoint_bad, std::nullopt));
    note_ = note.value_or("");
    const Result<Checkpoint> checkpoint = open_checkpoint(note_, log_);
    if (!checkpoint.ok()) {
      find(FindingKind::checkpoint_bad, std::nullopt,
           checkpoint.error().message + "; nothing can be proved without it");
      return {};
    }
    opened_ = true;
    report_.head = checkpoint->head;
    return {};
  }

  // Nothing: it is not there or too large, and found to be so.
  Result<std::optional<Bytes>> read(const std::string& name, std::size_t most, FindingKind kind,
                                    std::optional<Seq> seq) {
    const Result<std::optional<Bytes>> bytes = bundle_.read(name, most);
    if (bytes.ok() && bytes->has_value()) return bytes;
    if (!bytes.ok() && bytes.error().kind == ErrorKind::unavailable) return bytes.error();
    find(kind, seq, bytes.ok() ? name + " is not there" : bytes.error().message);
    return std::optional<Bytes>();
  }

  // Of entries and of proofs, so that neither is overlooked without the other.
  std::set<Seq> seqs() const {
    std::set<Seq> all = {0};
    for (const UstarFile& file : bundle_.files()) {
      if (const auto entry = seq_of_entry_name(file.name)) all.insert(*entry);
      if (const auto proof = seq_of_proof_name(file.name)) all.insert(*proof);
    }
    return all;
  }

  Result<void> check_entry(Seq seq) {
    const std::string name = entry_name(seq);
    TRY_LET(bytes, read(name, max_entry_bytes, FindingKind::entry_missing, seq));
    if (!bytes) return {};
    IncludedEntry row;
    row.seq = seq;
    row.leaf = leaf_hash(*bytes);
    if (seq == 0) report_.ledger = row.leaf;
    TRY_LET(proven, check_proof(row));
    const Result<Recorded> recorded = decode_recorded(seq, *bytes);
    if (!recorded.ok()) {
      const bool newer = recorded.error().kind == ErrorKind::needs_newer;
      find(newer ? FindingKind::needs_newer : FindingKind::entry_malformed, seq, recorded.error().message);
      report_.entries.push_back(std::move(row));
      return {};
    }
    row.holds = check_said(*recorded) && proven;
    if (row.holds) learn(*recorded);
    row.recorded = recorded->entry.recorded;
    row.author = recorded->statement.author;
    row.outcome = recorded->entry.outcome;
    for (const Event& event : recorded->statement.events) row.types.emplace_back(wire_name(event));
    report_.entries.push_back(std::move(row));
    return {};
  }

  Result<bool> check_proof(const IncludedEntry& row) {
    const std::string name = proof_name(row.seq);
    TRY_LET(text, read(name, max_proof_file_bytes, FindingKind::proof_bad, row.seq));
    if (!text) return false;
    const auto bad = [&](const std::string& why) {
      find(FindingKind::proof_bad, row.seq, why);
      return false;
    };
    const Result<ProofFile> proof = parse_proof_file(*text);
    if (!proof.ok()) return bad(proof.error().message);
    if (format_proof_file(*proof) != *text || proof->has_extra)
      return bad("its proof file has another spelling than ours");
    if (proof->index != row.seq) return bad(str("its proof is of entry ", proof->index));
    if (proof->checkpoint != note_) return bad("its proof leads to another checkpoint than the bundle's");
    if (!opened_) return false;
    const Head& head = report_.head;
    const Result<void> included = check_inclusion(row.leaf, row.seq, head.size, proof->hashes, head.root);
    return included.ok() ? true : bad(included.error().message);
  }

  // Whether its author said it, in this ledger.
  bool check_said(const Recorded& recorded) {
    const Statement& statement = recorded.statement;
    if (recorded.seq == 0) return check_genesis(recorded);
    if (statement.ledger != (log_keys_ ? log_keys_->ledger() : report_.ledger)) {
      find(FindingKind::ledger_id_wrong, recorded.seq, "its statement was made for ledger " + statement.ledger.hex());
      return false;
    }
    return check_signature(keys_, recorded);
  }

  bool check_signature(const KeyRing& keys, const Recorded& recorded) {
    std::optional<Finding> wrong = keys.check(recorded);
    if (!wrong) return true;
    report_.findings.push_back(std::move(*wrong));
    return false;
  }

  // It enrols the key that it is signed with, and names the log's.
  bool check_genesis(const Recorded& recorded) {
    const std::vector<Event>& events = recorded.statement.events;
    const auto* created = events.empty() ? nullptr : std::get_if<LedgerCreated>(&events.front());
    const auto bad = [&](std::string what) {
      find(FindingKind::genesis_wrong, 0, std::move(what));
      return false;
    };
    if (created == nullptr) return bad("entry 0 does not begin with ledger.created");
    if (!recorded.entry.outcome.empty()) return bad("entry 0 was refused");
    report_.origin = created->origin;
    const Result<LogKeys> keys = LogKeys::of_genesis(recorded);
    if (!keys.ok()) return bad(keys.error().message);
    log_keys_ = *keys;
    KeyRing own;
    own.learn(recorded);
    return check_signature(own, recorded);
  }

  void learn(const Recorded& recorded) {
    keys_.learn(recorded);
    if (log_keys_) log_keys_->apply(recorded);
    if (!recorded.entry.outcome.empty()) return;
    for (const Event& event : recorded.statement.events) {
      if (const auto file = attachment_of(event)) named_.emplace(file->digest, recorded.seq);
      if (const auto* gone = std::get_if<AttachmentErased>(&event)) named_.emplace(gone->digest, recorded.seq);
    }
  }

  // Entry 0 names it, or one that had the log sign with it as well.
  void check_log_key() {
    if (!log_keys_) return;
    report_.ledger = log_keys_->ledger();
    report_.origin = log_keys_->origin();
    const LogKey* brought = log_keys_->find(log_.vkey());
    if (brought == nullptr) {
      return find(FindingKind::genesis_wrong, 0,
                  str("entry 0 names the log key ", printable(log_keys_->all().front().verifier.vkey()),
                      ", and the one brought along is ", log_.vkey()));
    }
    if (brought->ledger != log_keys_->ledger()) {
      return find(FindingKind::genesis_wrong, 0,
                  str("the key brought along, ", log_.vkey(), ", is of ledger ", brought->ledger.hex(),
                      ", which this one went on from as ", log_keys_->ledger().hex()));
    }
    // By every key that the entries have the log sign with there, not by the one brought along alone.
    const Result<Checkpoint> by_all = log_keys_->open(note_);
    if (opened_ && !by_all.ok()) find(FindingKind::checkpoint_bad, std::nullopt, by_all.error().message);
  }

  void check_ledger(const std::optional<Hash>& ledger_id) {
    if (!ledger_id || *ledger_id == report_.ledger) return;
    find(FindingKind::genesis_wrong, 0,
         str("this is ledger ", report_.ledger.hex(), ", and ", ledger_id->hex(), " was asked for"));
  }

  Result<void> check_attachments() {
    std::set<Hash> there;
    for (const UstarFile& file : bundle_.files()) {
      if (!is_attachment_name(file.name)) continue;
      TRY_LET(digest, Hash::from_hex(std::string_view(file.name).substr(file.name.find('/') + 1)));
      there.insert(digest);
      const auto by = named_.find(digest);
      if (by == named_.end()) {
        find(FindingKind::archive_malformed, std::nullopt,
             file.name + " is named by no entry of this bundle that holds");
        continue;
      }
      TRY_LET(bytes, read(file.name, max_ustar_file_bytes, FindingKind::attachment_wrong, by->second));
      if (!bytes) continue;
      const Hash actual = sha256(*bytes);
      if (actual == digest) {
        ++report_.attachments_verified;
      } else {
        find(FindingKind::attachment_wrong, by->second, str(file.name, " holds other bytes, of digest ", actual.hex()));
      }
    }
    for (const auto& [digest, seq] : named_) {
      if (!there.contains(digest)) report_.attachments_missing.push_back(digest);
    }
    return {};
  }

  const BundleFile& bundle_;
  NoteVerifier log_;
  PartialReport& report_;
  std::string note_;
  bool opened_ = false;  // the checkpoint, by the log's key
  KeyRing keys_;
  std::optional<LogKeys> log_keys_;  // as far as the entries of the bundle say
  std::map<Hash, Seq> named_;        // attachments, and by which entry first
};

// Tiles of another size or place would be read by nobody and believed by whoever unpacks the bundle.
void find_foreign_tiles(const BundleFile& bundle, Findings& findings) {
  const auto note = bundle.read("checkpoint", max_note_bytes);
  if (!note.ok() || !note->has_value()) return;
  const Result<Size> size = claimed_size(**note);
  // More than there are files: the audit misses some by itself.
  if (!size.ok() || *size / tile_width > bundle.files().size()) return;
  std::set<std::string> expected;
  for (const TileId& tile : tiles_of(*size)) {
    expected.insert(tile_path(tile));
    if (tile.level == 0) expected.insert(bundle_path(tile.index, tile.width));
  }
  for (const UstarFile& file : bundle.files()) {
    if (!file.name.starts_with("tile/") || expected.contains(file.name)) continue;
    findings.push_back(
        {FindingKind::archive_malformed, std::nullopt, str(file.name, " belongs to no export of ", *size, " entries")});
  }
}

}  // namespace

Result<PartialReport> check_partial(const BundleFile& bundle, const std::string& vkey,
                                    const std::optional<Hash>& ledger_id,
                                    const std::optional<WitnessPolicy>& witnesses) {
  const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(vkey);
  if (!log.ok()) return usage(str("--key: ", log.error().message));
  PartialReport report;
  report.origin = log->name();
  report.vkey = log->vkey();
  TRY(PartialCheck(bundle, *log, report).run(ledger_id, witnesses));
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seq < b.seq; });
  return report;
}

Result<Report> audit_complete(const BundleFile& bundle, const AuditOptions& options) {
  std::set<std::string> read;
  const auto read_file = [&](const std::string& name, std::size_t most) {
    if (is_attachment_name(name) || is_last_signed_name(name)) read.insert(name);
    return bundle.read(name, most);
  };
  TRY_LET(source, TilesSource::over(read_file, bundle.name()));
  TRY_LET(report, audit(source, options));
  report.bundle = true;
  Findings foreign;
  find_foreign_tiles(bundle, foreign);
  // Where an entry cannot be read, nobody knows what it names.
  for (const UstarFile& file : bundle.files()) {
    if (report.verified() && is_last_signed_name(file.name) && !read.contains(file.name)) {
      foreign.push_back({FindingKind::archive_malformed, std::nullopt, file.name + " is of no former key of the log"});
    }
    if (!report.verified() || !is_attachment_name(file.name) || read.contains(file.name)) continue;
    foreign.push_back({FindingKind::archive_malformed, std::nullopt, file.name + " is named by no admitted entry"});
  }
  report.findings.insert(report.findings.begin(), foreign.begin(), foreign.end());
  return report;
}

Result<Sample> draw_from_bundle(const SampleQuestion& question, const std::string& origin, const Head& head,
                                const BundleFile& bundle) {
  const auto read_file = [&](const std::string& name, std::size_t most) { return bundle.read(name, most); };
  TRY_LET(source, TilesSource::over(read_file, bundle.name()));
  const auto at = [&](Seq seq) -> Result<Recorded> {
    TRY_LET(bytes, source.entries(seq, 1));
    if (bytes.empty()) return not_verified(str(bundle.name(), " holds no entry ", seq));
    return decode_recorded(seq, bytes.front());
  };
  const auto walk = [&](const std::function<Result<void>(const Recorded&)>& each) -> Result<void> {
    for (Seq seq = 0; seq < head.size; ++seq) {
      TRY_LET(recorded, at(seq));
      TRY(each(recorded));
    }
    return {};
  };
  return draw_sample(question, origin, head, {walk, at});
}

}  // namespace cairn
