// A sample: everybody who has root and seed draws the same, and every entry is drawn as often as any other.
#include "verify/sample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"
#include "verify/render_sample.h"

using namespace cairn;

namespace {

std::vector<Seq> first(Size count) {
  std::vector<Seq> seqs(count);
  std::iota(seqs.begin(), seqs.end(), Seq{0});
  return seqs;
}

Result<Sample> sample_of(const Forge& forge, const SampleQuestion& question) {
  const std::vector<Bytes>& leaves = forge.held().leaves;
  const auto at = [&](Seq seq) { return decode_recorded(seq, leaves[seq]); };
  const auto walk = [&](const std::function<Result<void>(const Recorded&)>& each) -> Result<void> {
    for (Seq seq = 0; seq < leaves.size(); ++seq) {
      TRY_LET(recorded, at(seq));
      TRY(each(recorded));
    }
    return {};
  };
  return draw_sample(question, std::string(forge_origin), forge.head(), {walk, at});
}

std::vector<Seq> population_of(const Forge& forge, SampleQuestion question) {
  question.count = 1000;
  const auto sample = sample_of(forge, question);
  REQUIRE(sample.ok());
  CHECK(sample->is_all());
  std::vector<Seq> seqs;
  for (const Drawn& one : sample->drawn) seqs.push_back(one.row.seq);
  return seqs;
}

}  // namespace

TEST_CASE("ranks and draw are those of the decision page's script") {
  const Hash root = sha256("a root");
  CHECK(sample_rank(root, 4711, 0).hex() == "1ba01ec1d7047b64937d53e4d43d9a98b707d06af72a5c3a2e8fdf8841b8853b");
  CHECK(draw(first(100), 5, root, 4711) == std::vector<Seq>{8, 20, 23, 43, 63});
}

TEST_CASE("a larger sample holds the smaller one, and other seeds and roots draw others") {
  const Hash root = sha256("a root");
  const auto all = first(500);
  const auto small = draw(all, 10, root, 1);
  const auto large = draw(all, 50, root, 1);
  CHECK(std::includes(large.begin(), large.end(), small.begin(), small.end()));
  CHECK(draw(all, 10, root, 1) == small);
  CHECK(draw(all, 10, root, 2) != small);
  CHECK(draw(all, 10, sha256("another root"), 1) != small);
}

TEST_CASE("no more than there are: then all are drawn") {
  const auto all = first(7);
  CHECK(draw(all, 7, sha256("x"), 1) == all);
  CHECK(draw(all, 8, sha256("x"), 1) == all);
  CHECK(draw({}, 8, sha256("x"), 1).empty());
}

TEST_CASE("over many seeds each entry is drawn as often as any other") {
  constexpr Size entries = 40;
  constexpr std::size_t drawn = 10;
  constexpr std::uint64_t seeds = 4000;
  const auto all = first(entries);
  std::vector<std::uint64_t> times(entries, 0);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const Seq seq : draw(all, drawn, sha256("a root"), seed)) ++times[seq];
  }
  const double share = static_cast<double>(drawn) / entries;
  const double expected = seeds * share;
  const double spread = std::sqrt(expected * (1 - share));
  for (Seq seq = 0; seq < entries; ++seq) {
    INFO("entry " << seq);
    CHECK(std::abs(static_cast<double>(times[seq]) - expected) < 4.5 * spread);
  }
}

TEST_CASE("the population is every entry of the period, refused ones too, about the model and place that were named") {
  Forge forge;
  forge.deploy("fraud");  // 1 to 8
  const Millis before = forge.now;
  const Seq other = forge.admit("dana", {forge.registration("spam")});
  const Seq refused = forge.refuse(
      "gus", {RolloutProposed{"spam/production/1", forge.digest_of("spam"), "spam", "production"}}, "not_permitted");
  CHECK(population_of(forge, {}) == first(11));
  CHECK(population_of(forge, {before + 1, {}, {}, {}}) == std::vector<Seq>{other, refused});
  CHECK(population_of(forge, {{}, before, {}, {}}) == first(9));
  CHECK(population_of(forge, {before, before, {}, {}}) == std::vector<Seq>{8});
  CHECK(population_of(forge, {{}, {}, "spam", {}}) == std::vector<Seq>{other, refused});
  CHECK(population_of(forge, {{}, {}, "spam", "production"}) == std::vector<Seq>{refused});
  // Evidence names a digest and no model: 3 and 5 are fraud's all the same.
  CHECK(population_of(forge, {{}, {}, "fraud", {}}) == std::vector<Seq>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("what is refused registers no digest, so nobody moves another's entries into a population") {
  Forge forge;
  forge.deploy("fraud");
  ModelRegistered claim = forge.registration("fraud");
  claim.name = "spam";
  const Seq refused = forge.refuse("dana", {claim}, "digest_taken");
  CHECK(population_of(forge, {{}, {}, "spam", {}}) == std::vector<Seq>{refused});
}

TEST_CASE("a question that nothing fits is a usage error and no empty sample") {
  const Forge forge;
  const auto sample = sample_of(forge, {{}, {}, "nobody", {}});
  REQUIRE_FALSE(sample.ok());
  CHECK(sample.error().kind == ErrorKind::usage);
}

TEST_CASE("a sample says from how many, under which root, by which seed, and whether it is all") {
  Forge forge;
  forge.deploy("fraud");
  SampleQuestion question;
  question.count = 3;
  question.seed = 42;
  const auto sample = sample_of(forge, question);
  REQUIRE(sample.ok());
  CHECK(sample->population == 9);
  CHECK(sample->drawn.size() == 3);
  const std::string text = render_text(*sample);
  CHECK(text.find("Drew 3 entries of 9") == 0);
  CHECK(text.find(forge.head().root.hex()) != std::string::npos);
  CHECK(text.find("the 3 of smallest rank") != std::string::npos);
  const std::string json = render_json(*sample);
  CHECK(json.find("\"seed\": 42") != std::string::npos);
  CHECK(json.find("\"all\": false") != std::string::npos);
  question.count = 9;
  CHECK(render_text(*sample_of(forge, question)).find("all: no more than the 9") != std::string::npos);
}
