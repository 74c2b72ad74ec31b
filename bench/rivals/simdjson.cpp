#include "bench/rivals/simdjson.h"

#include <simdjson.h>

#include "bench/measure.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::size_t count_values(element value) {
  std::size_t count = 1;
  if (value.type() == element_type::OBJECT) {
    for (const auto member : simdjson::dom::object(value)) count += member.key.size() + count_values(member.value);
  } else if (value.type() == element_type::ARRAY) {
    for (const element one : simdjson::dom::array(value)) count += count_values(one);
  } else if (value.type() == element_type::STRING) {
    count += std::string_view(value).size();
  }
  return count;
}

}  // namespace

struct JsonWalk::Parser {
  simdjson::dom::parser parser;
  Bytes padded;
};

JsonWalk::JsonWalk() : parser_(std::make_unique<Parser>()) {}
JsonWalk::~JsonWalk() = default;

std::string JsonWalk::version() {
  return str(std::uint64_t{simdjson::SIMDJSON_VERSION_MAJOR}, ".", std::uint64_t{simdjson::SIMDJSON_VERSION_MINOR}, ".",
             std::uint64_t{simdjson::SIMDJSON_VERSION_REVISION});
}

std::size_t JsonWalk::operator()(BytesView json) {
  Bytes& padded = parser_->padded;
  padded.assign(json);
  padded.append(simdjson::SIMDJSON_PADDING, '\0');
  element document;
  if (parser_->parser.parse(padded.data(), json.size(), false).get(document) != simdjson::SUCCESS) {
    stop("simdjson does not take a statement of ours");
  }
  return count_values(document);
}

}  // namespace cairn::bench
