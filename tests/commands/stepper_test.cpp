// The walk without a terminal: what each key does, and what fits on which screen.
#include "commands/stepper.h"

#include <algorithm>

#include "commands/screen_text.h"
#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

using Kind = KeyPress::Kind;
using Lines = std::vector<std::string>;

constexpr Millis noon = 1'800'000'000'000;  // 2027-01-15 08:00

// Entries a minute apart, every third by ben, the fifth and the seventh refused.
class Entries final : public StepSource {
 public:
  explicit Entries(Size size) : size_(size) {}
  std::string origin() const override { return "ledger.example/walk"; }
  Size size() const override { return size_; }
  Result<TimelineRow> row(Seq seq) override {
    if (broken) return fault("the disk is gone");
    TimelineRow row;
    row.seq = seq;
    row.recorded = noon + static_cast<Millis>(seq) * minute;
    row.author = seq % 3 == 2 ? "ben" : "dana";
    row.outcome = seq == 5 || seq == 7 ? "soak_missing" : "";
    row.said = {said + str(" ", seq)};
    return row;
  }
  Result<std::string> text(Seq seq, StepView view) override {
    ++asked;
    if (broken) return fault("the disk is gone");
    const char* const names[] = {"changes", "why", "entry", "status"};
    std::string text = str(names[static_cast<int>(view)], " of ", seq, "\n");
    for (int i = 2; i <= lines; ++i) text += str("line ", i, '\n');
    return text;
  }
  Result<std::vector<Seq>> matching(const StepFilter& filter) override {
    if (broken) return fault("the disk is gone");
    std::vector<Seq> seqs;
    for (Seq seq = 0; seq < size_; ++seq) {
      const TimelineRow row = this->row(seq).value();
      if (filter.refused && row.outcome.empty()) continue;
      if (filter.actor && *filter.actor != row.author) continue;
      if (row.said.front().find(filter.text) != std::string::npos) seqs.push_back(seq);
    }
    return seqs;
  }
  Result<Seq> newest_at(Millis time) override {
    return time < noon ? 0 : std::min<Seq>(static_cast<Seq>((time - noon) / minute), size_ - 1);
  }

  int lines = 3;
  int asked = 0;
  bool broken = false;
  std::string said = "did thing";
 private:
  Size size_;
};

struct Walk {
  Entries source;
  Stepper stepper;

