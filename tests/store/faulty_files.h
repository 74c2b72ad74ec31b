// FaultyFiles: a file system under RocksDB that fails one call, or loses power at it.
//
// Everything is passed on to the machine's own file system, in the order in which it comes, and counted. Beside that it
// knows what of it would survive a power cut: of each file what was synced, and which files were made, renamed and
// removed since their directory was. `cut` then leaves the disk as the power cut does.
//
// The promise that it goes by is POSIX's and no more: a file's bytes are safe once it was synced, its name once its
// directory was. What a sync that failed should have written is lost for good, though the next one succeeds: that is
// what Linux does.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cairn::test {

// What happened of a call that says it failed. Where it is no append, a part is nothing.
enum class Effect : std::uint8_t { none, part, whole };

enum class FaultKind : std::uint8_t {
  io_error,
  no_space,
  power,  // and so do all calls after it
};

struct Fault {
  std::uint64_t at = 0;  // which call fails, from 1 on; 0: none does
  FaultKind kind = FaultKind::io_error;
  Effect effect = Effect::none;
};

// How a power cut leaves what was not synced.
enum class Cut : std::uint8_t {
  kept,       // all of it is there: as after a kill
  lost,       // nothing of it
  torn,       // of each file's bytes a beginning, of the directory's changes the first so many
  reordered,  // of each file's bytes any sectors, with zeros for those between that are missing
};

class FaultyFiles final : public rocksdb::FileSystemWrapper {
 public:
  // `spare` is an empty directory on the same disk, for files that may come back.
  FaultyFiles(std::filesystem::path spare, Fault fault, std::uint32_t seed);

  // In the place of the fault so far, if that has not cut the power: `fault.at` counts from here.
  void arm(Fault fault);

  // To be called once nobody uses the files any more.
  void cut(Cut cut);

  std::uint64_t calls() const { return calls_; }
  bool failed() const { return fault_.at != 0 && calls_ >= fault_.at; }

  const char* Name() const override { return "FaultyFiles"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options, std::uint64_t* size,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

  // For the files that it opened.
  using Call = std::function<rocksdb::IOStatus()>;
  rocksdb::IOStatus pass(const Call& call);
  using Write = std::function<rocksdb::IOStatus(const rocksdb::Slice&)>;
  rocksdb::IOStatus append(const std::string& path, const rocksdb::Slice& bytes, const Write& write);
  rocksdb::IOStatus sync(const std::string& path);
  rocksdb::IOStatus sync_directory();

 private:
  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;                                      // its first so many bytes are safe, except
    std::vector<std::pair<std::uint64_t, std::uint64_t>> dropped;  // these: from, to
  };

  struct Change {
    std::string path;
    std::string from;      // renamed from there; empty: made or removed
    std::string replaced;  // what was at `path` lies here, to come back; empty: nothing was there
    File file_replaced;
  };

  // Whether the next call fails, and how; and what of it happens.
  struct Turn {
    rocksdb::IOStatus said;
    Effect effect = Effect::whole;
  };
  Turn next();
  std::string set_aside(const std::string& path);
  void undo(const Change& change);
  std::uint64_t any_of(std::uint64_t most);  // 0 to most
  void cut_file(const std::string& path, const File& file, Cut cut);

  const std::filesystem::path spare_;
  Fault fault_;
  std::mt19937 random_;
  std::mutex mutex_;
  std::uint64_t calls_ = 0;
  std::uint64_t spares_ = 0;
  std::map<std::string, File> files_;  // by path
  std::vector<Change> changes_;        // since the last sync of the directory, for there is one
};

}  // namespace cairn::test
