// What is left in this process's memory of a key or a passphrase that it had and let go. Not under a sanitizer, whose
// shadow memory is terabytes that can be written to.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "ledger/crypto/key_file.h"
#include "tests/catch.h"
#include "tests/temp_directory.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

// What is looked for, in a form that is not found itself.
struct Masked {
  static constexpr unsigned char mask = 0x5a;

  explicit Masked(const char* begin, std::size_t size) : bytes(size) {
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(begin[i]) ^ mask;
  }
  std::vector<unsigned char> bytes;
};

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Without the heap, whose freed blocks are what is looked into.
std::span<const Mapping> writable_mappings() {
  static std::array<Mapping, 1024> all;
  static std::array<char, 1 << 18> text;
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < text.size(); size += static_cast<std::size_t>(std::max<ssize_t>(got, 0))) {
    got = ::read(maps, text.data() + size, text.size() - size);
  }
  ::close(maps);
  std::size_t count = 0;
  for (std::string_view rest(text.data(), size); !rest.empty() && count < all.size();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    Mapping one;
    const auto dash = std::from_chars(line.data(), line.data() + line.size(), one.begin, 16).ptr;
    const auto blank = std::from_chars(dash + 1, line.data() + line.size(), one.end, 16).ptr;
    if (std::string_view(blank, 3) == " rw") all[count++] = one;
  }
  return {all.data(), count};
}

// How often it lies in memory that can be written to: heap, stack, buffers of libraries. What is read goes through one
// buffer, whose own mapping finds what was read into it before; so the buffer is wiped behind each part, and its
// overlap is the looked-for length.
std::size_t copies_in_memory(const Masked& sought) {
  static std::array<unsigned char, 1 << 16> buffer;
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (memory < 0) std::abort();
  const auto size = sought.bytes.size();
  const auto own_begin = reinterpret_cast<std::uintptr_t>(buffer.data());
  std::size_t found = 0;
  for (const auto& mapping : writable_mappings()) {
    for (std::uint64_t at = mapping.begin; at + size <= mapping.end; at += buffer.size() - size + 1) {
      if (at < own_begin + buffer.size() && own_begin < at + buffer.size()) continue;
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), mapping.end - at));
      const auto got = ::pread(memory, buffer.data(), wanted, static_cast<off_t>(at));
      if (got <= 0) break;
      for (auto& byte : buffer) byte ^= Masked::mask;
      const auto end = buffer.begin() + got;
      for (auto it = buffer.begin(); (it = std::search(it, end, sought.bytes.begin(), sought.bytes.end())) != end;
           ++it) {
        ++found;
      }
      OPENSSL_cleanse(buffer.data(), buffer.size());
    }
  }
  ::close(memory);
  return found;
}

// In a process of its own, so that nothing of it was ever in this one.
void make_elsewhere(const fs::path& file, const char* passphrase) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto key = PrivateKey::generate(KeyType::ed25519);
    const auto sealed = passphrase == nullptr ? std::nullopt : std::optional<std::string>(passphrase);
    ::_exit(key.ok() && write_private_key(file, *key, sealed).ok() ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

// The secret half of the base64 of a key file.
Masked masked_body(const fs::path& file) {
  std::array<char, 256> text{};
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::read(opened, text.data(), text.size()) > 100);
  ::close(opened);
  const auto* line = std::find(text.begin(), text.end(), '\n') + 1;
  Masked body(line + 24, 32);
  OPENSSL_cleanse(text.data(), text.size());
  return body;
}

// Long, since of a block that was freed the heap soon uses the beginning again.
constexpr const char* spoken =
    "Of shoes and ships and sealing wax was nothing said that afternoon, for seventeen green herons stood upon the "
    "quay "
    "and counted what the ferry brought: eleven crates of tin-openers, one harp, the tide tables of Zanzibar for 1931, "
    "a quill, and in the last of all the crates, wrapped in a sail, the bell that nobody had ordered and that "
    "everybody "
    "wished to ring before the evening came and with it rain from the south-west, as the tables had foretold it would.";

Masked middle_of_spoken() {
  return Masked(spoken + 250, 40);
}

}  // namespace

TEST_CASE("a copy of a secret that was not wiped is found in memory, in use or freed") {
  // Another text than below, where a copy that was freed here would be counted.
  constexpr const char* other =
      "A hundred and one lanterns hung along the towpath when the barges came, and each of them was lit by somebody "
      "who "
      "had been told to light another; so the lock-keeper counted ninety-nine, wrote it down twice and went to bed.";
  const Masked sought(other + 100, 40);
  const auto before = copies_in_memory(sought);
  auto copy = std::make_unique<std::string>(other);
  const auto in_use = copies_in_memory(sought);
  copy.reset();
  const auto freed = copies_in_memory(sought);
  CHECK(in_use == before + 1);
  CHECK(freed == before + 1);
}

TEST_CASE("of a key file that was read, and of a passphrase that opened one, nothing is left in memory") {
  const test::TempDirectory folder;
  const auto plain = folder.path() / "plain.pem";
  make_elsewhere(plain, nullptr);
  const Masked body = masked_body(plain);
  const auto never_there = copies_in_memory(body);
  const auto key = read_private_key(plain, {});
  const auto after_key = copies_in_memory(body);
  CHECK(key.ok());
  CHECK(never_there == 0);
  CHECK(after_key == 0);

  const auto sealed = folder.path() / "sealed.pem";
  make_elsewhere(sealed, spoken);
  const Masked passphrase = middle_of_spoken();
  const auto before = copies_in_memory(passphrase);
  const auto opened = read_private_key(sealed, [] { return Result<Secret>(Secret(spoken)); });
  const auto after = copies_in_memory(passphrase);
  CHECK(opened.ok());
  CHECK(before == 0);
  CHECK(after == 0);
  const auto wrong = read_private_key(sealed, [] { return Result<Secret>(Secret(spoken + 1)); });
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message.find("Zanzibar") == std::string::npos);
}

#endif
