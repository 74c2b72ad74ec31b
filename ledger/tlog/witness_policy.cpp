#include "ledger/tlog/witness_policy.h"

#include <algorithm>
#include <set>

#include "ledger/base/text.h"

namespace cairn {
namespace {

using Items = std::vector<std::string_view>;

bool is_policy_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_policy_octet(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

Items items_of(std::string_view line) {
  Items items;
  while (!line.empty()) {
    const auto begin = std::find_if_not(line.begin(), line.end(), is_policy_blank);
    const auto end = std::find_if(begin, line.end(), is_policy_blank);
    if (begin != end)
      items.push_back(
          line.substr(static_cast<std::size_t>(begin - line.begin()), static_cast<std::size_t>(end - begin)));
    line.remove_prefix(static_cast<std::size_t>(end - line.begin()));
  }
  return items;
}

// Whether two keys are duplicates, as the specification means it: one public key under whatever name.
template <class Named>
bool holds_key(const std::vector<Named>& all, const NoteVerifier& key) {
  return std::any_of(all.begin(), all.end(),
                     [&key](const Named& one) { return one.key.key().spki() == key.key().spki(); });
}

// Line after line; each may only speak of what stands above it.
class PolicyReader {
 public:
  // An error says what is wrong, without the line's number.
  Result<void> read(std::string_view line) {
    if (!std::all_of(line.begin(), line.end(), is_policy_octet)) return fault("it holds a control character");
    const Items items = items_of(line);
    if (items.empty() || items.front().starts_with('#')) return {};
    if (items.front() == "log") return read_log(items);
    if (items.front() == "witness") return read_witness(items);
    if (items.front() == "group") return read_group(items);
    if (items.front() == "quorum") return read_quorum(items);
    return fault(str("'", printable(items.front().substr(0, 40)), "' is none of log, witness, group, quorum and #"));
  }

  Result<WitnessPolicy> finish() && {
    if (!has_quorum_) return fault("the witness policy has no quorum line; 'quorum none' asks for no witness");
    return std::move(policy_);
  }

 private:
  Result<void> read_log(const Items& items) {
    if (items.size() < 2 || items.size() > 3) return fault("a log line is: log <vkey> [<url>]");
    if (policy_.logs.size() == max_policy_logs) return fault(str("more than ", max_policy_logs, " logs"));
    TRY_LET(key, NoteVerifier::from_log_vkey(items[1]));
    if (holds_key(policy_.logs, key)) return fault(str("the key of ", printable(key.name()), " stands above already"));
    policy_.logs.push_back({std::move(key), std::string(items.size() == 3 ? items[2] : "")});
    return {};
  }

  Result<void> read_witness(const Items& items) {
    if (items.size() < 3 || items.size() > 4) return fault("a witness line is: witness <name> <vkey> [<url>]");
    if (policy_.witnesses.size() == max_policy_witnesses) {
      return fault(str("more than ", max_policy_witnesses, " witnesses"));
    }
    TRY(check_new(items[1]));
    TRY_LET(key, NoteVerifier::from_witness_vkey(items[2]));
    if (holds_key(policy_.witnesses, key)) {
      return fault(str("the key of ", printable(items[1]), " stands above already; one witness counts once"));
    }
    policy_.witnesses.push_back(
        {std::string(items[1]), std::move(key), std::string(items.size() == 4 ? items[3] : "")});
    return {};
  }

  Result<void> read_group(const Items& items) {
    if (items.size() < 4) return fault("a group line is: group <name> all|any|<k> <member>...");
    if (policy_.groups.size() == max_policy_groups) return fault(str("more than ", max_policy_groups, " groups"));
    TRY(check_new(items[1]));
    WitnessGroup group{std::string(items[1]), 1, {items.begin() + 3, items.end()}};
    for (const std::string& member : group.members) {
      TRY(check_known(member));
      if (!members_.insert(member).second) return fault(str(printable(member), " is a member of a group already"));
    }
    if (items[2] == "all") {
      group.needed = group.members.size();
    } else if (items[2] != "any") {
      const Result<std::uint64_t> needed = parse_uint(items[2]);
      if (!needed.ok()) return fault(str("'", printable(items[2]), "' is neither all, any nor a number"));
      if (*needed < 1 || *needed > group.members.size()) {
        return fault(str(*needed, " of ", group.members.size(), " members cannot be asked for"));
      }
      group.needed = static_cast<std::size_t>(*needed);
    }
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> read_quorum(const Items& items) {
    if (items.size() != 2) return fault("a quorum line is: quorum <name>|none");
    if (has_quorum_) return fault("there is a quorum line above already");
    if (items[1] != no_quorum) TRY(check_known(items[1]));
    policy_.quorum = items[1];
    has_quorum_ = true;
    return {};
  }

  Result<void> check_new(std::string_view name) const {
    if (name == no_quorum) return fault("'none' names no witness and no group");
    if (check_known(name).ok()) return fault(str("the name ", printable(name), " is given already"));
    return {};
  }

  Result<void> check_known(std::string_view name) const {
    if (policy_.witness(name) != nullptr || policy_.group(name) != nullptr) return {};
    return fault(str("no witness or group ", printable(name), " stands above"));
  }

  WitnessPolicy policy_;
  std::set<std::string, std::less<>> members_;
  bool has_quorum_ = false;
};

// Which of the policy's names cosigned, groups included, in a policy whose groups stand in order.
std::set<std::string_view> reached(const WitnessPolicy& policy, const std::set<std::string_view>& cosigned) {
  std::set<std::string_view> met = cosigned;
  for (const WitnessGroup& group : policy.groups) {
    const auto count = std::count_if(group.members.begin(), group.members.end(),
                                     [&met](const std::string& member) { return met.contains(member); });
    if (static_cast<std::size_t>(count) >= group.needed) met.insert(group.name);
  }
  return met;
}

bool is_under(const WitnessPolicy& policy, std::string_view top, std::string_view name) {
  if (top == name) return true;
  const WitnessGroup* group = policy.group(top);
  return group != nullptr && std::any_of(group->members.begin(), group->members.end(),
                                         [&](const std::string& member) { return is_under(policy, member, name); });
}

// "w1", or "2 of w2, w3, (1 of y1, y2)": what is not met below this name, and how much of it is needed.
std::string lack_of(const WitnessPolicy& policy, std::string_view name, const std::set<std::string_view>& met,
                    std::vector<std::string>& missing) {
  const WitnessGroup* group = policy.group(name);
  if (group == nullptr) {
    missing.emplace_back(name);
    return std::string(name);
  }
  std::size_t needed = group->needed;
  std::vector<std::string> open;
  for (const std::string& member : group->members) {
    if (met.contains(member)) {
      --needed;
      continue;
    }
    const std::string lack = lack_of(policy, member, met, missing);
    open.push_back(policy.group(member) == nullptr ? lack : str('(', lack, ')'));
  }
  return str(needed, " of ", joined(open, ", "));
}

template <class Named>
const Named* named(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [name](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const PolicyWitness* WitnessPolicy::witness(std::string_view name) const {
  return named(witnesses, name);
}

const WitnessGroup* WitnessPolicy::group(std::string_view name) const {
  return named(groups, name);
}

Result<WitnessPolicy> parse_witness_policy(std::string_view text) {
  if (text.size() > max_witness_policy_bytes) {
    return fault(str("the witness policy has more than ", max_witness_policy_bytes, " bytes"));
  }
  if (!text.empty() && !text.ends_with('\n')) return fault("the last line of the witness policy has no newline");
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const Result<void> read = reader.read(text.substr(0, end));
    if (!read.ok()) return fault(str("line ", number, " of the witness policy: ", read.error().message));
    text.remove_prefix(end + 1);
  }
  return std::move(reader).finish();
}

std::string format_witness_policy(const WitnessPolicy& policy) {
  const auto with_url = [](const std::string& url) { return url.empty() ? std::string("\n") : str(' ', url, '\n'); };
  std::string text;
  for (const PolicyLog& log : policy.logs) text += str("log ", log.key.vkey(), with_url(log.url));
  for (const PolicyWitness& witness : policy.witnesses) {
    text += str("witness ", witness.name, ' ', witness.key.vkey(), with_url(witness.url));
  }
  for (const WitnessGroup& group : policy.groups) {
    const std::string needed = group.needed == group.members.size() ? "all"
                               : group.needed == 1                  ? "any"
                                                                    : str(group.needed);
    text += str("group ", group.name, ' ', needed, ' ', joined(group.members, " "), '\n');
  }
  return text + str("quorum ", policy.quorum, '\n');
}

WitnessRole role_of(const WitnessPolicy& policy, std::string_view witness) {
  if (policy.quorum == no_quorum || !is_under(policy, policy.quorum, witness)) return WitnessRole::optional;
  std::set<std::string_view> others;
  for (const PolicyWitness& other : policy.witnesses) {
    if (other.name != witness) others.insert(other.name);
  }
  return reached(policy, others).contains(policy.quorum) ? WitnessRole::counted : WitnessRole::required;
}

Result<Witnessed> check_witnessed(std::string_view note, std::span<const NoteVerifier> log,
                                  const WitnessPolicy& policy) {
  ASSERT(!log.empty());
  const auto is_log = [&log](const PolicyLog& known) {
    return std::any_of(log.begin(), log.end(),
                       [&known](const NoteVerifier& key) { return key.vkey() == known.key.vkey(); });
  };
  if (!policy.logs.empty() && std::none_of(policy.logs.begin(), policy.logs.end(), is_log)) {
    return usage(str("the witness policy is for other logs than ", printable(log.back().vkey())));
  }
  Result<Checkpoint> checkpoint = open_checkpoint(note, log.back());
  for (std::size_t i = log.size() - 1; !checkpoint.ok() && i-- > 0;) checkpoint = open_checkpoint(note, log[i]);
  if (!checkpoint.ok()) return checkpoint.error();
  std::vector<NoteVerifier> keys(log.begin(), log.end());
  for (const PolicyWitness& witness : policy.witnesses) keys.push_back(witness.key);
  TRY_LET(opened, open_note(note, keys));
  Witnessed witnessed;
  witnessed.checkpoint = std::move(*checkpoint);
  std::set<std::string_view> cosigned;
  for (const std::uint32_t index : opened.verified_by) {
    if (index < log.size()) continue;
    const std::string& name = policy.witnesses[index - log.size()].name;
    witnessed.by.push_back(name);
    cosigned.insert(name);
  }
  const std::set<std::string_view> met = reached(policy, cosigned);
  if (policy.quorum == no_quorum || met.contains(policy.quorum)) return witnessed;
  witnessed.lacks = lack_of(policy, policy.quorum, met, witnessed.missing);
  return witnessed;
}

}  // namespace cairn
