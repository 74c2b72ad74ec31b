// A program on a terminal of its own, as a person has it: keys go in, a screen comes out, and the terminal's settings
// can be looked at before, during and after.
//
// Between the program and the test stands what a shell is to it: a session's leader that puts it in the foreground,
// sees it stop and takes it up again.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/commands/shell.h"

namespace cairn::test {

class PseudoTerminal {
 public:
  PseudoTerminal(const Words& words, const Environment& environment, unsigned short columns = 80,
                 unsigned short lines = 24);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  void type(const std::string& keys) const;
  void resize(unsigned short columns, unsigned short lines) const;
  void signal(int signal) const;  // to the program
  void foreground() const;        // as the shell's fg does, once it has stopped

  // Reads what the program writes until this shows on the screen; false once it has ended without, or after a minute.
  // One that stops is waited for all the same.
  bool see(const std::string& text);
  bool see(const std::function<bool()>& enough);

  const std::string& written() const { return written_; }  // all of it, escape sequences too
  std::vector<std::string> screen() const;                 // the newest whole frame, without escape sequences

  termios settings() const;
  bool settings_as_before() const;

  bool stopped();
  int wait();  // exit code, or 128 and the signal's number

 private:
  void read_some();
  void hear();

  int master_ = -1;
  int news_ = -1;    // from the leader: "p" and the program's pid, "s" when it stops, "x" and a code when it ends
  int orders_ = -1;  // to the leader: "f"
  pid_t leader_ = -1;
  pid_t program_ = -1;
  termios before_{};
  std::string written_;
  bool stopped_ = false;
  int code_ = -1;
};

}  // namespace cairn::test