  explicit Walk(Size size = 20) : source(size), stepper(source) {}
  // Letters, one after another; true while the walk goes on.
  bool type(std::string_view letters) {
    for (const char letter : letters) {
      if (stepper.handle({Kind::text, std::string(1, letter)}) == Stepper::Then::quit) return false;
    }
    return true;
  }
  bool press(Kind kind, const std::string& text = "") { return stepper.handle({kind, text}) == Stepper::Then::go_on; }
  void enter(std::string_view letters) {
    type(letters);
    press(Kind::enter);
  }
  Lines screen(std::size_t columns = 80, std::size_t lines = 24) { return stepper.render({columns, lines}); }
  std::string foot() { return screen().back(); }
  bool shows(const std::string& text) {
    for (const std::string& line : screen()) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_CASE("the walk begins at the first entry, with what it changed") {
  Walk walk;
  CHECK(walk.stepper.seq() == 0);
  CHECK(walk.shows("ledger.example/walk"));
  CHECK(walk.shows("entry 0 of 0 to 19"));
  CHECK(walk.shows("> 0  2027-01-15 08:00  dana  did thing 0"));
  CHECK(walk.shows("changes of 0"));
  CHECK(walk.shows("[d changes]"));
  CHECK(walk.foot() == "n next  p previous  g first  G last  : jump  / filter  PgDn more  ? help  q quit");
}

TEST_CASE("each key of a kind goes one entry on or back") {
  Walk walk;
  for (const char letter : std::string("nj ")) {
    const Seq before = walk.stepper.seq();
    walk.type({&letter, 1});
    CHECK(walk.stepper.seq() == before + 1);
  }
  walk.press(Kind::down);
  walk.press(Kind::enter);
  CHECK(walk.stepper.seq() == 5);
  CHECK(walk.shows("changes of 5"));
  for (const char letter : std::string("pk")) {
    const Seq before = walk.stepper.seq();
    walk.type({&letter, 1});
    CHECK(walk.stepper.seq() == before - 1);
  }
  walk.press(Kind::up);
  CHECK(walk.stepper.seq() == 2);
}

TEST_CASE("g and Home go to the first entry, G and End to the last, and there is nothing beyond") {
  Walk walk;
  walk.type("G");
  CHECK(walk.stepper.seq() == 19);
  walk.type("n");
  CHECK(walk.stepper.seq() == 19);
  CHECK(walk.foot() == "this is the last entry");
  walk.type("g");
  CHECK(walk.stepper.seq() == 0);
  walk.type("p");
  CHECK(walk.stepper.seq() == 0);
  CHECK(walk.foot() == "this is the first entry");
  walk.press(Kind::end);
  CHECK(walk.stepper.seq() == 19);
  walk.press(Kind::home);
  CHECK(walk.stepper.seq() == 0);
}

TEST_CASE("a jump goes to a seq or to the newest entry of a time") {
  Walk walk;
  walk.enter(":12");
  CHECK(walk.stepper.seq() == 12);
  walk.enter("7");
  CHECK(walk.stepper.seq() == 7);
  walk.enter("0");
  CHECK(walk.stepper.seq() == 0);
  walk.enter(":2027-01-15 08:03:59");
  CHECK(walk.stepper.seq() == 3);
  walk.enter("2027-01-16");
  CHECK(walk.stepper.seq() == 19);
  walk.enter(":1999-01-01");
  CHECK(walk.stepper.seq() == 0);
}

TEST_CASE("a jump to nowhere says why and stays") {
  Walk walk;
  walk.type("nn");
  walk.enter(":20");
  CHECK(walk.stepper.seq() == 2);
  CHECK(walk.foot() == "there is no entry 20 here: they are 0 to 19");
  walk.enter(":noon");
  CHECK(walk.stepper.seq() == 2);
  CHECK(walk.foot() == "noon is neither an entry's number nor a time such as 2026-11-20 14:00");
  walk.enter(":");
  CHECK(walk.stepper.seq() == 2);
  walk.enter("99999999999999999999999");
  CHECK(walk.stepper.seq() == 2);
}

TEST_CASE("what is typed for a jump can be corrected and given up") {
  Walk walk;
  walk.type(":1x");
  CHECK(walk.stepper.typing());
  CHECK(walk.foot() == "to entry or time: 1x");
  walk.press(Kind::backspace);
  walk.type("3");
  walk.press(Kind::enter);
  CHECK(walk.stepper.seq() == 13);
  walk.type(":9");
  walk.press(Kind::escape);
  CHECK_FALSE(walk.stepper.typing());
  CHECK(walk.stepper.seq() == 13);
  walk.type(":q9");
  walk.press(Kind::control, "u");
  CHECK(walk.foot() == "to entry or time: ");
  walk.stepper.handle({Kind::text, "\xc3\xa9"});
  CHECK(walk.foot() == "to entry or time: \xc3\xa9");
  walk.press(Kind::backspace);
  CHECK(walk.foot() == "to entry or time: ");
  walk.press(Kind::backspace);
  CHECK_FALSE(walk.stepper.typing());
}

TEST_CASE("under a filter the walk stops at what matches, and leaves it at the same entry") {
  Walk walk;
  walk.enter("6");
  walk.enter("/refused");
  CHECK(walk.stepper.seq() == 7);
  CHECK(walk.shows("entry 7 of 0 to 19, 2 of 2 with refused"));
  CHECK(walk.shows("  5  2027-01-15 08:05  ben  REFUSED soak_missing, tried: did thing 5"));
  CHECK_FALSE(walk.shows("did thing 6"));
  walk.type("n");
  CHECK(walk.stepper.seq() == 7);
  CHECK(walk.foot() == "this is the last entry that the filter leaves");
  walk.type("p");
  CHECK(walk.stepper.seq() == 5);
  walk.press(Kind::escape);
  CHECK(walk.stepper.seq() == 5);
  CHECK_FALSE(walk.shows("with refused"));
  walk.type("n");
  CHECK(walk.stepper.seq() == 6);
}

TEST_CASE("a filter is shown again to be changed, and an empty one is none") {
  Walk walk;
  walk.enter("/actor=ben");
  CHECK(walk.stepper.seq() == 2);
  walk.type("/");
  CHECK(walk.foot() == "only with: actor=ben");
  walk.enter(" refused");
  CHECK(walk.stepper.seq() == 5);
  walk.type("/");
  walk.press(Kind::control, "u");
  walk.press(Kind::enter);
  CHECK(walk.stepper.seq() == 5);
  walk.type("n");
  CHECK(walk.stepper.seq() == 6);
}

TEST_CASE("a filter that nothing matches changes nothing and says so") {
  Walk walk;
  walk.enter("/refused");
  walk.type("n");
  walk.type("/");
  walk.press(Kind::control, "u");
  walk.enter("nobody said this");
  CHECK(walk.stepper.seq() == 7);
  CHECK(walk.foot() == "no entry matches nobody said this; everything is as it was");
  CHECK(walk.shows("2 of 2 with refused"));
}

TEST_CASE("a jump to an entry that the filter leaves out goes to the nearest and says so") {
  Walk walk;
  walk.enter("/refused");
  walk.enter(":6");
  CHECK(walk.stepper.seq() == 7);
  CHECK(walk.foot() == "the filter leaves entry 6 out; this is the nearest that it shows");
  walk.enter(":12");
  CHECK(walk.stepper.seq() == 7);
}

TEST_CASE("d, w, e and s choose what is shown, and it stays chosen from entry to entry") {
  Walk walk;
  walk.type("w");
  CHECK(walk.shows("why of 0"));
  walk.type("e");
  CHECK(walk.shows("entry of 0"));
  walk.type("sn");
  CHECK(walk.shows("status of 1"));
  CHECK(walk.shows("[s status]"));
  walk.type("d");
  CHECK(walk.shows("changes of 1"));
}

TEST_CASE("help is shown until it is closed or the walk goes on") {
  Walk walk;
  walk.type("?");
  CHECK(walk.shows("the next entry"));
  walk.type("?");
  CHECK_FALSE(walk.shows("the next entry"));
  walk.type("?");
  walk.press(Kind::escape);
  CHECK(walk.shows("changes of 0"));
  walk.type("?n");
  CHECK(walk.shows("changes of 1"));
  walk.type("?e");
  CHECK(walk.shows("entry of 1"));
}

TEST_CASE("what is longer than the screen is paged through, and the next entry begins at its top") {
  Walk walk;
  walk.source.lines = 60;
  CHECK(walk.shows("lines 1 to 15 of 60"));
  walk.press(Kind::page_down);
  CHECK(walk.shows("lines 15 to 29 of 60"));
  for (int i = 0; i < 9; ++i) walk.type("f");
  CHECK(walk.shows("lines 46 to 60 of 60"));
  CHECK(walk.shows("line 60"));
  walk.press(Kind::page_up);
  CHECK(walk.shows("lines 32 to 46 of 60"));
  for (int i = 0; i < 9; ++i) walk.type("b");
  CHECK(walk.shows("lines 1 to 15 of 60"));
  walk.type("fn");
  CHECK(walk.shows("lines 1 to 15 of 60"));
}

TEST_CASE("a page that a resize leaves without lines is drawn at its end") {
  Walk walk;
  walk.source.lines = 30;
  walk.screen();
  walk.type("ff");
  const Lines taller = walk.screen(80, 60);
  CHECK(std::find(taller.begin(), taller.end(), "line 30") != taller.end());
  CHECK(std::find(taller.begin(), taller.end(), "changes of 0") != taller.end());
}

TEST_CASE("q, Ctrl-D and the end of input end the walk, and a key that means nothing does not") {
  Walk walk;
  CHECK(walk.press(Kind::other));
  CHECK(walk.press(Kind::left));
  CHECK(walk.press(Kind::resized));
  CHECK(walk.type("z"));
  CHECK(walk.foot() == "no such key; ? lists them");
  CHECK_FALSE(walk.press(Kind::gone));
  CHECK_FALSE(walk.press(Kind::control, "d"));
  walk.type(":q");
  CHECK(walk.stepper.typing());
  walk.press(Kind::escape);
  CHECK_FALSE(walk.type("q"));
}

TEST_CASE("every screen is filled to its size and never beyond") {
  Walk walk(7);
  walk.source.lines = 30;
  walk.source.said =
      "said \xe6\xbc\xa2\xe5\xad\x97 and a word that is quite long, e\xcc\x81t\xc3\xa9, to be cut somewhere";
  const std::vector<std::string> states = {"", "w", "?", "?n", ":12", "/refused", "G"};
  for (const std::string& state : states) {
    walk.type(state);
    for (const std::size_t columns : {1U, 2U, 3U, 5U, 10U, 20U, 39U, 40U, 79U, 80U, 81U, 120U, 300U}) {
      for (std::size_t height = 1; height <= 60; height += height < 14 ? 1 : 9) {
        const Lines lines = walk.screen(columns, height);
        INFO(state << " at " << columns << " x " << height);
        REQUIRE(lines.size() == height);
        for (const std::string& line : lines) {
          INFO(line);
          REQUIRE(columns_of(line) <= columns);
          REQUIRE(line.find('\n') == std::string::npos);
          REQUIRE(is_utf8(line));
        }
      }
    }
    walk.press(Kind::escape);
  }
  CHECK(walk.screen(0, 0).size() == 1);
}

TEST_CASE("the smallest screens show the entry first, then what it changed") {
  Walk walk;
  CHECK(walk.screen(80, 2)[0].starts_with("> 0  2027-01-15"));
  CHECK(walk.screen(80, 3)[1] == "changes of 0");
  CHECK(walk.screen(80, 5)[0].find("entry 0 of 0 to 19") != std::string::npos);
}

TEST_CASE("what entries hold steers no terminal") {
  Walk walk;
  walk.source.said = "evil \x1b[2J\r\n\xe2\x80\xae";
  walk.type(":");
  walk.stepper.handle({Kind::text, "\xc2\x9b"});
  for (const std::string& line : walk.screen()) {
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find("\xc2\x9b") == std::string::npos);
  }
  CHECK(walk.shows("did thing") == false);
  CHECK(walk.shows("evil \\x1b[2J\\x0d\\x0a\\u{202e}"));
}

TEST_CASE("of what is typed beyond the line its end is shown") {
  Walk walk;
  walk.type(":" + std::string(70, 'a') + "end");
  CHECK(walk.screen(30, 10).back() == std::string(27, 'a') + "end");
}

TEST_CASE("a view is asked for once, until the entry, the view or the width changes") {
  Walk walk;
  walk.screen();
  walk.screen();
  CHECK(walk.source.asked == 1);
  walk.screen(100, 24);
  CHECK(walk.source.asked == 2);
  walk.type("n");
  walk.screen();
  CHECK(walk.source.asked == 3);
}

TEST_CASE("what cannot be read is said in its place, and asked for again") {
  Walk walk;
  walk.source.broken = true;
  CHECK(walk.shows("the disk is gone"));
  walk.enter("/refused");
  CHECK(walk.foot() == "the disk is gone");
  walk.source.broken = false;
  CHECK(walk.shows("changes of 0"));
}

}  // namespace
}  // namespace cairn::test
