// As much of HTTP/1.1 (RFC 9112) as a witness needs: requests with a Content-Length or without a body. Pure.
//
// What has more than one reading is refused, since a proxy in front might read it the other way: a bare line feed, a
// folded header, a second Content-Length, any Transfer-Encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/types.h"
#include "witness/answer.h"

namespace cairn {

inline constexpr std::size_t max_http_head_bytes = 8192;  // request line and headers, with the empty line
inline constexpr std::size_t max_http_headers = 64;
inline constexpr std::size_t max_http_body_bytes = 65536;  // 63 hashes, and a note with 16 ML-DSA-44 signatures

struct HttpRequest {
  std::string method;
  std::string path;  // from the first '/', with its query
  std::string body;
  bool keeps_open = true;
};

// What was made of the bytes that came so far: a request, a refusal, or neither while more must come.
struct HttpReading {
  std::optional<HttpRequest> request;
  std::size_t used = 0;               // bytes of the request
  std::optional<HttpAnswer> refusal;  // after it nothing can be read on this connection
  bool awaits_continue = false;       // the client sends no body before it hears "100 Continue"
};

HttpReading read_http(std::string_view received);

inline constexpr std::string_view http_continue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string format_http(const HttpAnswer& answer, bool closes, Millis now);

}  // namespace cairn
