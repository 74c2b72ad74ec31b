// What the witness answers to one request.
#pragma once

#include <string>

namespace cairn {

struct HttpAnswer {
  int status = 500;  // of HTTP
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::string allow;   // with 405: the method that there is
  std::string remark;  // for the witness's operator, and never sent
};

}  // namespace cairn
