// What this machine allows, with no code of ours in it; and our own smallest parts beside it.
#include <thread>

#include "bench/measure.h"
#include "bench/plan.h"
#include "bench/raw_crypto.h"
#include "ledger/crypto/keys.h"
#include "ledger/tlog/tree.h"

namespace cairn::bench {
namespace {

constexpr std::size_t hashes_a_round = 100000;
constexpr std::size_t signatures_a_round = 4096;
const Bytes& kilobyte() {
  static const Bytes bytes = random_bytes(1024);
  return bytes;
}

template <class Work>
double seconds_each(std::size_t count, const Work& work) {
  const double spent = seconds_of([&] {
    for (std::size_t i = 0; i < count; ++i) work(i);
  });
  return spent / static_cast<double>(count);
}

void hash_rows(const Plan& plan, Sheet& sheet) {
  const RawSha256 raw;
  Bytes pair(64, 'x');
  Hash hash;
  Contest contest;
  contest.add("raw leaf",
              [&] { return seconds_each(hashes_a_round, [&](std::size_t) { hash = raw(0, kilobyte()); }); });
  contest.add("leaf", [&] { return seconds_each(hashes_a_round, [&](std::size_t) { hash = leaf_hash(kilobyte()); }); });
  contest.add("raw node", [&] { return seconds_each(hashes_a_round, [&](std::size_t) { hash = raw(1, pair); }); });
  contest.add("node", [&] { return seconds_each(hashes_a_round, [&](std::size_t) { hash = node_hash(hash, hash); }); });
  contest.run(plan.rounds);
  for (const auto& [what, name] : {std::pair("hash of a leaf of 1 KB", "leaf"), std::pair("hash of a node", "node")}) {
    Row row = row_of(what, contest.of(name), Unit::seconds);
    row.limit = Limit{"OpenSSL", contest.of(std::string("raw ") + name).median()};
    at_most(row, 1.1);
    sheet.add(std::move(row));
  }
}

double verify_rate(std::span<const RawSigned> all, const PublicKey& key, std::size_t threads) {
  const double spent = seconds_of([&] {
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (std::size_t i = t; i < all.size(); i += threads) need(key.verify(all[i].message, all[i].signature));
      });
    }
    for (std::thread& worker : workers) worker.join();
  });
  return static_cast<double>(all.size()) / spent;
}

void signature_rows(const Plan& plan, Sheet& sheet) {
  const PrivateKey key = need(PrivateKey::generate(KeyType::ed25519));
  const Bytes raw_key = key.public_key().ed25519_raw();
  std::vector<RawSigned> all;
  for (std::size_t i = 0; i < signatures_a_round; ++i) {
    Bytes message = kilobyte();
    message[i % message.size()] = static_cast<char>(i);
    all.push_back({message, need(key.sign(message))});
  }
  std::vector<std::pair<std::string, std::size_t>> places = {{"one core", 1}};
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  if (cores > 1) places.emplace_back("all cores", cores);
  Contest contest;
  for (const auto& [on, threads] : places) {
    for (const auto& [by, verifier] :
         {std::pair("OpenSSL", RawVerifier::openssl), std::pair("libsodium", RawVerifier::libsodium)}) {
      contest.add(by + (" " + on), [&all, &raw_key, verifier = verifier, threads = threads] {
        return raw_verify_rate(verifier, all, raw_key, threads);
      });
    }
    contest.add(on, [&, threads = threads] { return verify_rate(all, key.public_key(), threads); });
  }
  contest.run(plan.rounds);
  for (const auto& place : places) {
    const std::string& on = place.first;
    sheet.add(row_of("OpenSSL alone, Ed25519, " + on, contest.of("OpenSSL " + on), Unit::per_second));
    Row row = row_of("Ed25519 verified, 1 KB, " + on, contest.of(on), Unit::per_second);
    row.limit = Limit{"libsodium", contest.of("libsodium " + on).median()};
    at_least(row, 0.9);
    sheet.add(std::move(row));
  }
}

}  // namespace

void measure_limits(const Plan& plan, Sheet& sheet) {
  sheet.begin("Hashes and signatures");
  hash_rows(plan, sheet);
  signature_rows(plan, sheet);
}

}  // namespace cairn::bench
