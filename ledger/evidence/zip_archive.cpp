#include "ledger/evidence/zip_archive.h"

#include <algorithm>
#include <set>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t end_bytes = 22;
constexpr std::size_t locator_bytes = 20;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t central_bytes = 46;
constexpr std::size_t local_bytes = 30;
constexpr std::size_t max_entries = 65'536;
constexpr std::size_t max_name_bytes = 1024;
constexpr std::uint16_t encrypted_flags = 0x2041;  // encrypted, strongly encrypted, directory masked
constexpr std::uint16_t descriptor_flag = 0x0008;
constexpr std::uint32_t in_zip64 = 0xffffffff;

// Where the central directory lies and what it should hold.
struct Directory {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

class Archive {
 public:
  Archive(const InputFile& file, StructureFindings& findings) : file_(file), findings_(findings) {}

  Result<std::vector<ZipEntry>> read() {
    Directory directory;
    TRY_LET(found, find_directory(directory));
    if (!found) return std::vector<ZipEntry>();
    TRY_LET(entries, read_entries(directory));
    for (auto& entry : entries) {
      check_entry(entry);
      TRY(check_local(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.header < b.header; });
    TRY(check_places(entries, directory.begin));
    return entries;
  }

 private:
  // Empty where the file ends before.
  Result<std::string> bytes(std::uint64_t at, std::size_t count) {
    std::string read(count, '\0');
    if (at > file_.size() || file_.size() - at < count) return std::string();
    TRY_LET(got, file_.read_at(at, read.data(), count));
    if (got < count) read.clear();
    return read;
  }

  bool wrong(std::uint64_t at, std::string_view what) {
    findings_.add(at, what);
    return false;
  }

  // Exactly at the end: an archive comment is where a second directory hides.
  Result<bool> find_directory(Directory& directory) {
    const auto at = file_.size() - std::min<std::uint64_t>(file_.size(), end_bytes);
    TRY_LET(end, bytes(at, end_bytes));
    if (end.empty() || !end.starts_with("PK\5\6") || little_endian<std::uint16_t>(end, 20) != 0) {
      return wrong(at, "the zip archive does not end in its directory's end record");
    }
    const bool one_part = little_endian<std::uint32_t>(end, 4) == 0 &&
                          little_endian<std::uint16_t>(end, 8) == little_endian<std::uint16_t>(end, 10);
    if (!one_part) return wrong(at, "the zip archive is one of several parts");
    directory = {little_endian<std::uint32_t>(end, 16), little_endian<std::uint32_t>(end, 12),
                 little_endian<std::uint16_t>(end, 10)};
    auto directory_end = at;
    TRY_LET(locator,
            at < locator_bytes ? Result<std::string>(std::string()) : bytes(at - locator_bytes, locator_bytes));
    if (locator.starts_with("PK\6\7")) {
      directory_end = little_endian<std::uint64_t>(locator, 8);
      TRY_LET(good, read_end64(directory_end, at - locator_bytes, directory));
      if (!good) return false;
    }
    const bool fits = directory.size <= directory_end && directory.begin == directory_end - directory.size;
    return fits || wrong(at, "the zip directory is not where its end record says");
  }

  Result<bool> read_end64(std::uint64_t at, std::uint64_t locator, Directory& directory) {
    TRY_LET(end, bytes(at, end64_bytes));
    const bool good = !end.empty() && end.starts_with("PK\6\6") && locator - at == end64_bytes && locator > at &&
                      little_endian<std::uint64_t>(end, 4) == end64_bytes - 12 &&
                      little_endian<std::uint64_t>(end, 16) == 0 &&
                      little_endian<std::uint64_t>(end, 24) == little_endian<std::uint64_t>(end, 32);
    if (!good) return wrong(locator, "the ZIP64 end record is not where its locator says");
    const Directory wide{little_endian<std::uint64_t>(end, 48), little_endian<std::uint64_t>(end, 40),
                         little_endian<std::uint64_t>(end, 32)};
    const bool same = (directory.begin == in_zip64 || directory.begin == wide.begin) &&
                      (directory.size == in_zip64 || directory.size == wide.size) &&
                      (directory.entries == 0xffff || directory.entries == wide.entries);
    if (!same) return wrong(at, "the two end records of the zip archive contradict each other");
    directory = wide;
    return true;
  }

  Result<std::vector<ZipEntry>> read_entries(const Directory& directory) {
    std::vector<ZipEntry> entries;
    std::set<std::string> names;
    auto at = directory.begin;
    const auto end = directory.begin + directory.size;
    while (at < end && entries.size() < max_entries && !findings_.full()) {
      TRY_LET(head, bytes(at, central_bytes));
      if (head.empty() || !head.starts_with("PK\1\2")) {
        wrong(at, "the zip directory is damaged");
        return entries;
      }
      const std::uint64_t name_bytes = little_endian<std::uint16_t>(head, 28);
      const std::uint64_t extra_bytes = little_endian<std::uint16_t>(head, 30);
      const std::uint64_t comment_bytes = little_endian<std::uint16_t>(head, 32);
      if (at + central_bytes + name_bytes + extra_bytes + comment_bytes > end || name_bytes > max_name_bytes) {
        wrong(at, "an entry of the zip directory is longer than the directory, or its name than any of a model");
        return entries;
      }
      TRY_LET(rest, bytes(at + central_bytes, static_cast<std::size_t>(name_bytes + extra_bytes)));
      ZipEntry entry = parse_central(head);
      entry.name = rest.substr(0, static_cast<std::size_t>(name_bytes));
      if (!widen(entry, std::string_view(rest).substr(entry.name.size())))
        wrong(at, "a ZIP64 field is missing or cut short");
      if (little_endian<std::uint16_t>(head, 34) != 0)
        wrong(at, str(shown(entry), " is in another part of the archive"));
      if (little_endian<std::uint32_t>(head, 38) >> 28 == 0xa) wrong(at, str(shown(entry), " is a symbolic link"));
      // Torch finds its records without regard to case, so two that differ by case alone are two of one name.
      if (!names.insert(fold_case(entry.name)).second) wrong(at, str(shown(entry), " is there twice"));
      entries.push_back(std::move(entry));
      at += central_bytes + name_bytes + extra_bytes + comment_bytes;
    }
    if (at < end && !findings_.full()) wrong(at, str("the zip archive has more than ", max_entries, " entries"));
    if (at == end && entries.size() != directory.entries) {
      wrong(at, str("the zip directory has ", entries.size(), " entries where ", directory.entries, " are declared"));
    }
    return entries;
  }

  static ZipEntry parse_central(std::string_view head) {
    ZipEntry entry;
    entry.flags = little_endian<std::uint16_t>(head, 8);
    entry.method = little_endian<std::uint16_t>(head, 10);
    entry.crc = little_endian<std::uint32_t>(head, 16);
    entry.packed = little_endian<std::uint32_t>(head, 20);
    entry.size = little_endian<std::uint32_t>(head, 24);
    entry.header = little_endian<std::uint32_t>(head, 42);
    return entry;
  }

  // Fills in what stands in the ZIP64 extra field because it is too large, or was thought it might be.
  static bool widen(ZipEntry& entry, std::string_view extra) {
    std::string_view wide;
    while (extra.size() >= 4) {
      const std::size_t size = little_endian<std::uint16_t>(extra, 2);
      if (size > extra.size() - 4) return false;
      if (little_endian<std::uint16_t>(extra, 0) == 1) wide = extra.substr(4, size);
      extra.remove_prefix(4 + size);
    }
    for (auto* field : {&entry.size, &entry.packed, &entry.header}) {
      if (*field != in_zip64) continue;
      if (wide.size() < 8) return false;
      *field = little_endian<std::uint64_t>(wide, 0);
      wide.remove_prefix(8);
    }
    return extra.empty();
  }

  static std::string shown(const ZipEntry& entry) { return printable(entry.name); }

  void check_entry(const ZipEntry& entry) {
    const auto parts = split(entry.name, '/');
    const bool up = std::find(parts.begin(), parts.end(), "..") != parts.end();
    const bool odd = std::any_of(entry.name.begin(), entry.name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == ':'; });
    if (entry.name.empty() || entry.name[0] == '/' || up || odd) {
      wrong(entry.header, str("the name ", shown(entry), " leads out of the archive"));
    }
    if ((entry.flags & encrypted_flags) != 0) wrong(entry.header, str(shown(entry), " is encrypted"));
    if (entry.method != 0 && entry.method != 8) {
      wrong(entry.header, str(shown(entry), " is compressed by method ", entry.method, ", which torch does not use"));
    }
    if (entry.method == 0 && entry.packed != entry.size)
      wrong(entry.header, str(shown(entry), " is stored in two sizes"));
  }

