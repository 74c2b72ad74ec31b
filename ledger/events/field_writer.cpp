#include "ledger/base/text.h"
#include "ledger/events/fields.h"

namespace cairn {
namespace {

std::string not_in_form(std::string_view value, const Form& form) {
  return str('"', printable(value.substr(0, 64)), "\" is not ", form.what);
}

}  // namespace

void FieldWriter::refuse(std::string_view member, const std::string& why) {
  if (!error_) error_ = usage(str('"', member, "\": ", why));
}

void FieldWriter::put(std::string_view member, std::string_view value) {
  json_.member(member);
  json_.string(value);
}

void FieldWriter::limit(std::string_view member, std::size_t count, std::size_t most) {
  if (count > most) refuse(member, str(count, " of them; at most ", most, " fit in one statement"));
}

void FieldWriter::operator()(std::string_view member, const std::string& value, const Form& form) {
  if (!form.fits(value)) refuse(member, not_in_form(value, form));
  put(member, value);
}

void FieldWriter::operator()(std::string_view member, std::uint64_t value, std::uint64_t most) {
  if (value > most) return refuse(member, str(value, " is more than ", most));
  json_.member(member);
  json_.uint(value);
}

void FieldWriter::operator()(std::string_view member, Millis value) {
  if (value < 0) return refuse(member, str(value, " is before 1970"));
  (*this)(member, static_cast<std::uint64_t>(value));
}

void FieldWriter::operator()(std::string_view member, const Hash& value) {
  put(member, value.hex());
}

void FieldWriter::operator()(std::string_view member, const Head& value) {
  json_.member(member);
  json_.begin_object();
  (*this)("size", value.size);
  (*this)("root", value.root);
  json_.end_object();
}

void FieldWriter::operator()(std::string_view member, const Scope& value) {
  const auto text = to_text(value);
  if (!parse_scope(text).ok()) refuse(member, str('"', printable(text), "\" is not a scope"));
  put(member, text);
}

void FieldWriter::operator()(std::string_view member, const Grant& value) {
  const auto text = to_text(value);
  if (!parse_grant(text).ok()) refuse(member, str('"', printable(text), "\" is not a role with a scope"));
  put(member, text);
}

void FieldWriter::operator()(std::string_view member, const std::vector<Grant>& value) {
  limit(member, value.size(), max_grants);
  json_.member(member);
  json_.begin_array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto text = to_text(value[i]);
    if (!parse_grant(text).ok()) refuse(member, str('"', printable(text), "\" is not a role with a scope"));
    if (i > 0 && !(value[i - 1] < value[i])) refuse(member, str("roles ascend, none twice; not so at ", text));
    json_.element();
    json_.string(text);
  }
  json_.end_array();
}

void FieldWriter::operator()(std::string_view member, const std::vector<Guard>& value) {
  if (value.empty()) refuse(member, "none of them; at least one is lifted");
  json_.member(member);
  json_.begin_array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0 && value[i - 1] >= value[i]) {
      refuse(member,
             str("they come in the order soak, freeze, approvals, gates, none twice; not so at ", to_text(value[i])));
    }
    json_.element();
    json_.string(to_text(value[i]));
  }
  json_.end_array();
}

void FieldWriter::operator()(std::string_view member, const std::vector<Seq>& value) {
  limit(member, value.size(), max_seen);
  json_.member(member);
  json_.begin_array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0 && value[i - 1] >= value[i]) refuse(member, str("numbers ascend, none twice; not so at ", value[i]));
    if (value[i] > max_count) return refuse(member, str(value[i], " is more than ", max_count));
    json_.element();
    json_.uint(value[i]);
  }
  json_.end_array();
}

template <class Texts>
void FieldWriter::texts(std::string_view member, const Texts& value, const Form& form, std::size_t most) {
  limit(member, value.size(), most);
  json_.member(member);
  json_.begin_array();
  for (const auto& item : value) {
    if (!form.fits(item)) refuse(member, not_in_form(item, form));
    json_.element();
    json_.string(item);
  }
  json_.end_array();
}

void FieldWriter::operator()(std::string_view member, const std::vector<std::string>& value, const Form& form) {
  texts(member, value, form, max_findings);
}

void FieldWriter::operator()(std::string_view member, const std::set<std::string>& value, const Form& form) {
  texts(member, value, form, max_names);
}

void FieldWriter::operator()(std::string_view member, const NamedValues& value) {
  limit(member, value.size(), max_values);
  json_.member(member);
  json_.begin_object();
  for (const auto& [key, decimal] : value) {
    if (!form::name.fits(key)) refuse(member, not_in_form(key, form::name));
    put(key, decimal.text());
  }
  json_.end_object();
}

void FieldWriter::operator()(std::string_view member, const std::map<std::string, Seq>& value) {
  limit(member, value.size(), max_expects);
  json_.member(member);
  json_.begin_object();
  for (const auto& [key, seq] : value) {
    if (!form::subject.fits(key)) refuse(member, not_in_form(key, form::subject));
    (*this)(key, seq);
  }
  json_.end_object();
}

void FieldWriter::binary(std::string_view member, const Bytes& value) {
  if (!form::key_bytes.fits(value)) refuse(member, str(value.size(), " bytes are not ", form::key_bytes.what));
  put(member, to_base64(value));
}

}  // namespace cairn
