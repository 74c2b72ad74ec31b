// What tests of bad input share.
#pragma once

#include "tests/commands/shell.h"

namespace cairn::test {

inline constexpr std::uint64_t gigabyte = 1 << 30;

// The size that a file claims without having the bytes on any disk.
void make_sparse(const std::filesystem::path& file, std::uint64_t size);

std::string binary_noise();

// It must fail with this code and one line that names `what`, and leave everything as it was.
void check_fails(const Workplace& place, int code, const Words& words, const std::string& what);

}  // namespace cairn::test
