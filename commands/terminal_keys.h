// Terminal keys: what was pressed, read from the bytes that a terminal sends for it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn {

struct KeyPress {
  enum class Kind {
    text,     // one letter, in UTF-8
    control,  // with the letter that was held down with it
    enter,
    escape,
    backspace,
    up,
    down,
    left,
    right,
    home,
    end,
    page_up,
    page_down,
    other,    // a key that means nothing here
    resized,  // the terminal has another size now, or has to be drawn again
    gone,     // there is no more input
  };
  Kind kind = Kind::other;
  std::string text;
  bool operator==(const KeyPress&) const = default;
};

// Bytes come in pieces of any size: what an escape sequence or a letter lacks is waited for.
class KeyDecoder {
 public:
  std::vector<KeyPress> feed(std::string_view bytes);

  // Whether an escape sequence or a letter is not whole.
  bool waits() const { return !rest_.empty(); }

  // Nothing more came for a while: a lone escape is the key of that name.
  std::vector<KeyPress> give_up();

 private:
  std::string rest_;
};

}  // namespace cairn
