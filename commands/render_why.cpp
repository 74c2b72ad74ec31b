#include "commands/render_why.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/render_json.h"
#include "commands/render_timeline.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t label_width = 48;  // of a node in a drawing
constexpr std::size_t least_width = 20;  // of a text, however deep it stands
constexpr std::size_t most_listed = 6;   // records of a soak by their numbers

// Begins of UTF-8 characters: what one column each takes.
bool begins(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

// Lines of at most so many columns; a word that is longer is cut.
std::vector<std::string> folded(std::string_view text, std::size_t width) {
  std::vector<std::string> lines = {""};
  std::size_t used = 0;
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t size = columns(word);
    if (used > 0 && used + 1 + size > width) {
      lines.emplace_back();
      used = 0;
    } else if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    for (const char c : word) {
      if (begins(c) && used++ >= width) {
        lines.emplace_back();
        used = 1;
      }
      lines.back() += c;
    }
  }
  return lines;
}

std::string step_text(const NextStep& step) {
  return std::string(to_text(step.stage)) + (step.stage == Stage::canary ? str(" at ", step.percent, " %") : "");
}

std::string soak_text(const std::vector<Seq>& soak) {
  if (soak.empty()) return {};
  if (soak.size() > most_listed) {
    return str("watched in that stage by ", soak.size(), " records, entries ", soak.front(), " to ", soak.back());
  }
  std::vector<std::string> seqs;
  for (const Seq seq : soak) seqs.push_back(str(seq));
  return "watched in that stage by " + std::string(soak.size() == 1 ? "entry " : "entries ") + joined(seqs, ", ");
}

// All that leads from one entry to another, as one branch.
struct Branch {
  Seq seq = 0;
  std::vector<std::string> kinds;
  std::vector<std::string> notes;
};

std::vector<Branch> branches_of(const std::vector<Cause>& causes) {
  std::vector<Branch> branches;
  for (const Cause& cause : causes) {
    auto found =
        std::find_if(branches.begin(), branches.end(), [&](const Branch& one) { return one.seq == cause.seq; });
    if (found == branches.end()) found = branches.insert(branches.end(), Branch{cause.seq, {}, {}});
    found->kinds.emplace_back(to_text(cause.kind));
    if (!cause.note.empty()) found->notes.push_back(cause.note);
  }
  return branches;
}

class Tree {
 public:
  Tree(const Why& why, std::size_t width) : why_(why), width_(width) { place(); }

  std::string text() {
    const WhyNode& root = why_.nodes.at(why_.root);
    if (why_.kind != Why::Kind::entry) {
      paragraph("", "", why_.subject + " " + why_.stands, Tone::strong);
      text_ += "\n";
    }
    head("", "", "", root.row);
    body("", root, true);
    below("", root.causes, why_.root);
    if (why_.next) next(*why_.next);
    if (!why_.led_to.empty()) followed();
    footer();
    return std::move(text_);
  }

 private:
  // Each entry below the first that stands on it, step by step away from the root.
  void place() {
    std::queue<std::optional<Seq>> waiting;  // none: the next step
    home_[why_.root] = std::nullopt;
    waiting.emplace(why_.root);
    if (why_.next) waiting.emplace(std::nullopt);
    while (!waiting.empty()) {
      const std::optional<Seq> owner = waiting.front();
      waiting.pop();
      for (const Cause& cause : owner ? why_.nodes.at(*owner).causes : why_.next->causes) {
        if (cause.seq == 0 || !home_.try_emplace(cause.seq, owner).second) continue;
        waiting.emplace(cause.seq);
      }
    }
  }

  void paragraph(const std::string& first, const std::string& rest, std::string_view what, Tone tone = Tone::plain) {
    const std::size_t used = std::max(columns(first), columns(rest));
    const std::size_t room = width_ > used + least_width ? width_ - used : least_width;
    bool begun = false;
    for (const std::string& line : folded(printable(what), room)) {
      std::string whole = (begun ? rest : first) + toned(line, tone);
      whole.erase(whole.find_last_not_of(' ') + 1);
      text_ += whole + "\n";
      begun = true;
    }
  }

  void head(const std::string& first, const std::string& rest, const std::string& kinds, const TimelineRow& row) {
    const std::string outcome = row.outcome.empty() ? "" : ", refused: " + row.outcome;
    paragraph(first, rest,
              kinds + (kinds.empty() ? "" : ": ") +
                  str("entry ", row.seq, ", ", time_to_the_second(row.recorded), ", ") + row.author + outcome,
              row.outcome.empty() ? Tone::strong : Tone::bad);
  }

