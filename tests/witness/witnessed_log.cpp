#include "tests/witness/witnessed_log.h"

#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "ledger/tlog/add_checkpoint.h"
#include "tests/results.h"

namespace cairn::test {

WitnessedLog::WitnessedLog(std::string origin, char seed)
    : origin_(std::move(origin)), key_(PrivateKey::from_ed25519_seed(std::string(32, seed)).value()) {}

WitnessedLog WitnessedLog::forked(Size at) const {
  WitnessedLog other = *this;
  other.fork_ = at;
  return other;
}

NoteVerifier WitnessedLog::verifier() const {
  return NoteVerifier::for_log(origin_, key_.public_key()).value();
}

std::vector<Hash> WitnessedLog::hashes(const std::vector<Range>& ranges) const {
  const auto source = [this](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
    std::vector<Hash> found;
    for (const NodeId& id : ids) {
      std::vector<Hash> row;
      for (Seq i = id.index << id.level; i < (id.index + 1) << id.level; ++i) {
        row.push_back(leaf_hash(str(i < fork_ ? "entry " : "another entry ", i)));
      }
      for (; row.size() > 1; row.resize(row.size() / 2)) {
        for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
      }
      found.push_back(row.front());
    }
    return found;
  };
  return hash_ranges(ranges, source).value();
}

Head WitnessedLog::head(Size size) const {
  return {size, hashes({{0, size}}).front()};
}

std::string WitnessedLog::sign(const std::string& text) const {
  return sign_note(text, origin_, key_).value();
}

std::vector<Hash> WitnessedLog::proof(Size old_size, Size new_size) const {
  return hashes(consistency_ranges(old_size, new_size));
}

std::string WitnessedLog::request(Size old_size, Size new_size) const {
  return format_add_checkpoint({old_size, proof(old_size, new_size), note(new_size)});
}

WitnessAtWork::WitnessAtWork(const std::vector<NoteVerifier>& logs) : logs_(logs) {
  const Result<void> begun = begin();
  REQUIRE(begun.ok());
}

Result<void> WitnessAtWork::begin() {
  TRY_LET(witness, Witness::open(witness_name, key(), directory(), logs_, clock_));
  witness_ = std::move(witness);
  return {};
}

std::filesystem::path WitnessAtWork::state_file(const std::string& origin) const {
  return directory() / (sha256(origin).hex() + ".note");
}

std::string WitnessAtWork::state(const std::string& origin) const {
  std::ifstream in(state_file(origin), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

FullDisk::FullDisk() {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  before_ = limit.rlim_cur;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

FullDisk::~FullDisk() {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = before_;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace cairn::test
