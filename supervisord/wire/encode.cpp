// Encoding of calls, replies and errors.
#include <tuple>

#include "wire/json_text.hpp"
#include "wire/varlink.hpp"

namespace sup::wire {

template <MessageStruct T>
std::string encode_reply(const T& message, Continues continues) {
  std::string out = "{\"parameters\":";
  append_json(out, message);
  if (continues == Continues::yes) out += ",\"continues\":true";
  out += '}';
  out += '\0';
  return out;
}

template <MessageStruct T>
std::string encode_error(const T& error) {
  std::string out = "{\"error\":";
  append_json(out, MessageRows<T>::kName);
  out += ",\"parameters\":";
  append_json(out, error);
  out += '}';
  out += '\0';
  return out;
}

template <MessageStruct T>
std::string to_json(const T& message) {
  std::string out;
  append_json(out, message);
  return out;
}

std::string encode_call(const CommandRow& row, const Arguments& arguments, More more) {
  std::string out = "{\"method\":\"";
  out.append(kInterface).append(".").append(row.method).append("\",\"parameters\":{");
  bool is_first = true;
  for (const auto& [name, value] : arguments.all()) {
    const ParamRow* param = find_param(row, name);
    if (param == nullptr || param->scope == Scope::local) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_json(out, name);
    out += ':';
    std::visit([&](const auto& typed) { append_json(out, typed); }, value);
  }
  out += '}';
  if (more == More::yes) out += ",\"more\":true";
  out += '}';
  out += '\0';
  return out;
}

namespace {

// The templates above are declared in a header without nlohmann or rows; naming each here makes the compiler emit them.
template <class... Ts>
consteval auto messages_of(TypeList<Ts...>) {
  return std::make_tuple(&encode_reply<Ts>..., &to_json<Ts>...);
}
template <class... Ts>
consteval auto errors_of(TypeList<Ts...>) {
  return std::make_tuple(&encode_error<Ts>..., &to_json<Ts>...);
}
[[gnu::used]] constexpr auto kMessages = messages_of(MessageTypes{});
[[gnu::used]] constexpr auto kErrors = errors_of(ErrorTypes{});
[[gnu::used]] constexpr auto kServiceErrors = errors_of(ServiceErrorTypes{});

}  // namespace

}  // namespace sup::wire
