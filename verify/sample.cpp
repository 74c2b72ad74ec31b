#include "verify/sample.h"

#include <algorithm>
#include <queue>
#include <set>
#include <utility>

#include "ledger/base/big_endian.h"

namespace cairn {
namespace {

constexpr std::string_view label = "cairn-sample/1";

bool registers(const Event& event, const std::string& model) {
  const auto* registered = std::get_if<ModelRegistered>(&event);
  return registered != nullptr && registered->name == model;
}

// What stands for a model in tags: its name, and the digests that were registered under it.
Result<std::set<std::string>> tags_of_model(const std::string& model, const SampleSource& source) {
  std::set<std::string> tags = {"model:" + model};
  TRY(source.walk([&](const Recorded& entry) -> Result<void> {
    if (!entry.entry.outcome.empty()) return {};
    for (const Event& event : entry.statement.events) {
      if (registers(event, model)) tags.insert("digest:" + std::get<ModelRegistered>(event).model.hex());
    }
    return {};
  }));
  return tags;
}

class Population {
 public:
  Population(const SampleQuestion& question, std::set<std::string> model_tags)
      : question_(question), model_tags_(std::move(model_tags)) {}

  void add(const Recorded& entry) {
    const Millis recorded = entry.entry.recorded;
    if (question_.since && recorded < *question_.since) return;
    if (question_.until && recorded > *question_.until) return;
    if (question_.model || question_.environment) {
      const std::vector<std::string> tags = tags_of(entry.statement);
      const auto has = [&](const std::string& tag) { return std::binary_search(tags.begin(), tags.end(), tag); };
      if (question_.environment && !has("environment:" + *question_.environment)) return;
      if (question_.model && std::none_of(model_tags_.begin(), model_tags_.end(), has)) return;
    }
    seqs_.push_back(entry.seq);
  }

  const std::vector<Seq>& seqs() const { return seqs_; }

 private:
  const SampleQuestion& question_;
  std::set<std::string> model_tags_;
  std::vector<Seq> seqs_;
};

}  // namespace

Hash sample_rank(const Hash& root, std::uint64_t seed, Seq seq) {
  Bytes text(label);
  text += root.view();
  append_big_endian(text, seed, 8);
  append_big_endian(text, seq, 8);
  return sha256(text);
}

std::vector<Seq> draw(std::span<const Seq> population, std::size_t count, const Hash& root, std::uint64_t seed) {
  std::priority_queue<std::pair<Hash, Seq>> smallest;  // the largest of them on top
  for (const Seq seq : population) {
    smallest.emplace(sample_rank(root, seed, seq), seq);
    if (smallest.size() > count) smallest.pop();
  }
  std::vector<Seq> drawn;
  for (; !smallest.empty(); smallest.pop()) drawn.push_back(smallest.top().second);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

Result<Sample> draw_sample(const SampleQuestion& question, const std::string& origin, const Head& head,
                           const SampleSource& source) {
  std::set<std::string> model_tags;
  if (question.model) {
    TRY_LET(tags, tags_of_model(*question.model, source));
    model_tags = std::move(tags);
  }
  Population population(question, std::move(model_tags));
  ModelNames names;
  TRY(source.walk([&](const Recorded& entry) -> Result<void> {
    names.learn(entry);
    population.add(entry);
    return {};
  }));
  if (population.seqs().empty()) return usage("no entry fits the question, so there is nothing to draw from");
  Sample sample{question, origin, head, population.seqs().size(), {}};
  for (const Seq seq : draw(population.seqs(), question.count, head.root, question.seed)) {
    TRY_LET(entry, source.entry(seq));
    sample.drawn.push_back({sample_rank(head.root, question.seed, seq), row_of(entry, names)});
  }
  return sample;
}

}  // namespace cairn
