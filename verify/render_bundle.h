// What was verified of a partial bundle, for people and for scripts, and what was not. Pure.
#pragma once

#include <string>

#include "verify/bundle_check.h"

namespace cairn {

std::string render_text(const PartialReport& report);

// One document: verified, bundle "partial", redecided false, included[] {seq, recorded, author, outcome, leaf_hash,
// types, holds}, attachments, findings[].
std::string render_json(const PartialReport& report);

}  // namespace cairn
