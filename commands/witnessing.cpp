#include "commands/witnessing.h"

#include <algorithm>
#include <future>

#include "commands/http_post.h"
#include "commands/output.h"
#include "ledger/base/text.h"
#include "ledger/tlog/add_checkpoint.h"

namespace cairn {
namespace {

constexpr std::size_t longest_quoted = 160;

// The first line of what a witness says to its refusal, for a message.
std::string quoted(const HttpReply& reply) {
  const std::string line = reply.body.substr(0, std::min(reply.body.find('\n'), longest_quoted));
  return line.empty() ? "" : ": " + printable(line);
}

// What an answer means that is neither a cosignature nor a size to go on from.
Error refusal_to_cosign(const HttpReply& reply, Size from) {
  const std::string said = str("it answers ", reply.status, quoted(reply));
  switch (reply.status) {
    case 400:
      return fault(said + " (it finds the request malformed)");
    case 403:
      return fault(said + " (it knows this log by another key: give its operator what cairn log-key prints)");
    case 404:
      return fault(said +
                   " (it does not know this log, or its URL is another: give its operator what cairn log-key "
                   "prints)");
    case 409:
      return unavailable(said + " again (another asks it at the same time)");
    case 422:
      return not_verified(str(said, " (what it cosigned at size ", from,
                              " is no beginning of this ledger: one of the two was forked or put back; keep what both "
                              "have signed)"));
    case 429:
      return unavailable(said + " (it was asked too often)");
    default:
      break;
  }
  if (reply.status >= 300 && reply.status < 400) {
    return fault(said + " (redirects are not followed: name the URL that it leads to)");
  }
  if (reply.status >= 500) return unavailable(said + " (its own fault; it cosigned nothing)");
  return fault(said + " (no answer that tlog-witness knows)");
}

// One witness, from the size that it last cosigned to the ledger's.
class Asking {
 public:
  Asking(const Ledger& ledger, const PolicyWitness& witness, std::optional<Size> known, Millis timeout)
      : ledger_(ledger), witness_(witness), known_(known), timeout_(timeout) {}

  Result<Cosignature> run() const {
    if (witness_.url.empty()) return usage("the policy has no URL for it");
    TRY(check_witness_url(witness_.url));
    const Size from = known_.value_or(0);
    if (from > ledger_.size()) return unavailable(went_further(from));
    TRY_LET(first, post(from));
    if (first.status != 409) return take(first, from);
    TRY_LET(size, read_conflict(first, from));
    TRY_LET(second, post(size));
    return take(second, size);
  }

 private:
  Result<HttpReply> post(Size from) const {
    TRY_LET(proof, ledger_.prove_consistency(from, ledger_.size()));
    std::string url = witness_.url;
    while (url.ends_with('/')) url.pop_back();
    return http_post(url + "/add-checkpoint", format_add_checkpoint({from, proof, ledger_.checkpoint_note()}),
                     timeout_);
  }

  Result<Cosignature> take(const HttpReply& reply, Size from) const {
    if (reply.status != 200) return refusal_to_cosign(reply, from);
    TRY_LET(parts, split_note(ledger_.checkpoint_note()));
    auto cosignature = open_cosignature(reply.body, parts.text, witness_.key);
    if (cosignature) return cosignature;
    return not_verified(str("its answer is no cosignature of the checkpoint of size ", ledger_.size(), " by the key ",
                            printable(witness_.key.vkey()), ": ", cosignature.error().message));
  }

  // From which size the witness wants to be led on.
  Result<Size> read_conflict(const HttpReply& reply, Size from) const {
    std::string_view body = reply.body;
    if (!body.ends_with('\n')) return malformed_conflict();
    body.remove_suffix(1);
    const auto size = parse_uint(body);
    if (!size) return malformed_conflict();
    // Version 1.0.0 of tlog-witness answers so where two heads of one size differ.
    if (*size == from) {
      return not_verified(str("it answers 409 with the size that it was asked from, ", from,
                              ": what it cosigned there may be another head; keep what both have signed"));
    }
    if (known_ && *size < *known_) {
      return not_verified(
          str("it says that it last cosigned size ", *size, ", and it has cosigned ", *known_,
              ": its state was put back, so its cosignatures exclude nothing any more; its operator has "
              "to begin with a new key"));
    }
    if (*size > ledger_.size()) return not_verified(went_further(*size));
    return *size;
  }

