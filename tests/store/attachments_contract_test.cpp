// The contract of Attachments (ledger/store/attachments.h), asked of a directory and of a database.
#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/store/attachments.h"
#include "tests/catch.h"
#include "tests/postgres/server.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

struct AttachmentPlace {
  std::shared_ptr<TempDirectory> directory;
  std::string database;
  std::unique_ptr<Attachments> attachments;

  void damage(const Hash& digest) const {
    if (directory) {
      write_file(directory->path() / digest.hex().substr(0, 2) / digest.hex(), "other bytes");
      return;
    }
    PostgresServer::shared().ask(
        database, str("UPDATE cairn.attachment SET content = 'other bytes' WHERE digest = '\\x", digest.hex(), "'"));
  }
};

AttachmentPlace make_place(bool in_database) {
  if (!in_database) {
    auto directory = std::make_shared<TempDirectory>();
    auto attachments = std::make_unique<AttachmentDirectory>(directory->path());
    return {directory, "", std::move(attachments)};
  }
  const PostgresServer& server = PostgresServer::shared();
  const std::string database = server.fresh_database();
  must_open(server.url(database), StoreMode::create, {.grant_to = "app"});
  auto opened = open_postgres_attachments(server.url(database, "app"), StoreMode::write, {});
  REQUIRE(opened.ok());
  return {nullptr, database, std::move(opened).value()};
}

TEST_CASE("an attachment is had by its digest until it is erased") {
  const AttachmentPlace place = make_place(GENERATE(false, true));
  const Attachments& attachments = *place.attachments;
  CHECK(attachments.list().value().empty());
  std::vector<Hash> digests;
  for (const Bytes& content : {Bytes(), Bytes("\0\xff\n", 3), Bytes(max_attachment_bytes, 'a'), Bytes("text")}) {
    CHECK_FALSE(attachments.has(sha256(content)).value());
    CHECK(attachments.get(sha256(content)).error().kind == ErrorKind::fault);
    CHECK(attachments.put(content).value() == sha256(content));
    CHECK(attachments.put(content).value() == sha256(content));
    CHECK(attachments.has(sha256(content)).value());
    CHECK(attachments.get(sha256(content)).value() == content);
    digests.push_back(sha256(content));
  }
  std::sort(digests.begin(), digests.end());
  CHECK(attachments.list().value() == digests);
  CHECK(attachments.put(Bytes(max_attachment_bytes + 1, 'a')).error().kind == ErrorKind::usage);

  for (int round = 0; round < 2; ++round) {
    REQUIRE(attachments.erase(digests[0]).ok());
    CHECK_FALSE(attachments.has(digests[0]).value());
    CHECK(attachments.list().value() == std::vector<Hash>(digests.begin() + 1, digests.end()));
  }
}

TEST_CASE("an attachment with other bytes than its name says is not verified, and replaced when it is put again") {
  const AttachmentPlace place = make_place(GENERATE(false, true));
  const Hash digest = place.attachments->put("content").value();
  place.damage(digest);
  CHECK(place.attachments->get(digest).error().kind == ErrorKind::not_verified);
  CHECK(place.attachments->put("content").value() == digest);
  CHECK(place.attachments->get(digest).value() == "content");
}

TEST_CASE("attachments in a database that only reads are read, and neither put nor erased") {
  const AttachmentPlace place = make_place(true);
  const Hash digest = place.attachments->put("content").value();
  const std::string url = PostgresServer::shared().url(place.database, "app");
  const auto reader = open_postgres_attachments(url, StoreMode::read, {});
  CHECK(reader.value()->get(digest).value() == "content");
  CHECK_FALSE(reader.value()->put("more").ok());
  CHECK_FALSE(reader.value()->erase(digest).ok());
  CHECK(place.attachments->list().value() == std::vector<Hash>{digest});
}

}  // namespace
}  // namespace cairn::test
