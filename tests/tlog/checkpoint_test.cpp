#include "ledger/tlog/checkpoint.h"

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/tlog/golden.h"

using namespace cairn;

namespace {

// Opens and parses with every key that we can use; the number of verifiers that verified, or 0 if it was refused.
std::size_t verified_count(const golden::NoteVector& vector, const golden::Trusted& trusted) {
  const auto note = open_note(vector.note, trusted.verifiers);
  if (!note.ok() || !parse_checkpoint(note->text).ok()) return 0;
  return note->verified_by.size();
}

const std::string root_of_100 = "EGptFZTXMkjJY0Y5iWz4p20sNBj4+4tOJDhgJaJ/JHI=";
const std::string good_text = "example.com/log1\n100\n" + root_of_100 + "\n";

}  // namespace

TEST_CASE("every published checkpoint is opened or refused as published") {
  const auto vectors = golden::notes();
  REQUIRE(vectors.size() == 16);
  for (const golden::NoteVector& vector : vectors) {
    const auto trusted = golden::trust(vector.vkeys);
    if (trusted.verifiers.empty()) {
      REQUIRE(vector.name == "only ML-DSA-44 trusted");  // has its own test below
      continue;
    }
    CAPTURE(vector.name);
    const std::size_t count = verified_count(vector, trusted);
    CHECK((count != 0) == vector.expect);
    // An ML-DSA-44 line counts for nothing here, so that many fewer can be asked for.
    if (vector.expect) CHECK(count >= vector.min - trusted.ml_dsa);
  }
}

TEST_CASE("log and two cosignatures verify as three, the ML-DSA-44 one being ignored") {
  const auto vector = golden::note_named("log + 2 cosignatures/v1 + ML-DSA-44");
  const auto trusted = golden::trust(vector.vkeys);
  CHECK(vector.min == 4);
  CHECK(trusted.ml_dsa == 1);
  CHECK(verified_count(vector, trusted) == 3);
}

TEST_CASE("not supported: a checkpoint trusted by an ML-DSA-44 key alone is refused, although it is good") {
  const auto vector = golden::note_named("only ML-DSA-44 trusted");
  CHECK(vector.expect);
  const auto trusted = golden::trust(vector.vkeys);
  CHECK(trusted.ml_dsa == 1);
  CHECK(verified_count(vector, trusted) == 0);
}

TEST_CASE("published checkpoints hold the published roots") {
  const auto log = golden::verifier(golden::log_name);
  for (const golden::RootVector& root : golden::roots()) {
    if (root.size != 100) continue;
    const auto opened = open_checkpoint(golden::note_named("checkpoint, log key").note, log).value();
    CHECK(opened.origin == golden::log_name);
    CHECK(opened.head == Head{100, root.root});
    CHECK(opened.extensions.empty());
  }
  const auto empty = open_checkpoint(golden::note_named("size 0").note, log).value();
  CHECK(empty.head == Head{0, empty_root()});
  const auto extended = open_checkpoint(golden::note_named("extension line").note, log).value();
  CHECK(extended.extensions == std::vector<std::string>{"ext data"});
}

TEST_CASE("signing a published head again gives the published note") {
  const auto published = golden::note_named("checkpoint, log key").note;
  const auto opened = open_checkpoint(published, golden::verifier(golden::log_name)).value();
  const std::string text = format_checkpoint(opened.origin, opened.head);
  CHECK(text == good_text);
  CHECK(sign_note(text, golden::log_name, golden::private_key(golden::log_name)).value() == published);
}

TEST_CASE("a checkpoint has one spelling") {
  REQUIRE(parse_checkpoint(good_text).ok());
  const auto with = [](const std::string& origin, const std::string& size, const std::string& root) {
    return parse_checkpoint(origin + "\n" + size + "\n" + root + "\n");
  };
  for (const char* size : {"0100", "00", "+100", "-1", " 100", "100 ", "1e2", "0x64", "", "100\r", "100.", "1_00",
                           "18446744073709551616", "\xD9\xA1"}) {
    CAPTURE(size);
    CHECK_FALSE(with("log", size, root_of_100).ok());
  }
  CHECK(with("log", "18446744073709551615", root_of_100)->head.size == ~Size{0});
  const std::string stem = root_of_100.substr(0, 42);
  for (const std::string& root :
       {stem + "J=", stem + "K=", stem + "L=", stem + "I", stem + "I==", stem, " " + root_of_100, root_of_100 + " ",
        root_of_100 + "\r", std::string(), std::string("YWJj"), to_base64(Bytes(31, 'a')), to_base64(Bytes(33, 'a')),
        to_hex(Bytes(32, 'a'))}) {
    CAPTURE(root);
    CHECK_FALSE(with("log", "100", root).ok());
  }
  CHECK_FALSE(with("", "100", root_of_100).ok());
  CHECK_FALSE(with("lo\rg", "100", root_of_100).ok());
  CHECK_FALSE(with("lo\tg", "100", root_of_100).ok());
  CHECK_FALSE(with("lo\xffg", "100", root_of_100).ok());
}

