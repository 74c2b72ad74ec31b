#include "commands/html_sections.h"
#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

void add_term(Html& html, std::string_view name) {
  html.leaf("dt", name);
}

void add_plain(Html& html, std::string_view name, std::string_view value, std::string_view id) {
  add_term(html, name);
  html.open("dd").leaf("code", value, {{"id", std::string(id)}}).close("dd").line();
}

void add_signatures(Html& html, const Entry& decoded, Seq seq) {
  for (const Signature& signature : decoded.signatures) {
    add_term(html, "Signed by the key");
    html.open("dd");
    add_fact(html, "code", signature.key.hex(), seq, "key");
    html.close("dd");
    add_term(html, "Signature");
    html.open("dd");
    add_fact(html, "code", to_hex(signature.bytes), seq, "signature");
    html.close("dd").line();
  }
}

void add_parts(Html& html, const AnnexEntry& entry, bool anonymised) {
  if (entry.bytes.empty()) {
    html.leaf("p",
              anonymised ? "The bytes are left out, since they name people."
                         : "The bytes are left out: this page shows nothing of the entry but its place.",
              {{"class", "missing"}});
    return;
  }
  const auto decoded = decode_entry(entry.bytes);
  if (!decoded) {
    html.leaf("p", "These bytes are no entry: " + decoded.error().message, {{"class", "missing"}});
    html.leaf("pre", to_hex(entry.bytes), {{"tabindex", "0"}}).line();
    return;
  }
  html.open("dl", {{"class", "more"}}).line();
  add_term(html, "Recorded");
  html.open("dd");
  add_time(html, decoded->recorded, entry.seq, "recorded");
  html.close("dd");
  add_term(html, "Outcome");
  html.open("dd");
  add_outcome(html, decoded->outcome, entry.seq);
  html.close("dd");
  add_signatures(html, *decoded, entry.seq);
  html.close("dl").line();
  html.open("pre", {{"tabindex", "0"}, {"aria-label", str("Statement of entry ", entry.seq)}});
  add_fact(html, "code", indented_json(decoded->payload), entry.seq, "payload");
  html.close("pre").line();
}

void add_entry(Page& page, const AnnexEntry& entry) {
  Html& html = page.html;
  html.open("details", {{"id", str("entry-", entry.seq)}, {"class", "entry"}});
  html.open("summary").text(str("Entry ", entry.seq, " "));
  html.leaf("code", short_hex(entry.leaf) + "…", {{"aria-hidden", "true"}}).close("summary").line();
  html.open("dl", {{"class", "more"}}).line();
  add_term(html, "Leaf hash");
  html.open("dd");
  add_fact(html, "code", entry.leaf.hex(), entry.seq, "leaf");
  html.close("dd").line();
  add_term(html, "Inclusion proof");
  html.open("dd").open("ol", {{"class", "proof"}, {"data-proof", str(entry.seq)}});
  for (const Hash& hash : entry.proof) html.open("li").leaf("code", hash.hex()).close("li");
  html.close("ol");
  if (entry.proof.empty()) html.text("empty: it is the only entry under the root");
  html.close("dd").close("dl").line();
  add_parts(html, entry, page.report.anonymised);
  html.close("details").line();
}

void add_line(Page& page) {
  const VerifierLine& line = page.report.verifier;
  Html& html = page.html;
  html.open("p", {{"class", "line"}});
  html.open("b").leaf("span", str(line.entries), {{"id", "v-entries"}}).close("b");
  const bool all = line.last - line.first + 1 == line.entries;
  html.text(line.entries == 1 ? " entry, " : " entries, ").text(all ? "all from " : "a selection from ");
  html.leaf("span", str(line.first), {{"id", "v-first"}}).text(" to ").leaf("span", str(line.last), {{"id", "v-last"}});
  html.text(", under a checkpoint of ").open("b").leaf("span", str(line.size), {{"id", "v-size"}}).close("b");
  html.text(line.size == 1 ? " entry with the root " : " entries with the root ");
  html.leaf("code", line.root.hex(), {{"id", "v-root"}}).close("p").line();
}

}  // namespace

std::string indented_json(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out += "\n" + std::string(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      in_string = c != '"';
    } else if (c == '{' || c == '[') {
      out += c;
      const bool is_empty = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
      ++depth;
      if (!is_empty) new_line();
    } else if (c == '}' || c == ']') {
      depth -= depth > 0 ? 1 : 0;
      if (!out.ends_with('{') && !out.ends_with('[')) new_line();
      out += c;
    } else {
      out += c;
      if (c == ',') new_line();
      if (c == ':') out += ' ';
      in_string = c == '"';
    }
  }
  return out;
}

void add_verifier(Page& page) {
  const VerifierLine& line = page.report.verifier;
  Html& html = page.html;
  html.line().open("section", {{"id", "verify"}, {"class", "panel"}, {"aria-labelledby", "verify-h"}});
  html.leaf("h2", "Proof", {{"id", "verify-h"}}).line();
  add_line(page);
  if (page.report.anonymised) {
    html.leaf("p",
              "People are named by role and number, so the entries' bytes are left out. What this page can still show: "
              "that the leaves it lists lie under the root, and that the root is the checkpoint's. That a leaf is what "
              "this page says of it, only the full report can show.",
              {{"class", "note"}, {"id", "anonymised"}});
  }
  html.markup(
      "<p class=\"needs-script buttons\"><button type=\"button\" id=\"check\">Verify in this browser</button></p>\n"
      "<noscript><p class=\"note\">Without scripts this page checks nothing; cairn-verify does.</p></noscript>\n"
      "<div id=\"verdict\" role=\"status\" aria-live=\"polite\" tabindex=\"-1\"></div>\n");
  html.open("details").leaf("summary", "Ledger, key and checkpoint").open("dl", {{"class", "more"}}).line();
  add_plain(html, "Ledger", line.ledger.hex(), "v-ledger");
  add_plain(html, "Origin", line.origin, "v-origin");
  add_plain(html, "Log's key", line.vkey, "v-vkey");
  add_term(html, "Checkpoint");
  html.open("dd").open("pre", {{"tabindex", "0"}, {"aria-label", "Checkpoint"}});
  html.leaf("code", line.checkpoint, {{"id", "v-checkpoint"}}).close("pre").close("dd").line();
  html.close("dl").close("details").close("section").line();
}

void add_annex(Page& page) {
  Html& html = page.html;
  add_lead(html,
           "Each entry as the ledger holds it: what the log added, then the signed statement. Its leaf hash is "
           "SHA-256 of a zero byte and the entry's bytes; the proof leads from there to the root (RFC 9162, 2.1.3).");
  if (page.report.annex.empty()) add_remarks(page, {}, "No entry.");
  for (const AnnexEntry& entry : page.report.annex) add_entry(page, entry);
}

void add_annex_data(Page& page) {
  std::string json = "{\"entries\":[";
  for (const AnnexEntry& entry : page.report.annex) {
    if (&entry != &page.report.annex.front()) json += ",";
    json += str("\n{\"seq\":", entry.seq, ",\"bytes\":\"", to_base64(entry.bytes), "\"}");
  }
  page.html.open("script", {{"type", "application/json"}, {"id", "annex-data"}});
  page.html.markup(script_safe(json + "\n]}")).close("script").line();
}

}  // namespace cairn
