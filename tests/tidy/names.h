// Names that would meet where files are compiled as one (decision 0029), or in one program.
#pragma once

#include "tests/tidy/source.h"

namespace tidy {

// Each type that a product header offers has its name for itself: two of one name in one namespace compile, link, and
// are each other's memory.
Complaints repeated_types(const std::vector<File>& files);

// What a folder's .cpp files keep to themselves has its name for itself as well: a function with its parameters' types,
// a constant, a type, and an alias of something else. Each file compiles alone, and not with the next one.
Complaints repeated_names(const std::vector<File>& files);

}  // namespace tidy
