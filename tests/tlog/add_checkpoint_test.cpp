#include "ledger/tlog/add_checkpoint.h"

#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/texts.h"

using namespace cairn;

namespace {

// The example of C2SP tlog-witness, with the first two hashes of its proof.
const std::string published_body =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

}  // namespace

TEST_CASE("the specification's request is taken apart, and written as it was") {
  const AddCheckpoint request = parse_add_checkpoint(published_body).value();
  CHECK(request.old_size == 20852014);
  CHECK(request.proof.size() == 2);
  CHECK(request.note.starts_with("example.com/behind-the-sofa\n20852163\n"));
  CHECK(format_add_checkpoint(request) == published_body);
  const AddCheckpoint first = parse_add_checkpoint("old 0\n\nnote").value();
  CHECK(first.old_size == 0);
  CHECK(first.proof.empty());
  CHECK(first.note == "note");
}

TEST_CASE("a request has one spelling") {
  for (const std::string& other : {std::string(),
                                   std::string("\n\n"),
                                   std::string("old 0\n"),
                                   std::string("old 0"),
                                   "\n" + published_body,
                                   " " + published_body,
                                   replaced(published_body, "old 2", "old  2"),
                                   replaced(published_body, "old 2", "old 02"),
                                   replaced(published_body, "old 2", "old +2"),
                                   replaced(published_body, "old 2", "Old 2"),
                                   replaced(published_body, "old 20852014", "old"),
                                   replaced(published_body, "old 20852014", "old "),
                                   replaced(published_body, "old 20852014", "old 18446744073709551616"),
                                   replaced(published_body, "014\n", "014\r\n"),
                                   replaced(published_body, "014\n", "014 \n"),
                                   replaced(published_body, "kaw=", "kaw"),
                                   replaced(published_body, "kaw=", "kax="),
                                   replaced(published_body, "kaw=\n", "kaw=\r\n"),
                                   replaced(published_body, "PlRN", " PlRN"),
                                   replaced(published_body, "PlRN", "PlR"),
                                   replaced(published_body, "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=", "YWJj")}) {
    CAPTURE(other);
    CHECK_FALSE(parse_add_checkpoint(other).ok());
  }
}

TEST_CASE("a request proves with at most 63 hashes") {
  AddCheckpoint request{1, std::vector<Hash>(63, leaf_hash("a")), "note"};
  CHECK(parse_add_checkpoint(format_add_checkpoint(request))->proof == request.proof);
  const std::string one_more = to_base64(leaf_hash("b").view()) + "\n";
  CHECK_FALSE(parse_add_checkpoint(replaced(format_add_checkpoint(request), "old 1\n", "old 1\n" + one_more)).ok());
}
