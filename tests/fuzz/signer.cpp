#include "ledger/crypto/pem.h"
#include "ledger/crypto/signer_file.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// The first byte says what the rest is: a signer file, the lines of one, or a PKCS#11 URI.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = fuzz::view(data + 1, size - 1);
  if (data[0] % 3 == 2) {
    const auto uri = parse_pkcs11_uri(text);
    if (!uri) return 0;
    const auto written = format_pkcs11_uri(*uri);
    const auto again = parse_pkcs11_uri(written);
    // Longer than what was read it may be, where each byte of an id takes three.
    ASSERT(written.size() > 4096 || (again.ok() && format_pkcs11_uri(*again) == written));
    return 0;
  }
  const auto whole = data[0] % 3 == 0 ? std::string(text) : std::string(text) + format_pem("CAIRN SIGNER", text);
  const auto file = parse_signer_file(whole);
  if (!file) return 0;
  ASSERT(is_signer_file(whole) && format_signer_file(*file) == whole && !to_text(*file).empty());
  if (const auto* command = std::get_if<SignerCommand>(&file->by)) ASSERT(check_signer_command(*command).ok());
  return 0;
}
