#include "commands/http_post.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdlib>
#include <memory>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {
namespace {

constexpr const char* curl_library = "libcurl.so.4";
constexpr const char* trusted_file = "SSL_CERT_FILE";  // as for curl and openssl

#define CAIRN_CURL_FUNCTIONS(each)                                                                             \
  each(global_init) each(easy_init) each(easy_setopt) each(easy_perform) each(easy_getinfo) each(easy_cleanup) \
      each(easy_strerror) each(slist_append) each(slist_free_all)

struct CurlFunctions {
#define CAIRN_CURL_DECLARE(name) decltype(&::curl_##name) name = nullptr;
  CAIRN_CURL_FUNCTIONS(CAIRN_CURL_DECLARE)
#undef CAIRN_CURL_DECLARE
  std::string missing;  // why there is none of them
};

CurlFunctions load_curl() {
  CurlFunctions curl;
  void* handle = ::dlopen(curl_library, RTLD_NOW | RTLD_LOCAL);  // never closed: it keeps state of its own
  if (handle == nullptr) {
    curl.missing = ::dlerror();
    return curl;
  }
#define CAIRN_CURL_FIND(name)                                                        \
  curl.name = reinterpret_cast<decltype(curl.name)>(::dlsym(handle, "curl_" #name)); \
  if (curl.name == nullptr) curl.missing = str(curl_library, " has no curl_" #name);
  CAIRN_CURL_FUNCTIONS(CAIRN_CURL_FIND)
#undef CAIRN_CURL_FIND
  // Here, where one thread at a time can be.
  if (curl.missing.empty() && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) curl.missing = "it does not begin";
  return curl;
}

const CurlFunctions& curl_once() {
  static const CurlFunctions curl = load_curl();
  return curl;
}

// What comes back, as far as it may.
struct Coming {
  HttpReply reply;
  std::size_t header_bytes = 0;
  bool too_long = false;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* coming) {
  auto& into = *static_cast<Coming*>(coming);
  into.too_long = into.too_long || count > max_http_reply_bytes - into.reply.body.size();
  if (into.too_long) return 0;
  into.reply.body.append(bytes, count);
  return count;
}

std::size_t take_header(char*, std::size_t, std::size_t count, void* coming) {
  auto& into = *static_cast<Coming*>(coming);
  into.too_long = into.too_long || count > max_http_reply_headers - into.header_bytes;
  if (into.too_long) return 0;
  into.header_bytes += count;
  return count;
}

struct FreeCurl {
  void operator()(CURL* handle) const { curl_once().easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_once().slist_free_all(list); }
};

// One handle with everything set, or the first option that this libcurl does not know.
class Post {
 public:
  Post(const std::string& url, const std::string& body, Millis timeout)
      : handle_(curl_once().easy_init()),
        headers_(curl_once().slist_append(nullptr, "Content-Type: text/plain; charset=utf-8")) {
    if (!handle_ || !headers_) {
      wrong_ = CURLE_OUT_OF_MEMORY;
      return;
    }
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, "");  // not those of the environment either
    set(CURLOPT_FOLLOWLOCATION, 0L);
    // The library, unlike its program, does not look there itself.
    if (const char* file = std::getenv(trusted_file); file != nullptr && *file != '\0') {
      set(CURLOPT_CAINFO, file);
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // the system's, which it would trust beside
    }
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    set(CURLOPT_USERAGENT, "cairn");
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.data());
    set(CURLOPT_ERRORBUFFER, said_);
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, &coming_);
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, &coming_);
  }

  Result<HttpReply> run(Millis timeout) {
    if (wrong_ != CURLE_OK) return fault(str("libcurl is too old: ", curl_once().easy_strerror(wrong_)));
    const CURLcode ended = curl_once().easy_perform(handle_.get());
    if (coming_.too_long) {
      return unavailable(str("its answer is longer than ", max_http_reply_bytes, " bytes, or its headers than ",
                             max_http_reply_headers));
    }
    if (ended == CURLE_OPERATION_TIMEDOUT) return unavailable("no whole answer within " + format_duration(timeout));
    if (ended != CURLE_OK) {
      const std::string said = printable(said_[0] != '\0' ? said_ : curl_once().easy_strerror(ended));
      long why = 0;  // X509_V_...; 1 where trust was not asked about, since the certificate is for another host
      curl_once().easy_getinfo(handle_.get(), CURLINFO_SSL_VERIFYRESULT, &why);
      if (ended != CURLE_PEER_FAILED_VERIFICATION || why <= 1) return unavailable(said);
      return unavailable(
          str(said, "; trusted are the authorities of the system, or those in the file that ", trusted_file, " names"));
    }
    curl_once().easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &coming_.reply.status);
    return std::move(coming_.reply);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (wrong_ == CURLE_OK) wrong_ = curl_once().easy_setopt(handle_.get(), option, value);
  }

  std::unique_ptr<CURL, FreeCurl> handle_;
  std::unique_ptr<curl_slist, FreeCurl> headers_;
  CURLcode wrong_ = CURLE_OK;
  char said_[CURL_ERROR_SIZE] = {};
  Coming coming_;
};

}  // namespace

Result<HttpReply> http_post(const std::string& url, const std::string& body, Millis timeout) {
  if (const std::string& missing = curl_once().missing; !missing.empty()) {
    return fault(str("a witness is asked with libcurl, 7.85 or newer; install it (Debian: libcurl4): ", missing));
  }
  return Post(url, body, timeout).run(timeout);
}

}  // namespace cairn
