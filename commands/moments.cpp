#include "commands/moments.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "commands/run.h"
#include "commands/views.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t seqs_a_page = 4096;

Error several(const std::string& id, const std::vector<Seq>& seqs) {
  std::string list;
  for (const Seq seq : seqs) list += (list.empty() ? "" : ", ") + str(seq);
  return usage("the id " + printable(id) + " stands for several entries: " + list + "; give one of these numbers");
}

Result<Seq> only_one(const std::string& id, const std::vector<Seq>& seqs) {
  if (seqs.size() == 1) return seqs.front();
  if (seqs.empty()) return usage("no entry has the id " + printable(id) + "; cairn log --json lists the ids");
  return several(id, seqs);
}

std::string falling_times(Seq seq) {
  return str("entry ", seq,
             " was recorded at a time that does not fit those beside it; cairn verify names what differs");
}

void unite(std::vector<Seq>& seqs, const std::vector<Seq>& more) {
  std::vector<Seq> both;
  std::set_union(seqs.begin(), seqs.end(), more.begin(), more.end(), std::back_inserter(both));
  seqs = std::move(both);
}

std::vector<Seq> recent_with_id(const World& world, const std::string& id) {
  constexpr Millis ever = std::numeric_limits<Millis>::min();
  std::vector<Seq> seqs;
  const auto look = [&](std::string_view author) {
    if (const auto* row = world.ids.find(RecentIds::key_of(author, id), ever)) seqs.push_back(row->seq);
  };
  for (const auto& [handle, actor] : world.actors.rows()) look(handle);
  look(recovery_author);
  std::sort(seqs.begin(), seqs.end());
  return seqs;
}

}  // namespace

Result<Millis> read_moment(const std::string& time) {
  const auto parsed = parse_time(time);
  if (!parsed) return usage(parsed.error().message);
  return *parsed;
}

Result<TimeRange> read_range(const std::optional<std::string>& since, const std::optional<std::string>& until) {
  TimeRange range;
  if (since) {
    TRY_LET(time, given("--since", read_moment(*since)));
    range.since = time;
  }
  if (until) {
    TRY_LET(time, given("--until", read_moment(*until)));
    range.until = time;
  }
  if (range.since && range.until && *range.until < *range.since) {
    return usage("--until " + printable(*until) + " is before --since");
  }
  return range;
}

namespace {

// The stretch in which that time lies, whose times never fall: recorded time begins anew where the clock was corrected.
struct Stretch {
  Seq begin = 0;
  Seq end = 0;
};
Result<Stretch> stretch_of(const Ledger& ledger, Millis time) {
  TRY_LET(corrections, find_all(ledger, "type:ledger.clock_corrected"));
  Stretch stretch{0, ledger.size()};
  for (auto seq = corrections.rbegin(); seq != corrections.rend(); ++seq) {
    TRY_LET(entry, signed_entry(ledger, *seq));
    if (!entry.entry.outcome.empty()) continue;
    stretch.begin = *seq;
    if (entry.entry.recorded <= time) return stretch;
    stretch = {0, *seq};
  }
  return stretch;
}

}  // namespace

