// Moments: which entries a time, a tag or an id stands for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "projections/model_history.h"
#include "projections/world.h"

namespace cairn {

// A time that a user typed; a usage error if it is none.
Result<Millis> read_moment(const std::string& time);

// What --since and --until name; none: no bound. A usage error names the flag, also where the two are exchanged:
// "nothing" would look like an answer.
struct TimeRange {
  std::optional<Millis> since;
  std::optional<Millis> until;
};
Result<TimeRange> read_range(const std::optional<std::string>& since, const std::optional<std::string>& until);

// How many entries were recorded at or before this time; by binary search, since recorded times never fall but where
// the clock was corrected: there the time is looked for behind the newest correction that it does not lie before. The
// two entries beside the border are held against the log's signed head: not_verified if they are not its own.
Result<Size> size_at(const Ledger& ledger, Millis time);

// The same from what a user typed; a usage error if the ledger did not exist yet.
Result<Size> size_at(const Ledger& ledger, const std::string& time);

// A place in the history that a user named: after so many entries, as of this moment.
struct Point {
  Size size = 0;
  Millis moment = 0;
};

// From a time or an entry's number, which is the point after that entry. `flag` is named in the usage error.
Result<Point> read_point(const Ledger& ledger, std::string_view flag, const std::string& time_or_seq);

// All seqs of a tag, ascending.
Result<std::vector<Seq>> find_all(const Ledger& ledger, std::string_view tag);

// Every entry about a model name: those that say it and those that name one of its digests. Ascending.
Result<std::vector<Seq>> find_model(const Ledger& ledger, const World& world, const std::string& model);

// The same from the model's own entries alone, without a World: its digests are those that they register. Empty: no
// entry speaks of it.
Result<std::vector<Seq>> find_model(const Ledger& ledger, const std::string& model);

// What its history tells: those but for what was only measured of its versions, what happened to its incidents, and the
// adoptions of policies up to the last of them. Empty: no entry says its name.
Result<std::vector<Seq>> find_history(const Ledger& ledger, const std::string& model);

// Where the version that a rollout brought to full stayed there; none: it did not come so far. `of_model` are the
// entries of its model.
Result<std::optional<TenureRow>> stay_at_full(const Ledger& ledger, const std::vector<Seq>& of_model,
                                              const Rollout& rollout);

// A seq, or a statement's id: looked up among those that World keeps, then in all entries.
Result<Seq> find_entry(const Ledger& ledger, const World& world, const std::string& seq_or_id);

}  // namespace cairn
