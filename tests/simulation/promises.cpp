#include "tests/simulation/promises.h"

#include <utility>

namespace cairn::simulation {

std::string_view name_of(Promise promise) {
  constexpr std::string_view names[] = {"acknowledged_stays",
                                        "nothing_unsaid",
                                        "whole_or_not_at_all",
                                        "rules_decide",
                                        "answers_are_current",
                                        "receipts_verify",
                                        "said_once",
                                        "signed_by_its_keys",
                                        "heads_only_grow",
                                        "views_agree",
                                        "audit_is_clean",
                                        "errors_have_causes",
                                        "clock_is_watched",
                                        "goes_on"};
  return names[static_cast<std::size_t>(promise)];
}

void broken(Promise promise, std::string what) {
  throw Broken{promise, std::move(what)};
}

}  // namespace cairn::simulation
