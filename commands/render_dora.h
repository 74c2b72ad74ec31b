// What `cairn dora` prints: for people and as JSON. Pure.
#pragma once

#include <string>

#include "projections/delivery.h"

namespace cairn {

// In total, then each slot; with the entries behind each number, if asked for. `since` is what was asked: the period
// may begin later, with the ledger.
std::string delivery_text(const Delivery& delivery, const DeliveryFilter& filter, Millis since, bool with_seqs);

// {since, until, entries, model, environment, total, slots[]}. Times and spans are whole milliseconds and ratios are
// decimal strings, so every machine prints the same bytes; null where there is nothing to divide by.
std::string delivery_json(const Delivery& delivery, const DeliveryFilter& filter);

}  // namespace cairn
