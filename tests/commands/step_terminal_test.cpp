// cairn replay --step on a terminal: what it shows, and how it leaves the terminal, however it ends.
#include <signal.h>

#include "commands/stepper.h"
#include "tests/catch.h"
#include "tests/commands/pseudo_terminal.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

const std::string takes_screen = "\x1b[?1049h";
const std::string gives_screen_back = "\x1b[?1049l";

// A rollout to full, and a refused step after it.
struct Walked : ReadCase {
  Walked() {
    register_model("logistic", "v1", "0.9");
    roll_out("logistic", "v1");
    say(Promote{"logistic/production/1", std::nullopt});
  }

  PseudoTerminal step(const Words& more = {}) const {
    Words words = {CAIRN_PROGRAM, "--ledger", ledger().string(), "replay", "--step"};
    words.insert(words.end(), more.begin(), more.end());
    return {words, {{"CAIRN_HOME", (directory() / "home").string()}, {"NO_COLOR", "1"}}};
  }

  // So narrow that lines are cut.
  PseudoTerminal step_in_colour() const {
    return {{"/usr/bin/env", "-u", "NO_COLOR", CAIRN_PROGRAM, "--ledger", ledger().string(), "replay", "--step"},
            {{"CAIRN_HOME", (directory() / "home").string()}},
            40};
  }
};

bool ends_given_back(const PseudoTerminal& terminal) {
  const std::string& written = terminal.written();
  const auto taken = written.rfind(takes_screen);
  const auto given = written.rfind(gives_screen_back);
  const auto shown = written.rfind("\x1b[?25h");
  return taken != std::string::npos && given != std::string::npos && shown != std::string::npos && given > taken &&
         shown > written.rfind("\x1b[?25l");
}

struct Tones {
  std::size_t ended = 0;
  std::size_t left = 0;  // another began before their end, or their line was over
};

Tones tones_in(const std::string& written) {
  Tones tones;
  bool open = false;
  for (std::size_t at = 0; at < written.size(); ++at) {
    const bool escape = written[at] == '\x1b';
    const std::size_t end = escape ? written.find_first_of("ABCDHJKhlm", at) : at;
    if (end == std::string::npos) break;  // of what was read, in the middle of a sequence
    const bool tone = escape && written[end] == 'm';
    const bool begins = tone && written.compare(at, end + 1 - at, "\x1b[0m") != 0;
    if (open && (begins || written[at] == '\n')) ++tones.left;
    if (open && tone && !begins) ++tones.ended;
    if (tone || written[at] == '\n') open = begins;
    at = end;
  }
  return tones;
}

TEST_CASE("the walk shows entries, changes, reasons and status by keys, and q ends it with the terminal as it was") {
  const Walked& lived = shared<Walked>();
  PseudoTerminal terminal = lived.step();
  REQUIRE(terminal.see("entry 0 of 0 to 8"));
  CHECK(terminal.screen().size() == 24);
  CHECK((terminal.settings().c_lflag & (ICANON | ECHO)) == 0U);
  CHECK(terminal.see("> 0 "));
  CHECK(terminal.see("policy in force"));
  terminal.type("nn");
  REQUIRE(terminal.see("entry 2 of 0 to 8"));
  CHECK(terminal.see("  rollout logistic/production/1"));
  CHECK(terminal.see("    state                 - -> active"));
  terminal.type("\x1b[B");
  REQUIRE(terminal.see("entry 3 of 0 to 8"));
  CHECK(terminal.see("shadow -> canary"));
  terminal.type("s");
  CHECK(terminal.see("as of "));
  terminal.type("w");
  CHECK(terminal.see("derived again from the entries before"));
  CHECK(terminal.see("accuracy"));
  terminal.type("e");
  CHECK(terminal.see("signed with"));
  terminal.type("/refused\r");
  REQUIRE(terminal.see("entry 8 of 0 to 8, 1 of 1 with refused"));
  terminal.type("d");
  CHECK(terminal.see("refusals within the hour of dana"));
  CHECK(terminal.see("decided again by the rules of then: the same"));
  terminal.type("q");
  CHECK(terminal.wait() == 0);
  CHECK(terminal.settings_as_before());
  CHECK(ends_given_back(terminal));
}

TEST_CASE("filters ask the ledger's index, and --to ends the walk") {
  const Walked& lived = shared<Walked>();
  PseudoTerminal terminal = lived.step({"--to", "6"});
  REQUIRE(terminal.see("entry 0 of 0 to 6"));
  terminal.type("/type=rollout.advanced/1 model=logistic\r");
  CHECK(terminal.see("entry 3 of 0 to 6, 1 of 2 with"));
  terminal.type(
      "/\x15"
      "environment=production actor=lena\r");
  CHECK(terminal.see("entry 6 of 0 to 6, 1 of 1 with"));
  terminal.type(
      "/\x15"
      "THE ON-CALL\r");
  CHECK(terminal.see("entry 5 of 0 to 6, 1 of 1 with"));
  terminal.type(
      "/\x15"
      "refused\r");
  CHECK(terminal.see("no entry matches refused"));
  terminal.type(
      "/\x15"
      "actor=lena the on-call\r");
  CHECK(terminal.see("no entry matches actor=lena the on-call"));
  terminal.type("\x04");
  CHECK(terminal.wait() == 0);
}

