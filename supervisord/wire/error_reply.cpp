// Errors that the daemon answered, in words.
#include <fmt/format.h>

#include "wire/message_tables.hpp"
#include "wire/varlink.hpp"

namespace sup::wire {

std::string_view ErrorReply::parameter(std::string_view key) const {
  for (const auto& [known, value] : parameters)
    if (known == key) return value;
  return {};
}

template <MessageStruct T>
bool is_error(const ErrorReply& error) {
  return error.name == MessageRows<T>::kName;
}

std::string describe_error(const ErrorReply& error) {
  if (is_error<NoSuchService>(error)) {
    const std::string_view name = error.parameter("name");
    if (name.find_first_of("*?[") != std::string_view::npos) return fmt::format("no service matches '{}'", name);
    if (const auto why = error.parameter("absent"); !why.empty())
      return fmt::format("'{}' is defined, but left out: {}", name, why);
    std::string text = fmt::format("no such service: '{}'", name);
    if (const auto near = error.parameter("nearest"); !near.empty()) text += fmt::format("; did you mean '{}'?", near);
    return text;
  }
  if (is_error<PermissionDenied>(error))
    return fmt::format("permission denied: needs role {}, you have role {}", error.parameter("needed"),
                       error.parameter("role"));
  if (is_error<ShuttingDown>(error)) {
    const auto reason = error.parameter("reason");
    return fmt::format("supervisord is shutting down{}{}", reason.empty() ? "" : ": ", reason);
  }
  if (is_error<LimitReached>(error)) return fmt::format("limit reached: {}", error.parameter("what"));
  if (is_error<Failed>(error)) return std::string(error.parameter("reason"));
  if (is_error<TooSlow>(error))
    return fmt::format("supervisord hung up: this reader was too slow ({} messages missed)", error.parameter("missed"));
  if (is_error<InterfaceNotFound>(error))
    return fmt::format("incompatible: it does not know the interface {}", error.parameter("interface"));
  if (is_error<MethodNotFound>(error) || is_error<MethodNotImplemented>(error))
    return fmt::format("incompatible: it does not know the method {}", error.parameter("method"));
  if (is_error<InvalidParameter>(error))
    return fmt::format("supervisord refused the parameter '{}'", error.parameter("parameter"));
  if (is_error<ExpectedMore>(error)) return "supervisord expected a call that takes several replies";
  return fmt::format("unknown error {}", error.name);
}

namespace {

template <class... Ts>
consteval auto predicates_of(TypeList<Ts...>) {
  return std::make_tuple(&is_error<Ts>...);
}
[[gnu::used]] constexpr auto kErrors = predicates_of(ErrorTypes{});
[[gnu::used]] constexpr auto kServiceErrors = predicates_of(ServiceErrorTypes{});

}  // namespace

}  // namespace sup::wire
