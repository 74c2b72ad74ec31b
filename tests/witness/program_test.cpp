// cairn-witness as a process: its key, its port, what it keeps over kills, and how it ends.
#include <signal.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "ledger/tlog/cosignature.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/texts.h"
#include "tests/witness/client.h"
#include "tests/witness/program.h"
#include "tests/witness/witnessed_log.h"

using namespace cairn;
using namespace cairn::test;

namespace {

namespace fs = std::filesystem;

const std::string add_path = "/add-checkpoint";

// A directory with a key, an empty state and a log to witness.
class Operator {
 public:
  Operator() {
    fs::create_directory(state());
    Program made(place_.path(), {"key", "new", key().string(), "--name", witness_name});
    const Ended ended = made.wait();
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    vkey_ = ended.out.substr(0, ended.out.size() - 1);
  }

  const fs::path& directory() const { return place_.path(); }
  fs::path key() const { return place_.path() / "w1.pem"; }
  fs::path state() const { return place_.path() / "state"; }
  const std::string& vkey() const { return vkey_; }
  NoteVerifier verifier() const { return NoteVerifier::from_witness_vkey(vkey_).value(); }

  std::vector<std::string> serve(const std::string& where = "127.0.0.1:0") const {
    return {"serve",
            "--name",
            witness_name,
            "--key",
            key().string(),
            "--state",
            state().string(),
            "--listen",
            where,
            "--log",
            WitnessedLog().verifier().vkey()};
  }

 private:
  TempDirectory place_;
  std::string vkey_;
};

}  // namespace