  void noes(const std::string& margin, const Verdict& verdict, bool remedies) {
    const auto say = [&](const Refused& one) {
      paragraph(margin, margin, str(wire_name(one.refusal), ": ", one.rule));
      for (const std::string& reason : one.reasons) paragraph(margin + "- ", margin + "  ", reason);
      if (remedies && one.due) paragraph(margin, margin, "not before " + format_time(*one.due));
      if (remedies) paragraph(margin, margin, "To clear it: " + one.remedy);
    };
    if (verdict.refused) say(*verdict.refused);
    for (const Refused& one : verdict.also) say(one);
  }

  void body(const std::string& margin, const WhyNode& node, bool remedies) {
    for (const std::string& said : node.row.said) {
      paragraph(margin, margin, (node.row.outcome.empty() ? "" : "tried: ") + said);
    }
    if (!node.agrees()) {
      paragraph(margin, margin, "The log's outcome is not what the rules say: cairn verify names what differs.",
                Tone::bad);
    }
    noes(margin, node.verdict, remedies);
    if (!node.seen.empty()) paragraph(margin, margin, node.row.author + " " + node.seen);
    if (!node.soak.empty()) paragraph(margin, margin, soak_text(node.soak));
  }

  void below(const std::string& margin, const std::vector<Cause>& causes, std::optional<Seq> owner) {
    std::vector<Branch> branches = branches_of(causes);
    const auto zero = std::find_if(branches.begin(), branches.end(), [](const Branch& one) { return one.seq == 0; });
    if (zero != branches.end()) {
      const std::string notes = joined(zero->notes, "; ");
      const bool told = !of_beginning_.insert(notes).second;
      paragraph(margin, margin, told ? "from entry 0, as before" : "from entry 0: " + notes, Tone::quiet);
      branches.erase(zero);
    }
    for (const Branch& one : branches) branch(margin, one, owner, &one == &branches.back());
  }

  void branch(const std::string& margin, const Branch& one, std::optional<Seq> owner, bool last) {
    const std::string first = margin + (last ? "└─ " : "├─ ");
    const std::string rest = margin + (last ? "   " : "│  ");
    const std::string kinds = joined(one.kinds, ", ");
    const std::string notes = joined(one.notes, "; ");
    const WhyNode& node = why_.nodes.at(one.seq);
    if (home_.at(one.seq) != owner) {
      return paragraph(first, rest, kinds + str(": entry ", one.seq, ", told elsewhere: ") + notes, Tone::quiet);
    }
    head(first, rest, kinds, node.row);
    body(rest, node, false);
    if (!notes.empty()) paragraph(rest + "here: ", rest + "      ", notes);
    below(rest, node.causes, one.seq);
    if (!node.asked && one.seq != 0) cut_.insert(one.seq);
  }

  void next(const WhyNext& next) {
    text_ += "\n";
    paragraph("", "", "Its next step, " + step_text(next.step) + ", would be refused now", Tone::warn);
    noes("", next.verdict, true);
    below("", next.causes, std::nullopt);
  }

  void followed() {
    text_ += "\n";
    paragraph("", "", "What followed", Tone::strong);
    for (const Seq seq : why_.led_to) {
      const WhyNode& node = why_.nodes.at(seq);
      head("", "", "", node.row);
      body("   ", node, false);
    }
  }

  void footer() {
    text_ += "\n";
    if (!cut_.empty()) {
      std::vector<std::string> seqs;
      for (const Seq seq : cut_) seqs.push_back(str(seq));
      paragraph("", "",
                (cut_.size() == 1 ? "What entry " : "What entries ") + joined(seqs, ", ") +
                    str(cut_.size() == 1 ? " stands" : " stand", " on is not shown: --depth ", why_.depth + 1,
                        " goes a step further."),
                Tone::quiet);
    }
    paragraph("", "", "Each entry can be proved: cairn prove SEQ --out FILE.", Tone::quiet);
  }

  const Why& why_;
  const std::size_t width_;
  std::map<Seq, std::optional<Seq>> home_;
  std::set<std::string> of_beginning_;  // what was said of entry 0
  std::set<Seq> cut_;                   // whose causes are not shown
  std::string text_;
};