  Result<void> check_local(ZipEntry& entry) {
    TRY_LET(head, bytes(entry.header, local_bytes));
    if (head.empty() || !head.starts_with("PK\3\4")) {
      // The directory may point behind the end; the finding has to point into the file.
      wrong(std::min(entry.header, file_.size()), str(shown(entry), " is not where the zip directory says"));
      return {};
    }
    const std::size_t name_bytes = little_endian<std::uint16_t>(head, 26);
    const std::size_t extra_bytes = little_endian<std::uint16_t>(head, 28);
    TRY_LET(rest, bytes(entry.header + local_bytes, name_bytes + extra_bytes));
    const auto data = entry.header + local_bytes + name_bytes + extra_bytes;
    if (data > file_.size() || file_.size() - data < entry.packed) {
      wrong(entry.header, str(shown(entry), " claims ", entry.packed, " bytes, more than the file holds"));
      return {};
    }
    ZipEntry local;
    local.crc = little_endian<std::uint32_t>(head, 14);
    local.packed = little_endian<std::uint32_t>(head, 18);
    local.size = little_endian<std::uint32_t>(head, 22);
    const bool widened = widen(local, std::string_view(rest).substr(name_bytes));
    // With a data descriptor the local header may leave these open; a value that it does give has to be the same.
    const bool open = (entry.flags & descriptor_flag) != 0;
    const auto same = [&](std::uint64_t here, std::uint64_t there) { return here == there || (open && here == 0); };
    const bool agrees = rest.compare(0, name_bytes, entry.name) == 0 &&
                        little_endian<std::uint16_t>(head, 6) == entry.flags &&
                        little_endian<std::uint16_t>(head, 8) == entry.method && same(local.crc, entry.crc) &&
                        (widened || open) && same(local.packed, entry.packed) && same(local.size, entry.size);
    if (!agrees) wrong(entry.header, str(shown(entry), " is described in two ways, here and in the zip directory"));
    entry.data = data;
    return {};
  }