TEST_CASE("key new writes a file for its owner only, prints the witness's key, and overwrites nothing") {
  const Operator given;
  CHECK(NoteVerifier::from_witness_vkey(given.vkey())->name() == witness_name);
  CHECK((fs::status(given.key()).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  Program again(given.directory(), {"key", "new", given.key().string(), "--name", witness_name});
  const Ended ended = again.wait();
  CHECK(ended.code == 2);
  CHECK(says(ended.err, "never overwritten"));
  const fs::path other = given.directory() / "other.pem";
  CHECK(Program(given.directory(), {"key", "new", other.string(), "--name", "a b"}).wait().code == 2);
  CHECK_FALSE(fs::exists(other));
}

TEST_CASE("the program tells its key and port, cosigns, shows what it cosigned, and ends by SIGTERM and SIGINT") {
  const Operator given;
  const WitnessedLog log;
  for (const int number : {SIGTERM, SIGINT}) {
    Program program(given.directory(), given.serve());
    const std::uint16_t port = program.port();
    const Size old_size = number == SIGTERM ? 0 : 5;
    const Reply reply = ask(port, post(add_path, log.request(old_size, old_size + 5)));
    REQUIRE(reply.status == 200);
    CHECK(open_cosignature(reply.body, log.text(old_size + 5), given.verifier()).ok());
    const Reply shown = ask(port, get("/" + origin_hash(witnessed_origin) + "/checkpoint"));
    CHECK(shown.body == log.note(old_size + 5) + reply.body);
    program.signal(number);
    const Ended ended = program.wait();
    CHECK(ended.code == 0);
    CHECK(says(ended.out, "witness  " + given.vkey() + "\n"));
    CHECK(says(ended.err, "cosigned example.org/log at size"));
  }
}

TEST_CASE("a witness leaves no core file") {
  const Operator given;
  Program program(given.directory(), given.serve());
  program.port();
  std::ifstream limits("/proc/" + std::to_string(program.pid()) + "/limits");
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max core file size")) {
  }
  INFO(line);
  CHECK(says(line, " 0                    0 "));
}

TEST_CASE("a witness whose key lies behind a command cosigns, and answers 500 while the command fails") {
  const Operator given;
  const WitnessedLog log;
  const fs::path moved = given.directory() / "moved.pem";
  fs::rename(given.key(), moved);
  const fs::path away = given.directory() / "away";
  const std::string script = "[ ! -e '" + away.string() +
                             "' ] && exec openssl pkeyutl -sign -rawin -in /dev/stdin -inkey '" + moved.string() + "'";
  const SignerFile file{given.verifier().key(), SignerCommand{"/bin/sh", {"-c", script}, {}}};
  REQUIRE(write_private_key(given.key(), signing_as(file, {}), std::nullopt).ok());
  Program program(given.directory(), given.serve());
  const std::uint16_t port = program.port();
  const Reply reply = ask(port, post(add_path, log.request(0, 5)));
  REQUIRE(reply.status == 200);
  CHECK(open_cosignature(reply.body, log.text(5), given.verifier()).ok());
  std::ofstream(away) << "x";
  CHECK(ask(port, post(add_path, log.request(5, 6))).status == 500);
  fs::remove(away);
  CHECK(ask(port, post(add_path, log.request(5, 6))).status == 200);
  program.signal(SIGTERM);
  CHECK(program.wait().code == 0);
}

TEST_CASE("a witness that is killed goes on where it was, and what it answered is not forgotten") {
  const Operator given;
  const WitnessedLog log;
  Size size = 0;
  for (int life = 0; life < 4; ++life) {
    Program program(given.directory(), given.serve());
    const std::uint16_t port = program.port();
    CHECK(ask(port, post(add_path, log.request(size + 1, size + 2))).body == str(size, '\n'));
    if (size > 0) CHECK(ask(port, post(add_path, log.forked(1).request(size, size + 3))).status == 422);
    for (int i = 0; i < 3; ++i, ++size) REQUIRE(ask(port, post(add_path, log.request(size, size + 1))).status == 200);
    program.signal(SIGKILL);
    CHECK(program.wait().code == 128 + SIGKILL);
  }
}

TEST_CASE("clients that race over the network are told apart: one is cosigned") {
  const Operator given;
  const WitnessedLog log;
  Program program(given.directory(), given.serve());
  const std::uint16_t port = program.port();
  std::vector<Reply> replies(4);
  std::vector<std::thread> racers;
  for (Size i = 0; i < replies.size(); ++i) {
    racers.emplace_back([&, i] { replies[i] = ask(port, post(add_path, log.request(0, 5 + i))); });
  }
  for (std::thread& racer : racers) racer.join();
  int cosigned = 0;
  for (const Reply& reply : replies) {
    cosigned += reply.status == 200 ? 1 : 0;
    CHECK((reply.status == 200 || reply.status == 409));
  }
  CHECK(cosigned == 1);
}

TEST_CASE("the program on a full disk answers 500 without a cosignature, and lives") {
  const Operator given;
  const WitnessedLog log;
  {
    Program program(given.directory(), given.serve(), Program::Disk::full);
    const std::uint16_t port = program.port();
    for (int i = 0; i < 2; ++i) {
      const Reply reply = ask(port, post(add_path, log.request(0, 5)));
      CHECK(reply.status == 500);
      CHECK_FALSE(says(reply.body, "\xE2\x80\x94"));
      CHECK_FALSE(says(reply.body, given.directory().string()));
    }
    program.signal(SIGTERM);
    CHECK(program.wait().code == 0);
  }
  Program program(given.directory(), given.serve());
  CHECK(ask(program.port(), post(add_path, log.request(0, 5))).status == 200);
}

TEST_CASE("every status comes over the network with its type") {
  const Operator given;
  const WitnessedLog log;
  Program program(given.directory(), given.serve());
  const std::uint16_t port = program.port();
  Client client(port);  // one connection for all of them
  const auto status_of = [&client](const std::string& request) {
    client.send(request);
    return client.read();
  };
  CHECK(status_of(post(add_path, "old 0\n\n")).status == 400);
  CHECK(status_of(post(add_path, WitnessedLog(witnessed_origin, 'O').request(0, 5))).status == 403);
  CHECK(status_of(post(add_path, WitnessedLog("example.org/other").request(0, 5))).status == 404);
  CHECK(status_of(post(add_path, log.request(0, 5))).status == 200);
  const Reply conflict = status_of(post(add_path, log.request(0, 5)));
  CHECK(conflict.status == 409);
  CHECK(conflict.body == "5\n");
  CHECK(says(conflict.head, "\r\nContent-Type: text/x.tlog.size\r\n"));
  CHECK(status_of(post(add_path, log.forked(3).request(5, 5))).status == 422);
  CHECK(status_of(post("/", "")).status == 404);
  CHECK(status_of(post("/add-checkpoint/", "")).status == 404);
  CHECK(status_of(get("/" + std::string(64, '0') + "/checkpoint")).status == 404);
  CHECK(status_of(get("/../../etc/passwd")).status == 404);
  const Reply wrong_method = status_of(get(add_path));
  CHECK(wrong_method.status == 405);
  CHECK(says(wrong_method.head, "\r\nAllow: POST\r\n"));
  CHECK(status_of(post("/" + std::string(64, '0') + "/checkpoint", "")).status == 405);
}

TEST_CASE("hostile bytes are refused or cut off, and the next client is served") {
  const Operator given;
  const WitnessedLog log;
  Program program(given.directory(), given.serve());
  const std::uint16_t port = program.port();
  const std::string chunked = replaced(post(add_path, ""), "Content-Length: 0", "Transfer-Encoding: chunked");
  CHECK(ask(port, chunked + "5\r\nold 0\r\n0\r\n\r\n").status == 501);
  CHECK(ask(port, "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n").status == 411);
  CHECK(ask(port, post(add_path, std::string(65537, 'x'))).status == 413);
  CHECK(ask(port, post(add_path, std::string(65536, '\0'))).status == 400);
  CHECK(ask(port, std::string(100000, 'A')).status == 431);
  CHECK(ask(port, "\x16\x03\x01\x02 a hello of TLS\r\n\r\n").status == 400);
  CHECK(ask(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505);
  const std::string whole = post(add_path, log.request(0, 5));
  for (std::size_t part = 0; part < whole.size(); part += 3) {
    Client gone(port);
    gone.send(whole.substr(0, part));
  }
  CHECK(ask(port, post(add_path, log.request(0, 5))).status == 200);
  program.signal(SIGTERM);
  CHECK(program.wait().code == 0);
}

TEST_CASE("a witness does not begin with a key, a state or arguments that cannot be meant") {
  const Operator given;
  const auto code_with = [&given](std::size_t word, const std::string& other) {
    std::vector<std::string> words = given.serve();
    words.at(word) = other;
    return Program(given.directory(), words).wait().code;
  };
  CHECK(code_with(2, "a b") == 2);
  CHECK(code_with(4, "nowhere.pem") == 1);
  CHECK(code_with(6, (given.directory() / "slip").string()) == 2);
  CHECK(code_with(8, "localhost:80") == 2);
  CHECK(code_with(10, given.vkey()) == 2);
  CHECK(code_with(0, "server") == 2);
  CHECK(Program(given.directory(), {}).wait().code == 2);
  Program first(given.directory(), given.serve());
  first.port();
  CHECK(Program(given.directory(), given.serve()).wait().code == 4);
  fs::permissions(given.key(), fs::perms::group_read, fs::perm_options::add);
  CHECK(Program(given.directory(), given.serve()).wait().code == 1);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"serve", "--help"}, {"key", "new", "--help"}}) {
    const Ended helped = Program(given.directory(), words).wait();
    CHECK(helped.code == 0);
    CHECK(says(helped.out, "Usage: cairn-witness"));
  }
}
