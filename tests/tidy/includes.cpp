#include "tests/tidy/includes.h"

#include <algorithm>
#include <map>
#include <set>

namespace tidy {
namespace {

struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may;  // folders, or single headers; each may include its own
};

// Deeper folders stand before those that hold them. Two rows are finer than the table of DESIGN 3: ledger/evidence
// reads files of the field into events, and projections name hashes, which live beside SHA-256. One more is the
// witness, which knows logs and no ledger (docs/decisions/0040).
const std::vector<Layer>& layers() {
  static const std::vector<Layer> table = {
      {"ledger/base", {}},
      {"ledger/crypto", {"ledger/base"}},
      {"ledger/tlog", {"ledger/base", "ledger/crypto"}},
      {"ledger/events", {"ledger/base", "ledger/crypto", "ledger/tlog"}},
      {"ledger/evidence", {"ledger/base", "ledger/crypto", "ledger/events"}},
      {"ledger/store", {"ledger/base", "ledger/tlog"}},
      {"ledger", {"ledger/base", "ledger/crypto", "ledger/tlog", "ledger/events", "ledger/store"}},
      {"projections", {"ledger/base", "ledger/events", "ledger/crypto/sha256.h"}},
      {"verify", {"ledger/base", "ledger/crypto", "ledger/tlog", "ledger/events", "projections"}},
      {"witness", {"ledger/base", "ledger/crypto", "ledger/tlog"}},
      {"commands",
       {"ledger/base", "ledger/crypto", "ledger/tlog", "ledger/events", "ledger/evidence", "ledger/store", "ledger",
        "projections", "verify"}},
  };
  return table;
}

struct Foreign {
  std::vector<std::string_view> headers;  // "folder/" stands for all in it
  std::vector<std::string_view> where;    // patterns of the files that may include them
};

// What is neither ours nor the C++ standard's, and the few files that may know it. No header of ours may.
const std::vector<Foreign>& foreign_headers() {
  static const std::vector<Foreign> table = {
      {{"rocksdb/"}, {"ledger/store/rocks*.cpp"}},
      {{"libpq-fe.h"}, {"ledger/store/postgres_connection.cpp"}},
      {{"curl/"}, {"commands/http_post.cpp"}},
      {{"p11-kit/pkcs11.h"}, {"ledger/crypto/pkcs11_token.cpp"}},
      {{"dlfcn.h"},
       {"ledger/store/postgres_connection.cpp", "ledger/crypto/pkcs11_token.cpp", "commands/http_post.cpp"}},
      {{"spawn.h"}, {"ledger/crypto/signer_command.cpp"}},
      {{"openssl/"}, {"ledger/crypto/*.cpp"}},
      {{"sodium.h"}, {"ledger/crypto/ed25519.cpp"}},
      {{"nlohmann/"},
       {"ledger/events/json_document.cpp", "ledger/evidence/json.cpp", "commands/*.cpp", "verify/main*.cpp",
        "verify/render*.cpp", "commands/json_text.h"}},  // the header by name only
      {{"CLI/"}, {"commands/cli*.cpp", "verify/main*.cpp", "witness/main.cpp"}},
      {{"zlib.h"}, {"ledger/evidence/*.cpp"}},
      {{"fcntl.h", "unistd.h", "sys/", "signal.h", "poll.h", "termios.h", "dirent.h"},
       {"ledger/base/file.cpp", "ledger/crypto/*.cpp", "ledger/store/*.cpp", "ledger/evidence/*.cpp", "ledger/*.cpp",
        "commands/*.cpp", "verify/*.cpp", "witness/*.cpp"}},
      {{"arpa/inet.h", "netinet/in.h"}, {"witness/server.cpp"}},
  };
  return table;
}

const Layer* layer_of(std::string_view path) {
  const auto& table = layers();
  const auto at = std::ranges::find_if(table, [&](const Layer& layer) {
    return path.starts_with(layer.folder) && path.substr(layer.folder.size()).starts_with('/');
  });
  if (at == table.end()) return nullptr;
  // A folder of ledger/ that has no row is not the layer above it.
  return path.find('/', at->folder.size() + 1) == std::string_view::npos ? &*at : nullptr;
}

// "ledger/base/text.h" from `#include "ledger/base/text.h"`, with the bracket that opened it; empty if the line
// includes nothing.
std::string_view included(std::string_view line, char& bracket) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (!line.starts_with('#')) return {};
  line.remove_prefix(std::min(line.find_first_not_of("# \t"), line.size()));
  if (!line.starts_with("include")) return {};
  line.remove_prefix(std::min(line.find_first_of("<\""), line.size()));
  if (line.empty()) return {};
  bracket = line.front();
  line.remove_prefix(1);
  return line.substr(0, line.find_first_of(">\""));
}