  // Sorted entries: none overlaps the next, and between them lies nothing but a data descriptor.
  Result<void> check_places(const std::vector<ZipEntry>& entries, std::uint64_t directory) {
    if (!entries.empty() && entries[0].header != 0) wrong(0, "the file begins with bytes that belong to no entry");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& entry = entries[i];
      const auto next = i + 1 < entries.size() ? entries[i + 1].header : directory;
      const auto end = entry.data + entry.packed;
      if (entry.data == 0) continue;
      if (end > next) {
        wrong(entry.header, str(shown(entry), " overlaps what comes after it"));
        continue;
      }
      TRY_LET(owned, is_descriptor(entry, end, next - end));
      if (!owned) wrong(end, str("bytes after ", shown(entry), " belong to no entry"));
    }
    return {};
  }

  Result<bool> is_descriptor(const ZipEntry& entry, std::uint64_t at, std::uint64_t size) {
    if ((entry.flags & descriptor_flag) == 0) return size == 0;
    if (size != 12 && size != 16 && size != 20 && size != 24) return false;
    TRY_LET(text, bytes(at, static_cast<std::size_t>(size)));
    std::string_view rest = text;
    const bool has_signature = size == 16 || size == 24;
    if (has_signature && !rest.starts_with("PK\7\x08")) return false;
    if (has_signature) rest.remove_prefix(4);
    const bool wide = rest.size() == 20;
    const auto packed = wide ? little_endian<std::uint64_t>(rest, 4) : little_endian<std::uint32_t>(rest, 4);
    const auto full = wide ? little_endian<std::uint64_t>(rest, 12) : little_endian<std::uint32_t>(rest, 8);
    return little_endian<std::uint32_t>(rest, 0) == entry.crc && packed == entry.packed && full == entry.size;
  }

  const InputFile& file_;
  StructureFindings& findings_;
};

}  // namespace

Result<std::vector<ZipEntry>> read_zip_directory(const InputFile& file, StructureFindings& findings) {
  return Archive(file, findings).read();
}

}  // namespace cairn
