// What `cairn replay --policy` shows, for people and as JSON: which entries come out otherwise, and what would be
// where. Pure.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "projections/what_if.h"

namespace cairn {

// What was asked.
struct WhatIfQuestion {
  std::filesystem::path file;
  PolicyInForce other;
  WhatIfMode mode = WhatIfMode::alone;
  std::string origin;
  Size size = 0;
};

// The rows for people, by how they come out; bounded, and what it leaves out the totals count.
class WhatIfPage {
 public:
  void add(WhatIfRow row);
  std::string text(const WhatIfQuestion& question, const WhatIf& answer) const;

 private:
  std::map<Divergence, std::vector<WhatIfRow>> rows_;
};

// One document in three parts, so that no row is kept: what comes before the rows, each, and what comes after. With
// what broke the walk off, if anything did.
std::string what_if_json_begin(const WhatIfQuestion& question);
std::string what_if_json(const WhatIfRow& row);
std::string what_if_json_end(const WhatIf& answer, bool no_rows, const std::optional<Error>& broke);

}  // namespace cairn
