// Proofs, and the state at a moment, as a library: warm, when every tile was asked for before, and with nothing cached.
#include <random>

#include "bench/measure.h"
#include "bench/plan.h"
#include "commands/session.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/tlog/tile.h"

namespace cairn::bench {
namespace {

constexpr std::size_t proofs_a_round = 5000;
constexpr std::size_t cold_a_round = 3;
constexpr double most_warm_proof = 20e-6;

using Prove = std::function<void(const Ledger& ledger, Size at)>;

void prove_inclusion(const Ledger& ledger, Size at) {
  need(ledger.prove_inclusion(at, ledger.size()));
}
void prove_consistency(const Ledger& ledger, Size at) {
  need(ledger.prove_consistency(at, ledger.size()));
}
void state_at(const Ledger& ledger, Size at) {
  need(load_world(ledger, at));
}

// A ledger that stays open, and random places in it.
class Reader {
 public:
  Reader(const Plan& plan, Size of) : size(of), directory_(plan.made(of)), warm_(open()) {
    for (Size at = 1; at < warm_->ledger().size(); at += tile_width) prove_inclusion(warm_->ledger(), at);
  }

  double warm(const Prove& prove, std::size_t count) {
    const double spent = seconds_of([&] {
      for (std::size_t i = 0; i < count; ++i) prove(warm_->ledger(), place());
    });
    return spent / static_cast<double>(count);
  }

  // The first one of a ledger that was opened just now, from files that the system had forgotten.
  double cold(const Prove& prove) {
    std::vector<double> times;
    for (std::size_t i = 0; i < cold_a_round; ++i) {
      drop_cached(directory_ / "ledger");
      const auto session = open();
      times.push_back(seconds_of([&] { prove(session->ledger(), place()); }));
    }
    return quantile(times, 0.5);
  }

  double opening() const {
    return seconds_of([&] { open(); });
  }

  Size size;

 private:
  std::unique_ptr<Session> open() const {
    Globals globals;
    globals.where = (directory_ / "ledger").string();
    globals.actor = "bench";
    return need(Session::open(globals, Home(directory_ / "home")));
  }
  Size place() { return 1 + random_() % (warm_->ledger().size() - 1); }

  std::filesystem::path directory_;
  std::unique_ptr<Session> warm_;
  std::mt19937_64 random_{7};
};

struct Question {
  const char* name;
  Prove prove;
  std::size_t count;  // a round, where warm
};

}  // namespace

void measure_reads(const Plan& plan, Sheet& sheet) {
  const std::vector<Question> questions = {{"inclusion proof", prove_inclusion, proofs_a_round},
                                           {"consistency proof", prove_consistency, proofs_a_round},
                                           {"state at a moment", state_at, 3}};
  std::vector<std::unique_ptr<Reader>> readers;
  for (const Size size : plan.sizes) readers.push_back(std::make_unique<Reader>(plan, size));
  const auto name_of = [](const std::string& what, const char* how, Size size) {
    return what + how + " at " + short_size(size);
  };
  Contest contest;
  for (const auto& reader : readers) {
    contest.add(name_of("open", "", reader->size), [&reader] { return reader->opening(); });
    for (const Question& question : questions) {
      contest.add(name_of(question.name, ", warm,", reader->size),
                  [&] { return reader->warm(question.prove, question.count); });
      contest.add(name_of(question.name, ", cold,", reader->size), [&] { return reader->cold(question.prove); });
    }
  }
  contest.run(plan.rounds);

  sheet.begin("One question, as a library");
  const auto add = [&](const std::string& what, const char* how, bool aimed) {
    for (const Size size : plan.sizes) {
      Row row = row_of(name_of(what, how, size), contest.of(name_of(what, how, size)), Unit::seconds);
      const Size least = plan.sizes.front();
      if (size != least) {
        row.limit = Limit{"at " + short_size(least), contest.of(name_of(what, how, least)).median()};
      }
      if (aimed && size == plan.largest()) below(row, most_warm_proof);
      sheet.add(std::move(row));
    }
  };
  add("open", "", false);
  for (const Question& question : questions) {
    const bool aimed = question.name == std::string("inclusion proof");
    add(question.name, ", warm,", aimed);
    add(question.name, ", cold,", false);
  }
}

}  // namespace cairn::bench
