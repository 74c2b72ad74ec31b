// Texts of others in Markdown of ours. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cairn {

// A person's words on one line: whatever would begin markup, a mention or a table cell is escaped.
std::string escaped(std::string_view text);

}  // namespace cairn
