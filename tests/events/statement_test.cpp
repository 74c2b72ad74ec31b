#include "ledger/events/statement.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/events/examples.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

std::string undecodable(const Bytes& payload) {
  const auto decoded = decode_statement(payload);
  if (decoded.ok()) return "";
  CHECK(decoded.error().kind == ErrorKind::fault);
  return decoded.error().message;
}

nlohmann::json subject_of(std::vector<Event> events) {
  return nlohmann::json::parse(examples::payload_of(std::move(events)))["subject"];
}

std::string unsayable(const Statement& statement) {
  const auto payload = encode_statement(statement, examples::origin);
  if (payload.ok()) return "";
  CHECK(payload.error().kind == ErrorKind::usage);
  return payload.error().message;
}

const Bytes plain = examples::payload_of({RolloutAborted{"logistic/production/3", "why"}});

}  // namespace

TEST_CASE("a statement comes back with every member of its predicate") {
  const auto said = examples::golden_statement();
  const auto heard = decode_statement(examples::golden_envelope().payload);
  REQUIRE(heard.ok());
  CHECK(heard->ledger == said.ledger);
  CHECK(heard->id == said.id);
  CHECK(heard->author == said.author);
  CHECK(heard->at == said.at);
  CHECK(heard->expires == said.expires);
  CHECK(heard->basis == said.basis);
  CHECK(heard->expects == said.expects);
  CHECK(heard->events.size() == 2);
  CHECK(heard->origin.empty());
}

TEST_CASE("events_hash covers exactly the bytes of the events") {
  auto statement = examples::golden_statement();
  const auto payload = examples::golden_envelope().payload;
  const auto begin = payload.find("\"events\":") + 9;
  const auto heard = decode_statement(payload);
  REQUIRE(heard.ok());
  CHECK(heard->events_hash == sha256(std::string_view(payload).substr(begin, payload.size() - begin - 2)));

  statement.at += 5;
  statement.id = "another";
  statement.basis.size += 1;
  const auto later = decode_statement(*encode_statement(statement, examples::origin));
  CHECK(later->events_hash == heard->events_hash);
  std::get<RolloutProposed>(statement.events[1]).rollout = "logistic/production/4";
  const auto other = decode_statement(*encode_statement(statement, examples::origin));
  CHECK(other->events_hash != heard->events_hash);
}

TEST_CASE("the subject is each model once, by ascending digest, under the first name that an event says") {
  const Hash a = examples::hash_of("2");  // d4735e3a...
  const Hash b = examples::hash_of("1");  // 6b86b273...
  REQUIRE(b < a);
  const auto subject = subject_of({ArtefactChecked{b, {}}, ModelRegistered{"first", "1", a, 1, 1},
                                   ModelRegistered{"second", "1", a, 1, 1}, ModelArchived{a, "e", b}});
  REQUIRE(subject.size() == 2);
  CHECK(subject[0]["name"] == b.hex());
  CHECK(subject[0]["digest"]["sha256"] == b.hex());
  CHECK(subject[1]["name"] == "first");
  CHECK(subject[1]["digest"]["sha256"] == a.hex());
}

TEST_CASE("where no event names a model the subject is the ledger, and decoding hands out its origin") {
  const auto subject = subject_of({RolloutAborted{"m/e/1", "why"}});
  REQUIRE(subject.size() == 1);
  CHECK(subject[0]["name"] == examples::origin);
  CHECK(subject[0]["digest"]["sha256"] == examples::hash_of("ledger").hex());
  CHECK(decode_statement(plain)->origin == examples::origin);
  CHECK(subject_of({ArtefactChecked{}})[0]["name"] == examples::origin);  // zeros name no model
}

