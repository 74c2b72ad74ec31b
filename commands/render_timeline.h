// What `cairn log` and `cairn history` show, for people and as JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/model_history.h"
#include "projections/timeline.h"

namespace cairn {

// Seq, time, author, outcome and what was said, in fixed columns, so that lines which come later still stand below each
// other; what does not fit is continued below itself.
std::string log_line(const TimelineRow& row);

// {seq, recorded, author, id, outcome, refusal?, leaf_hash, types[], what[]}, on one line and without its end.
std::string log_json(const TimelineRow& row);

// What ends `{"entries": [`: also where the reading broke off, so that it is one document all the same.
std::string log_json_end(bool empty, const std::optional<Error>& broke);

std::string history_text(const ModelHistory& history);
std::string history_json(const ModelHistory& history);

}  // namespace cairn
