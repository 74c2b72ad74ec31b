// How far a snapshot is looked at before its signature holds.
#include "ledger/tlog/snapshot.h"
#include "tests/catch.h"

namespace cairn {

TEST_CASE("a snapshot's header ends within 512 bytes, or is none") {
  const PublicKey key = PrivateKey::from_ed25519_seed(Bytes(32, 'd')).value().public_key();
  const auto why = [&key](std::size_t header_bytes) {
    return open_snapshot(Bytes(header_bytes - 2, 'x') + "\n\n" + Bytes(1000, 's'), key).error().message;
  };
  CHECK(why(512).find("it has no header") == std::string::npos);
  CHECK(why(512).find("its header has one line only") != std::string::npos);
  CHECK(why(513).find("it has no header") != std::string::npos);
}

}  // namespace cairn
