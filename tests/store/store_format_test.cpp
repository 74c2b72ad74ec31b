#include "ledger/store/store_format.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "tests/catch.h"

namespace cairn::test {

TEST_CASE("Of each state of a store it is said who may open it") {
  using Modes = std::vector<StoreMode>;
  const Modes all = {StoreMode::create, StoreMode::write,  StoreMode::read,
                     StoreMode::copy,   StoreMode::backup, StoreMode::fork};
  const std::map<std::string_view, Modes> open_to = {
      {store_version, {StoreMode::create, StoreMode::write, StoreMode::read, StoreMode::copy}},
      {unfinished_version, {StoreMode::read, StoreMode::copy}},
      {backup_version, {StoreMode::read, StoreMode::backup}},
      {older_version, {StoreMode::read, StoreMode::fork}},
      {"cairn store 1", {}},
      {"", {}},
  };
  for (const auto& [version, modes] : open_to) {
    for (const StoreMode mode : all) {
      INFO(version << ", mode " << static_cast<int>(mode));
      const bool open = std::find(modes.begin(), modes.end(), mode) != modes.end();
      CHECK(check_version(version, mode, "there").ok() == open);
    }
  }
}

}  // namespace cairn::test
