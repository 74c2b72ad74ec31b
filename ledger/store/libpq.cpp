#include "ledger/store/libpq.h"

#include <dlfcn.h>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr const char* library = "libpq.so.5";  // what Debian's package libpq5 brings; 5 since 2006

struct Loaded {
  Libpq functions;
  std::string missing;  // what the loader says; empty: nothing is missing
};

template <class Function>
void find(void* handle, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (function == nullptr && missing.empty()) missing = str(library, " has no ", name);
}

Loaded load() {
  Loaded loaded;
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);  // never closed: it keeps state of its own
  if (handle == nullptr) {
    loaded.missing = ::dlerror();
    return loaded;
  }
#define CAIRN_LIBPQ_FIND(name) find(handle, #name, loaded.functions.name, loaded.missing)
  CAIRN_LIBPQ_FUNCTIONS(CAIRN_LIBPQ_FIND)
#undef CAIRN_LIBPQ_FIND
  return loaded;
}

const Loaded& loaded_once() {
  static const Loaded loaded = load();
  return loaded;
}

}  // namespace

Result<void> load_libpq() {
  const std::string& missing = loaded_once().missing;
  if (missing.empty()) return {};
  return usage(
      str("a ledger in PostgreSQL takes PostgreSQL's client library, version 14 or newer; install it (Debian: ",
          "libpq5): ", missing));
}

const Libpq& libpq() {
  ASSERT(loaded_once().missing.empty());
  return loaded_once().functions;
}

}  // namespace cairn
