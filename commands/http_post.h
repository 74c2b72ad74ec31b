// One POST over HTTP or HTTPS, as small and as bounded as a witness needs it. Blocks; any number of threads may call
// it.
//
// Redirects are not followed, cookies, netrc and the environment's proxies not looked at: a checkpoint goes to the
// address that was named, and to no other. HTTPS takes the system's certificates, or those of the PEM file that
// SSL_CERT_FILE names. The answer is at most 64 KiB, its headers 16 KiB. libcurl is loaded at the first call
// (decision 0036).
#pragma once

#include <string>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

inline constexpr std::size_t max_http_reply_bytes = 64 << 10;
inline constexpr std::size_t max_http_reply_headers = 16 << 10;

struct HttpReply {
  long status = 0;
  std::string body;
};

// unavailable: nobody answered whole, in time and within the bounds; the message says which. usage: libcurl is missing.
Result<HttpReply> http_post(const std::string& url, const std::string& body, Millis timeout);

}  // namespace cairn
