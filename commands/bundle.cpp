#include "commands/bundle.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "commands/kept_heads.h"
#include "commands/moments.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/base/ustar.h"
#include "ledger/tlog/tile.h"
#include "verify/bundle_file.h"

namespace cairn {

namespace {

namespace fs = std::filesystem;

// Files go in by ascending names.
class Archive {
 public:
  explicit Archive(Replacement& file) : file_(file) {}

  Result<void> add(const std::string& name, BytesView content) {
    ASSERT(name > last_);
    last_ = name;
    ++done_.files;
    if (done_.files > max_ustar_files) {
      return usage(
          str("more than ", max_ustar_files, " files would be in it; leave the attachments out, or use export"));
    }
    TRY(write(ustar_header(name, content.size())));
    TRY(write(content));
    return write(ustar_padding(content.size()));
  }

  Result<Bundled> end() {
    TRY(write(ustar_end()));
    done_.digest = hash_.finish();
    TRY(file_.publish());
    return std::move(done_);
  }

  Bundled& done() { return done_; }

 private:
  Result<void> write(BytesView bytes) {
    hash_.update(bytes);
    done_.bytes += bytes.size();
    return file_.write(bytes);
  }

  Replacement& file_;
  Sha256 hash_;
  std::string last_;
  Bundled done_;
};

// What admitted entries name, less what they erase.
class NamedFiles {
 public:
  void add(const Recorded& recorded) {
    if (!recorded.entry.outcome.empty()) return;
    for (const Event& event : recorded.statement.events) {
      if (const auto file = attachment_of(event)) named_.insert(file->digest);
      if (const auto* gone = std::get_if<AttachmentErased>(&event)) erased_.insert(gone->digest);
    }
  }

  Result<void> put(const Attachments& attachments, Archive& archive) const {
    for (const Hash& digest : named_) {
      if (erased_.contains(digest)) continue;
      TRY_LET(there, attachments.has(digest));
      if (!there) {
        archive.done().attachments_missing.push_back(digest);
        continue;
      }
      TRY_LET(content, attachments.get(digest));
      TRY(archive.add("attachment/" + digest.hex(), content));
      ++archive.done().attachments;
    }
    return {};
  }

 private:
  std::set<Hash> named_;
  std::set<Hash> erased_;
};

Error not_what_was_signed(const std::string& what) {
  return not_verified(what + "; nothing was written, run cairn verify");
}

Result<Bytes> tile_of(const Ledger& ledger, const TileId& tile) {
  TRY_LET(hashes, ledger.store().nodes(tile_nodes(tile)));
  if (hashes.size() != tile.width) return not_what_was_signed(tile_path(tile) + " cannot be made");
  Bytes bytes;
  for (const Hash& hash : hashes) bytes += hash.view();
  return bytes;
}

// The entries of one tile. `tree` holds those before.
Result<Bytes> entries_of(const Ledger& ledger, Seq first, std::size_t width, Frontier& tree) {
  std::vector<Bytes> entries;
  while (entries.size() < width) {
    ReadLimit limit;
    limit.count = width - entries.size();
    TRY_LET(page, ledger.store().read(first + entries.size(), limit));
    if (page.empty()) return not_what_was_signed(str("entry ", first + entries.size(), " is missing"));
    for (Bytes& bytes : page) {
      tree.push(leaf_hash(bytes));
      entries.push_back(std::move(bytes));
    }
  }
  return encode_bundle(entries);
}

Result<void> put_tiles(const Ledger& ledger, Archive& archive, const Progress& progress) {
  const std::vector<TileId> tiles = tiles_of(ledger.size());
  for (const TileId& tile : tiles) {
    TRY_LET(bytes, tile_of(ledger, tile));
    TRY(archive.add(tile_path(tile), bytes));
  }
  Frontier tree;
  for (const TileId& tile : tiles) {
    if (tile.level > 0) break;
    TRY_LET(bytes, entries_of(ledger, tile.index * tile_width, tile.width, tree));
    TRY(archive.add(bundle_path(tile.index, tile.width), bytes));
    progress(tree.size(), ledger.size());
  }
  if (tree.root() == ledger.checkpoint().head.root) return {};
  return not_what_was_signed("the entries are not those that the checkpoint was signed over");
}

// What a partial bundle holds beside attachments and checkpoint, in the order of its names.
std::map<std::string, Seq> entry_files(const std::vector<Seq>& seqs) {
  std::map<std::string, Seq> files;
  for (const Seq seq : seqs) files.emplace(entry_name(seq), seq);
  return files;
}

Result<void> put_entry(const Ledger& ledger, Seq seq, Archive& archive) {
  TRY_LET(bytes, ledger.entry_bytes(seq));
  TRY_LET(proof, ledger.proof_file(seq));
  const Result<Checkpoint> proved = verify_proof_file(proof, leaf_hash(bytes), ledger.newest_key());
  if (!proved) return not_what_was_signed(str("entry ", seq, ": ", proved.error().message));
  TRY(archive.add(entry_name(seq), bytes));
  return archive.add(proof_name(seq), format_proof_file(proof));
}

// Which entries enrolled or changed whose keys, and which policies were proposed and adopted.
class Grounds {
 public:
  void add(const Recorded& recorded) {
    if (!recorded.entry.outcome.empty()) return;
    const std::vector<std::string> tags = index_tags(recorded.statement, "");
    if (std::find(tags.begin(), tags.end(), log_keys_tag) != tags.end()) log_keys_.insert(recorded.seq);
    for (const Event& event : recorded.statement.events) {
      if (const auto* actor = std::get_if<ActorEnrolled>(&event)) keys_[actor->handle].insert(recorded.seq);
      if (const auto* added = std::get_if<KeyAdded>(&event)) keys_[added->handle].insert(recorded.seq);
      if (const auto* revoked = std::get_if<KeyRevoked>(&event)) keys_[revoked->handle].insert(recorded.seq);
      if (const auto* proposed = std::get_if<PolicyProposed>(&event)) {
        proposed_.emplace(sha256(proposed->document), recorded.seq);
      }
      if (const auto* adopted = std::get_if<PolicyAdopted>(&event)) adopted_[recorded.seq] = adopted->policy;
    }
  }

