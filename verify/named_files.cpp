#include "verify/named_files.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <queue>
#include <system_error>
#include <type_traits>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t rows_read_at_once = 256;

Error no_room(const char* what) {
  return fault(str("cannot ", what, " a temporary file, in which a verification keeps what is more than memory should ",
                   "hold: ", std::generic_category().message(errno)));
}

}  // namespace

Result<void> NamedFiles::add(const Row& row) {
  held_.push_back(row);
  if (held_.size() < most_held_) return {};
  return spill();
}

void NamedFiles::sort_held() {
  std::sort(held_.begin(), held_.end());
  held_.erase(std::unique(held_.begin(), held_.end()), held_.end());
}

Result<void> NamedFiles::spill() {
  static_assert(sizeof(off_t) >= sizeof(std::int64_t));
  static_assert(std::is_trivially_copyable_v<Row>);  // the bytes are read by this process alone
  if (!file_) file_.reset(std::tmpfile());
  if (!file_) return no_room("make");
  sort_held();
  const std::size_t begin = runs_.empty() ? 0 : runs_.back().end;
  if (std::fwrite(held_.data(), sizeof(Row), held_.size(), file_.get()) != held_.size()) return no_room("write");
  runs_.push_back({begin, begin + held_.size(), {}, 0});
  held_.clear();
  return {};
}

// To the next row of this run; false: there is none.
Result<bool> NamedFiles::advance(Run& run) {
  if (++run.at < run.read.size()) return true;
  run.at = 0;
  run.read.resize(std::min(rows_read_at_once, run.end - run.next));
  if (run.read.empty()) return false;
  const auto place = static_cast<off_t>(run.next * sizeof(Row));
  if (fseeko(file_.get(), place, SEEK_SET) != 0 ||
      std::fread(run.read.data(), sizeof(Row), run.read.size(), file_.get()) != run.read.size()) {
    return no_room("read");
  }
  run.next += run.read.size();
  return true;
}

Result<void> NamedFiles::each(const std::function<Result<void>(const Row&)>& visit) {
  sort_held();
  runs_.push_back({0, 0, std::move(held_), 0});
  const auto later = [](const Run* a, const Run* b) { return b->read[b->at] < a->read[a->at]; };
  std::priority_queue<Run*, std::vector<Run*>, decltype(later)> open(later);
  for (Run& run : runs_) {
    bool some = !run.read.empty();
    if (!some) {
      TRY_LET(there, advance(run));
      some = there;
    }
    if (some) open.push(&run);
  }
  std::optional<Row> last;
  while (!open.empty()) {
    Run& run = *open.top();
    open.pop();
    const Row row = run.read[run.at];
    TRY_LET(more, advance(run));
    if (more) open.push(&run);
    if (last == row) continue;
    last = row;
    TRY(visit(row));
  }
  runs_.clear();
  return {};
}

}  // namespace cairn
