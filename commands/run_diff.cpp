// diff.
#include <algorithm>
#include <iterator>
#include <set>

#include "commands/moments.h"
#include "commands/render_diff.h"
#include "commands/run_questions.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "projections/world_diff.h"

namespace cairn {

namespace {

// What these say changes nothing that a difference speaks of; most entries say nothing else.
const std::set<std::string_view> without_change = {"evidence.recorded",    "artefact.checked", "drill.recorded",
                                                   "retraining.requested", "due.recorded",     "alert.acknowledged"};

// Reads what lies between the two points and is about what was asked; of the rest, nothing.
class Between {
 public:
  Between(const Ledger& ledger, const DiffBounds& bounds, WorldDiff& diff)
      : ledger_(ledger), bounds_(bounds), diff_(diff) {}

  Result<void> read(const World& after, const DiffFlags& flags) {
    std::vector<Seq> changing;
    for (const std::string_view name : wire_names()) {
      const std::string_view type = name.substr(0, name.rfind('/'));
      if (!without_change.contains(type)) TRY(add_tag(changing, str("type:", type)));
    }
    std::vector<Seq> refused;
    TRY(add_tag(refused, std::string(refused_tag)));
    if (flags.model || flags.environment) {
      TRY_LET(named, naming_filter(after, flags));
      refused = both(refused, named);
      TRY_LET(wider, reaching_filter(after, flags));
      changing = both(changing, either(named, wider));
    }
    ProgressBar bar("diff");
    const std::vector<Seq> wanted = either(changing, refused);
    std::size_t done = 0;
    return ledger_.visit(wanted, [&](const Recorded& entry) -> Result<void> {
      if (entry.entry.outcome.empty()) {
        diff_.apply(entry);
      } else {
        diff_.count_refusal(entry.seq, entry.entry.outcome);
      }
      bar.show(++done, wanted.size());
      return {};
    });
  }

 private:
  using Seqs = std::vector<Seq>;

  static Seqs either(const Seqs& a, const Seqs& b) {
    Seqs seqs;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(seqs));
    return seqs;
  }
  static Seqs both(const Seqs& a, const Seqs& b) {
    Seqs seqs;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(seqs));
    return seqs;
  }

  // Of a tag only what lies between.
  Result<void> add_tag(Seqs& seqs, const std::string& tag) const {
    for (Seq at = bounds_.from.size;;) {
      TRY_LET(more, ledger_.find(tag, at, page));
      more.erase(std::lower_bound(more.begin(), more.end(), bounds_.to.size), more.end());
      seqs = either(seqs, more);
      if (more.size() < page) return {};
      at = more.back() + 1;
    }
  }

  // What names the model, and the environment where one was asked for; and what happened to its incidents.
  Result<Seqs> naming_filter(const World& after, const DiffFlags& flags) const {
    Seqs about;
    TRY(add_model(about, after, flags));
    if (flags.environment) {
      Seqs there;
      TRY(add_tag(there, "environment:" + *flags.environment));
      about = flags.model ? both(about, there) : there;
    }
    for (const auto& [id, incident] : after.incidents.rows()) {
      const bool its = (!flags.model || incident.name == *flags.model) &&
                       (!flags.environment || incident.environment == *flags.environment);
      if (its) TRY(add_tag(about, "incident:" + id));
    }
    return about;
  }

  Result<void> add_model(Seqs& about, const World& after, const DiffFlags& flags) const {
    if (!flags.model) return {};
    TRY(add_tag(about, "model:" + *flags.model));
    for (const auto& [digest, row] : after.models.rows()) {
      if (row.name == *flags.model) TRY(add_tag(about, "digest:" + digest.hex()));
    }
    return {};
  }

  // What may reach it from a wider scope, and what is said of the model wherever it is.
  Result<Seqs> reaching_filter(const World& after, const DiffFlags& flags) const {
    Seqs about;
    TRY(add_model(about, after, flags));
    for (const std::string_view type :
         {"lockdown.engaged", "lockdown.lift_requested", "lockdown.lifted", "freeze.declared", "freeze.ended",
          "hold.placed", "hold.released", "policy.adopted"}) {
      TRY(add_tag(about, str("type:", type)));
    }
    return about;
  }

  static constexpr std::size_t page = 4096;

  const Ledger& ledger_;
  const DiffBounds& bounds_;
  WorldDiff& diff_;
};

}  // namespace

Result<Exit> run_diff(const Globals& globals, const DiffFlags& flags) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  DiffBounds bounds;
  bounds.filter = {flags.environment, flags.model};
  TRY_LET(from, read_point(ledger, "--from", flags.from));
  bounds.from = from;
  TRY_LET(to, read_point(ledger, "--to", flags.to));
  bounds.to = to;
  if (from.size > to.size || (from.size == to.size && from.moment > to.moment)) {
    return usage("--from " + printable(flags.from) + " is after --to " + printable(flags.to) + "; exchange the two");
  }
  TRY_LET(before, load_world(ledger, from.size));
  TRY_LET(after, load_world(ledger, to.size));
  TRY(check_filter(*after.world, bounds.filter));
  WorldDiff diff({*before.world, from.moment}, {*after.world, to.moment},
                 {flags.environment.value_or("*"), flags.model.value_or("*")});
  Between between(ledger, bounds, diff);
  TRY(between.read(*after.world, flags));
  print(globals.json ? diff_json(diff, bounds, ledger) : diff_text(diff, bounds, ledger));
  return Exit::done;
}

}  // namespace cairn
