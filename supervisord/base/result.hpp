// Result<T>: how a failure of the world travels. Failures of our own are CHECKs (check.hpp); the two are never mixed.
#pragma once

#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace sup {

// What kind of failure it is. A code exists only because some caller branches on it; everything else is text.
enum class Errc : unsigned char {
  sys,        // A system call failed; sys_errno says how.
  invalid,    // What was given to us makes no sense.
  not_found,  // The named thing does not exist.
  busy,       // Somebody else holds it.
  denied,     // The caller may not.
  timeout,    // It did not happen in time.
  protocol,   // The peer speaks something else.
  limit,      // A documented bound was reached.
};

// One failure: what was tried, on which object, and why it did not work. Reads "cannot <verb> <object>: <reason>".
struct [[nodiscard]] Error {
  Errc code = Errc::sys;
  int sys_errno = 0;
  std::string what;
  std::source_location where;

  // The same failure with the noun of the layer above in front: "cannot start web: working-dir '/srv': No such file or
  // directory".
  [[nodiscard]] Error wrap(std::string_view context) && {
    what.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
};

template <class T = void>
using Result = std::expected<T, Error>;

// A failure that has no errno.
[[nodiscard]] std::unexpected<Error> fail(Errc code, std::string what,
                                          std::source_location where = std::source_location::current());

// A failed system call: `what` names operation and object, the text of `error_number` is appended.
[[nodiscard]] std::unexpected<Error> fail_errno(int error_number, std::string what,
                                                std::source_location where = std::source_location::current());

// The text of an errno, from a constant table, without locale or allocation ("No such file or directory").
[[nodiscard]] std::string_view errno_text(int error_number) noexcept;

}  // namespace sup

#define SUP_TRY_CONCAT2(a, b) a##b
#define SUP_TRY_CONCAT(a, b) SUP_TRY_CONCAT2(a, b)
#define SUP_TRY_WITH(name, expression)                                        \
  __extension__({                                                             \
    auto name = (expression);                                                 \
    if (!name) return std::unexpected<::sup::Error>(std::move(name).error()); \
    *std::move(name);                                                         \
  })
// The value of a Result, or return its Error to the caller. g++ 12 has no monadic std::expected, hence one macro.
#define TRY(expression) SUP_TRY_WITH(SUP_TRY_CONCAT(try_result_, __COUNTER__), expression)
