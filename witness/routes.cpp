#include "witness/routes.h"

#include <string_view>

namespace cairn {
namespace {

HttpAnswer not_here(int status, std::string_view why, std::string_view allow = {}) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::string(why) + '\n';
  answer.allow = allow;
  return answer;
}

}  // namespace

HttpAnswer answer_to(const HttpRequest& request, Witness& witness) {
  constexpr std::string_view add = "/add-checkpoint";
  constexpr std::string_view newest = "/checkpoint";
  if (request.path == add) {
    return request.method == "POST" ? witness.add_checkpoint(request.body)
                                    : not_here(405, "add-checkpoint takes a POST", "POST");
  }
  std::string_view path = request.path;
  constexpr std::size_t hash_digits = 64;
  if (path.size() == 1 + hash_digits + newest.size() && path.ends_with(newest)) {
    return request.method == "GET" ? witness.checkpoint(path.substr(1, hash_digits))
                                   : not_here(405, "a checkpoint takes a GET", "GET");
  }
  return not_here(404, "there are /add-checkpoint and /<hex SHA-256 of a log's origin>/checkpoint here");
}

}  // namespace cairn
