// The file that carries a public key to whoever enrols it: the key, and its holder's proof of possession (decision
// 0007; FORMAT.md, "Public key file"). It comes from other people. Pure.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"

namespace cairn {

// The proof is as the file has it: whether it holds, and for which handle, verify_possession says.
struct PublicKeyFile {
  PublicKey key;
  Bytes possession;
};

// A PEM block "PUBLIC KEY" and behind it one "CAIRN KEY POSSESSION": the key's signature over possession_text.
Result<std::string> format_public_key_file(const std::string& handle, const PrivateKey& key);
std::string format_public_key_file(const PublicKeyFile& file);

// The first block has to be the key and the next one the proof, whatever text stands around them; lines may end in
// \r\n, as mail programs leave them. usage: there is no proof. A proof has at most 256 bytes.
Result<PublicKeyFile> parse_public_key_file(std::string_view text);

}  // namespace cairn
