// What is typed: help, completion, unknown words, and that no word of it moves the log's clock.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "tests/catch.h"
#include "tests/commands/pseudo_terminal.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// The commands that a help text lists, under "Subcommands".
Words commands_in(const std::string& help) {
  Words commands;
  const std::size_t at = help.find("\nSubcommands:\n");
  if (at == std::string::npos) return commands;
  for (const std::string_view line : split(std::string_view(help).substr(at + 14), '\n')) {
    if (line.size() < 3 || line.substr(0, 2) != "  ") break;
    if (line[2] == ' ') continue;  // a description goes on
    commands.emplace_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return commands;
}

struct Helped {
  Words command;
  std::string help;
};

void ask_below(const Workplace& place, const Helped& parent, std::vector<Helped>& all) {
  for (const std::string& command : commands_in(parent.help)) {
    const Words path = with(parent.command, {command});
    all.push_back({path, place.expect(0, "dana", with(path, {"--help"}))});
    ask_below(place, Helped(all.back()), all);
  }
}

// Every command that can be typed, the program itself first, with what it says of itself. Asked once: each is a
// process.
const std::vector<Helped>& all_commands() {
  static const std::vector<Helped> all = [] {
    const Workplace place;
    std::vector<Helped> asked = {{{}, place.expect(0, "dana", {"--help"})}};
    ask_below(place, Helped(asked.front()), asked);
    CHECK(!fs::exists(place.ledger()));
    return asked;
  }();
  return all;
}

std::set<std::string> long_flags(const std::string& help) {
  std::set<std::string> flags;
  for (std::size_t at = help.find("--"); at != std::string::npos; at = help.find("--", at + 2)) {
    const std::size_t end = help.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 2);
    flags.insert(help.substr(at, end - at));
  }
  return flags;
}

TEST_CASE("every command says with --help what it does and shows an example that begins with its own words") {
  CHECK(all_commands().size() >= 28);
  for (const auto& [command, help] : all_commands()) {
    if (command.empty()) continue;
    INFO(help);
    const std::size_t example = help.find("\nExample:\n  cairn ");
    REQUIRE(example != std::string::npos);
    std::size_t at = example;
    for (const std::string& word : command) {
      at = help.find(word, at);
      CHECK(at != std::string::npos);
    }
  }
}

TEST_CASE("no line of any help is wider than 80 columns") {
  const Workplace place;
  std::vector<std::string> pages;
  for (const Helped& helped : all_commands()) pages.push_back(helped.help);
  const auto ask = [&](const std::string& program, const Words& words) {
    pages.push_back(Started(place.directory() / "printed", with({program}, with(words, {"--help"})), {}).wait().out);
    return commands_in(pages.back());
  };
  for (const std::string program : {CAIRN_VERIFY_PROGRAM, CAIRN_WITNESS_PROGRAM}) {
    for (const std::string& command : ask(program, {})) {
      for (const std::string& below : ask(program, {command})) ask(program, {command, below});
    }
  }
  CHECK(pages.size() > all_commands().size() + 8);
  for (const std::string& page : pages) {
    for (const std::string_view line : split(page, '\n')) {
      INFO(line);
      CHECK(line.size() <= 80);
    }
  }
}

TEST_CASE("deploy says in its help which files its gates are read from, and what shows them") {
  const auto found = std::find_if(all_commands().begin(), all_commands().end(),
                                  [](const Helped& helped) { return helped.command == Words{"deploy"}; });
  REQUIRE(found != all_commands().end());
  for (const char* part : {"<type>_metrics_<time>.json", "_card.json", "chunk_<time>", "drift_metrics.json",
                           "--validate-only", "cairn status", "cairn why ROLLOUT", "cairn policy show"}) {
    INFO(part);
    CHECK(contains(found->help, part));
  }
}

TEST_CASE("a message is one line on a terminal too, so that a command in it is copied in one piece") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const Words words = {"show", "an-id-that-no-entry-of-it-has"};
  const std::string piped = place.cairn("dana", words).err;
  REQUIRE(piped.size() > 60);
  CHECK(count_lines(piped) == 1);
  PseudoTerminal terminal(with({CAIRN_PROGRAM}, words), place.environment("dana"), 60);
  CHECK(terminal.wait() == 2);
  CHECK(count_lines(terminal.written()) == 1);
}

