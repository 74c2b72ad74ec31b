// FORMAT.md is held against the programs: each fenced example with a name behind its language is read here.
#include <map>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/base/ustar.h"
#include "ledger/events/entry.h"
#include "ledger/events/policy.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/proof_file.h"
#include "ledger/tlog/tree.h"
#include "ledger/tlog/witness_policy.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

using namespace cairn;

namespace {

// The blocks by their info string ("json event"), in order; each without its last newline.
std::multimap<std::string, std::string> read_blocks() {
  const auto page = examples::read_file_of_tests(CAIRN_SOURCE "/ledger/FORMAT.md");
  std::multimap<std::string, std::string> blocks;
  const std::string fence = "```";
  std::string name;
  std::string content;
  bool inside = false;
  for (const auto line : split(page, '\n')) {
    if (!line.starts_with(fence)) {
      if (inside) content += str(line, '\n');
      continue;
    }
    if (inside) {
      if (!content.empty()) content.pop_back();
      blocks.emplace(name, content);
    }
    name = std::string(line.substr(fence.size()));
    content.clear();
    inside = !inside;
  }
  REQUIRE(!inside);
  return blocks;
}

std::string block(const std::string& name) {
  static const auto blocks = read_blocks();
  INFO("the block " << name);
  REQUIRE(blocks.count(name) == 1);
  return blocks.find(name)->second;
}

std::string golden(const std::string& name) {
  return examples::read_file_of_tests(str(CAIRN_GOLDEN "/format/", name));
}

// The entry's hexadecimal column, then the statement.
Bytes entry_of_page() {
  const auto rows = block("text entry");
  std::string digits;
  for (const auto line : split(rows, '\n')) digits += line.substr(0, line.find(' '));
  const auto bytes = from_hex(digits);
  REQUIRE(bytes.ok());
  return *bytes + block("json statement");
}

NoteVerifier log_of_page() {
  const auto log = NoteVerifier::from_vkey(block("text vkey"));
  REQUIRE(log.ok());
  return *log;
}

}  // namespace

TEST_CASE("FORMAT.md's statement is what the golden file holds and what the encoder writes") {
  const auto page = block("json statement");
  CHECK(page == golden("statement.json"));
  CHECK(page == examples::golden_envelope().payload);
  const auto statement = decode_statement(page);
  REQUIRE(statement.ok());
  CHECK(statement->id == examples::golden_statement().id);
}

TEST_CASE("FORMAT.md's DSSE envelope holds its statement, signed by the key that it names") {
  const auto page = block("json dsse") + "\n";
  CHECK(page == golden("statement.dsse.json"));
  CHECK(page == format_dsse(examples::golden_envelope()));
  const auto envelope = parse_dsse(page);
  REQUIRE(envelope.ok());
  CHECK(envelope->payload == block("json statement"));
}

TEST_CASE("FORMAT.md's entry is the golden file's, field by field, with its leaf hash") {
  const auto page = entry_of_page();
  CHECK(page == golden("entry.bin"));
  CHECK(page == encode_entry(examples::golden_entry()));
  CHECK(leaf_hash(page).hex() == block("text leaf"));
  const auto entry = decode_entry(page);
  REQUIRE(entry.ok());
  CHECK(entry->outcome == "gates_not_passed");
}

TEST_CASE("FORMAT.md shows every event type once, as the decoder reads it") {
  const auto blocks = read_blocks();
  const auto [begin, end] = blocks.equal_range("json event");
  const auto typical = examples::typical_events();
  std::size_t index = 0;
  for (auto example = begin; example != end; ++example, ++index) {
    INFO(example->second);
    REQUIRE(index < typical.size());
    const auto payload = examples::payload_of({typical[index]});
    const auto at = payload.find("\"events\":[") + 10;
    CHECK(payload.substr(at, payload.size() - at - 3) == example->second);
    CHECK(decode_statement(payload).ok());
  }
  CHECK(index == typical.size());
}

TEST_CASE("FORMAT.md's tables list the members of each event in their order") {
  const auto page = examples::read_file_of_tests(CAIRN_SOURCE "/ledger/FORMAT.md");
  for (const auto& event : examples::typical_events()) {
    INFO(wire_name(event));
    const auto section = page.find(str("#### `", wire_name(event), "`\n"));
    REQUIRE(section != std::string::npos);
    const auto text = page.substr(section, page.find("```", section) - section);
    const auto payload = nlohmann::ordered_json::parse(examples::payload_of({event}));
    std::string expected;
    std::string listed;
    for (const auto& member : payload["predicate"]["events"][0].items()) {
      if (member.key() != "type") expected += member.key() + " ";
    }
    for (const auto line : split(text, '\n')) {
      if (line.starts_with("| `")) listed += str(line.substr(3, line.find('`', 3) - 3), ' ');
    }
    CHECK(listed == expected);
  }
}

