#include "import/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/load.hpp"

namespace sup::imports {

Definition* Imported::find(std::string_view table, std::string_view name) {
  const auto found =
      std::ranges::find_if(definitions, [&](const Definition& d) { return d.table == table && d.name == name; });
  return found == definitions.end() ? nullptr : &*found;
}

std::string place_text(const Place& place) {
  return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

namespace {

Entry* entry_of(ValueTable& table, std::string_view key) {
  const auto found = std::ranges::find(table.entries, key, &Entry::key);
  return found == table.entries.end() ? nullptr : &*found;
}

}  // namespace

void set(ValueTable& table, std::string_view dotted, Value value) {
  const std::size_t dot = dotted.find('.');
  const std::string_view key = dotted.substr(0, dot);
  Entry* entry = entry_of(table, key);
  if (dot == dotted.npos) {
    if (entry != nullptr)
      entry->value = std::move(value);
    else
      table.add(key, std::move(value));
    return;
  }
  if (entry == nullptr || entry->value.get_if<ValueTable>() == nullptr) {
    set(table, key, {ValueTable{}, {}});
    entry = entry_of(table, key);
  }
  set(std::get<ValueTable>(entry->value.data), dotted.substr(dot + 1), std::move(value));
}

const Value* get(const ValueTable& table, std::string_view dotted) {
  const std::size_t dot = dotted.find('.');
  const Entry* entry = table.find(dotted.substr(0, dot));
  if (entry == nullptr || dot == dotted.npos) return entry == nullptr ? nullptr : &entry->value;
  const auto* inner = entry->value.get_if<ValueTable>();
  return inner == nullptr ? nullptr : get(*inner, dotted.substr(dot + 1));
}

Value text_value(std::string_view text) { return {std::string(text), {}}; }
Value number_value(std::int64_t number) { return {number, {}}; }
Value flag_value(bool flag) { return {flag, {}}; }

Value words_value(const std::vector<std::string>& words) {
  ValueArray array;
  for (const std::string& word : words) array.push_back(text_value(word));
  return {std::move(array), {}};
}

std::string service_name(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kMaxServiceName)) {
    const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool is_good = is_alphanumeric || ((c == '_' || c == '.' || c == '-') && !out.empty());
    out += is_good ? c : out.empty() ? 'x' : '-';
  }
  if (out.empty()) out = "service";
  return out == "all" ? "all-" : out;
}

}  // namespace sup::imports
