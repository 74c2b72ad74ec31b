#include <zlib.h>

#include <algorithm>
#include <array>

#include "ledger/base/text.h"
#include "ledger/evidence/zip_archive.h"

namespace cairn {

namespace {

constexpr std::size_t piece_bytes = 64 << 10;
constexpr std::uint16_t deflated = 8;

}  // namespace

struct ZipEntrySource::State {
  State(const InputFile& file, const ZipEntry& of) : packed(file, of.data, of.packed), entry(of) {
    if (entry.method == deflated) ready = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
  }
  ~State() {
    if (entry.method == deflated && ready) inflateEnd(&stream);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Up to `count` bytes of content; 0 at its end or where it is damaged.
  Result<std::size_t> expand(char* to, std::size_t count) {
    if (entry.method != deflated) return packed.read(to, count);
    if (!ready) return fault("zlib cannot be set up: out of memory");
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = static_cast<uInt>(count);
    while (!ended && stream.avail_out == count) {
      if (stream.avail_in == 0) {
        TRY_LET(got, packed.read(input.data(), input.size()));
        stream.next_in = reinterpret_cast<Bytef*>(input.data());
        stream.avail_in = static_cast<uInt>(got);
        taken += got;
      }
      // Without input too: zlib may hold back what it could not yet write, and says when it does not.
      const int answer = inflate(&stream, Z_NO_FLUSH);
      if (answer == Z_BUF_ERROR) break;
      if (answer == Z_MEM_ERROR) return fault("zlib cannot expand: out of memory");
      damaged = answer != Z_OK && answer != Z_STREAM_END;
      ended = damaged || answer == Z_STREAM_END;
    }
    return count - stream.avail_out;
  }

  FileSource packed;
  ZipEntry entry;
  z_stream stream{};
  std::array<char, piece_bytes> input{};
  std::uint64_t taken = 0;
  std::uint64_t done = 0;
  uLong crc = crc32(0, nullptr, 0);
  bool ready = false;
  bool ended = false;
  bool damaged = false;
};

ZipEntrySource::ZipEntrySource(const InputFile& file, const ZipEntry& entry)
    : state_(std::make_unique<State>(file, entry)) {}

ZipEntrySource::~ZipEntrySource() = default;

std::uint64_t ZipEntrySource::size() const {
  return state_->entry.size;
}

Result<std::size_t> ZipEntrySource::read(char* to, std::size_t count) {
  auto& state = *state_;
  const auto want = std::min<std::uint64_t>({count, piece_bytes, state.entry.size - state.done});
  if (want == 0) return std::size_t{0};
  TRY_LET(got, state.expand(to, static_cast<std::size_t>(want)));
  state.crc = crc32(state.crc, reinterpret_cast<const Bytef*>(to), static_cast<uInt>(got));
  state.done += got;
  return got;
}

Result<std::optional<std::string>> ZipEntrySource::check_rest() {
  auto& state = *state_;
  std::string buffer(piece_bytes, '\0');
  for (std::size_t got = 1; got > 0;) {
    TRY_LET(more, read(buffer.data(), buffer.size()));
    got = more;
  }
  using Verdict = std::optional<std::string>;
  if (state.done == state.entry.size && !state.damaged) {
    // One byte too many would be content that other readers see.
    TRY_LET(beyond, state.expand(buffer.data(), 1));
    const bool left_over = state.entry.method == deflated &&
                           (!state.ended || state.taken != state.entry.packed || state.stream.avail_in > 0);
    if (!state.damaged && (beyond > 0 || left_over)) return Verdict("its content goes on beyond the declared size");
  }
  if (state.damaged) return Verdict("its compressed data is damaged");
  if (state.done != state.entry.size) {
    return Verdict(str("its content has ", state.done, " bytes where ", state.entry.size, " are declared"));
  }
  if (state.crc == state.entry.crc) return Verdict();
  return Verdict("its CRC-32 is not that of the content");
}

}  // namespace cairn
