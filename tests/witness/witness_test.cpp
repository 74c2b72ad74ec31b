// What a witness answers, status by status, without any network.
#include "witness/witness.h"

#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/results.h"
#include "tests/texts.h"
#include "tests/witness/witnessed_log.h"

using namespace cairn;
using namespace cairn::test;

namespace {

const std::string em_dash = "\xE2\x80\x94 ";

struct Given {
  WitnessedLog log;
  WitnessAtWork witness{{log.verifier()}};

  HttpAnswer add(const std::string& body) { return witness->add_checkpoint(body); }
  HttpAnswer add(Size old_size, Size new_size) { return add(log.request(old_size, new_size)); }

  // The time of the cosignature that the answer is, of the text.
  std::uint64_t time_of(const HttpAnswer& answer, const std::string& text) {
    INFO(answer.status << " " << answer.body);
    REQUIRE(answer.status == 200);
    return must(open_cosignature(answer.body, text, witness.verifier())).time;
  }

  // Refused with this status, without any cosignature, and nothing changed.
  HttpAnswer refused(int status, const std::string& body) {
    const std::string before = witness.state();
    HttpAnswer answer = add(body);
    INFO(answer.body);
    CHECK(answer.status == status);
    CHECK_FALSE(says(answer.body, em_dash));
    CHECK(answer.body.ends_with('\n'));
    CHECK(witness.state() == before);
    return answer;
  }
};

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string from(Size old_size, const std::vector<Hash>& proof, const std::string& note) {
  return format_add_checkpoint({old_size, proof, note});
}

}  // namespace

TEST_CASE("the tests' log has the published root") {
  CHECK(to_base64(WitnessedLog().head(100).root.view()) == "EGptFZTXMkjJY0Y5iWz4p20sNBj4+4tOJDhgJaJ/JHI=");
}

TEST_CASE("200: a log's first checkpoint and each that it grew to is cosigned, at the time of the clock") {
  Given given;
  CHECK(given.time_of(given.add(0, 5), given.log.text(5)) == 1795815000);
  given.witness.clock().set(1795815001999);
  CHECK(given.time_of(given.add(5, 6), given.log.text(6)) == 1795815001);
  CHECK(given.time_of(given.add(6, 64), given.log.text(64)) == 1795815001);
  CHECK(given.time_of(given.add(64, 100), given.log.text(100)) == 1795815001);
}

TEST_CASE("200: the same head again is cosigned again, with a newer time") {
  Given given;
  given.add(0, 5);
  given.witness.clock().set(1795900000000);
  CHECK(given.time_of(given.add(5, 5), given.log.text(5)) == 1795900000);
  CHECK(says(given.witness.state(), given.log.text(5)));
}

TEST_CASE("200: from any size to any other of a small tree") {
  for (Size old_size = 0; old_size <= 9; ++old_size) {
    Given given;
    if (old_size > 0) REQUIRE(given.add(0, old_size).status == 200);
    REQUIRE(given.add(old_size, 10).status == 200);
  }
}

TEST_CASE("200: an empty log is cosigned, and may grow from there") {
  Given given;
  given.time_of(given.add(0, 0), given.log.text(0));
  CHECK(given.witness->checkpoint(origin_hash(witnessed_origin)).status == 200);
  given.time_of(given.add(0, 5), given.log.text(5));
}

TEST_CASE("200: lines of unknown keys are ignored, and extension lines are cosigned") {
  Given given;
  const std::string text = given.log.text(5) + "an extension\n";
  const std::string stranger = em_dash + "someone AAAAAAA=\n";
  given.time_of(given.add(from(0, {}, replaced(given.log.sign(text), "\n\n", "\n\n" + stranger) + stranger)), text);
  CHECK_FALSE(says(given.witness.state(), "someone"));
}

