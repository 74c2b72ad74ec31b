// FieldWriter and FieldReader: the two directions in which one list of fields is read (event_fields.h). What may stand
// in a field is asked in both. Each keeps the first thing that does not fit: the writer names the member (usage), the
// reader also the byte (fault).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/base/named_values.h"
#include "ledger/events/event.h"
#include "ledger/events/forms.h"
#include "ledger/events/json_reader.h"
#include "ledger/events/json_writer.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

inline constexpr std::size_t max_values = 512;
inline constexpr std::size_t max_findings = 64;
inline constexpr std::size_t max_seen = 1024;
inline constexpr std::size_t max_grants = 64;
inline constexpr std::size_t max_names = 64;
inline constexpr std::size_t max_expects = 256;

// What fields() takes: a T to fill for a reader, a T to look at for a writer.
template <class Io, class T>
using Of = std::conditional_t<Io::writes, const T, T>;

template <class T>
concept Word = std::is_enum_v<T>;

class FieldWriter {
 public:
  static constexpr bool writes = true;
  explicit FieldWriter(JsonWriter& json) : json_(json) {}

  void operator()(std::string_view member, const std::string& value, const Form& form);
  void operator()(std::string_view member, std::uint64_t value, std::uint64_t most = max_count);
  void operator()(std::string_view member, Millis value);
  void operator()(std::string_view member, const Hash& value);
  void operator()(std::string_view member, const Head& value);
  void operator()(std::string_view member, const Scope& value);
  void operator()(std::string_view member, const Grant& value);
  void operator()(std::string_view member, const std::vector<Grant>& value);
  void operator()(std::string_view member, const std::vector<Seq>& value);
  void operator()(std::string_view member, const std::vector<Guard>& value);
  void operator()(std::string_view member, const std::vector<std::string>& value, const Form& form);
  void operator()(std::string_view member, const std::set<std::string>& value, const Form& form);
  void operator()(std::string_view member, const NamedValues& value);
  void operator()(std::string_view member, const std::map<std::string, Seq>& value);
  void operator()(std::string_view member, Word auto value) { put(member, to_text(value)); }
  void binary(std::string_view member, const Bytes& value);

  void refuse(std::string_view member, const std::string& why);
  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

 private:
  void put(std::string_view member, std::string_view value);
  void limit(std::string_view member, std::size_t count, std::size_t most);
  template <class Texts>
  void texts(std::string_view member, const Texts& value, const Form& form, std::size_t most);

  JsonWriter& json_;
  std::optional<Error> error_;
};

class FieldReader {
 public:
  static constexpr bool writes = false;
  explicit FieldReader(JsonReader& json) : json_(json) {}

  void operator()(std::string_view member, std::string& value, const Form& form);
  void operator()(std::string_view member, std::string_view& value, const Form& form);  // until a string is read next
  void operator()(std::string_view member, std::uint64_t& value, std::uint64_t most = max_count);
  void operator()(std::string_view member, Millis& value);
  void operator()(std::string_view member, Hash& value);
  void operator()(std::string_view member, Head& value);
  void operator()(std::string_view member, Scope& value);
  void operator()(std::string_view member, Grant& value);
  void operator()(std::string_view member, std::vector<Grant>& value);
  void operator()(std::string_view member, std::vector<Seq>& value);
  void operator()(std::string_view member, std::vector<Guard>& value);
  void operator()(std::string_view member, std::vector<std::string>& value, const Form& form);
  void operator()(std::string_view member, std::set<std::string>& value, const Form& form);
  void operator()(std::string_view member, NamedValues& value);
  void operator()(std::string_view member, std::map<std::string, Seq>& value);
  void operator()(std::string_view member, ActorKind& value) { word(member, value, parse_actor_kind); }
  void operator()(std::string_view member, Stage& value) { word(member, value, parse_stage); }
  void operator()(std::string_view member, Trigger& value) { word(member, value, parse_trigger); }
  void operator()(std::string_view member, Severity& value) { word(member, value, parse_severity); }
  void operator()(std::string_view member, EvidenceKind& value) { word(member, value, parse_evidence_kind); }
  void operator()(std::string_view member, DueKind& value) { word(member, value, parse_due_kind); }
  void operator()(std::string_view member, ArtefactMatch& value) { word(member, value, parse_artefact_match); }
  void operator()(std::string_view member, DeletionGround& value) { word(member, value, parse_deletion_ground); }
  void operator()(std::string_view member, ReportKind& value) { word(member, value, parse_report_kind); }
  void operator()(std::string_view member, ReportFormat& value) { word(member, value, parse_report_format); }
  void binary(std::string_view member, Bytes& value);

 private:
  // Goes to the member's value and remembers where it begins.
  void begin(std::string_view member);
  void refuse(const std::string& why);
  std::string_view string(const Form& form);
  Hash hash();
  void limit(std::size_t count, std::size_t most);

  template <class T>
  void word(std::string_view member, T& value, Result<T> (*parse)(std::string_view)) {
    begin(member);
    const auto text = json_.string();
    if (json_.ok()) assign(value, parse(text));
  }

  template <class T>
  void assign(T& value, const Result<T>& parsed) {
    if (!parsed.ok()) return refuse(parsed.error().message);
    value = *parsed;
  }

  template <class Map, class T>
  void map(std::string_view member, Map& value, const Form& form, std::size_t most, T (FieldReader::*read)());
  Decimal decimal();
  std::uint64_t uint() { return json_.uint(); }

  JsonReader& json_;
  std::string_view member_;
  std::size_t at_ = 0;
};

}  // namespace cairn
