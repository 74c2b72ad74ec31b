// Who reads what witnesses cosigned: everything that is published carries it, and whoever brings a policy is told if it
// does not.
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "tests/catch.h"
#include "tests/commands/witness_place.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST_CASE("a witness that was named cosigns after every entry, and all that is published carries its line") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  const std::string key = place.log_key();
  place.name_witness(*host);
  CHECK(place.grow().empty());
  const std::string note = place.expect(0, "dana", {"checkpoint"});
  const NoteVerifier keys[] = {NoteVerifier::from_log_vkey(key).value(),
                               NoteVerifier::from_witness_vkey(host->vkey()).value()};
  const auto opened = open_note(note, keys);
  REQUIRE(opened.ok());
  CHECK(opened->verified_by.size() == 2);
  CHECK(place.expect(0, "dana", {"checkpoint", "--witnessed"}) == note);

  const std::string policy = place.policy_file();
  const std::string tiles = (place.directory() / "tiles").string();
  place.expect(0, "dana", {"export", tiles});
  CHECK(text_of(fs::path(tiles) / "checkpoint") == note);
  const std::string proof = (place.directory() / "1.tlog-proof").string();
  place.expect(0, "dana", {"prove", "1", "--out", proof});
  const std::string leaf = place.file("1.leaf", place.expect(0, "dana", {"show", "1", "--entry"}));
  const std::string whole = (place.directory() / "whole.tar").string();
  const std::string part = (place.directory() / "part.tar").string();
  place.expect(0, "dana", {"bundle", "--out", whole});
  place.expect(0, "dana", {"bundle", "1", "--out", part});
  for (const Words& words :
       {Words{"tiles", tiles}, {"proof", proof, "--leaf", leaf}, {"bundle", whole}, {"bundle", part}}) {
    const Ran ran = place.cairn_verify(with(words, {"--key", key, "--policy", policy}));
    INFO(words.front() << ran.out << ran.err);
    CHECK(ran.code == 0);
    CHECK(contains(ran.out, host->name()));
    CHECK(place.cairn_verify(with(words, {"--key", key})).code == 0);
  }
  CHECK(place.json(0, "dana", {"verify", "--witness", policy})["witnesses"] == Json{host->name()});
  // Its line is no other's business: what is shown of a head without a policy is as before.
  CHECK_FALSE(place.json(0, "dana", {"verify"}).contains("witnesses"));
}

TEST_CASE("of two branches of one log a witness cosigns one, and the readers of the other are told") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  const std::string key = place.log_key();
  fs::copy(place.ledger(), place.directory() / "start", fs::copy_options::recursive);
  fs::copy(place.home("dana"), place.home("other-self"), fs::copy_options::recursive);
  place.name_witness(*host);
  place.grow();
  place.grow();
  const std::string policy = place.policy_file();
  const std::string cosigned = place.file("a.note", host->newest_note());
  const std::string tiles_a = (place.directory() / "tiles-a").string();
  place.expect(0, "dana", {"export", tiles_a});
  place.expect(0, "ben", {"verify", "--since", cosigned, "--witness", policy});

  // From the same first entry on, another history, by the same log key.
  fs::remove_all(place.ledger());
  fs::copy(place.directory() / "start", place.ledger(), fs::copy_options::recursive);
  for (int i = 0; i < 3; ++i) place.grow("other-self");
  place.name_witness(*host, "other-self");
  const auto on_b = [&place](const Words& words) {
    return place.cairn("dana", words, {{"CAIRN_HOME", place.home("other-self").string()}});
  };
  const Ran asked = on_b({"witness", "cosign"});
  INFO(asked.out << asked.err);
  CHECK(asked.code == 5);
  CHECK(contains(asked.out, "422"));
  CHECK(on_b({"verify"}).code == 0);  // by itself it looks well
  const Ran told = on_b({"verify", "--witness", policy, "--json"});
  CHECK(told.code == 5);
  CHECK(reports(Json::parse(told.out), "not_witnessed", host->name()));
  // With the note that the witness cosigned, both signed heads are in hand.
  const Ran split = on_b({"verify", "--since", cosigned, "--json"});
  CHECK(split.code == 5);
  CHECK(reports(Json::parse(split.out), "root_wrong", "brought along"));
  // So are those who have only the export, and nothing of this home.
  const std::string tiles_b = (place.directory() / "tiles-b").string();
  REQUIRE(on_b({"export", tiles_b}).code == 0);
  const Words with_policy = {"--key", key, "--policy", policy, "--json"};
  CHECK(place.cairn_verify(with({"tiles", tiles_a}, with_policy)).code == 0);
  const Ran reader = place.cairn_verify(with({"tiles", tiles_b}, with_policy));
  CHECK(reader.code == 5);
  CHECK(reports(Json::parse(reader.out), "not_witnessed", host->name()));
  // A line that was cosigned over the one head is none below the other.
  const std::string kept = text_of(cosigned);
  const auto line = split_note(kept);
  REQUIRE(line.ok());
  put_text(fs::path(tiles_b) / "checkpoint",
           text_of(fs::path(tiles_b) / "checkpoint") + format_signature_line(line->lines.back()));
  CHECK(place.cairn_verify(with({"tiles", tiles_b}, with_policy)).code == 5);
}

