// What the tree keeps true beside the include table; each rule is one function over one file.
#pragma once

#include "tests/tidy/source.h"

namespace tidy {

// Calls of Store::commit in product code. One is right: the sequencer's.
Complaints calls_of_commit(const File& file);

// Folds, rules and decisions read no clock, no environment, no files and no dice.
Complaints check_purity(const File& file);

// No type is named after the fact that somebody needed a place to put things.
Complaints check_type_names(const File& file);

// No words that say unfinished.
Complaints check_finished(const File& file);

// No path of the machine that somebody worked on.
Complaints check_machine_paths(const File& file);

// A header opens with a comment, is included once, and opens no namespace for its reader.
Complaints check_header(const File& file);

// No tabs, carriage returns, blanks at the end of a line; one line break at the end of the file.
Complaints check_whitespace(const File& file);

}  // namespace tidy
