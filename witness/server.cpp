#include "witness/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "ledger/base/text.h"

namespace cairn {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int backlog = 64;
constexpr Millis pause_without_descriptors = 100;

Error network_error(std::string_view what, int code) {
  return fault(str("cannot ", what, ": ", std::generic_category().message(code)));
}

bool comes_later(int code) {
  return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

Result<sockaddr_in> parse_address(const std::string& where) {
  const std::size_t colon = where.rfind(':');
  const std::string host = where.substr(0, colon);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon != std::string::npos && ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1) {
    const Result<std::uint64_t> port = parse_uint(where.substr(colon + 1));
    if (port.ok() && *port <= 65535) {
      address.sin_port = htons(static_cast<std::uint16_t>(*port));
      return address;
    }
  }
  return usage(str("'", printable(where), "' is not an IPv4 address and a port, such as 127.0.0.1:8080"));
}

}  // namespace

struct Server::Connection {
  enum class State { reading, answering, leaving, over };

  Connection(int opened, Time until) : socket(opened), deadline(until) {}

  Descriptor socket;
  State state = State::reading;
  Time deadline;
  std::string received;
  std::string unsent;
  bool continued = false;  // "100 Continue" was said for the request that is being read
  bool closes = false;     // when all is sent
};

Server::Server(int listener, int stop_read, int stop_write, const ServerLimits& limits, Handler handler,
               const Clock& clock)
    : listener_(listener),
      stop_read_(stop_read),
      stop_write_(stop_write),
      limits_(limits),
      handler_(std::move(handler)),
      clock_(clock) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(const std::string& where, const ServerLimits& limits, Handler handler,
                                               const Clock& clock) {
  TRY_LET(address, parse_address(where));
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return network_error("make a pipe", errno);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  std::unique_ptr<Server> server(new Server(listener, ends[0], ends[1], limits, std::move(handler), clock));
  if (listener < 0) return network_error("make a socket", errno);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, backlog) != 0 ||
      ::getsockname(listener, generic, &size) != 0) {
    return network_error(str("listen on ", printable(where)), errno);
  }
  server->port_ = ntohs(address.sin_port);
  return server;
}

void Server::stop() {
  const int code = errno;  // of whatever the signal interrupted
  const char byte = 0;
  // A full pipe has said it already.
  static_cast<void>(!::write(stop_write_.get(), &byte, 1));
  errno = code;
}

Result<void> Server::run() {
  while (!stopping_) TRY(run_once());
  listener_.close();
  const Time end = steady_clock::now() + milliseconds(limits_.goodbye);
  for (Connection& connection : connections_) {
    connection.closes = true;
    connection.deadline = std::min(connection.deadline, end);
    if (connection.state == Connection::State::reading) connection.state = Connection::State::over;
  }
  for (drop_ended(); !connections_.empty(); drop_ended()) TRY(run_once());
  return {};
}

void Server::drop_ended() {
  connections_.remove_if([](const Connection& one) { return one.state == Connection::State::over; });
}

Result<void> Server::run_once() {
  drop_ended();
  std::vector<pollfd> polled = {{stop_read_.get(), static_cast<short>(stopping_ ? 0 : POLLIN), 0}};
  const bool accepts = listener_.ok() && steady_clock::now() >= accepts_again_ &&
                       (connections_.size() < limits_.connections || longest_idle() != nullptr);
  polled.push_back({accepts ? listener_.get() : -1, POLLIN, 0});
  for (const Connection& connection : connections_) {
    const bool sends = connection.state == Connection::State::answering;
    polled.push_back({connection.socket.get(), static_cast<short>(sends ? POLLOUT : POLLIN), 0});
  }
  if (::poll(polled.data(), polled.size(), next_timeout()) < 0) {
    if (errno == EINTR) return {};
    return network_error("wait for requests", errno);
  }
  if (polled[0].revents != 0) stopping_ = true;
  auto at = polled.begin() + 2;
  for (Connection& connection : connections_) {
    const short happened = (at++)->revents;
    const bool is_late = steady_clock::now() >= connection.deadline;
    // Bytes that come in time may be read late, after the requests of others.
    if (happened != 0 && (!is_late || connection.state == Connection::State::reading)) {
      step(connection, happened);
    } else if (is_late) {
      expire(connection);
    }
  }
  if (polled[1].revents != 0 && !stopping_) accept_one();
  return {};
}