TEST_CASE("a subject that is not what the events are about is refused") {
  const auto model = examples::hash_of("model").hex();
  const auto payload = examples::golden_envelope().payload;
  CHECK(undecodable(replaced(payload, "\"name\":\"logistic\"", "\"name\":\"logistics\"")) ==
        str("not a statement: byte ", payload.find("[{\"name\""), ": \"subject\": is not what the events are about"));
  CHECK(!undecodable(replaced(payload, model, examples::hash_of("other").hex())).empty());
  const auto one = str("{\"name\":\"logistic\",\"digest\":{\"sha256\":\"", model, "\"}}");
  CHECK(!undecodable(replaced(payload, one, str(one, ',', one))).empty());
  CHECK(!undecodable(replaced(payload, one, "")).empty());
  CHECK(!undecodable(replaced(plain, examples::hash_of("ledger").hex(), model)).empty());
}

TEST_CASE("what cannot stand in a predicate is refused with its member") {
  const auto good = examples::golden_statement();
  REQUIRE(unsayable(good).empty());
  const auto with = [&](auto change) {
    auto statement = good;
    change(statement);
    return unsayable(statement);
  };
  CHECK(with([](auto& s) { s.id = ""; }).starts_with("\"id\""));
  CHECK(with([](auto& s) { s.id = std::string(129, 'x'); }).starts_with("\"id\""));
  CHECK(with([](auto& s) { s.id = "caf\xc3\xa9"; }).starts_with("\"id\""));
  CHECK(with([](auto& s) { s.author = "no spaces"; }).starts_with("\"author\""));
  CHECK(with([](auto& s) { s.at = -1; }).starts_with("\"at\""));
  CHECK(with([](auto& s) { s.expires = static_cast<Millis>(max_count) + 1; }).starts_with("\"expires\""));
  CHECK(with([](auto& s) { s.basis.size = max_count + 1; }).starts_with("\"size\""));
  CHECK(with([](auto& s) { s.expects = {{"actor:dana", 1}}; }).starts_with("\"expects\""));
  CHECK(with([](auto& s) { s.expects = {{"rollout:logistic", 1}}; }).starts_with("\"expects\""));
  CHECK(with([](auto& s) { s.events.clear(); }).find("at least one event") != std::string::npos);
  CHECK(with([](auto& s) { s.events.assign(1025, ArtefactChecked{}); }).find("at most 1024") != std::string::npos);
  CHECK(with([](auto& s) {
          s.events.assign(1000, RolloutAborted{"m/e/1", std::string(60, 'x')});
        }).find("61440") != std::string::npos);
  CHECK(!encode_statement(good, "two words").ok());
  CHECK(!encode_statement(good, "").ok());
}

TEST_CASE("a payload of 61,440 bytes is taken, one more is not") {
  std::vector<Event> events;
  while (true) {
    const auto payload = encode_statement(
        examples::statement_of(events.empty() ? std::vector<Event>{ArtefactChecked{}} : events), examples::origin);
    const auto room = max_payload_bytes - payload->size();
    if (!events.empty() && room < 1024) {
      std::get<RolloutAborted>(events.back()).reason = std::string(room + 1, 'x');
      break;
    }
    events.push_back(RolloutAborted{"m/e/1", room > 4096 ? std::string(1024, 'x') : "x"});
  }
  const auto payload = examples::payload_of(events);
  CHECK(payload.size() == max_payload_bytes);
  CHECK(decode_statement(payload).ok());
  std::get<RolloutAborted>(events.back()).reason += 'x';
  CHECK(unsayable(examples::statement_of(events)).find("61441 bytes") != std::string::npos);
  CHECK(!decode_statement(replaced(payload, "\"xxx", "\"xxxx")).ok());
}

