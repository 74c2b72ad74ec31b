#include "ledger/tlog/cosignature.h"

#include "tests/fuzz/fuzz.h"

using namespace cairn;

namespace {

constexpr std::string_view cosigned_text = "example.org/log\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n";

const NoteVerifier& witness_of_text() {
  static const NoteVerifier known =
      NoteVerifier::from_witness_vkey(
          "witness.example.org/openssl+c4850d41+BLUo9wOe31ckNpjG/zeuUP/x87ezR5Rwevi+nTFeM6vj")
          .value();
  return known;
}

}  // namespace

// Signature lines of whoever, below a fixed text: what is opened is one of the lines, and opens by itself.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = fuzz::view(data, size);
  const auto opened = open_cosignature(lines, cosigned_text, witness_of_text());
  if (!opened) return 0;
  ASSERT(opened->time > 0 && opened->line.ends_with('\n') && lines.find(opened->line) != std::string_view::npos);
  const auto again = open_cosignature(opened->line, cosigned_text, witness_of_text());
  ASSERT(again.ok() && again->time == opened->time && again->line == opened->line);
  return 0;
}
