#include "ledger/crypto/pkcs11_uri.h"

#include "ledger/base/text.h"
#include "tests/catch.h"

using namespace cairn;

namespace {

const std::string written =
    "pkcs11:token=My%20token;manufacturer=SoftHSM%20project;serial=0123456789abcdef;model=SoftHSM%20v2;object=dana;"
    "id=%01%FF?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/pin";

std::string why_not(const std::string& text) {
  const auto uri = parse_pkcs11_uri(text);
  INFO(text);
  REQUIRE_FALSE(uri.ok());
  CHECK(uri.error().kind == ErrorKind::usage);
  return uri.error().message;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a PKCS#11 URI is read in any order, and written in one") {
  const auto uri = parse_pkcs11_uri(written);
  REQUIRE(uri.ok());
  CHECK(uri->token == "My token");
  CHECK(uri->manufacturer == "SoftHSM project");
  CHECK(uri->serial == "0123456789abcdef");
  CHECK(uri->model == "SoftHSM v2");
  CHECK(uri->object == "dana");
  CHECK(uri->id == Bytes("\x01\xff"));
  CHECK(uri->module_path == "/usr/lib/softhsm/libsofthsm2.so");
  CHECK(uri->pin_file == "/run/secrets/pin");
  CHECK(format_pkcs11_uri(*uri) == written);

  const auto other = parse_pkcs11_uri(
      "pkcs11:type=private;id=%01%ff;object=d%61na;model=SoftHSM%20v2;serial=0123456789abcdef;manufacturer=SoftHSM%20"
      "project;token=My%20token?pin-source=file%3a/run/secrets/pin&module-path=%2Fusr/lib/softhsm/libsofthsm2.so");
  REQUIRE(other.ok());
  CHECK(format_pkcs11_uri(*other) == written);
}

TEST_CASE("a PKCS#11 URI names a token, a key and a module, each attribute once") {
  const std::string module = "?module-path=/m.so";
  CHECK(parse_pkcs11_uri("pkcs11:serial=1;id=%01" + module).ok());
  CHECK(parse_pkcs11_uri("pkcs11:token=t;object=o" + module).ok());
  CHECK(says(why_not("pkcs11:id=%01" + module), "names no token"));
  CHECK(says(why_not("pkcs11:token=t" + module), "names no key"));
  CHECK(says(why_not("pkcs11:token=t;id=%01"), "no module"));
  CHECK(says(why_not("pkcs11:token=t;id=%01?pin-source=file:/p"), "no module"));
  CHECK(says(why_not("pkcs11:token=t;token=t;id=%01" + module), "token stands twice"));
  CHECK(says(why_not("PKCS11:token=t;id=%01" + module), "begins with pkcs11:"));
  CHECK(says(why_not("pkcs11:slot-id=3;id=%01" + module), "\"slot-id\" is no attribute"));
  CHECK(says(why_not("pkcs11:token=t;id=%01;type=public" + module), "\"type\" is no attribute"));
  CHECK(says(why_not("pkcs11:token=t;id=%01;module-path=/m.so" + module), "\"module-path\" is no attribute"));
  CHECK(says(why_not("pkcs11:token=t;id" + module), "\"id\" is no attribute"));
  CHECK(says(why_not("pkcs11:token=t;id=%01?module-name=m"), "\"module-name\" is no attribute"));
  CHECK(says(why_not("pkcs11:token=t;id=%1" + module), "% without two digits"));
  CHECK(says(why_not("pkcs11:token=t;id=%zz" + module), "% without two digits"));
  CHECK(says(why_not("pkcs11:token=t;id=%01?module-path=m.so"), "not an absolute path"));
  CHECK(says(why_not("pkcs11:token=t;id=%01" + module + "&pin-source=/p"), "pin-source is file:/PATH"));
  CHECK(says(why_not("pkcs11:token=t;id=%01" + module + "&pin-source=file:p"), "not an absolute path"));
  CHECK(says(why_not("pkcs11:token=a%0ab;id=%01" + module), "control characters"));
}

TEST_CASE("what a PKCS#11 URI holds has PKCS#11's own limits") {
  const auto with = [](const std::string& token, const std::string& id) {
    return "pkcs11:token=" + token + ";id=" + id + "?module-path=/m.so";
  };
  const auto bytes = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "%01";
    return text;
  };
  CHECK(parse_pkcs11_uri(with(std::string(32, 't'), bytes(255))).ok());
  CHECK(says(why_not(with(std::string(33, 't'), "%01")), "token has 33 bytes; it has 1 to 32"));
  CHECK(says(why_not(with("", "%01")), "token has 0 bytes"));
  CHECK(says(why_not(with("t", bytes(256))), "id has 256 bytes; it has 1 to 255"));
  const auto long_uri = [&](std::size_t size) {
    return with("t", "%01") + std::string(size - with("t", "%01").size(), 'x');
  };
  CHECK(says(why_not(long_uri(4096)), "1 to 1024"));
  CHECK(says(why_not(long_uri(4097)), "longer than 4096 bytes"));
}

TEST_CASE("a PIN in a PKCS#11 URI is refused and not repeated") {
  for (const std::string uri :
       {"pkcs11:token=t;id=%01?module-path=/m.so&pin-value=31415926",
        "pkcs11:token=t;id=%01;pin-value=31415926?module-path=/m.so", "pkcs11:token=t;id=%01?pin-value31415926"}) {
    const auto why = why_not(uri);
    CHECK(says(why, "pin-source=file:/PATH"));
    CHECK_FALSE(says(why, "3141"));
  }
}
