#include "ledger/evidence/predictions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/evidence/json.h"

namespace cairn {
namespace {

// Beyond this a statement could not hold the mean.
constexpr double too_large = 1e18;

constexpr std::array<std::string_view, 3> columns{"score", "prediction", "label"};

// One sample's, in the order of `columns`; none: the file has no such column.
using Row = std::array<std::optional<double>, 3>;

struct Place {
  std::string_view source;
  std::size_t line = 1;

  Error wrong(std::string_view what) const { return fault(str(printable(source), " line ", line, ": ", what)); }
};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The next line without its end, taken off the text.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<double> number_of(std::string_view text, std::string_view column, const Place& place) {
  if (text == "true" || text == "True") return 1.0;
  if (text == "false" || text == "False") return 0.0;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (text.empty()) return place.wrong(str(column, " is empty; leave the sample out, or mend the file"));
  if (!whole) return place.wrong(str(column, " is \"", printable(text.substr(0, 60)), "\", which is no number"));
  if (!std::isfinite(value) || std::abs(value) >= too_large)
    return place.wrong(str(column, " is ", printable(text.substr(0, 60)), ", which cannot be compared"));
  return value;
}

// The fields of a CSV line (RFC 4180), but that none goes over the end of its line.
Result<std::vector<std::string>> fields_of(std::string_view line, const Place& place) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    auto& field = fields.back();
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      field += line[++i];
    } else if (quoted) {
      if (c == '"') {
        quoted = false;
      } else {
        field += c;
      }
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      field += c;
    }
  }
  if (quoted) return place.wrong("a quoted field does not end on its line; write each sample on one line");
  return fields;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Keeps the row, and that every row has the columns of the first.
Result<void> add(const Row& row, Predictions& all, const Place& place) {
  const bool first = all.size() == 0;
  if (!row[0] && !row[1]) return place.wrong("there is neither a prediction nor a score");
  const std::array<std::vector<double>*, 3> kept{&all.scores, &all.decisions, &all.labels};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!first && row[i].has_value() == kept[i]->empty())
      return place.wrong(str(columns[i], row[i] ? " is here and was not before" : " is missing"));
  }
  if (all.size() == max_predictions)
    return place.wrong(str("there are more than ", max_predictions, " samples; give a part of the file"));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (row[i]) kept[i]->push_back(*row[i]);
  }
  return {};
}

// Where each column of ours stands in the header.
Result<std::array<std::optional<std::size_t>, 3>> columns_of(const std::vector<std::string>& header,
                                                             const Place& place) {
  std::array<std::optional<std::size_t>, 3> at;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto found = std::find(columns.begin(), columns.end(), trimmed(header[i]));
    if (found == columns.end()) continue;
    auto& place_of = at[static_cast<std::size_t>(found - columns.begin())];
    if (place_of) return place.wrong(str("the header has two columns named ", *found));
    place_of = i;
  }
  if (at[0] || at[1]) return at;
  return place.wrong("the header names neither a column prediction nor score; the first line has to name the columns");
}

Result<Predictions> parse_csv(std::string_view source, std::string_view text) {
  Place place{source};
  Predictions all;
  TRY_LET(header, fields_of(take_line(text), place));
  TRY_LET(at, columns_of(header, place));
  while (!text.empty()) {
    ++place.line;
    const auto line = take_line(text);
    if (is_blank(line) && is_blank(text)) break;
    TRY_LET(fields, fields_of(line, place));
    if (fields.size() != header.size())
      return place.wrong(str("it has ", fields.size(), " fields, and the header has ", header.size()));
    Row row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!at[i]) continue;
      TRY_LET(value, number_of(trimmed(fields[*at[i]]), columns[i], place));
      row[i] = value;
    }
    TRY(add(row, all, place));
  }
  return all;
}

Result<Predictions> parse_json_lines(std::string_view source, std::string_view text) {
  Place place{source, 0};
  Predictions all;
  while (!text.empty()) {
    ++place.line;
    const auto line = take_line(text);
    if (is_blank(line) && is_blank(text)) break;
    const auto sample = parse_json(line);
    if (!sample) return place.wrong(str("it is ", sample.error().message, "; each line has to be a JSON object"));
    if (!sample->is_object()) return place.wrong(str("it is ", describe(sample->kind), " and no object"));
    Row row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const JsonNode* json = sample->member(columns[i]);
      if (json == nullptr) continue;
      const bool boolean = json->kind == JsonNode::Kind::boolean;
      if (!json->is_number() && !boolean)
        return place.wrong(str(columns[i], " is ", describe(json->kind), ", not a number"));
      TRY_LET(value, number_of(boolean ? (json->boolean ? "true" : "false") : json->text, columns[i], place));
      row[i] = value;
    }
    TRY(add(row, all, place));
  }
  return all;
}

}  // namespace

Result<Predictions> parse_predictions(std::string_view source, std::string_view content) {
  if (content.size() > max_predictions_bytes)
    return fault(str(printable(source), " has more than ", max_predictions_bytes, " bytes; give a part of the file"));
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);  // spreadsheets put it before the header
  const auto first = content.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Predictions();
  return content[first] == '{' ? parse_json_lines(source, content) : parse_csv(source, content);
}

Predictions newest(Predictions all, std::size_t count) {
  for (auto* column : {&all.scores, &all.decisions, &all.labels}) {
    if (column->size() > count) column->erase(column->begin(), column->end() - static_cast<std::ptrdiff_t>(count));
  }
  return all;
}

}  // namespace cairn
