// The guide's second scenario, whole: a version does harm, is locked out and rolled back, and everything that people
// say of it until the incident is closed.
#pragma once

#include <string>

#include "tests/commands/shell.h"

namespace cairn::test {

// dana has every role; ben approves, ida commands incidents, erin deploys. Two versions of "logistic" went to full in
// production; the newer one is rolled back in INC-2. INC-1 was opened by hand, about the older one, and nobody said
// anything about it. The same for all tests of a program: they read it, and leave it as it is.
struct Harm : Workplace {
  static const Harm& once();

  static constexpr const char* older = "20261120_101500";
  static constexpr const char* newer = "20261121_101500";
  static constexpr const char* reason = "harmful | <b>answers</b> to people over 60, as erin saw";

  Harm();

  std::string models(const std::string& version) const { return (directory() / version).string(); }
  Ran report(const Words& words) const;  // cairn report, as dana
  nlohmann::json report_json(const Words& words) const;
  std::string whole_log() const;  // the bytes of every entry
};

}  // namespace cairn::test
