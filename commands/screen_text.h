// Screen text: how many columns a text takes on a terminal, and how it is made to fit.
//
// Texts have gone through printable(), and may hold the escape sequences of toned(), which take no column. Letters of
// East Asian scripts and emoji take two columns, combining marks none. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn {

std::size_t columns_of(std::string_view text);

// At most so many columns; where something is missing, the last one is '>'. No tone reaches beyond its end.
std::string cut(std::string_view text, std::size_t columns);

// The last columns of what is longer than so many.
std::string end_of(std::string_view text, std::size_t columns);

// The whole of one line as lines of at most so many columns, each in the tone that it is in.
std::vector<std::string> fold_line(std::string_view line, std::size_t columns);

}  // namespace cairn
