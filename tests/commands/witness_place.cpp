#include "tests/commands/witness_place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "tests/catch.h"

namespace cairn::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* seeming_name = "seeming.example/w";

// A request with its body, or what came of one.
std::string read_request(int socket) {
  std::string request;
  std::array<char, 65536> buffer;
  for (;;) {
    const std::size_t head = request.find("\r\n\r\n");
    const std::string label = "Content-Length: ";
    const std::size_t at = request.find(label);
    if (head != std::string::npos && at != std::string::npos) {
      const std::size_t begin = at + label.size();
      if (request.size() >= head + 4 + std::stoul(request.substr(begin, request.find('\r', begin) - begin)))
        return request;
    }
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, 5000) != 1) return request;
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) return request;
    request.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

WitnessHost::WitnessHost(const fs::path& directory, std::string name, std::string log)
    : directory_(directory), name_(std::move(name)), log_(std::move(log)) {
  fs::create_directories(directory_ / "state");
  Program made(directory_, {"key", "new", (directory_ / "key.pem").string(), "--name", name_});
  const Ended ended = made.wait();
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  vkey_ = ended.out.substr(0, ended.out.size() - 1);
}

void WitnessHost::start() {
  program_ = std::make_unique<Program>(
      directory_,
      std::vector<std::string>{"serve", "--name", name_, "--key", (directory_ / "key.pem").string(), "--state",
                               (directory_ / "state").string(), "--listen", str("127.0.0.1:", port_), "--log", log_});
  port_ = program_->port();
}

void WitnessHost::kill() {
  program_.reset();
}

std::string WitnessHost::url() const {
  return str("http://127.0.0.1:", port_);
}

std::string WitnessHost::newest_note() const {
  const std::string origin = log_.substr(0, log_.find('+'));
  return text_of(directory_ / "state" / (sha256(origin).hex() + ".note"));
}

SeemingWitness::SeemingWitness(Answer answer)
    : answer_(std::move(answer)),
      listening_(std::make_unique<Descriptor>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
  ::signal(SIGPIPE, SIG_IGN);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listening_->get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listening_->get(), 8) == 0);
  socklen_t length = sizeof address;
  REQUIRE(::getsockname(listening_->get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

SeemingWitness::~SeemingWitness() {
  ends_ = true;
  thread_.join();
}

void SeemingWitness::serve() {
  while (!ends_) {
    pollfd waiting{listening_->get(), POLLIN, 0};
    if (::poll(&waiting, 1, 20) != 1) continue;
    const Descriptor client(::accept4(listening_->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.ok()) continue;
    const std::string request = read_request(client.get());
    ++requests_;
    answer_(request, client.get());
  }
}

std::string SeemingWitness::url() const {
  return str("http://127.0.0.1:", port_);
}

PrivateKey SeemingWitness::key() {
  return PrivateKey::from_ed25519_seed(std::string(32, 'S')).value();
}

std::string SeemingWitness::vkey() {
  return NoteVerifier::for_witness(seeming_name, key().public_key())->vkey();
}

bool send_all(int socket, const std::string& bytes) {
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t count = ::send(socket, left.data(), left.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string http_answer(int status, const std::string& body) {
  return str("HTTP/1.1 ", status, " Whatever\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n", body);
}

WitnessPlace::WitnessPlace() {
  id_ = init(Policy::easy)["ledger"].get<std::string>();
}

std::string WitnessPlace::log_key() const {
  const std::string line = expect(0, "dana", {"log-key"});
  return line.substr(0, line.size() - 1);
}

fs::path WitnessPlace::kept(const std::string& who) const {
  return home(who) / "logs" / (id_ + ".cosigned");
}

std::string WitnessPlace::grow(const std::string& home) const {
  const char* act = grown_++ % 2 == 0 ? "--grant" : "--revoke";
  const Ran ran = cairn("dana", {"actor", "role", "ben", act, "deployer"}, {{"CAIRN_HOME", this->home(home).string()}});
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  return ran.err;
}

std::unique_ptr<WitnessHost> WitnessPlace::witness(const std::string& name) const {
  auto host = std::make_unique<WitnessHost>(directory() / "witnesses" / name, "witness.example/" + name, log_key());
  host->start();
  return host;
}

void WitnessPlace::name_witness(const WitnessHost& host, const std::string& home) const {
  const Ran ran = cairn("dana", {"witness", "add", host.name(), host.vkey(), host.url(), "--required"},
                        {{"CAIRN_HOME", this->home(home).string()}});
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
}

std::string WitnessPlace::policy_file() const {
  return file("policy", expect(0, "dana", {"witness", "policy"}));
}

std::string WitnessPlace::file(const std::string& name, const std::string& text) const {
  put_text(directory() / name, text);
  return (directory() / name).string();
}

bool reports(const nlohmann::json& report, const std::string& kind, const std::string& text) {
  for (const auto& finding : report["findings"]) {
    if (finding["kind"] == kind && contains(finding["what"].get<std::string>(), text)) return true;
  }
  return false;
}

}  // namespace cairn::test
