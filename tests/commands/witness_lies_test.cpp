// Witnesses that refuse, lie, say nothing or never end: each is told with its reason, and nothing else comes of it.
#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "commands/witnessing.h"
#include "ledger/base/text.h"
#include "ledger/tlog/add_checkpoint.h"
#include "ledger/tlog/cosignature.h"
#include "tests/catch.h"
#include "tests/commands/witness_place.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

AddCheckpoint request_in(const std::string& http) {
  return parse_add_checkpoint(std::string_view(http).substr(http.find("\r\n\r\n") + 4)).value();
}

// The answer of an honest witness with this key to the checkpoint of the request.
std::string honest_answer(const PrivateKey& key, const std::string& http,
                          const std::string& name = "seeming.example/w") {
  const std::string note = request_in(http).note;
  return cosign(note.substr(0, note.rfind("\n\n") + 1), name, key, 1795815000)->line;
}

// One place and one witness without honour, who is asked once with this patience. What `cosign` printed as its problem.
struct Faced {
  explicit Faced(const SeemingWitness::Answer& answer) : seeming(answer) {
    place.expect(0, "dana", {"witness", "add", "w", SeemingWitness::vkey(), seeming.url(), "--required"});
  }

  std::string ask(int code) const {
    const Json answer = place.json(code, "dana", {"witness", "cosign", "--timeout", "400ms"});
    CHECK(answer["quorum_met"] == (code == 0));
    const Json& problem = answer["witnesses"][0]["problem"];
    return problem.is_null() ? "" : problem.get<std::string>();
  }

  WitnessPlace place;
  SeemingWitness seeming;
};

void check_answer(int status, const std::string& body, int code, const std::string& why) {
  const Faced faced([&](const std::string&, int socket) { send_all(socket, http_answer(status, body)); });
  const std::string problem = faced.ask(code);
  INFO(status << " " << body << ": " << problem);
  CHECK(contains(problem, why));
  CHECK_FALSE(fs::exists(faced.place.kept()));
  faced.place.expect(0, "dana", {"verify"});
}

TEST_CASE("each refusal is told with what it means") {
  check_answer(400, "no\n", 1, "400: no (it finds the request malformed)");
  check_answer(403, "", 1, "knows this log by another key");
  check_answer(404, "<html>\x1B[31m", 1, "does not know this log");
  check_answer(422, "proof\n", 5, "no beginning of this ledger");
  check_answer(429, "", 1, "asked too often");
  check_answer(500, "", 1, "its own fault");
  check_answer(503, "", 1, "its own fault");
  check_answer(204, "", 1, "no answer that tlog-witness knows");
  check_answer(409, "", 1, "409, and no size");
  check_answer(409, "<html>busy</html>\n", 1, "409, and no size");
  check_answer(409, "01\n", 1, "409, and no size");
  check_answer(409, "1", 1, "409, and no size");
  check_answer(409, "0\n", 5, "the size that it was asked from");
  check_answer(409, "99\n", 5, "this ledger has 1 entries");
  check_answer(409, "1\n", 1, "409: 1 again");
}

TEST_CASE("an answer of 200 counts only if its cosignature holds under this very checkpoint") {
  check_answer(200, "", 5, "no cosignature of the checkpoint of size 1");
  check_answer(200, "\xE2\x80\x94 seeming.example/w AAAA\n", 5, "no cosignature");
  check_answer(200, std::string(3000, '\xFF') + "\n", 5, "no cosignature");
  const auto refuse = [](const SeemingWitness::Answer& answer) {
    const Faced faced(answer);
    CHECK(contains(faced.ask(5), "no cosignature of the checkpoint of size 1"));
    CHECK_FALSE(fs::exists(faced.place.kept()));
  };
  const PrivateKey other = PrivateKey::from_ed25519_seed(std::string(32, 'O')).value();
  refuse([&other](const std::string& request, int socket) {
    send_all(socket, http_answer(200, honest_answer(other, request)));
  });
  // Another size, another root, another log: whatever is not this text.
  refuse([](const std::string&, int socket) {
    const std::string text = format_checkpoint("ledger.example/test", {2, Hash()});
    send_all(socket, http_answer(200, cosign(text, "seeming.example/w", SeemingWitness::key(), 1795815000)->line));
  });
  refuse([](const std::string& request, int socket) {
    std::string line = honest_answer(SeemingWitness::key(), request);
    line[line.size() - 8] = line[line.size() - 8] == 'A' ? 'B' : 'A';
    send_all(socket, http_answer(200, line));
  });
}

