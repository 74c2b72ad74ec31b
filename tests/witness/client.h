// A client that speaks to a server on the loopback interface, byte by byte if it must. Many threads may each have one, so
// it asserts by itself: Catch's assertions are for one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/file.h"

namespace cairn::test {

struct Reply {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;
};

class Client {
 public:
  explicit Client(std::uint16_t port);

  void send(std::string_view bytes);  // as far as the server takes them
  void end_sending();
  Reply read();             // the next answer; waits at most 20 s
  std::string read_some();  // whatever comes next; empty: the connection ended
  bool is_over();           // it ended in order: waits for it; false if more comes, or if the connection was reset

 private:
  Descriptor socket_;
  std::string unread_;
  long last_count_ = 0;  // what the last read came to; -1: the connection was reset
};

std::string post(std::string_view path, std::string_view body);
std::string get(std::string_view path);

// One request over a connection of its own.
Reply ask(std::uint16_t port, std::string_view request);

}  // namespace cairn::test
