#include "bench/raw_crypto.h"

#include <openssl/evp.h>

#include <thread>

#include "bench/measure.h"

namespace cairn::bench {
namespace {

const unsigned char* octets(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void verify_each(std::span<const RawSigned> all, EVP_PKEY* key, std::size_t first, std::size_t step) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (std::size_t i = first; i < all.size(); i += step) {
    const RawSigned& one = all[i];
    const bool holds = EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                       EVP_DigestVerify(context, octets(one.signature), one.signature.size(), octets(one.message),
                                        one.message.size()) == 1;
    if (!holds) stop("OpenSSL finds a signature of ours bad");
    EVP_MD_CTX_reset(context);
  }
  EVP_MD_CTX_free(context);
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

double raw_verify_rate(std::span<const RawSigned> all, BytesView public_key, std::size_t threads) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key), public_key.size());
  if (key == nullptr) stop("OpenSSL does not take the public key");
  const double spent = seconds_of([&] {
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) workers.emplace_back([&, t] { verify_each(all, key, t, threads); });
    for (std::thread& worker : workers) worker.join();
  });
  EVP_PKEY_free(key);
  return static_cast<double>(all.size()) / spent;
}

}  // namespace cairn::bench
