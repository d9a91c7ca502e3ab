// A message from a client, as a call or as the reason why it is none.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "base/refusable.hpp"
#include "base/text.hpp"
#include "wire/json_parse.hpp"
#include "wire/varlink.hpp"

namespace sup::wire {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kServicePrefix = "org.varlink.service.";

std::unexpected<CallFailure> hang_up(std::string reason) {
  return std::unexpected(CallFailure{CallFailure::Then::hang_up, {}, std::move(reason)});
}

// A call that is answered by an error; a oneway call is answered by silence.
template <class E>
std::unexpected<CallFailure> refuse(const Call& call, const E& error, std::string reason) {
  std::string reply = call.oneway ? std::string() : encode_error(error);
  return std::unexpected(CallFailure{CallFailure::Then::reply, std::move(reply), std::move(reason)});
}

std::unexpected<CallFailure> refuse_parameter(const Call& call, const std::string& name) {
  return refuse(call, InvalidParameter{name},
                fmt::format("{}: invalid parameter '{}'", printable(call.method), printable(name)));
}

// Texts with a NUL in them are refused: no name, signal or word has one, and C strings would cut them.
std::optional<std::string> text_of(const Json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().contains('\0')) return std::nullopt;
  return value.get<std::string>();
}

std::optional<ArgumentValue> integer_of(const ParamRow& param, const Json& value) {
  // nlohmann keeps what does not fit into 64 bits as a floating-point number, and what only fits unsigned as unsigned.
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  if (number < param.min || number > param.max) return std::nullopt;
  return number;
}

std::optional<ArgumentValue> texts_of(const Json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& element : value) {
    auto text = text_of(element);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

// The value as the row wants it, or nothing.
std::optional<ArgumentValue> argument_of(const ParamRow& param, const Json& value) {
  switch (param.type) {
    case ParamType::boolean: return value.is_boolean() ? std::optional<ArgumentValue>(value.get<bool>()) : std::nullopt;
    case ParamType::moment:
    case ParamType::duration:
    case ParamType::integer: return integer_of(param, value);
    case ParamType::texts: return texts_of(value);
    case ParamType::text:
    case ParamType::choice: {
      auto text = text_of(value);
      if (!text) return std::nullopt;
      if (param.type == ParamType::choice && std::ranges::find(param.choices, *text) == param.choices.end())
        return std::nullopt;
      return *std::move(text);
    }
  }
  check_failed("every parameter type can be read");
}

bool is_missing(const ParamRow& param, const Arguments& arguments) {
  if (param.need == Need::optional || param.scope == Scope::local) return false;
  if (param.need == Need::unless_tagged && !arguments.texts(kTags).empty()) return false;
  if (!arguments.has(param.name)) return true;
  return param.type == ParamType::texts && arguments.texts(param.name).empty();
}

// Reads the parameters by the rows of the command; the error is the name of the parameter that is wrong.
std::expected<Arguments, std::string> read_parameters(const CommandRow& row, const Json& parameters) {
  Arguments arguments;
  for (const auto& [name, value] : parameters.items()) {
    const ParamRow* param = find_param(row, name);
    if (param == nullptr || param->scope == Scope::local) return std::unexpected(name);
    if (value.is_null() && param->need != Need::required) continue;  // varlink: a null is a value that was not given.
    auto argument = argument_of(*param, value);
    if (!argument) return std::unexpected(name);
    arguments.set(param->name, *std::move(argument));
  }
  for (const ParamRow& param : row.params)
    if (is_missing(param, arguments)) return std::unexpected(std::string(param.name));
  fill_fallbacks(row, arguments);
  return arguments;
}

// A flag of the call itself; false if it is not there or not a boolean.
bool flag_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

std::expected<Call, CallFailure> parse_service_call(Call call, const Json& parameters) {
  const std::string_view name = std::string_view(call.method).substr(kServicePrefix.size());
  if (name == "GetInfo") {
    call.kind = CallKind::get_info;
    return call;
  }
  if (name != "GetInterfaceDescription")
    return refuse(call, MethodNotFound{call.method}, "no such method: " + printable(call.method));
  const auto interface = parameters.find("interface");
  auto text = interface != parameters.end() ? text_of(*interface) : std::nullopt;
  if (!text) return refuse_parameter(call, "interface");
  call.kind = CallKind::get_interface_description;
  call.arguments.set("interface", *std::move(text));
  return call;
}

std::unexpected<CallFailure> refuse_method(const Call& call) {
  const std::string interface = call.method.substr(0, call.method.rfind('.'));
  if (interface != kInterface)
    return refuse(call, InterfaceNotFound{interface}, "no such interface: " + printable(interface));
  return refuse(call, MethodNotFound{call.method}, "no such method: " + printable(call.method));
}

}  // namespace

std::expected<Call, CallFailure> parse_call(std::string_view message) {
  const Indispensable whole;  // The destructor of a JSON value allocates, and may not throw.
  const auto json = parse_json(message);
  if (!json) return hang_up(json.error().what);
  if (!json->is_object()) return hang_up("a call must be a JSON object");
  const auto method = json->find("method");
  const auto name = method != json->end() ? text_of(*method) : std::nullopt;
  if (!name) return hang_up("a call must have a method");
  Call call{.method = *name, .more = flag_of(*json, "more"), .oneway = flag_of(*json, "oneway")};

  const Json no_parameters = Json::object();
  const auto given = json->find("parameters");
  const Json& parameters = given != json->end() && !given->is_null() ? *given : no_parameters;
  if (!parameters.is_object()) return refuse_parameter(call, "parameters");
  if (flag_of(*json, "upgrade")) return refuse(call, MethodNotImplemented{call.method}, "no method can be upgraded");
  if (call.method.starts_with(kServicePrefix)) return parse_service_call(std::move(call), parameters);

  call.row = find_method(call.method);
  if (call.row == nullptr) return refuse_method(call);
  auto arguments = read_parameters(*call.row, parameters);
  if (!arguments) return refuse_parameter(call, arguments.error());
  call.arguments = *std::move(arguments);
  if (call.row->streaming == Streaming::required && !call.more)
    return refuse(call, ExpectedMore{}, call.method + " needs \"more\"");
  return call;
}

}  // namespace sup::wire
