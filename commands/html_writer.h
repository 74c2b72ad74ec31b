// Html: a page or a drawing as it is written, one element inside another. Pure.
//
// What comes in as text or as the value of an attribute is escaped, and what nobody could see in it is spelled out as
// printable() does; names of elements and attributes are ours. Every element that is opened is closed by its name, so
// what comes out is well formed whatever an entry holds.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/types.h"

namespace cairn {

// Fit to stand between tags and in a quoted attribute. Line feeds and tabs stay, as in printable_lines().
std::string html_escaped(std::string_view text);

// JSON as it may stand inside <script type="application/json">: nothing in it can end the element or begin a comment.
std::string script_safe(std::string_view json);

// What a Content-Security-Policy calls the inline script or style with exactly these bytes: 'sha256-<base64>'.
std::string csp_hash(std::string_view code);

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

class Html {
 public:
  Html& open(std::string_view tag, const Attributes& attributes = {});
  Html& close(std::string_view tag);  // the innermost one that is open; the name is there for the reader
  Html& text(std::string_view text);
  Html& leaf(std::string_view tag, std::string_view text, const Attributes& attributes = {});  // with only text in it
  Html& empty(std::string_view tag, const Attributes& attributes = {});  // <path .../>, <meta ...>
  Html& markup(std::string_view ours);  // as it is: our own code and words, never an entry's
  Html& line();                         // a line feed, for who reads the source

  std::string finish() &&;  // nothing may be open

 private:
  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace cairn
