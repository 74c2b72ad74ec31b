#include "ledger/crypto/pem.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/crypto/secret.h"

namespace cairn {
namespace {

constexpr std::string_view begin = "-----BEGIN ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t line_width = 64;
constexpr std::size_t max_label_bytes = 64;

std::string_view without_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The label of a line "-----BEGIN label-----", or nothing; none is as long as a line may be.
std::string_view begun_label(std::string_view line) {
  if (line.size() <= begin.size() + dashes.size() || line.substr(0, begin.size()) != begin) return {};
  line.remove_prefix(begin.size());
  if (line.substr(line.size() - dashes.size()) != dashes) return {};
  const auto label = line.substr(0, line.size() - dashes.size());
  return label.size() <= max_label_bytes ? label : std::string_view();
}

}  // namespace

std::string format_pem(std::string_view label, BytesView der) {
  auto body = to_base64(der);
  const Wiped wiped(body);
  const auto end = str("-----END ", label, "-----\n");
  auto text = str("-----BEGIN ", label, "-----\n");
  text.reserve(text.size() + body.size() + body.size() / line_width + 1 + end.size());  // never copied on the way
  for (std::size_t at = 0; at < body.size(); at += line_width) {
    text += std::string_view(body).substr(at, line_width);
    text += '\n';
  }
  text += end;
  return text;
}

Result<PemBlock> parse_pem(std::string_view text) {
  std::string_view label;
  std::string end;
  std::string body;
  body.reserve(text.size());
  const Wiped wiped(body);
  for (const auto whole_line : split(text, '\n')) {
    const auto line = without_return(whole_line);
    if (label.empty()) {
      label = begun_label(line);
      end = str("-----END ", label, "-----");
    } else if (line == end) {
      TRY_LET(der, from_base64(body));
      return PemBlock{std::string(label), std::move(der)};
    } else {
      body += line;
    }
  }
  if (label.empty()) return fault("the text has no PEM block: no line -----BEGIN ...-----");
  return fault(str("the PEM block ", printable(label.substr(0, 40)), " has no END line; the text may be cut short"));
}

}  // namespace cairn
