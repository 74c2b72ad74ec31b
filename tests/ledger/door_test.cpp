// What is turned away and never stored.
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {
namespace {

void check_turned_away(Fixture& f, const Envelope& envelope, const std::string& expected) {
  const int judged = f.rules.judged;
  const int commits = f.store.commits;
  const Answer answer = f.append_one(envelope);
  CHECK(reason(answer) == expected);
  CHECK(turned_away(answer).kind == ErrorKind::turned_away);
  CHECK_FALSE(turned_away(answer).message.empty());
  CHECK(f.rules.judged == judged);
  CHECK(f.store.commits == commits);
}

Envelope signed_bytes(const Bytes& payload, const Author& author) {
  return {payload, {{author.key.public_key().id(), author.key.sign(pae(payload)).value()}}};
}

}  // namespace

TEST_CASE("an envelope without exactly one signature is turned away as malformed") {
  Fixture f;
  const Author erin = author("erin", 'e');
  REQUIRE(f.append({f.envelope("enrol", {enrolment(erin)})}).ok());
  Envelope envelope = f.envelope("one");
  const Envelope by_erin = sign(f.statement("one"), erin);
  envelope.signatures.push_back(by_erin.signatures.front());
  check_turned_away(f, envelope, "malformed");
  envelope.signatures.clear();
  check_turned_away(f, envelope, "malformed");
}

TEST_CASE("a payload of no bytes or of too many is turned away before any key is looked up") {
  Fixture f;
  const Author stranger = author("stranger", 's');
  check_turned_away(f, signed_bytes("", stranger), "malformed");
  check_turned_away(f, signed_bytes(Bytes(max_payload_bytes + 1, ' '), stranger), "malformed");
  check_turned_away(f, signed_bytes(Bytes(max_payload_bytes, ' '), stranger), "unknown_key");
}

TEST_CASE("a key that nobody enrolled is turned away") {
  Fixture f;
  check_turned_away(f, sign(f.statement("one"), author("stranger", 's')), "unknown_key");
}

TEST_CASE("rules that cannot look a key up are an error, not a verdict on the key") {
  Fixture f;
  const std::vector<Envelope> envelopes = {f.envelope("one")};
  f.rules.keys_fail = true;
  REQUIRE_FALSE(f.append(envelopes).ok());
  f.rules.keys_fail = false;
  const auto answers = f.append(envelopes);
  REQUIRE(answers.ok());
  CHECK(receipt(answers->front()).seq == 1);
}

TEST_CASE("a signature that does not hold is turned away before the payload is decoded") {
  Fixture f;
  Envelope envelope = f.envelope("one");
  envelope.signatures.front().bytes[5] = static_cast<char>(envelope.signatures.front().bytes[5] ^ 1);
  check_turned_away(f, envelope, "bad_signature");

  Envelope changed = f.envelope("one");
  changed.payload.back() = ' ';
  check_turned_away(f, changed, "bad_signature");

  Envelope broken = signed_bytes("{not a statement", f.dana);
  check_turned_away(f, broken, "malformed");  // what the decoder says of it, once the signature holds
  broken.signatures.front().bytes[5] = static_cast<char>(broken.signatures.front().bytes[5] ^ 1);
  check_turned_away(f, broken, "bad_signature");
  broken.signatures.front().bytes = "short";
  check_turned_away(f, broken, "bad_signature");
  broken.signatures.front().bytes = Bytes(100'000, 'x');
  check_turned_away(f, broken, "bad_signature");
}

TEST_CASE("a signature over the payload without its type is not one") {
  Fixture f;
  Envelope envelope = f.envelope("one");
  envelope.signatures.front().bytes = f.dana.key.sign(envelope.payload).value();
  check_turned_away(f, envelope, "bad_signature");
}

TEST_CASE("signed bytes that are no canonical statement are turned away with the position") {
  Fixture f;
  const Bytes payload = f.envelope("one").payload;
  for (const Bytes& bad : {payload + " ", payload.substr(0, payload.size() - 1), " " + payload, Bytes("\xff", 1)}) {
    const Envelope envelope = signed_bytes(bad, f.dana);
    check_turned_away(f, envelope, "malformed");
    const std::string message = turned_away(f.append_one(envelope)).message;
    CHECK(message.find_first_of("0123456789") != std::string::npos);
  }
}

TEST_CASE("a statement for another ledger is turned away, even one for a ledger yet to be") {
  Fixture f;
  Statement statement = f.statement("one");
  statement.ledger = sha256("another");
  check_turned_away(f, sign(statement, f.dana), "other_ledger");
  statement.ledger = Hash{};
  check_turned_away(f, sign(statement, f.dana), "other_ledger");
  check_turned_away(f, sign(first_statement(f.dana), f.dana), "other_ledger");
}

TEST_CASE("a statement whose subject is another origin is turned away") {
  Fixture f;
  check_turned_away(f, sign(f.statement("one"), f.dana, "ledger.example/other"), "other_ledger");
}

TEST_CASE("what is turned away takes no place from the others of its batch") {
  Fixture f;
  const auto answers =
      f.append({f.envelope("one"), sign(f.statement("two"), author("stranger", 's')), f.envelope("three")});
  REQUIRE(answers.ok());
  CHECK(receipt((*answers)[0]).seq == 1);
  CHECK(reason((*answers)[1]) == "unknown_key");
  CHECK(receipt((*answers)[2]).seq == 2);
  CHECK(verify_receipt(receipt((*answers)[2])).ok());
  CHECK(f.store.tip()->size == 3);
}

TEST_CASE("a used id with other events is a conflict that is not recorded") {
  Fixture f;
  f.append_one(f.envelope("one"));
  const Answer answer = f.append_one(f.envelope("one", {grant_to("erin")}));
  CHECK(reason(answer) == "id_used");
  CHECK(turned_away(answer).kind == ErrorKind::conflict);
  CHECK(f.store.tip()->size == 2);
}

}  // namespace cairn