TEST_CASE("lines of strangers beside the witness's own are ignored, and not kept") {
  const PrivateKey other = PrivateKey::from_ed25519_seed(std::string(32, 'O')).value();
  const Faced faced([&other](const std::string& request, int socket) {
    send_all(socket, http_answer(200, honest_answer(other, request, "stranger.example") +
                                          honest_answer(SeemingWitness::key(), request)));
  });
  CHECK(faced.ask(0).empty());
  const std::string note = faced.place.expect(0, "dana", {"checkpoint"});
  CHECK(contains(note, "seeming.example/w"));
  CHECK_FALSE(contains(note, "stranger.example"));
}

TEST_CASE("a redirect is not followed") {
  const SeemingWitness elsewhere([](const std::string& request, int socket) {
    send_all(socket, http_answer(200, honest_answer(SeemingWitness::key(), request)));
  });
  const Faced faced([&elsewhere](const std::string&, int socket) {
    send_all(socket, "HTTP/1.1 307 Elsewhere\r\nLocation: " + elsewhere.url() +
                         "/add-checkpoint\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  CHECK(contains(faced.ask(1), "redirects are not followed"));
  CHECK(elsewhere.requests() == 0);
}

TEST_CASE("https asks only whom the system's certificates vouch for, and never falls back to http") {
  const WitnessPlace place;
  const auto problem_with = [&place](const std::string& name, const std::string& url) {
    place.expect(0, "dana", {"witness", "add", name, SeemingWitness::vkey(), url, "--required"});
    const Json answer = place.json(1, "dana", {"witness", "cosign", "--timeout", "2s"});
    place.expect(0, "dana", {"witness", "remove", name});
    return answer["witnesses"][0]["problem"].get<std::string>();
  };
  const auto at = [&place](const char* file) { return (place.directory() / file).string(); };
  const Ran made =
      Started(place.directory() / "printed",
              {"/usr/bin/openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", at("key"), "-out",
               at("certificate"), "-days", "2", "-subj", "/CN=w", "-addext", "subjectAltName=IP:127.0.0.1"},
              {})
          .wait();
  INFO(made.err);
  REQUIRE(made.code == 0);
  const Started server(place.directory() / "printed",
                       {"/bin/sh", "-c",
                        "exec openssl s_server -accept 127.0.0.1:0 -www -key " + at("key") + " -cert " +
                            at("certificate") + " > " + at("said")},
                       {});
  const std::string before = "ACCEPT 127.0.0.1:";
  std::string said;
  for (int i = 0; i < 1000 && !contains(said, before); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    said = text_of(at("said"));
  }
  REQUIRE(contains(said, before));
  const std::size_t port = said.find(before) + before.size();
  const std::string self_signed =
      problem_with("a", "https://127.0.0.1:" + said.substr(port, said.find('\n', port) - port));
  INFO(self_signed);
  CHECK(contains(self_signed, "certificate"));
  std::atomic<bool> was_http = false;
  const SeemingWitness plain(
      [&was_http](const std::string& request, int) { was_http = was_http || contains(request, "HTTP/1"); });
  CHECK(contains(problem_with("b", "https" + plain.url().substr(4)), "no whole answer within 2s"));
  CHECK_FALSE(was_http);
}

TEST_CASE("what never comes, never ends or is no HTTP is given up") {
  const auto given_up = [](const SeemingWitness::Answer& answer, const std::string& why) {
    const Faced faced(answer);
    const auto begin = std::chrono::steady_clock::now();
    const std::string problem = faced.ask(1);
    INFO(problem);
    CHECK(contains(problem, why));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  };
  const auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1200)); };
  given_up([&](const std::string&, int) { wait(); }, "no whole answer within 400ms");
  given_up(
      [&](const std::string&, int socket) {
        send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nhalf");
        wait();
      },
      "no whole answer within 400ms");
  given_up(
      [](const std::string&, int socket) {
        send_all(socket, "HTTP/1.1 200 OK\r\n\r\n");
        while (send_all(socket, std::string(8192, 'x'))) {
        }
      },
      "longer than 65536 bytes");
  given_up([](const std::string&, int socket) { send_all(socket, http_answer(200, std::string(65537, 'x'))); },
           "longer than 65536 bytes");
  given_up(
      [](const std::string&, int socket) {
        send_all(socket, "HTTP/1.1 200 OK\r\n");
        while (send_all(socket, "X-More: " + std::string(1000, 'x') + "\r\n")) {
        }
      },
      "its headers than 16384");
  given_up(
      [](const std::string&, int socket) {
        while (send_all(socket, "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n")) {
        }
      },
      "its headers than 16384");
  given_up([](const std::string&, int) {}, "");
  given_up([](const std::string&, int socket) { send_all(socket, "SSH-2.0-OpenSSH_9.2\r\n\r\n"); }, "HTTP/0.9");
}

