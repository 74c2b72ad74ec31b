#include "commands/html_writer.h"

#include "commands/output.h"
#include "ledger/base/assert.h"
#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

namespace {

std::string with_replaced(std::string_view text, std::string_view (*replacement)(char)) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const std::string_view instead = replacement(c);
    if (instead.empty()) {
      out += c;
    } else {
      out += instead;
    }
  }
  return out;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}

std::string_view json_escape(char c) {
  switch (c) {
    case '&':
      return "\\u0026";
    case '<':
      return "\\u003c";
    case '>':
      return "\\u003e";
    default:
      return "";
  }
}

std::string tag_of(std::string_view tag, const Attributes& attributes) {
  std::string out = "<";
  out += tag;
  for (const auto& [name, value] : attributes) {
    out += ' ';
    out += name;
    out += "=\"" + html_escaped(value) + "\"";
  }
  return out;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  return with_replaced(printable_lines(text), entity);
}

std::string script_safe(std::string_view json) {
  std::string safe = with_replaced(json, json_escape);
  // Line ends to JavaScript, though not to JSON.
  for (const auto& [separator, escape] : {std::pair{"\xe2\x80\xa8", "\\u2028"}, std::pair{"\xe2\x80\xa9", "\\u2029"}}) {
    for (std::size_t at = safe.find(separator); at != std::string::npos; at = safe.find(separator, at)) {
      safe.replace(at, 3, escape);
    }
  }
  return safe;
}

std::string csp_hash(std::string_view code) {
  return "'sha256-" + to_base64(sha256(code).view()) + "'";
}

Html& Html::open(std::string_view tag, const Attributes& attributes) {
  text_ += tag_of(tag, attributes) + ">";
  open_.emplace_back(tag);
  return *this;
}

Html& Html::close(std::string_view tag) {
  ASSERT(!open_.empty() && open_.back() == tag);
  open_.pop_back();
  text_ += "</";
  text_ += tag;
  text_ += ">";
  return *this;
}

Html& Html::text(std::string_view text) {
  text_ += html_escaped(text);
  return *this;
}

Html& Html::leaf(std::string_view tag, std::string_view text, const Attributes& attributes) {
  return open(tag, attributes).text(text).close(tag);
}

Html& Html::empty(std::string_view tag, const Attributes& attributes) {
  text_ += tag_of(tag, attributes) + "/>";
  return *this;
}

Html& Html::markup(std::string_view ours) {
  text_ += ours;
  return *this;
}

Html& Html::line() {
  text_ += '\n';
  return *this;
}

std::string Html::finish() && {
  ASSERT(open_.empty());
  return std::move(text_);
}

}  // namespace cairn
