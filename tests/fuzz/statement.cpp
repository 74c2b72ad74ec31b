#include <algorithm>

#include "ledger/events/statement.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

namespace {

// The origin that the payload's subject names, if it names the ledger; encoding ignores it where it names models.
std::string_view subject_name(std::string_view payload) {
  const std::string_view open = "\"subject\":[{\"name\":\"";
  const std::size_t at = payload.find(open);
  if (at == std::string_view::npos) return {};
  payload.remove_prefix(at + open.size());
  return payload.substr(0, payload.find('"'));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto payload = fuzz::view(data, size);
  const auto statement = decode_statement(payload);
  if (!statement) return 0;
  const auto written = encode_statement(*statement, subject_name(payload));
  ASSERT(written.ok() && *written == payload);
  const auto tags = tags_of(*statement);
  ASSERT(std::is_sorted(tags.begin(), tags.end()) && std::adjacent_find(tags.begin(), tags.end()) == tags.end());
  return 0;
}
