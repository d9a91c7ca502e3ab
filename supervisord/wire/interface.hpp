// The interface description of io.supervisord in varlink's IDL, generated from the command and message rows, and the
// answers of org.varlink.service, by which a generic client gets it.
#pragma once

#include <string>
#include <string_view>

#include "wire/varlink.hpp"

namespace sup::wire {

// The content of docs/io.supervisord.varlink.
[[nodiscard]] std::string interface_description();
// The description of org.varlink.service, as the varlink specification gives it.
[[nodiscard]] std::string_view service_interface_description();
// The table of methods, roles and streaming in docs/protocol.md, as Markdown.
[[nodiscard]] std::string methods_table();

// Who we are, for GetInfo.
struct ServiceInfo {
  std::string_view version;
};
// The encoded answer to a call of CallKind::get_info or CallKind::get_interface_description. Everybody may ask.
[[nodiscard]] std::string answer_service_call(const Call& call, const ServiceInfo& info);

}  // namespace sup::wire
