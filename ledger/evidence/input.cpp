#include "ledger/evidence/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t buffer_bytes = 64 << 10;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FileState state_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

Error failed(std::string_view doing, const std::string& shown, int code) {
  return fault(str("cannot ", doing, " ", shown, ": ", std::strerror(code)));
}

}  // namespace

InputFile::InputFile(int descriptor, FileState state, std::string shown)
    : descriptor_(descriptor), state_(state), shown_(std::move(shown)) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), state_(other.state_), shown_(std::move(other.shown_)) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<InputFile> InputFile::open(const std::filesystem::path& file) {
  auto shown = printable(file.native());
  // Not blocking: a FIFO that nobody writes to would otherwise hold us for ever before we could see what it is.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ELOOP)
      return fault(str(shown, " is a symbolic link, and those are not followed; give the file itself"));
    return failed("open", shown, errno);
  }
  InputFile opened(descriptor, {}, std::move(shown));
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return failed("read the size of", opened.shown_, errno);
  if (S_ISDIR(status.st_mode)) return fault(str(opened.shown_, " is a directory; give a file"));
  if (!S_ISREG(status.st_mode)) return fault(str(opened.shown_, " is not a regular file; give one"));
  opened.state_ = state_of(status);
  return opened;
}

Result<std::size_t> InputFile::read_at(std::uint64_t offset, char* to, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const auto got = ::pread(descriptor_, to + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", shown_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> InputFile::check_unchanged() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("read the size of", shown_, errno);
  if (state_of(status) != state_)
    return fault(str(shown_, " was changed while it was read; run again when it is complete"));
  return {};
}

Result<std::size_t> FileSource::read(char* to, std::size_t count) {
  TRY_LET(got, file_.read_at(at_, to, static_cast<std::size_t>(std::min<std::uint64_t>(count, left_))));
  at_ += got;
  left_ -= got;
  return got;
}

ByteCursor::ByteCursor(ByteSource& source) : source_(source), buffer_(buffer_bytes) {}

bool ByteCursor::fill() {
  if (at_ < end_) return true;
  if (failure_) return false;
  auto got = source_.read(buffer_.data(), buffer_.size());
  if (!got) {
    failure_ = got.error();
    return false;
  }
  at_ = 0;
  end_ = *got;
  return end_ > 0;
}

bool ByteCursor::next(std::uint8_t& byte) {
  if (!fill()) return false;
  byte = static_cast<std::uint8_t>(buffer_[at_++]);
  ++position_;
  return true;
}

bool ByteCursor::skip(std::uint64_t count) {
  while (count > 0) {
    if (!fill()) return false;
    const auto step = std::min<std::uint64_t>(count, end_ - at_);
    at_ += static_cast<std::size_t>(step);
    position_ += step;
    count -= step;
  }
  return true;
}

bool ByteCursor::take(std::size_t count, std::string& bytes) {
  bytes.clear();
  while (bytes.size() < count) {
    if (!fill()) return false;
    const auto step = std::min(count - bytes.size(), end_ - at_);
    bytes.append(buffer_.data() + at_, step);
    at_ += step;
    position_ += step;
  }
  return true;
}

bool ByteCursor::line(std::size_t keep, std::string& bytes, bool& cut) {
  bytes.clear();
  cut = false;
  std::uint8_t byte = 0;
  while (next(byte)) {
    if (byte == '\n') return true;
    if (bytes.size() < keep) {
      bytes += static_cast<char>(byte);
    } else {
      cut = true;
    }
  }
  return false;
}

}  // namespace cairn
