#include "verify/index_check.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t rows_a_page = 256;
constexpr std::size_t seqs_a_page = 512;
constexpr std::size_t most_located = 16;  // tags whose first difference is named; of more only that they differ

// All seqs of the tag, ascending.
Result<void> each_posting(const EvidenceSource& source, const std::string& tag, Size entries,
                          const std::function<void(Seq)>& each) {
  Seq from = 0;
  for (;;) {
    TRY_LET(page, source.postings(tag, from, seqs_a_page));
    if (!page) return {};
    for (const Seq seq : *page) {
      if (seq < from) return fault(str("the index of ", printable(tag), " does not ascend"));
      if (seq >= entries) return fault(str("the index of ", printable(tag), " has entry ", seq, ", which is not here"));
      from = seq + 1;
      each(seq);
    }
    if (page->size() < seqs_a_page) return {};
  }
}

// `rebuilt` and `stored` differ.
Finding first_difference(const std::string& tag, const std::vector<Seq>& rebuilt, const std::vector<Seq>& stored) {
  const auto [ours, theirs] = std::mismatch(rebuilt.begin(), rebuilt.end(), stored.begin(), stored.end());
  const std::string which = str("the index of ", printable(tag));
  if (ours != rebuilt.end() && (theirs == stored.end() || *ours < *theirs)) {
    return {FindingKind::index_wrong, *ours, str(which, " lacks this entry")};
  }
  if (theirs != stored.end())
    return {FindingKind::index_wrong, *theirs, str(which, " has this entry, which is not about it")};
  return {FindingKind::index_wrong, std::nullopt, str(which, " changed while it was read")};
}

}  // namespace

void IndexCheck::Seqs::push(Seq seq) {
  newest_[count_++ % hashed_at_once] = seq;
  if (count_ % hashed_at_once != 0) return;
  Bytes text(hashed_.view());
  for (Seq& one : newest_) append_big_endian(text, std::exchange(one, 0), sizeof one);
  hashed_ = sha256(text);
}

void IndexCheck::add(Seq seq, const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) tags_[tag].push(seq);
}

// Tags whose stored seqs are not the rebuilt ones. A tag that only one side has is one of them.
Result<std::vector<std::string>> IndexCheck::differing(const EvidenceSource& source, Size entries, Size& compared,
                                                       Findings& findings) const {
  std::vector<std::string> stored;
  bool all_listed = true;
  for (;;) {
    const auto more = source.tags(stored.empty() ? "" : stored.back(), rows_a_page);
    if (!more.ok() && more.error().kind == ErrorKind::unavailable) return more.error();
    if (!more.ok()) {
      findings.push_back({FindingKind::index_wrong, std::nullopt, more.error().message});
      all_listed = false;
      break;
    }
    if (!more->has_value()) return std::vector<std::string>();  // the source holds no index
    const std::vector<std::string>& page = **more;
    if (page.empty()) break;
    if (!stored.empty() && page.front() <= stored.back()) return fault("the tags of the index do not ascend");
    stored.insert(stored.end(), page.begin(), page.end());
  }
  std::vector<std::string> wrong;
  for (const std::string& tag : stored) {
    if (tags_.contains(tag)) continue;
    const auto first = source.postings(tag, 0, 1);
    if (!first.ok() && first.error().kind == ErrorKind::unavailable) return first.error();
    const bool is_newer = first.ok() && first->has_value() && (*first)->empty();  // than the head that is audited
    if (!is_newer) {
      findings.push_back({FindingKind::index_wrong, std::nullopt,
                          str("the index has ", printable(tag), ", and no entry is about it")});
    }
  }
  for (const auto& [tag, seqs] : tags_) {
    ++compared;
    Seqs theirs;
    const Result<void> read = each_posting(source, tag, entries, [&theirs](Seq seq) { theirs.push(seq); });
    if (!read.ok() && read.error().kind == ErrorKind::unavailable) return read.error();
    if (!read.ok()) {
      findings.push_back({FindingKind::index_wrong, std::nullopt, read.error().message});
      continue;
    }
    const bool listed = !all_listed || std::binary_search(stored.begin(), stored.end(), tag);
    if (theirs != seqs || !listed) wrong.push_back(tag);
  }
  return wrong;
}

Result<Size> IndexCheck::compare(const EvidenceSource& source, Size entries, Findings& findings) const {
  Size compared = 0;
  TRY_LET(wrong, differing(source, entries, compared, findings));
  for (std::size_t i = most_located; i < wrong.size(); ++i) {
    findings.push_back(
        {FindingKind::index_wrong, std::nullopt, str("the index of ", printable(wrong[i]), " is not the rebuilt one")});
  }
  if (wrong.empty()) return compared;
  wrong.resize(std::min(wrong.size(), most_located));

  Rebuilt rebuilt;
  for (const std::string& tag : wrong) rebuilt[tag];
  for (Seq seq = 0; seq < entries;) {
    TRY_LET(bytes, source.entries(seq, rows_a_page - seq % rows_a_page));
    if (bytes.empty()) return fault(str("entry ", seq, " was there before and is not any more"));
    for (const Bytes& entry : bytes) {
      TRY_LET(recorded, decode_recorded(seq, entry));
      for (const std::string& tag : index_tags(recorded.statement, recorded.entry.outcome)) {
        if (const auto found = rebuilt.find(tag); found != rebuilt.end()) found->second.push_back(seq);
      }
      ++seq;
    }
  }
  for (const auto& [tag, seqs] : rebuilt) {
    std::vector<Seq> stored;
    TRY(each_posting(source, tag, entries, [&stored](Seq seq) { stored.push_back(seq); }));
    findings.push_back(first_difference(tag, seqs, stored));
  }
  return compared;
}

}  // namespace cairn
