// A ledger whose checkpoints are cosigned: by the program cairn-witness, or by something that only looks like one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/crypto/keys.h"
#include "tests/commands/shell.h"
#include "tests/witness/program.h"

namespace cairn::test {

// cairn-witness on a port of its own, which it keeps over its lives. `log` is the vkey of the log that it knows.
class WitnessHost {
 public:
  WitnessHost(const std::filesystem::path& directory, std::string name, std::string log);

  void start();
  void kill();

  const std::string& vkey() const { return vkey_; }
  const std::string& name() const { return name_; }
  std::string url() const;
  std::string newest_note() const;  // what it cosigned last, as it shows it to monitors

 private:
  std::filesystem::path directory_;
  std::string name_;
  std::string log_;
  std::string vkey_;
  std::uint16_t port_ = 0;  // 0: it has not lived yet
  std::unique_ptr<Program> program_;
};

// Answers whatever the test says, one connection after the other: `answer` gets the request and the socket to write to,
// which is closed behind it.
class SeemingWitness {
 public:
  using Answer = std::function<void(const std::string& request, int socket)>;
  explicit SeemingWitness(Answer answer);
  ~SeemingWitness();
  SeemingWitness(const SeemingWitness&) = delete;
  SeemingWitness& operator=(const SeemingWitness&) = delete;

  std::string url() const;
  int requests() const { return requests_; }

  // Its key; the name of the witness is "seeming.example/w".
  static PrivateKey key();
  static std::string vkey();

 private:
  void serve();

  Answer answer_;
  std::unique_ptr<Descriptor> listening_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ends_ = false;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

// As far as the other side takes it; false once it takes no more.
bool send_all(int socket, const std::string& bytes);
std::string http_answer(int status, const std::string& body);

// A workplace with a ledger, by the easy policy, that dana sequences.
struct WitnessPlace : Workplace {
  WitnessPlace();

  std::string log_key() const;
  std::string ledger_id() const { return id_; }
  std::filesystem::path kept(const std::string& who = "dana") const;  // the directory of cosigned notes

  // One more entry, by dana; what was on stderr.
  std::string grow(const std::string& home = "dana") const;

  std::unique_ptr<WitnessHost> witness(const std::string& name) const;  // started

  // As a required one, by dana in this home; and the policy that comes of it, as a file.
  void name_witness(const WitnessHost& host, const std::string& home = "dana") const;
  std::string policy_file() const;

  std::string file(const std::string& name, const std::string& text) const;  // its path

 private:
  std::string id_;
  mutable int grown_ = 0;
};

// Whether a report of `verify --json` has a finding of this kind that says so.
bool reports(const nlohmann::json& report, const std::string& kind, const std::string& text);

}  // namespace cairn::test
