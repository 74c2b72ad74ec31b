#include "ledger/crypto/pkcs11_uri.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::string_view pkcs11_scheme = "pkcs11:";
constexpr std::string_view file_scheme = "file:";
constexpr std::size_t longest_uri = 4096;

enum class UriPart { path, query };

struct Attribute {
  std::string_view name;
  std::string Pkcs11Uri::*value;
  UriPart part;
  std::size_t longest;  // in bytes; of a token's attributes as long as PKCS#11's own fields
};

constexpr std::array attributes = {
    Attribute{"token", &Pkcs11Uri::token, UriPart::path, 32},
    Attribute{"manufacturer", &Pkcs11Uri::manufacturer, UriPart::path, 32},
    Attribute{"serial", &Pkcs11Uri::serial, UriPart::path, 16},
    Attribute{"model", &Pkcs11Uri::model, UriPart::path, 16},
    Attribute{"object", &Pkcs11Uri::object, UriPart::path, 255},
    Attribute{"id", &Pkcs11Uri::id, UriPart::path, 255},
    Attribute{"module-path", &Pkcs11Uri::module_path, UriPart::query, 1024},
    Attribute{"pin-source", &Pkcs11Uri::pin_file, UriPart::query, 1024},
};

bool is_unreserved(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

std::string escaped(std::string_view value, std::string_view plain_too, bool every_byte) {
  std::string text;
  for (const char c : value) {
    if (!every_byte && (is_unreserved(c) || plain_too.find(c) != std::string_view::npos)) {
      text += c;
      continue;
    }
    text += '%';
    for (const char digit : to_hex(std::string_view(&c, 1))) {
      text += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
  }
  return text;
}

Result<std::string> unescaped(std::string_view name, std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      value += text[at];
      continue;
    }
    const auto byte = from_hex(fold_case(text.substr(at + 1, 2)));
    if (!byte || byte->size() != 1) return usage(str("in the PKCS#11 URI, ", name, " has a % without two digits"));
    value += *byte;
    at += 2;
  }
  return value;
}

Result<void> check_attribute(const Attribute& attribute, std::string_view value) {
  const auto wrong = [&](std::string_view why) { return usage(str("in the PKCS#11 URI, ", attribute.name, " ", why)); };
  if (value.empty() || value.size() > attribute.longest) {
    return wrong(str("has ", value.size(), " bytes; it has 1 to ", attribute.longest));
  }
  const bool is_bytes = attribute.value == &Pkcs11Uri::id;
  if (!is_bytes && printable(value) != value) return wrong("holds control characters, or is not UTF-8");
  if (attribute.part == UriPart::query && value.front() != '/') return wrong("is not an absolute path");
  return {};
}

Result<void> take_attribute(Pkcs11Uri& uri, UriPart part, std::string_view text) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  if (name.starts_with("pin-value")) {
    return usage(
        "a PIN in a PKCS#11 URI can be read by every user of this machine: leave it out and be asked, or name a file "
        "that holds it, pin-source=file:/PATH");
  }
  if (part == UriPart::path && text == "type=private") return {};
  const auto* attribute = std::find_if(attributes.begin(), attributes.end(),
                                       [&](const Attribute& one) { return one.part == part && one.name == name; });
  if (attribute == attributes.end() || equals == std::string_view::npos) {
    return usage(str("in the PKCS#11 URI, \"", printable(name.substr(0, 40)),
                     "\" is no attribute that is taken; there are token, manufacturer, serial, model, object, id, and "
                     "after the ? module-path, pin-source"));
  }
  TRY_LET(value, unescaped(name, text.substr(equals + 1)));
  if (attribute->value == &Pkcs11Uri::pin_file) {
    if (!value.starts_with(file_scheme)) return usage("in the PKCS#11 URI, pin-source is file:/PATH");
    value.erase(0, file_scheme.size());
  }
  TRY(check_attribute(*attribute, value));
  std::string& place = uri.*attribute->value;
  if (!place.empty()) return usage(str("in the PKCS#11 URI, ", name, " stands twice"));
  place = std::move(value);
  return {};
}

}  // namespace

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text) {
  if (text.size() > longest_uri) return usage("the PKCS#11 URI is longer than 4096 bytes");
  if (!text.starts_with(pkcs11_scheme)) return usage("a PKCS#11 URI begins with pkcs11:");
  text.remove_prefix(pkcs11_scheme.size());
  const auto question = std::min(text.find('?'), text.size());
  Pkcs11Uri uri;
  for (const auto one : split(text.substr(0, question), ';')) TRY(take_attribute(uri, UriPart::path, one));
  if (question == text.size()) return usage("the PKCS#11 URI has no module: end it with ?module-path=/PATH");
  for (const auto one : split(text.substr(question + 1), '&')) TRY(take_attribute(uri, UriPart::query, one));

  if (uri.module_path.empty()) return usage("the PKCS#11 URI has no module: it needs module-path=/PATH after the ?");
  if (uri.token.empty() && uri.manufacturer.empty() && uri.serial.empty() && uri.model.empty()) {
    return usage("the PKCS#11 URI names no token: give token=LABEL or serial=NUMBER");
  }
  if (uri.object.empty() && uri.id.empty()) {
    return usage("the PKCS#11 URI names no key: give object=LABEL or id=%01");
  }
  return uri;
}

std::string format_pkcs11_uri(const Pkcs11Uri& uri) {
  std::string text(pkcs11_scheme);
  UriPart part = UriPart::path;
  bool first = true;
  for (const Attribute& attribute : attributes) {
    const std::string& value = uri.*attribute.value;
    if (value.empty()) continue;
    if (attribute.part != part) {
      text += '?';
    } else if (!first) {
      text += part == UriPart::path ? ';' : '&';
    }
    first = false;
    part = attribute.part;
    const bool is_id = attribute.value == &Pkcs11Uri::id;
    const std::string_view scheme = attribute.value == &Pkcs11Uri::pin_file ? file_scheme : "";
    text += str(attribute.name, "=", scheme, escaped(value, part == UriPart::query ? "/" : "", is_id));
  }
  return text;
}

}  // namespace cairn
