// The opcodes of pickle protocols 0 to 5 that only move values, as a table: Python's pickletools, reduced to what a
// walk needs.
#pragma once

#include <array>
#include <cstdint>

namespace cairn {

// What follows an opcode in the stream.
enum class Operand : std::uint8_t { none, bytes1, bytes2, bytes4, bytes8, line, sized1, sized4, sized8 };

// What an opcode leaves in place of what it took; `again`: the lowest value that it popped, which it has only filled.
enum class Pushed : std::uint8_t { nothing, other, text, mark, again };

struct MovingOpcode {
  std::uint8_t code;
  Operand operand;
  bool to_mark;       // first takes everything down to the topmost mark, with it
  std::uint8_t pops;  // then this many values
  Pushed pushed;
};

inline constexpr std::array moving_opcodes{
    MovingOpcode{'(', Operand::none, false, 0, Pushed::mark},
    MovingOpcode{'1', Operand::none, true, 0, Pushed::nothing},  // POP_MARK
    MovingOpcode{'N', Operand::none, false, 0, Pushed::other},
    MovingOpcode{0x88, Operand::none, false, 0, Pushed::other},    // NEWTRUE
    MovingOpcode{0x89, Operand::none, false, 0, Pushed::other},    // NEWFALSE
    MovingOpcode{'I', Operand::line, false, 0, Pushed::other},     // INT
    MovingOpcode{'L', Operand::line, false, 0, Pushed::other},     // LONG
    MovingOpcode{'F', Operand::line, false, 0, Pushed::other},     // FLOAT
    MovingOpcode{'J', Operand::bytes4, false, 0, Pushed::other},   // BININT
    MovingOpcode{'K', Operand::bytes1, false, 0, Pushed::other},   // BININT1
    MovingOpcode{'M', Operand::bytes2, false, 0, Pushed::other},   // BININT2
    MovingOpcode{'G', Operand::bytes8, false, 0, Pushed::other},   // BINFLOAT
    MovingOpcode{0x8a, Operand::sized1, false, 0, Pushed::other},  // LONG1
    MovingOpcode{0x8b, Operand::sized4, false, 0, Pushed::other},  // LONG4
    MovingOpcode{'B', Operand::sized4, false, 0, Pushed::other},   // BINBYTES
    MovingOpcode{'C', Operand::sized1, false, 0, Pushed::other},   // SHORT_BINBYTES
    MovingOpcode{0x8e, Operand::sized8, false, 0, Pushed::other},  // BINBYTES8
    MovingOpcode{0x96, Operand::sized8, false, 0, Pushed::other},  // BYTEARRAY8
    MovingOpcode{'S', Operand::line, false, 0, Pushed::text},      // STRING
    MovingOpcode{'V', Operand::line, false, 0, Pushed::text},      // UNICODE
    MovingOpcode{'T', Operand::sized4, false, 0, Pushed::text},    // BINSTRING
    MovingOpcode{'U', Operand::sized1, false, 0, Pushed::text},    // SHORT_BINSTRING
    MovingOpcode{'X', Operand::sized4, false, 0, Pushed::text},    // BINUNICODE
    MovingOpcode{0x8c, Operand::sized1, false, 0, Pushed::text},   // SHORT_BINUNICODE
    MovingOpcode{0x8d, Operand::sized8, false, 0, Pushed::text},   // BINUNICODE8
    MovingOpcode{'}', Operand::none, false, 0, Pushed::other},
    MovingOpcode{']', Operand::none, false, 0, Pushed::other},
    MovingOpcode{')', Operand::none, false, 0, Pushed::other},
    MovingOpcode{0x8f, Operand::none, false, 0, Pushed::other},  // EMPTY_SET
    MovingOpcode{0x85, Operand::none, false, 1, Pushed::other},  // TUPLE1
    MovingOpcode{0x86, Operand::none, false, 2, Pushed::other},  // TUPLE2
    MovingOpcode{0x87, Operand::none, false, 3, Pushed::other},  // TUPLE3
    MovingOpcode{'t', Operand::none, true, 0, Pushed::other},    // TUPLE
    MovingOpcode{'l', Operand::none, true, 0, Pushed::other},    // LIST
    MovingOpcode{'d', Operand::none, true, 0, Pushed::other},    // DICT
    MovingOpcode{0x91, Operand::none, true, 0, Pushed::other},   // FROZENSET
    MovingOpcode{'a', Operand::none, false, 2, Pushed::again},   // APPEND
    MovingOpcode{'s', Operand::none, false, 3, Pushed::again},   // SETITEM
    MovingOpcode{'e', Operand::none, true, 1, Pushed::again},    // APPENDS
    MovingOpcode{'u', Operand::none, true, 1, Pushed::again},    // SETITEMS
    MovingOpcode{0x90, Operand::none, true, 1, Pushed::again},   // ADDITEMS
    MovingOpcode{0x98, Operand::none, false, 1, Pushed::again},  // READONLY_BUFFER
};

}  // namespace cairn
