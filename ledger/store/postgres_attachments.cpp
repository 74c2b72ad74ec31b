#include <mutex>

#include "ledger/base/text.h"
#include "ledger/store/attachments.h"
#include "ledger/store/postgres_link.h"

namespace cairn {
namespace {

constexpr PostgresStatement begin = {nullptr, "BEGIN"};
constexpr PostgresStatement insert_content = {
    nullptr, "INSERT INTO cairn.attachment (digest, content) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING"};
constexpr PostgresStatement delete_content = {nullptr, "DELETE FROM cairn.attachment WHERE digest = $1"};
constexpr PostgresStatement read_content = {nullptr, "SELECT content FROM cairn.attachment WHERE digest = $1"};
constexpr PostgresStatement find_content = {nullptr, "SELECT digest FROM cairn.attachment WHERE digest = $1"};
constexpr PostgresStatement list_digests = {nullptr, "SELECT digest FROM cairn.attachment ORDER BY digest"};
constexpr PostgresStatement end = {nullptr, "COMMIT"};

class PostgresAttachments final : public Attachments {
 public:
  PostgresAttachments(PostgresLink link, LinkUse use) : link_(std::move(link)), use_(use) {}

  // One that is damaged goes first. Two who put the same at once put the same.
  Result<Hash> put(BytesView content) const override {
    TRY(check_attachment_size(content));
    const Hash digest = sha256(content);
    if (get(digest).ok()) return digest;
    TRY(change(
        {{delete_content, {as_bytes(digest.view())}}, {insert_content, {as_bytes(digest.view()), as_bytes(content)}}}));
    return digest;
  }

  Result<Bytes> get(const Hash& digest) const override {
    TRY_LET(rows, run({read_content, {as_bytes(digest.view())}}));
    if (rows.count() == 0) {
      return fault(str("the attachment ", digest.hex(), " is not in the ledger at ", link_.place(),
                       ": it was erased, or is missing"));
    }
    if (sha256(rows.bytes(0, 0)) == digest) return Bytes(rows.bytes(0, 0));
    return not_verified(str("the attachment ", digest.hex(), " in the ledger at ", link_.place(),
                            " holds other bytes than its name says; restore it from a copy"));
  }

  Result<bool> has(const Hash& digest) const override {
    TRY_LET(rows, run({find_content, {as_bytes(digest.view())}}));
    return rows.count() == 1;
  }

  Result<void> erase(const Hash& digest) const override {
    TRY_LET(there, has(digest));
    if (!there) return {};
    return change({{delete_content, {as_bytes(digest.view())}}});
  }

  Result<std::vector<Hash>> list() const override {
    TRY_LET(rows, run({list_digests, {}}));
    std::vector<Hash> digests;
    for (std::size_t row = 0; row < rows.count(); ++row) {
      TRY_LET(digest, Hash::from_bytes(rows.bytes(row, 0)));
      digests.push_back(digest);
    }
    return digests;
  }

 private:
  Result<PostgresRows> run(const PostgresCall& call) const {
    const std::lock_guard lock(mutex_);
    return link_.ask([&](PostgresConnection& connection) { return connection.run(call); });
  }

  // In one transaction, and durable. A connection that is lost on the way leaves all or nothing; what was done twice is
  // done.
  Result<void> change(std::vector<PostgresCall> calls) const {
    if (use_ == LinkUse::read) return fault(str("the ledger at ", link_.place(), " was opened for reading only"));
    const std::lock_guard lock(mutex_);
    const Result<PostgresRows> done = link_.ask([&](PostgresConnection& connection) -> Result<PostgresRows> {
      const std::string durably = str("SET LOCAL synchronous_commit TO ", link_.synchronous_commit());
      std::vector<PostgresCall> all{{begin, {}}, {{nullptr, durably.c_str()}, {}}};
      all.insert(all.end(), calls.begin(), calls.end());
      all.push_back({end, {}});
      connection.take_warning();
      TRY_LET(rows, connection.run_all(all));
      if (connection.take_warning()) return unavailable("the server ended a commit with a warning");
      return rows;
    });
    if (!done.ok()) link_.drop();  // with a transaction that may be open
    TRY(done);
    return {};
  }

  mutable std::mutex mutex_;
  mutable PostgresLink link_;
  LinkUse use_;
};

}  // namespace

Result<std::unique_ptr<Attachments>> open_postgres_attachments(const std::string& url, StoreMode mode,
                                                               const PostgresOptions& options) {
  TRY_LET(place, postgres_place(url));
  const LinkUse use = mode == StoreMode::read ? LinkUse::read : LinkUse::append;
  return std::unique_ptr<Attachments>(
      std::make_unique<PostgresAttachments>(PostgresLink(url, place, use, mode, options.patience), use));
}

}  // namespace cairn