TEST_CASE("a command waits for a silent witness no longer than two seconds, and with its answer out before") {
  const SeemingWitness seeming(
      [](const std::string&, int) { std::this_thread::sleep_for(std::chrono::milliseconds(3000)); });
  const WitnessPlace place;
  place.expect(0, "dana", {"witness", "add", "w", SeemingWitness::vkey(), seeming.url()});
  const auto begin = std::chrono::steady_clock::now();
  const std::string said = place.grow();
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(contains(said, "no whole answer within 2s"));
  CHECK(took >= std::chrono::seconds(2));
  CHECK(took < std::chrono::seconds(6));
  Started slow = place.start("dana", {"actor", "role", "ben", "--grant", "monitor"});
  while (seeming.requests() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::string printed;
  for (const auto& file : fs::directory_iterator(place.directory() / "printed")) printed += text_of(file.path());
  CHECK(contains(printed, "Admitted"));
  // Another writes meanwhile: no lock is held for it.
  const auto then = std::chrono::steady_clock::now();
  place.expect(0, "dana", {"--lock-timeout", "500ms", "actor", "role", "ben", "--grant", "auditor"});
  CHECK(slow.wait().code == 0);
  CHECK(std::chrono::steady_clock::now() - then < std::chrono::seconds(8));
}

TEST_CASE("a witness whose state was put back is found out, for what it cosigned is kept") {
  std::atomic<int> says_size = 0;
  const Faced faced([&says_size](const std::string& request, int socket) {
    if (says_size > 0) return (void)send_all(socket, http_answer(409, str(says_size.load(), '\n')));
    send_all(socket, http_answer(200, honest_answer(SeemingWitness::key(), request)));
  });
  CHECK(faced.ask(0).empty());
  CHECK(faced.place.grow().empty());
  const int asked = faced.seeming.requests();
  says_size = 1;
  CHECK(contains(faced.place.grow(), "its state was put back"));
  CHECK(contains(faced.ask(5), "last cosigned size 1, and it has cosigned 2"));
  CHECK(faced.seeming.requests() == asked + 2);
}

TEST_CASE("the second request begins where the witness says, with a proof from there") {
  std::mutex mutex;
  std::vector<AddCheckpoint> taken;
  const auto requests_since = [&] {
    const std::lock_guard lock(mutex);
    return std::exchange(taken, {});
  };
  const Faced faced([&](const std::string& request, int socket) {
    const AddCheckpoint asked = request_in(request);
    {
      const std::lock_guard lock(mutex);
      taken.push_back(asked);
    }
    if (asked.old_size != 2) return (void)send_all(socket, http_answer(409, "2\n"));
    send_all(socket, http_answer(200, honest_answer(SeemingWitness::key(), request)));
  });
  for (int i = 0; i < 4; ++i) faced.place.grow();
  requests_since();
  fs::remove_all(faced.place.kept());
  CHECK(faced.ask(0).empty());
  const std::vector<AddCheckpoint> requests = requests_since();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].old_size == 0);
  CHECK(requests[0].proof.empty());
  CHECK(requests[1].old_size == 2);
  CHECK_FALSE(requests[1].proof.empty());
  CHECK(requests[0].note == requests[1].note);
  // Who has cosigned the newest is not asked for it again.
  CHECK(faced.ask(0).empty());
  CHECK(requests_since().empty());
}

TEST_CASE("a URL is http or https to a host, and nothing that would be shown or reinterpreted") {
  for (const std::string url :
       {"https://w.example", "http://10.0.0.7:8077/", "https://w.example/logs/w1", "http://[::1]:80"}) {
    CHECK(check_witness_url(url).ok());
  }
  for (const std::string url :
       {"", "w.example", "ftp://w.example", "HTTPS://w.example", "https://", "https:///x", "https://user:pw@w.example",
        "https://w.example?x", "https://w.example/#x", "https://w .example", "https://w\xC3\xA9.example",
        "https://w.example/\n", "file:///etc/passwd"}) {
    const auto checked = check_witness_url(url);
    INFO(url);
    REQUIRE_FALSE(checked.ok());
    CHECK(checked.error().kind == ErrorKind::usage);
  }
}

}  // namespace
}  // namespace cairn::test
