// A small HTTP/1.1 server for one thread: a bounded number of connections, each with deadlines, and one request after
// the other. No TLS: it listens on the loopback interface, behind a proxy that has it. Does network I/O.
//
// No client can hold more than a connection's buffer, or a connection longer than its deadlines.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "ledger/base/file.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "witness/answer.h"
#include "witness/http.h"

namespace cairn {

struct ServerLimits {
  std::size_t connections = 64;  // more wait until one of these is idle or has ended
  Millis request = 10 * second;  // from its first byte to its last
  Millis answer = 10 * second;   // until the client has taken it
  Millis idle = minute;          // between two requests
  Millis goodbye = second;       // for a client to read why it is sent away
};

class Server {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  // `where` is a numeric IPv4 address and a port: "127.0.0.1:8080"; port 0 takes any that is free.
  static Result<std::unique_ptr<Server>> listen(const std::string& where, const ServerLimits& limits, Handler handler,
                                                const Clock& clock);
  ~Server();

  std::uint16_t port() const { return port_; }

  // Until stop(): then takes no more requests, and sends the answers that it has.
  Result<void> run();

  // From any thread, and from a handler of signals.
  void stop();

 private:
  struct Connection;
  using Time = std::chrono::steady_clock::time_point;

  Server(int listener, int stop_read, int stop_write, const ServerLimits& limits, Handler handler, const Clock& clock);

  Result<void> run_once();
  void drop_ended();
  int next_timeout() const;
  Connection* longest_idle();
  void accept_one();
  void step(Connection& connection, short happened);
  void receive(Connection& connection);
  void serve(Connection& connection);
  bool serve_next(Connection& connection);
  void send_rest(Connection& connection);
  void answer(Connection& connection, const HttpAnswer& answer, bool closes);
  void expire(Connection& connection);

  Descriptor listener_;
  Descriptor stop_read_;
  Descriptor stop_write_;
  ServerLimits limits_;
  Handler handler_;
  const Clock& clock_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  Time accepts_again_{};  // after the process ran out of descriptors
  std::list<Connection> connections_;
};

}  // namespace cairn