TEST_CASE("a file that is not there is a fault, and so is one with other bytes than it should have") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string junk = (place.directory() / "junk").string();
  put_text(junk, "junk");
  for (const std::string& file : {junk, std::string("no-such-file")}) {
    for (const Words& words :
         {Words{"submit", file}, Words{"monitor", "record", file}, Words{"verify", "--since", file},
          Words{"import", file}, Words{"prove", "--extends", file, "--out", "never"}, Words{"export", junk + "/below"},
          Words{"--ledger", file, "status"}}) {
      INFO(words.front() << " " << file);
      CHECK(place.cairn("dana", words).code == 1);
    }
  }
  // What a command is told by a file is words.
  CHECK(place.cairn("dana", {"policy", "adopt", junk}).code == 2);
  CHECK(place.cairn("dana", {"actor", "add", "x", "--key", junk, "--role", "monitor"}).code == 2);
}

TEST_CASE("a name that nothing has is the mistake of who typed it") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  for (const Words& words :
       {Words{"advise", "nobody", "--environment", "production"}, Words{"status", "--model", "nobody"},
        Words{"history", "nobody"}, Words{"archive", "nobody"}, Words{"show", "99"}, Words{"promote", "no/such/1"},
        Words{"retain", "list", "nobody"}, Words{"allowed", "no@1", "--environment", "staging", "--stage", "full"}}) {
    INFO(words.front());
    CHECK(place.cairn("dana", words).code == 2);
  }
}

TEST_CASE("no word of the command line and no variable of the environment moves the log's clock") {
  const Workplace place;
  std::set<std::string> flags;
  for (const Helped& helped : all_commands()) flags.merge(long_flags(helped.help));
  REQUIRE(flags.contains("--lock-timeout"));
  for (const std::string& flag : flags) {
    INFO(flag);
    // It says that the clock is right, and moves nothing.
    if (flag == "--clock-is-right" || flag == "--lock-timeout") continue;
    for (const char* part : {"now", "clock", "time", "date", "expires", "recorded", "skew", "fake"}) {
      CHECK(!contains(flag + "-", "-" + std::string(part) + "-"));
    }
  }

  place.init(Workplace::Policy::easy);
  const Environment tempting = {{"CAIRN_NOW", "2001-01-01T00:00:00Z"}, {"CAIRN_TIME", "978307200000"},
                                {"CAIRN_CLOCK", "978307200000"},       {"CAIRN_FAKE_TIME", "978307200"},
                                {"FAKETIME", "@2001-01-01 00:00:00"},  {"SOURCE_DATE_EPOCH", "978307200"}};
  const Millis before = SystemClock().now();
  const Ran ran = place.cairn("dana", {"actor", "role", "ben", "--grant", "deployer", "--json"}, tempting);
  REQUIRE(ran.code == 0);
  const auto recorded = nlohmann::json::parse(ran.out)["recorded"].get<Millis>();
  CHECK(recorded >= before);
  CHECK(recorded <= SystemClock().now());
}

TEST_CASE("the program asks the environment for nothing but its home, ledger and actor") {
  const std::string program = text_of(CAIRN_PROGRAM);
  std::set<std::string> names;
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  for (std::size_t at = program.find("CAIRN_"); at != std::string::npos; at = program.find("CAIRN_", at + 1)) {
    names.insert(program.substr(at, program.find_first_not_of(letters, at) - at));
  }
  names.erase("CAIRN_");
  CHECK(names == std::set<std::string>{"CAIRN_ACTOR", "CAIRN_HOME", "CAIRN_LEDGER"});
}

TEST_CASE("the completion scripts for bash and zsh parse, and all three know every command") {
  const Workplace place;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = place.expect(0, "dana", {"completion", shell});
    for (const auto& [command, help] : all_commands()) {
      if (command.empty()) continue;
      INFO(shell << " " << command.back());
      CHECK(contains(script, command.back()));
    }
    const fs::path file = place.directory() / ("completion." + shell);
    put_text(file, script);
    if (shell == "fish") continue;
    const Ran parsed = Started(place.directory() / "printed", {"/bin/bash", "-n", file.string()}, {}).wait();
    INFO(parsed.err);
    CHECK(parsed.code == 0);
  }
  CHECK(place.cairn("dana", {"completion", "tcsh"}).code == 2);
}

