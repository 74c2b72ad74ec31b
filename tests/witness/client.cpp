#include "tests/witness/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn::test {

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Client::end_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

std::string Client::read_some() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  ASSERT(::poll(&waiting, 1, 20000) == 1);
  std::array<char, 65536> buffer;
  last_count_ = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  return last_count_ <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(last_count_));
}

Reply Client::read() {
  Reply reply;
  std::size_t end = unread_.find("\r\n\r\n");
  for (; end == std::string::npos; end = unread_.find("\r\n\r\n")) {
    const std::string more = read_some();
    if (more.empty()) return reply;
    unread_ += more;
  }
  reply.head = unread_.substr(0, end + 2);
  unread_.erase(0, end + 4);
  ASSERT(reply.head.starts_with("HTTP/1.1 "));
  reply.status = static_cast<int>(parse_uint(reply.head.substr(9, 3)).value());
  const std::string name = "\r\nContent-Length: ";
  const std::size_t at = reply.head.find(name);
  if (at == std::string::npos) return reply;  // 100
  const std::size_t begin = at + name.size();
  const std::size_t size = parse_uint(reply.head.substr(begin, reply.head.find('\r', begin) - begin)).value();
  while (unread_.size() < size) {
    const std::string more = read_some();
    ASSERT(!more.empty());
    unread_ += more;
  }
  reply.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return reply;
}

bool Client::is_over() {
  if (!unread_.empty() || !read_some().empty()) return false;
  return last_count_ == 0;
}

std::string post(std::string_view path, std::string_view body) {
  return str("POST ", path, " HTTP/1.1\r\nHost: w\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::string get(std::string_view path) {
  return str("GET ", path, " HTTP/1.1\r\nHost: w\r\n\r\n");
}

Reply ask(std::uint16_t port, std::string_view request) {
  Client client(port);
  client.send(request);
  return client.read();
}

}  // namespace cairn::test
