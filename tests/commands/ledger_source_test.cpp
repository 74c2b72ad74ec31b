#include "commands/ledger_source.h"

#include "commands/session.h"
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/store_in_front.h"
#include "verify/audit.h"

namespace cairn::test {
namespace {

// To who asks for its head first it shows an older one: others append while it is read.
class Growing : public StoreInFront {
 public:
  Growing(const Store& store, Tip older) : StoreInFront(store), older_(std::move(older)) {}
  Result<Tip> tip() const override { return asked_++ == 0 ? Result<Tip>(older_) : StoreInFront::tip(); }

 private:
  Tip older_;
  mutable int asked_ = 0;
};

// A row of its index speaks of an entry that nobody wrote.
class Foretelling final : public Growing {
 public:
  using Growing::Growing;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override {
    auto found = Growing::find(tag, from, limit);
    if (found && tag == "model:logistic") found->push_back(99999);
    return found;
  }
};

TEST_CASE("a ledger that grows while it is verified is verified up to the head that it had") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.grow(600);
  Tip older;
  lived.with_session([&older](Session& session) { older = session.store().tip().value(); });
  lived.register_model("newcomer", "v1", "0.9");
  lived.grow(600);
  lived.with_session([&older](Session& session) {
    const Growing store(session.store(), older);
    const auto report = audit(LedgerSource(store, session.attachments()), {});
    REQUIRE(report.ok());
    for (const Finding& finding : report->findings) UNSCOPED_INFO(finding.what);
    CHECK(report->verified());
    CHECK(report->head.size == older.size);
    CHECK(report->checkpoints < session.store().checkpoints(0, 10000)->size());

    const Foretelling foretelling(session.store(), older);
    const auto doctored = audit(LedgerSource(foretelling, session.attachments()), {});
    REQUIRE(doctored.ok());
    CHECK_FALSE(doctored->verified());
  });
}

}  // namespace
}  // namespace cairn::test
