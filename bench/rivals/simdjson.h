// simdjson's DOM, which validates what it parses: the limit of whatever reads a statement.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ledger/base/types.h"

namespace cairn::bench {

class JsonWalk {
 public:
  JsonWalk();
  ~JsonWalk();

  static std::string version();

  // Parses the text and looks at every value of it, as whoever wants all of a statement must; how many there were.
  std::size_t operator()(BytesView json);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace cairn::bench