  static Error malformed_conflict() { return fault("it answers 409, and no size with it"); }

  std::string went_further(Size size) const {
    return str("it has cosigned size ", size, " of this log, and this ledger has ", ledger_.size(),
               " entries: another process has written on meanwhile, or this is an older copy");
  }

  const Ledger& ledger_;
  const PolicyWitness& witness_;
  std::optional<Size> known_;
  Millis timeout_;
};

}  // namespace

Result<void> check_witness_url(std::string_view url) {
  const auto wrong = [url](std::string_view why) {
    return usage(str(printable(url.substr(0, longest_quoted)), " is no witness's URL: ", why));
  };
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return wrong("it begins with neither https:// nor http://");
  const std::string_view host = url.substr(scheme, url.find('/', scheme) - scheme);
  if (host.empty()) return wrong("it names no host");
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    return wrong("it holds something else than printable ASCII");
  }
  if (host.find('@') != std::string_view::npos) return wrong("a policy is shown to others, and holds no password");
  if (url.find_first_of("?#") != std::string_view::npos) return wrong("/add-checkpoint is to follow, so no ? or #");
  return {};
}

Result<std::vector<Asked>> ask_witnesses(const Ledger& ledger, const WitnessFiles& files, const WitnessPolicy& policy,
                                         Millis timeout) {
  TRY_LET(heads, files.cosigned(policy, ledger.log_keys().of_this_ledger()));
  std::vector<Asked> asked;
  for (const PolicyWitness& witness : policy.witnesses) {
    const CosignedHead* newest = newest_by(heads, witness.name);
    asked.push_back({witness.name, newest == nullptr ? std::nullopt : std::optional(newest->head().size), {}});
  }
  std::vector<std::future<void>> coming;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i].before == ledger.size()) continue;
    const auto ask = [&ledger, &files, &policy, timeout, &one = asked[i], &witness = policy.witnesses[i]] {
      const auto cosignature = Asking(ledger, witness, one.before, timeout).run();
      const Result<void> kept = cosignature ? files.keep(policy, ledger.log_keys().of_this_ledger(),
                                                         ledger.checkpoint_note(), witness, *cosignature)
                                            : Result<void>(cosignature.error());
      if (!kept) one.problem = kept.error();
    };
    // Where the system has no thread to give, one after the other.
    coming.push_back(std::async(std::launch::async | std::launch::deferred, ask));
  }
  for (std::future<void>& one : coming) one.get();
  return asked;
}

void ask_after_commit(const Globals& globals, const Hash& ledger) {
  const auto ask = [&]() -> Result<void> {
    TRY_LET(home, Home::from_environment());
    const WitnessFiles files(home, ledger);
    TRY_LET(policy, files.policy());
    if (!policy || policy->witnesses.empty()) return {};
    TRY_LET(session, Session::open(globals, home));
    TRY_LET(asked, ask_witnesses(session->ledger(), files, *policy, witness_timeout_after_commit));
    for (const Asked& one : asked) {
      if (!one.problem) continue;
      warn(str("cairn: witness ", printable(one.witness), " has not cosigned size ", session->ledger().size(), ": ",
               printable(one.problem->message),
               ". The entry stands; it is asked again after the next one, or by cairn ", "witness cosign\n"));
    }
    return {};
  };
  const Result<void> done = ask();
  if (!done) {
    warn(str("cairn: the entry stands, and no witness was asked for its cosignature: ",
             printable_lines(done.error().message), "\n"));
  }
}

}  // namespace cairn
