// Bundles of a forge's ledger, written file by file so that each can be damaged before it goes in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/verify/forge.h"

namespace cairn {

using BundleFiles = std::map<std::string, Bytes>;

BundleFiles complete_files(const Forge& forge);  // with attachments
BundleFiles partial_files(const Forge& forge, const std::vector<Seq>& seqs);
std::string inclusion_file(const Forge& forge, Seq seq);

Bytes archive_of(const BundleFiles& files);

}  // namespace cairn