TEST_CASE("400: what is malformed is refused, and says why") {
  Given given;
  const std::string good = given.log.request(0, 5);
  const std::string note = given.log.note(5);
  const std::string text = given.log.text(5);
  for (const std::string& body : {std::string(),
                                  std::string("\n\n"),
                                  std::string("old 0\n\n"),
                                  note,
                                  "old 00\n\n" + note,
                                  "old -1\n\n" + note,
                                  "old 0\n" + note,
                                  "old 0\n\n\n" + note,
                                  "old 0\n\n" + text,
                                  "old 0\n\n" + text + "\n",
                                  "old 0\nAAAA\n\n" + note,
                                  good + "\n",
                                  good + "more",
                                  good.substr(0, good.size() - 1),
                                  "x" + good,
                                  replaced(good, "\n5\n", "\n05\n"),
                                  replaced(good, "\n5\n", "\n5\r\n"),
                                  replaced(good, "\n5\n", "\n\n5\n"),
                                  "old 0\n\n" + given.log.sign("example.org/log\n5\n"),
                                  "old 0\n\n" + given.log.sign("example.org/log\n5\nAAAA\n"),
                                  "old 0\n\n" + given.log.sign(text + "\nlate\n")}) {
    CAPTURE(body);
    given.refused(400, body);
  }
  const std::string hash = to_base64(leaf_hash("a").view()) + "\n";
  std::string hashes;
  for (int i = 0; i < 64; ++i) hashes += hash;
  given.refused(400, "old 1\n" + hashes + "\n" + note);
}

TEST_CASE("400: an old size beyond the checkpoint's is refused, before anything is compared with the state") {
  Given given;
  given.refused(400, from(6, {}, given.log.note(5)));
  given.add(0, 9);
  given.refused(400, from(9, {}, given.log.note(5)));
}

TEST_CASE("403: a checkpoint without a line of the log's key is refused") {
  Given given;
  const WitnessedLog other(witnessed_origin, 'O');
  given.refused(403, from(0, {}, other.note(5)));
  // Neither the witness's own word nor the log's name over another key is the log's.
  const std::string own = cosign(given.log.text(5), witness_name, given.witness.key(), 7)->line;
  given.refused(403, from(0, {}, given.log.text(5) + "\n" + own));
}

TEST_CASE("403: a line that names the log's key and does not hold is refused, whatever else is signed") {
  Given given;
  const std::string note = given.log.note(5);
  const std::string line = note.substr(given.log.text(5).size() + 1);
  const std::string of_other_text = given.log.note(6).substr(given.log.text(6).size() + 1);
  given.refused(403, from(0, {}, given.log.text(5) + "\n" + of_other_text));
  given.refused(403, from(0, {}, note + of_other_text));
  given.refused(403, from(0, {}, given.log.text(5) + "\n" + of_other_text + line));
  given.refused(403, from(0, {}, replaced(note, "\n5\n", "\n6\n")));
}

TEST_CASE("403 comes before 409: who does not hold the log's key learns nothing of its size") {
  Given given;
  given.add(0, 9);
  const HttpAnswer answer = given.refused(403, from(5, {}, WitnessedLog(witnessed_origin, 'O').note(9)));
  CHECK_FALSE(says(answer.body, "9"));
}

TEST_CASE("404: a log that the witness does not know is refused, though it is signed by a key that it knows") {
  Given given;
  given.refused(404, WitnessedLog("example.org/other", 'L').request(0, 5));
  given.refused(404, WitnessedLog("example.org/lo", 'L').request(0, 5));
}

TEST_CASE("409: another old size than the last one is answered with that") {
  Given given;
  const HttpAnswer first = given.refused(409, given.log.request(3, 5));
  CHECK(first.body == "0\n");
  CHECK(first.type == "text/x.tlog.size");
  given.add(0, 9);
  for (const Size old_size : {Size{0}, Size{5}, Size{10}, Size{12}}) {
    const HttpAnswer answer = given.refused(409, given.log.request(old_size, 12));
    CHECK(answer.body == "9\n");
    CHECK(answer.type == "text/x.tlog.size");
  }
  CHECK(given.add(9, 12).status == 200);
}

TEST_CASE("422: a wrong proof is refused") {
  Given given;
  const std::vector<Hash> any = {leaf_hash("a")};
  given.refused(422, from(0, any, given.log.note(5)));
  given.add(0, 5);
  const std::vector<Hash> right = given.log.proof(5, 9);
  given.refused(422, from(5, {}, given.log.note(9)));
  given.refused(422, from(5, any, given.log.note(9)));
  given.refused(422, from(5, {right.begin(), right.end() - 1}, given.log.note(9)));
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::vector<Hash> wrong = right;
    wrong[i].bytes[7] ^= 1;
    given.refused(422, from(5, wrong, given.log.note(9)));
  }
  std::vector<Hash> longer = right;
  longer.push_back(leaf_hash("a"));
  given.refused(422, from(5, longer, given.log.note(9)));
  given.refused(422, from(5, any, given.log.note(5)));  // the same size needs no proof, and gets none
  CHECK(given.add(from(5, right, given.log.note(9))).status == 200);
}

