#include "tests/token/tokens.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "tests/results.h"

namespace cairn::test {

namespace fs = std::filesystem;

SoftHsm& SoftHsm::instance() {
  static SoftHsm one;
  return one;
}

SoftHsm::SoftHsm() {
  const fs::path& here = directory_.path();
  fs::create_directory(here / "tokens");
  std::ofstream(here / "softhsm2.conf") << "directories.tokendir = " << (here / "tokens").string()
                                        << "\nobjectstore.backend = file\nlog.level = ERROR\n";
  std::ofstream(pin_file()) << user_pin << "\n";
  REQUIRE(::chmod(pin_file().c_str(), 0600) == 0);
  REQUIRE(::setenv("SOFTHSM2_CONF", (here / "softhsm2.conf").c_str(), 1) == 0);
  const auto made = str("softhsm2-util --init-token --free --label cairn --so-pin 87654321 --pin ", user_pin, " >'",
                        (here / "init.out").string(), "' 2>&1");
  INFO("SoftHSM has to be installed (Debian: softhsm2)");
  REQUIRE(std::system(made.c_str()) == 0);
  REQUIRE(fs::exists(softhsm_module));
}

void SoftHsm::import(const PrivateKey& key, const std::string& label, const std::string& id) {
  const fs::path file = directory_.path() / (label + ".pem");
  const auto written = write_private_key(file, key, std::nullopt);
  REQUIRE(written.ok());
  const auto import = str("softhsm2-util --import '", file.string(), "' --token cairn --label ", label, " --id ", id,
                          " --pin ", user_pin, " >'", file.string(), ".out' 2>&1");
  REQUIRE(std::system(import.c_str()) == 0);
  fs::remove(file);
}

std::string SoftHsm::uri(const std::string& label, bool with_pin) const {
  const auto pin = with_pin ? "&pin-source=file:" + pin_file().string() : "";
  return str("pkcs11:token=cairn;object=", label, "?module-path=", softhsm_module, pin);
}

}  // namespace cairn::test
