#include "tests/events/examples.h"

#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"

namespace cairn::examples {
namespace {

Bytes spki_of(char seed) {
  auto key = PrivateKey::from_ed25519_seed(Bytes(32, seed));
  REQUIRE(key.ok());
  return key->public_key().spki();
}

Decimal decimal(std::string_view text) {
  const auto value = Decimal::parse(text);
  REQUIRE(value.ok());
  return *value;
}

// Every kind of character that has a spelling of its own.
const std::string odd_text = "a\nb \"quoted\" back\\slash / \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80";
const Hash ones = [] {
  Hash hash;
  hash.bytes.fill(0xff);
  return hash;
}();

std::string long_name() {
  return "Z" + std::string(127, '/');
}
std::string long_environment() {
  return "e" + std::string(42, '-');
}
std::string long_rollout() {
  return "Z" + std::string(127, '/') + "/" + long_environment() + "/9007199254740991";
}
std::set<std::string> many_handles() {
  std::set<std::string> handles;
  for (int i = 0; i < 64; ++i) handles.insert("Z" + std::string(125, '/') + std::to_string(10 + i));
  return handles;
}
std::string long_text() {
  return std::string(max_text_bytes - 4, '"') + "\xf0\x9f\x98\x80";
}
const std::string long_incident = "INC-9007199254740991";

std::set<std::string> many_names() {
  std::set<std::string> names;
  for (int i = 0; i < 64; ++i) names.insert(str(i, std::string(120, '-')));
  return names;
}

std::vector<Event> largest_of_the_log(const Bytes& raw) {
  const std::string vkey(512, 'k');
  return {
      LogKeyAdded{vkey, raw},
      LogKeyRetired{vkey, odd_text},
      LogKeyCompromised{vkey, max_count, odd_text},
      ClockCorrected{static_cast<Millis>(max_count), odd_text},
      LedgerForked{std::string(255, 'o'), max_count, ones, odd_text, vkey, raw, odd_text},
  };
}

std::vector<Event> largest_emergencies() {
  const Seq last = max_count;
  const Scope wide{long_environment(), long_name()};
  const std::vector<Guard> all_guards = {Guard::soak, Guard::freeze, Guard::approvals, Guard::gates};
  return {
      LockdownEngaged{wide, odd_text},
      LockdownLiftRequested{wide, odd_text},
      LockdownLifted{wide, odd_text},
      FreezeDeclared{wide, static_cast<Millis>(max_count), odd_text},
      FreezeEnded{wide, odd_text},
      BreakGlassInvoked{long_name(), long_environment(), all_guards, static_cast<Millis>(max_count), long_incident,
                        odd_text},
      BreakGlassReviewed{long_name(), long_environment(), odd_text},
      IncidentOpened{long_incident, Severity::low, odd_text, long_name(), long_environment()},
      IncidentAcknowledged{long_incident, odd_text},
      IncidentNoted{long_incident, odd_text, {0, 1, last - 1, last}},
      IncidentEscalated{long_incident, Severity::low, odd_text, odd_text},
      IncidentMitigated{long_incident, odd_text},
      IncidentResolved{long_incident, odd_text},
      PostmortemPublished{long_incident, std::string(1024, 'f'), ones, max_count},
      ActionOpened{long_incident, max_count, long_name(), static_cast<Millis>(max_count), odd_text},
      ActionClosed{long_incident, max_count, odd_text},
      IncidentClosed{long_incident},
      ReportRecorded{ReportKind::period, odd_text, ReportFormat::json, ones, max_count, max_count},
  };
}

}  // namespace

Hash hash_of(std::string_view text) {
  return sha256(text);
}

namespace {

std::vector<Event> typical_emergencies() {
  return {
      LockdownEngaged{{"production", "logistic"}, "unsafe answers"},
      LockdownLiftRequested{{"production", "logistic"}, "the filter was mended"},
      LockdownLifted{{"production", "logistic"}, "seen on 500 answers"},
      FreezeDeclared{{"production", "*"}, 1764547200000, "year-end"},
      FreezeEnded{{"production", "*"}, "books are closed"},
      BreakGlassInvoked{
          "logistic", "production", {Guard::soak, Guard::approvals}, 1763888400000, "INC-7", "fix for it"},
      BreakGlassReviewed{"logistic", "production", "one step, as said; the fix held"},
      IncidentOpened{"INC-7", Severity::critical, "Unsafe answers", "logistic", "production"},
      IncidentAcknowledged{"INC-7", "looking at it"},
      IncidentNoted{"INC-7", "began with the deployment of entry 30", {17, 30}},
      IncidentEscalated{"INC-7", Severity::critical, "team lead", "users are affected"},
      IncidentMitigated{"INC-7", "rolled back"},
      IncidentResolved{"INC-7", "the filter was mended"},
      PostmortemPublished{"INC-7", "INC-7.md", hash_of("post-mortem"), 4096},
      ActionOpened{"INC-7", 1, "erin", 1764547200000, "add the answers to the test set"},
      ActionClosed{"INC-7", 1, "merged, 120 cases"},
      IncidentClosed{"INC-7"},
      ReportRecorded{ReportKind::incident, "INC-7", ReportFormat::md, hash_of("report"), 20480, 64},
  };
}

}  // namespace

std::vector<Event> typical_events() {
  const Hash model = hash_of("model");
  const Hash before = hash_of("model before");
  const Grant everywhere{Role::admin, {}};
  const Grant staging{Role::deployer, {"staging", "*"}};
  std::vector<Event> events = {
      LedgerCreated{origin, NoteVerifier::for_log(origin, log_key().public_key())->vkey(), hash_of("nonce"),
                    spki_of('r')},
      ActorEnrolled{"ci", ActorKind::service, "dana", spki_of('c'), Bytes(64, 'p'), {everywhere, staging}},
      RoleGranted{"erin", {Role::approver, {"production", "logistic"}}},
      RoleRevoked{"erin", {Role::incident_commander, {}}},
      KeyAdded{"dana", spki_of('d'), Bytes(64, 'p')},
      KeyRevoked{"dana", hash_of("key"), 1763884800000, "laptop stolen"},
      AdministrationRequested{R"([{"type":"role.granted/1","handle":"erin","grant":"approver"}])"},
      PolicyProposed{"{\n\t\"name\": \"guide\"\r\n}"},
      PolicyApproved{hash_of("policy"), hash_of("policy before")},
      PolicyAdopted{hash_of("policy"), hash_of("policy before")},
      LogKeyAdded{NoteVerifier::for_log(origin, log_key().public_key())->vkey(), Bytes(64, 'p')},
      LogKeyRetired{NoteVerifier::for_log(origin, log_key().public_key())->vkey(), "yearly"},
      LogKeyCompromised{NoteVerifier::for_log(origin, log_key().public_key())->vkey(), 31, "the host was taken over"},
      ClockCorrected{1795420800000, "the host ran a year ahead"},
      LedgerForked{origin, 42, hash_of("root"),
                   "example.com/models\n57\nbm90IGEgcm9vdA==\n\n\xe2\x80\x94 example.com/models AQ==\n",
                   NoteVerifier::for_log("example.com/models/2", log_key().public_key())->vkey(), Bytes(64, 'p'),
                   "everything after Monday is lost"},
      ModelRegistered{"logistic", "20261123_023138", model, 2, 18331},
      EvidenceRecorded{EvidenceKind::metrics,
                       model,
                       "",
                       "logistic_metrics_20261123_023138.json",
                       hash_of("file"),
                       214,
                       {{"accuracy", decimal("0.9430288461538462")}, {"roc_auc", decimal("NaN")}},
                       {"roc_auc is NaN, which no gate can compare"}},
      AlertAcknowledged{41, "known: the feed was late"},
      RetrainingRequested{model, "drift score above 0.15", "https://example.com/issues/12"},
      DueRecorded{DueKind::check, "logistic/production", 1763884800000},
      ArtefactChecked{model, ArtefactMatch::match},
      ModelArchived{before, "production", model},
      ModelQuarantined{model, "scores drift on weekends"},
      ModelReleased{model, "the feed was fixed"},
      ModelRetired{before, "trained on data that was withdrawn"},
      RetentionSet{model, {"eu-mdr", "hipaa"}},
      HoldPlaced{"LEX-7", "logistic", "claim of a patient"},
      HoldReleased{"LEX-7", "logistic", "settled"},
      ArtefactDeleted{before, DeletionGround::retention, "kept for a year"},
      AttachmentErased{hash_of("post-mortem"), 61, {}, DeletionGround::legal, "names a patient"},
      RolloutProposed{"logistic/production/3", model, "logistic", "production"},
      RolloutAdvanced{"logistic/production/3", Stage::canary, 10},
      RolloutPaused{"logistic/production/3", "waiting for the weekend"},
      RolloutResumed{"logistic/production/3", "the weekend was quiet"},
      RolloutAborted{"logistic/production/3", "error rate doubled"},
      StakeholdersNotified{"logistic/production/3", "ml-users@example.com"},
      RollbackBegun{"logistic/production/4", "logistic", "production", model, before, "accuracy fell to 0.81", "INC-6"},
      RollbackExecuted{"logistic", "production", model, before, Trigger::safety, "unsafe answers", "INC-7"},
      SlotEmptied{"logistic", "production", model, Trigger::system, "out of memory", "INC-8"},
      DrillRecorded{"logistic", "production", model, before, Trigger::system, ArtefactMatch::match, "quarterly drill"},
      ApprovalGranted{
          "logistic/production/3", model, "production", Stage::full, hash_of("rules"), {17, 21, 30}, "looks good"},
      ApprovalDenied{"logistic/production/3", Stage::full, "ece is close to its limit"},
      ApprovalWithdrawn{"logistic/production/3", Stage::full, "new drift report"},
      ApprovalRequested{"logistic/production/3", Stage::full, {"ben", "erin"}, "canary ends tonight"},
  };
  const std::vector<Event> more = typical_emergencies();
  events.insert(events.end(), more.begin(), more.end());
  return events;
}

std::vector<Event> smallest_events() {
  return {
      LedgerCreated{"o", "k", {}, "r"},
      ActorEnrolled{"a", ActorKind::person, "", "k", "p", {}},
      RoleGranted{"a", {Role::admin, {}}},
      RoleRevoked{"a", {Role::admin, {"e", "*"}}},
      KeyAdded{"a", "k", "p"},
      KeyRevoked{"a", {}, 0, ""},
      AdministrationRequested{" "},
      PolicyProposed{" "},
      PolicyApproved{},
      PolicyAdopted{},
      LogKeyAdded{"k", "p"},
      LogKeyRetired{"k", "w"},
      LogKeyCompromised{"k", 0, "w"},
      ClockCorrected{0, "w"},
      LedgerForked{"o", 0, {}, "", "k", "p", "w"},
      ModelRegistered{"m", "1", {}, 0, 0},
      EvidenceRecorded{EvidenceKind::structure, {}, "", "f", {}, 0, {}, {}},
      AlertAcknowledged{0, ""},
      RetrainingRequested{{}, "w", ""},
      DueRecorded{DueKind::check, "w", 0},
      ArtefactChecked{},
      ModelArchived{{}, "e", {}},
      ModelQuarantined{{}, "w"},
      ModelReleased{{}, "w"},
      ModelRetired{{}, "w"},
      RetentionSet{},
      HoldPlaced{"L", "", "w"},
      HoldReleased{"L", "", "w"},
      ArtefactDeleted{{}, DeletionGround::retention, "w"},
      AttachmentErased{{}, 0, {}, DeletionGround::retention, "w"},
      RolloutProposed{"m/e/1", {}, "m", "e"},
      RolloutAdvanced{"m/e/1", Stage::shadow, 0},
      RolloutPaused{"m/e/1", "w"},
      RolloutResumed{"m/e/1", ""},
      RolloutAborted{"m/e/1", "w"},
      StakeholdersNotified{"m/e/1", "w"},
      RollbackBegun{"m/e/1", "m", "e", {}, {}, "w", "INC-1"},
      RollbackExecuted{"m", "e", {}, {}, Trigger::regression, "w", "INC-1"},
      SlotEmptied{"m", "e", {}, Trigger::regression, "w", "INC-1"},
      DrillRecorded{"m", "e", {}, {}, Trigger::regression, ArtefactMatch::match, ""},
      ApprovalGranted{"m/e/1", {}, "e", Stage::shadow, {}, {}, ""},
      ApprovalDenied{"m/e/1", Stage::shadow, ""},
      ApprovalWithdrawn{"m/e/1", Stage::shadow, ""},
      ApprovalRequested{"m/e/1", Stage::shadow, {}, ""},
      LockdownEngaged{{}, "w"},
      LockdownLiftRequested{{}, "w"},
      LockdownLifted{{}, ""},
      FreezeDeclared{{}, 0, "w"},
      FreezeEnded{{}, ""},
      BreakGlassInvoked{"m", "e", {Guard::soak}, 0, "INC-1", "w"},
      BreakGlassReviewed{"m", "e", "w"},
      IncidentOpened{"INC-1", Severity::critical, "w", "m", "e"},
      IncidentAcknowledged{"INC-1", ""},
      IncidentNoted{"INC-1", "w", {}},
      IncidentEscalated{"INC-1", Severity::critical, "w", "w"},
      IncidentMitigated{"INC-1", "w"},
      IncidentResolved{"INC-1", "w"},
      PostmortemPublished{"INC-1", "f", {}, 0},
      ActionOpened{"INC-1", 0, "a", 0, "w"},
      ActionClosed{"INC-1", 0, "w"},
      IncidentClosed{"INC-1"},
      ReportRecorded{ReportKind::incident, "w", ReportFormat::text, {}, 0, 0},
  };
}

std::vector<Event> largest_events() {
  NamedValues values;
  for (const auto* text : {"NaN", "Infinity", "-Infinity", "0", "-999999999999999999.999999999999999999",
                           "999999999999999999.999999999999999999", "0.000000000000000001"}) {
    values[str("v", values.size(), std::string(126, '.'))] = decimal(text);
  }
  std::vector<Grant> grants;
  for (int role = 0; role <= static_cast<int>(Role::auditor); ++role) {
    grants.push_back({static_cast<Role>(role), {}});
    grants.push_back({static_cast<Role>(role), {"*", long_name()}});
    grants.push_back({static_cast<Role>(role), {long_environment(), long_name()}});
  }
  const std::vector<std::string> findings(64, odd_text);
  const Bytes raw = [] {
    Bytes bytes;
    for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i);
    return bytes;
  }();
  std::string document;
  for (int c = 1; c < 0x80; ++c) document += static_cast<char>(c);
  document += odd_text;
  const Seq last = max_count;
  std::vector<Event> events = {
      LedgerCreated{std::string(255, 'o'), std::string(512, 'k'), ones, raw},
      ActorEnrolled{long_name(), ActorKind::service, long_name(), raw, raw, grants},
      RoleGranted{long_name(), {Role::auditor, {long_environment(), long_name()}}},
      RoleRevoked{long_name(), {Role::auditor, {"*", long_name()}}},
      KeyAdded{long_name(), raw, raw},
      KeyRevoked{long_name(), ones, static_cast<Millis>(max_count), long_text()},
      AdministrationRequested{document},
      PolicyProposed{document},
      PolicyApproved{ones, ones},
      PolicyAdopted{ones, ones},
      ModelRegistered{long_name(), long_name(), ones, max_count, max_count},
      EvidenceRecorded{EvidenceKind::monitoring, ones, long_environment(), std::string(1024, 'f'), ones, max_count,
                       values, findings},
      AlertAcknowledged{max_count, odd_text},
      RetrainingRequested{ones, odd_text, odd_text},
      DueRecorded{DueKind::approval, odd_text, static_cast<Millis>(max_count)},
      ArtefactChecked{ones, ArtefactMatch::not_reachable},
      ModelArchived{ones, long_environment(), ones},
      ModelQuarantined{ones, odd_text},
      ModelReleased{ones, odd_text},
      ModelRetired{ones, long_text()},
      RetentionSet{ones, many_names()},
      HoldPlaced{long_name(), long_name(), odd_text},
      HoldReleased{long_name(), long_name(), odd_text},
      ArtefactDeleted{ones, DeletionGround::legal, odd_text},
      AttachmentErased{ones, max_count, ones, DeletionGround::legal, odd_text},
      RolloutProposed{long_rollout(), ones, long_name(), long_environment()},
      RolloutAdvanced{long_rollout(), Stage::full, 100},
      RolloutPaused{long_rollout(), odd_text},
      RolloutResumed{long_rollout(), odd_text},
      RolloutAborted{long_rollout(), long_text()},
      StakeholdersNotified{long_rollout(), odd_text},
      RollbackBegun{long_rollout(), long_name(), long_environment(), ones, ones, odd_text, long_incident},
      RollbackExecuted{long_name(), long_environment(), ones, {}, Trigger::system, odd_text, long_incident},
      SlotEmptied{long_name(), long_environment(), ones, Trigger::system, odd_text, long_incident},
      DrillRecorded{long_name(), long_environment(), ones, ones, Trigger::system, ArtefactMatch::not_reachable,
                    odd_text},
      ApprovalGranted{long_rollout(), ones, long_environment(), Stage::full, ones, {0, 1, last - 1, last}, odd_text},
      ApprovalDenied{long_rollout(), Stage::full, odd_text},
      ApprovalWithdrawn{long_rollout(), Stage::full, odd_text},
      ApprovalRequested{long_rollout(), Stage::full, many_handles(), odd_text},
  };
  for (const std::vector<Event>& more : {largest_emergencies(), largest_of_the_log(raw)}) {
    events.insert(events.end(), more.begin(), more.end());
  }
  return events;
}

