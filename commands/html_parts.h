// The pieces that the sections of the report's page share: entries by their numbers, moments, facts, tables. Pure.
//
// What is shown of an entry and stands in its bytes is marked with the entry and the name of the fact (`data-seq`,
// `data-fact`); report.js reads it off the page as a person does and holds it against the proved bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/change_report.h"
#include "commands/html_writer.h"

namespace cairn {

// Versions by a letter, a colour and a shape that are the same in every drawing of the page.
struct VersionMark {
  std::string letter;     // "A"
  std::size_t index = 0;  // of its colour and shape
};
inline constexpr std::size_t version_looks = 8;
using VersionMarks = std::map<std::string, VersionMark>;
VersionMarks mark_versions(const ChangeReport& report);  // in the order in which the drawings first show them

struct Page {
  explicit Page(const ChangeReport& shown);

  const ChangeReport& report;
  std::map<Seq, std::string> places;  // "#seq-41", "#entry-41": of the entries that have one
  VersionMarks marks;
  Html html;
};

void add_time(Html& html, Millis time);  // to the millisecond, UTC
// The same, held against the entry's bytes: `fact` is "recorded" or "claimed".
void add_time(Html& html, Millis time, Seq seq, std::string_view fact);
// Any other fact that stands in them, spelled as report.js spells it.
void add_fact(Html& html, std::string_view tag, std::string_view text, Seq seq, std::string_view fact);
void add_outcome(Html& html, const std::string& outcome, Seq seq);  // empty: admitted

void add_seq(Page& page, Seq seq);  // a link, if it has a place on this page
void add_seqs(Page& page, const std::vector<Seq>& seqs);
void add_not_recorded(Html& html);

void add_lead(Html& html, std::string_view text);  // one sentence on what the section shows

// What is too wide for a narrow screen scrolls inside; by the keyboard too.
void open_scroller(Html& html, std::string_view label);
void close_scroller(Html& html);
void open_table(Html& html, std::string_view caption, const std::vector<std::string_view>& columns);
void close_table(Html& html);

std::string threshold_text(const Gate& gate);  // "≥ 0.85", "fall of at most 0.02", "at most 30d old"

void add_fact_row(Page& page, const Fact& fact);  // inside <dl class="facts">
void add_facts(Page& page, const std::vector<Fact>& facts);
void add_remarks(Page& page, const std::vector<Remark>& remarks, std::string_view if_none);
void add_version(Page& page, const std::string& version);  // with its mark

}  // namespace cairn