TEST_CASE("bash completes commands, their subcommands and their flags") {
  const Workplace place;
  const fs::path file = place.directory() / "completion.bash";
  put_text(file, place.expect(0, "dana", {"completion", "bash"}));
  const auto completed = [&](const std::string& typed) {
    const std::string script = "source " + file.string() + "; COMP_WORDS=(" + typed +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cairn; echo \" ${COMPREPLY[*]} \"";
    return Started(place.directory() / "printed", {"/bin/bash", "-c", script}, {}).wait().out;
  };
  CHECK(contains(completed("cairn roll"), " rollback "));
  CHECK(contains(completed("cairn key ''"), " rotate "));
  CHECK(contains(completed("cairn --json key ro"), " rotate "));
  CHECK(contains(completed("cairn deploy --env"), " --environment "));
  CHECK(!contains(completed("cairn key ''"), " rollback "));
}

struct Case {
  Words words;
  std::string names;
};

// One line, or one document, that names it.
void check_usage_errors(const Workplace& place, const std::vector<Case>& cases) {
  for (const Case& bad : cases) {
    const Ran ran = place.cairn("dana", bad.words);
    INFO((bad.words.empty() ? "" : bad.words.front()) << ": " << ran.out << ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("cairn: "));
    CHECK(count_lines(ran.err) == 1);
    CHECK(contains(ran.err, bad.names));
    Words with_json = bad.words;
    with_json.push_back("--json");
    const Ran as_json = place.cairn("dana", with_json);
    CHECK(as_json.code == 2);
    CHECK(as_json.err.empty());
    CHECK(contains(nlohmann::json::parse(as_json.out)["error"].get<std::string>(), bad.names));
  }
}

TEST_CASE("unknown and missing words are one line that names them and the help, and exit 2") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto files = place.files();
  const std::vector<Case> cases = {
      {{}, "cairn --help"},
      {{"frobnicate"}, "frobnicate"},
      {{"status", "--frob"}, "--frob"},
      {{"promote"}, "ROLLOUT"},
      {{"promote", "a/production/1", "extra"}, "extra"},
      {{"promote", "a/production/1", "--percent", "ten"}, "ten"},
      {{"promote", "a/production/1", "--percent", "-1"}, "--percent"},
      {{"key"}, "cairn key --help"},
      {{"key", "steal"}, "cairn key --help"},
      {{"show", "1", "--entry", "--dsse"}, "--dsse"},
      {{"--lock-timeout", "soon", "status"}, "soon"},
      {{"deploy", "--environment", "staging"}, "--model-path"},
      {{"deploy", "--model-pth", "models"}, "deploy has no flag --model-pth"},
      {{"status", "--enviroment", "production"}, "status has no flag --enviroment"},
      {{"status", "--model", "logistc"}, "no entry speaks of a model logistc"},
      {{"status", "--environment", "prod"}, "no entry speaks of the environment prod; there are production, staging"},
      {{"log", "--type", "rollout.advance"}, "there is no such event; there are ledger.created"},
      {{"log", "--actor", "bne"}, "no entry speaks of the actor bne; there are ben, dana"},
      {{"log", "--environment", "prod"}, "no entry speaks of the environment prod"},
      {{"log", "--model", "logistc"}, "no entry speaks of a model logistc"},
      {{"sample", "--seed", "1", "--model", "logistc"}, "no entry speaks of a model logistc"},
      {{"sample", "--seed", "1", "--environment", "prod"},
       "no entry speaks of the environment prod; there are production, staging"},
      {{"sample", "--seed", "1", "--since", "2026-02-01", "--until", "2026-01-01"},
       "--until 2026-01-01 is before --since"},
      {{"bundle", "--out", "no.tar", "--since", "2026-02-01", "--until", "2026-01-01"},
       "--until 2026-01-01 is before --since"},
      {{"log", "--since", "2026-02-01", "--until", "2026-01-01"}, "--until 2026-01-01 is before --since"},
      {{"policy", "show", "--at", "1990-01-01"}, "after 1990-01-01"},
      {{"replay", "--to", "7"}, "this ledger holds entries 0 to 0"},
      {{"replay", "--to", "yesterday"}, "yesterday"},
  };
  check_usage_errors(place, cases);
  CHECK(place.files() == files);
  CHECK(place.size() == 1);
}

