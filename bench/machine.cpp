#include "bench/machine.h"

#include <openssl/crypto.h>
#include <rocksdb/version.h>
#include <sodium.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include "bench/table.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn::bench {
namespace {

// The value of the first line "name : value" of a file such as /proc/cpuinfo.
std::string field_of(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const auto value = line.find_first_not_of(" \t", line.find(':') + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return "unknown";
}

std::string file_system_of(const std::filesystem::path& directory) {
  struct statfs found {};
  if (::statfs(directory.c_str(), &found) != 0) return "unknown";
  switch (static_cast<unsigned long>(found.f_type)) {
    case 0xEF53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x01021994:
      return "tmpfs, which keeps nothing: no figure of a durable write means anything";
    case 0x794c7630:
      return "overlayfs";
    default:
      return str("of type ", static_cast<std::uint64_t>(found.f_type));
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_facts(const std::filesystem::path& directory) {
  struct utsname system {};
  ::uname(&system);
  struct sysinfo memory {};
  ::sysinfo(&memory);
  const double bytes = static_cast<double>(memory.totalram) * memory.mem_unit;
  return {
      {"measured", format_time(SystemClock().now())},
      {"machine", str(field_of("/proc/cpuinfo", "model name"), ", ", std::thread::hardware_concurrency(), " cores, ",
                      format_figure(bytes, Unit::bytes), ", ", system.sysname, " ", system.release)},
      {"file system", file_system_of(directory)},
      {"built with", str("GCC " __VERSION__ ", OpenSSL ", OpenSSL_version(OPENSSL_VERSION_STRING), ", libsodium ",
                         sodium_version_string(), ", RocksDB ", ROCKSDB_MAJOR, ".", ROCKSDB_MINOR, ".", ROCKSDB_PATCH)},
  };
}

}  // namespace cairn::bench
