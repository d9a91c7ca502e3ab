#include "config/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "config/load.hpp"

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

namespace {

std::size_t count_externals(const SpecSet& set) {
  return static_cast<std::size_t>(std::ranges::count_if(
      set.services, [](const NamedService& service) { return service.spec.type == ServiceType::external; }));
}

Json json_of(const Diagnostic& found) {
  const bool has_place = found.span.line != 0;
  Json out = Json::object();
  out["file"] = found.file;
  out["line"] = has_place ? Json(found.span.line) : Json();
  out["column"] = has_place ? Json(found.span.column) : Json();
  out["severity"] = enum_name(found.severity);
  out["message"] = found.message;
  out["hint"] = found.hint.empty() ? Json() : Json(found.hint);
  return out;
}

}  // namespace

std::string contents_text(const SpecSet& set) {
  const std::size_t externals = count_externals(set);
  return counted(set.services.size() - externals, "service") +
         (externals > 0 ? " and " + counted(externals, "external thing") : "") +
         (set.absent.empty() ? "" : fmt::format(", {} left out", set.absent.size()));
}

std::string report_json(const Loaded& loaded) {
  Json out = Json::object();
  const std::size_t externals = count_externals(loaded.set);
  out["services"] = loaded.set.services.size() - externals;
  out["externals"] = externals;
  out["absent"] = Json::array();
  for (const AbsentService& absent : loaded.set.absent)
    out["absent"].push_back(Json{{"name", absent.name}, {"why", absent.why}});
  out["errors"] = std::ranges::count(loaded.diagnostics, Severity::error, &Diagnostic::severity);
  out["warnings"] = std::ranges::count(loaded.diagnostics, Severity::warning, &Diagnostic::severity);
  out["diagnostics"] = Json::array();
  for (const Diagnostic& found : loaded.diagnostics) out["diagnostics"].push_back(json_of(found));
  // Names of files and texts from them may be any bytes.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sup
