// PKCS#11 URIs (RFC 7512): which key on which token, by which module, and where its PIN is read. Pure.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// What is empty was not said. The token is named by at least one of its four attributes, the key by object or id.
struct Pkcs11Uri {
  std::string token;  // its label
  std::string manufacturer;
  std::string serial;
  std::string model;
  std::string object;  // the key's label
  Bytes id;            // CKA_ID
  std::string module_path;
  std::string pin_file;  // of pin-source=file:...; else somebody is asked
};

// Attributes in any order, once each, with `type=private` or without; module-path is one of them. Usage errors. A PIN
// in the URI is refused, and no part of the message. At most 4,096 bytes.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text);

// The one spelling that a signer file may hold: attributes in the order above, %XX where RFC 7512 asks for it and for
// each byte of the id.
std::string format_pkcs11_uri(const Pkcs11Uri& uri);

}  // namespace cairn
