#include "commands/anonymise_report.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"
#include "ledger/events/statement.h"

namespace cairn {

namespace {

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_name_part(char c) {
  return is_word(c) || c == '.' || c == '/' || c == '-';
}

// What of the text, from here on, is one name; full stops and dashes that end it are the sentence's.
std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_name_part(text[length])) ++length;
  while (length > 0 && !is_word(text[length - 1])) --length;
  return length;
}

// The longest handle that stands here as a word; null: none.
const std::pair<const std::string, std::string>* handle_at(std::string_view text,
                                                           const std::map<std::string, std::string>& aliases) {
  const std::pair<const std::string, std::string>* found = nullptr;
  for (const auto& row : aliases) {
    const std::string& handle = row.first;
    const bool fits = text.size() >= handle.size() && fold_case(text.substr(0, handle.size())) == fold_case(handle) &&
                      (text.size() == handle.size() || !is_word(text[handle.size()]));
    if (fits && (found == nullptr || handle.size() > found->first.size())) found = &row;
  }
  return found;
}

// The role that says most about what somebody does in a rollout or an incident.
std::string role_of(const World& world, const std::string& handle) {
  const Actor* actor = world.actors.find(handle);
  if (actor == nullptr) return handle == recovery_author ? "recovery key" : "actor";
  if (actor->kind == ActorKind::service) return "service";
  constexpr std::array order = {
      Role::incident_commander, Role::deployer, Role::approver, Role::admin, Role::monitor, Role::auditor};
  // Who has every role has none that tells.
  if (actor->roles.size() >= order.size()) return std::string(to_text(Role::admin));
  for (const Role role : order) {
    const auto has = [role](const Grant& grant) { return grant.role == role; };
    if (std::any_of(actor->roles.begin(), actor->roles.end(), has)) return std::string(to_text(role));
  }
  return "person";
}

// Calls `each` with every text of the report that may hold a name; fields that hold ids, hashes or numbers have none.
template <class Each>
class Texts {
 public:
  Texts(ChangeReport& report, const Each& each) : report_(report), each_(each) {}

  void visit() {
    each_(report_.title);
    facts(report_.header);
    for (ReportRow& row : report_.timeline) visit(row);
    facts(report_.durations);
    for (GatesAt& at : report_.gates) each_(at.what);
    facts(report_.policy);
    for (Hindsight& one : report_.hindsight) {
      each_(one.what);
      list(one.reasons);
    }
    facts(report_.rollback);
    for (auto* remarks : {&report_.deviations, &report_.similar, &report_.factors, &report_.separation,
                          &report_.broken_glass, &report_.refusals, &report_.incidents}) {
      for (Remark& remark : *remarks) each_(remark.what);
    }
    facts(report_.impact);
    for (ActionRow& row : report_.actions) {
      each_(row.owner);
      each_(row.task);
    }
    facts(report_.counts);
    for (PopulationRow& row : report_.population) {
      each_(row.actor);
      each_(row.what);
    }
  }

 private:
  void visit(ReportRow& row) {
    each_(row.actor);
    list(row.said);
    each_(row.change);
    for (Cause& cause : row.causes) each_(cause.note);
    list(row.reasons);
  }
  void facts(std::vector<Fact>& facts) {
    for (Fact& one : facts) {
      each_(one.name);
      each_(one.value);
    }
  }
  void list(std::vector<std::string>& texts) {
    for (std::string& text : texts) each_(text);
  }

  ChangeReport& report_;
  const Each& each_;
};

std::set<std::string> names_of(const World& world) {
  std::set<std::string> names;
  for (const auto& [version, digest] : world.versions.rows()) names.insert({version.first, version.second});
  for (const auto& [slot, row] : world.slots.rows()) names.insert(slot.second);
  for (const auto& [id, row] : world.rollouts.rows()) names.insert(id);
  for (const auto& [environment, rules] : world.policy().environments) names.insert(environment);
  return names;
}

// Who appears, in the order in which they do.
class Order {
 public:
  explicit Order(const World& world) : world_(world) {
    for (const auto& [handle, actor] : world.actors.rows()) all_.emplace(handle, handle);
    all_.emplace(recovery_author, recovery_author);
  }

  void see(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i > 0 && is_word(text[i - 1])) continue;
      const auto* found = handle_at(text.substr(i), all_);
      if (found == nullptr || aliases_.contains(found->first)) continue;
      const std::string role = role_of(world_, found->first);
      aliases_.emplace(found->first, role + str(" ", ++numbers_[role]));
    }
  }
  const std::map<std::string, std::string>& aliases() const { return aliases_; }

 private:
  const World& world_;
  std::map<std::string, std::string> all_;
  std::map<std::string, std::string> aliases_;
  std::map<std::string, std::size_t> numbers_;
};

}  // namespace

std::string without_handles(const std::string& text, const std::map<std::string, std::string>& aliases,
                            const std::set<std::string>& names) {
  const std::string_view whole = text;
  std::string out;
  for (std::size_t i = 0; i < whole.size();) {
    const std::string_view rest = whole.substr(i);
    const bool begins = i == 0 || !is_word(whole[i - 1]);
    const auto* handle = begins ? handle_at(rest, aliases) : nullptr;
    const std::size_t length = begins && (i == 0 || !is_name_part(whole[i - 1])) ? name_length(rest) : 0;
    const bool a_name = length > 0 && names.contains(std::string(rest.substr(0, length)));
    if (a_name && (handle == nullptr || handle->first.size() < length)) {
      out += rest.substr(0, length);
      i += length;
    } else if (handle != nullptr) {
      out += handle->second;
      i += handle->first.size();
    } else {
      out += whole[i++];
    }
  }
  return out;
}

void anonymise(const World& world, ChangeReport& report) {
  Order order(world);
  const auto see = [&](std::string& text) { order.see(text); };
  for (ReportRow& row : report.timeline) order.see(row.actor);
  for (PopulationRow& row : report.population) order.see(row.actor);
  Texts(report, see).visit();
  const std::set<std::string> names = names_of(world);
  const auto replace = [&](std::string& text) { text = without_handles(text, order.aliases(), names); };
  Texts(report, replace).visit();
  for (AnnexEntry& entry : report.annex) entry.bytes.clear();
  report.anonymised = true;
  report.notices.push_back(
      "People and services are named by a role and a number. Raw entries are left out: they are signed, and name who "
      "signed them. Leaf hashes and proofs are those of the entries as they are, so whoever may read the ledger can "
      "still hold this report against it. What people wrote is theirs but for the handles in it, and may say who they "
      "are.");
}

}  // namespace cairn
