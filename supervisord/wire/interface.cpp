#include "wire/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>

#include "base/check.hpp"
#include "wire/json_text.hpp"

namespace sup::wire {
namespace {

// The varlink type of a member, found by its C++ type.
template <class T>
std::string type_name(const T*) {
  return std::string(MessageRows<T>::kName);
}
std::string type_name(const bool*) { return "bool"; }
std::string type_name(const std::int64_t*) { return "int"; }
std::string type_name(const std::string*) { return "string"; }
std::string type_name(const JsonText*) { return "object"; }
template <class T>
std::string type_name(const std::vector<T>*) {
  return "[]" + type_name(static_cast<const T*>(nullptr));
}
template <class T>
std::string type_name(const std::optional<T>*) {
  return "?" + type_name(static_cast<const T*>(nullptr));
}

std::string type_name(const ParamRow& param) {
  switch (param.type) {
    case ParamType::boolean: return "bool";
    case ParamType::moment:
    case ParamType::duration:
    case ParamType::integer: return "int";
    case ParamType::text: return "string";
    case ParamType::texts: return "[]string";
    case ParamType::choice: return fmt::format("({})", fmt::join(param.choices, ", "));
  }
  check_failed("a parameter of a call has a varlink type");
}

// "(", one line of comment and one of declaration per field, ")".
class FieldList {
 public:
  void add(std::string_view name, const std::string& type, std::string_view doc) {
    if (!text_.empty()) text_ += ",\n";
    if (!doc.empty()) text_ += fmt::format("  # {}\n", doc);
    text_ += fmt::format("  {}: {}", name, type);
  }
  [[nodiscard]] std::string text() const { return text_.empty() ? "()" : fmt::format("(\n{}\n)", text_); }

 private:
  std::string text_;
};

template <class T>
std::string fields_of() {
  FieldList list;
  for_each_member<T>([&](const auto& row) {
    using Value = std::remove_cvref_t<decltype(std::declval<T>().*row.member)>;
    list.add(row.name, type_name(static_cast<const Value*>(nullptr)), row.doc);
  });
  return list.text();
}

std::string parameters_of(const CommandRow& row) {
  FieldList list;
  for (const ParamRow& param : row.params) {
    if (param.scope == Scope::local) continue;
    std::string doc(param.doc);
    if (param.given == Given::flag_off) doc = "false: " + doc;
    if (!param.fallback.empty()) doc += fmt::format(" Default: {}.", param.fallback);
    list.add(param.name, (param.need == Need::required ? "" : "?") + type_name(param), doc);
  }
  return list.text();
}

std::string reply_fields(std::string_view name) {
  std::string text;
  for_each_type(MessageTypes{}, [&]<class T>() {
    if (MessageRows<T>::kName == name) text = fields_of<T>();
  });
  CHECK(!text.empty());  // Every row of a command names a message that exists.
  return text;
}

std::string_view streaming_text(Streaming streaming) {
  switch (streaming) {
    case Streaming::never: return "one";
    case Streaming::on_request: return "with `more`: progress, then the final one";
    case Streaming::required: return "a stream; `more` is required";
  }
  check_failed("every way of streaming has a text");
}

bool is_reply(std::string_view name) {
  return std::ranges::any_of(commands(), [&](const CommandRow& row) { return row.reply == name; });
}

// The types that members have, without "?" and "[]".
std::set<std::string> used_types() {
  std::set<std::string> out;
  for_each_type(MessageTypes{}, [&]<class T>() {
    for_each_member<T>([&](const auto& row) {
      using Value = std::remove_cvref_t<decltype(std::declval<T>().*row.member)>;
      const std::string name = type_name(static_cast<const Value*>(nullptr));
      out.insert(name.substr(std::min(name.find_first_not_of("?[]"), name.size())));
    });
  });
  return out;
}

std::string method_text(const CommandRow& row) {
  std::string text = fmt::format("# {}\n# {}\n# Role: {}. Replies: {}.\n", row.summary, row.text,
                                 enum_name(row.role.value), streaming_text(row.streaming));
  return text + fmt::format("method {}{} -> {}\n", row.method, parameters_of(row), reply_fields(row.reply));
}

}  // namespace

std::string interface_description() {
  std::string out =
      "# The control protocol of supervisord. Generated from its command and message rows.\n"
      "# Times are Unix milliseconds, durations are milliseconds.\n";
  out += fmt::format("interface {}\n", kInterface);
  const std::set<std::string> used = used_types();
  for_each_type(MessageTypes{}, [&]<class T>() {
    using Rows = MessageRows<T>;
    if (!is_reply(Rows::kName) || used.contains(std::string(Rows::kName)))
      out += fmt::format("\n# {}\ntype {} {}\n", Rows::kDoc, Rows::kName, fields_of<T>());
  });
  for (const CommandRow& row : commands())
    if (!row.method.empty()) out += "\n" + method_text(row);
  for_each_type(ErrorTypes{}, [&]<class T>() {
    const std::string_view name = MessageRows<T>::kName.substr(kInterface.size() + 1);
    out += fmt::format("\n# {}\nerror {} {}\n", MessageRows<T>::kDoc, name, fields_of<T>());
  });
  return out;
}

std::string_view service_interface_description() {
  return R"(# The Varlink Service Interface is provided by every varlink service. It
# describes the service and the interfaces it implements.
interface org.varlink.service

# Get a list of all the interfaces a service provides and information
# about the implementation.
method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

# Get the description of an interface that is implemented by this service.
method GetInterfaceDescription(interface: string) -> (description: string)

# The requested interface was not found.
error InterfaceNotFound (interface: string)

# The requested method was not found
error MethodNotFound (method: string)

# The interface defines the requested method, but the service does not
# implement it.
error MethodNotImplemented (method: string)

# One of the passed parameters is invalid.
error InvalidParameter (parameter: string)

# Client is denied access
error PermissionDenied ()

# Method is expected to be called with 'more' set to true, but wasn't
error ExpectedMore ()
)";
}

std::string methods_table() {
  std::string out = "| method | ctl | role | replies |\n|---|---|---|---|\n";
  for (const CommandRow& row : commands()) {
    if (row.method.empty()) continue;
    out += fmt::format("| `{}.{}` | `ctl {}` | {} | {} |\n", kInterface, row.method, row.name,
                       enum_name(row.role.value), streaming_text(row.streaming));
  }
  return out;
}

namespace {

std::string encode_text_reply(std::string_view parameters) {
  std::string out = fmt::format("{{\"parameters\":{}}}", parameters);
  out += '\0';
  return out;
}

std::string answer_description(const Call& call) {
  const std::string_view name = call.arguments.text("interface");
  std::string parameters = "{\"description\":";
  if (name == kInterface)
    append_json(parameters, interface_description());
  else if (name == "org.varlink.service")
    append_json(parameters, service_interface_description());
  else
    return encode_error(InterfaceNotFound{std::string(name)});
  return encode_text_reply(parameters + "}");
}

}  // namespace

std::string answer_service_call(const Call& call, const ServiceInfo& info) {
  if (call.kind == CallKind::get_interface_description) return answer_description(call);
  CHECK(call.kind == CallKind::get_info);
  std::string parameters = "{\"vendor\":\"supervisord\",\"product\":\"supervisord\",\"version\":";
  append_json(parameters, info.version);
  parameters += fmt::format(",\"url\":\"\",\"interfaces\":[\"org.varlink.service\",\"{}\"]}}", kInterface);
  return encode_text_reply(parameters);
}

}  // namespace sup::wire
