// Bytes of hostile files, read in pieces: an open file that must not change meanwhile, and a cursor over any source.
//
// Symbolic links are not followed, and nothing but a regular file is opened. Memory is one buffer, whatever the file's
// size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// Which file, in which state: equal as long as nobody wrote to it.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  bool operator==(const FileState&) const = default;
};

class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& file);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) = delete;
  ~InputFile();

  std::uint64_t size() const { return state_.size; }
  const FileState& state() const { return state_; }
  const std::string& shown() const { return shown_; }  // its path, fit for a message

  // Fewer bytes than asked for only where the file ends.
  Result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t count) const;

  // An error if the file was written to since it was opened.
  Result<void> check_unchanged() const;

 private:
  InputFile(int descriptor, FileState state, std::string shown);

  int descriptor_ = -1;
  FileState state_;
  std::string shown_;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;                             // how many bytes it says it has
  virtual Result<std::size_t> read(char* to, std::size_t count) = 0;  // 0 where it ends, be that too early
};

// Part of a file.
class FileSource final : public ByteSource {
 public:
  FileSource(const InputFile& file, std::uint64_t begin, std::uint64_t size)
      : file_(file), at_(begin), size_(size), left_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(char* to, std::size_t count) override;

 private:
  const InputFile& file_;
  std::uint64_t at_;
  std::uint64_t size_;
  std::uint64_t left_;
};

// Walks a source forward. Everything returns false at the end of the bytes; `failure` tells a broken disk from a short
// file.
class ByteCursor {
 public:
  explicit ByteCursor(ByteSource& source);

  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return source_.size() > position_ ? source_.size() - position_ : 0; }
  bool at_end() { return !fill(); }
  bool next(std::uint8_t& byte);
  bool skip(std::uint64_t count);
  bool take(std::size_t count, std::string& bytes);
  // Up to and without the next '\n'. Only the first `keep` bytes are kept; `cut` says whether there were more.
  bool line(std::size_t keep, std::string& bytes, bool& cut);

  const std::optional<Error>& failure() const { return failure_; }

 private:
  bool fill();

  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  std::optional<Error> failure_;
};

}  // namespace cairn
