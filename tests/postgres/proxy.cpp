#include "tests/postgres/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Wire {
  int client = -1;
  int server = -1;
};

void end(Wire& wire) {
  ::close(wire.client);
  ::close(wire.server);
  wire = {};
}

// False: one end has hung up.
bool pass_on(int from, int to, bool throw_away) {
  char bytes[1 << 14];
  const ssize_t got = ::recv(from, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  return throw_away || ::send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
}

}  // namespace

Proxy::Proxy(const std::string& server) {
  server_port_ = std::stoi(server.substr(server.find(':') + 1));
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(listener_, 8) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Proxy::~Proxy() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

std::string Proxy::address() const {
  return str("127.0.0.1:", port_);
}

void Proxy::cut() {
  cutting_ = true;
  while (cutting_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Proxy::serve() {
  std::vector<Wire> wires;
  while (!ending_) {
    if (cutting_) {
      for (Wire& wire : wires) end(wire);
      wires.clear();
      losing_ = false;
      cutting_ = false;
    }
    std::vector<pollfd> polled{{listener_, POLLIN, 0}};
    for (const Wire& wire : wires) {
      polled.push_back({wire.client, POLLIN, 0});
      polled.push_back({wire.server, POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), 5);
    for (std::size_t i = 0; i < wires.size(); ++i) {
      Wire& wire = wires[i];
      bool alive = true;
      if (polled[1 + 2 * i].revents != 0) alive = pass_on(wire.client, wire.server, false);
      if (alive && polled[2 + 2 * i].revents != 0) alive = pass_on(wire.server, wire.client, losing_);
      if (!alive) end(wire);
    }
    std::erase_if(wires, [](const Wire& wire) { return wire.client < 0; });
    if (polled[0].revents == 0) continue;
    const sockaddr_in address = loopback(server_port_);
    Wire wire{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::connect(wire.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      wires.push_back(wire);
    } else {
      end(wire);
    }
  }
  for (Wire& wire : wires) end(wire);
}

}  // namespace cairn::test
