#include <algorithm>
#include <map>

#include "ledger/base/text.h"
#include "tests/evidence/structure_case.h"

namespace cairn {
namespace {

using tests::all_of;
using tests::findings_of;
using tests::Found;
using tests::golden;
using tests::number;
using tests::says;

std::string stored() {
  return golden("structure/stored.pt");
}

std::string replaced_all(std::string text, const std::string& what, const std::string& with) {
  REQUIRE(what.size() == with.size());
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Overwritten at an offset.
std::string patched(std::string text, std::size_t at, const std::string& with) {
  REQUIRE(at + with.size() <= text.size());
  return text.replace(at, with.size(), with);
}

std::uint64_t read_number(const std::string& text, std::size_t at, int width) {
  std::uint64_t value = 0;
  for (int i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
  return value;
}

// Offsets of the records with this signature.
std::vector<std::size_t> records(const std::string& zip, const std::string& signature) {
  std::vector<std::size_t> found;
  for (auto at = zip.find(signature); at != std::string::npos; at = zip.find(signature, at + 1)) found.push_back(at);
  return found;
}

// Bytes of a zip without extra fields that say when and by which program it was made, and which permissions files get.
std::vector<bool> unjudged_bytes(const std::string& zip) {
  std::vector<bool> unjudged(zip.size());
  const auto mark = [&](std::size_t at, std::size_t count) {
    std::fill_n(unjudged.begin() + static_cast<std::ptrdiff_t>(at), count, true);
  };
  for (const auto at : records(zip, "PK\3\4")) mark(at + 4, 2), mark(at + 10, 4);
  for (const auto at : records(zip, "PK\1\2")) mark(at + 4, 4), mark(at + 12, 4), mark(at + 36, 6);
  return unjudged;
}

std::uint32_t crc_of(const std::string& content) {
  std::uint32_t crc = ~0u;
  for (const char c : content) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

struct Member {
  std::string name;
  std::string content;
  std::string deflated;  // empty: stored
};

std::string zip_of(const std::vector<Member>& members) {
  std::string zip;
  std::string directory;
  for (const auto& [name, content, deflated] : members) {
    const auto& packed = deflated.empty() ? content : deflated;
    const auto common = number(0, 2) + number(deflated.empty() ? 0 : 8, 2) + number(0, 4) + number(crc_of(content), 4) +
                        number(packed.size(), 4) + number(content.size(), 4) + number(name.size(), 2) + number(0, 2);
    directory +=
        "PK\1\2" + number(20, 2) + number(20, 2) + common + number(0, 6) + number(0, 4) + number(zip.size(), 4) + name;
    zip += "PK\3\4" + number(20, 2) + common + name + packed;
  }
  return zip + directory + "PK\5\6" + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
         number(directory.size(), 4) + number(zip.size(), 4) + number(0, 2);
}

std::string safetensors(const std::string& header, std::size_t data) {
  return number(header.size(), 8) + header + std::string(data, 'd');
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

}  // namespace

TEST_CASE("well-formed files of each format have no findings") {
  const auto* name = GENERATE("stored.pt", "deflated.pt", "streamed.pt", "torch_layout.pt", "legacy.pt",
                              "good.safetensors", "good.onnx");
  const auto found = findings_of(name, golden(std::string("structure/") + name));
  INFO(name << "\n" << all_of(found));
  CHECK(found.empty());
  CHECK(has_known_structure(name));
}

TEST_CASE("an empty model file is a finding", "[B2][I7]") {
  const auto* name = GENERATE("m.pkl", "m.pt", "m.json", "m.safetensors", "m.onnx");
  CHECK(says(findings_of(name, ""), "the file is empty"));
}

TEST_CASE("a model file cut short anywhere has a finding", "[B2]") {
  const auto* name = GENERATE("stored.pt", "deflated.pt", "streamed.pt", "torch_layout.pt", "good.safetensors");
  const auto whole = golden(std::string("structure/") + name);
  const tests::StructureCase files;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (!files.check(name, whole.substr(0, size)).empty()) continue;
    INFO(name << " cut to " << size);
    CHECK(false);
  }
}

TEST_CASE("every flipped bit of a torch archive is found, but for dates, makers and permissions", "[B2]") {
  const auto whole = stored();
  const auto unjudged = unjudged_bytes(whole);
  const tests::StructureCase files;
  int flipped = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (unjudged[at]) continue;
    for (int bit = at % 2; bit < 8; bit += 2) {
      auto broken = whole;
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ (1u << bit));
      ++flipped;
      if (!files.check("m.pt", broken).empty()) continue;
      INFO("byte " << at << " bit " << bit);
      CHECK(false);
    }
  }
  CHECK(flipped > 1500);
}

TEST_CASE("a flipped bit in the weights is found by the CRC, compressed or not", "[B2]") {
  const auto content = stored();
  const auto weights = content.find(std::string("\0\0\x80?\0\0\0@", 8));
  REQUIRE(weights != std::string::npos);
  const auto found = findings_of("m.pt", patched(content, weights, "\1"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == "archive/data/0: its CRC-32 is not that of the content");
  CHECK(found[0].position == weights);

  const auto deflated = golden("structure/deflated.pt");
  const auto second = records(deflated, "PK\3\4")[1];
  const auto broken = patched(deflated, second + 30 + std::string("archive/byteorder").size() + 2, "\x55");
  CHECK(findings_of("m.pt", broken).size() == 1);
}

TEST_CASE("no damage to any format stops the walk or goes beyond the file") {
  const auto* name = GENERATE("deflated.pt", "streamed.pt", "torch_layout.pt", "legacy.pt", "good.safetensors",
                              "good.onnx", "model_protocol0.pkl", "model_protocol2.pkl", "model_protocol5.pkl");
  const auto whole = golden(std::string("structure/") + name);
  const tests::StructureCase files;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned value : {0xffu, static_cast<unsigned>((at * 37 + 11) & 0xff)}) {
      CHECK(files.check(name, patched(whole, at, std::string(1, static_cast<char>(value)))).size() <= 256);
    }
  }
}

TEST_CASE("a pickle inside an archive is looked into, stored or deflated", "[B2]") {
  const auto found = findings_of("m.pt", replaced_all(stored(), "_rebuild_tensor_v2", "_rebuild_tensor_v9"));
  CHECK(says(found, "archive/data.pkl: imports torch._utils._rebuild_tensor_v9"));
  const auto legacy =
      findings_of("m.pt", replaced_all(golden("structure/legacy.pt"), "_rebuild_tensor_v2", "_rebuild_tensor_v9"));
  CHECK(says(legacy, "imports torch._utils._rebuild_tensor_v9"));
}

TEST_CASE("names that lead out of the archive are found") {
  CHECK(says(findings_of("m.pt", replaced_all(stored(), "archive/data/0", "../../../etc/x")),
             "leads out of the archive"));
  CHECK(says(findings_of("m.pt", replaced_all(stored(), "archive/version", "/rchive/version")),
             "leads out of the archive"));
  CHECK(says(findings_of("m.pt", replaced_all(stored(), "archive/version", "archi\\e/version")),
             "leads out of the archive"));
}

TEST_CASE("two entries of one name are found, even if they differ by case") {
  const auto two = [](const std::string& first, const std::string& second) {
    return findings_of("m.pt", zip_of({{first, "N.", ""}, {second, "N.", ""}}));
  };
  CHECK(two("a/data.pkl", "a/x").empty());
  CHECK(says(two("a/data.pkl", "a/data.pkl"), "a/data.pkl is there twice"));
  CHECK(says(two("a/data.pkl", "A/Data.PKL"), "A/Data.PKL is there twice"));
}

TEST_CASE("content that zlib still owes when all its input is read is content") {
  // 65,599 zeros in 80 bytes, more than what is expanded in one go.
  const auto deflated = *from_hex("edc13101000000c2a0f54f6d085fa0" + std::string(126, '0') + "e036");
  REQUIRE(deflated.size() == 80);
  const auto found =
      findings_of("m.pt", zip_of({{"a/data.pkl", "N.", ""}, {"a/data/0", std::string(65'599, '\0'), deflated}}));
  INFO(all_of(found));
  CHECK(found.empty());
  const auto longer = zip_of({{"a/data.pkl", "N.", ""}, {"a/data/0", std::string(65'598, '\0'), deflated}});
  CHECK(says(findings_of("m.pt", longer), "goes on beyond the declared size"));
  const auto shorter = zip_of({{"a/data.pkl", "N.", ""}, {"a/data/0", std::string(65'600, '\0'), deflated}});
  CHECK(says(findings_of("m.pt", shorter), "has 65599 bytes where 65600 are declared"));
}

TEST_CASE("headers that contradict each other are found") {
  const auto content = stored();
  const auto local = records(content, "PK\3\4");
  const auto central = records(content, "PK\1\2");
  REQUIRE(local.size() == 4);
  REQUIRE(central.size() == 4);
  const auto described = "is described in two ways";
  CHECK(says(findings_of("m.pt", patched(content, local[0] + 30, "A")), described));                 // name
  CHECK(says(findings_of("m.pt", patched(content, local[0] + 14, "\xde\xad\xbe\xef")), described));  // CRC
  CHECK(says(findings_of("m.pt", patched(content, local[2] + 22, number(15, 4))), described));       // size
  CHECK(says(findings_of("m.pt", patched(content, central[2] + 24, number(15, 4))), "is stored in two sizes"));
  CHECK(says(findings_of("m.pt", patched(content, central[1] + 42, number(1, 4))),
             "is not where the zip directory says"));
  CHECK(says(findings_of("m.pt", patched(content, central[2] + 20, number(1 << 30, 4))), "claims 1073741824 bytes"));
}

TEST_CASE("encryption, unknown compression, links and overlaps are found") {
  const auto content = stored();
  const auto local = records(content, "PK\3\4");
  const auto central = records(content, "PK\1\2");
  const auto both = [&](std::size_t in_local, std::size_t in_central, const std::string& value) {
    return patched(patched(content, local[2] + in_local, value), central[2] + in_central, value);
  };
  CHECK(says(findings_of("m.pt", both(6, 8, "\1")), "archive/data/0 is encrypted"));
  CHECK(says(findings_of("m.pt", both(8, 10, "\x0c")), "is compressed by method 12"));
  CHECK(says(findings_of("m.pt", patched(content, central[2] + 38, number(0xa1ffu << 16, 4))), "is a symbolic link"));
  // The second entry's bytes once more under the third's name.
  const auto header = read_number(content, central[1] + 42, 4);
  CHECK(
      says(findings_of("m.pt", patched(content, central[2] + 42, number(header, 4))), "overlaps what comes after it"));
}

TEST_CASE("bytes of an archive that belong to nothing are found") {
  const auto content = stored();
  CHECK(!findings_of("m.pt", "#!/bin/sh\n" + content).empty());
  CHECK(says(findings_of("m.pt", content + "tail"), "does not end in its directory's end record"));
  const auto commented = patched(content, content.size() - 2, number(4, 2)) + "tail";
  CHECK(says(findings_of("m.pt", commented), "does not end in its directory's end record"));
}

TEST_CASE("an archive without a pickle is not torch's") {
  const auto found = findings_of("m.pt", replaced_all(stored(), "archive/data.pkl", "archive/data.txt"));
  CHECK(says(found, "holds no data.pkl"));
}

TEST_CASE("an entry that expands beyond all measure is not expanded") {
  auto content = golden("structure/deflated.pt");
  const auto central = records(content, "PK\1\2");
  const auto local = records(content, "PK\3\4");
  content = patched(content, central[2] + 24, number(0xfffffff0, 4));
  content = patched(content, local[2] + 22, number(0xfffffff0, 4));
  CHECK(says(findings_of("m.pt", content), "would expand to 4294967280 bytes; it was not"));
  // Less than that is expanded, and is not what was declared.
  auto small = patched(golden("structure/deflated.pt"), central[2] + 24, number(17, 4));
  small = patched(small, local[2] + 22, number(17, 4));
  CHECK(says(findings_of("m.pt", small), "its content has 16 bytes where 17 are declared"));
  small = patched(patched(small, central[2] + 24, number(15, 4)), local[2] + 22, number(15, 4));
  CHECK(says(findings_of("m.pt", small), "its content goes on beyond the declared size"));
}

TEST_CASE("a safetensors header is held against the file") {
  const auto a = tensor("a", "F32", "[2]", "[0,8]");
  CHECK(findings_of("m.safetensors", safetensors("{" + a + "}", 8)).empty());
  const std::map<std::string, std::string> wrong = {
      {safetensors("{" + a + "}", 9), "bytes at the end belong to no tensor"},
      {safetensors("{" + a + "}", 7), "tensor a ends at 8 of 7 bytes"},
      {safetensors("{" + a + "," + tensor("b", "U8", "[4]", "[4,8]") + "}", 8), "overlaps the one before"},
      {safetensors("{" + a + "," + tensor("b", "U8", "[4]", "[9,13]") + "}", 13),
       "bytes before tensor b belong to none"},
      {safetensors("{" + tensor("a", "F32", "[3]", "[0,8]") + "}", 8),
       "takes 8 bytes where its dtype and shape make 12"},
      {safetensors("{" + tensor("a", "F99", "[2]", "[0,8]") + "}", 8), "dtype or shape that is not known"},
      {safetensors("{" + tensor("a", "F32", "[-2]", "[0,8]") + "}", 8), "dtype or shape that is not known"},
      {safetensors("{" + tensor("a", "F32", "[4294967296,4294967296]", "[0,0]") + "}", 0),
       "dtype or shape that is not known"},
      {safetensors("{" + tensor("a", "F32", "[2]", "[8,0]") + "}", 8), "data_offsets that are no range"},
      {safetensors("{" + tensor("a", "F32", "[2]", "[0,8,9]") + "}", 8), "has no two data_offsets"},
      {safetensors("{\"a\":{}}", 0), "is not described by dtype, shape and data_offsets"},
      {safetensors("{\"__metadata__\":{\"x\":1}," + a + "}", 8), "__metadata__ holds something else than text"},
      {safetensors("{" + a + "," + a + "}", 8), "member \"a\" twice"},
      {safetensors("[]", 0), "not a JSON object"},
      {safetensors("{", 0), "not JSON"},
      {number(1 << 30, 8) + "{}", "the header claims 1073741824 bytes of 2"},
      {number(~std::uint64_t{0}, 8), "the header claims 18446744073709551615 bytes of 0"},
      {"1234567", "shorter than a safetensors header's length"},
  };
  for (const auto& [content, words] : wrong) {
    const auto found = findings_of("m.safetensors", content);
    INFO(words << "\n" << all_of(found));
    CHECK(says(found, words));
  }
}

TEST_CASE("an ONNX file's fields are a model's, and lie within the file") {
  const auto whole = golden("structure/good.onnx");
  const std::map<std::string, std::string> wrong = {
      {whole + "\x4a", "field 9 is none of an ONNX model's"},
      {whole + std::string("\x08\x01", 2), "ir_version is there twice"},
      {whole + "\x0a\x01x", "ir_version has wire type 2, not 0"},
      {whole + std::string("\x42\xff\xff\xff\xff\x0f"), "opset_import claims 4294967295 bytes where 0 are left"},
      {whole + "\x42", "cut short within a number"},
      {whole + "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "more than 64 bits"},
      {whole.substr(2), "the model has no ir_version"},
      {std::string("\x08\x01\x42\x02\x10\x01", 6), "the model has no graph"},
      {"just text", ""},
  };
  for (const auto& [content, words] : wrong) {
    const auto found = findings_of("m.onnx", content);
    INFO(words << "\n" << all_of(found));
    CHECK(says(found, words));
  }
}

TEST_CASE("a JSON model is RFC 8259 JSON, whatever its size") {
  CHECK(findings_of("m.json", golden("promoted/logistic_model_20261123_023220.json")).empty());
  const std::map<std::string, std::uint64_t> wrong = {
      {"{\"w\": NaN}", 6},
      {"{\"w\": Infinity}", 6},
      {"{\"w\": 1,}", 8},
      {"{} {}", 3},
      {"{\"a\": \"\xff\"}", 7},
      {"\xef\xbb\xbf{}", 0},
      {std::string("{}\0", 3), 2},
      {std::string(65, '['), 64},
      {"[1, 2", 5},
  };
  for (const auto& [content, position] : wrong) {
    const auto found = findings_of("m.json", content);
    INFO(content << "\n" << all_of(found));
    REQUIRE(found.size() == 1);
    CHECK(found[0].position == position);
  }
  CHECK(findings_of("m.json", std::string(64, '[') + std::string(64, ']')).empty());
  CHECK(findings_of("m.json", "\"" + std::string(17 << 20, 'x') + "\"").empty());
  std::string large = "[";
  for (int i = 0; i < 50'000; ++i) large += "0.125, \"a [string] with \\\" and \\\\\", ";
  CHECK(findings_of("m.json", large + "1]").empty());
}

}  // namespace cairn
