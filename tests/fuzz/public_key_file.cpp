#include "ledger/events/public_key_file.h"
#include "ledger/events/event.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// Whatever is accepted has one key and one proof, which a file of our own spelling carries as well.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = parse_public_key_file(fuzz::view(data, size));
  if (!file) return 0;
  const auto written = format_public_key_file(*file);
  const auto again = parse_public_key_file(written);
  ASSERT(again.ok() && again->key.spki() == file->key.spki() && again->possession == file->possession);
  ASSERT(format_public_key_file(*again) == written);
  // The seeds' handle; any other bytes of a signature may be asked about, none may be taken for two handles.
  const auto& key = file->key.spki();
  const bool dana = verify_possession("dana", key, file->possession).ok();
  ASSERT(!dana || !verify_possession("ben", key, file->possession).ok());
  return 0;
}
