// Result<T>: a value, or the Error that the world answered with instead.
//
// Four kinds of failure have four shapes (DESIGN 8): our bug is an ASSERT, the domain's no is a Refusal,
// bad evidence is a Finding, and everything that the outside can do to us is a Result.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "ledger/base/assert.h"

namespace cairn {

// What the caller can do about it; each kind has one exit code.
enum class ErrorKind {
  fault,         // disk, memory, permissions, bytes that do not parse: exit 1
  needs_newer,   // well made, by a later version of this program: exit 1
  unavailable,   // maybe it happened, maybe not: read the tip, then decide; exit 1
  usage,         // the question was wrong: exit 2
  turned_away,   // refused at the door and not recorded (DESIGN, idea 5): exit 3
  conflict,      // somebody else was first: exit 4
  not_verified,  // a hash, signature or proof does not hold: exit 5
};

struct Error {
  ErrorKind kind = ErrorKind::fault;
  std::string message;  // what happened, to which thing, what to do next; one line
};

inline Error fault(std::string message) {
  return {ErrorKind::fault, std::move(message)};
}
inline Error needs_newer(std::string message) {
  return {ErrorKind::needs_newer, std::move(message)};
}
inline Error unavailable(std::string message) {
  return {ErrorKind::unavailable, std::move(message)};
}
inline Error usage(std::string message) {
  return {ErrorKind::usage, std::move(message)};
}
inline Error conflict(std::string message) {
  return {ErrorKind::conflict, std::move(message)};
}
inline Error not_verified(std::string message) {
  return {ErrorKind::not_verified, std::move(message)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  // By value, so that `for (auto& x : f().value())` does not outlive what it walks over.
  T value() && {
    ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace cairn

#define CAIRN_JOIN2(a, b) a##b
#define CAIRN_JOIN(a, b) CAIRN_JOIN2(a, b)

// TRY(expression): returns its error from the enclosing function, goes on otherwise.
#define TRY(expression)                                            \
  do {                                                             \
    if (const auto& try_result = (expression); !try_result.ok()) { \
      return try_result.error();                                   \
    }                                                              \
  } while (false)

// TRY_LET(name, expression): the same, and binds the value to a new variable `name`.
#define TRY_LET(name, expression)                        \
  auto CAIRN_JOIN(try_result_, __LINE__) = (expression); \
  if (!CAIRN_JOIN(try_result_, __LINE__).ok()) {         \
    return CAIRN_JOIN(try_result_, __LINE__).error();    \
  }                                                      \
  auto name = std::move(CAIRN_JOIN(try_result_, __LINE__)).value()
