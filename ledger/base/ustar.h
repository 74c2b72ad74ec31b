// ustar: one file of files that any `tar xf` unpacks (POSIX.1-1988), in one spelling (FORMAT.md, Bundle).
//
// Plain files only, ascending by name, owner 0, mode 0644, time 0; two blocks of zeros end it and nothing follows. The
// reader takes what the writer would have written, and an error names the byte at which something else begins: links,
// folders, names that lead elsewhere, names twice, other times or owners, and bytes between or behind the files.
// Pure; the index of an archive costs about 150 bytes a file.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

inline constexpr std::size_t ustar_block = 512;
inline constexpr std::size_t max_ustar_name = 100;
inline constexpr std::size_t max_ustar_files = 1 << 20;
inline constexpr std::size_t max_ustar_file_bytes = 256 * std::size_t{2 + 65535};  // the largest of ours: a tile of entries

// [a-z0-9._-] in parts between slashes, none of them empty, `.` or `..`.
bool is_ustar_name(std::string_view name);

// What stands before a file of this name and size, behind it, and at the end of all.
Bytes ustar_header(std::string_view name, std::size_t size);
Bytes ustar_padding(std::size_t size);
Bytes ustar_end();

struct UstarFile {
  std::string name;
  std::uint64_t begin = 0;  // of its bytes, in the archive
  std::size_t size = 0;
};

// Exactly `count` bytes of the archive from `at` on, which are there.
using ReadArchive = std::function<Result<Bytes>(std::uint64_t at, std::size_t count)>;

// The files of an archive of so many bytes, ascending by name; one read a file, of at most two blocks. A fault: it is
// no such archive. Errors of `read` are passed on.
Result<std::vector<UstarFile>> index_ustar(std::uint64_t bytes, const ReadArchive& read);

// The file of this name among those of an archive, or null.
const UstarFile* find_file(std::span<const UstarFile> files, std::string_view name);

}  // namespace cairn
