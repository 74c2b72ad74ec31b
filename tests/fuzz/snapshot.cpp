#include "ledger/tlog/snapshot.h"

#include "projections/world.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

namespace {

const PublicKey& log_key_of_snapshots() {
  static const PublicKey key = PrivateKey::from_ed25519_seed(Bytes(32, 'L')).value().public_key();
  return key;
}

}  // namespace

// The first byte says what the rest is: a sealed snapshot, the state in one, or changes to an empty state.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = fuzz::view(data + 1, size - 1);
  if (data[0] % 3 == 0) {
    const auto opened = open_snapshot(bytes, log_key_of_snapshots());
    if (opened) ASSERT(bytes.ends_with(opened->state));
    return 0;
  }
  static_cast<void>(World::is_of_now(bytes));
  if (data[0] % 3 == 1) {
    const auto world = World::decode(bytes);
    if (world) static_cast<void>((*world)->encode());
    return 0;
  }
  const auto world = World::decode(World().encode());
  ASSERT(world.ok());
  if ((*world)->take_changes(bytes)) static_cast<void>((*world)->encode());
  return 0;
}
