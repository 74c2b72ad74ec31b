#include "witness/http.h"

#include "tests/fuzz/fuzz.h"

using namespace cairn;

// What is read of a request does not depend on how much came with it, and nothing is made of less than it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto received = fuzz::view(data, size);
  const auto reading = read_http(received);
  ASSERT(!(reading.request && reading.refusal));
  if (reading.refusal) ASSERT(reading.refusal->status >= 400 && reading.refusal->status <= 599);
  if (!reading.request) return 0;
  ASSERT(reading.used > 0 && reading.used <= size && reading.request->path.starts_with('/'));
  ASSERT(reading.request->body.size() <= max_http_body_bytes);
  ASSERT(received.substr(0, reading.used).ends_with(reading.request->body));
  const auto alone = read_http(received.substr(0, reading.used));
  ASSERT(alone.request && alone.used == reading.used && alone.request->body == reading.request->body);
  ASSERT(alone.request->method == reading.request->method && alone.request->path == reading.request->path);
  const auto cut = read_http(received.substr(0, reading.used - 1));
  ASSERT(!cut.request);
  return 0;
}
