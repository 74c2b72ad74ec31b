// The report's drawings, as inline SVG with a table beside each that says the same. Pure.
//
// A reader needs no colour: versions have letters and shapes, holds have hatchings and names. No coordinate lies
// outside the drawing's box.
#pragma once

#include <cstddef>

#include "commands/html_axis.h"
#include "commands/html_parts.h"

namespace cairn {

inline constexpr Tenths box_width = 9600;  // of each drawing
inline constexpr Tenths axis_end = 9480;   // where its time axis ends
inline constexpr Tenths inset = 120;       // of the window's two ends, so that what lies there is seen whole

// The hatchings that drawings refer to; once a page, before them.
void add_hatchings(Html& html);

// Who had which share of a slot between the report's two ends. `number` tells the page's strips apart.
void add_strip(Page& page, const Strip& strip, std::size_t number);

// Each metric's values against the gate's threshold, and what happened meanwhile.
void add_plots(Page& page);

}  // namespace cairn
