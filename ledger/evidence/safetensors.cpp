#include <algorithm>
#include <limits>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t max_header_bytes = 16 << 20;

struct Tensor {
  std::string name;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Type {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr Type types[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},   {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"U16", 2},
                          {"I16", 2},  {"F16", 2}, {"BF16", 2}, {"U32", 4},     {"I32", 4},     {"F32", 4},
                          {"U64", 8},  {"I64", 8}, {"F64", 8},  {"C64", 8}};

std::optional<std::uint64_t> to_uint(const JsonNode& json) {
  if (!json.is_number()) return std::nullopt;
  const auto value = parse_uint(json.text);
  if (!value) return std::nullopt;
  return *value;
}

// The bytes that type and shape make; none if the type is not known or the product does not fit.
std::optional<std::uint64_t> bytes_of(const JsonNode* dtype, const JsonNode* shape) {
  if (dtype == nullptr || !dtype->is_string() || shape == nullptr || !shape->is_array()) return std::nullopt;
  const auto type =
      std::find_if(std::begin(types), std::end(types), [&](const Type& known) { return known.name == dtype->text; });
  if (type == std::end(types)) return std::nullopt;
  std::uint64_t bytes = type->bytes;
  for (const auto& item : shape->items) {
    const auto length = to_uint(item);
    if (!length) return std::nullopt;
    if (*length != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / *length) return std::nullopt;
    bytes *= *length;
  }
  return bytes;
}

// What is wrong with one tensor's description; empty if nothing is, and then `tensor` is its place.
std::string check_tensor(const JsonNode& json, Tensor& tensor) {
  if (!json.is_object() || json.names.size() != 3) return "is not described by dtype, shape and data_offsets";
  const auto* offsets = json.member("data_offsets");
  if (offsets == nullptr || !offsets->is_array() || offsets->items.size() != 2) return "has no two data_offsets";
  const auto begin = to_uint(offsets->items[0]);
  const auto end = to_uint(offsets->items[1]);
  if (!begin || !end || *begin > *end) return "has data_offsets that are no range";
  const auto bytes = bytes_of(json.member("dtype"), json.member("shape"));
  if (!bytes) return "has a dtype or shape that is not known";
  if (*bytes != *end - *begin) {
    return str("takes ", *end - *begin, " bytes where its dtype and shape make ", *bytes);
  }
  tensor.begin = *begin;
  tensor.end = *end;
  return {};
}

bool is_metadata(const JsonNode& json) {
  return json.is_object() &&
         std::all_of(json.items.begin(), json.items.end(), [](const JsonNode& item) { return item.is_string(); });
}

// Every byte of data belongs to exactly one tensor.
void check_places(std::vector<Tensor>& tensors, std::uint64_t data, std::uint64_t data_bytes,
                  StructureFindings& findings) {
  std::sort(tensors.begin(), tensors.end(),
            [](const auto& a, const auto& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t covered = 0;
  for (const auto& tensor : tensors) {
    const auto shown = printable(tensor.name.substr(0, 200));
    if (tensor.end > data_bytes) {
      findings.add(data, str("tensor ", shown, " ends at ", tensor.end, " of ", data_bytes, " bytes of data"));
      return;
    }
    if (tensor.begin < covered) findings.add(data + tensor.begin, str("tensor ", shown, " overlaps the one before"));
    if (tensor.begin > covered) findings.add(data + covered, str("bytes before tensor ", shown, " belong to none"));
    covered = std::max(covered, tensor.end);
  }
  if (covered < data_bytes) findings.add(data + covered, "bytes at the end belong to no tensor");
}

void check_header(const JsonNode& header, std::uint64_t data, std::uint64_t data_bytes, StructureFindings& findings) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < header.items.size(); ++i) {
    const auto& name = header.names[i];
    if (name == "__metadata__") {
      if (!is_metadata(header.items[i])) findings.add(length_bytes, "__metadata__ holds something else than text");
      continue;
    }
    Tensor tensor{name};
    const auto problem = check_tensor(header.items[i], tensor);
    if (problem.empty()) {
      tensors.push_back(std::move(tensor));
    } else {
      findings.add(length_bytes, str("tensor ", printable(name.substr(0, 200)), " ", problem));
    }
  }
  // With a description missing, the places of the others say nothing more.
  if (findings.count() == 0) check_places(tensors, data, data_bytes, findings);
}

}  // namespace

Result<void> check_safetensors(const InputFile& file, StructureFindings& findings) {
  std::string front(length_bytes, '\0');
  TRY_LET(got, file.read_at(0, front.data(), front.size()));
  if (got < front.size()) {
    findings.add(0, "the file is shorter than a safetensors header's length");
    return {};
  }
  const auto size = little_endian<std::uint64_t>(front, 0);
  if (size > file.size() - length_bytes || size > max_header_bytes) {
    findings.add(0, str("the header claims ", size, " bytes of ", file.size() - length_bytes, "; at most ",
                        max_header_bytes, " are read"));
    return {};
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  TRY_LET(read, file.read_at(length_bytes, text.data(), text.size()));
  text.resize(read);
  const auto header = text.starts_with('{') ? parse_json(text) : Result<JsonNode>(fault("not a JSON object at byte 0"));
  if (!header.ok()) {
    findings.add(length_bytes, str("the header is ", header.error().message));
    return {};
  }
  check_header(*header, length_bytes + size, file.size() - length_bytes - size, findings);
  return {};
}

}  // namespace cairn
