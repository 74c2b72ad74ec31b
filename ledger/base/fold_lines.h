// Texts in lines of a bounded width: what --help prints, and what is said on a terminal.
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

// The lines of a message, each with what does not fit below it, two columns further in; but a signature line of a note
// stays whole, since notes in a message are evidence, to be kept as they are. Pure.
std::string fold_message(std::string_view message, std::size_t columns);

// A message as it goes to stderr: folded to a terminal's columns (60 at least, 100 at most), and to a file or a pipe as
// it is, where a script looks for its words.
std::string for_stderr(std::string_view message);

}  // namespace cairn
