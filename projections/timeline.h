// Timeline: who said what, and when, as rows for people: one for each entry, with one sentence for each thing that was
// said.
//
// Pure. Sentences hold what entries hold: whoever shows them on a terminal passes them through printable().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"
#include "ledger/events/entry.h"
#include "ledger/events/event.h"
#include "projections/world.h"

namespace cairn {

// What people call a digest: "logistic 20261101_120000", or its first 12 digits where nobody registered it.
class ModelNames {
 public:
  // Knows what `beneath` knows, which has to outlive it, and before that what it learns itself.
  static ModelNames over(const ModelNames& beneath);
  static ModelNames over(const World& beneath);

  void learn(const World& world);
  void learn(const Recorded& entry);  // the registrations that were admitted
  void learn(const std::vector<Event>& events);
  std::string of(const Hash& digest) const;
  std::string version_of(const Hash& digest) const;

 private:
  struct Name {
    std::string name;
    std::string version;
  };
  std::optional<Name> find(const Hash& digest) const;

  const ModelNames* beneath_ = nullptr;
  const World* world_ = nullptr;  // beneath all
  std::map<Hash, Name> names_;
};

// The first 12 digits: enough for a person to tell two apart.
std::string short_hex(const Hash& hash);

// "<origin>+<8 hex digits of the key's id>", the part of a vkey that people compare.
std::string short_vkey(std::string_view vkey);

// In the past tense, without a full stop: "took logistic/production/1 to canary, 10 %".
std::string describe(const Event& event, const ModelNames& names);

// One for each thing that was said, in order; pieces of evidence about one thing share one.
std::vector<std::string> sentences(const std::vector<Event>& events, const ModelNames& names);

struct TimelineRow {
  Seq seq = 0;
  Hash leaf;
  Millis recorded = 0;
  std::string author;
  std::string id;
  std::string outcome;             // empty: admitted
  std::vector<std::string> types;  // wire names, one for each event
  std::vector<std::string> said;   // sentences, in order; pieces of evidence about one thing share one
};

// `names` has learnt the entry already.
TimelineRow row_of(const Recorded& entry, const ModelNames& names);

class Timeline {
 public:
  explicit Timeline(ModelNames names) : names_(std::move(names)) {}

  void apply(const Recorded& entry);

  const std::vector<TimelineRow>& rows() const { return rows_; }
  std::vector<TimelineRow> take_rows() { return std::exchange(rows_, {}); }

 private:
  ModelNames names_;
  std::vector<TimelineRow> rows_;
};

}  // namespace cairn