TEST_CASE("cairn-verify takes no proof and no bundle whose checkpoint lacks the policy's witnesses") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.grow();
  const std::string key = place.log_key();
  const std::string proof = (place.directory() / "1.tlog-proof").string();
  place.expect(0, "dana", {"prove", "1", "--out", proof});
  const std::string leaf = place.file("1.leaf", place.expect(0, "dana", {"show", "1", "--entry"}));
  const std::string whole = (place.directory() / "whole.tar").string();
  const std::string part = (place.directory() / "part.tar").string();
  place.expect(0, "dana", {"bundle", "--out", whole});
  place.expect(0, "dana", {"bundle", "1", "--out", part});
  const std::string policy = place.file("policy", "witness w " + host->vkey() + "\nquorum w\n");
  for (const Words& words : {Words{"proof", proof, "--leaf", leaf}, {"bundle", whole}, {"bundle", part}}) {
    const Ran ran = place.cairn_verify(with(words, {"--key", key, "--policy", policy}));
    INFO(words.front() << ran.out << ran.err);
    CHECK(ran.code == 5);
    CHECK(contains(ran.out + ran.err, "the quorum needs w"));
    CHECK(contains(ran.out, "VERIFIED") == contains(ran.out, "NOT VERIFIED"));
    const std::string broken = place.file("broken", "witness w\n");
    const Ran unread = place.cairn_verify(with(words, {"--key", key, "--policy", broken}));
    CHECK(unread.code == 2);
    CHECK(contains(unread.err, "line 1"));
  }
  const std::string others = place.file("others",
                                        "log example.com/models+c467f66a+AW1E+Tn4KdQ1mLze3akN4B22n6pQyqM+"
                                        "jGwyikuQDU2s\nquorum none\n");
  CHECK(place.cairn_verify({"bundle", whole, "--key", key, "--policy", others}).code == 2);
  CHECK(place.cairn("dana", {"verify", "--witness", others}).code == 2);
}

TEST_CASE("a cosigned note is taken wherever a checkpoint is, for the log's line in it") {
  const WitnessPlace place;
  const auto host = place.witness("w1");
  place.name_witness(*host);
  place.grow();
  const std::string key = place.log_key();
  const std::string older = place.file("older.note", place.expect(0, "dana", {"checkpoint"}));
  CHECK(contains(text_of(older), host->name()));
  const std::string tiles = (place.directory() / "tiles").string();
  place.expect(0, "dana", {"export", tiles});
  place.grow();
  place.expect(0, "dana", {"export", tiles});
  place.expect(0, "ben", {"verify", "--since", older, "--key", key});
  place.expect(0, "dana", {"sample", "--seed", "1", "--checkpoint", older});
  const std::string proof = (place.directory() / "growth").string();
  place.expect(0, "dana", {"prove", "--extends", older, "--out", proof});
  CHECK(contains(text_of(proof + ".note"), host->name()));
  const Ran grown =
      place.cairn_verify({"consistency", "--old", older, "--new", proof + ".note", "--proof", proof, "--key", key});
  INFO(grown.out << grown.err);
  CHECK(grown.code == 0);
  const Ran independent =
      Started(place.directory() / "printed",
              {"/usr/bin/env", "python3", "-B", CAIRN_SOURCE "/verify/independent.py", tiles, key}, {})
          .wait();
  INFO(independent.out << independent.err);
  CHECK(independent.code == 0);
}

}  // namespace
}  // namespace cairn::test
