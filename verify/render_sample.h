// A sample for people and for scripts: the same document from `cairn` and from `cairn-verify`. Pure.
#pragma once

#include <string>

#include "verify/sample.h"

namespace cairn {

std::string render_text(const Sample& sample);

// One document: size, root, seed, n, population, all, since, until, model, environment, drawn[] {seq, rank, recorded,
// author, outcome, leaf_hash, types, what}.
std::string render_json(const Sample& sample);

}  // namespace cairn
