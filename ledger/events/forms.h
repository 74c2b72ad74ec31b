// Forms: what a string in a statement may hold. Asked by the writer and by the reader, so both know the same limits.
// Pure.
#pragma once

#include <string_view>

namespace cairn {

struct Form {
  bool (*fits)(std::string_view);
  std::string_view what;  // "a name (...)"
};

namespace form {

extern const Form name;
extern const Form name_or_none;
extern const Form environment;
extern const Form environment_or_none;
extern const Form rollout_id;
extern const Form incident_id;
extern const Form statement_id;
extern const Form origin;
extern const Form vkey;
extern const Form text;       // for people: at most max_text_bytes, no control characters but newlines
extern const Form words;      // a text that says something: not only spaces and newlines
extern const Form file_name;  // without folders
extern const Form document;   // a policy, byte for byte
extern const Form key_bytes;  // an SPKI or a signature
extern const Form subject;    // a key of `expects`

}  // namespace form
}  // namespace cairn
