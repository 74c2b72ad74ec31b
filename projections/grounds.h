// Grounds: what causes_of collects of one entry, and the questions about a World that several events share. Which
// events ask which stands in causes.cpp. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "projections/causes.h"

namespace cairn {

class Grounds {
 public:
  Grounds(const World& world, const Recorded& entry, const Verdict& verdict)
      : world_(world),
        statement_(entry.statement),
        verdict_(verdict),
        seq_(entry.seq),
        recorded_(entry.entry.recorded),
        key_(signed_by(entry.entry)) {}

  // Of the statement as a whole: who spoke, what the gates looked at, and what a broken glass passed by.
  void author();
  void gates();
  void lifted();

  std::vector<Cause> take();

 protected:
  // Passed over, if it is not of an earlier entry.
  void add(CauseKind kind, Seq seq, const std::string& note);
  void refused_by(Refusal refusal, CauseKind kind, Seq seq, const std::string& note);  // where this is one of the noes
  bool said_no(Refusal refusal) const;

  // ---- who and by what rules

  void policy(const std::string& note = "the policy in force");
  void actor(const std::string& handle);
  void asked_by_another_admin();

  // ---- of what

  void model(const Hash& digest);
  void stands(const SlotKey& slot, const Hash& digest);  // the entry that brought it to where it is there
  void stands_somewhere(const Hash& digest);
  void rollout(const std::string& id);  // its proposal and its present stage, or where it ended
  void incident(const std::string& id);

  // ---- what was known

  void alerts(const Hash& digest, const std::string& environment);
  void alerts_in(const Scope& scope);
  void watched(const Hash& digest, const std::string& environment, Seq since);  // its newest monitoring record
  void soaked(const Rollout& rollout);
  void unread(const Hash& digest, const std::string& environment);  // that a gate could not tell from
  void grants(const Rollout& rollout, Stage stage);

  // ---- what held it back

  void may_move(const SlotKey& slot, const Hash& digest);
  void out_of_use(const Hash& digest);
  void law_holds(const std::string& name);  // over this model; empty: any

  // ---- a way back

  void leaves(const SlotKey& slot, const Hash& from);
  void returns_to(const SlotKey& slot, const Hash& to);

  // ---- what begins, goes on and ends

  void erased_before(const Hash& digest);
  void quarantine(const Hash& digest, Refusal refusal);
  void left(const Hash& digest);
  void hold(const std::string& case_id, const std::string& name);
  void removes(const Hash& digest);
  void gives_way(const SlotKey& slot);
  void goes_back(const SlotKey& slot, const Hash& from, const Hash& to);
  void answers(const std::string& id, Stage stage);
  void lockdown(const Scope& scope);
  void freeze(const Scope& scope);
  void broken(const SlotKey& slot);
  void goes_on(const std::string& id);

  const World& world_;
  const Statement& statement_;
  const Verdict& verdict_;
  const Seq seq_;
  const Millis recorded_;
  const KeyId key_;

 private:
  std::map<std::pair<CauseKind, Seq>, std::vector<std::string>> found_;
};

}  // namespace cairn