// In milliseconds, rounded up so that nobody wakes before the deadline; -1 for no limit.
int Server::next_timeout() const {
  const Time now = steady_clock::now();
  Time next = Time::max();
  for (const Connection& connection : connections_) next = std::min(next, connection.deadline);
  if (accepts_again_ > now) next = std::min(next, accepts_again_);
  if (next == Time::max()) return -1;
  if (next <= now) return 0;
  return static_cast<int>(std::chrono::duration_cast<milliseconds>(next - now).count()) + 1;
}

Server::Connection* Server::longest_idle() {
  Connection* longest = nullptr;
  for (Connection& one : connections_) {
    const bool is_idle = one.state == Connection::State::reading && one.received.empty();
    if (is_idle && (longest == nullptr || one.deadline < longest->deadline)) longest = &one;
  }
  return longest;
}

// Who waits goes before who says nothing: otherwise idle connections alone could keep all others out.
void Server::accept_one() {
  drop_ended();
  if (connections_.size() >= limits_.connections) {
    Connection* longest = longest_idle();
    if (longest == nullptr) return;
    longest->state = Connection::State::over;
    drop_ended();
  }
  const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket >= 0) {
    connections_.emplace_back(socket, steady_clock::now() + milliseconds(limits_.idle));
  } else if (!comes_later(errno) && errno != ECONNABORTED) {
    // Of descriptors or memory there may be more when a connection has ended; poll alone would not wait for that.
    accepts_again_ = steady_clock::now() + milliseconds(pause_without_descriptors);
  }
}

void Server::step(Connection& connection, short happened) {
  if (connection.state == Connection::State::answering) {
    if ((happened & POLLOUT) == 0) {
      connection.state = Connection::State::over;  // nobody is there any more
      return;
    }
    send_rest(connection);
    serve(connection);  // what came behind the request that was answered
    return;
  }
  receive(connection);
}

void Server::receive(Connection& connection) {
  std::array<char, 16384> buffer;
  const ssize_t count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
  if (count < 0 && comes_later(errno)) return;
  if (count <= 0) {
    connection.state = Connection::State::over;
    return;
  }
  if (connection.state == Connection::State::leaving) return;
  if (connection.received.empty()) connection.deadline = steady_clock::now() + milliseconds(limits_.request);
  connection.received.append(buffer.data(), static_cast<std::size_t>(count));
  serve(connection);
  const bool is_begun = connection.state == Connection::State::reading && !connection.received.empty();
  if (is_begun && steady_clock::now() >= connection.deadline) expire(connection);
}

// One request or refusal of what was received; false: more must come.
bool Server::serve_next(Connection& connection) {
  HttpReading reading = read_http(connection.received);
  if (reading.refusal) {
    answer(connection, *reading.refusal, true);
  } else if (reading.request) {
    connection.received.erase(0, reading.used);
    connection.continued = false;
    answer(connection, handler_(*reading.request), !reading.request->keeps_open);
  } else if (reading.awaits_continue && !connection.continued) {
    connection.continued = true;
    connection.unsent = http_continue;
    connection.state = Connection::State::answering;
    send_rest(connection);
  } else {
    return false;
  }
  return true;
}

void Server::serve(Connection& connection) {
  while (connection.state == Connection::State::reading && !connection.received.empty()) {
    if (!serve_next(connection)) return;
  }
}

void Server::answer(Connection& connection, const HttpAnswer& answer, bool closes) {
  connection.closes = closes;
  connection.unsent = format_http(answer, closes, clock_.now());
  connection.state = Connection::State::answering;
  connection.deadline = steady_clock::now() + milliseconds(limits_.answer);
  send_rest(connection);
}

void Server::send_rest(Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t count =
        ::send(connection.socket.get(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && comes_later(errno)) return;
    if (count <= 0) {
      connection.state = Connection::State::over;
      return;
    }
    connection.unsent.erase(0, static_cast<std::size_t>(count));
  }
  const Time now = steady_clock::now();
  if (connection.closes) {
    // Closed at once, with bytes of the client unread, the connection would be reset and the answer lost.
    ::shutdown(connection.socket.get(), SHUT_WR);
    connection.state = Connection::State::leaving;
    connection.deadline = now + milliseconds(limits_.goodbye);
    return;
  }
  connection.state = Connection::State::reading;
  if (connection.continued) return;  // in the midst of a request, which has its deadline
  connection.deadline = now + milliseconds(connection.received.empty() ? limits_.idle : limits_.request);
}

void Server::expire(Connection& connection) {
  if (connection.state != Connection::State::reading || connection.received.empty()) {
    connection.state = Connection::State::over;
    return;
  }
  HttpAnswer late;
  late.status = 408;
  late.body = "the request did not arrive in time\n";
  answer(connection, late, true);
}

}  // namespace cairn
