#include "bench/raw_crypto.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <thread>

#include "bench/measure.h"

namespace cairn::bench {
namespace {

const unsigned char* octets(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Each thread has every `step`th of them.
struct Share {
  std::span<const RawSigned> all;
  std::size_t first = 0;
  std::size_t step = 1;
};

void verify_by_openssl(const Share& share, BytesView public_key) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key), public_key.size());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (std::size_t i = share.first; i < share.all.size(); i += share.step) {
    const RawSigned& one = share.all[i];
    const bool holds = EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                       EVP_DigestVerify(context, octets(one.signature), one.signature.size(), octets(one.message),
                                        one.message.size()) == 1;
    if (!holds) stop("OpenSSL finds a signature of ours bad");
    EVP_MD_CTX_reset(context);
  }
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
}

void verify_by_libsodium(const Share& share, BytesView public_key) {
  for (std::size_t i = share.first; i < share.all.size(); i += share.step) {
    const RawSigned& one = share.all[i];
    const int failed =
        crypto_sign_verify_detached(octets(one.signature), octets(one.message), one.message.size(), octets(public_key));
    if (failed != 0) stop("libsodium finds a signature of ours bad");
  }
}

}  // namespace

RawSha256::RawSha256() : context_(EVP_MD_CTX_new()) {}
RawSha256::~RawSha256() {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
}

Hash RawSha256::operator()(char prefix, BytesView bytes) const {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  auto* context = static_cast<EVP_MD_CTX*>(context_);
  Hash hash;
  const bool done = EVP_DigestInit_ex2(context, algorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context, &prefix, 1) == 1 &&
                    EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context, hash.bytes.data(), nullptr) == 1;
  if (!done) stop("OpenSSL does not hash");
  return hash;
}

double raw_verify_rate(RawVerifier by, std::span<const RawSigned> all, BytesView public_key, std::size_t threads) {
  if (sodium_init() < 0) stop("libsodium does not start");
  const auto verify = by == RawVerifier::openssl ? verify_by_openssl : verify_by_libsodium;
  const double spent = seconds_of([&] {
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] { verify({all, t, threads}, public_key); });
    }
    for (std::thread& worker : workers) worker.join();
  });
  return static_cast<double>(all.size()) / spent;
}

}  // namespace cairn::bench
