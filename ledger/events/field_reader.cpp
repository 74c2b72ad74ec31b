#include "ledger/base/text.h"
#include "ledger/events/fields.h"

namespace cairn {

void FieldReader::begin(std::string_view member) {
  json_.member(member);
  member_ = member;
  at_ = json_.position();
}

void FieldReader::refuse(const std::string& why) {
  json_.refuse(at_, str('"', member_, "\": ", why));
}

void FieldReader::limit(std::size_t count, std::size_t most) {
  if (count > most) refuse(str("more than ", most, " of them"));
}

std::string_view FieldReader::string(const Form& form) {
  const auto value = json_.string();
  if (json_.ok() && !form.fits(value)) {
    refuse(str('"', printable(value.substr(0, 64)), "\" is not ", form.what));
  }
  return value;
}

Hash FieldReader::hash() {
  Hash value;
  const auto text = json_.string();
  if (json_.ok()) assign(value, Hash::from_hex(text));
  return value;
}

Decimal FieldReader::decimal() {
  Decimal value;
  const auto text = json_.string();
  if (json_.ok()) assign(value, Decimal::parse(text));
  return value;
}

void FieldReader::operator()(std::string_view member, std::string& value, const Form& form) {
  begin(member);
  value = string(form);
}

void FieldReader::operator()(std::string_view member, std::string_view& value, const Form& form) {
  begin(member);
  value = string(form);
}

void FieldReader::operator()(std::string_view member, std::uint64_t& value, std::uint64_t most) {
  begin(member);
  value = json_.uint();
  if (value > most) refuse(str(value, " is more than ", most));
}

void FieldReader::operator()(std::string_view member, Millis& value) {
  begin(member);
  value = static_cast<Millis>(json_.uint());
}

void FieldReader::operator()(std::string_view member, Hash& value) {
  begin(member);
  value = hash();
}

void FieldReader::operator()(std::string_view member, Head& value) {
  begin(member);
  json_.begin_object();
  (*this)("size", value.size);
  (*this)("root", value.root);
  json_.end_object();
}

void FieldReader::operator()(std::string_view member, Scope& value) {
  begin(member);
  const auto text = json_.string();
  if (json_.ok()) assign(value, parse_scope(text));
}

void FieldReader::operator()(std::string_view member, Grant& value) {
  begin(member);
  const auto text = json_.string();
  if (json_.ok()) assign(value, parse_grant(text));
}

void FieldReader::operator()(std::string_view member, std::vector<Grant>& value) {
  begin(member);
  json_.begin_array();
  while (json_.next_element()) {
    at_ = json_.position();
    Grant grant;
    const auto text = json_.string();
    if (json_.ok()) assign(grant, parse_grant(text));
    if (!value.empty() && !(value.back() < grant)) refuse("roles ascend, none twice");
    value.push_back(std::move(grant));
    limit(value.size(), max_grants);
  }
  json_.end_array();
}

void FieldReader::operator()(std::string_view member, std::vector<Guard>& value) {
  begin(member);
  json_.begin_array();
  while (json_.next_element()) {
    at_ = json_.position();
    Guard guard{};
    const auto text = json_.string();
    if (json_.ok()) assign(guard, parse_guard(text));
    if (!value.empty() && value.back() >= guard)
      refuse("they come in the order soak, freeze, approvals, gates, none twice");
    value.push_back(guard);
  }
  if (json_.ok() && value.empty()) refuse("none of them; at least one is lifted");
  json_.end_array();
}

void FieldReader::operator()(std::string_view member, std::vector<Seq>& value) {
  begin(member);
  json_.begin_array();
  while (json_.next_element()) {
    at_ = json_.position();
    const auto seq = json_.uint();
    if (!value.empty() && value.back() >= seq) refuse("numbers ascend, none twice");
    value.push_back(seq);
    limit(value.size(), max_seen);
  }
  json_.end_array();
}

void FieldReader::operator()(std::string_view member, std::vector<std::string>& value, const Form& form) {
  begin(member);
  json_.begin_array();
  while (json_.next_element()) {
    at_ = json_.position();
    value.emplace_back(string(form));
    limit(value.size(), max_findings);
  }
  json_.end_array();
}

void FieldReader::operator()(std::string_view member, std::set<std::string>& value, const Form& form) {
  begin(member);
  json_.begin_array();
  while (json_.next_element()) {
    at_ = json_.position();
    const std::string item(string(form));
    if (!value.empty() && *value.rbegin() >= item) refuse("they ascend by their bytes, none twice");
    value.insert(item);
    limit(value.size(), max_names);
  }
  json_.end_array();
}

template <class Map, class T>
void FieldReader::map(std::string_view member, Map& value, const Form& form, std::size_t most,
                      T (FieldReader::*read)()) {
  begin(member);
  json_.begin_object();
  std::string_view key;
  at_ = json_.position();
  while (json_.next_member(key)) {
    if (!form.fits(key)) refuse(str('"', printable(key.substr(0, 64)), "\" is not ", form.what));
    if (!value.empty() && std::prev(value.end())->first >= key) refuse("keys ascend by their bytes, none twice");
    at_ = json_.position();
    auto& place = value[typename Map::key_type(key)];
    place = (this->*read)();
    limit(value.size(), most);
    at_ = json_.position();
  }
  json_.end_object();
}

void FieldReader::operator()(std::string_view member, NamedValues& value) {
  map(member, value, form::name, max_values, &FieldReader::decimal);
}

void FieldReader::operator()(std::string_view member, std::map<std::string, Seq>& value) {
  map(member, value, form::subject, max_expects, &FieldReader::uint);
}

void FieldReader::binary(std::string_view member, Bytes& value) {
  begin(member);
  const auto text = json_.string();
  if (json_.ok()) assign(value, from_base64(text));
  if (json_.ok() && !form::key_bytes.fits(value)) refuse(str(value.size(), " bytes are not ", form::key_bytes.what));
}

}  // namespace cairn
