// What --help prints, in lines of a bounded width. Messages are not folded: a terminal wraps them by itself, and gives
// their commands and keys back in one piece to who copies them.
//
// What was short enough stays as it is, byte for byte. Words are parted at blanks only, so one that is longer than a
// line stays whole and is the only thing that makes a line too long. Widths are in code points.
#pragma once

#include <string>
#include <string_view>

namespace cairn {

inline constexpr std::size_t help_columns = 80;

// A page of --help as CLI11 lays it out: descriptions go on below their own column, and a command of an example is
// broken as a shell reads it, with '\', never within quotes. Pure.
std::string fold_help(std::string_view help);

}  // namespace cairn
