// The server without a witness: connections, deadlines and its end.
#include "witness/server.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/texts.h"
#include "tests/witness/client.h"
#include "tests/witness/witnessed_log.h"

using namespace cairn;
using namespace cairn::test;

namespace {

// Answers each request with its method, path and body; of "/large", with so much padding.
class Echo {
 public:
  explicit Echo(const ServerLimits& limits, std::size_t padding = 0)
      : server_(must(Server::listen(
            "127.0.0.1:0", limits,
            [this, padding](const HttpRequest& request) {
              ++requests_;
              HttpAnswer answer;
              answer.status = 200;
              answer.body = request.method + " " + request.path + " " + request.body;
              if (request.path == "/large") answer.body += std::string(padding, 'x');
              return answer;
            },
            clock_))),
        thread_([this] { ended_well_ = server_->run().ok(); }) {}
  ~Echo() { end(); }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;

  std::uint16_t port() const { return server_->port(); }
  int requests() const { return requests_; }
  bool ended_well() const { return ended_well_; }
  void end() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  SystemClock clock_;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> ended_well_ = false;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

const ServerLimits impatient{2, 300, 300, 300, 300};

Millis since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("requests follow each other on one connection, be they sent one by one, at once or byte by byte") {
  Echo echo(ServerLimits{});
  Client client(echo.port());
  client.send(post("/a", "1"));
  CHECK(client.read().body == "POST /a 1");
  client.send(post("/b", "2") + get("/c") + post("/d", ""));
  CHECK(client.read().body == "POST /b 2");
  CHECK(client.read().body == "GET /c ");
  CHECK(client.read().body == "POST /d ");
  for (const char byte : post("/e", "3")) client.send(std::string(1, byte));
  CHECK(client.read().body == "POST /e 3");
  std::string many;
  for (int i = 0; i < 1500; ++i) many += get("/many");
  std::thread sender([&client, &many] { client.send(many); });
  int answered = 0;
  while (answered < 1500 && client.read().body == "GET /many ") ++answered;
  sender.join();
  CHECK(answered == 1500);
}

TEST_CASE("requests behind an answer that the client has not taken yet are served once it has") {
  constexpr std::size_t large = std::size_t{1} << 20;
  Echo echo(ServerLimits{}, large);
  Client client(echo.port());
  std::string many;
  for (int i = 0; i < 20; ++i) many += get("/large");
  client.send(many);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(echo.requests() < 20);
  int answered = 0;
  while (answered < 20 && client.read().body.size() > large) ++answered;
  CHECK(answered == 20);
}

TEST_CASE("a client that asks to close, or has sent all that it will, gets its answer and then the end") {
  Echo echo(ServerLimits{});
  Client closing(echo.port());
  closing.send(replaced(get("/a"), "\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  CHECK(says(closing.read().head, "Connection: close"));
  CHECK(closing.is_over());
  Client half(echo.port());
  half.send(post("/b", "1"));
  half.end_sending();
  CHECK(half.read().body == "POST /b 1");
  CHECK(half.is_over());
}

TEST_CASE("a client that waits for 100 Continue hears it, once, and is answered") {
  Echo echo(ServerLimits{});
  Client client(echo.port());
  const std::string request = replaced(post("/a", "hello"), "\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
  client.send(request.substr(0, request.size() - 5));
  CHECK(client.read().status == 100);
  client.send("he");
  client.send("llo");
  CHECK(client.read().body == "POST /a hello");
  client.send(request);
  CHECK(client.read().body == "POST /a hello");
}

TEST_CASE("a refusal reaches a client that is still sending, and nothing behind it is served") {
  ServerLimits patient;
  patient.goodbye = 10 * second;
  Echo echo(patient);
  Client client(echo.port());
  std::thread sender([&client] {
    client.send("POST /a HTTP/1.1\r\nHost: w\r\nContent-Length: 999999\r\n\r\n" + std::string(999999, 'x') + get("/b"));
  });
  const Reply refusal = client.read();
  sender.join();
  CHECK(refusal.status == 413);
  CHECK(says(refusal.head, "Connection: close"));
  CHECK(client.is_over());
  Client smuggler(echo.port());
  smuggler.send("POST /a HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" +
                get("/b"));
  CHECK(smuggler.read().status == 501);
  CHECK(smuggler.is_over());
  CHECK(echo.requests() == 0);
}

TEST_CASE("408: a request that does not arrive in time is given up, however steadily it comes") {
  Echo echo(impatient);
  Client silent(echo.port());
  silent.send("POST /a HTTP/1.1\r\n");
  CHECK(silent.read().status == 408);
  const auto begin = std::chrono::steady_clock::now();
  Client slow(echo.port());
  std::atomic<bool> over = false;
  std::thread dripping([&slow, &over] {
    while (!over) {
      slow.send("G");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  CHECK(slow.read().status == 408);
  over = true;
  dripping.join();
  CHECK(since(begin) < 5000);
}

TEST_CASE("a connection that says nothing is closed without a word") {
  Echo echo(impatient);
  Client client(echo.port());
  CHECK(client.is_over());
  Client again(echo.port());
  again.send(get("/a"));
  CHECK(again.read().status == 200);
  CHECK(again.is_over());
}

TEST_CASE("a client that does not take its answer is given up, and others are served meanwhile") {
  constexpr std::size_t too_much = std::size_t{32} << 20;  // for what the system keeps between the two
  Echo echo(impatient, too_much);
  Client deaf(echo.port());
  deaf.send(get("/large"));
  Client other(echo.port());
  other.send(get("/b"));
  CHECK(other.read().status == 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(3 * impatient.answer));
  std::size_t got = 0;
  for (std::string more = deaf.read_some(); !more.empty(); more = deaf.read_some()) got += more.size();
  CHECK(got > 0);
  CHECK(got < too_much);
}

TEST_CASE("connections that say nothing make room for who comes, the longest idle first") {
  ServerLimits patient;
  patient.connections = 3;
  Echo echo(patient);
  Client first(echo.port());
  first.send(get("/first"));
  CHECK(first.read().status == 200);
  Client other(echo.port());
  other.send(get("/second"));
  CHECK(other.read().status == 200);
  Client busy(echo.port());
  busy.send("GET /busy HT");
  Client third(echo.port());
  third.send(get("/third"));
  CHECK(third.read().body == "GET /third ");
  CHECK(first.is_over());
  other.send(get("/again"));
  CHECK(other.read().body == "GET /again ");
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<Client>(echo.port()));
    clients.back()->send(get("/next"));
    CHECK(clients.back()->read().body == "GET /next ");
  }
  busy.send("TP/1.1\r\nHost: w\r\n\r\n");
  CHECK(busy.read().body == "GET /busy ");
}

TEST_CASE("while every connection is in the midst of a request, others wait until one is given up") {
  Echo echo(impatient);
  Client one(echo.port());
  Client two(echo.port());
  const auto begin = std::chrono::steady_clock::now();
  one.send("GET /one HT");
  two.send("GET /two HT");
  std::this_thread::sleep_for(std::chrono::milliseconds(impatient.request / 3));
  Client last(echo.port());
  last.send(get("/last"));
  CHECK(last.read().body == "GET /last ");
  CHECK(since(begin) >= impatient.request);
  CHECK(one.read().status == 408);
}

TEST_CASE("stopping sends the answers that there are and no request is begun any more") {
  Echo echo(ServerLimits{});
  Client client(echo.port());
  client.send(get("/a"));
  CHECK(client.read().status == 200);
  Client begun(echo.port());
  begun.send("GET /b HT");
  const auto begin = std::chrono::steady_clock::now();
  echo.end();
  CHECK(echo.ended_well());
  CHECK(since(begin) < 5000);
  CHECK(client.is_over());
  CHECK(begun.read().status == 0);
}

TEST_CASE("an address is a numeric IPv4 address and a port that is free") {
  const SystemClock clock;
  const auto listens = [&clock](const std::string& where) {
    return Server::listen(
        where, ServerLimits{}, [](const HttpRequest&) { return HttpAnswer{}; }, clock);
  };
  for (const char* where :
       {"", ":", "127.0.0.1", "127.0.0.1:", ":8080", "localhost:8080", "127.0.0.1:65536", "127.0.0.1:08",
        "127.0.0.1:-1", "127.0.0.1:8080 ", "127.1:80", "[::1]:80", "127.0.0.1:http"}) {
    CAPTURE(where);
    const auto server = listens(where);
    REQUIRE_FALSE(server.ok());
    CHECK(server.error().kind == ErrorKind::usage);
  }
  const auto first = must(listens("127.0.0.1:0"));
  CHECK(listens(str("127.0.0.1:", first->port())).error().kind == ErrorKind::fault);
}