TEST_CASE("422: size 0 with another root than the empty tree's is refused") {
  Given given;
  given.refused(422, from(0, {}, given.log.sign(format_checkpoint(witnessed_origin, {0, leaf_hash("a")}))));
}

TEST_CASE("a rollback is refused, whatever old size it claims") {
  Given given;
  given.add(0, 9);
  for (const Size old_size : {Size{0}, Size{3}, Size{5}}) given.refused(409, given.log.request(old_size, 5));
  given.refused(400, from(9, {}, given.log.note(5)));
  given.refused(400, from(9, given.log.proof(5, 9), given.log.note(5)));
}

TEST_CASE("a fork is refused, with its own proof and with the true log's") {
  Given given;
  given.add(0, 9);
  const WitnessedLog fork = given.log.forked(4);
  given.refused(422, fork.request(9, 12));
  given.refused(422, from(9, given.log.proof(9, 12), fork.note(12)));
  given.refused(409, fork.request(0, 12));
  // One whose first nine entries are the same is no fork yet.
  given.time_of(given.add(given.log.forked(10).request(9, 12)), given.log.forked(10).text(12));
  given.refused(422, given.log.request(12, 14));
}

TEST_CASE("two heads of one size are refused and kept as evidence, once") {
  Given given;
  given.add(0, 9);
  const WitnessedLog fork = given.log.forked(4);
  const HttpAnswer answer = given.refused(422, fork.request(9, 9));
  CHECK(says(answer.remark, "kept"));
  const auto evidence = given.witness.state_file().replace_extension(".fork");
  given.refused(422, given.log.forked(5).request(9, 9));
  CHECK(text_of_file(evidence) == fork.note(9));
}

TEST_CASE("a gap is refused: growth from a size that the witness never saw") {
  Given given;
  given.add(0, 5);
  given.refused(409, given.log.request(7, 9));
  given.refused(422, from(5, given.log.proof(7, 9), given.log.note(9)));
}

TEST_CASE("a log with two keys is believed by either, and a bad line of one is bad") {
  const WitnessedLog log;
  const WitnessedLog newer(witnessed_origin, 'N');
  WitnessAtWork witness({log.verifier(), newer.verifier()});
  CHECK(witness->add_checkpoint(log.request(0, 5)).status == 200);
  CHECK(witness->add_checkpoint(newer.request(5, 9)).status == 200);
  const std::string both = log.note(12) + newer.note(12).substr(newer.text(12).size() + 1);
  CHECK(witness->add_checkpoint(from(9, log.proof(9, 12), both)).status == 200);
  CHECK(says(witness.state(), both));
  const std::string one_bad = log.note(14) + newer.note(13).substr(newer.text(13).size() + 1);
  CHECK(witness->add_checkpoint(from(12, log.proof(12, 14), one_bad)).status == 403);
}

TEST_CASE("logs do not disturb each other") {
  const WitnessedLog log;
  const WitnessedLog other("example.org/other", 'O');
  WitnessAtWork witness({log.verifier(), other.verifier()});
  CHECK(witness->add_checkpoint(log.request(0, 9)).status == 200);
  CHECK(witness->add_checkpoint(other.request(0, 5)).status == 200);
  CHECK(witness->add_checkpoint(log.request(9, 10)).status == 200);
  CHECK(witness->add_checkpoint(other.request(5, 6)).status == 200);
  CHECK(says(witness.state(), log.text(10)));
  CHECK(says(witness.state("example.org/other"), other.text(6)));
}

TEST_CASE("a monitor gets the newest checkpoint with the log's line and the cosignature that was answered") {
  Given given;
  const std::string hash = origin_hash(witnessed_origin);
  CHECK(hash == "d2ddd66899fd15bead08af77cf16e1fda92ebeaacf1c56f97d32388910e8f991");
  CHECK(given.witness->checkpoint(hash).status == 404);
  CHECK(given.witness->checkpoint(origin_hash("example.org/other")).status == 404);
  given.add(0, 5);
  const HttpAnswer cosigned = given.add(5, 9);
  const HttpAnswer shown = given.witness->checkpoint(hash);
  CHECK(shown.status == 200);
  CHECK(shown.body == given.log.note(9) + cosigned.body);
  const std::vector<NoteVerifier> both = {given.log.verifier(), given.witness.verifier()};
  CHECK(must(open_note(shown.body, both)).verified_by.size() == 2);
  for (const std::string& other : {std::string(), fold_case(hash).substr(1), hash + "0", "../" + hash}) {
    CHECK(given.witness->checkpoint(other).status == 404);
  }
}
