#include "wire/message_schema.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "wire/message_tables.hpp"

namespace sup::wire {
namespace {

using Json = nlohmann::ordered_json;

// The schema of a member, found by its C++ type.
template <class T>
Json schema_of(const T*) {
  return {{"$ref", "#/$defs/" + std::string(MessageRows<T>::kName)}};
}
Json schema_of(const bool*) { return {{"type", "boolean"}}; }
Json schema_of(const std::int64_t*) { return {{"type", "integer"}}; }
Json schema_of(const std::string*) { return {{"type", "string"}}; }
Json schema_of(const JsonText*) { return {{"type", {"object", "array"}}}; }
template <class T>
Json schema_of(const std::vector<T>*) {
  return {{"type", "array"}, {"items", schema_of(static_cast<const T*>(nullptr))}};
}
template <class T>
Json schema_of(const std::optional<T>*) {
  return schema_of(static_cast<const T*>(nullptr));
}

template <class T>
inline constexpr bool kMayBeAbsent = false;
template <class T>
inline constexpr bool kMayBeAbsent<std::optional<T>> = true;

template <class T>
Json message_schema() {
  Json out{{"description", MessageRows<T>::kDoc}, {"type", "object"}, {"properties", Json::object()}};
  Json required = Json::array();
  for_each_member<T>([&](const auto& row) {
    using Value = std::remove_cvref_t<decltype(std::declval<T>().*row.member)>;
    Json& member = out["properties"][std::string(row.name)];
    member = schema_of(static_cast<const Value*>(nullptr));
    if (!row.doc.empty()) member["description"] = row.doc;
    if (!kMayBeAbsent<Value>) required.push_back(row.name);
  });
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

}  // namespace

Json message_schemas() {
  Json out = Json::object();
  for_each_type(MessageTypes{}, [&]<class T>() { out[std::string(MessageRows<T>::kName)] = message_schema<T>(); });
  return out;
}

}  // namespace sup::wire
