#include "base/result.hpp"

#include <cstring>

namespace sup {

std::unexpected<Error> fail(Errc code, std::string what, std::source_location where) {
  return std::unexpected(Error{code, 0, std::move(what), where});
}

std::unexpected<Error> fail_errno(int error_number, std::string what, std::source_location where) {
  what += ": ";
  what += errno_text(error_number);
  return std::unexpected(Error{Errc::sys, error_number, std::move(what), where});
}

std::string_view errno_text(int error_number) noexcept {
  // strerrordesc_np(3), glibc 2.32: constant, untranslated, async-signal-safe.
  const char* text = ::strerrordesc_np(error_number);
  return text != nullptr ? text : "Unknown error";
}

}  // namespace sup