bool may_include_ours(const Layer& layer, std::string_view header) {
  const Layer* other = layer_of(header);
  if (other == nullptr) return false;
  if (other == &layer) return true;
  return std::ranges::any_of(layer.may,
                             [&](std::string_view allowed) { return allowed == header || allowed == other->folder; });
}

std::string judge_foreign(const File& file, std::string_view header) {
  for (const Foreign& foreign : foreign_headers()) {
    const bool named = std::ranges::any_of(foreign.headers, [&](std::string_view name) {
      return name.ends_with('/') ? header.starts_with(name) : header == name;
    });
    if (!named) continue;
    const bool allowed =
        std::ranges::any_of(foreign.where, [&](std::string_view where) { return fits(where, file.path); });
    return allowed ? "" : "<" + std::string(header) + "> does not belong into this file";
  }
  const bool is_standard = header.find_first_of("./") == std::string_view::npos;
  return is_standard ? "" : "<" + std::string(header) + "> is in no row of the table of foreign headers";
}

}  // namespace

Complaints check_includes(const File& file) {
  Complaints found;
  if (!file.is_product() || !file.is_cpp()) return found;
  const Layer* layer = layer_of(file.path);
  if (layer == nullptr) return {complaint(file, 1, "its folder is in no row of the include table")};
  std::size_t number = 0;
  for (const auto line : lines_of(file.text)) {
    ++number;
    char bracket = 0;
    const auto header = included(line, bracket);
    if (header.empty()) continue;
    std::string wrong;
    if (bracket == '<') {
      wrong = judge_foreign(file, header);
    } else if (!may_include_ours(*layer, header)) {
      wrong = std::string(layer->folder) + " may not include \"" + std::string(header) + "\"";
    }
    if (!wrong.empty()) found.push_back(complaint(file, number, wrong));
  }
  return found;
}

std::vector<std::string> reached_from(const std::string& path, const std::vector<File>& files) {
  std::map<std::string_view, const File*> by_path;
  for (const File& file : files) by_path[file.path] = &file;
  std::set<std::string> reached;
  std::vector<std::string> open = {path};
  while (!open.empty()) {
    const auto file = by_path.find(open.back());
    open.pop_back();
    if (file == by_path.end()) continue;
    for (const auto line : lines_of(file->second->text)) {
      char bracket = 0;
      const std::string header(included(line, bracket));
      if (bracket == '"' && by_path.contains(header) && reached.insert(header).second) open.push_back(header);
    }
  }
  return {reached.begin(), reached.end()};
}

Complaints check_reach(const std::vector<File>& files) {
  static const std::string_view never[] = {"ledger/store/*", "ledger/*.h", "commands/*"};
  Complaints found;
  for (const File& file : files) {
    if (!file.is_cpp() || !(file.in("verify") || file.in("projections") || file.in("witness"))) continue;
    for (const std::string& header : reached_from(file.path, files)) {
      const bool wrong = std::ranges::any_of(never, [&](std::string_view pattern) { return fits(pattern, header); });
      if (wrong) found.push_back(complaint(file, 1, "reaches \"" + header + "\" through what it includes"));
    }
  }
  return found;
}

}  // namespace tidy
