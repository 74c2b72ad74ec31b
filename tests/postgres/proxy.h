// A wire between a client and a server that a test can cut, in one direction first: so that what the client sent
// happened, and it was not told.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace cairn::test {

class Proxy {
 public:
  explicit Proxy(const std::string& server);  // 127.0.0.1:PORT
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::string address() const;

  // From now on answers are thrown away, until cut.
  void lose_answers() { losing_ = true; }
  void cut();  // ends all that is open; those that come later work again

 private:
  void serve();

  int port_ = 0;
  int listener_ = -1;
  int server_port_ = 0;
  std::atomic<bool> losing_{false};
  std::atomic<bool> cutting_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace cairn::test
