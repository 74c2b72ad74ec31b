#include "ledger/crypto/signature_rules.h"

#include <map>

#include "ledger/base/text.h"
#include "ledger/crypto/keys.h"
#include "tests/catch.h"
#include "tests/crypto/ed25519_vectors.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

EcdsaPair pair_of(std::string_view r, std::string_view s) {
  EcdsaPair pair;
  const auto r_bytes = Hash::from_hex(r).value();
  const auto s_bytes = Hash::from_hex(s).value();
  pair.r = r_bytes.bytes;
  pair.s = s_bytes.bytes;
  return pair;
}

// RFC 6979, A.2.5: P-256 with SHA-256, message "sample". Its s is above n/2; the last is n - s.
constexpr auto* rfc6979_x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr auto* rfc6979_y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr auto* rfc6979_r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr auto* rfc6979_s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr auto* rfc6979_low_s = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
constexpr auto* zero = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr auto* one = "0000000000000000000000000000000000000000000000000000000000000001";

PublicKey rfc6979_key() {
  const auto head = bytes_of_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
  return PublicKey::from_spki(head + bytes_of_hex(rfc6979_x) + bytes_of_hex(rfc6979_y)).value();
}

}  // namespace

TEST_CASE("Ed25519 signatures are valid exactly as the frozen vectors say") {
  std::map<std::string, int> seen;
  test::each_ed25519_vector([&](const test::Ed25519Vector& vector) {
    ++seen[vector.verdict];
    const auto public_key = PublicKey::from_ed25519(vector.key);
    REQUIRE(public_key.ok() == (vector.verdict != "refused"));
    if (!public_key) return;
    const auto valid = public_key->verify(vector.message, vector.signature);
    CHECK(valid.ok() == (vector.verdict == "valid"));
    if (!valid) CHECK(valid.error().kind == ErrorKind::not_verified);
  });
  CHECK(seen == std::map<std::string, int>{{"valid", 5}, {"invalid", 21}, {"refused", 18}, {"unusable", 1}});
}

TEST_CASE("An Ed25519 point's y is below p and not one of the five of small order") {
  const auto little_endian = [](int first, int middle, int last) {
    Bytes point(32, static_cast<char>(middle));
    point.front() = static_cast<char>(first);
    point.back() = static_cast<char>(last);
    return point;
  };
  for (const int sign : {0x00, 0x80}) {
    const auto top = 0x7f | sign;
    CHECK_FALSE(check_ed25519_point(little_endian(0, 0, sign)));
    CHECK_FALSE(check_ed25519_point(little_endian(1, 0, sign)));
    CHECK(check_ed25519_point(little_endian(2, 0, sign)));
    CHECK(check_ed25519_point(little_endian(0xeb, 0xff, top)));
    for (int first = 0xec; first <= 0xff; ++first) {  // p - 1 has order 2; from p on not canonical
      CHECK_FALSE(check_ed25519_point(little_endian(first, 0xff, top)));
    }
  }
  CHECK_FALSE(check_ed25519_point(Bytes(31, 'x')));
  CHECK_FALSE(check_ed25519_point(Bytes(33, 'x')));
}

TEST_CASE("An Ed25519 signature's s is below the group's order") {
  const Bytes r(32, 'r');
  auto s = bytes_of_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  CHECK_FALSE(check_ed25519_signature(r + s));
  s[0] = '\xec';
  CHECK(check_ed25519_signature(r + s));
  CHECK_FALSE(check_ed25519_signature(r + Bytes(32, '\xff')));
}

TEST_CASE("An ECDSA signature is valid with low s only") {
  const auto key = rfc6979_key();
  const auto high = pair_of(rfc6979_r, rfc6979_s);
  const auto low = pair_of(rfc6979_r, rfc6979_low_s);
  CHECK(key.verify("sample", encode_ecdsa(low)).ok());
  CHECK_FALSE(key.verify("sample", encode_ecdsa(high)).ok());
  CHECK_FALSE(key.verify("samplf", encode_ecdsa(low)).ok());

  auto made_low = high;
  CHECK(lower_s(made_low));
  CHECK(encode_ecdsa(made_low) == encode_ecdsa(low));
  CHECK(lower_s(made_low));
  CHECK(encode_ecdsa(made_low) == encode_ecdsa(low));
}

TEST_CASE("Low s ends at half the group's order") {
  CHECK(is_low_s(pair_of(one, "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8")));
  CHECK_FALSE(is_low_s(pair_of(one, "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9")));
}

TEST_CASE("An ECDSA signature has one DER spelling") {
  const auto key = rfc6979_key();
  const auto good = encode_ecdsa(pair_of(rfc6979_r, rfc6979_low_s));
  REQUIRE(to_hex(good) == std::string("30450221"
                                      "00") +
                              rfc6979_r + "0220" + rfc6979_low_s);
  REQUIRE(decode_ecdsa(good).has_value());

  const std::string r = rfc6979_r, s = rfc6979_low_s;
  const std::string spellings[] = {
      "",
      "30",
      "3044"
      "0220" +
          r + "0220" + s,  // negative r
      "3046"
      "022100" +
          r + "022100" + s,  // a zero in front of s that nothing asks for
      "3046"
      "02220000" +
          r + "0220" + s,  // two zeros in front of r
      "308145"
      "022100" +
          r + "0220" + s,  // long form of the length
      "3045"
      "02810021"
      "00" +
          r + "0220" + s,  //
      "3080"
      "022100" +
          r + "0220" + s + "0000",  // indefinite length
      "3045"
      "022100" +
          r + "0220" + s + "00",  // bytes after the end
      "3046"
      "022100" +
          r + "0220" + s + "00",  // bytes within, after s
      "3144"
      "022100" +
          r + "0220" + s,  // a SET
      "3045"
      "032100" +
          r + "0220" + s,  // a BIT STRING
      "3044"
      "022100" +
          r + "0220" + s,  // length too short
      "3045"
      "022100" +
          r + "0220" + s.substr(2),  // cut
      "3006"
      "0200"
      "020101",  // r without bytes
      r + s,     // r || s, as JOSE has it
  };
  for (const auto& spelling : spellings) {
    INFO(spelling);
    CHECK_FALSE(decode_ecdsa(bytes_of_hex(spelling)).has_value());
    CHECK_FALSE(key.verify("sample", bytes_of_hex(spelling)).ok());
  }
}

TEST_CASE("Every change of one byte of an ECDSA signature is refused") {
  const auto key = rfc6979_key();
  const auto good = encode_ecdsa(pair_of(rfc6979_r, rfc6979_low_s));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    CHECK_FALSE(key.verify("sample", changed).ok());
    CHECK_FALSE(key.verify("sample", good.substr(0, at)).ok());
  }
}

TEST_CASE("ECDSA signatures with r or s of zero hold for nothing") {
  const auto key = rfc6979_key();
  CHECK(to_hex(encode_ecdsa(pair_of(zero, one))) == "3006020100020101");
  CHECK(decode_ecdsa(encode_ecdsa(pair_of(zero, one))).has_value());
  CHECK_FALSE(key.verify("sample", encode_ecdsa(pair_of(zero, one))).ok());
  CHECK_FALSE(key.verify("sample", encode_ecdsa(pair_of(rfc6979_r, zero))).ok());
}
