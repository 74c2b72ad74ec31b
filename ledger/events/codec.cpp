#include "ledger/events/codec.h"

#include <utility>

#include "ledger/base/text.h"
#include "ledger/events/event_fields.h"

namespace cairn {
namespace {

// Reads the event's fields if `type` is the wire name of alternative `index` or of a later one.
template <std::size_t index = 0>
void read_fields(JsonReader& json, std::string_view type, std::size_t position, Event& event) {
  if constexpr (index == std::variant_size_v<Event>) {
    json.refuse(
        position,
        str("\"type\": \"", printable(type.substr(0, 64)), "\" is not an event known here; a newer cairn may read it"),
        ErrorKind::needs_newer);
  } else {
    using E = std::variant_alternative_t<index, Event>;
    static_assert(!wire_name_of<E>.empty(), "every event has a wire name");
    if (type != wire_name_of<E>) return read_fields<index + 1>(json, type, position, event);
    FieldReader io(json);
    fields(io, event.emplace<index>());
  }
}

}  // namespace

std::string_view wire_name(const Event& event) {
  return std::visit([]<class E>(const E&) { return wire_name_of<E>; }, event);
}

std::vector<std::string_view> wire_names() {
  return []<std::size_t... index>(std::index_sequence<index...>) {
    return std::vector<std::string_view>{wire_name_of<std::variant_alternative_t<index, Event>>...};
  }
  (std::make_index_sequence<std::variant_size_v<Event>>{});
}

Result<void> write_event(JsonWriter& json, const Event& event) {
  json.begin_object();
  json.member("type");
  json.string(wire_name(event));
  FieldWriter io(json);
  std::visit([&](const auto& e) { fields(io, e); }, event);
  json.end_object();
  if (!io.ok()) return usage(str(wire_name(event), ' ', io.error().message));
  return {};
}

void read_event(JsonReader& json, Event& event) {
  json.begin_object();
  json.member("type");
  const auto position = json.position();
  const std::string_view type = json.string();
  if (!json.ok()) return;
  read_fields(json, type, position, event);
  json.end_object();
}

}  // namespace cairn
