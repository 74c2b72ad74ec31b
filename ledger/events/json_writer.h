// JsonWriter: canonical JSON (FORMAT.md), the spelling that JsonReader reads. Members come in the order of the calls.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/types.h"

namespace cairn {

class JsonWriter {
 public:
  void begin_object() { begin('{'); }
  void member(std::string_view name);
  void end_object() { end('}'); }

  void begin_array() { begin('['); }
  void element() { separator(); }  // before each element's value
  void end_array() { end(']'); }

  void string(std::string_view value);  // valid UTF-8
  void uint(std::uint64_t value);       // at most 2^53-1

  std::size_t position() const { return out_.size(); }
  Bytes take() { return std::move(out_); }

 private:
  void begin(char open);
  void end(char close);
  void separator();

  Bytes out_;
  bool first_ = true;
};

}  // namespace cairn
