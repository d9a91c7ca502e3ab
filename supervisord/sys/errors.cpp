#include "sys/errors.hpp"

#include <cerrno>

namespace sup::sys {

namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
    case ECHILD: return Errc::not_found;
    case EACCES:
    case EPERM: return Errc::denied;
    default: return Errc::sys;
  }
}

}  // namespace

std::unexpected<Error> fail_call(int error_number, std::string what, std::source_location where) {
  auto failure = fail_errno(error_number, std::move(what), where);
  failure.error().code = code_of(error_number);
  return failure;
}

}  // namespace sup::sys
