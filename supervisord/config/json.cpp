#include "config/json.hpp"

#include <nlohmann/json.hpp>

namespace sup {
namespace {

using Json = nlohmann::ordered_json;

Json convert(const ValueTable& table) {
  Json out = Json::object();
  for (const Entry& entry : table.entries) out[entry.key] = json_of(entry.value);
  return out;
}

Json convert(const ValueArray& array) {
  Json out = Json::array();
  for (const Value& element : array) out.push_back(json_of(element));
  return out;
}

Json convert(ValueTime) { return nullptr; }

template <class T>
Json convert(const T& scalar) {
  return scalar;
}

}  // namespace

Json json_of(const Value& value) {
  return std::visit([](const auto& data) { return convert(data); }, value.data);
}

}  // namespace sup
