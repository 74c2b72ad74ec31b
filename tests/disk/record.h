// What the failing disk (failing_disk.cpp) tells of each call of a program, and by which of the program's variables it
// is told what to do. Shared by the library that is put before the C library and the test that reads what it wrote.
#pragma once

#include <cstdint>

namespace cairn::test {

// Directories, absolute and without links, separated by ':'. Only calls on what lies below them count.
inline constexpr char disk_below[] = "CAIRN_DISK_BELOW";
// Of this directory the files directly in it are left alone: those of RocksDB, which has failing files of its own.
inline constexpr char disk_except[] = "CAIRN_DISK_EXCEPT";
inline constexpr char disk_record[] = "CAIRN_DISK_RECORD";      // a file, to which records are appended
inline constexpr char disk_fails_at[] = "CAIRN_DISK_FAILS_AT";  // which call fails, from 1 on; 0: none
inline constexpr char disk_way[] = "CAIRN_DISK_WAY";            // a Way, as a number

enum class Way : std::uint8_t {
  io_error,  // not done; of a write half is; EIO
  no_space,  // likewise, ENOSPC, and from then on all that takes space
  told,      // done, and EIO; a write is short and no error
  power,     // of a write half is done, and the process ends by SIGKILL
};
inline constexpr int ways = 4;

enum class DiskCall : std::uint8_t { open, write, sync, rename, link, unlink, mkdir, close, truncate };
inline constexpr int disk_calls = 9;

// One for each call that counts, in the order in which they were made; after it `path_bytes` and `other_bytes` of paths
// and `data_bytes` of what was written.
struct DiskRecord {
  DiskCall call = DiskCall::open;
  bool failed = false;  // made to fail here, or told to have
  bool done = false;
  bool is_new = false;  // open: it made the file
  std::uint32_t mode = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // of a write; of a truncation the size
  std::uint32_t path_bytes = 0;
  std::uint32_t other_bytes = 0;  // rename and link: the new name
  std::uint64_t data_bytes = 0;
};

}  // namespace cairn::test
