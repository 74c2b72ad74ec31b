// The frozen vectors of Ed25519 (ed25519_vectors.txt), one by one.
#pragma once

#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "ledger/base/types.h"
#include "tests/catch.h"
#include "tests/texts.h"

namespace cairn::test {

struct Ed25519Vector {
  std::string verdict;  // as the file's head explains it
  Bytes key;
  Bytes message;
  Bytes signature;
};

inline void each_ed25519_vector(const std::function<void(const Ed25519Vector&)>& each) {
  std::ifstream file(CAIRN_SOURCE "/tests/crypto/ed25519_vectors.txt");
  REQUIRE(file.is_open());
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    INFO(line);
    std::istringstream fields(line);
    std::string verdict, key, message, signature;
    REQUIRE((fields >> verdict >> key >> message >> signature));
    each({verdict, bytes_of_hex(key), message == "-" ? Bytes() : bytes_of_hex(message), bytes_of_hex(signature)});
  }
}

}  // namespace cairn::test