TEST_CASE("a checkpoint has at least three lines, none of them empty, each with its newline") {
  CHECK_FALSE(parse_checkpoint("").ok());
  CHECK_FALSE(parse_checkpoint("\n").ok());
  CHECK_FALSE(parse_checkpoint("log\n").ok());
  CHECK_FALSE(parse_checkpoint("log\n100\n").ok());
  CHECK_FALSE(parse_checkpoint("log\n100\n" + root_of_100).ok());
  CHECK_FALSE(parse_checkpoint(good_text + "\n").ok());
  CHECK_FALSE(parse_checkpoint(good_text + "\next\n").ok());
  CHECK_FALSE(parse_checkpoint(good_text + "ext\n\n").ok());
  CHECK_FALSE(parse_checkpoint(good_text + "ext").ok());
  CHECK_FALSE(parse_checkpoint("\n" + good_text).ok());
  CHECK_FALSE(parse_checkpoint("log\r\n100\r\n" + root_of_100 + "\r\n").ok());
  CHECK(parse_checkpoint(good_text + "one\ntwo\n")->extensions == std::vector<std::string>{"one", "two"});
}

TEST_CASE("size 0 has the root of the empty tree and no other") {
  CHECK(parse_checkpoint(format_checkpoint("log", {0, empty_root()})).ok());
  CHECK_FALSE(parse_checkpoint(format_checkpoint("log", {0, Hash{}})).ok());
  CHECK(parse_checkpoint_of_any_root(format_checkpoint("log", {0, Hash{}}))->head == Head{0, Hash{}});
}

TEST_CASE("any head is read back as it is written") {
  for (const Size size : {Size{0}, Size{1}, Size{9}, Size{10}, Size{70000}, ~Size{0}}) {
    const Head head{size, size == 0 ? empty_root() : leaf_hash(str(size))};
    const auto parsed = parse_checkpoint(format_checkpoint("example.com/log", head)).value();
    CHECK(parsed.head == head);
    CHECK(parsed.origin == "example.com/log");
  }
}

TEST_CASE("a checkpoint whose origin is not the name of the key that signed it is refused") {
  const auto key = golden::private_key(golden::log_name);
  const auto log = golden::verifier(golden::log_name);
  const auto note =
      sign_note(format_checkpoint("example.com/log2", {1, leaf_hash("a")}), golden::log_name, key).value();
  const auto result = open_checkpoint(note, log);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::not_verified);
  CHECK(result.error().message.find("example.com/log2") != std::string::npos);
}

TEST_CASE("a note that is signed but is no checkpoint is refused") {
  const auto key = golden::private_key(golden::log_name);
  const auto note = sign_note("example.com/log1\nhello\nworld\n", golden::log_name, key).value();
  CHECK_FALSE(open_checkpoint(note, golden::verifier(golden::log_name)).ok());
}

TEST_CASE("a checkpoint signed by a witness alone is not the log's") {
  const auto note = golden::note_named("log + 2 cosignatures/v1 + ML-DSA-44").note;
  CHECK(open_checkpoint(note, golden::verifier(golden::log_name)).ok());
  CHECK_FALSE(open_checkpoint(note, golden::verifier(golden::witness1)).ok());
}

TEST_CASE("the size that a note claims is its second line and nothing else") {
  CHECK(claimed_size(golden::note_named("checkpoint, log key").note).value() == 100);
  CHECK(claimed_size("x\n0\n").value() == 0);
  for (const char* bad : {"", "x", "x\n", "x\n1", "x\n\n", "x\n01\n", "x\n-1\n", "x\n1 \n", "x\n1\r\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(claimed_size(bad).ok());
  }
}
