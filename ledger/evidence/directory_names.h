// What a file of a model directory is, by its name alone (CLI.md, "A directory holds"). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn {

// `<type>[_model]_<YYYYMMDD_HHMMSS>` at the front of a file's name, followed by its ending.
struct Stem {
  std::string text;  // "logistic_model_20261123_023220"
  std::string type;  // "logistic"
  std::string time;  // "20261123_023220"

  auto operator<=>(const Stem&) const = default;
};

// None for metrics, cards, chunks and reports, though the trainer's metrics and drift reports carry a time stamp as
// well.
std::optional<Stem> stem_of(std::string_view name);

// `<type>_metrics_<time>`, `<type>[_model]_<time>_metrics`, or `<type>_metrics` of no time: the stem that they are of.
std::optional<Stem> stem_of_metrics(std::string_view name);

bool is_metrics_name(std::string_view name);  // `*_metrics.json`, `*_metrics_<time>.json`; no report
bool is_card_name(std::string_view name);     // `*_card.json`
bool is_chunk_name(std::string_view name);    // `chunk_*.json`
bool is_report_name(std::string_view name);   // what scripts of the field leave beside models
// `[<model>_]predictions` and `[<model>_]reference`, as CSV or JSON lines: what `cairn monitor` measures drift on.
bool is_predictions_name(std::string_view name);
bool is_placeholder(std::string_view name);  // keeps an empty directory in git

// Whether it belongs to a model's files where no stem says which do.
bool is_model_file_name(std::string_view name);

}  // namespace cairn
