// Snapshots: sealed by the log, worthless if a byte is another.
#include "ledger/tlog/snapshot.h"

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/ledger/fixture.h"

namespace cairn {

TEST_CASE("the rules' snapshot is stored with its commit, sealed with the log's key and of the head") {
  Fixture f;
  f.rules.takes_snapshots = true;
  REQUIRE(f.append({f.envelope("one"), f.envelope("two")}).ok());
  const auto row = f.store.snapshot(f.newest.size);
  REQUIRE(row.ok());
  REQUIRE(row->has_value());
  CHECK((*row)->size == 3);
  const auto snapshot = open_snapshot((*row)->bytes, log_key().public_key());
  REQUIRE(snapshot.ok());
  CHECK(snapshot->head == f.newest);
  CHECK(snapshot->state == "state at 3");

  f.rules.takes_snapshots = false;
  REQUIRE(f.append({f.envelope("three")}).ok());
  CHECK((*f.store.snapshot(f.newest.size))->size == 3);
}

TEST_CASE("a snapshot is sealed in these bytes") {
  const Snapshot snapshot{{3, sha256("root")}, "the views\n\nas bytes\n"};
  const auto sealed = seal_snapshot(snapshot, log_key());
  REQUIRE(sealed.ok());
  CHECK(*sealed ==
        "cairn snapshot v1\n"
        "size 3\n"
        "root 4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2\n"
        "state 20 395cfdf1ac50074b2adbc4158bfc208f817d8d96789b1141b9b9dbd07ff3bb3d\n"
        "signature AG/vUoy5Eg9nKl7rEg3Eirt+WbY4Kze6YTnpWny76MXgxh2OCnJNXb27I74cC3TxUvynQhtO65Yu0oAFr2qKAQ==\n"
        "\n"
        "the views\n\nas bytes\n");
  const auto opened = open_snapshot(*sealed, log_key().public_key());
  REQUIRE(opened.ok());
  CHECK(opened->head == snapshot.head);
  CHECK(opened->state == snapshot.state);
}

TEST_CASE("a snapshot of no bytes, or of any bytes, comes out as it went in") {
  for (const Bytes& state : {Bytes(), Bytes("\n\n"), Bytes(5, '\0'), Bytes(100'000, '\xff')}) {
    const Snapshot snapshot{{7, sha256("r")}, state};
    const Bytes sealed = *seal_snapshot(snapshot, log_key());
    const auto opened = open_snapshot(sealed, log_key().public_key());
    REQUIRE(opened.ok());
    CHECK(opened->state == state);
  }
}

TEST_CASE("a snapshot with any bit flipped, any byte cut, or one added does not open") {
  const PrivateKey log = log_key();
  const Bytes sealed = *seal_snapshot({{3, sha256("root")}, "the views"}, log);
  const auto refused = [&log](const Bytes& bytes) {
    const auto opened = open_snapshot(bytes, log.public_key());
    return !opened.ok() && opened.error().kind == ErrorKind::not_verified;
  };
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    CAPTURE(i);
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = sealed;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      CHECK(refused(flipped));
    }
    CHECK(refused(sealed.substr(0, i)));
    CHECK(refused(sealed.substr(0, i) + sealed.substr(i + 1)));
  }
  CHECK(refused(sealed + "x"));
  CHECK(refused("\n" + sealed));
  CHECK(refused(""));
}

TEST_CASE("a snapshot under another key, or with another one's header, does not open") {
  const Bytes sealed = *seal_snapshot({{3, sha256("root")}, "the views"}, log_key());
  CHECK_FALSE(open_snapshot(sealed, log_key('M').public_key()).ok());
  const Bytes other = *seal_snapshot({{3, sha256("root")}, "other views"}, log_key());
  const std::size_t split = sealed.find("\n\n");
  CHECK_FALSE(open_snapshot(sealed.substr(0, split) + other.substr(other.find("\n\n")), log_key().public_key()).ok());
}

TEST_CASE("a header that says its values in other words does not open, though the log's key signed it") {
  const std::string root = sha256("root").hex();
  const std::string state = "state 1 " + sha256("x").hex() + "\n";
  const auto opens = [](const std::string& text) {
    const Bytes bytes = text + "signature " + [&] {
      const Bytes signature = log_key().sign(text).value();
      return to_base64(signature);
    }() + "\n\nx";
    return open_snapshot(bytes, log_key().public_key()).ok();
  };
  const std::string first = "cairn snapshot v1\n";
  REQUIRE(opens(first + "size 3\nroot " + root + "\n" + state));
  CHECK_FALSE(opens(first + "size 03\nroot " + root + "\n" + state));
  CHECK_FALSE(opens(first + "size 3 \nroot " + root + "\n" + state));
  CHECK_FALSE(opens("cairn snapshot v2\nsize 3\nroot " + root + "\n" + state));
  CHECK_FALSE(opens(first + "root " + root + "\nsize 3\n" + state));
  CHECK_FALSE(opens(first + "size 3\nroot " + root + "\n" + state + "more 1\n"));
  CHECK_FALSE(opens(first + "size 3\nroot " + root.substr(2) + "\n" + state));
  CHECK_FALSE(opens(first + "size 3\n"));
  CHECK_FALSE(opens(first));
  CHECK_FALSE(opens(format_checkpoint("ledger.example/test", {3, sha256("root")})));
}

}  // namespace cairn
