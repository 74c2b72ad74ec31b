#include "ledger/events/names.h"

#include "tests/catch.h"

using namespace cairn;

namespace {

template <class Word>
void check_words(Result<Word> (*parse)(std::string_view), const std::vector<std::string_view>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    CHECK(to_text(static_cast<Word>(i)) == words[i]);
    const auto parsed = parse(words[i]);
    REQUIRE(parsed.ok());
    CHECK(*parsed == static_cast<Word>(i));
  }
  for (const auto* other : {"", " ", "Admin", "person ", "unknown"}) CHECK(!parse(other).ok());
}

}  // namespace

TEST_CASE("every word of the vocabularies has one spelling") {
  check_words(parse_actor_kind, {"person", "service"});
  check_words(parse_role, {"admin", "deployer", "approver", "monitor", "incident-commander", "auditor"});
  check_words(parse_stage, {"shadow", "canary", "full"});
  check_words(parse_trigger, {"regression", "safety", "system"});
  check_words(parse_severity, {"critical", "high", "medium", "low"});
  check_words(parse_evidence_kind, {"structure", "metrics", "card", "audit_chunk", "monitoring", "comparison", "system",
                                    "business", "training", "deployment", "cohort_drift"});
  check_words(parse_artefact_match, {"match", "mismatch", "not_reachable"});
  check_words(parse_deletion_ground, {"retention", "legal"});
  check_words(parse_report_kind, {"incident", "rollout", "period"});
  check_words(parse_report_format, {"text", "md", "html", "json"});
  CHECK(parse_role("boss").error().message.find("\"boss\" is not a role; known are admin, deployer") == 0);
}

TEST_CASE("a scope says where it reaches, in one spelling") {
  for (const auto* text : {"all", "environment=staging", "model=a/b", "environment=staging,model=a/b"}) {
    const auto scope = parse_scope(text);
    REQUIRE(scope.ok());
    CHECK(to_text(*scope) == text);
  }
  for (const auto* text :
       {"", "*", "All", "environment=", "model=", "environment=*", "model=*", "environment=a/b", "model=a b",
        "model=m,environment=e", "environment=e,", "environment=e,model=", "environment=e,all",
        "environment=e,environment=e", "model=m,model=m", "all,model=m", "environment=e model=m"}) {
    INFO(text);
    CHECK(!parse_scope(text).ok());
  }
  CHECK(Scope{}.covers("staging", "m"));
  CHECK(Scope{"staging", "*"}.covers("staging", "m"));
  CHECK(!Scope{"staging", "*"}.covers("production", "m"));
  CHECK(!Scope{"*", "m"}.covers("staging", "n"));
  CHECK(Scope{"staging", "m"}.covers("staging", "m"));
}

TEST_CASE("a grant is a role, with a scope where it is not for all") {
  for (const auto* text : {"admin", "deployer@environment=staging", "incident-commander@model=m"}) {
    const auto grant = parse_grant(text);
    REQUIRE(grant.ok());
    CHECK(to_text(*grant) == text);
  }
  for (const auto* text :
       {"", "admin@", "admin@all", "@all", "boss", "admin@environment=*", "admin@@model=m", "admin "}) {
    INFO(text);
    CHECK(!parse_grant(text).ok());
  }
}

TEST_CASE("a rollout's id is taken apart from its end, since a model's name may hold slashes") {
  const auto id = parse_rollout_id("team/logistic/v2/staging/12");
  REQUIRE(id.ok());
  CHECK(id->name == "team/logistic/v2");
  CHECK(id->environment == "staging");
  CHECK(id->number == 12);
  CHECK(to_text(*id) == "team/logistic/v2/staging/12");
  for (const auto* text : {"", "/", "//", "m/e", "m/e/", "m/e/0", "m/e/01", "m/e/-1", "m/e/1 ", "/e/1", "m//1", "m/e/x",
                           "m/e/9007199254740992", "e/1"}) {
    INFO(text);
    CHECK(!parse_rollout_id(text).ok());
  }
  const std::string long_name(100, 'm');
  const std::string long_environment(89, 'e');
  CHECK(parse_rollout_id(long_name + "/" + long_environment + "/1").ok());
  CHECK(!parse_rollout_id(long_name + "/" + long_environment + "/12").ok());
}
