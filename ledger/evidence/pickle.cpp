#include <array>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/evidence/pickle_memo.h"
#include "ledger/evidence/pickle_opcodes.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

using Value = PickleValue;

constexpr std::size_t max_stack = 4'000'000;
constexpr std::uint8_t newest_protocol = 5;

// One pickle. Every step returns false when nothing after it can be understood; a finding has then been made.
class PickleWalk {
 public:
  PickleWalk(ByteCursor& cursor, const PickleRules& rules, StructureFindings& findings)
      : cursor_(cursor), rules_(rules), findings_(findings) {}

  bool run() {
    while (!stopped_ && !(rules_.until_import && imported_)) {
      at_ = cursor_.position();
      std::uint8_t code = 0;
      if (!cursor_.next(code)) return stop("the pickle is cut short: it has no STOP");
      if (!step(code)) return false;
      if (findings_.full()) return false;
    }
    return true;
  }

  // A module was named in a way that Python would try to import.
  bool imported() const { return imported_; }

 private:
  bool stop(std::string_view why) {
    findings_.add(at_, why);
    return false;
  }

  // ---- operands

  bool number(std::size_t width, std::uint64_t& value) {
    std::string bytes;
    if (!cursor_.take(width, bytes)) return stop("the pickle is cut short within an opcode");
    value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return true;
  }

  // The text if it is short enough to name something, else empty; either way it is read past.
  bool sized(std::size_t width, std::string& text) {
    std::uint64_t size = 0;
    if (!number(width, size)) return false;
    if (size > cursor_.remaining()) {
      return stop(str("a value claims ", size, " bytes where ", cursor_.remaining(), " are left"));
    }
    text.clear();
    const bool good =
        size <= Texts::max_bytes ? cursor_.take(static_cast<std::size_t>(size), text) : cursor_.skip(size);
    return good || stop("the pickle is cut short within a value");
  }

  bool line(std::string& text) {
    bool cut = false;
    if (!cursor_.line(Texts::max_bytes, text, cut)) return stop("the pickle is cut short within a line");
    if (cut) text.clear();
    return true;
  }

  bool operand(Operand form, std::string& text) {
    std::uint64_t ignored = 0;
    switch (form) {
      case Operand::none:
        return true;
      case Operand::bytes1:
        return number(1, ignored);
      case Operand::bytes2:
        return number(2, ignored);
      case Operand::bytes4:
        return number(4, ignored);
      case Operand::bytes8:
        return number(8, ignored);
      case Operand::line:
        return line(text);
      case Operand::sized1:
        return sized(1, text);
      case Operand::sized4:
        return sized(4, text);
      case Operand::sized8:
        return sized(8, text);
    }
    return false;
  }

  // ---- the stack

  bool push(Value value) {
    if (stack_.size() == max_stack) return stop(str("more than ", max_stack, " values lie on the stack"));
    stack_.push_back(value);
    return true;
  }

  bool pop(Value& value) {
    if (stack_.empty() || stack_.back().kind == Value::Kind::mark)
      return stop("takes a value where none lies on the stack");
    value = stack_.back();
    stack_.pop_back();
    return true;
  }

  // Also hands out the lowest of them.
  bool drop(std::size_t count, Value& lowest) {
    while (count-- > 0) {
      if (!pop(lowest)) return false;
    }
    return true;
  }

  bool drop(std::size_t count) {
    Value ignored;
    return drop(count, ignored);
  }

  // Also hands out the lowest of them, which OBJ instantiates.
  bool pop_to_mark(std::optional<Value>& lowest) {
    lowest.reset();
    while (!stack_.empty()) {
      const auto value = stack_.back();
      stack_.pop_back();
      if (value.kind == Value::Kind::mark) return true;
      lowest = value;
    }
    return stop("goes back to a mark where none lies on the stack");
  }