TEST_CASE("a number that cannot be read is a usage error that names its flag and the text") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  check_usage_errors(
      place,
      {{{"status", "--seq", "18446744073709551615"}, "there is no entry 18446744073709551615"},
       {{"status", "--seq", "18446744073709551616"}, R"(--seq: not a whole number: "18446744073709551616")"},
       {{"status", "--seq", ""}, R"(--seq: not a whole number: "" is empty)"},
       {{"status", "--seq", "-1"}, R"(--seq: not a whole number: "-1")"},
       {{"status", "--seq", "0x10"}, R"(--seq: not a whole number: "0x10")"},
       {{"report", "incident", "INC-1", "--seq", ""}, R"(--seq: not a whole number: "" is empty)"},
       {{"report", "period", "--since", "2026-01-01", "--seq", "-1"}, R"(--seq: not a whole number: "-1")"},
       {{"prove", "", "--out", "no.proof"}, R"(SEQ: not a whole number: "" is empty)"},
       {{"promote", "a/production/1", "--percent", ""}, R"(--percent: not a whole number: "" is empty)"},
       {{"alert", "ack", "", "--note", "seen"}, R"(SEQ: not a whole number: "" is empty)"},
       {{"actor", "confirm", "-1"}, "-1"},
       {{"incident", "note", "INC-1", "--text", "x", "--about", ""}, R"(--about: not a whole number: "" is empty)"},
       {{"incident", "action", "INC-1", "--close", ""}, R"(--close: not a whole number: "" is empty)"},
       {{"why", "0", "--depth", "-1"}, R"(--depth: not a whole number: "-1")"},
       {{"monitor", "--calculate-drift", "--num-samples", ""}, R"(--num-samples: not a whole number: "" is empty)"}});
}

TEST_CASE("what is typed cannot write escape sequences to the terminal through an error") {
  const Workplace place;
  const Ran ran = place.cairn("dana", {"status", "--\x1b[31mred"});
  CHECK(ran.code == 2);
  CHECK(!contains(ran.err, "\x1b"));
}

TEST_CASE("an answer that cannot be written is a fault, not a success") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const std::string command = std::string(CAIRN_PROGRAM) + " status > /dev/full";
  const Ran ran = Started(place.directory() / "printed", {"/bin/sh", "-c", command}, place.environment("dana")).wait();
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "standard output"));
}

TEST_CASE("who prints to a reader that has gone ends as every program does then: silently, by SIGPIPE") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path gone = place.directory() / "gone";  // which is before anything is printed
  const auto ended = [&](const std::string& words) {
    fs::remove(gone);
    const std::string command = "(while [ ! -e " + gone.string() + " ]; do sleep 0.02; done; " + words +
                                "; echo $? >&2) | (exec 0<&-; touch " + gone.string() + ")";
    return Started(place.directory() / "printed", {"/bin/sh", "-c", command}, place.environment("dana")).wait().err;
  };
  const std::string cairn = CAIRN_PROGRAM;
  for (const std::string words : {"log", "log --json", "log --follow", "status", "log-key", "show 0", "--help",
                                  "deploy --help", "completion bash", "verify", "checkpoint"}) {
    INFO(words);
    CHECK(ended(cairn + " " + words) == "141\n");
  }
  CHECK(ended(std::string(CAIRN_VERIFY_PROGRAM) + " tiles --help") == "141\n");
  // What was appended is, and a verdict that is no success stays the verdict.
  CHECK(ended(cairn + " actor role ben --grant monitor") == "141\n");
  CHECK(place.size() == 2);
  CHECK(contains(ended(cairn + " allowed no@1 --environment production --stage full"), "2\n"));
}

TEST_CASE("a path whose bytes are no text is still one JSON document") {
  const Workplace place;
  const Ran ran = place.cairn("dana", {"--ledger",
                                       "no\xff"
                                       "where",
                                       "status", "--json"});
  CHECK(ran.code == 1);
  CHECK(contains(nlohmann::json::parse(ran.out)["error"].get<std::string>(), "where"));
}

}  // namespace
}  // namespace cairn::test
