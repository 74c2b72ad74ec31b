// What the benchmark programs share: to stop on an error, to take the time, and to draw a median.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace cairn::bench {

[[noreturn]] inline void stop(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T need(Result<T> result) {
  if (!result) stop(result.error().message);
  return std::move(result).value();
}
inline void need(const Result<void>& result) {
  if (!result) stop(result.error().message);
}

// On standard error, for whoever waits: what is measured now.
inline void say(const std::string& what) {
  std::fprintf(stderr, "  %s\n", what.c_str());
}

inline double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double quantile(std::vector<double> values, double at) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(at * static_cast<double>(values.size() - 1))];
}

inline std::string read_text(const char* file) {
  std::FILE* open = std::fopen(file, "rb");
  if (open == nullptr) stop(std::string("cannot read ") + file);
  std::string text;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, open)) text.append(part, size);
  std::fclose(open);
  return text;
}

}  // namespace cairn::bench
