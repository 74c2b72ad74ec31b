// Who has to approve: the section "tiers" of a policy document, and a stage's "approvals" and "approvals_of_tier".
#include "ledger/events/policy_members.h"

namespace cairn::policy_document {

namespace {

constexpr std::size_t max_tiers = 16;
constexpr std::uint64_t max_persons = 16;

// `taken` holds the models of the tiers before, in one case: names that differ by case alone are no two models.
Tier read_tier(const std::string& name, const JsonValue& value, Members& document, std::set<std::string>& taken) {
  Members members(value, document.path_of(str("tiers.", name)), document.error());
  Tier tier;
  tier.name = name;
  if (members.has("answer_within")) members.duration("answer_within", tier.answer_within, false);
  const auto* models = members.get("models", Kind::array, "an array of models' names");
  if (models == nullptr) return tier;
  for (std::size_t i = 0; i < models->items.size(); ++i) {
    const auto& item = models->items[i];
    const auto place = str("models[", i, ']');
    if (item.kind != Kind::string || !is_name(item.text)) {
      members.refuse(place, item.kind == Kind::string ? str(quoted(item.text), " is not a model's name")
                                                      : str("is ", describe(item), ", not a model's name"));
    } else if (!taken.insert(fold_case(item.text)).second) {
      members.refuse(place, str(quoted(item.text), " is in a tier already"));
    }
    tier.models.insert(item.text);
  }
  return tier;
}

}  // namespace

void read_tiers(Members& document, std::vector<Tier>& tiers) {
  const auto* section = document.section("tiers");
  if (section == nullptr) return;
  if (section->members.size() > max_tiers) document.refuse("tiers", str("more than ", max_tiers, " of them"));
  std::set<std::string> taken;
  for (const auto& [name, value] : section->members) {
    if (!is_name(name)) document.refuse(str("tiers.", name), "is not a tier's name");
    tiers.push_back(read_tier(name, value, document, taken));
  }
}

Quorum read_quorum(Members& members, std::string_view member) {
  Quorum quorum;
  const auto* rows = members.get(member, Kind::array, "an array of roles, each with a number of persons");
  if (rows == nullptr) return quorum;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < rows->items.size(); ++i) {
    Members row(rows->items[i], members.path_of(str(member, '[', i, ']')), members.error());
    Role role{};
    std::uint64_t persons = 0;
    row.word("role", role, parse_role);
    row.uint("persons", persons, 1, max_persons);
    if (!quorum.emplace(role, persons).second) row.refuse("role", str(to_text(role), " stands there twice"));
    all += persons;
  }
  if (all < 1 || all > max_persons) members.refuse(member, str("asks for ", all, " persons, not 1 to ", max_persons));
  return quorum;
}

std::map<std::string, Quorum> read_approvals_of_tier(Members& stage, const std::vector<Tier>& tiers) {
  std::map<std::string, Quorum> of_tier;
  const auto* section = stage.section("approvals_of_tier");
  if (section == nullptr) return of_tier;
  Members members(*section, stage.path_of("approvals_of_tier"), stage.error());
  for (const auto& row : section->members) {
    const std::string& name = row.name;
    const bool known = std::any_of(tiers.begin(), tiers.end(), [&](const Tier& tier) { return tier.name == name; });
    if (!known) members.refuse(name, "is not a tier of this policy");
    of_tier[name] = read_quorum(members, name);
  }
  return of_tier;
}

}  // namespace cairn::policy_document