  bool move(const MovingOpcode& opcode) {
    std::string text;
    std::optional<Value> ignored;
    Value lowest;
    if (!operand(opcode.operand, text)) return false;
    if (opcode.to_mark && !pop_to_mark(ignored)) return false;
    if (!drop(opcode.pops, lowest)) return false;
    switch (opcode.pushed) {
      case Pushed::nothing:
        return true;
      case Pushed::other:
        return push({});
      case Pushed::mark:
        return push({Value::Kind::mark});
      case Pushed::text:
        // STRING's quotes; what is escaped inside them or in UNICODE has a backslash and names nothing we resolve.
        if (opcode.code == 'S' && text.size() >= 2) text = text.substr(1, text.size() - 2);
        return push({Value::Kind::text, texts_.keep(text)});
      case Pushed::again:
        return push(lowest);
    }
    return false;
  }

  // ---- the memo

  bool memo_index(std::uint8_t code, std::uint64_t& index) {
    if (code == 'q' || code == 'h') return number(1, index);
    if (code == 'r' || code == 'j') return number(4, index);
    std::string text;
    if (!line(text)) return false;
    const auto parsed = parse_uint(text);
    if (!parsed) return stop("the memo's index is not a plain number");
    index = *parsed;
    return true;
  }

  bool put(std::uint64_t index) {
    if (stack_.empty() || stack_.back().kind == Value::Kind::mark)
      return stop("memoizes a value where none lies on the stack");
    return memo_.put(index, stack_.back()) ||
           stop(str("the memo's index ", index, " is larger than any that is written"));
  }

  bool get(std::uint64_t index) {
    const auto value = memo_.get(index);
    return value ? push(*value) : stop(str("reads memo ", index, ", which nothing was put into"));
  }

  // ---- imports and calls

  bool import(std::string_view module, std::string_view name) {
    if (!is_allowed_import(module, name)) {
      findings_.add(at_, str("imports ", printable(module), ".", printable(name), ", which is not on the allow-list"));
    }
    imported_ = imported_ || could_name_module(module);
    // Of an object array's dtype, numpy's scalar() is what it was given.
    return push({name == "scalar" ? Value::Kind::import_giving_back : Value::Kind::import});
  }

  bool import_lines() {
    std::string module;
    std::string name;
    return line(module) && line(name) && import(module, name);
  }

  bool import_from_stack() {
    Value name;
    Value module;
    if (!pop(name) || !pop(module)) return false;
    if (name.text != unknown_text && module.text != unknown_text) return import(texts_[module.text], texts_[name.text]);
    findings_.add(at_, "imports something whose name can only be known by running the pickle");
    imported_ = imported_ || (could_be_text(name) && could_be_text(module));
    return push({Value::Kind::import});
  }

  static bool could_be_text(Value value) {
    return value.kind == Value::Kind::text || value.kind == Value::Kind::unknown;
  }

  bool push_result_of(Value callable, std::string_view doing) {
    if (!is_import(callable)) findings_.add(at_, str(doing, " something that is no import"));
    return push({callable.kind == Value::Kind::import ? Value::Kind::other : Value::Kind::unknown});
  }

  bool call(std::size_t arguments, std::string_view doing) {
    Value callable;
    return drop(arguments) && pop(callable) && push_result_of(callable, doing);
  }

  bool build() {
    Value object;
    if (!drop(1) || !pop(object)) return false;
    // Setting the state of a class or a function would change it for the whole program that loads the file.
    if (is_import(object)) findings_.add(at_, "BUILD changes something imported");
    if (object.kind == Value::Kind::unknown) findings_.add(at_, "BUILD changes something that may be imported");
    return push(object);
  }

  bool instantiate_from_mark() {
    std::optional<Value> type;
    if (!pop_to_mark(type)) return false;
    if (!type) return stop("OBJ has nothing to instantiate");
    return push_result_of(*type, "OBJ instantiates");
  }

  bool instantiate_by_name() {
    std::optional<Value> ignored;
    Value type;
    return import_lines() && pop(type) && pop_to_mark(ignored) && push_result_of(type, "INST instantiates");
  }

  bool extension(std::size_t width) {
    std::uint64_t code = 0;
    if (!number(width, code)) return false;
    findings_.add(at_, str("imports extension ", code, " of the reader's own registry"));
    return push({Value::Kind::import});
  }

