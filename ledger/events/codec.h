// The events of a statement on the wire: {"type":"rollout.advanced/1", ...}. The fields of each are in event_fields.h.
// Pure.
#pragma once

#include "ledger/events/event.h"
#include "ledger/events/json_reader.h"
#include "ledger/events/json_writer.h"

namespace cairn {

// A usage error names the member that cannot be said.
Result<void> write_event(JsonWriter& json, const Event& event);

// What does not fit is kept by the reader.
void read_event(JsonReader& json, Event& event);

}  // namespace cairn
