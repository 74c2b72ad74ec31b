// Requests of HTTP as bytes: each reading, and each refusal of what has more than one.
#include "witness/http.h"

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

const std::string good_post = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\n\r\nhello";

int status_of(const std::string& received) {
  const HttpReading reading = read_http(received);
  REQUIRE_FALSE((reading.refusal && reading.request));
  return reading.refusal ? reading.refusal->status : reading.request ? 200 : 0;
}

std::string with_header(const std::string& header) {
  return replaced(good_post, "Host: w\r\n", "Host: w\r\n" + header + "\r\n");
}

std::string with_length(const std::string& value) {
  return replaced(good_post, "Content-Length: 5", "Content-Length: " + value);
}

}  // namespace

TEST_CASE("a request is read with its body, and no byte beyond it") {
  const HttpReading reading = read_http(good_post + "GET ");
  REQUIRE(reading.request);
  CHECK(reading.request->method == "POST");
  CHECK(reading.request->path == "/add-checkpoint");
  CHECK(reading.request->body == "hello");
  CHECK(reading.request->keeps_open);
  CHECK(reading.used == good_post.size());
}

TEST_CASE("every beginning of a request waits for the rest of it") {
  for (std::size_t size = 0; size < good_post.size(); ++size) {
    CAPTURE(size);
    REQUIRE(status_of(good_post.substr(0, size)) == 0);
  }
}

TEST_CASE("what may be spelt in two ways in HTTP is read in both") {
  CHECK(status_of(replaced(good_post, "Content-Length: 5", "cOnTENT-lENGTH:\t 5 \t")) == 200);
  CHECK(read_http("GET http://w.example/a/b HTTP/1.1\r\nHost: w\r\n\r\n").request->path == "/a/b");
  CHECK(read_http("GET HTTP://w.example HTTP/1.1\r\nHost: w\r\n\r\n").request->path == "/");
  CHECK(read_http("GET / HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\n\r\n").request->body.empty());
  CHECK(read_http("GET / HTTP/1.1\r\nHost: w\r\n\r\n").request->body.empty());
}

TEST_CASE("400: the target is a path, and nothing before it could be taken for one") {
  const auto status = [](const std::string& target) {
    return status_of("GET " + target + " HTTP/1.1\r\nHost: w\r\n\r\n");
  };
  CHECK(status("/a") == 200);
  CHECK(status("http://w?x/a") == 400);  // a proxy would read "/" and a query here
  CHECK(status("http://w#x/a") == 400);
  CHECK(status("a/b") == 400);
  CHECK(status("w:80") == 400);
  CHECK(status("*") == 400);
  CHECK(status("https://w/a") == 400);
}

