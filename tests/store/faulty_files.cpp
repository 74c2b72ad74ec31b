#include "tests/store/faulty_files.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::uint64_t sector_bytes = 512;

class FaultySequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultySequentialFile(FaultyFiles& files, std::unique_ptr<rocksdb::FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)), files_(files) {}

  IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch, IODebugContext* debug) override {
    *result = Slice();
    return files_.pass([&] { return FSSequentialFileWrapper::Read(n, options, result, scratch, debug); });
  }

 private:
  FaultyFiles& files_;
};

class FaultyRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultyRandomAccessFile(FaultyFiles& files, std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), files_(files) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) const override {
    *result = Slice();
    return files_.pass([&] { return FSRandomAccessFileWrapper::Read(offset, n, options, result, scratch, debug); });
  }
  // One read after the other, so that each can fail.
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    for (rocksdb::FSReadRequest* request = requests; request != requests + count; ++request) {
      request->status = Read(request->offset, request->len, options, &request->result, request->scratch, debug);
    }
    return IOStatus::OK();
  }

 private:
  FaultyFiles& files_;
};

class FaultyWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWritableFile(FaultyFiles& files, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

  IOStatus Append(const Slice& bytes, const IOOptions& options, IODebugContext* debug) override {
    return files_.append(path_, bytes, [&](const Slice& part) { return target()->Append(part, options, debug); });
  }
  IOStatus Append(const Slice& bytes, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(bytes, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return files_.sync(path_); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return files_.sync(path_); }
  // The machine may go on as it likes; no promise comes with it.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus closed = target()->Close(options, debug);  // also where it is said to fail: nobody calls again
    return files_.pass([&] { return closed; });
  }

 private:
  FaultyFiles& files_;
  std::string path_;
};

class FaultyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(FaultyFiles& files, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), files_(files) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return files_.sync_directory(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*, const rocksdb::DirFsyncOptions&) override {
    return files_.sync_directory();
  }

 private:
  FaultyFiles& files_;
};

void fill_with_zeros(const std::string& path, std::uint64_t from, std::uint64_t to) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(from));
  file << std::string(to - from, '\0');
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

FaultyFiles::FaultyFiles(fs::path spare, Fault fault, std::uint32_t seed)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), spare_(std::move(spare)), fault_(fault), random_(seed) {}

void FaultyFiles::arm(Fault fault) {
  const std::lock_guard lock(mutex_);
  if (fault_.kind == FaultKind::power && failed()) return;
  if (fault.at != 0) fault.at += calls_;
  fault_ = fault;
}

FaultyFiles::Turn FaultyFiles::next() {
  ++calls_;
  const bool gone = fault_.kind == FaultKind::power && fault_.at != 0 && calls_ > fault_.at;
  if (calls_ != fault_.at && !gone) return {};
  const Effect effect = gone ? Effect::none : fault_.effect;
  switch (fault_.kind) {
    case FaultKind::io_error:
      return {IOStatus::IOError("injected: input/output error"), effect};
    case FaultKind::no_space:
      return {IOStatus::NoSpace("injected: no space left on device"), effect};
    case FaultKind::power:
      return {IOStatus::IOError("injected: the power is gone"), effect};
  }
  return {};
}

// One call after the other, whichever thread it comes from.
IOStatus FaultyFiles::pass(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Turn turn = next();
  const IOStatus done = turn.effect == Effect::whole ? call() : IOStatus::OK();
  return turn.said.ok() ? done : turn.said;
}

IOStatus FaultyFiles::append(const std::string& path, const Slice& bytes, const Write& write) {
  const std::lock_guard lock(mutex_);
  const Turn turn = next();
  if (turn.effect == Effect::none) return turn.said;
  const Slice part(bytes.data(), turn.effect == Effect::part ? any_of(bytes.size()) : bytes.size());
  const IOStatus written = write(part);
  if (written.ok()) files_[path].size += part.size();
  return turn.said.ok() ? written : turn.said;
}

// Not passed on: the machine keeps its power, and a real sync would cost what the tests have no time for.
IOStatus FaultyFiles::sync(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Turn turn = next();
  const bool written = turn.effect == Effect::whole;
  if (!written && fault_.kind == FaultKind::power) return turn.said;
  File& file = files_[path];
  if (!written && file.synced < file.size) file.dropped.emplace_back(file.synced, file.size);
  file.synced = file.size;
  return turn.said;
}

IOStatus FaultyFiles::sync_directory() {
  return pass([&] {
    changes_.clear();
    return IOStatus::OK();
  });
}

