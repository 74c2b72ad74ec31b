// JsonReader: the one reader of signed bytes. Strict: it accepts canonical JSON (FORMAT.md, "Canonical JSON") and
// nothing else. Pure, one pass, no allocation but for strings that hold escapes.
//
// A pull reader: each call names what must come next, so what is not asked for cannot be there, and nothing nests
// deeper than its caller does. The first thing that does not fit is kept with its byte position; from then on every
// call answers with an empty value, so that callers look once, at the end. Why not a library: docs/decisions/0002.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

class JsonReader {
 public:
  explicit JsonReader(BytesView text) : text_(text) {}

  void begin_object() { begin('{'); }
  void member(std::string_view name);  // this member is next
  // For maps: false at the closing brace. The name is valid until the next call that reads a string.
  bool next_member(std::string_view& name);
  void end_object() { end('}'); }

  void begin_array() { begin('['); }
  bool next_element();  // false at the closing bracket
  void end_array() { end(']'); }

  std::string_view string();  // valid until the next call that reads a string
  std::uint64_t uint();       // at most 2^53-1
  void end_of_text();

  std::size_t position() const { return at_; }
  BytesView since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  // What a caller finds wrong with a value that was well spelled.
  void refuse(std::size_t position, const std::string& why, ErrorKind kind = ErrorKind::fault);

  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

 private:
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  void begin(char open);
  void end(char close);
  void separator();
  bool take(char c, std::string_view what) {
    if (error_) return false;
    if (!at(c)) {
      expected(what);
      return false;
    }
    ++at_;
    return true;
  }
  void expected(std::string_view what);
  void expected_member(std::string_view name);
  std::string_view escaped_string(std::size_t begin);
  bool escape();

  BytesView text_;
  std::size_t at_ = 0;
  bool first_ = true;  // no comma before the next member or element
  std::string decoded_;
  std::optional<Error> error_;
};

inline void JsonReader::begin(char open) {
  take(open, open == '{' ? "{" : "[");
  first_ = true;
}

inline void JsonReader::end(char close) {
  take(close, close == '}' ? "the closing }" : "the closing ]");
  first_ = false;
}

inline void JsonReader::separator() {
  if (!first_) take(',', "a comma");
  first_ = false;
}

inline void JsonReader::member(std::string_view name) {
  separator();
  if (error_) return;
  const char* rest = text_.data() + at_;
  const std::size_t size = name.size();
  const bool here = text_.size() - at_ >= size + 3 && rest[0] == '"' && rest[size + 1] == '"' &&
                    rest[size + 2] == ':' && std::memcmp(rest + 1, name.data(), size) == 0;
  if (!here) return expected_member(name);
  at_ += size + 3;
}

}  // namespace cairn
