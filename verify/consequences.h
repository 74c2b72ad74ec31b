// One altered entry changes every root after it, so each later checkpoint and each later author's basis contradicts the
// tree as well. Those are one finding each, or the cause would drown in what follows from it. Pure.
#pragma once

#include "verify/finding.h"

namespace cairn {

// For a tree whose newest root is not the signed one. `sound` is the largest size whose recomputed root somebody
// signed, the log or an author. Of the findings about larger sizes, root_wrong is left once, at the smallest size, and
// basis_wrong once, at the first entry; each says how many others there are. What is wrong at a smaller size follows
// from nothing, and stays.
void merge_consequences(Findings& findings, Size sound);

}  // namespace cairn