TEST_CASE("a connection stays open in HTTP/1.1 unless it is to close, and closes in HTTP/1.0 unless it is to stay") {
  const auto stays = [](const std::string& text) { return read_http(text).request->keeps_open; };
  CHECK(stays("GET / HTTP/1.1\r\nHost: w\r\n\r\n"));
  CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: w\r\nConnection: Close\r\n\r\n"));
  CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: w\r\nConnection: TE, close\r\n\r\n"));
  CHECK_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
  CHECK(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("400: a head that is not one of HTTP is refused") {
  for (const std::string line : {"", "GET", "GET /", "GET  / HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ",
                                 "GET / / HTTP/1.1", "G@T / HTTP/1.1", "GET /\x80 HTTP/1.1", "GET /\x7f HTTP/1.1",
                                 "GET / http/1.1", "GET /\tHTTP/1.1", "GET / HTTP/1.1\nX: y", "GET /\r HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(status_of(line + "\r\nHost: w\r\n\r\n") == 400);
  }
  CHECK(status_of(std::string("GET /\0 HTTP/1.1\r\nHost: w\r\n\r\n", 28)) == 400);
  for (const std::string header : {"X", ": y", "X : y", " X: y", "X: a\r\n folded", "X: a\r\n\tfolded", "X: a\nY: b",
                                   "X: a\rY: b", "X: a\x01", "X: a\x7f", "X\x80: y", "X(: y"}) {
    CAPTURE(header);
    CHECK(status_of(with_header(header)) == 400);
  }
  CHECK(status_of(replaced(good_post, "Host: w", std::string("Host: w\0", 8))) == 400);
}

TEST_CASE("400: there is one Host, and HTTP/1.1 has it") {
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 200);
}

TEST_CASE("400: a Content-Length is one number, so that no proxy can read another") {
  for (const std::string value : {"", "5, 5", "+5", "-5", "0x5", "5 5", "5.0", "5;", "five", "05", "5\t5"}) {
    CAPTURE(value);
    CHECK(status_of(with_length(value)) == 400);
  }
  CHECK(status_of(with_header("Content-Length: 5")) == 400);
  CHECK(status_of(with_header("content-length: 6")) == 400);
}

TEST_CASE("411: a POST without a length is refused") {
  CHECK(status_of("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n") == 411);
}

TEST_CASE("413: a body may have 64 KiB, and what is longer is refused before it comes") {
  CHECK(status_of(with_length("65536")) == 0);
  CHECK(status_of(with_length("65536") + std::string(65531, 'x')) == 200);
  for (const char* value : {"65537", "4294967301", "18446744073709551615", "18446744073709551621",
                            "99999999999999999999999999999999999999"}) {
    CAPTURE(value);
    CHECK(status_of(with_length(value)) == 413);
  }
}

TEST_CASE("417: nothing but 100-continue can be expected, and is answered for while the body is awaited") {
  CHECK(status_of(with_header("Expect: miracles")) == 417);
  const std::string asks = with_header("Expect: 100-Continue");
  CHECK(status_of(asks) == 200);
  const std::string head = asks.substr(0, asks.size() - 5);
  CHECK(read_http(head).awaits_continue);
  CHECK_FALSE(read_http(head + "h").awaits_continue);
  CHECK_FALSE(read_http(head.substr(0, head.size() - 1)).awaits_continue);
  CHECK_FALSE(read_http(good_post.substr(0, good_post.size() - 5)).awaits_continue);
}

TEST_CASE("431: head and headers have a limit, also while they are coming") {
  const std::string begin = "GET / HTTP/1.1\r\nHost: w\r\nX: ";
  const std::size_t room = max_http_head_bytes - begin.size() - 4;
  CHECK(status_of(begin + std::string(room, 'x') + "\r\n\r\n") == 200);
  CHECK(status_of(begin + std::string(room + 1, 'x') + "\r\n\r\n") == 431);
  CHECK(status_of(std::string(max_http_head_bytes - 1, 'G')) == 0);
  CHECK(status_of(std::string(max_http_head_bytes, 'G')) == 431);
  std::string many = "GET / HTTP/1.1\r\nHost: w\r\n";
  for (std::size_t i = 1; i < max_http_headers; ++i) many += "X: y\r\n";
  CHECK(status_of(many + "\r\n") == 200);
  CHECK(status_of(many + "X: y\r\n\r\n") == 431);
}

TEST_CASE("501: every transfer encoding is refused, with a length beside it as well") {
  const std::string chunked = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n";
  CHECK(status_of(chunked + "\r\n5\r\nhello\r\n0\r\n\r\n") == 501);
  CHECK(status_of(chunked + "Content-Length: 5\r\n\r\nhello") == 501);
  CHECK(status_of(with_header("transfer-encoding: identity")) == 501);
  CHECK(status_of(with_header("Transfer-Encoding:")) == 501);
}

TEST_CASE("505: another version is refused") {
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/11", "HTTP/"}) {
    CAPTURE(version);
    CHECK(status_of("GET / " + std::string(version) + "\r\nHost: w\r\n\r\n") == 505);
  }
}

TEST_CASE("an answer says its length, its date and whether the connection ends") {
  HttpAnswer answer;
  answer.status = 409;
  answer.type = "text/x.tlog.size";
  answer.body = "9\n";
  answer.remark = "for the operator";
  CHECK(format_http(answer, false, 784111777000) ==
        "HTTP/1.1 409 Conflict\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/x.tlog.size\r\n"
        "Content-Length: 2\r\nCache-Control: no-store\r\nConnection: keep-alive\r\n\r\n9\n");
  answer.allow = "POST";
  const std::string closing = format_http(answer, true, 0);
  CHECK(says(closing, "\r\nConnection: close\r\n\r\n9\n"));
  CHECK(says(closing, "\r\nAllow: POST\r\n"));
}
