// A ledger is copied, backed up and handed on: what its tables say of the machine that wrote them goes along.
#include <rocksdb/db.h>
#include <rocksdb/table_properties.h>
#include <unistd.h>

#include <memory>

#include "tests/store/contract.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("no table of a store names the machine that wrote it") {
  const TempDirectory scratch;
  const fs::path ledger = scratch.path() / "ledger";
  grow(*must_open(ledger, StoreMode::create, 64 << 10), 4000);  // small memtables: tables are written
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::OpenForReadOnly({}, ledger.string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::TablePropertiesCollection tables;
  REQUIRE(db->GetPropertiesOfAllTables(&tables).ok());
  REQUIRE(!tables.empty());
  for (const auto& [name, properties] : tables) {
    INFO(name);
    CHECK(properties->db_host_id.empty());
  }
  std::string host(256, '\0');
  REQUIRE(::gethostname(host.data(), host.size()) == 0);
  host.resize(host.find('\0'));
  for (const auto& file : fs::directory_iterator(ledger)) {
    INFO(file.path());
    CHECK(file_bytes(file.path()).find("host.identity" + host) == Bytes::npos);
  }
}

}  // namespace
}  // namespace cairn::test
