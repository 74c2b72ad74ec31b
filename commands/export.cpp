#include "commands/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "commands/kept_heads.h"
#include "commands/output.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"
#include "ledger/tlog/tile.h"
#include "verify/tiles_source.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view temporary_suffix = ".tmp";

// Appears whole. Not synced: publish() syncs all of them at once, before the checkpoint names them.
Result<void> put_file(const fs::path& directory, const fs::path& name, BytesView content) {
  TRY(check_no_links(directory, name));
  const fs::path file = directory / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return file_error("make the directory", file.parent_path(), error.value());
  return replace_file(file, content, everyone_may_read, Sync::by_caller);
}

Result<void> sync_file_system(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok() || ::syncfs(opened.get()) != 0) return file_error("sync", directory, errno);
  return {};
}

// Only what an export made may be there; a first one that was cut short leaves no checkpoint.
Result<void> check_directory(const fs::path& directory) {
  static const std::set<std::string> ours = {"checkpoint", "tile", "attachment"};
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fault("cannot make " + directory.string() + ": " + error.message());
  fs::directory_iterator at(directory, error);
  if (error) return fault("cannot read " + directory.string() + ": " + error.message());
  for (; at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (ours.contains(name) || is_last_signed_name(name) ||
        (name.starts_with("checkpoint.") && name.ends_with(temporary_suffix)))
      continue;
    return usage(directory.string() + " holds " + printable(name) +
                 ", which no export makes; give a directory of its own");
  }
  return {};
}

// How much of this ledger the directory holds already.
Result<Size> exported_before(const Ledger& ledger, const fs::path& directory, bool waited) {
  const fs::path file = directory / "checkpoint";
  TRY_LET(there, file_exists(file));
  if (!there) return Size{0};
  TRY_LET(note, read_file(file, max_note_bytes));
  const std::string_view origin = std::string_view(note).substr(0, note.find('\n'));
  if (origin != ledger.origin()) {
    return usage(directory.string() + " holds an export of " + printable(origin) + ", and this ledger is " +
                 ledger.origin() + "; give a directory of its own");
  }
  const auto apart = [&](const std::string& why) {
    return not_verified(file.string() + ": " + why + "; nothing was exported.\nExported before:\n" +
                        printable_lines(note) + "\nThis ledger's:\n" + printable_lines(ledger.checkpoint_note()) +
                        "\nKeep both: together they are the evidence.");
  };
  const auto before = ledger.log_keys().open(note);
  if (!before) return apart("it is not by this ledger's key: " + printable(before.error().message));
  const Head& head = before->head;
  if (head.size > ledger.size() && waited) {
    return fault(str("the export that went on in ", directory.string(), " meanwhile put ", head.size,
                     " entries there, and this one began with ", ledger.size(), "; run it again"));
  }
  if (head.size > ledger.size()) return apart(str("it has ", head.size, " entries, and this ledger ", ledger.size()));
  TRY_LET(proof, ledger.prove_consistency(head.size, ledger.size()));
  const Head& now = ledger.checkpoint().head;
  if (!check_consistency(head.size, head.root, now.size, now.root, proof)) return apart("it is of another history");
  return head.size;
}

class Export {
 public:
  Export(const Ledger& ledger, const Attachments& attachments, const fs::path& directory, Size before)
      : ledger_(ledger), attachments_(attachments), directory_(directory) {
    done_.before = before;
    done_.size = ledger.size();
  }

  Result<Exported> run(const std::function<void(Size, Size)>& progress) {
    for (Seq first = done_.before / tile_width * tile_width; first < done_.size; first += tile_width) {
      TRY(put_bundle(first));
      progress(std::min<Size>(first + tile_width, done_.size), done_.size);
    }
    for (const TileId& tile : tiles_of(done_.size)) {
      // Level 0 went out with its entries.
      if (tile.level > 0 && !is_published(tile)) TRY(put_tile(tile, nullptr));
    }
    done_.attachments_missing = missing_.size();
    TRY(publish());
    remove_replaced();
    return done_;
  }

 private:
  // Nothing may be built on a file that an export left which never named it in a checkpoint.
  bool is_published(const TileId& tile) const {
    if (tile.width != tile_width || !check_no_links(directory_, tile_path(tile))) return false;
    const Size end = (tile.index + 1) << (tile_height * (tile.level + 1U));
    std::error_code error;
    const auto bytes = fs::file_size(directory_ / tile_path(tile), error);
    return end <= done_.before && !error && bytes == tile_width * sizeof(Hash::bytes);
  }

  Result<void> put_bundle(Seq first) {
    const auto width = static_cast<std::uint16_t>(std::min<Size>(tile_width, done_.size - first));
    const std::uint64_t index = first / tile_width;
    std::vector<Bytes> entries;
    while (entries.size() < width) {
      ReadLimit limit;
      limit.count = width - entries.size();
      TRY_LET(page, ledger_.store().read(first + entries.size(), limit));
      if (page.empty()) return not_verified(str("entry ", first + entries.size(), " is missing; run cairn verify"));
      for (Bytes& bytes : page) entries.push_back(std::move(bytes));
    }
    std::vector<Hash> leaves;
    for (const Bytes& bytes : entries) {
      const Seq seq = first + leaves.size();
      leaves.push_back(leaf_hash(bytes));
      // Those of a bundle that grew, too: its attachments may have come since.
      TRY(put_attachments(seq, bytes));
    }
    TRY_LET(bundle, encode_bundle(entries));
    TRY(put_file(directory_, bundle_path(index, width), bundle));
    ++done_.bundles;
    return put_tile({0, index, width}, &leaves);
  }

