#include "ledger/events/public_key_file.h"

#include "ledger/base/text.h"
#include "ledger/crypto/pem.h"
#include "ledger/events/event.h"

namespace cairn {
namespace {

constexpr std::string_view possession_label = "CAIRN KEY POSSESSION";
constexpr std::string_view key_end = "-----END PUBLIC KEY-----";
constexpr std::size_t max_possession_bytes = 256;  // no signature of ours has half of it

}  // namespace

std::string format_public_key_file(const PublicKeyFile& file) {
  // On one line, however long, as it was first written; a reader takes any.
  return str(file.key.to_pem(), "-----BEGIN ", possession_label, "-----\n", to_base64(file.possession), "\n-----END ",
             possession_label, "-----\n");
}

Result<std::string> format_public_key_file(const std::string& handle, const PrivateKey& key) {
  TRY_LET(possession, key.sign(possession_text(handle, key.public_key().id())));
  return format_public_key_file({key.public_key(), std::move(possession)});
}

Result<PublicKeyFile> parse_public_key_file(std::string_view text) {
  TRY_LET(key, PublicKey::from_pem(text));
  const std::string_view rest = text.substr(text.find(key_end) + key_end.size());
  auto proof = parse_pem(rest);
  if (!proof && rest.find(possession_label) != std::string_view::npos) {
    return usage(str("the proof of possession cannot be read: ", proof.error().message));
  }
  if (!proof || proof->label != possession_label || proof->der.empty()) {
    return usage("the file holds no proof of possession behind its key; cairn key new writes one there");
  }
  if (proof->der.size() > max_possession_bytes) {
    return usage(str("the proof of possession has ", proof->der.size(), " bytes, and no signature has more than ",
                     max_possession_bytes, "; cairn key new writes one"));
  }
  return PublicKeyFile{std::move(key), std::move(proof->der)};
}

}  // namespace cairn
