// Tokens for tests: SoftHSM's, in a directory of their own, and those of a module that misbehaves (fake_module.cpp).
#pragma once

#include <filesystem>
#include <string>

#include "ledger/crypto/keys.h"
#include "tests/temp_directory.h"

namespace cairn::test {

inline constexpr const char* softhsm_module = "/usr/lib/softhsm/libsofthsm2.so";  // Debian's libsofthsm2
inline constexpr const char* user_pin = "246813";

// SoftHSM as this process and those that it starts see it, with a token "cairn". One for the whole process, since
// SoftHSM reads where its tokens lie once. Fails the test if SoftHSM is not installed.
class SoftHsm {
 public:
  static SoftHsm& instance();

  // Puts the key on the token, with its own PKCS#8 file as the way there.
  void import(const PrivateKey& key, const std::string& label, const std::string& id);

  // The PIN in a file of mode 0600, as pin-source wants it.
  std::filesystem::path pin_file() const { return directory_.path() / "pin"; }

  // "pkcs11:token=cairn;object=LABEL?module-path=..." and, unless it is to be asked for, where the PIN lies.
  std::string uri(const std::string& label, bool with_pin = true) const;

 private:
  SoftHsm();

  TempDirectory directory_;
};

}  // namespace cairn::test
