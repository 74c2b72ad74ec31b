#include "ledger/events/json_writer.h"

#include "ledger/base/assert.h"
#include "ledger/base/text.h"
#include "ledger/events/names.h"

namespace cairn {
namespace {

void append_escape(Bytes& out, char c) {
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
  const auto letter = meanings.find(c);
  out += '\\';
  if (letter != std::string_view::npos) {
    out += letters[letter];
    return;
  }
  out += "u00";
  out += to_hex(std::string_view(&c, 1));
}

}  // namespace

void JsonWriter::begin(char open) {
  out_ += open;
  first_ = true;
}

void JsonWriter::end(char close) {
  out_ += close;
  first_ = false;
}

void JsonWriter::separator() {
  if (!first_) out_ += ',';
  first_ = false;
}

void JsonWriter::member(std::string_view name) {
  separator();
  string(name);
  out_ += ':';
}

void JsonWriter::string(std::string_view value) {
  out_ += '"';
  for (const char c : value) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    if (plain) {
      out_ += c;
    } else {
      append_escape(out_, c);
    }
  }
  out_ += '"';
}

void JsonWriter::uint(std::uint64_t value) {
  ASSERT(value <= max_count);
  out_ += std::to_string(value);
}

}  // namespace cairn
