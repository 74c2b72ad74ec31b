// A witness behind TLS, with an authority of its own: who trusts it is answered, and nobody else.
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/commands/witness_place.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// An authority, and cairn-witness behind a certificate of its making.
struct BehindTls {
  WitnessPlace place;
  std::unique_ptr<WitnessHost> host = place.witness("w1");
  std::unique_ptr<Started> front;

  explicit BehindTls(const std::string& issued_for) {
    openssl({"-keyout", at("authority.key"), "-out", authority(), "-subj", "/CN=authority"});
    openssl({"-CA", authority(), "-CAkey", at("authority.key"), "-keyout", at("key"), "-out", at("certificate"),
             "-subj", "/CN=witness", "-addext", "subjectAltName=" + issued_for, "-addext",
             "basicConstraints=critical,CA:FALSE"});
    const std::string url = host->url();
    front = std::make_unique<Started>(
        place.directory() / "printed",
        Words{"/bin/sh", "-c", "exec python3 -B \"$@\" > \"$0\"", at("port"),
              CAIRN_SOURCE "/tests/witness/tls_front.py", at("certificate"), at("key"), url.substr(url.rfind(':') + 1)},
        Environment{});
    std::string port;
    for (int i = 0; i < 1000 && !port.ends_with('\n'); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (fs::exists(at("port"))) port = text_of(at("port"));
    }
    REQUIRE(port.ends_with('\n'));
    place.expect(0, "dana",
                 {"witness", "add", host->name(), host->vkey(), "https://127.0.0.1:" + port.substr(0, port.size() - 1),
                  "--required"});
  }

  std::string at(const std::string& file) const { return (place.directory() / file).string(); }
  std::string authority() const { return at("authority"); }

  // A key and a certificate for it, which signs itself where no -CA is given.
  void openssl(const Words& more) const {
    const Words words = {
        "/usr/bin/openssl", "req",   "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes",           "-days", "2"};
    const Ran ran = Started(place.directory() / "printed", with(words, more), {}).wait();
    INFO(ran.err);
    REQUIRE(ran.code == 0);
  }

  // The one witness's row of `witness cosign`, trusting whom this file vouches for; empty: whom the system does.
  Json cosign(int code, const std::string& trusted) const {
    const Environment trust = trusted.empty() ? Environment{} : Environment{{"SSL_CERT_FILE", trusted}};
    const Ran ran = place.cairn("dana", {"--json", "witness", "cosign", "--timeout", "5s"}, trust);
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == code);
    return Json::parse(ran.out)["witnesses"][0];
  }

  void check_untouched() const {
    CHECK_FALSE(fs::exists(place.kept()));
    CHECK(fs::is_empty(place.directory() / "witnesses" / "w1" / "state") == false);  // its lock
    for (const auto& file : fs::directory_iterator(place.directory() / "witnesses" / "w1" / "state")) {
      CHECK(file.path().extension() != ".note");
    }
  }
};

TEST_CASE("a witness behind TLS cosigns for who trusts its authority, and what it cosigned is kept") {
  const BehindTls witness("IP:127.0.0.1");
  const Json row = witness.cosign(0, witness.authority());
  CHECK(row["problem"].is_null());
  CHECK(row["cosigned"] == 1);
  const WitnessPlace& place = witness.place;
  CHECK(place.json(0, "dana", {"verify", "--witness", place.policy_file()})["verified"] == true);
  CHECK(contains(witness.host->newest_note(), "ledger.example"));
  // And after every entry, as over HTTP.
  const Ran grown =
      place.cairn("dana", {"actor", "role", "ben", "--grant", "auditor"}, {{"SSL_CERT_FILE", witness.authority()}});
  INFO(grown.err);
  CHECK(grown.code == 0);
  CHECK(claimed_size(place.expect(0, "dana", {"checkpoint", "--witnessed"})).value() == 2);
}

TEST_CASE("an authority that nobody named is not trusted, and the message says whose are") {
  const BehindTls witness("IP:127.0.0.1");
  const std::string problem = witness.cosign(1, "")["problem"].get<std::string>();
  INFO(problem);
  CHECK(contains(problem, "certificate"));
  CHECK(contains(problem, "or those in the file that SSL_CERT_FILE names"));
  witness.check_untouched();
  const std::string missing = witness.cosign(1, witness.at("missing"))["problem"].get<std::string>();
  INFO(missing);
  CHECK(contains(missing, witness.at("missing")));
  witness.check_untouched();
}

TEST_CASE("a certificate for another host is refused, whoever issued it, and the message names the host") {
  const BehindTls witness("IP:127.0.0.2,DNS:witness.example");
  const std::string problem = witness.cosign(1, witness.authority())["problem"].get<std::string>();
  INFO(problem);
  CHECK(contains(problem, "no alternative certificate subject name matches target host name '127.0.0.1'"));
  CHECK_FALSE(contains(problem, "SSL_CERT_FILE"));  // it is no question of whom to trust
  witness.check_untouched();
}

}  // namespace
}  // namespace cairn::test