// ---- JSON

Json refusals_json(const Verdict& verdict) {
  Json noes = Json::array();
  if (verdict.refused) noes.push_back(Json::parse(to_json(*verdict.refused)));
  for (const Refused& one : verdict.also) noes.push_back(Json::parse(to_json(one)));
  return noes;
}

Json node_json(const WhyNode& node) {
  Json json = Json::parse(log_json(node.row));
  json["asked"] = node.asked;
  if (!node.seen.empty()) json["seen"] = node.seen;
  if (!node.asked) return json;
  json["agrees"] = node.agrees();
  json["refused_by"] = refusals_json(node.verdict);
  json["gates"] = Json::parse(to_json(node.verdict.gates));
  json["lifted"] = Json::parse(to_json(node.verdict.lifted));
  json["soak"] = node.soak;
  return json;
}

Json edge_json(const Json& from, const Cause& cause) {
  return {{"from", from}, {"to", cause.seq}, {"kind", to_text(cause.kind)}, {"note", cause.note}};
}

// ---- dot

// Within quotes a backslash and a quote end what they stand in, and an ampersand begins an entity.
std::string quoted(const std::vector<std::string>& lines) {
  std::string text = "\"";
  for (const std::string& line : lines) {
    for (const char c : line) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
      if (c == '&') text += "amp;";
    }
    text += "\\l";
  }
  return text + "\"";
}

std::vector<std::string> label(const std::vector<std::string>& texts) {
  std::vector<std::string> lines;
  for (const std::string& text : texts) {
    for (std::string& line : folded(printable(text), label_width)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string edge_dot(const std::string& from, const Cause& cause) {
  return "  " + from + str(" -> e", cause.seq, " [label=") +
         quoted(label({std::string(to_text(cause.kind)), cause.note})) + "];\n";
}

}  // namespace

std::string why_text(const Why& why, std::size_t width) {
  return Tree(why, width).text();
}

std::string why_json(const Why& why) {
  Json json = {{"subject", why.subject},
               {"kind", to_text(why.kind)},
               {"stands", why.stands},
               {"root", why.root},
               {"depth", why.depth}};
  json["nodes"] = Json::array();
  json["edges"] = Json::array();
  for (const auto& [seq, node] : why.nodes) {
    json["nodes"].push_back(node_json(node));
    for (const Cause& cause : node.causes) json["edges"].push_back(edge_json(seq, cause));
  }
  json["next"] = nullptr;
  if (why.next) {
    json["next"] = {{"stage", to_text(why.next->step.stage)},
                    {"percent", why.next->step.percent},
                    {"refused_by", refusals_json(why.next->verdict)},
                    {"gates", Json::parse(to_json(why.next->verdict.gates))}};
    json["next"]["edges"] = Json::array();
    for (const Cause& cause : why.next->causes) json["next"]["edges"].push_back(edge_json(nullptr, cause));
  }
  json["led_to"] = why.led_to;
  json["ledger"] = why.ledger.hex();
  json["checkpoint"] = {{"size", why.head.size}, {"root", why.head.root.hex()}};
  return json_text(json);
}

std::string why_dot(const Why& why) {
  std::string text = "digraph why {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const auto& [seq, node] : why.nodes) {
    std::vector<std::string> texts = {str("entry ", seq, ", ", node.row.author), time_to_the_second(node.row.recorded)};
    if (!node.row.outcome.empty()) texts.push_back("refused: " + node.row.outcome);
    texts.insert(texts.end(), node.row.said.begin(), node.row.said.end());
    if (!node.seen.empty()) texts.push_back(node.row.author + " " + node.seen);
    text += str("  e", seq, " [label=") + quoted(label(texts));
    if (seq == why.root) text += ", penwidth=2";
    text += std::string(node.row.outcome.empty() ? "" : ", color=red") + "];\n";
    for (const Cause& cause : node.causes) text += edge_dot(str("e", seq), cause);
  }
  if (why.next) {
    std::vector<std::string> texts = {step_text(why.next->step) + " would be refused now"};
    if (why.next->verdict.refused) texts.emplace_back(wire_name(why.next->verdict.refused->refusal));
    text += "  next [style=dashed, color=red, label=" + quoted(label(texts)) + "];\n";
    for (const Cause& cause : why.next->causes) text += edge_dot("next", cause);
  }
  return text + "}\n";
}

}  // namespace cairn
