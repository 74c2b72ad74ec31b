#include "verify/render_sample.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "verify/layout.h"

namespace cairn {
namespace {

using Json = nlohmann::ordered_json;

std::string asked(const SampleQuestion& question) {
  std::string text = "all entries, admitted and refused";
  if (question.since) text += " from " + format_time(*question.since);
  if (question.until) text += " to " + format_time(*question.until);
  if (question.model) text += " about model " + *question.model;
  if (question.environment) text += " about " + *question.environment;
  return text;
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

std::string render_text(const Sample& sample) {
  const SampleQuestion& question = sample.question;
  const std::string drawn = plural(sample.drawn.size(), "entry", "entries");
  std::string text = str("Drew ", drawn, " of ", sample.population, "  ", printable(sample.origin), "\n\n");
  text += field("of", str(asked(question), ": ", sample.population));
  text += field("size", std::to_string(sample.head.size));
  text += field("root", sample.head.root.hex());
  text += field("seed", std::to_string(question.seed));
  text +=
      field("drawn", sample.is_all() ? str("all: no more than the ", question.count, " that were asked for are there")
                                     : str("the ", question.count, " of smallest rank"));
  std::vector<std::vector<std::string>> rows = {{"seq", "recorded", "author", "what"}};
  for (const Drawn& one : sample.drawn) {
    const TimelineRow& entry = one.row;
    const std::string said = joined(entry.said, "; ");
    rows.push_back({std::to_string(entry.seq), format_time(entry.recorded), entry.author,
                    entry.outcome.empty() ? said : entry.outcome + ", tried: " + said});
  }
  if (!sample.drawn.empty()) text += '\n' + rows_of_text(rows);
  text += '\n' + wrap(
                     "Rank of an entry: SHA-256 of \"cairn-sample/1\", the root, the seed and the seq, these two as 8 "
                     "bytes big-endian. The smallest ranks are drawn, so anyone who has the root draws the same.",
                     2);
  return text;
}

std::string render_json(const Sample& sample) {
  const SampleQuestion& question = sample.question;
  Json document = {{"origin", sample.origin},
                   {"size", sample.head.size},
                   {"root", sample.head.root.hex()},
                   {"seed", question.seed},
                   {"n", question.count},
                   {"population", sample.population},
                   {"all", sample.is_all()},
                   {"since", or_null(question.since)},
                   {"until", or_null(question.until)},
                   {"model", or_null(question.model)},
                   {"environment", or_null(question.environment)}};
  Json drawn = Json::array();
  for (const Drawn& one : sample.drawn) {
    const TimelineRow& entry = one.row;
    Json row = {{"seq", entry.seq},
                {"rank", one.rank.hex()},
                {"recorded", entry.recorded},
                {"author", entry.author},
                {"outcome", entry.outcome.empty() ? "admitted" : "refused"}};
    if (!entry.outcome.empty()) row["refusal"] = entry.outcome;
    row["leaf_hash"] = entry.leaf.hex();
    row["types"] = entry.types;
    row["what"] = entry.said;
    drawn.push_back(std::move(row));
  }
  document["drawn"] = std::move(drawn);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace cairn
