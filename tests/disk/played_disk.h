// PlayedDisk: what lies on a disk, and what of it would still lie there after a power cut. It follows a program by the
// record of its calls (failing_disk.cpp), and can then make the directories what the cut makes of them.
//
// The promise that it goes by is POSIX's and no more: a file's bytes are safe once it was synced, a name once its
// directory was. What a sync of a file that failed should have written is lost for good, though the next one succeeds;
// a directory's next sync makes up for one that failed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/disk/record.h"

namespace cairn::test {

enum class Cut : std::uint8_t {
  lost,   // nothing that was not synced is there
  names,  // names as they were last, of the bytes only what was synced
};

// Of calls: how many there were, and which of them failed.
struct Calls {
  std::uint64_t all = 0;
  std::map<DiskCall, std::uint64_t> failed;
};

std::string_view name_of(DiskCall call);

class PlayedDisk {
 public:
  // What lies below `roots` now is safe. Files directly in `except` are left alone: a cut keeps them.
  PlayedDisk(std::vector<std::filesystem::path> roots, std::filesystem::path except);

  void load();  // as it lies there now, all of it safe

  // What a program's record says, in its order.
  Calls play(const std::filesystem::path& record);

  // Empty if what lies there is what was played; else the first difference.
  std::string difference() const;

  void cut(Cut cut);

  std::string below() const;  // the roots, as the failing disk is told of them
  const std::filesystem::path& except() const { return except_; }

 private:
  struct Node {
    bool is_directory = false;
    std::uint32_t mode = 0;
    std::string bytes;
    std::string synced_bytes;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> dirty;  // offset, length
    std::map<std::string, std::shared_ptr<Node>> names;
    std::map<std::string, std::shared_ptr<Node>> synced_names;
  };
  using Nodes = std::shared_ptr<Node>;

  bool leaves_alone(const std::filesystem::path& path) const;
  Nodes read(const std::filesystem::path& path);
  Nodes find(const std::filesystem::path& path) const;
  Node& by_inode(std::uint64_t inode);
  void apply(const DiskRecord& record, const std::string& path, const std::string& other, const std::string& data);
  void put(const std::filesystem::path& path, Nodes node);
  std::string differs(const std::filesystem::path& path, const Node& node) const;
  void write(const std::filesystem::path& path, const Node& node, Cut cut) const;

  std::vector<std::filesystem::path> roots_;
  std::filesystem::path except_;
  std::map<std::string, Nodes> top_;  // by root
  std::map<std::uint64_t, Nodes> inodes_;
};

}  // namespace cairn::test
