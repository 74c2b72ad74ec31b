#include "ledger/events/statement.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/events/codec.h"
#include "ledger/events/fields.h"

namespace cairn {
namespace {

constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";

// One line of in-toto's `subject`: what the statement is about, by digest. Its name lies in the events or the payload.
struct Subject {
  Hash digest;
  std::string_view name;
};

// Each model that the events name, once, by ascending digest and under the first name said of it; empty: under its
// digest. Where they name none the ledger is the subject.
std::vector<Subject> models_named_by(const std::vector<Event>& events) {
  std::vector<Subject> subjects;
  for (const auto& event : events) {
    for (const auto& model : models_of(event)) subjects.push_back({model.digest, model.name});
  }
  if (subjects.size() < 2) return subjects;
  std::stable_sort(subjects.begin(), subjects.end(), [](const Subject& a, const Subject& b) {
    return a.digest != b.digest ? a.digest < b.digest : !a.name.empty() && b.name.empty();
  });
  const auto same = [](const Subject& a, const Subject& b) { return a.digest == b.digest; };
  subjects.erase(std::unique(subjects.begin(), subjects.end(), same), subjects.end());
  return subjects;
}

bool is_spelled(const Subject& wanted, const Subject& found) {
  if (wanted.digest != found.digest) return false;
  return wanted.name.empty() ? found.name == wanted.digest.hex() : found.name == wanted.name;
}

void write_subjects(JsonWriter& json, const std::vector<Subject>& subjects) {
  json.member("subject");
  json.begin_array();
  for (const auto& subject : subjects) {
    json.element();
    json.begin_object();
    json.member("name");
    json.string(subject.name.empty() ? subject.digest.hex() : subject.name);
    json.member("digest");
    json.begin_object();
    json.member("sha256");
    json.string(subject.digest.hex());
    json.end_object();
    json.end_object();
  }
  json.end_array();
}

std::vector<Subject> read_subjects(JsonReader& json) {
  std::vector<Subject> subjects;
  json.begin_array();
  while (json.next_element()) {
    Subject subject;
    FieldReader io(json);
    json.begin_object();
    io("name", subject.name, form::origin);  // which no escape fits, so it lies in the payload
    json.member("digest");
    json.begin_object();
    io("sha256", subject.digest);
    json.end_object();
    json.end_object();
    subjects.push_back(subject);
  }
  json.end_array();
  return subjects;
}

// The predicate's members before `events`.
template <class Io>
void fields(Io& io, Of<Io, Statement>& s) {
  io("ledger", s.ledger);
  io("id", s.id, form::statement_id);
  io("author", s.author, form::name);
  io("at", s.at);
  io("expires", s.expires);
  io("basis", s.basis);
  io("expects", s.expects);
}

void read_constant(JsonReader& json, std::string_view member, std::string_view value) {
  json.member(member);
  const auto position = json.position();
  if (json.string() != value) json.refuse(position, str('"', member, "\": is not \"", value, '"'));
}

std::vector<Event> read_events(JsonReader& json) {
  std::vector<Event> events;
  const auto begin = json.position();
  json.begin_array();
  while (json.next_element()) {
    if (events.size() == max_events) json.refuse(json.position(), str("more than ", max_events, " events"));
    read_event(json, events.emplace_back());
  }
  json.end_array();
  if (events.empty()) json.refuse(begin, "a statement holds at least one event");
  return events;
}

Result<void> write_events(JsonWriter& json, const std::vector<Event>& events) {
  json.begin_array();
  for (const auto& event : events) {
    json.element();
    TRY(write_event(json, event));
  }
  json.end_array();
  return {};
}

}  // namespace

Result<Bytes> encode_statement(const Statement& statement, std::string_view origin) {
  if (statement.events.empty()) return usage("a statement holds at least one event");
  if (statement.events.size() > max_events) {
    return usage(str("a statement holds at most ", max_events, " events, not ", statement.events.size()));
  }
  if (!form::origin.fits(origin)) return usage(str('"', printable(origin), "\" is not ", form::origin.what));

  JsonWriter json;
  json.begin_object();
  json.member("_type");
  json.string(statement_type);
  auto subjects = models_named_by(statement.events);
  if (subjects.empty()) subjects.push_back({statement.ledger, origin});
  write_subjects(json, subjects);
  json.member("predicateType");
  json.string(predicate_type);
  json.member("predicate");
  json.begin_object();
  FieldWriter io(json);
  fields(io, statement);
  if (!io.ok()) return io.error();
  json.member("events");
  TRY(write_events(json, statement.events));
  json.end_object();
  json.end_object();
  if (json.position() > max_payload_bytes) {
    return usage(str("the statement has ", json.position(), " bytes; at most ", max_payload_bytes,
                     " fit, so say it in several or attach what is long"));
  }
  return json.take();
}

Result<Statement> decode_statement(BytesView payload) {
  if (payload.size() > max_payload_bytes) {
    return fault(str("not a statement: ", payload.size(), " bytes; at most ", max_payload_bytes));
  }
  JsonReader json(payload);
  Statement statement;
  json.begin_object();
  read_constant(json, "_type", statement_type);
  json.member("subject");
  const auto subject_position = json.position();
  const auto subjects = read_subjects(json);
  read_constant(json, "predicateType", predicate_type);
  json.member("predicate");
  json.begin_object();
  FieldReader io(json);
  fields(io, statement);
  json.member("events");
  const auto events_begin = json.position();
  statement.events = read_events(json);
  if (json.ok()) statement.events_hash = sha256(json.since(events_begin));
  json.end_object();
  json.end_object();
  json.end_of_text();

  if (json.ok()) {
    auto called_for = models_named_by(statement.events);
    if (called_for.empty()) {
      if (!subjects.empty()) statement.origin = subjects.front().name;
      called_for.push_back({statement.ledger, statement.origin});
    }
    if (!std::equal(called_for.begin(), called_for.end(), subjects.begin(), subjects.end(), is_spelled)) {
      json.refuse(subject_position, "\"subject\": is not what the events are about");
    }
  }
  if (!json.ok()) return Error{json.error().kind, str("not a statement: ", json.error().message)};
  return statement;
}

Result<Bytes> encode_events(const std::vector<Event>& events) {
  JsonWriter json;
  TRY(write_events(json, events));
  return json.take();
}

Result<std::vector<Event>> decode_events(BytesView bytes) {
  JsonReader json(bytes);
  auto events = read_events(json);
  json.end_of_text();
  if (!json.ok()) return Error{json.error().kind, str("no events: ", json.error().message)};
  return events;
}

Bytes pae(BytesView payload) {
  return str("DSSEv1 ", payload_type.size(), ' ', payload_type, ' ', payload.size(), ' ', payload);
}

}  // namespace cairn
