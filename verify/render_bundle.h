// What was verified of a partial bundle, for people and for scripts, and what was not; or why a file is no bundle.
// Pure.
#pragma once

#include <string>

#include "verify/bundle_check.h"

namespace cairn {

std::string render_text(const PartialReport& report);

// One document: verified, bundle "partial", redecided false, included[] {seq, recorded, author, outcome, leaf_hash,
// types, holds}, attachments, findings[].
std::string render_json(const PartialReport& report);

// Of what is no bundle there is nothing to say but why: verified false, findings[] with that one.
std::string render_text_of_no_bundle(const Finding& why);
std::string render_json_of_no_bundle(const Finding& why);

}  // namespace cairn
