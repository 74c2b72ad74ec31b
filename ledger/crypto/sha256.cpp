#include "ledger/crypto/sha256.h"

#include <openssl/evp.h>

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ASSERT(fetched != nullptr);
  return fetched;
}

class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new()) { ASSERT(context_ != nullptr); }
  ~Hasher() { EVP_MD_CTX_free(context_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void begin() { ASSERT(EVP_DigestInit_ex2(context_, algorithm(), nullptr) == 1); }
  void update(BytesView data) { ASSERT(EVP_DigestUpdate(context_, data.data(), data.size()) == 1); }
  Hash finish() {
    Hash hash;
    unsigned int size = 0;
    ASSERT(EVP_DigestFinal_ex(context_, hash.bytes.data(), &size) == 1 && size == hash.bytes.size());
    return hash;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

std::string Hash::hex() const {
  return to_hex(view());
}

Result<Hash> Hash::from_bytes(BytesView bytes) {
  Hash hash;
  if (bytes.size() != hash.bytes.size()) return fault(str("a SHA-256 hash has 32 bytes, not ", bytes.size()));
  std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
  return hash;
}

Result<Hash> Hash::from_hex(std::string_view text) {
  if (text.size() != 64) return fault(str("a SHA-256 hash has 64 hexadecimal digits, not ", text.size()));
  // Without a branch or a table, so that the compiler takes many digits at once: entries hold hashes by the half dozen.
  std::array<std::uint8_t, 64> values{};
  std::uint8_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto digit = static_cast<std::uint8_t>(text[i] - '0');
    const auto letter = static_cast<std::uint8_t>(text[i] - 'a');
    const bool is_letter = letter < 6;
    values[i] = is_letter ? static_cast<std::uint8_t>(letter + 10) : digit;
    wrong |= static_cast<std::uint8_t>(digit >= 10 && !is_letter);
  }
  Hash hash;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    hash.bytes[i] = static_cast<std::uint8_t>(values[2 * i] << 4 | values[2 * i + 1]);
  }
  if (wrong == 0) return hash;
  return cairn::from_hex(text).error();  // which says where
}

Hash sha256(BytesView data) {
  static thread_local Hasher hasher;
  hasher.begin();
  hasher.update(data);
  return hasher.finish();
}

struct Sha256::Context {
  Hasher hasher;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->hasher.begin();
}
Sha256::~Sha256() = default;

Sha256& Sha256::update(BytesView data) {
  context_->hasher.update(data);
  return *this;
}

Hash Sha256::finish() {
  const auto hash = context_->hasher.finish();
  context_->hasher.begin();
  return hash;
}

}  // namespace cairn