TEST_CASE("an interrupt and a SIGTERM leave the terminal as it was") {
  const Walked& lived = shared<Walked>();
  PseudoTerminal terminal = lived.step();
  REQUIRE(terminal.see("entry 0 of 0 to 8"));
  int expected = 0;
  SECTION("Ctrl-C") {
    terminal.type("\x03");
    expected = 128 + SIGINT;
  }
  SECTION("Ctrl-C while something is typed") {
    terminal.type(":1\x03");
    expected = 128 + SIGINT;
  }
  SECTION("SIGTERM") {
    terminal.signal(SIGTERM);
    expected = 128 + SIGTERM;
  }
  SECTION("SIGHUP") {
    terminal.signal(SIGHUP);
    expected = 128 + SIGHUP;
  }
  CHECK(terminal.wait() == expected);
  CHECK(terminal.settings_as_before());
  CHECK(ends_given_back(terminal));
}

TEST_CASE("a suspension gives the terminal back, and going on takes it again and draws the screen") {
  const Walked& lived = shared<Walked>();
  PseudoTerminal terminal = lived.step();
  REQUIRE(terminal.see("entry 0 of 0 to 8"));
  for (const int seq : {1, 2}) {
    terminal.type("\x1a");
    REQUIRE(terminal.stopped());
    CHECK(terminal.settings_as_before());
    CHECK(ends_given_back(terminal));
    const std::size_t before = terminal.written().size();
    terminal.foreground();
    REQUIRE(terminal.see([&] { return terminal.written().find("entry", before) != std::string::npos; }));
    CHECK(terminal.written().find(takes_screen, before) != std::string::npos);
    CHECK((terminal.settings().c_lflag & (ICANON | ECHO)) == 0U);
    terminal.type("n");
    CHECK(terminal.see(seq == 1 ? "entry 1 of 0 to 8" : "entry 2 of 0 to 8"));
  }
  terminal.type("q");
  CHECK(terminal.wait() == 0);
  CHECK(terminal.settings_as_before());
}

TEST_CASE("a window that changes its size is filled again") {
  const Walked& lived = shared<Walked>();
  PseudoTerminal terminal = lived.step();
  REQUIRE(terminal.see("entry 0 of 0 to 8"));
  for (const auto& [columns, lines] :
       std::vector<std::pair<unsigned short, unsigned short>>{{100, 40}, {20, 5}, {80, 24}}) {
    terminal.resize(columns, lines);
    const std::size_t wanted = lines;
    CHECK(terminal.see([&] { return terminal.screen().size() == wanted; }));
    for (const std::string& line : terminal.screen()) CHECK(line.size() <= columns);
  }
  terminal.type("q");
  CHECK(terminal.wait() == 0);
}

TEST_CASE("a terminal without colour stays so, and one with it ends every tone") {
  const Walked& lived = shared<Walked>();
  for (const bool coloured : {false, true}) {
    PseudoTerminal terminal = coloured ? lived.step_in_colour() : lived.step();
    REQUIRE(terminal.see("entry 0 of 0 to 8"));
    terminal.type("\x1b[F");
    REQUIRE(terminal.see("entry 8 of 0 to 8"));
    terminal.type("d");
    CHECK(terminal.see("refusals within the hour of dana"));
    const Tones tones = tones_in(terminal.written());
    CHECK((tones.ended > 20) == coloured);
    CHECK((tones.ended == 0) == !coloured);
    CHECK(tones.left == 0);
    terminal.type("q");
    CHECK(terminal.wait() == 0);
  }
}

TEST_CASE("replay says what it folded, decided and compared") {
  Walked lived;
  lived.grow(600);
  CHECK(contains(printed_by([&] { return run_replay(lived.json(), std::nullopt); }).out, "\"policies\": 1,"));
  const std::string text = printed_by([&] { return run_replay(lived.globals(), std::nullopt); }).out;
  INFO(text);
  CHECK(text.starts_with("Every decision and every view came out the same.\n"));
  CHECK(contains(text, "  folded    609 entries, from the first: 608 admitted, 1 refused\n"));
  CHECK(contains(text, "  decided   each statement again, by the policy in force then (1 policy)\n"));
  CHECK(contains(text, "recorded snapshot"));
  CHECK(contains(text, "and the view that questions get, by their state,"));
}

TEST_CASE("a filter takes its words by name, and the rest is a text") {
  const StepFilter filter =
      read_filter(" model=net  environment=prod actor=dana type=rollout.advanced refused looks good ");
  CHECK(filter.model == "net");
  CHECK(filter.environment == "prod");
  CHECK(filter.actor == "dana");
  CHECK(filter.type == "rollout.advanced");
  CHECK(filter.refused);
  CHECK(filter.text == "looks good");
  CHECK(read_filter("").empty());
  CHECK(read_filter("   ").empty());
  CHECK(read_filter("model=").text == "model=");
}

TEST_CASE("without a terminal, and with --json, --step says what to use instead") {
  const Walked& lived = shared<Walked>();
  const Printed piped = printed_by([&] { return run_step(lived.globals(), std::nullopt); });
  CHECK(piped.exit == Exit::usage);
  CHECK(contains(piped.error, "cairn log"));
  CHECK(contains(piped.error, "cairn show"));
  PseudoTerminal terminal({CAIRN_PROGRAM, "--ledger", lived.ledger().string(), "--json", "replay", "--step"},
                          {{"CAIRN_HOME", (lived.directory() / "home").string()}});
  CHECK(terminal.wait() == 2);
  CHECK(contains(terminal.written(), "cairn log"));
  CHECK(terminal.settings_as_before());
  CHECK_FALSE(contains(terminal.written(), takes_screen));
}

}  // namespace
}  // namespace cairn::test
