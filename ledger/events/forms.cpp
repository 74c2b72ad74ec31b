#include "ledger/events/forms.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/events/event.h"
#include "ledger/tlog/note.h"

namespace cairn {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_printable_ascii(char c) {
  return c >= 0x20 && c <= 0x7e;
}

bool has_no_control(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_control);
}
bool all_of(std::string_view text, bool (*holds)(char)) {
  return std::all_of(text.begin(), text.end(), holds);
}

bool is_name_or_none(std::string_view text) {
  return text.empty() || is_name(text);
}
bool is_environment_or_none(std::string_view text) {
  return text.empty() || is_environment(text);
}
bool is_rollout_id(std::string_view text) {
  return parse_rollout_id(text).ok();
}

bool is_incident_id(std::string_view text) {
  if (!text.starts_with("INC-")) return false;
  const auto number = parse_uint(text.substr(4));
  return number.ok() && *number >= 1 && *number <= max_count;
}

bool is_statement_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && all_of(text, is_printable_ascii);
}

// It is printed and pasted wherever a vkey is, so it hides nothing and ends no quotation.
bool is_origin(std::string_view text) {
  if (is_name(text)) return true;  // as nearly all are: a name holds none of what follows
  return text.size() <= 255 && is_note_name(text) && printable(text) == text &&
         text.find_first_of("'\"\\`$") == std::string_view::npos;
}

bool is_vkey(std::string_view text) {
  return !text.empty() && text.size() <= 512 && has_no_control(text) && is_utf8(text);
}

bool is_text(std::string_view text) {
  const auto refused = [](char c) { return is_control(c) && c != '\n'; };
  return text.size() <= max_text_bytes && std::none_of(text.begin(), text.end(), refused) && is_utf8(text);
}

bool is_words(std::string_view text) {
  return is_text(text) && text.find_first_not_of(" \n") != std::string_view::npos;
}

bool is_file_name(std::string_view text) {
  return !text.empty() && text.size() <= max_text_bytes && text.find('/') == std::string_view::npos &&
         has_no_control(text) && is_utf8(text);
}

// Without NUL: there readers that take one for the end would see less than was signed.
bool is_document(std::string_view text) {
  return !text.empty() && text.size() <= max_policy_bytes && text.find('\0') == std::string_view::npos && is_utf8(text);
}

bool is_key_bytes(std::string_view bytes) {
  return !bytes.empty() && bytes.size() <= 1024;
}

bool is_subject(std::string_view text) {
  const auto rest = [&](std::string_view kind) { return text.substr(std::min(kind.size(), text.size())); };
  if (text.starts_with("rollout:")) return is_rollout_id(rest("rollout:"));
  if (text.starts_with("incident:")) return is_incident_id(rest("incident:"));
  return text.starts_with("model:") && is_name(rest("model:"));
}

}  // namespace

namespace form {

const Form name{is_name, "a name ([A-Za-z0-9][A-Za-z0-9._/-]{0,127})"};
const Form name_or_none{is_name_or_none, "a name ([A-Za-z0-9][A-Za-z0-9._/-]{0,127}) or empty"};
const Form environment{is_environment, "an environment's name (a name without '/')"};
const Form environment_or_none{is_environment_or_none, "an environment's name (a name without '/') or empty"};
const Form rollout_id{is_rollout_id, "a rollout's id (NAME/ENVIRONMENT/N, at most 192 bytes)"};
const Form incident_id{is_incident_id, "an incident's id (INC-N)"};
const Form statement_id{is_statement_id, "an id (1 to 128 printable ASCII characters)"};
const Form origin{
    is_origin, "an origin (1 to 255 bytes without spaces, '+', quotes, \\, ` and $, nor anything that does not print)"};
const Form vkey{is_vkey, "a verifier key (1 to 512 bytes without control characters)"};
const Form text{is_text, "a text (at most 1024 bytes of UTF-8 without control characters but newlines)"};
const Form words{is_words,
                 "a text that says something (1 to 1024 bytes of UTF-8 without control characters but newlines)"};
const Form file_name{is_file_name, "a file's name (1 to 1024 bytes of UTF-8 without '/' and control characters)"};
const Form document{is_document, "a document (1 to 49152 bytes of UTF-8 without NUL)"};
const Form key_bytes{is_key_bytes, "1 to 1024 bytes"};
const Form subject{is_subject, "a subject (rollout:ID, incident:ID or model:NAME)"};

}  // namespace form
}  // namespace cairn
