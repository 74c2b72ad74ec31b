// Terminal: the screen and the keys, for a program that takes them whole, and that gives them back as they were however
// it ends.
//
// While one lives, letters come as they are typed and are not echoed, and the alternate screen is shown. Its end,
// SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT and a suspension (Ctrl-Z) restore both; when the program goes on, they are
// taken again. There is one at a time, since a signal handler is told nothing.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "commands/stepper.h"
#include "commands/terminal_keys.h"
#include "ledger/base/result.h"

namespace cairn {

class Terminal {
 public:
  // Whether stdin and stdout are one.
  static bool present();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  ScreenSize size() const;

  // As many lines as the screen has; the cursor shows at the end of the last one, if it is wanted.
  void draw(const std::vector<std::string>& lines, bool cursor);

  // The next key; waits for it.
  KeyPress next_key();

 private:
  void read_keys();

  KeyDecoder decoder_;
  std::deque<KeyPress> keys_;
};

}  // namespace cairn