IOStatus FaultyFiles::NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext* debug) {
  return pass([&] {
    std::unique_ptr<rocksdb::FSSequentialFile> opened;
    const IOStatus status = target()->NewSequentialFile(path, options, &opened, debug);
    if (status.ok()) *file = std::make_unique<FaultySequentialFile>(*this, std::move(opened));
    return status;
  });
}

IOStatus FaultyFiles::NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext* debug) {
  return pass([&] {
    std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
    const IOStatus status = target()->NewRandomAccessFile(path, options, &opened, debug);
    if (status.ok()) *file = std::make_unique<FaultyRandomAccessFile>(*this, std::move(opened));
    return status;
  });
}

IOStatus FaultyFiles::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  return pass([&] {
    const bool made = !fs::exists(path);  // else emptied
    std::unique_ptr<rocksdb::FSWritableFile> opened;
    const IOStatus status = target()->NewWritableFile(path, options, &opened, debug);
    if (!status.ok()) return status;
    files_[path] = File{};
    if (made) changes_.push_back({path, "", "", {}});
    *file = std::make_unique<FaultyWritableFile>(*this, path, std::move(opened));
    return status;
  });
}

IOStatus FaultyFiles::NewDirectory(const std::string& path, const IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* debug) {
  return pass([&] {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    const IOStatus status = target()->NewDirectory(path, options, &opened, debug);
    if (status.ok()) *directory = std::make_unique<FaultyDirectory>(*this, std::move(opened));
    return status;
  });
}

IOStatus FaultyFiles::GetChildren(const std::string& path, const IOOptions& options, std::vector<std::string>* names,
                                  IODebugContext* debug) {
  return pass([&] { return target()->GetChildren(path, options, names, debug); });
}

IOStatus FaultyFiles::GetFileSize(const std::string& path, const IOOptions& options, std::uint64_t* size,
                                  IODebugContext* debug) {
  return pass([&] { return target()->GetFileSize(path, options, size, debug); });
}

IOStatus FaultyFiles::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) {
  return pass([&] {
    Change removed{path, "", set_aside(path), files_[path]};
    const IOStatus status = target()->DeleteFile(path, options, debug);
    if (!status.ok()) return status;
    files_.erase(path);
    changes_.push_back(std::move(removed));
    return status;
  });
}

IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                 IODebugContext* debug) {
  return pass([&] {
    Change renamed{to, from, set_aside(to), files_[to]};
    const IOStatus status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    files_[to] = files_[from];
    files_.erase(from);
    changes_.push_back(std::move(renamed));
    return status;
  });
}

// Another name for the same file: whatever happens to the first, it is there.
std::string FaultyFiles::set_aside(const std::string& path) {
  if (!fs::exists(path)) return "";
  const std::string name = (spare_ / std::to_string(++spares_)).string();
  fs::create_hard_link(path, name);
  return name;
}

void FaultyFiles::undo(const Change& change) {
  if (!change.from.empty()) {
    fs::rename(change.path, change.from);
    files_[change.from] = files_[change.path];
  } else if (change.replaced.empty()) {
    fs::remove(change.path);
  }
  files_.erase(change.path);
  if (change.replaced.empty()) return;
  fs::rename(change.replaced, change.path);
  files_[change.path] = change.file_replaced;
}

std::uint64_t FaultyFiles::any_of(std::uint64_t most) {
  return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
}

void FaultyFiles::cut(Cut cut) {
  const std::lock_guard lock(mutex_);
  if (cut == Cut::kept) return;
  const std::size_t kept = cut == Cut::lost ? 0 : any_of(changes_.size());
  for (; changes_.size() > kept; changes_.pop_back()) undo(changes_.back());
  changes_.clear();
  for (const auto& [path, file] : files_) cut_file(path, file, cut);
}

void FaultyFiles::cut_file(const std::string& path, const File& file, Cut cut) {
  if (!fs::exists(path)) return;
  std::uint64_t end = file.synced;
  if (cut == Cut::torn) end += any_of(file.size - file.synced);
  if (cut == Cut::reordered) {
    for (std::uint64_t at = file.synced; at < file.size;) {
      const std::uint64_t next = std::min(file.size, (at / sector_bytes + 1) * sector_bytes);
      if (any_of(1) == 0) {
        fill_with_zeros(path, at, next);
      } else {
        end = next;
      }
      at = next;
    }
  }
  for (auto range = file.dropped.rbegin(); range != file.dropped.rend(); ++range) {
    fill_with_zeros(path, range->first, range->second);
    if (cut == Cut::lost && range->second == end) end = range->first;  // it never made the file longer
  }
  fs::resize_file(path, end);
}

}  // namespace cairn::test
