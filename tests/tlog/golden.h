// The vectors of tests/golden/tlog as plain values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/crypto/keys.h"
#include "ledger/tlog/note.h"

namespace cairn::golden {

struct RootVector {
  Size size = 0;
  Hash root;
};

struct NoteVector {
  std::string name;
  std::string note;
  std::vector<std::string> vkeys;
  bool expect = false;
  std::size_t min = 1;  // distinct verifiers that must have verified
};

struct ProofVector {
  std::string text;
  Bytes leaf;
  std::vector<std::string> vkeys;
  bool expect = false;
  std::size_t min = 1;
};

inline const std::string log_name = "example.com/log1";
inline const std::string witness1 = "witness.example/w1";
inline const std::string witness2 = "witness.example/w2";
inline const std::string ml_dsa_witness = "witness.example/pq";

std::filesystem::path folder();
Bytes read_file(const std::filesystem::path& file);
Bytes entry(Seq seq);  // "entry <seq>"

std::vector<RootVector> roots();
std::vector<NoteVector> notes();
NoteVector note_named(const std::string& name);
std::vector<ProofVector> proofs();

std::string vkey(const std::string& name);
PrivateKey private_key(const std::string& name);
NoteVerifier verifier(const std::string& name);

// Splits vkeys into those we can use and the number of ML-DSA-44 ones, which OpenSSL 3.0 cannot verify.
struct Trusted {
  std::vector<NoteVerifier> verifiers;
  std::size_t ml_dsa = 0;
};
Trusted trust(const std::vector<std::string>& vkeys);

}  // namespace cairn::golden
