// witness, checkpoint --witnessed.
#include "commands/run_witness.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/witness_edit.h"
#include "commands/witness_files.h"
#include "commands/witnessing.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"
#include "verify/layout.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

// A verified ledger, and where this home keeps what it knows of its witnesses.
struct WitnessDesk {
  std::unique_ptr<Session> session;
  WitnessFiles files;

  const Ledger& ledger() const { return session->ledger(); }

  static Result<WitnessDesk> open(const Globals& globals) {
    TRY_LET(home, Home::from_environment());
    TRY_LET(session, Session::open(globals, home));
    const Hash id = session->ledger().id();
    return WitnessDesk{std::move(session), WitnessFiles(home, id)};
  }

  // usage where nobody was named yet.
  Result<WitnessPolicy> policy() const {
    TRY_LET(policy, files.policy());
    if (policy) return std::move(*policy);
    return usage("this home knows no witness of " + printable(ledger().origin()) +
                 "; name one with cairn witness add NAME VKEY URL");
  }

  bool asks_for(const WitnessPolicy& policy) const {
    const LogKeys& keys = ledger().log_keys();
    return policy.logs.empty() || std::any_of(policy.logs.begin(), policy.logs.end(), [&keys](const PolicyLog& log) {
             return keys.find(log.key.vkey()) != nullptr;
           });
  }

  // With the log's key in it the policy is what a reader takes, as it is.
  WitnessPolicy with_log(WitnessPolicy policy) const {
    const LogKeys& keys = ledger().log_keys();
    std::erase_if(policy.logs, [&keys](const PolicyLog& log) { return keys.find(log.key.vkey()) != nullptr; });
    for (const NoteVerifier& key : keys.at(ledger().size())) policy.logs.push_back({key, ""});
    return policy;
  }
};

std::string_view word_of(WitnessRole role) {
  switch (role) {
    case WitnessRole::required:
      return "required";
    case WitnessRole::counted:
      return "counted";
    case WitnessRole::optional:
      break;
  }
  return "optional";
}

// What the quorum asks for, as it would be said of a note that nobody cosigned.
std::string quorum_text(const WitnessPolicy& policy) {
  if (policy.quorum == no_quorum) return "none: no cosignature is asked for";
  std::string text = printable(policy.quorum);
  if (const WitnessGroup* group = policy.group(policy.quorum)) {
    text += str(": ", group->needed, " of ", printable(joined(group->members, ", ")));
  }
  return text;
}

Json json_of_witness(const WitnessPolicy& policy, const PolicyWitness& witness, const CosignedHead* newest) {
  return {{"name", witness.name},
          {"role", word_of(role_of(policy, witness.name))},
          {"vkey", witness.key.vkey()},
          {"url", witness.url},
          {"cosigned", newest == nullptr ? Json() : Json(newest->head().size)}};
}

std::string cosigned_text(const CosignedHead* newest, Size size) {
  if (newest == nullptr) return "nothing yet";
  const Size cosigned = newest->head().size;
  if (cosigned >= size) return str("size ", cosigned, ", the newest");
  return str("size ", cosigned, ", ", plural(size - cosigned, "entry", "entries"), " behind");
}

void show_list(const WitnessDesk& desk, const WitnessPolicy& policy, const std::vector<CosignedHead>& heads) {
  Rows rows = {headings({"WITNESS", "FOR THE QUORUM", "COSIGNED", "URL"})};
  for (const PolicyWitness& witness : policy.witnesses) {
    rows.push_back({printable(witness.name), std::string(word_of(role_of(policy, witness.name))),
                    cosigned_text(newest_by(heads, witness.name), desk.ledger().size()), printable(witness.url)});
  }
  print(policy.witnesses.empty() ? "There is no witness.\n" : table(rows));
  print("\nquorum  " + quorum_text(policy) + "\n");
  if (policy.quorum == no_quorum) return;
  const CosignedHead* met = newest_witnessed(heads);
  print(met == nullptr ? std::string("        met by no checkpoint yet\n")
                       : str("        met by the checkpoint of size ", met->head().size, "\n"));
}

Json json_of(const std::vector<Asked>& asked, Size size) {
  Json all = Json::array();
  for (const Asked& one : asked) {
    const bool newest = !one.problem;
    all.push_back({{"name", one.witness},
                   {"cosigned", newest       ? Json(size)
                                : one.before ? Json(*one.before)
                                             : Json()},
                   {"problem", newest ? Json() : Json(one.problem->message)}});
  }
  return all;
}

void show_asked(const std::vector<Asked>& asked, Size size) {
  Rows rows;
  for (const Asked& one : asked) {
    std::string said = one.problem          ? toned("not cosigned", Tone::bad) + ": " + printable(one.problem->message)
                       : one.before == size ? "had cosigned it"
                                            : toned("cosigned", Tone::good);
    rows.push_back({"  " + printable(one.witness), std::move(said)});
  }
  print(table(rows));
}

// Neither the quorum nor a contradiction to be had: what is away may come again.
Exit exit_of_unmet(const std::vector<Asked>& asked) {
  const bool contradicted = std::any_of(asked.begin(), asked.end(), [](const Asked& one) {
    return one.problem && one.problem->kind == ErrorKind::not_verified;
  });
  return contradicted ? Exit::not_verified : Exit::fault;
}

Result<Exit> show_checkpoint(const Globals& globals, const CosignedHead& head) {
  if (!globals.json) {
    print(head.note);
    return Exit::done;
  }
  print(json_text({{"checkpoint", head.note},
                   {"origin", head.witnessed.checkpoint.origin},
                   {"size", head.head().size},
                   {"root", head.head().root.hex()},
                   {"witnesses", head.witnessed.by}}));
  return Exit::done;
}

