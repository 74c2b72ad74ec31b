#include "ledger/base/ustar.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ledger/base/text.h"

namespace cairn {
namespace {

struct Field {
  const char* name;
  std::size_t begin;
  std::size_t size;
};

constexpr Field name_field = {"name", 0, max_ustar_name};
constexpr Field size_field = {"size", 124, 12};
constexpr Field sum_field = {"checksum", 148, 8};

constexpr std::array<Field, 16> fields = {{
    name_field,
    {"mode", 100, 8},
    {"uid", 108, 8},
    {"gid", 116, 8},
    size_field,
    {"mtime", 136, 12},
    sum_field,
    {"type", 156, 1},
    {"link name", 157, 100},
    {"magic", 257, 6},
    {"version", 263, 2},
    {"owner", 265, 32},
    {"group", 297, 32},
    {"device", 329, 16},
    {"prefix", 345, 155},
    {"rest", 500, 12},
}};

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t at = digits; at-- > 0; value >>= 3) text[at] = static_cast<char>('0' + (value & 7));
  ASSERT(value == 0);
  return text;
}

std::optional<std::size_t> parse_octal(std::string_view digits) {
  std::size_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

std::size_t padding_of(std::size_t size) {
  return (ustar_block - size % ustar_block) % ustar_block;
}

bool is_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && std::all_of(part.begin(), part.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
  });
}

Error malformed(std::uint64_t at, std::string_view why) {
  return fault(str("the archive is malformed at byte ", at, ": ", why));
}

// Where something other than a zero stands.
std::optional<std::size_t> first_nonzero(BytesView bytes) {
  const std::size_t at = bytes.find_first_not_of('\0');
  return at == BytesView::npos ? std::nullopt : std::optional<std::size_t>(at);
}

// Where two headers differ. Their sums differ with everything else, and are named only where nothing else does.
std::optional<std::size_t> first_difference(BytesView header, BytesView expected) {
  std::optional<std::size_t> sum;
  for (std::size_t at = 0; at < ustar_block; ++at) {
    if (header[at] == expected[at]) continue;
    const bool in_sum = at >= sum_field.begin && at < sum_field.begin + sum_field.size;
    if (!in_sum) return at;
    if (!sum) sum = at;
  }
  return sum;
}

// The header's two facts; all else in it follows from them, which writing it again shows.
Result<UstarFile> read_header(BytesView header, std::uint64_t at) {
  const BytesView name_bytes = header.substr(name_field.begin, name_field.size);
  UstarFile file;
  file.name = name_bytes.substr(0, name_bytes.find('\0'));
  file.begin = at + ustar_block;
  if (!is_ustar_name(file.name)) {
    return malformed(at, str("a file may not have the name '", printable(file.name), "'"));
  }
  const BytesView digits = header.substr(size_field.begin, size_field.size - 1);
  const std::optional<std::size_t> size = parse_octal(digits);
  if (!size || *size > max_ustar_file_bytes) {
    return malformed(at + size_field.begin, str("the size of ", file.name, " is no number up to ", max_ustar_file_bytes,
                                                " in 11 octal digits"));
  }
  file.size = *size;
  const std::optional<std::size_t> offset = first_difference(header, ustar_header(file.name, file.size));
  if (!offset) return file;
  const auto* field =
      std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return *offset < one.begin + one.size; });
  return malformed(at + *offset,
                   str("the header of ", file.name, " has another ", field->name, " than a plain file has here"));
}

// No name twice, and none that is a folder of another.
Result<void> check_place(std::span<const UstarFile> before, const UstarFile& file, std::uint64_t at) {
  if (before.empty()) return {};
  if (file.name <= before.back().name) {
    return malformed(at, str("the name ", file.name, " does not ascend from ", before.back().name));
  }
  for (std::size_t slash = file.name.find('/'); slash != std::string::npos; slash = file.name.find('/', slash + 1)) {
    const std::string_view folder = std::string_view(file.name).substr(0, slash);
    if (find_file(before, folder) != nullptr) return malformed(at, str(folder, " is both a file and a folder"));
  }
  return {};
}

// The first block of zeros stands at `at`.
Result<void> check_end(std::uint64_t at, std::uint64_t bytes, const ReadArchive& read) {
  const std::uint64_t second = at + ustar_block;
  if (bytes < second + ustar_block) return malformed(bytes, "it ends before its two blocks of zeros");
  TRY_LET(block, read(second, ustar_block));
  if (const auto nonzero = first_nonzero(block)) return malformed(second + *nonzero, "something follows its end");
  if (bytes > second + ustar_block) return malformed(second + ustar_block, "something follows its end");
  return {};
}

}  // namespace

bool is_ustar_name(std::string_view name) {
  if (name.size() > max_ustar_name) return false;
  const std::vector<std::string_view> parts = split(name, '/');
  return std::all_of(parts.begin(), parts.end(), is_part);
}

Bytes ustar_header(std::string_view name, std::size_t size) {
  ASSERT(is_ustar_name(name) && size <= max_ustar_file_bytes);
  const std::string zero(1, '\0');
  Bytes header(name);
  header.resize(max_ustar_name, '\0');
  header += "0000644" + zero + "0000000" + zero + "0000000" + zero;
  header += octal(size, 11) + zero + octal(0, 11) + zero;
  header += std::string(sum_field.size, ' ') + "0";
  header.append(100, '\0');
  header += "ustar" + zero + "00";
  header.append(64, '\0');
  header += "0000000" + zero + "0000000" + zero;
  header.resize(ustar_block, '\0');
  std::uint64_t sum = 0;  // of the header with blanks in its place
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(sum_field.begin, sum_field.size, octal(sum, 6) + zero + " ");
  return header;
}

Bytes ustar_padding(std::size_t size) {
  return Bytes(padding_of(size), '\0');
}

Bytes ustar_end() {
  return Bytes(2 * ustar_block, '\0');
}

Result<std::vector<UstarFile>> index_ustar(std::uint64_t bytes, const ReadArchive& read) {
  std::vector<UstarFile> files;
  std::uint64_t at = 0;     // behind the last file's bytes
  std::size_t padding = 0;  // that belongs to it
  for (;;) {
    if (bytes < at || bytes - at < padding + ustar_block) {
      return malformed(bytes, files.empty() ? std::string("it ends before its first file")
                                            : str("it ends within or behind ", files.back().name));
    }
    TRY_LET(between, read(at, padding + ustar_block));
    if (const auto nonzero = first_nonzero(BytesView(between).substr(0, padding))) {
      return malformed(at + *nonzero, "something other than zeros fills the last block of " + files.back().name);
    }
    at += padding;
    const BytesView header = BytesView(between).substr(padding);
    if (!first_nonzero(header)) {
      TRY(check_end(at, bytes, read));
      return files;
    }
    if (files.size() == max_ustar_files) return malformed(at, str("it has more than ", max_ustar_files, " files"));
    TRY_LET(file, read_header(header, at));
    TRY(check_place(files, file, at));
    at = file.begin + file.size;
    padding = padding_of(file.size);
    files.push_back(std::move(file));
  }
}

const UstarFile* find_file(std::span<const UstarFile> files, std::string_view name) {
  const auto at = std::lower_bound(files.begin(), files.end(), name,
                                   [](const UstarFile& file, std::string_view wanted) { return file.name < wanted; });
  return at != files.end() && at->name == name ? &*at : nullptr;
}

}  // namespace cairn
