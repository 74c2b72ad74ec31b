#include "ledger/crypto/signature_rules.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

using Number = std::array<std::uint8_t, 32>;  // big-endian, so that comparing arrays compares numbers

constexpr std::uint8_t digit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

constexpr Number number(const char (&hex)[65]) {
  Number bytes{};
  for (std::size_t i = 0; i < 32; ++i) {
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  }
  return bytes;
}

// RFC 8032 section 5.1.
constexpr Number field_prime = number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
constexpr Number group_order = number("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

// The y of the eight points whose order divides 8; each serves x and -x.
constexpr std::array<Number, 5> small_order = {
    number("0000000000000000000000000000000000000000000000000000000000000000"),
    number("0000000000000000000000000000000000000000000000000000000000000001"),
    number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
    number("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
    number("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
};

// FIPS 186-5, P-256: the order n, and n/2.
constexpr Number p256_order = number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
constexpr Number p256_half = number("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8");

Number from_little_endian(BytesView bytes) {
  ASSERT(bytes.size() == 32);
  Number result{};
  for (std::size_t i = 0; i < 32; ++i) result[31 - i] = static_cast<unsigned char>(bytes[i]);
  return result;
}

void append_integer(Bytes& der, const Number& value) {
  const auto* first = std::find_if(value.begin(), value.end() - 1, [](std::uint8_t byte) { return byte != 0; });
  const bool sign_byte = *first >= 0x80;
  der += '\x02';
  der += static_cast<char>(value.end() - first + (sign_byte ? 1 : 0));
  if (sign_byte) der += '\0';
  der.append(first, value.end());
}

// Takes an INTEGER off the front of `der`, in any spelling: decode_ecdsa compares spellings.
bool take_integer(BytesView& der, Number& value) {
  if (der.size() < 2 || der[0] != '\x02') return false;
  const std::size_t size = static_cast<unsigned char>(der[1]);
  if (size == 0 || size > 33 || der.size() - 2 < size) return false;
  const auto bytes = der.substr(2, size);
  const auto kept = bytes.substr(size > 32 ? 1 : 0);
  std::copy(kept.begin(), kept.end(), value.end() - static_cast<std::ptrdiff_t>(kept.size()));
  der.remove_prefix(2 + size);
  return true;
}

}  // namespace

Result<void> check_ed25519_point(BytesView point) {
  if (point.size() != 32) return not_verified(str("an Ed25519 point has 32 bytes, not ", point.size()));
  auto y = from_little_endian(point);
  y[0] &= 0x7f;  // the sign of x
  if (y >= field_prime) return not_verified("the Ed25519 point is not canonical: y is not below p");
  if (std::find(small_order.begin(), small_order.end(), y) != small_order.end()) {
    return not_verified("the Ed25519 point has small order");
  }
  return {};
}

Result<void> check_ed25519_signature(BytesView signature) {
  if (signature.size() != 64) return not_verified(str("an Ed25519 signature has 64 bytes, not ", signature.size()));
  TRY(check_ed25519_point(signature.substr(0, 32)));
  if (from_little_endian(signature.substr(32)) >= group_order) {
    return not_verified("the Ed25519 signature is malleated: s is not below the group's order");
  }
  return {};
}

Bytes encode_ecdsa(const EcdsaPair& pair) {
  Bytes body;
  append_integer(body, pair.r);
  append_integer(body, pair.s);
  Bytes der = "\x30";
  der += static_cast<char>(body.size());
  return der + body;
}

std::optional<EcdsaPair> decode_ecdsa(BytesView der) {
  if (der.size() < 2) return std::nullopt;
  EcdsaPair pair;
  auto rest = der.substr(2);
  if (!take_integer(rest, pair.r) || !take_integer(rest, pair.s) || encode_ecdsa(pair) != der) return std::nullopt;
  return pair;
}

bool is_low_s(const EcdsaPair& pair) {
  return pair.s <= p256_half;
}

bool lower_s(EcdsaPair& pair) {
  if (is_low_s(pair)) return true;
  if (pair.s >= p256_order) return false;
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = p256_order[i] - pair.s[i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    pair.s[i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
  return true;
}

}  // namespace cairn