Result<Size> size_at(const Ledger& ledger, Millis time) {
  TRY_LET(stretch, stretch_of(ledger, time));
  Size low = stretch.begin;
  Size high = stretch.end;
  while (low < high) {
    const Size middle = low + (high - low) / 2;
    TRY_LET(entry, ledger.entry(middle));
    if (entry.entry.recorded <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // Within it times never fall, so the two entries beside the border settle where it is.
  if (low > stretch.begin) {
    TRY_LET(before, signed_entry(ledger, low - 1));
    if (before.entry.recorded > time) return not_verified(falling_times(low - 1));
  }
  if (low < stretch.end) {
    TRY_LET(after, signed_entry(ledger, low));
    if (after.entry.recorded <= time) return not_verified(falling_times(low));
  }
  return low;
}

Result<Size> size_at(const Ledger& ledger, const std::string& time) {
  TRY_LET(moment, read_moment(time));
  TRY_LET(size, size_at(ledger, moment));
  if (size > 0) return size;
  TRY_LET(first, ledger.entry(0));
  return usage("this ledger was made at " + format_time(first.entry.recorded) + ", after " + printable(time));
}

Result<Point> read_point(const Ledger& ledger, std::string_view flag, const std::string& time_or_seq) {
  const auto seq = parse_uint(time_or_seq);
  if (!seq) {
    TRY_LET(size, size_at(ledger, time_or_seq));
    TRY_LET(moment, read_moment(time_or_seq));
    return Point{size, moment};
  }
  if (*seq >= ledger.size()) {
    return usage(str(flag, ' ', *seq, ": this ledger holds entries 0 to ", ledger.size() - 1));
  }
  TRY_LET(entry, ledger.entry(*seq));
  return Point{*seq + 1, entry.entry.recorded};
}

Result<std::vector<Seq>> find_all(const Ledger& ledger, std::string_view tag) {
  std::vector<Seq> seqs;
  for (;;) {
    TRY_LET(more, ledger.find(tag, seqs.empty() ? 0 : seqs.back() + 1, seqs_a_page));
    seqs.insert(seqs.end(), more.begin(), more.end());
    if (more.size() < seqs_a_page) return seqs;
  }
}

Result<std::vector<Seq>> find_model(const Ledger& ledger, const World& world, const std::string& model) {
  TRY_LET(seqs, find_all(ledger, "model:" + model));
  for (const auto& [digest, row] : world.models.rows()) {
    if (row.name != model) continue;
    TRY_LET(more, find_all(ledger, "digest:" + digest.hex()));
    unite(seqs, more);
  }
  return seqs;
}

namespace {

// What a model goes by beside its name.
struct OwnTags {
  std::vector<std::string> digests;
  std::vector<std::string> incidents;
};

// Those of `seqs` with this tag as well: by the index, which costs less than to read an entry.
Result<std::vector<Seq>> also_tagged(const Ledger& ledger, const std::vector<Seq>& seqs, std::string_view tag) {
  std::vector<Seq> both;
  for (auto at = seqs.begin(); at != seqs.end();) {
    TRY_LET(tagged, ledger.find(tag, *at, seqs_a_page));
    std::set_intersection(at, seqs.end(), tagged.begin(), tagged.end(), std::back_inserter(both));
    if (tagged.size() < seqs_a_page) break;
    at = std::upper_bound(at, seqs.end(), tagged.back());
  }
  return both;
}

Result<OwnTags> tags_in(const Ledger& ledger, const std::vector<Seq>& seqs, const std::string& model) {
  TRY_LET(registrations, also_tagged(ledger, seqs, "type:model.registered"));
  TRY_LET(openings, also_tagged(ledger, seqs, "type:incident.opened"));
  unite(registrations, openings);
  OwnTags tags;
  TRY(ledger.visit(registrations, [&](const Recorded& entry) -> Result<void> {
    if (!entry.entry.outcome.empty()) return {};
    for (const Event& event : entry.statement.events) {
      const auto* registered = std::get_if<ModelRegistered>(&event);
      if (registered != nullptr && registered->name == model)
        tags.digests.push_back("digest:" + registered->model.hex());
      const auto* opened = std::get_if<IncidentOpened>(&event);
      if (opened != nullptr && opened->name == model) tags.incidents.push_back("incident:" + opened->incident);
    }
    return {};
  }));
  return tags;
}

Result<std::vector<Seq>> find_any(const Ledger& ledger, const std::vector<std::string>& tags) {
  std::vector<Seq> seqs;
  for (const std::string& tag : tags) {
    TRY_LET(more, find_all(ledger, tag));
    unite(seqs, more);
  }
  return seqs;
}

// Of what names a version by its digest alone. Most of that is what was measured of it, which history does not tell.
constexpr std::string_view told_of_versions[] = {
    "type:model.quarantined", "type:model.released",    "type:model.retired", "type:retention.set",
    "type:artefact.deleted",  "type:attachment.erased", refused_tag,
};

}  // namespace

Result<std::vector<Seq>> find_model(const Ledger& ledger, const std::string& model) {
  TRY_LET(seqs, find_all(ledger, "model:" + model));
  TRY_LET(tags, tags_in(ledger, seqs, model));
  TRY_LET(of_versions, find_any(ledger, tags.digests));
  unite(seqs, of_versions);
  return seqs;
}

Result<std::vector<Seq>> find_history(const Ledger& ledger, const std::string& model) {
  TRY_LET(seqs, find_all(ledger, "model:" + model));
  TRY_LET(tags, tags_in(ledger, seqs, model));
  if (seqs.empty()) return seqs;
  TRY_LET(of_incidents, find_any(ledger, tags.incidents));
  TRY_LET(of_versions, find_any(ledger, tags.digests));
  unite(seqs, of_incidents);
  for (const std::string_view tag : told_of_versions) {
    TRY_LET(told, also_tagged(ledger, of_versions, tag));
    unite(seqs, told);
  }
  TRY_LET(adoptions, find_all(ledger, "type:policy.adopted"));
  adoptions.erase(std::upper_bound(adoptions.begin(), adoptions.end(), seqs.back()), adoptions.end());
  unite(seqs, adoptions);
  return seqs;
}

Result<std::optional<TenureRow>> stay_at_full(const Ledger& ledger, const std::vector<Seq>& of_model,
                                              const Rollout& rollout) {
  ModelHistory history(rollout.name);
  TRY(ledger.visit(of_model, [&](const Recorded& entry) -> Result<void> {
    history.apply(entry);
    return {};
  }));
  for (const TenureRow& tenure : history.tenures()) {
    const bool its = tenure.environment == rollout.environment && tenure.model == rollout.model;
    if (its && tenure.began.seq >= rollout.stage_entry) return std::optional<TenureRow>(tenure);
  }
  return std::optional<TenureRow>();
}

Result<Seq> find_entry(const Ledger& ledger, const World& world, const std::string& seq_or_id) {
  if (const auto seq = parse_uint(seq_or_id)) {
    if (*seq < ledger.size()) return *seq;
  }
  const std::vector<Seq> recent = recent_with_id(world, seq_or_id);
  if (!recent.empty()) return only_one(seq_or_id, recent);
  std::vector<Seq> seqs;
  TRY(ledger.walk(0, ledger.size(), [&](const Recorded& entry) -> Result<void> {
    if (entry.statement.id == seq_or_id) seqs.push_back(entry.seq);
    return {};
  }));
  if (seqs.empty() && parse_uint(seq_or_id)) {
    return usage(str("there is no entry ", seq_or_id, ": this ledger holds entries 0 to ", ledger.size() - 1));
  }
  return only_one(seq_or_id, seqs);
}

}  // namespace cairn