TEST_CASE("a member that is repeated, unknown, missing or out of order is refused where it stands") {
  const auto at = [&](const Bytes& payload, std::string_view member) {
    return str("not a statement: byte ", payload.find(member), ": expected ");
  };
  const auto repeated = replaced(plain, ",\"author\":", ",\"id\":\"x\",\"author\":");
  CHECK(undecodable(repeated).starts_with(at(repeated, "\"id\":\"x\"")));
  CHECK(undecodable(repeated).find("the member \"author\":") != std::string::npos);
  const auto unknown = replaced(plain, "\"author\":", "\"note\":1,\"author\":");
  CHECK(undecodable(unknown).starts_with(at(unknown, "\"note\":")));
  const auto missing = replaced(plain, ",\"author\":\"dana\"", "");
  CHECK(undecodable(missing).starts_with(at(missing, "\"at\":")));
  const auto reordered =
      replaced(plain, "\"author\":\"dana\",\"at\":1763884800000", "\"at\":1763884800000,\"author\":\"dana\"");
  CHECK(undecodable(reordered).starts_with(at(reordered, "\"at\":")));
  const auto behind = replaced(plain, "\"reason\":\"why\"}", "\"reason\":\"why\",\"x\":1}");
  CHECK(undecodable(behind).find("the closing }") != std::string::npos);
}

TEST_CASE("numbers have one spelling") {
  for (const auto* number : {"1763884800000.0",
                             "1.763884800000e12",
                             "-0",
                             "-1",
                             "+1",
                             "01",
                             "00",
                             "1e2",
                             "1E2",
                             "0x1",
                             "",
                             "\"1\"",
                             "null",
                             "true",
                             "9007199254740992",
                             "18446744073709551616",
                             "99999999999999999999999",
                             "1 ",
                             " 1",
                             "[1]",
                             "{}"}) {
    INFO(number);
    CHECK(!undecodable(replaced(plain, "1763884800000", number)).empty());
  }
  CHECK(undecodable(replaced(plain, "1763884800000", "0")).empty());
  CHECK(undecodable(replaced(plain, "1763884800000", "9007199254740991")).empty());
}

TEST_CASE("hashes, words and maps have one spelling") {
  const auto root = examples::hash_of("root").hex();
  auto upper = root;
  upper[upper.find_first_of("abcdef")] -= 32;
  CHECK(!undecodable(replaced(plain, root, upper)).empty());
  CHECK(!undecodable(replaced(plain, root, root.substr(1))).empty());
  CHECK(!undecodable(replaced(plain, root, root + "0")).empty());
  const std::string model = "\"model:logistic\":17", rollout = "\"rollout:logistic/production/3\":40";
  CHECK(!undecodable(replaced(plain, str(model, ',', rollout), str(rollout, ',', model))).empty());
  CHECK(!undecodable(replaced(plain, model, str(model, ',', model))).empty());
  CHECK(!undecodable(replaced(plain, "\"reason\":\"why\"", "\"reason\":\"\\u0077hy\"")).empty());
  const auto advanced = examples::payload_of({RolloutAdvanced{"m/e/1", Stage::canary, 10}});
  CHECK(!undecodable(replaced(advanced, "\"canary\"", "\"Canary\"")).empty());
  CHECK(undecodable(replaced(advanced, "\"percent\":10", "\"percent\":101")).find("101 is more than 100") !=
        std::string::npos);
}

TEST_CASE("white space, a byte order mark and invalid UTF-8 are refused with their position") {
  CHECK(undecodable(" " + plain).starts_with("not a statement: byte 0: expected {, found \" {"));
  CHECK(!undecodable("\xef\xbb\xbf" + plain).empty());
  CHECK(!undecodable(plain + "\n").empty());
  for (const auto* bytes : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const auto payload = replaced(plain, "why", bytes);
    CHECK(undecodable(payload) == str("not a statement: byte ", payload.find(bytes) - 1, ": this string is not UTF-8"));
  }
}

TEST_CASE("nesting that nobody asked for ends at its first byte, however deep it goes") {
  for (const char c : {'[', '{'}) {
    CHECK(!undecodable(Bytes(max_payload_bytes, c)).empty());
    const auto nested = replaced(plain, "\"why\"", Bytes(40000, c));
    CHECK(undecodable(nested).starts_with(str("not a statement: byte ", plain.find("\"why\""), ": expected a string")));
  }
}

TEST_CASE("what is signed is DSSE's pre-authentication encoding") {
  CHECK(pae("hello") == "DSSEv1 28 application/vnd.in-toto+json 5 hello");
  CHECK(pae("") == "DSSEv1 28 application/vnd.in-toto+json 0 ");
}

