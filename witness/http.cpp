#include "witness/http.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {
namespace {

constexpr std::string_view line_end = "\r\n";

struct Header {
  std::string_view name;
  std::string_view value;
};

struct RequestHead {
  std::string_view method;
  std::string_view target;
  bool is_1_1 = true;
  std::vector<Header> headers;
};

HttpAnswer refusal_of(int status, std::string_view why) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = str(why, '\n');
  return answer;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto belongs = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), belongs);
}

bool is_printable_ascii(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// "http://host/path" is what a proxy may send for "/path". What does not begin with '/' is none.
std::string_view path_of(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (fold_case(target.substr(0, scheme.size())) != scheme) return target;
  const std::size_t end_of_host = target.find_first_of("/?#", scheme.size());
  return end_of_host == std::string_view::npos ? "/" : target.substr(end_of_host);
}

// The refusal, if the line is none of HTTP/1.
std::optional<HttpAnswer> parse_request_line(std::string_view line, RequestHead& head) {
  const std::vector<std::string_view> words = split(line, ' ');
  if (words.size() != 3 || !is_token(words[0]) || !is_printable_ascii(words[1])) {
    return refusal_of(400, "the first line is not a method, a path and a version");
  }
  if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0") {
    if (words[2].starts_with("HTTP/")) return refusal_of(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    return refusal_of(400, "the first line does not end in a version of HTTP");
  }
  // The other forms of a target are for proxies (CONNECT) and for what is no path (OPTIONS *).
  if (!path_of(words[1]).starts_with('/')) return refusal_of(400, "the target is no path");
  head.method = words[0];
  head.target = words[1];
  head.is_1_1 = words[2] == "HTTP/1.1";
  return std::nullopt;
}

std::optional<HttpAnswer> parse_header(std::string_view line, RequestHead& head) {
  if (head.headers.size() == max_http_headers) return refusal_of(431, "there are too many headers");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) || !is_field_value(line)) {
    return refusal_of(400, "a header is not a name, a colon and a value");
  }
  head.headers.push_back({line.substr(0, colon), without_blanks(line.substr(colon + 1))});
  return std::nullopt;
}

// Without the empty line that ends it.
std::optional<HttpAnswer> parse_head(std::string_view text, RequestHead& head) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find(line_end);
    const std::string_view line = text.substr(0, end);
    if (auto refused = first ? parse_request_line(line, head) : parse_header(line, head)) return refused;
    first = false;
    text.remove_prefix(end + line_end.size());
  }
  return std::nullopt;
}

std::vector<std::string_view> values_of(const RequestHead& head, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Header& header : head.headers) {
    if (fold_case(header.name) == name) values.push_back(header.value);
  }
  return values;
}

bool lists(const RequestHead& head, std::string_view name, std::string_view word) {
  for (const std::string_view value : values_of(head, name)) {
    for (const std::string_view part : split(value, ',')) {
      if (fold_case(without_blanks(part)) == word) return true;
    }
  }
  return false;
}

// How long the body is; nothing if it has no length.
std::optional<HttpAnswer> find_length(const RequestHead& head, std::optional<std::size_t>& length) {
  if (!values_of(head, "transfer-encoding").empty()) {
    return refusal_of(501, "no transfer encoding is known here; send a Content-Length");
  }
  const auto lengths = values_of(head, "content-length");
  if (lengths.empty()) return std::nullopt;
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  };
  if (lengths.size() != 1 || !digits(lengths[0])) return refusal_of(400, "Content-Length is not one number");
  const Result<std::uint64_t> value = parse_uint(lengths[0]);
  // parse_uint knows no leading zeros, which RFC 9110 allows, and no larger numbers.
  if (!value.ok() && lengths[0].front() == '0') return refusal_of(400, "Content-Length begins with a zero");
  if (!value.ok() || *value > max_http_body_bytes) {
    return refusal_of(413, str("a body has at most ", max_http_body_bytes, " bytes"));
  }
  length = static_cast<std::size_t>(*value);
  return std::nullopt;
}

std::optional<HttpAnswer> check_framing(const RequestHead& head, std::optional<std::size_t>& length) {
  const std::size_t hosts = values_of(head, "host").size();
  if (hosts > 1 || (head.is_1_1 && hosts == 0)) return refusal_of(400, "there must be one Host");
  if (auto refused = find_length(head, length)) return refused;
  if (!length && head.method == "POST") return refusal_of(411, "a POST has a Content-Length");
  const auto expected = values_of(head, "expect");
  if (expected.size() > 1 || (expected.size() == 1 && fold_case(expected[0]) != "100-continue")) {
    return refusal_of(417, "only 100-continue can be expected");
  }
  return std::nullopt;
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), in English whatever the locale.
std::string http_date(Millis now) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now / second;
  std::tm utc{};
  if (::gmtime_r(&seconds, &utc) == nullptr) return {};
  const auto two = [](int value) { return str(value < 10 ? "0" : "", value); };
  return str(days[static_cast<std::size_t>(utc.tm_wday)], ", ", two(utc.tm_mday), ' ',
             months[static_cast<std::size_t>(utc.tm_mon)], ' ', utc.tm_year + 1900, ' ', two(utc.tm_hour), ':',
             two(utc.tm_min), ':', two(utc.tm_sec), " GMT");
}

}  // namespace

HttpReading read_http(std::string_view received) {
  HttpReading reading;
  const std::size_t end = received.substr(0, max_http_head_bytes).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (received.size() >= max_http_head_bytes) reading.refusal = refusal_of(431, "the headers are too long");
    return reading;
  }
  RequestHead head;
  reading.refusal = parse_head(received.substr(0, end + line_end.size()), head);
  std::optional<std::size_t> length;
  if (!reading.refusal) reading.refusal = check_framing(head, length);
  if (reading.refusal) return reading;
  const std::string_view rest = received.substr(end + 2 * line_end.size());
  if (rest.size() < length.value_or(0)) {
    reading.awaits_continue = head.is_1_1 && rest.empty() && lists(head, "expect", "100-continue");
    return reading;
  }
  reading.used = received.size() - rest.size() + length.value_or(0);
  const bool keeps_open = head.is_1_1 ? !lists(head, "connection", "close") : lists(head, "connection", "keep-alive");
  reading.request = HttpRequest{std::string(head.method), std::string(path_of(head.target)),
                                std::string(rest.substr(0, length.value_or(0))), keeps_open};
  return reading;
}

std::string format_http(const HttpAnswer& answer, bool closes, Millis now) {
  std::string text = str("HTTP/1.1 ", answer.status, ' ', reason(answer.status), line_end, "Date: ", http_date(now),
                         line_end, "Content-Type: ", answer.type, line_end, "Content-Length: ", answer.body.size(),
                         line_end, "Cache-Control: no-store", line_end);
  if (!answer.allow.empty()) text += str("Allow: ", answer.allow, line_end);
  text += str("Connection: ", closes ? "close" : "keep-alive", line_end, line_end, answer.body);
  return text;
}

}  // namespace cairn