Result<Exit> show_policy(const Globals& globals, const WitnessPolicy& policy) {
  const std::string text = format_witness_policy(policy);
  if (globals.json) {
    print(json_text({{"policy", text}}));
  } else {
    print_document(text);
  }
  return Exit::done;
}

}  // namespace

Result<Exit> run_witness_add(const Globals& globals, const WitnessAddFlags& flags) {
  TRY_LET(key, given("VKEY", NoteVerifier::from_witness_vkey(flags.vkey)));
  TRY(check_witness_url(flags.url));
  TRY_LET(desk, WitnessDesk::open(globals));
  TRY(desk.files.change_policy([&](WitnessPolicy policy) {
    return add_witness(desk.with_log(std::move(policy)), {flags.name, key, flags.url}, flags.required);
  }));
  return run_witness_list(globals);
}

Result<Exit> run_witness_remove(const Globals& globals, const std::string& name) {
  TRY_LET(desk, WitnessDesk::open(globals));
  TRY(desk.policy());
  TRY(desk.files.change_policy([&](WitnessPolicy policy) { return remove_witness(std::move(policy), name); }));
  return run_witness_list(globals);
}

Result<Exit> run_witness_list(const Globals& globals) {
  TRY_LET(desk, WitnessDesk::open(globals));
  TRY_LET(policy, desk.policy());
  TRY_LET(heads, desk.files.cosigned(policy, desk.ledger().log_keys().of_this_ledger()));
  if (!globals.json) {
    show_list(desk, policy, heads);
    return Exit::done;
  }
  Json witnesses = Json::array();
  for (const PolicyWitness& witness : policy.witnesses) {
    witnesses.push_back(json_of_witness(policy, witness, newest_by(heads, witness.name)));
  }
  const CosignedHead* met = newest_witnessed(heads);
  print(json_text({{"size", desk.ledger().size()},
                   {"quorum", policy.quorum},
                   {"quorum_met_at", met == nullptr || policy.quorum == no_quorum ? Json() : Json(met->head().size)},
                   {"witnesses", std::move(witnesses)}}));
  return Exit::done;
}

Result<Exit> run_witness_policy(const Globals& globals, const std::optional<Path>& file) {
  TRY_LET(desk, WitnessDesk::open(globals));
  if (!file) {
    TRY_LET(policy, desk.policy());
    return show_policy(globals, desk.with_log(std::move(policy)));
  }
  TRY_LET(text, read_file(*file, max_witness_policy_bytes));
  TRY_LET(policy, given(printable(file->string()), parse_witness_policy(text)));
  if (!desk.asks_for(policy)) {
    return usage(str(printable(file->string()), " is for other logs than ", desk.ledger().vkey()));
  }
  for (const PolicyWitness& witness : policy.witnesses) {
    if (witness.url.empty()) {
      return usage(
          str(printable(file->string()), " has no URL for ", printable(witness.name), ", so nobody could ask it"));
    }
    TRY(check_witness_url(witness.url));
  }
  const WitnessPolicy whole = desk.with_log(std::move(policy));
  TRY(desk.files.change_policy([&whole](const WitnessPolicy&) { return Result<WitnessPolicy>(whole); }));
  return show_policy(globals, whole);
}

Result<Exit> run_witness_cosign(const Globals& globals, Millis timeout) {
  TRY_LET(desk, WitnessDesk::open(globals));
  TRY_LET(policy, desk.policy());
  const Ledger& ledger = desk.ledger();
  TRY_LET(asked, ask_witnesses(ledger, desk.files, policy, timeout));
  TRY_LET(heads, desk.files.cosigned(policy, ledger.log_keys().of_this_ledger()));
  const bool kept = !heads.empty() && heads.back().head().size == ledger.size();
  TRY_LET(newest, kept ? Result<Witnessed>(heads.back().witnessed)
                       : check_witnessed(ledger.checkpoint_note(), ledger.log_keys().of_this_ledger(), policy));
  const bool met = newest.lacks.empty();
  if (globals.json) {
    print(json_text({{"size", ledger.size()},
                     {"quorum_met", met},
                     {"missing", newest.missing},
                     {"witnesses", json_of(asked, ledger.size())}}));
  } else {
    print(str("The checkpoint of size ", ledger.size(), " of ", printable(ledger.origin()), "\n"));
    show_asked(asked, ledger.size());
    print(policy.quorum == no_quorum ? std::string("The policy asks for no quorum.\n")
          : met                      ? toned("The quorum is met.", Tone::good) + "\n"
                : toned("The quorum is not met", Tone::bad) + ": it needs " + printable(newest.lacks) + "\n");
  }
  return met ? Exit::done : exit_of_unmet(asked);
}

Result<Exit> run_witnessed_checkpoint(const Globals& globals) {
  TRY_LET(desk, WitnessDesk::open(globals));
  TRY_LET(policy, desk.policy());
  if (policy.quorum == no_quorum) {
    return usage("the policy asks for no quorum, which every checkpoint meets; name a witness with --required");
  }
  TRY_LET(heads, desk.files.cosigned(policy, desk.ledger().log_keys().of_this_ledger()));
  const CosignedHead* met = newest_witnessed(heads);
  if (met != nullptr) return show_checkpoint(globals, *met);
  TRY_LET(bare, check_witnessed(desk.ledger().checkpoint_note(), desk.ledger().log_keys().of_this_ledger(), policy));
  return unavailable(
      str("no checkpoint meets the quorum yet; it needs ", printable(bare.lacks), ". Ask with cairn witness cosign"));
}

}  // namespace cairn