  Result<void> put_tile(const TileId& tile, const std::vector<Hash>* expected) {
    const std::vector<NodeId> ids = tile_nodes(tile);
    TRY_LET(hashes, ledger_.store().nodes(ids));
    if (hashes.size() != ids.size()) return not_verified(tile_path(tile) + " cannot be made; run cairn verify");
    Bytes bytes;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (expected != nullptr && (*expected)[i] != hashes[i]) {
        return not_verified(str("entry ", ids[i].index, " is not what its stored hash says; run cairn verify"));
      }
      bytes += hashes[i].view();
    }
    ++done_.tiles;
    return put_file(directory_, tile_path(tile), bytes);
  }

  Result<void> put_attachments(Seq seq, BytesView bytes) {
    TRY_LET(recorded, decode_recorded(seq, bytes));
    if (!recorded.entry.outcome.empty()) return {};
    for (const Event& event : recorded.statement.events) {
      if (const auto file = attachment_of(event)) TRY(put_attachment(file->digest));
      if (const auto* erased = std::get_if<AttachmentErased>(&event)) TRY(take_away(erased->digest));
    }
    return {};
  }

  static fs::path name_of(const Hash& digest) { return fs::path("attachment") / digest.hex(); }

  // A name alone proves nothing: an export that was cut short, or a power cut, leaves files of the right name with
  // other bytes in them.
  static Result<bool> is_whole(const fs::path& file, const Hash& digest) {
    TRY_LET(there, file_exists(file));
    if (!there) return false;
    const auto content = read_file(file, max_attachment_bytes);
    return content.ok() && sha256(*content) == digest;
  }

  // An entry that names it lies before the one that erases it, here or in what was exported before.
  Result<void> take_away(const Hash& digest) {
    missing_.erase(digest);
    TRY(check_no_links(directory_, name_of(digest)));  // what a link leads to would stay
    std::error_code code;
    const fs::path file = directory_ / name_of(digest);
    fs::remove(file, code);
    if (code) return fault("cannot remove " + file.string() + ": " + code.message());
    return {};
  }

  Result<void> put_attachment(const Hash& digest) {
    if (!seen_.insert(digest).second) return {};
    TRY(check_no_links(directory_, name_of(digest)));
    TRY_LET(whole, is_whole(directory_ / name_of(digest), digest));
    if (whole) return {};
    TRY_LET(there, attachments_.has(digest));
    if (!there) {
      missing_.insert(digest);
      return {};
    }
    TRY_LET(content, attachments_.get(digest));
    ++done_.attachments;
    return put_file(directory_, name_of(digest), content);
  }

  // A crash before the rename leaves the older checkpoint, whose tiles are all still there.
  Result<void> publish() {
    TRY_LET(former, former_heads(ledger_));
    for (const FormerHead& head : former) TRY(put_file(directory_, head.file, head.note));
    TRY(sync_file_system(directory_));
    TRY(put_file(directory_, "checkpoint", ledger_.checkpoint_note()));
    return sync_file_system(directory_);
  }

  // Partial tiles whose full one is out now. What cannot be removed is only in the way.
  void remove_replaced() const {
    for (unsigned level = 0; level < 64 / tile_height; ++level) {
      const Size before = done_.before >> (tile_height * level);
      const std::uint64_t index = before / tile_width;
      if (before % tile_width == 0 || (done_.size >> (tile_height * level)) / tile_width <= index) continue;
      const TileId full{static_cast<std::uint8_t>(level), index, tile_width};
      remove_partial(tile_path(full) + ".p");
      if (level == 0) remove_partial(bundle_path(index, tile_width) + ".p");
    }
  }

  void remove_partial(const std::string& name) const {
    std::error_code ignored;
    if (check_no_links(directory_, name)) fs::remove_all(directory_ / name, ignored);
  }

  const Ledger& ledger_;
  const Attachments& attachments_;
  const fs::path& directory_;
  std::set<Hash> seen_;
  std::set<Hash> missing_;
  Exported done_;
};

}  // namespace

Result<Exported> export_tiles(const Ledger& ledger, const Attachments& attachments, const fs::path& directory,
                              const std::function<void(Size done, Size total)>& progress, Millis patience) {
  TRY(check_directory(directory));
  // Held for the whole export: two at once could publish a checkpoint over the other's newer one.
  const Descriptor held(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held.ok()) return file_error("open the directory", directory, errno);
  TRY_LET(free, lock_file(held, 0, directory));
  if (!free) {
    TRY_LET(mine, lock_file(held, patience, directory));
    if (!mine) {
      return fault("another export is writing to " + directory.string() + "; wait for it, or give another directory");
    }
  }
  TRY_LET(before, exported_before(ledger, directory, !free));
  return Export(ledger, attachments, directory, before).run(progress);
}

}  // namespace cairn
