// The style and the script of the report's page: report.css and report.js, byte for byte. CMake makes the definitions.
#pragma once

#include <string_view>

namespace cairn {

extern const std::string_view report_style;
extern const std::string_view report_script;

}  // namespace cairn
