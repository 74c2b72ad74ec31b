// Retention: what became of a version, until when its files are kept, and what holds them. Derived for the policy in
// force; never stored. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

enum class VersionState : std::uint8_t { candidate, current, archived, quarantined, retired, deleted };
std::string_view to_text(VersionState state);  // "candidate"

// What stands last in that list counts: a quarantined version is that, whatever else it is.
struct VersionStanding {
  VersionState state = VersionState::candidate;
  std::vector<std::string> environments;  // where it is at full or on its way; else where it was at full
  Seq seq = 0;                            // of what made it so
};
VersionStanding standing_of(const World& world, const Hash& digest, const Model& model);

// At full in a slot, or on its way there.
bool taken_somewhere(const World& world, const Hash& model);

// The longest of what the policy asks for: by what became of the version, from when it was left last, and by each class
// that was set, from its registration.
struct Kept {
  std::optional<Millis> until;  // none: for good
  std::string by;               // what asks for it: "archived", or the class
};
Kept kept_until(const World& world, const Hash& digest, const Model& model);

// "case LEX-7, entry 31 by ada: the claim of ..."; of a model's name, or none: of what belongs to no model.
std::vector<std::string> holds_over(const World& world, const std::string& name);

}  // namespace cairn