TEST_CASE("FORMAT.md's possession text is the one that keys sign") {
  const auto key = PrivateKey::from_ed25519_seed(Bytes(32, 'd'));
  CHECK(possession_text("dana", key->public_key().id()) == block("text possession") + "\n");
  const auto page = examples::read_file_of_tests(CAIRN_SOURCE "/ledger/FORMAT.md");
  CHECK(page.find(str("the key `", to_base64(key->public_key().spki()), "`")) != std::string::npos);
}

TEST_CASE("FORMAT.md's checkpoint, inclusion proof and consistency file prove its entry") {
  const auto log = log_of_page();
  const auto note = block("text checkpoint") + "\n";
  const auto checkpoint = open_checkpoint(note, log);
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->origin == examples::origin);
  const auto leaf = leaf_hash(entry_of_page());

  const auto proof = parse_proof_file(block("text tlog-proof") + "\n");
  REQUIRE(proof.ok());
  CHECK(proof->checkpoint == note);
  CHECK(verify_proof_file(*proof, leaf, log).ok());
  CHECK(!verify_proof_file(*proof, examples::second_leaf(), log).ok());

  const auto consistency = parse_consistency_file(block("text consistency") + "\n");
  REQUIRE(consistency.ok());
  CHECK(
      check_consistency(consistency->old_size, leaf, consistency->new_size, checkpoint->head.root, consistency->hashes)
          .ok());
}

TEST_CASE("FORMAT.md's cosignature is its witness's, of its checkpoint and at its time") {
  const auto note = block("text checkpoint") + "\n";
  const auto witness = NoteVerifier::from_witness_vkey(block("text witness-vkey"));
  REQUIRE(witness.ok());
  const auto cosignature =
      open_cosignature(block("text cosignature") + "\n", note.substr(0, note.rfind("\n\n") + 1), *witness);
  REQUIRE(cosignature.ok());
  CHECK(cosignature->time == 1795815000);
  const auto both = open_note(note + cosignature->line, std::vector{log_of_page(), *witness});
  REQUIRE(both.ok());
  CHECK(both->verified_by.size() == 2);
}

TEST_CASE("FORMAT.md's witness policy is in the spelling that is written, and met by its cosigned checkpoint") {
  const auto text = block("text witness-policy") + "\n";
  const auto policy = parse_witness_policy(text);
  REQUIRE(policy.ok());
  CHECK(format_witness_policy(*policy) == text);
  const auto note = block("text checkpoint") + "\n";
  const auto bare = check_witnessed(note, std::vector{log_of_page()}, *policy);
  REQUIRE(bare.ok());
  CHECK(bare->lacks == "auditor");
  const auto cosigned = check_witnessed(note + block("text cosignature") + "\n", std::vector{log_of_page()}, *policy);
  REQUIRE(cosigned.ok());
  CHECK(cosigned->lacks.empty());
}

TEST_CASE("FORMAT.md's bundle holds its checkpoint, entry and proof, and is the archive that tar wrote of them") {
  const std::map<std::string, Bytes> files = {{"checkpoint", block("text checkpoint") + "\n"},
                                              {"entry/0", entry_of_page()},
                                              {"entry/0.tlog-proof", block("text tlog-proof") + "\n"}};
  Bytes archive;
  std::string listed;
  for (const auto& [name, content] : files) {
    archive += ustar_header(name, content.size()) + content + ustar_padding(content.size());
    listed += str(name, ' ', content.size(), '\n');
  }
  archive += ustar_end();
  CHECK(listed == block("text bundle-files") + "\n");
  CHECK(sha256(archive).hex() == block("text bundle-sha256"));
  CHECK(archive == golden("bundle.tar"));

  const auto rows = block("text bundle-header");
  Bytes header(ustar_block, '\0');
  for (const auto line : split(rows, '\n')) {
    const auto at = parse_uint(line.substr(0, line.find(' ')));
    REQUIRE(at.ok());
    const auto value = line.substr(line.find(' ') + 1);
    header.replace(static_cast<std::size_t>(*at), value.size(), value);
  }
  header[155] = ' ';  // behind the sum
  CHECK(header == archive.substr(0, ustar_block));
}

TEST_CASE("FORMAT.md's stage rules are those of production's canary in the default policy") {
  const auto policy = parse_policy(examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-default.json"));
  REQUIRE(policy.ok());
  const auto* canary = policy->stage("production", Stage::canary, "net");
  REQUIRE(canary != nullptr);
  const auto text = block("text stage-rules") + "\n";
  CHECK(stage_rules_text(*policy, "production", *canary) == text);
  CHECK(sha256(text) == canary->hash);
  CHECK(canary->hash.hex() == block("text stage-rules-hash"));
}
