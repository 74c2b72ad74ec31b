#include "tests/tlog/golden.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"

namespace cairn::golden {
namespace {

nlohmann::json read_json(const std::string& name) {
  return nlohmann::json::parse(read_file(folder() / name));
}

}  // namespace

std::filesystem::path folder() {
  return std::filesystem::path(CAIRN_GOLDEN) / "tlog";
}

Bytes read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  ASSERT(in.good());
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

Bytes entry(Seq seq) {
  return str("entry ", seq);
}

std::vector<RootVector> roots() {
  std::vector<RootVector> all;
  const auto file = read_json("tree_roots.json");
  for (const auto& one : file.at("roots")) {
    const Bytes root = from_base64(one.at("root").get<std::string>()).value();
    all.push_back({one.at("size").get<Size>(), Hash::from_bytes(root).value()});
  }
  return all;
}

std::vector<NoteVector> notes() {
  std::vector<NoteVector> all;
  const auto file = read_json("checkpoints.json");
  for (const auto& one : file.at("notes")) {
    all.push_back({one.at("name").get<std::string>(), one.at("note").get<std::string>(),
                   one.at("vkeys").get<std::vector<std::string>>(), one.at("expect").get<bool>(),
                   one.value("min", std::size_t{1})});
  }
  return all;
}

NoteVector note_named(const std::string& name) {
  const auto all = notes();
  const auto found = std::find_if(all.begin(), all.end(), [&name](const NoteVector& one) { return one.name == name; });
  ASSERT(found != all.end());
  return *found;
}

std::vector<ProofVector> proofs() {
  std::vector<ProofVector> all;
  const auto file = read_json("tlog_proof.json");
  for (const auto& one : file) {
    all.push_back({one.at("text").get<std::string>(), from_base64(one.at("leaf").get<std::string>()).value(),
                   one.at("vkeys").get<std::vector<std::string>>(), one.at("expect").get<bool>(),
                   one.value("min", std::size_t{1})});
  }
  return all;
}

std::string vkey(const std::string& name) {
  return read_json("checkpoints.json").at("keys").at(name).at("vkey").get<std::string>();
}

PrivateKey private_key(const std::string& name) {
  const std::string skey = read_json("checkpoints.json").at("keys").at(name).at("skey").get<std::string>();
  // "PRIVATE+KEY+<name>+<id>+<base64 of type and seed>"; the base64 may hold '+' itself.
  const std::size_t at = std::string("PRIVATE+KEY+").size() + name.size() + 1 + 8 + 1;
  const Bytes typed = from_base64(skey.substr(at)).value();
  return PrivateKey::from_ed25519_seed(typed.substr(1)).value();
}

NoteVerifier verifier(const std::string& name) {
  return NoteVerifier::from_vkey(vkey(name)).value();
}

Trusted trust(const std::vector<std::string>& vkeys) {
  Trusted trusted;
  for (const std::string& text : vkeys) {
    if (text.starts_with(ml_dsa_witness + "+")) {
      ++trusted.ml_dsa;
    } else {
      trusted.verifiers.push_back(NoteVerifier::from_vkey(text).value());
    }
  }
  return trusted;
}

}  // namespace cairn::golden
