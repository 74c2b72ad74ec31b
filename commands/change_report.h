// A report on an incident, a rollout or a period: what the ledger says about it, gathered once and then rendered as
// text, Markdown, JSON or one HTML file that proves itself.
//
// It names nothing that no entry holds. Every fact carries the seqs it was read from; a fact that a reader would expect
// and that nobody recorded is there without a value, and is printed as "not recorded". No clock is read: the report
// speaks of the moment at which the newest entry under its checkpoint was recorded, so the same ledger and the same
// question give the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/decimal.h"
#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"
#include "ledger/events/policy.h"
#include "projections/causes.h"
#include "projections/deadlines.h"
#include "projections/gates.h"

namespace cairn {

struct Fact {
  std::string name;
  std::string value;  // empty: not recorded
  std::vector<Seq> seqs;
};

// A thing that was found, in one sentence, with the entries that show it.
struct Remark {
  std::string what;
  std::vector<Seq> seqs;
};

// What a third party needs to check the report: the ledger, the signed head, and what is proved against it.
struct VerifierLine {
  Hash ledger;
  std::string origin;
  std::string vkey;
  std::string checkpoint;  // the signed note
  Size size = 0;           // that it covers: entries 0 to size - 1
  Hash root;
  Seq first = 0;  // of those in the annex, which are all that the report names
  Seq last = 0;
  Size entries = 0;  // how many of them
};

// ---- the strip: who had which share of a slot, and what held it still

// The first of each stage begins where the report does: of what was before, nothing is said.
struct Span {
  Hash model;
  std::string version;
  Stage stage = Stage::full;
  std::uint64_t percent = 100;
  Millis from = 0;
  std::optional<Millis> until;  // none: still so at the report's moment
  Seq seq = 0;                  // the entry that began it
};
struct HoldSpan {
  std::string kind;  // "lockdown", "freeze", "break-glass"
  std::string scope;
  Millis from = 0;
  std::optional<Millis> until;
  Seq seq = 0;
};
struct Strip {
  std::string environment;
  std::string model;
  std::vector<Span> spans;  // by time; those of one stage do not overlap
  std::vector<HoldSpan> holds;
};

// ---- a plot: one metric's recorded values against the threshold of the policy in force at the report's moment

struct PlotPoint {
  Millis recorded = 0;
  Decimal value;  // finite
  std::string version;
  Seq seq = 0;
};
struct PlotMark {
  Millis recorded = 0;
  std::string label;  // "20261101_120000 to canary, 25 %"
  Seq seq = 0;
};
struct Plot {
  std::string environment;  // empty: of the artefact
  std::string model;
  std::string metric;
  std::optional<Gate> gate;  // none: the policy asks nothing of it
  std::vector<PlotPoint> points;
  std::vector<PlotMark> marks;
};

// ---- the timeline

struct ReportRow {
  Seq seq = 0;
  Hash leaf;
  Millis recorded = 0;  // by the log
  Millis claimed = 0;   // by the author
  std::string actor;
  std::string outcome;            // empty: admitted
  std::vector<std::string> said;  // sentences
  std::string change;             // "canary, 10 % -> canary, 25 %"; empty: no state that the report follows changed
  std::vector<Seq> evidence;      // that its gates looked at, or that it names
  std::vector<Cause> causes;
  std::vector<std::string> reasons;  // of a refusal
};

// Gates as they stood when an entry was decided.
struct GatesAt {
  Seq seq = 0;
  std::string what;  // the entry in one sentence
  std::vector<GateOutcome> gates;
};

// What the newest policy says of a decision that an older one made.
struct Hindsight {
  Seq seq = 0;
  std::string what;
  std::string then;  // "admitted", or the refusal's wire name
  std::string now;
  std::vector<std::string> reasons;
};

struct ActionRow {
  std::uint64_t number = 0;
  std::string owner;
  Millis due = 0;
  std::string task;
  Seq opened = 0;
  std::optional<Seq> closed;
};

// ---- what only a period has

// One change, admitted or not: an auditor's population is all of them.
struct PopulationRow {
  Seq seq = 0;
  Millis recorded = 0;
  std::string actor;
  std::string outcome;  // empty: admitted
  std::string what;
  std::string kind;  // "rollout", "access", "policy", ...: what is counted together in `counts`
};

struct AnnexEntry {
  Seq seq = 0;
  Hash leaf;
  Bytes bytes;              // the leaf's exact bytes; empty where names were replaced, or it is no change of a period
  std::vector<Hash> proof;  // inclusion, RFC 9162 2.1.3, against the verifier line's root
};

struct ChangeReport {
  ReportKind kind = ReportKind::incident;
  std::string subject;  // "INC-1", "logistic/production/2", or "2026-11-01 to 2026-12-01"
  std::string title;
  bool anonymised = false;  // people are named by role and number
  Millis moment = 0;        // the recorded time of the newest entry under the checkpoint
  Millis from = 0;          // what the report covers
  Millis until = 0;
  std::vector<std::string> notices;  // what whoever reads this has to know: what names were replaced, say
  std::vector<std::string> environments;
  std::vector<std::string> models;
  std::vector<Fact> header;  // severity, state, ...
  VerifierLine verifier;

  std::vector<Strip> strips;
  std::vector<Plot> plots;
  std::vector<ReportRow> timeline;
  std::vector<Fact> durations;  // detection, acknowledgement, mitigation, recovery
  std::vector<GatesAt> gates;
  std::vector<Fact> policy;  // in force: digest, since when, adopted by whom
  std::vector<Hindsight> hindsight;
  std::vector<Fact> rollback;      // target, and why that one
  std::vector<Remark> deviations;  // skipped soak, broken glass, refusals shortly before
  std::vector<Remark> similar;     // past incidents of the same model, environment or trigger
  std::vector<Deadline> deadlines;
  std::vector<Fact> impact;
  std::vector<Remark> factors;  // contributing, in the words that people recorded
  std::vector<ActionRow> actions;

  std::vector<Fact> counts;  // every entry of the period once, by kind: they add up to the verifier line's
  std::vector<PopulationRow> population;
  std::string population_proof;  // in one sentence, why no seq is missing
  std::vector<Remark> separation;
  std::vector<Remark> broken_glass;
  std::vector<Remark> refusals;
  std::vector<Remark> incidents;  // of a period, and of a rollout's version since it was proposed

  std::vector<AnnexEntry> annex;
};

// ---- rendered (render_report_*.cpp); pure

std::string report_text(const ChangeReport& report);
std::string report_markdown(const ChangeReport& report);
std::string report_json(const ChangeReport& report);
std::string report_html(const ChangeReport& report);

}  // namespace cairn
