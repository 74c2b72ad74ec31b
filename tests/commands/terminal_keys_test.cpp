#include "commands/terminal_keys.h"

#include "tests/catch.h"

namespace cairn::test {
namespace {

using Kind = KeyPress::Kind;
using Keys = std::vector<KeyPress>;

TEST_CASE("letters, control keys and the keys that terminals name by sequences are told apart") {
  KeyDecoder decoder;
  CHECK(decoder.feed("aG:") == Keys{{Kind::text, "a"}, {Kind::text, "G"}, {Kind::text, ":"}});
  CHECK(decoder.feed("\xc3\xa9\xe6\xbc\xa2") == Keys{{Kind::text, "\xc3\xa9"}, {Kind::text, "\xe6\xbc\xa2"}});
  CHECK(decoder.feed("\r\n\x7f\b") ==
        Keys{{Kind::enter, ""}, {Kind::enter, ""}, {Kind::backspace, ""}, {Kind::backspace, ""}});
  CHECK(decoder.feed("\x04\x15") == Keys{{Kind::control, "d"}, {Kind::control, "u"}});
  CHECK(decoder.feed("\x1b[A\x1b[B\x1b[C\x1b[D") ==
        Keys{{Kind::up, ""}, {Kind::down, ""}, {Kind::right, ""}, {Kind::left, ""}});
  CHECK(decoder.feed("\x1bOA\x1bOB\x1bOH\x1bOF") ==
        Keys{{Kind::up, ""}, {Kind::down, ""}, {Kind::home, ""}, {Kind::end, ""}});
  CHECK(decoder.feed("\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~") ==
        Keys{{Kind::home, ""}, {Kind::end, ""}, {Kind::home, ""}, {Kind::end, ""}, {Kind::home, ""}, {Kind::end, ""}});
  CHECK(decoder.feed("\x1b[5~\x1b[6~") == Keys{{Kind::page_up, ""}, {Kind::page_down, ""}});
  CHECK_FALSE(decoder.waits());
}

TEST_CASE("keys come out the same however their bytes are cut up") {
  const std::string bytes = "n\x1b[A\x1b[5~\xe6\xbc\xa2\x1bOBq\x1b[1;5C";
  KeyDecoder whole;
  const Keys keys = whole.feed(bytes);
  CHECK(keys.size() == 7);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    KeyDecoder decoder;
    Keys parts = decoder.feed(bytes.substr(0, cut));
    for (const KeyPress& key : decoder.feed(bytes.substr(cut))) parts.push_back(key);
    INFO("cut at " << cut);
    CHECK(parts == keys);
  }
}

TEST_CASE("a lone escape is a key once nothing follows it") {
  KeyDecoder decoder;
  CHECK(decoder.feed("\x1b").empty());
  CHECK(decoder.waits());
  CHECK(decoder.give_up() == Keys{{Kind::escape, ""}});
  CHECK_FALSE(decoder.waits());
  CHECK(decoder.give_up().empty());
  CHECK(decoder.feed("\x1b\x1b") == Keys{{Kind::escape, ""}});
  CHECK(decoder.give_up() == Keys{{Kind::escape, ""}});
  CHECK(decoder.feed("\x1b[").empty());
  CHECK(decoder.give_up() == Keys{{Kind::other, ""}});
}

TEST_CASE("sequences and bytes that mean nothing are one key that means nothing, and the next is read well") {
  KeyDecoder decoder;
  CHECK(decoder.feed("\x1b[99~n") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\x1b[Mn") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\x1bxn") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\x1b[1\x1b[A") == Keys{{Kind::other, ""}, {Kind::up, ""}});
  CHECK(decoder.feed("\xffn") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\xc3n") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\xed\xa0\x80n") == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed(std::string("\0n", 2)) == Keys{{Kind::other, ""}, {Kind::text, "n"}});
  CHECK(decoder.feed("\x1b[" + std::string(40, '1')).size() == 1);
}

}  // namespace
}  // namespace cairn::test
