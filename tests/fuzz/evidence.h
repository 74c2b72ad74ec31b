// What holds for whatever a reader of evidence accepts: it is the file's own bytes that it vouches for.
#pragma once

#include <string_view>

#include "ledger/base/assert.h"
#include "ledger/base/result.h"
#include "ledger/evidence/model_directory.h"

namespace cairn::fuzz {

inline void check(const Result<Evidence>& evidence, std::string_view content) {
  if (!evidence) return;
  ASSERT(*evidence->content == content && evidence->event.bytes == content.size());
  ASSERT(evidence->event.digest == sha256(content));
}

}  // namespace cairn::fuzz