  // What this entry rests on directly.
  std::set<Seq> of(const Recorded& recorded) const {
    std::set<Seq> seqs = log_keys_;
    if (const auto keys = keys_.find(recorded.statement.author); keys != keys_.end()) {
      seqs.insert(keys->second.begin(), keys->second.end());
    }
    const auto after = adopted_.upper_bound(recorded.seq);
    if (after == adopted_.begin()) return seqs;
    const auto& [seq, policy] = *std::prev(after);
    seqs.insert(seq);
    if (const auto proposal = proposed_.find(policy); proposal != proposed_.end()) seqs.insert(proposal->second);
    return seqs;
  }

 private:
  std::map<std::string, std::set<Seq>> keys_;
  std::set<Seq> log_keys_ = {0};  // the entries that tell of them
  std::map<Hash, Seq> proposed_;  // the first time
  std::map<Seq, Hash> adopted_;
};

Result<Grounds> grounds_of(const Ledger& ledger) {
  std::set<Seq> seqs;
  for (const char* type : {"actor.enrolled", "key.added", "key.revoked", "policy.proposed", "policy.adopted",
                           "log.key_added", "log.key_retired", "log.key_compromised", "ledger.forked"}) {
    TRY_LET(some, find_all(ledger, str("type:", type)));
    seqs.insert(some.begin(), some.end());
  }
  Grounds grounds;
  for (const Seq seq : seqs) {
    TRY_LET(recorded, ledger.entry(seq));
    grounds.add(recorded);
  }
  return grounds;
}

}  // namespace

Result<Bundled> write_complete_bundle(const Ledger& ledger, const Attachments& attachments, bool with_attachments,
                                      const fs::path& out, const Progress& progress) {
  // So far the paths of tiles ascend as their indices do.
  if (2 * (ledger.size() / tile_width) >= max_ustar_files)
    return usage("the ledger is too large for one file; use export");
  TRY_LET(file, Replacement::begin(out, everyone_may_read));
  Archive archive(*file);
  if (with_attachments) {
    NamedFiles named;
    TRY(ledger.walk(0, ledger.size(), [&](const Recorded& recorded) -> Result<void> {
      named.add(recorded);
      return {};
    }));
    TRY(named.put(attachments, archive));
  }
  TRY(archive.add("checkpoint", ledger.checkpoint_note()));
  TRY_LET(former, former_heads(ledger));
  for (const FormerHead& head : former) TRY(archive.add(head.file, head.note));
  TRY(put_tiles(ledger, archive, progress));
  archive.done().entries = ledger.size();
  return archive.end();
}

Result<Bundled> write_partial_bundle(const Ledger& ledger, const Attachments& attachments, bool with_attachments,
                                     const std::vector<Seq>& seqs, const fs::path& out, const Progress& progress) {
  TRY_LET(file, Replacement::begin(out, everyone_may_read));
  Archive archive(*file);
  if (with_attachments) {
    NamedFiles named;
    for (const Seq seq : seqs) {
      TRY_LET(recorded, ledger.entry(seq));
      named.add(recorded);
    }
    TRY(named.put(attachments, archive));
  }
  TRY(archive.add("checkpoint", ledger.checkpoint_note()));
  for (const auto& [name, seq] : entry_files(seqs)) {
    TRY(put_entry(ledger, seq, archive));
    progress(++archive.done().entries, seqs.size());
  }
  return archive.end();
}

Result<std::vector<Seq>> with_context(const Ledger& ledger, const std::vector<Seq>& chosen) {
  TRY_LET(grounds, grounds_of(ledger));
  std::set<Seq> all(chosen.begin(), chosen.end());
  all.insert(0);
  std::vector<Seq> open(all.begin(), all.end());
  while (!open.empty()) {
    const Seq seq = open.back();
    open.pop_back();
    TRY_LET(recorded, ledger.entry(seq));
    for (const Seq ground : grounds.of(recorded)) {
      if (all.insert(ground).second) open.push_back(ground);
    }
  }
  return std::vector<Seq>(all.begin(), all.end());
}

}  // namespace cairn