  bool persistent_id() {
    if (!rules_.persistent_ids) findings_.add(at_, "refers to an object outside the file by a persistent id");
    // torch's loader answers some with the class that the id holds.
    return push({Value::Kind::unknown});
  }

  bool protocol() {
    std::uint64_t version = 0;
    if (!number(1, version)) return false;
    if (version > newest_protocol) findings_.add(at_, str("pickle protocol ", version, " is not known"));
    return true;
  }

  bool frame() {
    std::uint64_t size = 0;
    if (!number(8, size)) return false;
    if (size <= cursor_.remaining()) return true;
    return stop(str("a frame claims ", size, " bytes where ", cursor_.remaining(), " are left"));
  }

  bool step(std::uint8_t code) {
    static const auto moving = [] {
      std::array<const MovingOpcode*, 256> table{};
      for (const auto& opcode : moving_opcodes) table[opcode.code] = &opcode;
      return table;
    }();
    if (moving[code] != nullptr) return move(*moving[code]);
    std::uint64_t index = 0;
    switch (code) {
      case '.':
        stopped_ = true;
        return drop(1);
      case '0':
        if (stack_.empty()) return stop("takes a value where none lies on the stack");
        stack_.pop_back();
        return true;
      case '2':
        if (stack_.empty() || stack_.back().kind == Value::Kind::mark)
          return stop("doubles a value where none lies on the stack");
        return push(stack_.back());
      case 'p':
      case 'q':
      case 'r':
        return memo_index(code, index) && put(index);
      case 0x94:
        return put(memo_.count());
      case 'g':
      case 'h':
      case 'j':
        return memo_index(code, index) && get(index);
      default:
        return step_outside(code);
    }
  }

  // The opcodes that reach out of the pickle.
  bool step_outside(std::uint8_t code) {
    std::string ignored;
    switch (code) {
      case 'c':
        return import_lines();
      case 0x93:
        return import_from_stack();
      case 'i':
        return instantiate_by_name();
      case 'o':
        return instantiate_from_mark();
      case 'R':
        return call(1, "REDUCE calls");
      case 0x81:
        return call(1, "NEWOBJ instantiates");
      case 0x92:
        return call(2, "NEWOBJ_EX instantiates");
      case 'b':
        return build();
      case 0x82:
        return extension(1);
      case 0x83:
        return extension(2);
      case 0x84:
        return extension(4);
      case 'P':
        return line(ignored) && persistent_id();
      case 'Q':
        return drop(1) && persistent_id();
      case 0x80:
        return protocol();
      case 0x95:
        return frame();
      case 0x97:
        findings_.add(at_, "needs a buffer that is not in the file");
        return push({Value::Kind::unknown});
      default:
        return stop(str("no opcode of a pickle: byte 0x", to_hex(std::string(1, static_cast<char>(code)))));
    }
  }

  ByteCursor& cursor_;
  const PickleRules& rules_;
  StructureFindings& findings_;
  std::uint64_t at_ = 0;
  bool stopped_ = false;
  bool imported_ = false;
  std::vector<Value> stack_;
  Memo memo_;
  Texts texts_;
};

}  // namespace

Result<void> check_pickles(ByteSource& source, const PickleRules& rules, StructureFindings& findings) {
  ByteCursor cursor(source);
  for (std::size_t i = 0; i < rules.at_most && (i == 0 || !cursor.at_end()); ++i) {
    const bool understood = PickleWalk(cursor, rules, findings).run();
    if (cursor.failure()) return *cursor.failure();
    if (!understood) return {};
  }
  return {};
}

Result<bool> imports_like_pickle(ByteSource& source) {
  ByteCursor cursor(source);
  const PickleRules rules{.persistent_ids = true, .until_import = true};
  StructureFindings unsaid("");
  bool understood = true;
  while (understood && !cursor.at_end()) {
    PickleWalk walk(cursor, rules, unsaid);
    understood = walk.run();
    // What is wrong in so many places is no data that happens to read like opcodes.
    if (walk.imported() || unsaid.full()) return true;
  }
  if (cursor.failure()) return *cursor.failure();
  return false;
}

}  // namespace cairn
