// The program cairn-witness as its operator runs it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cairn::test {

struct Ended {
  int code = -1;  // the exit code; 128 and the signal's number, if it was killed by one
  std::string out;
  std::string err;
};

class Program {
 public:
  enum class Disk { ample, full };  // full: it cannot write a byte to any file

  Program(const std::filesystem::path& scratch, const std::vector<std::string>& words, Disk disk = Disk::ample);
  ~Program();  // kills it, if it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool listens();        // waits until it has told its port, or ended
  std::uint16_t port();  // the same, and it must have told
  pid_t pid() const { return pid_; }
  void signal(int number) const;
  Ended wait();  // at most 20 s

 private:
  std::filesystem::path scratch_;
  pid_t pid_ = -1;
  int out_ = -1;
  std::string told_;
};

}  // namespace cairn::test
