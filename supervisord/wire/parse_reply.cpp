// A message from the daemon, as the reply that the client expects. The daemon of another version may be at the other
// end.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "wire/json_parse.hpp"
#include "wire/message_tables.hpp"
#include "wire/varlink.hpp"

namespace sup::wire {
namespace {

using Json = nlohmann::json;

// Each read() returns false when the value has another type than the member.
bool read(const Json& json, bool& value) {
  if (!json.is_boolean()) return false;
  value = json.get<bool>();
  return true;
}
bool read(const Json& json, std::int64_t& value) {
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return false;
  value = json.get<std::int64_t>();
  return true;
}
bool read(const Json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get_ref<const std::string&>();
  return true;
}
bool read(const Json& json, JsonText& value) {
  value.text = json.dump();  // Cannot throw: a parsed document is valid UTF-8.
  return true;
}
template <MessageStruct T>
bool read(const Json& json, T& message);
template <class T>
bool read(const Json& json, std::vector<T>& list) {
  if (!json.is_array()) return false;
  list.resize(json.size());
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!read(json[i], list[i])) return false;
  return true;
}
template <class T>
bool read(const Json& json, std::optional<T>& value) {
  return json.is_null() || read(json, value.emplace());
}

// A list that the daemon of another version does not have yet is empty.
template <class T>
constexpr bool kMayBeAbsent = false;
template <class T>
constexpr bool kMayBeAbsent<std::optional<T>> = true;
template <class T>
constexpr bool kMayBeAbsent<std::vector<T>> = true;

// A member of a message without its type: what goes through the members is compiled once, not once for each message.
struct MemberReader {
  std::string_view name;
  bool may_be_absent;
  bool (*read)(const Json&, void* message);
};
bool read_members(const Json& json, std::span<const MemberReader> members, void* message) {
  if (!json.is_object()) return false;
  return std::ranges::all_of(members, [&](const MemberReader& member) {
    const auto found = json.find(member.name);
    return found == json.end() ? member.may_be_absent : member.read(*found, message);
  });
}

template <MessageStruct T, std::size_t kRow>
bool read_member(const Json& json, void* message) {
  return read(json, static_cast<T*>(message)->*std::get<kRow>(MessageRows<T>::kRows).member);
}
template <class T, class M>
constexpr bool may_be_absent(const Member<T, M>&) {
  return kMayBeAbsent<M>;
}
template <MessageStruct T>
constexpr auto kReaders = []<std::size_t... kRow>(std::index_sequence<kRow...>) {
  constexpr const auto& kRows = MessageRows<T>::kRows;
  return std::array<MemberReader, sizeof...(kRow)>{
      MemberReader{std::get<kRow>(kRows).name, may_be_absent(std::get<kRow>(kRows)), &read_member<T, kRow>}...};
}(std::make_index_sequence<std::tuple_size_v<decltype(MessageRows<T>::kRows)>>{});

template <MessageStruct T>
bool read(const Json& json, T& message) {
  return read_members(json, kReaders<T>, &message);
}

ErrorReply error_of(std::string name, const Json& json) {
  ErrorReply error{std::move(name), {}};
  const auto parameters = json.find("parameters");
  if (parameters == json.end() || !parameters->is_object()) return error;
  for (const auto& [key, value] : parameters->items())
    error.parameters.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  return error;
}

template <class T>
std::unexpected<Error> not_a(std::string_view message) {
  return fail(Errc::protocol, fmt::format("not a {}: '{}'", MessageRows<T>::kName, printable(message, 80)));
}

}  // namespace

template <MessageStruct T>
Result<Reply<T>> parse_reply(std::string_view message) {
  const Json json = TRY(parse_json(message));
  if (!json.is_object()) return not_a<T>(message);
  Reply<T> reply;
  if (const auto error = json.find("error"); error != json.end()) {
    if (!error->is_string()) return not_a<T>(message);
    reply.error = error_of(error->template get<std::string>(), json);
    return reply;
  }
  const auto parameters = json.find("parameters");
  if (parameters == json.end() || !read(*parameters, reply.message)) return not_a<T>(message);
  if (const auto more = json.find("continues"); more != json.end() && !read(*more, reply.continues))
    return not_a<T>(message);
  return reply;
}

template <MessageStruct T>
Result<T> from_json(std::string_view text) {
  const Json json = TRY(parse_json(text));
  T message;
  if (!read(json, message)) return not_a<T>(text);
  return message;
}

namespace {

// The templates above are declared in a header without nlohmann; naming each here makes the compiler emit them.
template <class... Ts>
consteval auto readers_of(TypeList<Ts...>) {
  return std::make_tuple(&parse_reply<Ts>..., &from_json<Ts>...);
}
[[gnu::used]] constexpr auto kMessages = readers_of(MessageTypes{});
[[gnu::used]] constexpr auto kErrors = readers_of(ErrorTypes{});
[[gnu::used]] constexpr auto kServiceErrors = readers_of(ServiceErrorTypes{});

}  // namespace

}  // namespace sup::wire
