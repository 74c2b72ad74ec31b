// cairn submit: statements that others signed, one or very many, each with its answer.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "commands/home.h"
#include "commands/session.h"
#include "commands/writing.h"

namespace cairn {

// A file of this kind holds an envelope a line (JSON Lines, as in-toto bundles are), and any other holds one.
bool holds_lines(const std::filesystem::path& file);

// Called for each envelope in order, once its answer is durable: `name` is the file's, with the line where it has
// lines.
using EachAnswer = std::function<void(const std::string& name, const Written& written)>;

// Reads all files first, and appends nothing if one of them cannot be read. Then they go through a Writer, a window of
// thousands at a time, so memory is bounded however long a file is. What a statement of its own file names is looked
// for in `<file>.attachments/`. An error behind the first answers leaves those standing: submitted again, they are
// repeated.
Result<void> submit(const Globals& globals, const Home& home, const std::vector<std::filesystem::path>& files,
                    const EachAnswer& each);

}  // namespace cairn
