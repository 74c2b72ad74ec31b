#include "tests/disk/played_disk.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct stat status_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

std::vector<fs::path> children_of(const fs::path& directory) {
  return {fs::directory_iterator(directory), fs::directory_iterator()};
}

}  // namespace

std::string_view name_of(DiskCall call) {
  constexpr std::string_view names[] = {"open",   "write", "sync",  "rename",  "link",
                                        "unlink", "mkdir", "close", "truncate"};
  return names[static_cast<std::size_t>(call)];
}

PlayedDisk::PlayedDisk(std::vector<fs::path> roots, fs::path except)
    : roots_(std::move(roots)), except_(std::move(except)) {
  load();
}

std::string PlayedDisk::below() const {
  std::string all;
  for (const fs::path& root : roots_) all += str(all.empty() ? "" : ":", root.string());
  return all;
}

bool PlayedDisk::leaves_alone(const fs::path& path) const {
  return path.parent_path() == except_ && !fs::is_directory(fs::symlink_status(path));
}

void PlayedDisk::load() {
  top_.clear();
  inodes_.clear();
  for (const fs::path& root : roots_) top_[root.string()] = read(root);
}

PlayedDisk::Nodes PlayedDisk::read(const fs::path& path) {
  auto node = std::make_shared<Node>();
  const struct stat status = status_of(path);
  node->mode = status.st_mode & 07777;
  node->is_directory = S_ISDIR(status.st_mode);
  inodes_[status.st_ino] = node;
  if (!node->is_directory) {
    node->bytes = node->synced_bytes = bytes_of(path);
    return node;
  }
  for (const fs::path& child : children_of(path)) {
    if (!leaves_alone(child)) node->names[child.filename().string()] = read(child);
  }
  node->synced_names = node->names;
  return node;
}

// None if nothing lies there.
PlayedDisk::Nodes PlayedDisk::find(const fs::path& path) const {
  for (const auto& [root, top] : top_) {
    if (path == root) return top;
    const fs::path below = path.lexically_relative(root);
    if (below.empty() || *below.begin() == "..") continue;
    Nodes node = top;
    for (const fs::path& part : below) {
      const auto child = node->names.find(part.string());
      if (child == node->names.end()) return nullptr;
      node = child->second;
    }
    return node;
  }
  return nullptr;
}

PlayedDisk::Node& PlayedDisk::by_inode(std::uint64_t inode) {
  const auto found = inodes_.find(inode);
  REQUIRE(found != inodes_.end());
  return *found->second;
}

void PlayedDisk::put(const fs::path& path, Nodes node) {
  const Nodes parent = find(path.parent_path());
  INFO(path.string());
  REQUIRE(parent != nullptr);
  if (node == nullptr) {
    parent->names.erase(path.filename().string());
  } else {
    parent->names[path.filename().string()] = std::move(node);
  }
}

void PlayedDisk::apply(const DiskRecord& record, const std::string& path, const std::string& other,
                       const std::string& data) {
  if (record.call == DiskCall::sync && !record.done) {
    by_inode(record.inode).dirty.clear();  // the page cache takes them for written
    return;
  }
  if (!record.done) return;
  switch (record.call) {
    case DiskCall::open:
      if (record.is_new) {
        auto made = std::make_shared<Node>();
        made->mode = record.mode;
        inodes_[record.inode] = made;
        put(path, made);
      }
      return;
    case DiskCall::mkdir: {
      auto made = std::make_shared<Node>();
      made->mode = record.mode;
      made->is_directory = true;
      inodes_[record.inode] = made;
      return put(path, made);
    }
    case DiskCall::write: {
      Node& node = by_inode(record.inode);
      node.bytes.resize(std::max<std::size_t>(node.bytes.size(), record.offset + data.size()));
      node.bytes.replace(record.offset, data.size(), data);
      node.dirty.emplace_back(record.offset, data.size());
      return;
    }
    case DiskCall::truncate:
      return by_inode(record.inode).bytes.resize(record.offset);
    case DiskCall::sync: {
      Node& node = by_inode(record.inode);
      node.synced_names = node.names;
      node.synced_bytes.resize(node.bytes.size());
      for (const auto& [offset, length] : node.dirty) {
        if (offset >= node.bytes.size()) continue;  // cut off since
        const std::string written = node.bytes.substr(offset, length);
        node.synced_bytes.replace(offset, written.size(), written);
      }
      return node.dirty.clear();
    }
    case DiskCall::rename: {
      const Nodes node = find(path);
      put(path, nullptr);
      return put(other, node);
    }
    case DiskCall::link:
      return put(other, find(path));
    case DiskCall::unlink:
      return put(path, nullptr);
    case DiskCall::close:
      return;
  }
}

Calls PlayedDisk::play(const fs::path& record_file) {
  const std::string text = bytes_of(record_file);
  Calls calls;
  std::size_t at = 0;
  const auto take = [&](std::size_t bytes) {
    REQUIRE(bytes <= text.size() - at);
    at += bytes;
    return text.substr(at - bytes, bytes);
  };
  while (at < text.size()) {
    DiskRecord record;
    take(sizeof(record)).copy(reinterpret_cast<char*>(&record), sizeof(record));
    const std::string path = take(record.path_bytes);
    const std::string other = take(record.other_bytes);
    const std::string data = take(record.data_bytes);
    ++calls.all;
    if (record.failed) ++calls.failed[record.call];
    apply(record, path, other, data);
  }
  return calls;
}

std::string PlayedDisk::difference() const {
  for (const auto& [root, node] : top_) {
    const std::string found = differs(root, *node);
    if (!found.empty()) return found;
  }
  return "";
}

std::string PlayedDisk::differs(const fs::path& path, const Node& node) const {
  const std::string name = path.string();
  if (!fs::exists(fs::symlink_status(path))) return name + " is not there";
  if (!node.is_directory) return bytes_of(path) == node.bytes ? "" : name + " has other bytes";
  for (const fs::path& child : children_of(path)) {
    if (!leaves_alone(child) && !node.names.contains(child.filename().string())) return child.string() + " is there";
  }
  for (const auto& [part, child] : node.names) {
    const std::string found = differs(path / part, *child);
    if (!found.empty()) return found;
  }
  return "";
}

void PlayedDisk::cut(Cut cut) {
  for (const auto& [root, node] : top_) {
    for (const fs::path& child : children_of(root)) {
      if (!leaves_alone(child)) fs::remove_all(child);
    }
    write(root, *node, cut);
  }
  load();
}

void PlayedDisk::write(const fs::path& path, const Node& node, Cut cut) const {
  if (node.is_directory) {
    fs::create_directories(path);
    for (const auto& [part, child] : cut == Cut::lost ? node.synced_names : node.names) write(path / part, *child, cut);
  } else {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << node.synced_bytes;
  }
  REQUIRE(::chmod(path.c_str(), node.mode) == 0);
}

}  // namespace cairn::test