Statement statement_of(std::vector<Event> events) {
  Statement statement;
  statement.ledger = hash_of("ledger");
  statement.id = "5f0c1e7a9b3d4c2e8a6f1b0d7c9e3a52";
  statement.author = "dana";
  statement.at = 1763884800000;
  statement.expires = statement.at + default_validity;
  statement.basis = {42, hash_of("root")};
  statement.expects = {{"model:logistic", 17}, {"rollout:logistic/production/3", 40}};
  statement.events = std::move(events);
  return statement;
}

Bytes payload_of(std::vector<Event> events) {
  auto payload = encode_statement(statement_of(std::move(events)), origin);
  if (!payload.ok()) FAIL(payload.error().message);
  return *payload;
}

Statement golden_statement() {
  const auto events = typical_events();
  auto statement = statement_of({events[15], events[30]});
  statement.expects = {{"model:logistic", 17}};
  return statement;
}

Envelope golden_envelope() {
  auto payload = encode_statement(golden_statement(), origin);
  auto key = PrivateKey::from_ed25519_seed(Bytes(32, 'd'));
  REQUIRE(payload.ok());
  REQUIRE(key.ok());
  auto envelope = sign_statement(*payload, *key);
  REQUIRE(envelope.ok());
  return *envelope;
}

Entry golden_entry() {
  const auto envelope = golden_envelope();
  return {golden_statement().at + 1234, "gates_not_passed", envelope.signatures, envelope.payload};
}

PrivateKey log_key() {
  auto key = PrivateKey::from_ed25519_seed(Bytes(32, 'l'));
  REQUIRE(key.ok());
  return *key;
}

Hash second_leaf() {
  return leaf_hash("the second entry");
}

std::string read_file_of_tests(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  INFO("reading " << path);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace cairn::examples