TEST_CASE(
    "the subjects of a statement are its tags of rollouts, incidents and models, and what is reported on is none") {
  const auto is_subject = [](const std::string& tag) {
    return tag.starts_with("rollout:") || tag.starts_with("incident:") || tag.starts_with("model:");
  };
  for (const std::vector<Event>& events : {examples::typical_events(), examples::largest_events()}) {
    for (const auto& event : events) {
      const Statement statement = examples::statement_of({event});
      std::vector<std::string> expected = tags_of(statement);
      const bool report = std::holds_alternative<ReportRecorded>(event);
      std::erase_if(expected, [&](const std::string& tag) { return report || !is_subject(tag); });
      CHECK(subjects_of(statement) == expected);
    }
  }
}

TEST_CASE("tags name the author and every subject of the events, once and ascending") {
  const auto model = examples::hash_of("model").hex();
  const auto tags = [](std::vector<Event> events) { return tags_of(examples::statement_of(std::move(events))); };
  using Tags = std::vector<std::string>;
  CHECK(tags({RolloutAdvanced{"a/b/staging/12", Stage::full, 100}}) ==
        Tags{"actor:dana", "environment:staging", "model:a/b", "rollout:a/b/staging/12", "type:rollout.advanced"});
  CHECK(tags({ActorEnrolled{"ci", ActorKind::service, "erin", "k", "p", {}}, RoleGranted{"ci", {}}}) ==
        Tags{"actor:ci", "actor:dana", "actor:erin", "type:actor.enrolled", "type:role.granted"});
  CHECK(tags({EvidenceRecorded{EvidenceKind::monitoring, examples::hash_of("model"), "staging", "f", {}, 0, {}, {}}}) ==
        Tags{"actor:dana", "digest:" + model, "environment:staging", "type:evidence.recorded"});
  CHECK(tags({IncidentOpened{"INC-7", Severity::low, "t", "m", "e"}}) ==
        Tags{"actor:dana", "environment:e", "incident:INC-7", "model:m", "type:incident.opened"});
  CHECK(tags({ApprovalRequested{"m/e/1", Stage::full, {"ben", "erin"}, ""}}) ==
        Tags{"actor:ben", "actor:dana", "actor:erin", "environment:e", "model:m", "rollout:m/e/1",
             "type:approval.requested"});
  CHECK(tags({DueRecorded{DueKind::action, "INC-7/2", 0}}) ==
        Tags{"actor:dana", "incident:INC-7", "type:due.recorded"});
  const auto report = [](ReportKind kind, const std::string& subject) {
    return ReportRecorded{kind, subject, ReportFormat::md, {}, 1, 1};
  };
  CHECK(tags({report(ReportKind::incident, "INC-7")}) == Tags{"actor:dana", "incident:INC-7", "type:report.recorded"});
  CHECK(tags({report(ReportKind::rollout, "m/e/1")}) ==
        Tags{"actor:dana", "environment:e", "model:m", "rollout:m/e/1", "type:report.recorded"});
  CHECK(tags({report(ReportKind::period, "INC-7")}) == Tags{"actor:dana", "type:report.recorded"});
  CHECK(tags({report(ReportKind::incident, std::string(max_text_bytes, 'x'))}) ==
        Tags{"actor:dana", "type:report.recorded"});
  CHECK(tags({DueRecorded{DueKind::approval, "m/e/1", 0}}) ==
        Tags{"actor:dana", "environment:e", "model:m", "rollout:m/e/1", "type:due.recorded"});
  for (int kind = 0; kind <= static_cast<int>(DueKind::approval); ++kind) {
    const Event misnamed = DueRecorded{static_cast<DueKind>(kind), std::string(max_text_bytes, 'x'), 0};
    CHECK(tags({misnamed}) == Tags{"actor:dana", "type:due.recorded"});
  }
  for (const auto& event : examples::largest_events()) {
    for (const auto& tag : tags({event})) CHECK(tag.size() <= 200);  // the store's limit
  }
}
