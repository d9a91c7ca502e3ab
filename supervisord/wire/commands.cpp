#include "wire/commands.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/check.hpp"
#include "base/text.hpp"
#include "wire/command_rows.hpp"

namespace sup::wire {
namespace {

// What a row must hold beyond what its types force: checked while compiling.
consteval bool row_is_sound(const CommandRow& row) {
  const bool is_local = row.method.empty();
  if (is_local != (row.role.value == Role::none)) return false;  // A call without a role would be open to everybody.
  if (is_local != row.reply.empty()) return false;
  if (row.summary.empty() || row.text.empty() || row.examples.empty() || row.exits.empty()) return false;
  for (const ParamRow& param : row.params) {
    if (is_local && param.scope == Scope::call) return false;
    if ((param.type == ParamType::choice) == param.choices.empty()) return false;
    if (param.doc.empty()) return false;
  }
  return true;
}

consteval bool rows_are_sound() {
  std::size_t index = 0;
  for (const CommandRow& row : kCommands)
    if (static_cast<std::size_t>(row.verb) != index++ || !row_is_sound(row)) return false;
  return true;
}
static_assert(rows_are_sound(), "the command rows are in the order of Verb, and each is complete");

ArgumentValue fallback_value(const ParamRow& param) {
  switch (param.type) {
    case ParamType::boolean: return param.fallback == "true";
    case ParamType::duration:
      return std::chrono::ceil<std::chrono::milliseconds>(parse_duration(param.fallback).value_or(Duration{})).count();
    case ParamType::moment:
    case ParamType::integer: {
      std::int64_t value = 0;
      std::from_chars(param.fallback.data(), param.fallback.data() + param.fallback.size(), value);
      return value;
    }
    case ParamType::text:
    case ParamType::choice: return std::string(param.fallback);
    case ParamType::texts: return std::vector<std::string>{std::string(param.fallback)};
  }
  check_failed("every parameter type has a fallback");
}

}  // namespace

std::span<const CommandRow> commands() { return kCommands; }

const CommandRow& command(Verb verb) { return kCommands[static_cast<std::size_t>(verb)]; }

const CommandRow* find_command(std::string_view word) {
  for (const CommandRow& row : kCommands)
    if (row.name == word || std::ranges::find(row.aliases, word) != row.aliases.end()) return &row;
  return nullptr;
}

const CommandRow* find_method(std::string_view method) {
  if (!method.starts_with(kInterface) || method.size() <= kInterface.size() + 1 || method[kInterface.size()] != '.')
    return nullptr;
  const std::string_view name = method.substr(kInterface.size() + 1);
  for (const CommandRow& row : kCommands)
    if (row.method == name) return &row;
  return nullptr;
}

const ParamRow* find_param(const CommandRow& row, std::string_view name) {
  for (const ParamRow& param : row.params)
    if (param.name == name) return &param;
  return nullptr;
}

Role needed_role(const CommandRow& row, const Arguments& arguments) {
  Role needed = row.role.value;
  for (const auto& [name, value] : arguments.all()) {
    const ParamRow* param = find_param(row, name);
    const bool* flag = std::get_if<bool>(&value);
    if (param != nullptr && (flag == nullptr || *flag)) needed = std::max(needed, param->role);
  }
  return needed;
}

void fill_fallbacks(const CommandRow& row, Arguments& arguments) {
  for (const ParamRow& param : row.params)
    if (!param.fallback.empty() && !arguments.has(param.name)) arguments.set(param.name, fallback_value(param));
}

}  // namespace sup::wire
