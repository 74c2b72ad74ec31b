#include "tests/commands/bad_input.h"

#include "tests/catch.h"

namespace cairn::test {

namespace fs = std::filesystem;

void make_sparse(const fs::path& file, std::uint64_t size) {
  put_text(file, "");
  fs::resize_file(file, size);
}

std::string binary_noise() {
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(i * 37 % 251);
  return noise;
}

void check_fails(const Workplace& place, int code, const Words& words, const std::string& what) {
  const auto files = place.files();
  const std::uint64_t size = fs::exists(place.ledger()) ? place.size() : 0;
  const Ran ran = place.cairn("dana", words);
  std::string line;
  for (const std::string& word : words) line += " " + word;
  INFO("cairn" << line << "\nexit " << ran.code << "\n" << ran.out << ran.err);
  CHECK(ran.code == code);
  CHECK(ran.out.empty());
  CHECK(ran.err.starts_with("cairn: "));
  CHECK(count_lines(ran.err) == 1);
  CHECK(contains(ran.err, what));
  CHECK(place.files() == files);
  if (size > 0) CHECK(place.size() == size);
}

}  // namespace cairn::test
