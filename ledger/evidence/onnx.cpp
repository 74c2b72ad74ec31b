#include <algorithm>
#include <set>

#include "ledger/base/text.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

constexpr std::uint8_t varint = 0;
constexpr std::uint8_t sized = 2;

// ModelProto of onnx.proto3.
struct Field {
  std::uint64_t number;
  std::uint8_t wire;
  bool repeated;
  std::string_view name;
};

constexpr Field fields[] = {
    {1, varint, false, "ir_version"},   {2, sized, false, "producer_name"},  {3, sized, false, "producer_version"},
    {4, sized, false, "domain"},        {5, varint, false, "model_version"}, {6, sized, false, "doc_string"},
    {7, sized, false, "graph"},         {8, sized, true, "opset_import"},    {14, sized, true, "metadata_props"},
    {20, sized, true, "training_info"}, {25, sized, true, "functions"},      {26, sized, true, "configuration"}};

class ModelWalk {
 public:
  ModelWalk(ByteCursor& cursor, StructureFindings& findings) : cursor_(cursor), findings_(findings) {}

  void run() {
    while (!cursor_.at_end()) {
      if (!field() || findings_.full()) return;
    }
    for (const std::string_view needed : {"ir_version", "graph", "opset_import"}) {
      if (!seen_.contains(needed)) findings_.add(0, str("the model has no ", needed));
    }
  }

 private:
  bool stop(std::string_view what) {
    findings_.add(at_, what);
    return false;
  }

  bool number(std::uint64_t& value) {
    value = 0;
    std::uint8_t byte = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (!cursor_.next(byte)) return stop("the file is cut short within a number");
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return stop("a number has more than 64 bits");
  }

  bool field() {
    at_ = cursor_.position();
    std::uint64_t tag = 0;
    if (!number(tag)) return false;
    const auto known =
        std::find_if(std::begin(fields), std::end(fields), [&](const Field& f) { return f.number == tag >> 3; });
    if (known == std::end(fields)) return stop(str("field ", tag >> 3, " is none of an ONNX model's"));
    if (known->wire != (tag & 7)) return stop(str(known->name, " has wire type ", tag & 7, ", not ", int{known->wire}));
    if (!seen_.insert(known->name).second && !known->repeated) findings_.add(at_, str(known->name, " is there twice"));
    std::uint64_t value = 0;
    if (!number(value)) return false;
    if (known->wire == varint) return true;
    if (value > cursor_.remaining()) {
      return stop(str(known->name, " claims ", value, " bytes where ", cursor_.remaining(), " are left"));
    }
    return cursor_.skip(value) || stop("the file is cut short within a field");
  }

  ByteCursor& cursor_;
  StructureFindings& findings_;
  std::uint64_t at_ = 0;
  std::set<std::string_view> seen_;
};

}  // namespace

Result<void> check_onnx(const InputFile& file, StructureFindings& findings) {
  FileSource source(file, 0, file.size());
  ByteCursor cursor(source);
  ModelWalk(cursor, findings).run();
  if (cursor.failure()) return *cursor.failure();
  return {};
}

}  // namespace cairn
