// Which request of HTTP is which question to a witness.
#pragma once

#include "witness/answer.h"
#include "witness/http.h"
#include "witness/witness.h"

namespace cairn {

HttpAnswer answer_to(const HttpRequest& request, Witness& witness);

}  // namespace cairn
